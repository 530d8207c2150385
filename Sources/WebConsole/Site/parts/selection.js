// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../base/dom.js";
import { count, texts } from "../base/texts.js";
import { deleteObjects } from "./deletion.js";
import { exportObjects } from "./export.js";
import { icon } from "./icons.js";
import { tagObjects } from "./tag-dialog.js";

const t = texts({
    en: {
        region: "What is selected",
        selected: ({ n }) => `${count(n, "object")} selected`,
        all: "Select all shown",
        tag: "Tag",
        json: "JSON",
        csv: "CSV",
        exportJSON: "Export as JSON",
        exportCSV: "Export as CSV",
        delete: "Delete",
        clear: "Select none",
    },
});

/** Objects that are selected, by id, in the order in which they were. Fires `change`. */
class Selection extends EventTarget {
    #objects = new Map();
    #anchor = null;

    get size() {
        return this.#objects.size;
    }

    get objects() {
        return [...this.#objects.values()];
    }

    has(id) {
        return this.#objects.has(id);
    }

    /**
     * Selects an object or lets go of it.
     *
     * @param {Array<{ id: string }>} list what is shown, in order
     * @param {number} index of the object there
     * @param {boolean} isRange whether all from the last one on go with it, as by the shift key
     */
    toggle(list, index, isRange = false) {
        const isOn = !this.has(list[index].id);
        const anchor = isRange ? list.findIndex((each) => each.id === this.#anchor) : -1;
        const [first, last] = anchor < 0 ? [index, index] : [Math.min(anchor, index), Math.max(anchor, index)];
        for (const each of list.slice(first, last + 1)) {
            if (isOn) this.#objects.set(each.id, each);
            else this.#objects.delete(each.id);
        }
        this.#anchor = list[index].id;
        this.#changed();
    }

    add(objects) {
        for (const each of objects) this.#objects.set(each.id, each);
        this.#changed();
    }

    remove(ids) {
        const before = this.size;
        for (const id of ids) this.#objects.delete(id);
        if (this.size !== before) this.#changed();
    }

    clear() {
        if (!this.size) return;
        this.#objects.clear();
        this.#changed();
    }

    #changed() {
        this.dispatchEvent(new Event("change"));
    }
}

/**
 * What can be done with all selected objects: tag, export, delete. It is there while some are.
 *
 *     const bar = new SelectionBar();
 *     bar.definition = definition; bar.tenant = tenant;   // whenever they change
 *     bar.shown = () => rows;                             // for "select all shown"
 *     bar.takeOut = (ids) => { …; return () => …; };      // deleted: take them out; what is returned puts them back
 *     bar.changed = (objects) => { … };                   // tagged: draw them again
 *     bar.selection.toggle(rows, index, event.shiftKey);
 *
 * An object has `id` and `properties`, and `tenant` if it is of one.
 */
export class SelectionBar extends HTMLElement {
    selection = new Selection();
    definition;
    tenant;
    /** Names of members of the objects that are exported beside the properties, such as `distance`. */
    exported = [];

    shown = () => [];
    takeOut = () => () => {};
    changed = () => {};
    /** Further buttons, made anew whenever the selection changes. @type {(objects: object[]) => Node[]} */
    more = () => [];

    constructor() {
        super();
        this.selection.addEventListener("change", () => this.#draw());
    }

    connectedCallback() {
        this.setAttribute("role", "region");
        this.setAttribute("aria-label", t("region"));
        this.#draw();
    }

    /** Deletes these objects, or the selected ones; ten seconds long it can be undone. */
    delete(objects = this.selection.objects) {
        if (!objects.length) return;
        const ids = objects.map((each) => each.id);
        const restored = this.takeOut(ids);
        this.selection.remove(ids);
        deleteObjects({ className: this.definition.class, tenant: this.tenant, ids, restored });
    }

    async tag(objects = this.selection.objects) {
        const { definition, tenant } = this;
        const changed = await tagObjects({ definition, tenant, objects });
        if (changed.length) this.changed(changed);
    }

    #draw() {
        const { size, objects } = this.selection;
        // A button that is gone while it has the focus would leave the keys nowhere.
        const focused = this.contains(document.activeElement) ? document.activeElement.dataset.action : undefined;
        this.hidden = size === 0;
        if (!size) return replace(this);
        replace(
            this,
            h("strong", { class: "selection-count" }, t("selected", { n: size })),
            this.#button("all", "check", t("all"), () => this.selection.add(this.shown())),
            this.more(objects),
            this.#button("tag", "tag", t("tag"), () => this.tag()),
            this.#button("json", "download", t("json"), () => exportObjects("json", this.definition, objects, this.exported), t("exportJSON")),
            this.#button("csv", "download", t("csv"), () => exportObjects("csv", this.definition, objects, this.exported), t("exportCSV")),
            this.#button("delete", "trash", t("delete"), () => this.delete(), undefined, "danger"),
            this.#button("clear", "close", t("clear"), () => this.selection.clear()),
        );
        if (focused) this.querySelector(`[data-action="${focused}"]`)?.focus();
    }

    #button(action, drawing, label, run, longer, look = "") {
        return h("button", { type: "button", class: look, data: { action }, "aria-label": longer, on: { click: run } }, icon(drawing), label);
    }
}

customElements.define("nt-selection-bar", SelectionBar);
