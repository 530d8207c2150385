// SPDX-License-Identifier: Apache-2.0

import { href } from "../../base/address.js";
import { h, replace } from "../../base/dom.js";
import { Screen } from "../../base/screen.js";
import { texts } from "../../base/texts.js";
import { emptyState } from "../../parts/empty.js";
import { icon } from "../../parts/icons.js";
import { sectionNav } from "../../parts/section-nav.js";
import { Backups } from "./backups.js";
import { Jobs } from "./jobs.js";
import { Log } from "./log.js";
import { Metrics } from "./metrics.js";
import { Overview } from "./overview.js";
import { poll } from "./polling.js";
import { Requests } from "./requests.js";
import { Settings } from "./settings.js";
import { SlowRequests } from "./slow-requests.js";

const t = texts({
    en: {
        title: "Server",
        sections: "Sections of the server",
        overview: "Overview",
        requests: "Requests",
        slow: "Slow requests",
        jobs: "Jobs",
        metrics: "Metrics",
        settings: "Settings",
        log: "Log",
        backups: "Backups",
        refused: "This is not for your key",
        refusedText: "The server says: {why}",
        guides: "Guides",
        rest: "REST interface",
        unknown: "This server does not tell it",
    },
});

const sections = [
    { name: "overview", element: Overview },
    { name: "requests", element: Requests },
    { name: "slow", element: SlowRequests },
    { name: "jobs", element: Jobs },
    { name: "metrics", element: Metrics },
    { name: "settings", element: Settings },
    { name: "log", element: Log },
    { name: "backups", element: Backups },
].map((section) => ({ ...section, title: t(section.name) }));

/**
 * How the running server fares. A section is an element with `update(signal)`, which asks the server and is called every two seconds
 * while the section is looked at.
 */
export default class ServerScreen extends Screen {
    #nav = sectionNav(t("sections"), sections, (name) => href("server", { section: name === "overview" ? "" : name }));
    #body = h("div", { class: "server-body" });
    #shown = null;
    #ending = new AbortController();
    #polling = null;

    show(query) {
        if (!this.firstChild) {
            const link = (screen, drawing) => h("a", { class: "button", href: href(screen) }, icon(drawing), t(screen));
            const links = h("div", { class: "row" }, link("guides", "guides"), link("rest", "api"));
            this.append(h("div", { class: "screen-head" }, h("h1", {}, t("title")), links), this.#nav.element, this.#body);
        }
        const { name, element: Section } = sections.find((each) => each.name === query.get("section")) ?? sections[0];
        this.#nav.mark(name);
        if (name === this.#shown) return;
        this.#shown = name;
        this.#ending.abort();
        this.#ending = new AbortController();
        const { signal } = this.#ending;
        const section = new Section();
        replace(this.#body, section);
        this.#polling = poll(() => section.update(signal), signal, (error) => this.#fail(error));
        section.askAgain = this.#polling.now;
    }

    refresh() {
        this.#polling?.now();
    }

    leave() {
        this.#ending.abort();
    }

    /** Shows in place of the section why it can't be seen. */
    #fail(error) {
        if (![401, 403, 404].includes(error.status)) return false;
        const title = t(error.status === 404 ? "unknown" : "refused");
        replace(this.#body, emptyState({ drawing: "key", title, text: t("refusedText", { why: error.message }) }));
        return true;
    }
}
