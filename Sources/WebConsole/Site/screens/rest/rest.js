// SPDX-License-Identifier: Apache-2.0

import { address, href } from "../../base/address.js";
import { debounce, freshID, h, replace } from "../../base/dom.js";
import { Screen } from "../../base/screen.js";
import { count, texts } from "../../base/texts.js";
import { emptyState } from "../../parts/empty.js";
import { icon } from "../../parts/icons.js";
import { shortcuts } from "../../parts/shortcuts.js";
import { announce } from "../../parts/toasts.js";
import { apiDocument, forgetDocument, segmentsOf } from "./document.js";
import { methodMark, OperationView } from "./operation.js";
import { breakable, prose } from "./prose.js";

const t = texts({
    en: {
        title: "REST",
        search: "Find an endpoint",
        operations: "Endpoints",
        found: ({ n }) => count(n, "endpoint"),
        none: "No endpoint has these words",
        all: "All endpoints",
        document: "OpenAPI document",
        choose: "Choose an endpoint",
        unknown: ({ id }) => `There is no endpoint '${id}'`,
        unknownText: "Links to endpoints hold when the server is updated, unless the endpoint is gone.",
        failed: "The OpenAPI document can't be read",
        failedText: ({ why }) => `${why} It comes from /v1/openapi.json.`,
        again: "Try again",
        keys: "REST",
        keyFind: "Find an endpoint",
        keySend: "Send the request",
    },
});

export default class RestScreen extends Screen {
    #document = null;
    #links = [];
    #inputID = freshID("find");
    #input = h("input", { type: "search", id: this.#inputID, on: { input: () => this.#filter() } });
    #count = h("p", { class: "small muted rest-count", role: "status" });
    #list = h("nav", { "aria-label": t("operations"), class: "rest-list" });
    #place = h("div", { class: "rest-operation" });
    #shown = null;
    #leave = () => {};

    async show(query, rest) {
        if (!this.#document && !(await this.#load())) return;
        const id = rest.join(".");
        if (id === this.#shown && this.#place.childElementCount) return;
        this.#shown = id;
        for (const { link, operation } of this.#links) {
            if (operation.id === id) link.setAttribute("aria-current", "page");
            else link.removeAttribute("aria-current");
        }
        this.classList.toggle("has-operation", Boolean(id));
        const operation = this.#document.operations.get(id);
        if (!operation) return replace(this.#place, id ? emptyState({ drawing: "api", title: t("unknown", { id }), text: t("unknownText") }) : this.#about());
        const view = new OperationView();
        await view.make(this.#document, operation, query);
        if (this.#shown !== id || !this.isConnected) return;
        replace(this.#place, h("a", { class: "button quiet rest-back", href: href("rest") }, icon("back"), t("all")), view);
        this.#reveal(this.#links.find((each) => each.operation.id === id).link);
        announce(operation.summary);
        // Whoever chose it in the list goes on there.
        if (!this.contains(document.activeElement)) this.closest("main").scrollTo(0, 0);
    }

    refresh() {
        if (this.#document) return;
        const { query, rest } = address();
        this.show(query, rest);
    }

    leave() {
        this.#leave();
    }

    async #load() {
        const head = h("div", { class: "screen-head" }, h("h1", {}, t("title")));
        replace(this, head);
        try {
            this.#document = await apiDocument();
        } catch (error) {
            const again = () => {
                forgetDocument();
                const { query, rest } = address();
                this.show(query, rest);
            };
            this.append(
                emptyState({
                    drawing: "api",
                    title: t("failed"),
                    text: t("failedText", { why: error.message }),
                    actions: [h("button", { type: "button", on: { click: again } }, t("again"))],
                }),
            );
            return false;
        }
        head.append(h("a", { class: "button", href: "/v1/openapi.json", download: "openapi.json" }, icon("download"), t("document")));
        this.append(
            h(
                "div",
                { class: "rest-panes" },
                h("div", { class: "rest-side" }, h("div", { class: "field" }, h("label", { for: this.#inputID }, t("search")), this.#input), this.#count, this.#list),
                this.#place,
            ),
        );
        this.#drawList();
        this.#leave = shortcuts(t("keys"), [
            { keys: ["/"], label: t("keyFind"), run: () => this.#input.focus() },
            // Pressed in the form, which handles it.
            { keys: ["Ctrl+Enter"], label: t("keySend"), run: () => false },
        ]);
        this.addEventListener("keydown", (event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            this.querySelector("nt-rest-operation form")?.requestSubmit();
        });
        return true;
    }

    /** Brings a link into the middle of the list, if it is out of sight there. */
    #reveal(link) {
        const [one, list] = [link.getBoundingClientRect(), this.#list.getBoundingClientRect()];
        if (one.top < list.top || one.bottom > list.bottom) this.#list.scrollTop += one.top - list.top - list.height / 2;
    }

    #about() {
        const { title, version, description } = this.#document.info;
        return h(
            "div",
            { class: "stack" },
            h("h2", {}, `${title} ${version}`),
            (description ?? "").split(/\n{2,}/).map((paragraph) => h("p", { class: "rest-description" }, prose(paragraph))),
            h("p", { class: "muted" }, t("choose")),
        );
    }

    #drawList() {
        this.#links = [];
        const sections = this.#document.tags.map((tag) =>
            h(
                "section",
                { class: "rest-tag" },
                h("h2", { title: tag.description ?? "" }, tag.name),
                h(
                    "ul",
                    { role: "list" },
                    tag.operations.map((operation) => {
                        const link = h(
                            "a",
                            { href: href("rest", {}, segmentsOf(operation.id)), class: "rest-link" },
                            methodMark(operation.method),
                            h("span", { class: "grow" }, h("span", { class: "mono rest-link-path wrap-anywhere" }, breakable(operation.path.replace(/^\/v1(?=\/)/, ""))), h("span", { class: "small muted" }, operation.summary)),
                        );
                        const item = h("li", {}, link);
                        const words = [operation.method, operation.path, operation.summary, operation.description, operation.id, operation.tag].join(" ").toLowerCase();
                        this.#links.push({ link, item, operation, words });
                        return item;
                    }),
                ),
            ),
        );
        replace(this.#list, sections);
        this.#filter();
    }

    #filter() {
        const words = this.#input.value.toLowerCase().split(/\s+/);
        let found = 0;
        for (const each of this.#links) {
            each.item.hidden = !words.every((word) => each.words.includes(word));
            if (!each.item.hidden) found += 1;
        }
        for (const section of this.#list.children) section.hidden = ![...section.querySelectorAll("li")].some((item) => !item.hidden);
        this.#tell(found);
    }

    /** When typing has paused, so that it is not read out for each letter. */
    #tell = debounce(200, (found) => (this.#count.textContent = found ? t("found", { n: found }) : t("none")));
}
