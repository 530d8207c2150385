// SPDX-License-Identifier: Apache-2.0

import { h } from "../../base/dom.js";
import { SortedTable } from "../../parts/sorted-table.js";
import { searchField } from "./search-field.js";

/**
 * A table of which a field and a box leave some rows, with how many these are above it.
 *
 * @param {object} options
 * @param {string} options.caption
 * @param {object[]} options.columns as `SortedTable` has them
 * @param {(row: object) => string} options.words of a row, which are searched
 * @param {string} options.box what the box says
 * @param {(row: object, isTicked: boolean) => boolean} options.isShown whether the box leaves a row
 * @param {(n: number) => string} options.found how many rows there are, in words
 * @param {Node[]} [options.tools] further ones beside the box
 * @returns {{ nodes: Node[], show: (rows: object[]) => void }} what is put into the page; `show` takes rows again and again
 */
export function searchedTable({ caption, columns, words, box, isShown, found, tools = [] }) {
    let rows = [];
    const table = new SortedTable(caption, columns);
    const draw = () => {
        const shown = rows.filter((row) => isShown(row, tick.checked) && search.matches(words(row)));
        table.rows = shown;
        const text = found(shown.length);
        // Written again, it would be said again.
        if (count.textContent !== text) count.textContent = text;
    };
    const search = searchField(draw);
    const tick = h("input", { type: "checkbox", on: { change: draw } });
    const count = h("p", { class: "small muted", role: "status" });
    const bar = h("div", { class: "row server-tools" }, search.element, h("label", { class: "check" }, tick, box), tools);
    const show = (next) => {
        rows = next;
        draw();
    };
    return { nodes: [bar, count, table.element], show };
}
