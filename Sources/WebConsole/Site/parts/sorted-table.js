// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../base/dom.js";
import { texts } from "../base/texts.js";

const t = texts({ en: { more: "Show {n} more", none: "There is nothing to show." } });

const pageSize = 100;

/**
 * A table that is sorted by a click on the head of a column, and shows a hundred rows at first.
 *
 *     const table = new SortedTable("Requests", [{ title: "Path", value: (row) => row.path }, { title: "Count", value: (row) => row.count, isNumber: true }]);
 *     table.rows = rows;      // again and again: order and focus stay
 *
 * A column has `title`; `value(row)`, which is sorted by; `cell(row)` if something else is shown; `isNumber`; `isHead` for the one that names
 * the row.
 */
export class SortedTable {
    element;
    #columns;
    #sort;
    #rows = [];
    #limit = pageSize;
    #heads;
    #body = h("tbody", {});
    #more = h("button", { type: "button", class: "quiet", hidden: true, on: { click: () => this.#showMore() } });

    /** @param {{ sort?: number, isDescending?: boolean }} [options] the column it is sorted by at first; none: as rows come */
    constructor(caption, columns, { sort = -1, isDescending = false } = {}) {
        this.#columns = columns;
        this.#sort = { column: sort, isDescending };
        this.#heads = columns.map((column, index) =>
            h(
                "th",
                { scope: "col", class: column.isNumber ? "number" : null },
                h("button", { type: "button", class: "sort-button", on: { click: () => this.#sortBy(index) } }, column.title, h("span", { class: "sort-mark", "aria-hidden": "true" })),
            ),
        );
        this.element = h(
            "div",
            { class: "table-frame", tabindex: "0", role: "region", "aria-label": caption },
            h("table", { class: "sorted-table" }, h("caption", { class: "visually-hidden" }, caption), h("thead", {}, h("tr", {}, this.#heads)), this.#body),
            this.#more,
        );
    }

    set rows(rows) {
        this.#rows = rows;
        this.#draw();
    }

    #sortBy(column) {
        const isSame = this.#sort.column === column;
        this.#sort = { column, isDescending: isSame ? !this.#sort.isDescending : this.#columns[column].isNumber === true };
        this.#draw();
    }

    #showMore() {
        const index = this.#limit;
        this.#limit += pageSize;
        this.#draw();
        const row = this.#body.rows[index];
        row?.setAttribute("tabindex", "-1");
        row?.focus();
    }

    #draw() {
        const { column, isDescending } = this.#sort;
        for (const [index, head] of this.#heads.entries()) {
            const order = index !== column ? "none" : isDescending ? "descending" : "ascending";
            head.setAttribute("aria-sort", order);
            head.querySelector(".sort-mark").textContent = { none: "", ascending: "▲", descending: "▼" }[order];
        }
        let rows = this.#rows;
        if (column >= 0) {
            const { value } = this.#columns[column];
            const direction = isDescending ? -1 : 1;
            rows = [...rows].sort((one, other) => direction * compare(value(one), value(other)));
        }
        const shown = rows.slice(0, this.#limit);
        replace(this.#body, shown.map((row) => h("tr", {}, this.#columns.map((each) => this.#cell(each, row)))));
        if (!rows.length) replace(this.#body, h("tr", {}, h("td", { colspan: this.#columns.length, class: "muted" }, t("none"))));
        const left = rows.length - shown.length;
        this.#more.hidden = left <= 0;
        this.#more.textContent = t("more", { n: Math.min(left, pageSize) });
    }

    #cell(column, row) {
        const content = column.cell ? column.cell(row) : column.value(row);
        const properties = { class: column.isNumber ? "number" : "wrap-anywhere" };
        return column.isHead ? h("th", { scope: "row", ...properties }, content) : h("td", properties, content);
    }
}

/** Numbers by size, texts as people order them; what is missing comes last. */
function compare(one, other) {
    const isMissing = (value) => value === null || value === undefined;
    if (isMissing(one) || isMissing(other)) return isMissing(one) - isMissing(other);
    return typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other), "en", { numeric: true });
}

/** A bar in a cell, with the words beside it. @param {number} value from 0 to 1 */
export const barCell = (value, words) =>
    h("span", { class: "bar-cell" }, h("span", { class: "bar", "aria-hidden": "true" }, h("span", { style: { width: `${100 * Math.max(0, Math.min(1, value))}%` } })), h("span", { class: "number" }, words));
