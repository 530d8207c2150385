// SPDX-License-Identifier: Apache-2.0

import { h } from "../../base/dom.js";
import { pictureProperties } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { icon } from "../../parts/icons.js";
import { picture, pictureURL } from "../../parts/picture.js";
import { VirtualGrid } from "../../parts/virtual-grid.js";
import { categoryName } from "./legend.js";
import { sign } from "./shapes.js";

const t = texts({
    en: {
        open: "Open {text}",
        select: "Select {text}",
        find: "Show {text} on the map",
        similar: "Search for what is similar to {text}",
    },
});

const rowHeight = 60;

/**
 * Points as rows with picture and text: for those who don't see the map, and to look at what is selected.
 *
 * What rows do comes from `actions`: `details` (texts), `open(point)`, `toggle(point)`, `find(point)`, `similar(id)` (an address), and
 * `isSelected(point)`.
 */
export class PointList {
    element;
    #grid = new VirtualGrid();
    #points = null;
    #list = [];
    #definition;
    #tenant;
    #actions;

    constructor(label, actions) {
        this.#actions = actions;
        this.#grid.layout = () => ({ columns: 1, height: rowHeight, gap: 0 });
        this.#grid.render = (index) => this.#row(this.#list[index]);
        this.#grid.setAttribute("role", "list");
        this.element = h("div", { class: "map-list", role: "region", "aria-label": label, tabindex: "-1" }, this.#grid);
    }

    show(points, list, definition, tenant) {
        const isSame = points === this.#points && list.length === this.#list.length && list.every((point, index) => point === this.#list[index]);
        if (isSame) return this.refresh();
        this.#points = points;
        this.#list = list;
        this.#definition = definition;
        this.#tenant = tenant;
        const hadFocus = this.element.contains(document.activeElement);
        this.#grid.reset();
        this.#grid.count = list.length;
        if (hadFocus && list.length) this.#grid.focusCell(Math.min(this.#grid.active, list.length - 1));
    }

    /** Marks in the rows that are there which points are selected. */
    refresh() {
        for (const [index, point] of this.#list.entries()) {
            const box = this.#grid.cell(index)?.querySelector("input");
            if (box) box.checked = this.#actions.isSelected(point);
        }
    }

    #row(point) {
        const id = this.#points.ids[point];
        const category = this.#points.categoryOf(point);
        const { open, toggle, find, similar, isSelected, details } = this.#actions;
        const text = h("span", { class: "map-row-text" });
        const box = h("input", { type: "checkbox", checked: isSelected(point), data: { focus: "" }, on: { change: () => toggle(point) } });
        const image = pictureProperties(this.#definition).length
            ? picture({ src: pictureURL(this.#definition.class, id, { size: 64, tenant: this.#tenant }), alt: "", class: "map-row-picture" })
            : icon("image");
        const opener = h("button", { type: "button", class: "bare map-row-open", on: { click: () => open(point) } }, image);
        const finder = h("button", { type: "button", class: "bare", on: { click: () => find(point) } }, icon("map"));
        const link = h("a", { class: "button bare", href: similar(id) }, icon("similar"));
        const value = this.#points.values[point];
        const label = (words) => {
            text.textContent = words;
            box.setAttribute("aria-label", t("select", { text: words }));
            opener.setAttribute("aria-label", t("open", { text: words }));
            for (const [element, key] of [[finder, "find"], [link, "similar"]]) {
                element.setAttribute("aria-label", t(key, { text: words }));
                element.title = t(key, { text: words });
            }
        };
        label(id);
        details.text(id).then(label, () => {});
        return h(
            "div",
            { class: "map-row", role: "listitem" },
            box,
            opener,
            h(
                "span",
                { class: "grow map-row-words" },
                text,
                h("span", { class: "small muted map-row-value" }, sign(category.look), category.kind === "all" ? null : (value ?? categoryName(category))),
            ),
            finder,
            link,
        );
    }
}
