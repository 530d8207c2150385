// SPDX-License-Identifier: Apache-2.0

import { h } from "../../base/dom.js";
import { PointPainter, colorsOf, pointRadius } from "./point-painter.js";
import { outline } from "./shapes.js";
import { pointsWithPictures } from "./thumbnails.js";
import { Viewport } from "./viewport.js";

/** Pictures are shown when so many points are in view at most, and so many of them. */
const crowdLimit = 1_500;
const pictureLimit = 150;
const pictureSide = 52;

/**
 * Shows the points of a map. What is done to it comes from `Gestures`; what is marked is told by its properties, after which `redraw()`
 * is called.
 *
 * Two canvases lie upon each other: the points below, and above them pictures, marks and lines, which change more often.
 */
export class MapPlot extends HTMLElement {
    /** @type {import("./points.js").MapPoints|null} */
    points = null;
    viewport = new Viewport();
    /** @type {Set<number>} */
    selected = new Set();
    /** The point under the pointer or the crosshair; -1: none. */
    current = -1;
    /** @type {import("./thumbnails.js").Thumbnails|null} */
    thumbnails = null;
    /** A line that is being drawn around points, in places of the map. */
    line = [];
    /** A corner of a box whose opposite one is the middle of the view, in places of the map. */
    boxCorner = null;
    showsCrosshair = false;
    /** Called with the milliseconds that painting took. */
    painted = () => {};

    #base = h("canvas", {});
    #overlay = h("canvas", {});
    #probe = h("span", { hidden: true });
    #painter = new PointPainter();
    #colors = null;
    #pending = 0;
    #isBaseOld = true;
    #resizing = null;
    #scheme = matchMedia("(prefers-color-scheme: dark)");

    connectedCallback() {
        if (!this.firstChild) this.append(this.#base, this.#overlay, this.#probe);
        this.#resizing = new ResizeObserver(() => this.#resize());
        this.#resizing.observe(this);
        this.#scheme.addEventListener("change", this.#recolor);
        document.addEventListener("themechange", this.#recolor);
        this.#recolor();
        this.#resize();
    }

    disconnectedCallback() {
        this.#resizing.disconnect();
        this.#scheme.removeEventListener("change", this.#recolor);
        document.removeEventListener("themechange", this.#recolor);
        cancelAnimationFrame(this.#pending);
        this.#pending = 0;
    }

    /** Paints all with the next frame. */
    redraw() {
        this.#isBaseOld = true;
        this.remark();
    }

    /** Paints pictures, marks and lines with the next frame; points stay as they are. */
    remark() {
        if (!this.isConnected || this.#pending) return;
        this.#pending = requestAnimationFrame(() => {
            this.#pending = 0;
            this.#paint();
        });
    }

    /** The point at a place of the view, within some pixels; -1 if there is none. */
    pointAt(place, reach) {
        if (!this.points) return -1;
        const { x, y } = this.viewport.toMap(place);
        return this.points.nearest(x, y, reach / this.viewport.scale);
    }

    placeOf(point) {
        return this.viewport.toView({ x: this.points.x[point], y: this.points.y[point] });
    }

    #recolor = () => {
        this.#colors = colorsOf(this.#probe);
        this.#painter.colors = this.#colors;
        this.redraw();
    };

    #resize() {
        const { clientWidth, clientHeight } = this;
        if (!clientWidth || !clientHeight) return;
        this.viewport.width = clientWidth;
        this.viewport.height = clientHeight;
        for (const canvas of [this.#base, this.#overlay]) {
            canvas.width = Math.round(clientWidth * devicePixelRatio);
            canvas.height = Math.round(clientHeight * devicePixelRatio);
        }
        this.redraw();
    }

    #paint() {
        if (!this.points || !this.#base.width) return;
        const start = performance.now();
        if (this.#isBaseOld) this.#painter.paint(this.#base, this.viewport, this.points, this.selected, devicePixelRatio);
        this.#isBaseOld = false;
        const context = this.#overlay.getContext("2d");
        context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
        context.clearRect(0, 0, this.viewport.width, this.viewport.height);
        if (this.thumbnails) this.#paintPictures(context);
        this.#paintMarks(context);
        this.painted(performance.now() - start);
    }

    #css(channels, alpha = 1) {
        return `rgb(${channels.join(" ")} / ${alpha})`;
    }

    #paintPictures(context) {
        const inView = [];
        this.points.visit(...this.viewport.bounds(pictureSide / 2), (point) => {
            if (inView.length <= crowdLimit) inView.push(point);
        });
        const isCrowd = inView.length > crowdLimit;
        const chosen = isCrowd
            ? []
            : pointsWithPictures(inView.sort((one, other) => one - other), (point) => this.placeOf(point), pictureSide + 4, pictureLimit);
        this.thumbnails.want(chosen.map((point) => this.points.ids[point]));
        for (const point of chosen) {
            const bitmap = this.thumbnails.get(this.points.ids[point]);
            if (bitmap) this.#paintPicture(context, point, bitmap);
        }
    }

    #paintPicture(context, point, bitmap) {
        const { x, y } = this.placeOf(point);
        const { look } = this.points.categoryOf(point);
        const isFaded = this.selected.size > 0 && !this.selected.has(point);
        const half = pictureSide / 2;
        context.save();
        const side = Math.min(bitmap.width, bitmap.height);
        context.beginPath();
        context.roundRect(x - half, y - half, pictureSide, pictureSide, 6);
        context.fillStyle = this.#css(this.#colors.background);
        context.fill();
        context.globalAlpha = isFaded ? 0.3 : 1;
        context.save();
        context.clip();
        context.drawImage(
            bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, x - half, y - half, pictureSide, pictureSide,
        );
        context.restore();
        context.lineWidth = 2.5;
        context.strokeStyle = this.#css(this.#colors.categories[look]);
        context.stroke();
        // The sign of the category in a corner, so that color is not all there is.
        context.translate(x - half + 3, y - half + 3);
        context.scale(6, 6);
        context.lineWidth = 0.6;
        context.strokeStyle = this.#css(this.#colors.background);
        context.fillStyle = this.#css(this.#colors.categories[look]);
        const shape = outline(look);
        context.stroke(shape);
        context.fill(shape);
        context.restore();
    }

    #paintMarks(context) {
        const radius = pointRadius(this.points.visibleCount, this.viewport.zoom);
        if (this.current >= 0) {
            const { x, y } = this.placeOf(this.current);
            context.beginPath();
            context.arc(x, y, Math.max(radius + 4, 8), 0, 2 * Math.PI);
            context.lineWidth = 4;
            context.strokeStyle = this.#css(this.#colors.background);
            context.stroke();
            context.lineWidth = 2;
            context.strokeStyle = this.#css(this.#colors.text);
            context.stroke();
        }
        if (this.line.length > 1) {
            context.beginPath();
            for (const corner of this.line.map((each) => this.viewport.toView(each))) context.lineTo(corner.x, corner.y);
            this.#paintArea(context);
        }
        const [middleX, middleY] = [this.viewport.width / 2, this.viewport.height / 2];
        if (this.boxCorner) {
            const { x, y } = this.viewport.toView(this.boxCorner);
            context.beginPath();
            context.rect(x, y, middleX - x, middleY - y);
            this.#paintArea(context);
        }
        if (this.showsCrosshair) {
            context.beginPath();
            for (const [x, y] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
                context.moveTo(middleX + 5 * x, middleY + 5 * y);
                context.lineTo(middleX + 16 * x, middleY + 16 * y);
            }
            context.lineWidth = 4;
            context.strokeStyle = this.#css(this.#colors.background);
            context.stroke();
            context.lineWidth = 2;
            context.strokeStyle = this.#css(this.#colors.accent);
            context.stroke();
        }
    }

    #paintArea(context) {
        context.closePath();
        context.fillStyle = this.#css(this.#colors.accent, 0.12);
        context.fill();
        context.lineWidth = 2;
        context.setLineDash([6, 4]);
        context.strokeStyle = this.#css(this.#colors.accent);
        context.stroke();
        context.setLineDash([]);
    }
}

customElements.define("nt-map-plot", MapPlot);
