// SPDX-License-Identifier: Apache-2.0

import { debounce, h, replace } from "../../base/dom.js";
import { texts } from "../../base/texts.js";
import { announce } from "../../parts/toasts.js";

const t = texts({
    en: {
        label: "Crop box: the part of the picture that is searched with. Arrow keys move it, with Shift they make it larger or smaller, Delete takes it away.",
        said: ({ x, y, width, height }) => `From ${x} % of the left and ${y} % of the top, ${width} % wide and ${height} % high`,
        gone: "The whole picture",
    },
});

/** The smallest side, as a share. */
const least = 0.04;
const step = 0.02;
/** What a new box is. */
export const middle = { x: 0.15, y: 0.15, width: 0.7, height: 0.7 };

/**
 * A box over a picture that says which part of it counts; drawn, moved and resized by mouse and touch, and by keys. Lies in an element
 * that has the size of the picture. Calls `changed` with the crop, or `null`, when the hand lets go.
 */
export class CropBox extends HTMLElement {
    changed = () => {};

    #crop = null;
    #box = h("div", {
        class: "crop-box",
        tabindex: "0",
        role: "application",
        "aria-label": t("label"),
        hidden: true,
    });

    constructor() {
        super();
        for (const corner of ["nw", "ne", "sw", "se"]) this.#box.append(h("span", { class: `crop-corner ${corner}`, data: { corner } }));
        this.addEventListener("pointerdown", this.#grab);
        this.#box.addEventListener("keydown", this.#pressed);
    }

    connectedCallback() {
        replace(this, this.#box);
    }

    get crop() {
        return this.#crop;
    }

    set crop(crop) {
        this.#crop = crop;
        this.#box.hidden = !crop;
        // Else a finger scrolls the page.
        this.classList.toggle("on", crop !== null);
        if (!crop) return;
        for (const [side, place] of [["left", "x"], ["top", "y"], ["width", "width"], ["height", "height"]]) {
            this.#box.style[side] = `${100 * crop[place]}%`;
        }
    }

    /** The keys' way in. */
    focusBox() {
        this.#box.focus();
    }

    // MARK: Mouse and touch

    #grab = (event) => {
        if (event.button !== 0 || (event.pointerType !== "mouse" && !this.#crop)) return;
        event.preventDefault();
        const before = this.#crop;
        const start = this.#place(event);
        const corner = event.target.dataset?.corner;
        const isMove = !corner && before && this.#box.contains(event.target);
        // A corner is dragged away from the one across; a new box from where the hand went down.
        const fixed = corner
            ? { x: corner.endsWith("w") ? before.x + before.width : before.x, y: corner.startsWith("n") ? before.y + before.height : before.y }
            : start;
        const moved = (next) => {
            const now = this.#place(next);
            if (isMove) {
                const x = clamp(before.x + now.x - start.x, 0, 1 - before.width);
                this.crop = { ...before, x, y: clamp(before.y + now.y - start.y, 0, 1 - before.height) };
            } else if (corner || Math.hypot(now.x - start.x, now.y - start.y) > 0.02) {
                const [x, y] = [Math.min(fixed.x, now.x), Math.min(fixed.y, now.y)];
                this.crop = sound({ x, y, width: Math.abs(fixed.x - now.x), height: Math.abs(fixed.y - now.y) });
            }
        };
        const ended = () => {
            this.removeEventListener("pointermove", moved);
            this.removeEventListener("pointerup", ended);
            this.removeEventListener("pointercancel", ended);
            if (this.#crop) this.#box.focus();
            if (this.#crop !== before) this.changed(this.#crop);
        };
        this.setPointerCapture(event.pointerId);
        this.addEventListener("pointermove", moved);
        this.addEventListener("pointerup", ended);
        this.addEventListener("pointercancel", ended);
    };

    #place(event) {
        const { left, top, width, height } = this.getBoundingClientRect();
        return { x: clamp((event.clientX - left) / width, 0, 1), y: clamp((event.clientY - top) / height, 0, 1) };
    }

    // MARK: Keys

    #pressed = (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
        if (event.key === "Delete" || event.key === "Backspace") {
            this.crop = null;
            announce(t("gone"));
        } else if (way) {
            const [dx, dy] = way.map((each) => each * step);
            const { x, y, width, height } = this.#crop;
            this.crop = event.shiftKey
                ? sound({ x, y, width: clamp(width + dx, least, 1 - x), height: clamp(height + dy, least, 1 - y) })
                : { x: clamp(x + dx, 0, 1 - width), y: clamp(y + dy, 0, 1 - height), width, height };
            announce(t("said", Object.fromEntries(Object.entries(this.#crop).map(([side, value]) => [side, Math.round(100 * value)]))));
        } else {
            return;
        }
        event.preventDefault();
        event.stopPropagation();
        this.#rested(this.#crop);
    };

    #rested = debounce(200, (crop) => this.changed(crop));
}

customElements.define("nt-crop-box", CropBox);

const clamp = (value, from, to) => Math.min(Math.max(value, from), to);

/** No smaller than `least`, and within the picture. */
function sound({ x, y, width, height }) {
    const [w, h] = [Math.max(width, least), Math.max(height, least)];
    return { x: clamp(x, 0, 1 - w), y: clamp(y, 0, 1 - h), width: w, height: h };
}
