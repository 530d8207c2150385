// SPDX-License-Identifier: Apache-2.0

/**
 * Cells of equal size in rows, of which only those near the visible part are in the page: ten thousand take no more than fifty. It
 * scrolls with the element around it that scrolls.
 *
 *     const grid = new VirtualGrid();
 *     grid.layout = (width) => ({ columns: Math.floor(width / 180), height: 240, gap: 12 });
 *     grid.render = (index) => element;       // made when it comes near, dropped when it is far
 *     grid.nearEnd = () => loadMore();        // the last rows come near
 *     grid.count = 10_000;
 *
 * The arrow keys, Home and End move the focus from cell to cell; what takes it in a cell is its first `[data-focus]`, or itself.
 */
export class VirtualGrid extends HTMLElement {
    /** From the width in pixels: how many columns, how high a row, and what is between cells. */
    layout = (width) => ({ columns: Math.max(1, Math.floor(width / 180)), height: 220, gap: 12 });

    /** @type {(index: number) => HTMLElement} */
    render = () => document.createElement("div");

    nearEnd = () => {};

    /** How many pixels at the top of the visible part something else covers, such as a head that stays. */
    covered = 0;

    /** Called when a cell has been taken out of the page. @type {(index: number, element: HTMLElement) => void} */
    removed = () => {};

    #count = 0;
    #cells = new Map();
    #geometry = null;
    #scroller = null;
    #resizing = null;
    #active = 0;
    #pending = 0;

    get count() {
        return this.#count;
    }

    set count(value) {
        this.#count = value;
        for (const [index, cell] of [...this.#cells]) if (index >= value) this.#drop(index, cell);
        this.#active = Math.min(this.#active, Math.max(0, value - 1));
        this.schedule();
    }

    /** The cell that the keys are at. */
    get active() {
        return this.#active;
    }

    /** Draws every visible cell again, such as after an order has changed. */
    reset() {
        for (const [index, cell] of [...this.#cells]) this.#drop(index, cell);
        this.#geometry = null;
        this.schedule();
    }

    /** Draws one cell again. */
    refresh(index) {
        const cell = this.#cells.get(index);
        if (!cell) return;
        const hadFocus = cell.contains(document.activeElement);
        this.#drop(index, cell);
        this.#draw();
        if (hadFocus) this.focusCell(index);
    }

    /** The element of a cell that is in the page now. */
    cell(index) {
        return this.#cells.get(index);
    }

    /** The index of the cell that an element is in; -1 if in none. */
    indexOf(element) {
        for (const [index, cell] of this.#cells) if (cell.contains(element)) return index;
        return -1;
    }

    /** Scrolls a cell into view and gives it the focus. */
    focusCell(index) {
        if (index < 0 || index >= this.#count) return;
        this.#active = index;
        const { columns, step } = this.#measure();
        const top = Math.floor(index / columns) * step;
        const view = this.#view();
        if (top < view.top + this.covered) this.#scroller.scrollTop += top - view.top - this.covered;
        else if (top + step > view.top + view.height) this.#scroller.scrollTop += top + step - view.top - view.height;
        this.#draw();
        this.#target(this.#cells.get(index))?.focus({ preventScroll: true });
    }

    connectedCallback() {
        this.style.display = "block";
        this.style.position = "relative";
        this.#scroller = this.#findScroller();
        this.#scroller.addEventListener("scroll", this.#scrolled, { passive: true });
        this.#resizing = new ResizeObserver(() => {
            this.#geometry = null;
            this.#draw();
        });
        this.#resizing.observe(this);
        this.#resizing.observe(this.#scroller);
        this.addEventListener("keydown", this.#pressed);
        this.addEventListener("focusin", this.#focused);
        this.schedule();
    }

    disconnectedCallback() {
        this.#scroller?.removeEventListener("scroll", this.#scrolled);
        this.#resizing?.disconnect();
        this.removeEventListener("keydown", this.#pressed);
        this.removeEventListener("focusin", this.#focused);
        cancelAnimationFrame(this.#pending);
        this.#pending = 0;
    }

    /** Draws with the next frame. */
    schedule() {
        if (!this.isConnected || this.#pending) return;
        this.#pending = requestAnimationFrame(() => {
            this.#pending = 0;
            this.#draw();
        });
    }

    #scrolled = () => this.schedule();

    #findScroller() {
        for (let element = this.parentElement; element; element = element.parentElement) {
            if (/auto|scroll/.test(getComputedStyle(element).overflowY)) return element;
        }
        return document.scrollingElement;
    }

    #measure() {
        if (!this.#geometry) {
            const width = this.clientWidth || 1;
            const { columns, height, gap } = this.layout(width);
            const count = Math.max(1, columns);
            this.#geometry = { columns: count, height, step: height + gap, gap, width: (width - gap * (count - 1)) / count };
            for (const [index, cell] of this.#cells) this.#place(index, cell);
        }
        return this.#geometry;
    }

    /** The visible part, from the top of this element. */
    #view() {
        const own = this.getBoundingClientRect();
        const frame = this.#scroller.getBoundingClientRect();
        return { top: frame.top - own.top, height: this.#scroller.clientHeight };
    }

    #draw() {
        if (!this.isConnected) return;
        const { columns, step, gap } = this.#measure();
        const rows = Math.ceil(this.#count / columns);
        this.style.height = `${Math.max(0, rows * step - gap)}px`;
        const view = this.#view();
        const firstRow = Math.max(0, Math.floor((view.top - view.height / 2) / step));
        const lastRow = Math.min(rows - 1, Math.ceil((view.top + 1.5 * view.height) / step));
        const first = firstRow * columns;
        const last = Math.min(this.#count, (lastRow + 1) * columns) - 1;
        for (const [index, cell] of [...this.#cells]) {
            // What has the focus stays, or the keys would have nowhere to go on from.
            if ((index < first || index > last) && !cell.contains(document.activeElement)) this.#drop(index, cell);
        }
        for (let index = first; index <= last; index += 1) {
            if (this.#cells.has(index)) continue;
            const cell = this.render(index);
            cell.style.position = "absolute";
            this.#cells.set(index, cell);
            this.#place(index, cell);
            const target = this.#target(cell);
            if (target) target.tabIndex = index === this.#active ? 0 : -1;
            const next = this.#cells.get(index + 1);
            this.insertBefore(cell, next?.parentNode === this ? next : null);
        }
        if (this.#count && lastRow >= rows - 2) this.nearEnd();
    }

    #place(index, cell) {
        const { columns, height, step, width, gap } = this.#geometry;
        cell.style.left = `${(index % columns) * (width + gap)}px`;
        cell.style.top = `${Math.floor(index / columns) * step}px`;
        cell.style.width = `${width}px`;
        cell.style.height = `${height}px`;
    }

    #drop(index, cell) {
        this.#cells.delete(index);
        cell.remove();
        this.removed(index, cell);
    }

    #target(cell) {
        if (!cell) return null;
        return cell.matches("[data-focus]") ? cell : (cell.querySelector("[data-focus]") ?? cell);
    }

    #focused = (event) => {
        const index = this.indexOf(event.target);
        if (index < 0 || index === this.#active) return;
        const before = this.#target(this.#cells.get(this.#active));
        if (before) before.tabIndex = -1;
        this.#active = index;
        const now = this.#target(this.#cells.get(index));
        if (now) now.tabIndex = 0;
    };

    #pressed = (event) => {
        if (event.target !== this.#target(this.#cells.get(this.#active))) return;
        const { columns } = this.#measure();
        const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
        let to;
        if (event.key in steps) to = this.#active + steps[event.key];
        else if (event.key === "Home") to = 0;
        else if (event.key === "End") to = this.#count - 1;
        else return;
        event.preventDefault();
        this.focusCell(Math.min(Math.max(to, 0), this.#count - 1));
    };
}

customElements.define("nt-virtual-grid", VirtualGrid);
