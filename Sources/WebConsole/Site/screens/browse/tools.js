// SPDX-License-Identifier: Apache-2.0

import { debounce, freshID, h, replace } from "../../base/dom.js";
import { isText } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { button } from "../../parts/button.js";
import { whereOf } from "../../parts/filters.js";
import { icon } from "../../parts/icons.js";
import { columnMenu, columnsOf } from "./columns.js";

const t = texts({
    en: {
        filter: "Filter",
        filters: "Filter ({n})",
        words: "Find words",
        best: "What is found by words stands in an order of its own, the best first.",
        sort: "Sort by",
        stored: "as stored",
        ascending: "Smallest first",
        descending: "Largest first",
        columns: "Columns",
        view: "Show as",
        table: "Table",
        gallery: "Gallery",
    },
});

/** What the list is shown by: filter, order, columns, table or gallery. It says what is wanted by calling what is given to it. */
export class BrowseTools extends HTMLElement {
    /** @type {(words: string) => void} */
    find = () => {};
    /** @type {(name: string|null, order?: "asc"|"desc") => void} */
    sortBy = () => {};
    /** @type {(names: string[]|null) => void} */
    showColumns = () => {};
    /** @type {(view: "table"|"gallery") => void} */
    showAs = () => {};
    /** @type {(isOpen: boolean) => void} */
    toggleFilter = () => {};

    #words = h("input", {
        type: "search",
        class: "words",
        "aria-label": t("words"),
        placeholder: t("words"),
        on: { input: debounce(300, () => this.find(this.#words.value.trim())) },
    });
    #filter = h("button", {
        type: "button",
        "aria-expanded": "false",
        "aria-controls": "browse-filters",
        on: { click: () => this.toggleFilter(!this.isFilterOpen) },
    });
    #sort = h("select", { id: freshID("sort"), on: { change: () => this.sortBy(this.#sort.value || null, this.#order) } });
    #direction = h("button", {
        type: "button",
        class: "bare",
        on: { click: () => this.sortBy(this.#sort.value, this.#order === "desc" ? "asc" : "desc") },
    });
    #columns = h("div", { class: "menu-body stack" });
    #menu = h("details", { class: "menu" }, h("summary", { class: "button" }, icon("table"), t("columns")), this.#columns);
    #views = ["table", "gallery"].map((name) =>
        button(t(name), () => this.showAs(name), { drawing: name === "table" ? "table" : "browse", data: { view: name } }),
    );
    #order = "asc";
    #className = null;

    connectedCallback() {
        if (this.children.length) return;
        replace(
            this,
            this.#words,
            this.#filter,
            h("span", { class: "row sort-tools" }, h("label", { for: this.#sort.id, class: "small muted" }, t("sort")), this.#sort, this.#direction),
            this.#menu,
            h("div", { class: "choice", role: "group", "aria-label": t("view") }, this.#views),
        );
        this.#menu.addEventListener("keydown", (event) => {
            if (event.key !== "Escape" || !this.#menu.open) return;
            event.preventDefault();
            event.stopPropagation();
            this.#menu.open = false;
            this.#menu.firstElementChild.focus();
        });
        this.#menu.addEventListener("focusout", (event) => {
            if (event.relatedTarget && !this.#menu.contains(event.relatedTarget)) this.#menu.open = false;
        });
    }

    set({ definition, words, filter, view, order, columns }) {
        this.hidden = false;
        this.#words.hidden = !definition.properties?.some((each) => isText(each) && each.indexSearchable !== false);
        if (document.activeElement !== this.#words) this.#words.value = words;
        this.#sort.disabled = Boolean(words);
        this.#sort.title = words ? t("best") : "";
        const rows = (filter?.rows ?? []).filter((row) => whereOf(definition, { rows: [row] })).length;
        replace(this.#filter, icon("filter"), rows ? t("filters", { n: rows }) : t("filter"));
        this.#order = order?.order ?? "asc";
        const sortable = columnsOf(definition).filter((each) => each.sort);
        replace(
            this.#sort,
            h("option", { value: "" }, t("stored")),
            sortable.map((each) => h("option", { value: each.name, selected: each.name === order?.name }, each.title)),
        );
        this.#direction.hidden = !order;
        const direction = t(this.#order === "asc" ? "ascending" : "descending");
        this.#direction.setAttribute("aria-label", direction);
        this.#direction.title = direction;
        replace(this.#direction, icon(this.#order === "asc" ? "arrowUp" : "arrowDown"));
        // While the boxes are being ticked they stay.
        if (this.#className !== definition.class || !this.#menu.open) {
            replace(this.#columns, columnMenu(definition, columns.map((each) => each.name), (names) => this.showColumns(names)));
        }
        this.#className = definition.class;
        for (const each of this.#views) each.setAttribute("aria-pressed", String(each.dataset.view === view));
    }

    get isFilterOpen() {
        return this.#filter.getAttribute("aria-expanded") === "true";
    }

    set isFilterOpen(isOpen) {
        this.#filter.setAttribute("aria-expanded", String(isOpen));
    }

    focusFilter() {
        this.#filter.focus();
    }

    /** Shows the filters, with the focus in them. */
    openFilter() {
        if (!this.isFilterOpen) this.toggleFilter(true);
        document.querySelector("#browse-filters input, #browse-filters select")?.focus();
    }
}

customElements.define("nt-browse-tools", BrowseTools);
