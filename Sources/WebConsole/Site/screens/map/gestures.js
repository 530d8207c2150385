// SPDX-License-Identifier: Apache-2.0

/** Pixels that a pointer may move and still be a click; how near a point must be to the pointer, the finger or the crosshair. */
const clickReach = 5;
const mouseReach = 14;
const fingerReach = 26;
const crosshairReach = 60;
const keyStep = 60;

/**
 * What pointers, the wheel and keys do to a plot: move it, zoom it, go over its points, and draw around some of them.
 *
 * With one pointer the map moves, or a line is drawn if `isLasso` or with Shift; two pointers zoom. Keys move the map below a crosshair
 * in the middle: what it is at is the current point, and a box is drawn from where it was begun to the crosshair.
 */
export class Gestures {
    isLasso = false;
    /** The view has changed. */
    moved = () => {};
    /** Another point is current. @type {(point: number, byKeys: boolean) => void} */
    pointed = () => {};
    /** A point, or -1 for where none is, was clicked. @type {(point: number) => void} */
    clicked = () => {};
    /** Points were enclosed. @type {(points: number[], isMore: boolean) => void} */
    enclosed = () => {};
    /** A box is begun or given up. @type {(isBegun: boolean) => void} */
    boxed = () => {};

    #plot;
    #pointers = new Map();
    #start = null;
    #drawing = false;

    /** @param {import("./plot.js").MapPlot} plot @param {AbortSignal} signal ends the listening */
    constructor(plot, signal) {
        this.#plot = plot;
        const listen = (event, run, more = {}) => plot.addEventListener(event, run.bind(this), { signal, ...more });
        listen("pointerdown", this.#down);
        listen("pointermove", this.#move);
        listen("pointerup", this.#up);
        listen("pointercancel", this.#cancel);
        listen("pointerleave", this.#left);
        listen("wheel", this.#wheel, { passive: false });
        listen("dblclick", (event) => this.zoom(2, this.#place(event)));
        listen("keydown", this.#key);
        listen("focus", () => {
            if (!plot.matches(":focus-visible")) return;
            plot.showsCrosshair = true;
            // What is there is said anew to whoever comes back.
            plot.current = -1;
            this.#pointByKeys();
        });
        listen("blur", () => {
            plot.showsCrosshair = false;
            plot.remark();
        });
    }

    zoom(factor, at) {
        this.#plot.viewport.zoomBy(factor, at);
        this.#changed();
        if (this.#plot.showsCrosshair) this.#pointByKeys();
    }

    showAll() {
        this.#plot.viewport.showAll();
        this.#changed();
    }

    /** Begins a box at the crosshair, or ends it and tells what it encloses. */
    box() {
        const plot = this.#plot;
        if (!plot.boxCorner) {
            plot.boxCorner = { ...plot.viewport.center };
            plot.showsCrosshair = true;
            this.boxed(true);
        } else {
            const [one, other] = [plot.boxCorner, plot.viewport.center];
            plot.boxCorner = null;
            const [left, right] = [Math.min(one.x, other.x), Math.max(one.x, other.x)];
            const [top, bottom] = [Math.min(one.y, other.y), Math.max(one.y, other.y)];
            this.enclosed(plot.points.inBox(left, top, right, bottom), false);
        }
        plot.remark();
    }

    // MARK: Pointers

    #place(event) {
        const frame = this.#plot.getBoundingClientRect();
        return { x: event.clientX - frame.left, y: event.clientY - frame.top };
    }

    #down(event) {
        if (event.button !== 0 || event.target.closest("button, a")) return;
        this.#plot.setPointerCapture(event.pointerId);
        this.#pointers.set(event.pointerId, this.#place(event));
        if (this.#pointers.size > 1) {
            this.#stopDrawing();
            this.#start = null;
            return;
        }
        this.#start = this.#place(event);
        this.#plot.showsCrosshair = false;
        if (this.isLasso || event.shiftKey) {
            this.#drawing = true;
            this.#plot.line = [this.#plot.viewport.toMap(this.#start)];
        }
    }

    #move(event) {
        const plot = this.#plot;
        const place = this.#place(event);
        const before = this.#pointers.get(event.pointerId);
        if (!before) {
            if (event.pointerType === "mouse") this.#point(plot.pointAt(place, mouseReach));
            return;
        }
        if (this.#drawing) {
            if (Math.hypot(place.x - before.x, place.y - before.y) < 2) return;
            plot.line.push(plot.viewport.toMap(place));
            plot.remark();
        } else if (this.#pointers.size === 1) {
            const isClick = this.#start && Math.hypot(place.x - this.#start.x, place.y - this.#start.y) <= clickReach;
            if (isClick) return;
            plot.viewport.pan(place.x - before.x, place.y - before.y);
            this.#start = null;
            this.#changed();
        } else {
            this.#pinch(event.pointerId, place);
        }
        this.#pointers.set(event.pointerId, place);
    }

    #pinch(id, place) {
        const [otherID] = [...this.#pointers.keys()].filter((each) => each !== id);
        const other = this.#pointers.get(otherID);
        const before = this.#pointers.get(id);
        const spread = (one) => Math.max(10, Math.hypot(one.x - other.x, one.y - other.y));
        const middle = (one) => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });
        this.#plot.viewport.zoomBy(spread(place) / spread(before), middle(before));
        this.#plot.viewport.pan(middle(place).x - middle(before).x, middle(place).y - middle(before).y);
        this.#changed();
    }

    #up(event) {
        if (!this.#pointers.delete(event.pointerId)) return;
        const { line } = this.#plot;
        if (this.#drawing && line.length > 2) {
            this.#stopDrawing();
            this.enclosed(this.#plot.points.enclosed(line), event.shiftKey);
        } else if (this.#start) {
            const point = this.#plot.pointAt(this.#start, event.pointerType === "mouse" ? mouseReach : fingerReach);
            this.#stopDrawing();
            this.#point(point);
            this.clicked(point);
        }
        this.#start = null;
    }

    #cancel(event) {
        this.#pointers.delete(event.pointerId);
        this.#stopDrawing();
        this.#start = null;
    }

    #left(event) {
        if (!this.#pointers.size && event.pointerType === "mouse") this.#point(-1);
    }

    #stopDrawing() {
        this.#drawing = false;
        this.#plot.line = [];
        this.#plot.remark();
    }

    #wheel(event) {
        event.preventDefault();
        // A line is about 16 pixels; a turn of a usual wheel is 100.
        const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 * event.deltaY : event.deltaY;
        const speed = event.ctrlKey ? 0.01 : 0.002;
        this.zoom(Math.exp(-Math.max(-200, Math.min(200, pixels)) * speed), this.#place(event));
    }

    // MARK: Keys

    #key(event) {
        if (event.target !== this.#plot || event.ctrlKey || event.metaKey || event.altKey) return;
        const step = event.shiftKey ? keyStep / 5 : keyStep;
        const ways = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
        if (event.key in ways) {
            this.#plot.viewport.pan(...ways[event.key]);
            this.#changed();
        } else if (event.key === "+" || event.key === "=") this.#plot.viewport.zoomBy(1.5);
        else if (event.key === "-") this.#plot.viewport.zoomBy(1 / 1.5);
        else if (event.key === "0" || event.key === "Home") this.#plot.viewport.showAll();
        else if (event.key === "b") this.box();
        else if (event.key === "Escape" && (this.#plot.boxCorner || this.#drawing)) {
            this.#plot.boxCorner = null;
            this.#stopDrawing();
            this.boxed(false);
        } else return;
        event.preventDefault();
        event.stopPropagation();
        this.#plot.showsCrosshair = true;
        this.#changed();
        this.#pointByKeys();
    }

    #pointByKeys() {
        const { width, height } = this.#plot.viewport;
        this.#point(this.#plot.pointAt({ x: width / 2, y: height / 2 }, crosshairReach), true);
    }

    #point(point, byKeys = false) {
        this.#plot.remark();
        if (point === this.#plot.current) return;
        this.#plot.current = point;
        this.pointed(point, byKeys);
    }

    #changed() {
        this.#plot.redraw();
        this.moved();
    }
}
