// SPDX-License-Identifier: Apache-2.0

/** What is left free around the whole map, as a share of the view. */
const margin = 0.08;

/** The part of the map that is seen. Places of the map are from 0 to 1, those of the view pixels from its upper left corner. */
export class Viewport {
    static zoomLimits = [0.5, 5000];

    width = 1;
    height = 1;
    /** The place of the map in the middle of the view. */
    center = { x: 0.5, y: 0.5 };
    /** 1 shows the whole map. */
    zoom = 1;

    /** Pixels of the view for the whole side of the map. */
    get scale() {
        return Math.min(this.width, this.height) * (1 - margin) * this.zoom;
    }

    toView({ x, y }) {
        return { x: (x - this.center.x) * this.scale + this.width / 2, y: (y - this.center.y) * this.scale + this.height / 2 };
    }

    toMap({ x, y }) {
        return { x: (x - this.width / 2) / this.scale + this.center.x, y: (y - this.height / 2) / this.scale + this.center.y };
    }

    /** Left, top, right and bottom of what is seen, in the map, and `more` pixels around it. */
    bounds(more = 0) {
        const { x: left, y: top } = this.toMap({ x: -more, y: -more });
        const { x: right, y: bottom } = this.toMap({ x: this.width + more, y: this.height + more });
        return [left, top, right, bottom];
    }

    /** Moves what is seen by pixels. */
    pan(x, y) {
        this.moveTo(this.center.x - x / this.scale, this.center.y - y / this.scale);
    }

    /** Brings a place of the map to the middle. The middle never leaves the map. */
    moveTo(x, y) {
        this.center = { x: Math.max(0, Math.min(1, x)), y: Math.max(0, Math.min(1, y)) };
    }

    /** Zooms so that what is at a place of the view stays there. */
    zoomBy(factor, at = { x: this.width / 2, y: this.height / 2 }) {
        const fixed = this.toMap(at);
        const [least, most] = Viewport.zoomLimits;
        this.zoom = Math.max(least, Math.min(most, this.zoom * factor));
        const moved = this.toMap(at);
        this.moveTo(this.center.x + fixed.x - moved.x, this.center.y + fixed.y - moved.y);
    }

    showAll() {
        this.zoom = 1;
        this.center = { x: 0.5, y: 0.5 };
    }

    /** Shows a box of the map with some room around it. */
    show(left, top, right, bottom) {
        const side = Math.max(right - left, bottom - top, 0.002);
        this.zoom = Math.max(Viewport.zoomLimits[0], Math.min(Viewport.zoomLimits[1], 0.8 / side));
        this.moveTo((left + right) / 2, (top + bottom) / 2);
    }

    /** As the address keeps it; "" for the whole map. */
    toString() {
        if (this.zoom === 1 && this.center.x === 0.5 && this.center.y === 0.5) return "";
        const digits = Math.max(4, Math.ceil(Math.log10(this.zoom)) + 4);
        return [this.center.x.toFixed(digits), this.center.y.toFixed(digits), Number(this.zoom.toPrecision(4))].join(",");
    }

    /** Takes what the address keeps; the whole map if it is nothing that can be shown. */
    read(text) {
        const [x, y, zoom] = (text ?? "").split(",").map(Number);
        const [least, most] = Viewport.zoomLimits;
        if (![x, y, zoom].every(Number.isFinite) || zoom < least || zoom > most) return this.showAll();
        this.zoom = zoom;
        this.moveTo(x, y);
    }
}
