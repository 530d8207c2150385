// SPDX-License-Identifier: Apache-2.0

import { href, note } from "../../base/address.js";
import { send } from "../../base/api.js";
import { freshID, h, replace } from "../../base/dom.js";
import { Screen } from "../../base/screen.js";
import { count, texts } from "../../base/texts.js";
import { emptyState } from "../../parts/empty.js";
import { icon } from "../../parts/icons.js";
import { shortcuts } from "../../parts/shortcuts.js";
import { announce } from "../../parts/toasts.js";
import { idOf, readDocument } from "./document.js";
import { guides } from "./list.js";

const t = texts({
    en: {
        title: "Guides",
        search: "Find a guide by its title",
        guides: "Step by step",
        reference: "Further reading",
        found: ({ n }) => count(n, "guide"),
        none: "No guide has these words in its title",
        all: "All guides",
        contents: "On this page",
        next: "Next: {title}",
        previous: "Before: {title}",
        order: "Other guides",
        unknown: "There is no guide '{name}'",
        failed: "The guide could not be read",
        focusSearch: "Find a guide",
    },
});

/** The guides that come with the program: a list, and one of them. */
export default class GuidesScreen extends Screen {
    #name = null;
    #endKeys = () => {};

    connectedCallback() {
        this.#endKeys = shortcuts(t("title"), [{ keys: ["/"], label: t("focusSearch"), run: () => this.#focusSearch() }]);
        this.addEventListener("click", (event) => {
            const link = event.target instanceof Element ? event.target.closest("a[data-section]") : null;
            if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            note({ section: link.dataset.section }, { replace: false });
            this.#goTo(link.dataset.section);
        });
    }

    leave() {
        this.#endKeys();
    }

    async show(query, [name]) {
        if (name === undefined) {
            this.#name = null;
            return this.#showList(query.get("q") ?? "");
        }
        if (this.#name !== name) await this.#showGuide(name);
        const section = query.get("section");
        if (section) this.#goTo(section);
        else this.parentElement?.scrollTo(0, 0);
    }

    refresh() {
        if (!this.querySelector("article, .guide-list")) return this.show(new URLSearchParams(location.search), [this.#name ?? undefined]);
    }

    // MARK: The list

    #showList(words) {
        document.title = `${t("title")} · Needletail`;
        const id = freshID("find");
        const place = h("div", { class: "stack guide-lists" });
        const input = h("input", { type: "search", id, value: words, placeholder: t("search") });
        const draw = () => {
            const wanted = input.value.trim().toLowerCase().split(/\s+/);
            const found = guides.filter((each) => wanted.every((word) => each.title.toLowerCase().includes(word)));
            replace(
                place,
                this.#group(t("guides"), found.filter((each) => each.isGuide)),
                this.#group(t("reference"), found.filter((each) => !each.isGuide)),
                found.length ? null : emptyState({ drawing: "guides", title: t("none") }),
            );
            return found.length;
        };
        input.addEventListener("input", () => {
            note({ q: input.value.trim() });
            announce(t("found", { n: draw() }));
        });
        draw();
        const search = h("div", { class: "guide-search" }, h("label", { for: id, class: "visually-hidden" }, t("search")), input);
        replace(this, h("div", { class: "screen-head" }, h("h1", {}, t("title")), search), place);
    }

    #group(title, list) {
        if (!list.length) return null;
        const card = ({ name, title: words, text }) => {
            const link = { class: "card guide-card", href: href("guides", {}, [name]) };
            return h("li", {}, h("a", link, h("strong", {}, words), h("span", { class: "muted" }, text)));
        };
        return h("section", { class: "stack" }, h("h2", {}, title), h("ul", { class: "guide-list", role: "list" }, list.map(card)));
    }

    // MARK: One guide

    async #showGuide(name) {
        const index = guides.findIndex((each) => each.name === name);
        this.#name = name;
        if (index < 0) return this.#showFailure(t("unknown", { name }));
        const { file } = guides[index];
        let guide;
        try {
            guide = readDocument(await send("GET", `/console/docs/${file}`, { as: "text", signal: this.left }), file);
        } catch (error) {
            if (error.name !== "AbortError") this.#showFailure(t("failed"), error.message);
            return;
        }
        // Another one has been chosen meanwhile.
        if (this.#name !== name || this.left.aborted) return;
        document.title = `${guide.title} · Needletail`;
        const sections = guide.sections.filter((each) => each.level <= 3);
        replace(
            this,
            h("p", {}, h("a", { class: "guide-back", href: href("guides") }, icon("back"), t("all"))),
            h("div", { class: "screen-head" }, h("h1", { tabindex: "-1" }, guide.title)),
            h(
                "div",
                { class: "guide" },
                sections.length > 1 ? contents(sections) : null,
                h("div", { class: "guide-main" }, h("article", {}, guide.nodes), this.#neighbors(index)),
            ),
        );
        announce(guide.title);
    }

    #neighbors(index) {
        const link = (place, key) => {
            const guide = guides[place];
            return guide ? h("a", { href: href("guides", {}, [guide.name]) }, t(key, { title: guide.title })) : null;
        };
        return h("nav", { class: "row apart guide-neighbors", "aria-label": t("order") }, link(index - 1, "previous"), link(index + 1, "next"));
    }

    #showFailure(title, text) {
        this.#name = null;
        document.title = `${t("title")} · Needletail`;
        replace(
            this,
            h("div", { class: "screen-head" }, h("h1", {}, t("title"))),
            emptyState({ drawing: "guides", title, text, actions: [h("a", { class: "button primary", href: href("guides") }, t("all"))] }),
        );
    }

    #focusSearch() {
        const input = this.querySelector("input[type=search]");
        input?.focus();
        return input !== null;
    }

    #goTo(slug) {
        const heading = this.querySelector(`#${CSS.escape(idOf(slug))}`);
        heading?.scrollIntoView({ block: "start" });
        heading?.focus({ preventScroll: true });
    }
}

/** The headings of a guide, as links; what is below another one stands under it. */
function contents(sections) {
    const link = ({ slug, title }) => h("a", { href: `?section=${encodeURIComponent(slug)}`, data: { section: slug } }, title);
    const items = [];
    for (const section of sections) {
        if (section.level === 2 || !items.length) items.push({ section, below: [] });
        else items.at(-1).below.push(section);
    }
    const list = (of) => h("ul", { role: "list" }, of);
    const entry = ({ section, below }) => h("li", {}, link(section), below.length ? list(below.map((each) => h("li", {}, link(each)))) : null);
    return h(
        "details",
        { class: "guide-contents", open: matchMedia("(min-width: 1100px)").matches },
        h("summary", {}, t("contents")),
        h("nav", { "aria-label": t("contents") }, list(items.map(entry))),
    );
}
