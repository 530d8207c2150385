// SPDX-License-Identifier: Apache-2.0

import { note } from "../../base/address.js";
import { get } from "../../base/api.js";
import { h, replace } from "../../base/dom.js";
import { count, texts } from "../../base/texts.js";
import { field } from "../../parts/field.js";
import { icon } from "../../parts/icons.js";
import { searchField } from "./search-field.js";

const t = texts({
    en: {
        level: "From level",
        pause: "Pause",
        resume: "Go on",
        region: "Lines of the log",
        none: "There are no lines of this level. The server keeps the last two thousand.",
        dropped: ({ n }) => `${count(n, "line")} in between ${n === 1 ? "is" : "are"} forgotten`,
    },
});

const levels = ["trace", "debug", "info", "warning", "error"];
const lineLimit = 1_000;
/** So near to the end the list goes along with new lines. */
const nearEnd = 40;

/** The end of the log, which goes along with new lines. */
export class Log extends HTMLElement {
    #level = h("select", { on: { change: () => this.#restart() } });
    #search = searchField(() => this.#filter());
    #pauseButton = h("button", { type: "button", "aria-pressed": "false", on: { click: () => this.#pause() } });
    #list = h("ol", { role: "list", class: "log-lines" });
    #frame = h("div", { class: "log-frame", role: "region", "aria-label": t("region"), tabindex: "0" }, this.#list);
    #empty = h("p", { class: "muted", hidden: true }, t("none"));
    #next = null;
    #isPaused = false;
    /** Counts the restarts, so that an answer from before one is dropped. */
    #round = 0;

    connectedCallback() {
        const wanted = new URLSearchParams(location.search).get("level");
        const chosen = levels.includes(wanted) ? wanted : "info";
        replace(this.#level, levels.map((level) => h("option", { value: level, selected: level === chosen }, level)));
        this.#drawPause();
        this.append(
            h(
                "div",
                { class: "row server-tools" },
                field(t("level"), this.#level).element,
                this.#search.element,
                this.#pauseButton,
            ),
            this.#frame,
            this.#empty,
        );
    }

    async update(signal) {
        if (this.#isPaused) return;
        const round = this.#round;
        const level = this.#level.value;
        let page;
        do {
            page = await get(["server", "log"], { after: this.#next ?? undefined, limit: 500, level }, { signal });
            if (round !== this.#round) return this.update(signal);
            // A server that was started again counts anew.
            if (this.#next !== null && page.next < this.#next) return this.#restart();
            this.#append(page, this.#next !== null);
            this.#next = page.next;
        } while (page.lines.length === 500);
    }

    #restart() {
        note({ level: this.#level.value === "info" ? null : this.#level.value });
        this.#round += 1;
        this.#next = null;
        replace(this.#list);
        this.askAgain?.();
    }

    #pause() {
        this.#isPaused = !this.#isPaused;
        this.#drawPause();
        if (!this.#isPaused) this.askAgain?.();
    }

    #drawPause() {
        this.#pauseButton.setAttribute("aria-pressed", String(this.#isPaused));
        replace(this.#pauseButton, icon(this.#isPaused ? "play" : "pause"), t(this.#isPaused ? "resume" : "pause"));
    }

    #append({ lines, dropped }, isMore) {
        const { scrollTop, scrollHeight, clientHeight } = this.#frame;
        const isAtEnd = scrollTop + clientHeight > scrollHeight - nearEnd;
        if (dropped && isMore) this.#list.append(h("li", { class: "muted" }, t("dropped", { n: dropped })));
        this.#list.append(...lines.map((line) => this.#line(line)));
        while (this.#list.children.length > lineLimit) this.#list.firstElementChild.remove();
        this.#empty.hidden = this.#list.children.length > 0;
        if (lines.length) this.#filter();
        if (isAtEnd) this.#frame.scrollTop = this.#frame.scrollHeight;
    }

    #line({ time, level, message, values }) {
        const date = new Date(time);
        return h(
            "li",
            { class: `log-line ${level}` },
            h("time", { datetime: time, title: date.toLocaleString() }, date.toLocaleTimeString("en-GB")),
            h("span", { class: "log-level" }, level),
            h(
                "span",
                { class: "wrap-anywhere" },
                h("strong", {}, message),
                Object.entries(values).map(([name, value]) => [" ", h("span", { class: "log-name" }, `${name}=`), String(value)]),
            ),
        );
    }

    #filter() {
        for (const line of this.#list.children) line.hidden = !this.#search.matches(line.textContent);
    }
}

customElements.define("nt-server-log", Log);
