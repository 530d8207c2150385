// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../../base/dom.js";
import { number } from "../../base/format.js";
import { count, texts } from "../../base/texts.js";
import { emptyState } from "../../parts/empty.js";
import { icon } from "../../parts/icons.js";
import { announce, showError } from "../../parts/toasts.js";
import { ObjectList } from "./object-list.js";
import { galleryView, tableView } from "./views.js";

const t = texts({
    en: {
        all: ({ n }) => count(n, "object"),
        matching: ({ n }) => (n === 1 ? "1 object matches" : `${count(n, "object")} match`),
        limit: "Only the first {n} in this order can be reached. A filter, or no order, leads to the others.",
        reading: "Reading …",
        failed: "The objects could not be read",
        again: "Try again",
    },
});

/**
 * A list of objects as it is shown: read as one scrolls, drawn as a table or a gallery, with how many there are.
 *
 *     pane.load({ definition, tenant, where, words, order }, { view, columns, order });     // another list
 *     pane.draw({ view, columns, order });                                           // the same one, shown otherwise
 */
export class ObjectsPane extends HTMLElement {
    /** @type {Selection} */
    selection;
    /** @type {(index: number) => void} */
    open = () => {};
    /** @type {(name: string) => void} */
    sortBy = () => {};
    /** What `emptyState` is given where the list is empty. @type {() => object} */
    nothing = () => ({ title: "" });

    #status = h("p", { class: "muted small", role: "status" });
    #place = h("div", { class: "browse-list" });
    #list = null;
    #source = null;
    #look = null;
    #view = null;
    #total = 0;
    #hasFailed = false;
    #loading = new AbortController();

    connectedCallback() {
        replace(this, this.#status, this.#place);
        this.selection.addEventListener("change", this.#markSelected);
    }

    disconnectedCallback() {
        this.#loading.abort();
        this.selection.removeEventListener("change", this.#markSelected);
    }

    /** In order; the same object as long as the list is the same, and growing. */
    get ids() {
        return this.#list?.ids ?? [];
    }

    /** The objects that have been read. */
    get objects() {
        return this.#list?.objects ?? [];
    }

    get total() {
        return this.#total;
    }

    /** Reads on when a place is reached that is near the end of what has been read. */
    reach(index) {
        if (index > this.ids.length - 10) this.#more();
    }

    /** The place that the keys are at; -1 if they are elsewhere. */
    get activeIndex() {
        return this.#view?.grid.indexOf(document.activeElement) ?? -1;
    }

    get active() {
        return this.#list?.at(this.activeIndex);
    }

    async load(source, look) {
        this.#loading.abort();
        this.#loading = new AbortController();
        const { signal } = this.#loading;
        this.#source = source;
        this.#look = look;
        this.#status.textContent = t("reading");
        const { definition, tenant, where, words, order } = source;
        const list = new ObjectList(definition, { tenant, where, words, sort: order, signal });
        try {
            const [, total] = await Promise.all([list.more(), list.total()]);
            if (signal.aborted) return;
            this.#list = list;
            this.#total = total;
            this.#hasFailed = false;
            this.draw(this.#look);
            announce(this.#words);
        } catch (error) {
            if (signal.aborted) return;
            const again = h("button", { type: "button", on: { click: () => this.load(this.#source, this.#look) } }, icon("refresh"), t("again"));
            this.showNothing({ drawing: "alert", title: t("failed"), text: error.message, actions: [again] });
        }
    }

    /** Shows why there is no list: what `emptyState` takes, or an element. */
    showNothing(what) {
        this.#loading.abort();
        this.#list = null;
        this.#showEmpty(what);
    }

    #showEmpty(what) {
        this.#view = null;
        this.#status.textContent = "";
        this.#place.className = "browse-list";
        replace(this.#place, what instanceof Node ? what : emptyState(what));
    }

    draw(look) {
        this.#look = look;
        const list = this.#list;
        if (!list) return;
        if (!list.ids.length) return this.#showEmpty(this.nothing());
        const focused = this.#place.contains(document.activeElement) ? document.activeElement : null;
        const index = this.activeIndex;
        const context = {
            ...look,
            definition: this.#source.definition,
            list,
            selection: this.selection,
            open: this.open,
            sortBy: this.sortBy,
            toggle: (index, isRange) => this.toggle(index, isRange),
        };
        this.#view = look.view === "table" ? tableView(context) : galleryView(context);
        const { grid, element } = this.#view;
        const render = grid.render;
        grid.render = (index) => {
            if (!list.at(index)) this.#readAgain(index);
            return render(index);
        };
        grid.nearEnd = () => this.#more();
        grid.count = list.ids.length;
        this.#place.className = `browse-list ${look.view}`;
        this.#place.scrollTop = 0;
        replace(this.#place, element);
        this.#showStatus();
        if (focused?.dataset.sort) this.#place.querySelector(`[data-sort="${CSS.escape(focused.dataset.sort)}"]`)?.focus();
        else if (focused) grid.focusCell(Math.max(0, index));
    }

    get #words() {
        return t(this.#source.where || this.#source.words ? "matching" : "all", { n: this.#total });
    }

    #showStatus() {
        const { limit, isComplete } = this.#list;
        const isCut = isComplete && limit !== null && this.#total > limit;
        replace(this.#status, this.#words, isCut ? ` · ${t("limit", { n: number(limit) })}` : null);
        if (this.#look.view === "table") this.#view?.element.setAttribute("aria-rowcount", this.#total + 1);
    }

    async #more() {
        const list = this.#list;
        if (!list || list.isComplete || this.#hasFailed) return;
        try {
            if (!(await list.more()) || list !== this.#list) return;
            const { grid } = this.#view;
            grid.count = list.ids.length;
            list.trim(grid.indexOf(grid.querySelector("[data-id]")));
        } catch (error) {
            // Every scrolling would ask again, and fail again.
            this.#hasFailed ||= error.name !== "AbortError";
            showError(error, t("failed"));
        } finally {
            if (list === this.#list) this.#showStatus();
        }
    }

    async #readAgain(index) {
        const list = this.#list;
        try {
            const places = await list.read(index);
            if (list === this.#list) for (const place of places) this.#view?.grid.refresh(place);
        } catch (error) {
            showError(error, t("failed"));
        }
    }

    // MARK: What becomes of objects

    toggle(index, isRange = false) {
        const list = this.#list;
        if (!list?.at(index)) return;
        this.selection.toggle(list.ids.map((id, place) => list.at(place) ?? { id, properties: {} }), index, isRange);
    }

    #markSelected = () => {
        for (const element of this.#place.querySelectorAll("[data-id]")) {
            const isOn = this.selection.has(element.dataset.id);
            const box = element.querySelector("input[type=checkbox]");
            if (box) box.checked = isOn;
            if (element.role === "row") element.setAttribute("aria-selected", String(isOn));
            element.classList.toggle("selected", isOn);
        }
    };

    /** Takes objects out; what is returned puts them back. */
    takeOut(ids) {
        const list = this.#list;
        if (!list) return () => {};
        const index = Math.max(0, list.ids.indexOf(ids[0]));
        const restore = list.remove(ids);
        this.#total -= ids.length;
        this.#redraw(index);
        return () => {
            restore();
            if (list !== this.#list) return;
            this.#total += ids.length;
            this.#redraw(index);
        };
    }

    #redraw(index) {
        // Undone after the screen was left.
        if (!this.isConnected) return;
        if (!this.#view || !this.ids.length) this.draw(this.#look);
        this.#more();
        if (!this.#view) return;
        this.#view.grid.count = this.ids.length;
        this.#view.grid.reset();
        this.#showStatus();
        this.#view.grid.focusCell(Math.min(index, this.ids.length - 1));
    }

    /** Shows an object as it is now. */
    replaceObject(object) {
        this.#list?.replace(object);
        const index = this.ids.indexOf(object.id);
        if (index >= 0) this.#view?.grid.refresh(index);
    }

    /** Puts the focus on an object, or the one at a place if it is gone. */
    focusObject(id, place) {
        const index = this.ids.indexOf(id);
        this.#view?.grid.focusCell(index >= 0 ? index : Math.max(0, Math.min(place, this.ids.length - 1)));
    }
}

customElements.define("nt-objects-pane", ObjectsPane);
