// SPDX-License-Identifier: Apache-2.0

import { noValue, stamp } from "./shapes.js";

/** How much of a point's color is left where others are selected. */
const faded = 0.3;

/** Pixels of the page from the middle of a point to its edge: smaller the more there are, larger from near. */
export function pointRadius(count, zoom) {
    const whole = count <= 300 ? 6 : count <= 2_000 ? 4.5 : count <= 10_000 ? 3 : count <= 40_000 ? 2.2 : 1.6;
    return Math.min(7, whole * Math.max(1, zoom) ** 0.3);
}

/**
 * Paints points pixel by pixel: a hundred thousand take some milliseconds, on any machine and without a graphics processor.
 *
 * Shapes are turned into lists of pixels once for each size and color; a point adds its place to them.
 */
export class PointPainter {
    #image = null;
    #pixels = null;
    #stamps = new Map();
    #background = 0;
    #colors = null;

    /** @param {{ background: number[], categories: number[][] }} colors red, green and blue, by look; the last is for `noValue` */
    set colors({ background, categories }) {
        this.#background = packed(background);
        this.#colors = { background, categories };
        this.#stamps.clear();
    }

    /**
     * @param {HTMLCanvasElement} canvas
     * @param {import("./viewport.js").Viewport} viewport
     * @param {import("./points.js").MapPoints} points
     * @param {Set<number>} selected
     * @param {number} ratio pixels of the canvas for one of the page
     */
    paint(canvas, viewport, points, selected, ratio) {
        const { width, height } = canvas;
        const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
        if (this.#image?.width !== width || this.#image.height !== height) {
            this.#image = context.createImageData(width, height);
            this.#pixels = new Uint32Array(this.#image.data.buffer);
        }
        this.#pixels.fill(this.#background);
        const radius = pointRadius(points.visibleCount, viewport.zoom) * ratio;
        const isFaded = selected.size > 0;
        const looks = points.categories.map((each) => this.#stamp(each.look, radius, isFaded));
        const scale = viewport.scale * ratio;
        const left = (viewport.width / 2) * ratio - viewport.center.x * scale;
        const top = (viewport.height / 2) * ratio - viewport.center.y * scale;
        const { x, y, category } = points;
        points.visit(...viewport.bounds(10), (point) => {
            this.#put(looks[category[point]], Math.round(x[point] * scale + left), Math.round(y[point] * scale + top), width, height);
        });
        for (const point of selected) {
            if (!points.isVisible(point)) continue;
            const full = this.#stamp(points.categoryOf(point).look, radius * 1.2, false);
            this.#put(full, Math.round(x[point] * scale + left), Math.round(y[point] * scale + top), width, height);
        }
        context.putImageData(this.#image, 0, 0);
    }

    #stamp(look, radius, isFaded) {
        const key = `${look} ${radius.toFixed(2)} ${isFaded}`;
        let made = this.#stamps.get(key);
        if (made) return made;
        // Sizes come and go with every step of zooming.
        if (this.#stamps.size > 200) this.#stamps.clear();
        const { background, categories } = this.#colors;
        const strength = isFaded ? faded : 1;
        const color = categories[look].map((value, channel) => Math.round(value * strength + background[channel] * (1 - strength)));
        made = { ...stamp(look, radius), color, packed: packed(color) };
        this.#stamps.set(key, made);
        return made;
    }

    #put({ reach, solid, edge, cover, color, packed: whole }, x, y, width, height) {
        const pixels = this.#pixels;
        const isInside = x >= reach && y >= reach && x < width - reach && y < height - reach;
        const fits = (left, top) => isInside || (left >= 0 && top >= 0 && left < width && top < height);
        for (let index = 0; index < solid.length; index += 2) {
            const left = x + solid[index];
            const top = y + solid[index + 1];
            if (fits(left, top)) pixels[top * width + left] = whole;
        }
        for (let index = 0; index < edge.length; index += 2) {
            const left = x + edge[index];
            const top = y + edge[index + 1];
            if (!fits(left, top)) continue;
            const place = top * width + left;
            const below = pixels[place];
            const share = cover[index >> 1];
            const mix = (value, shift) => (((below >> shift) & 255) * (1 - share) + value * share) | 0;
            pixels[place] = 0xff000000 | (mix(color[2], 16) << 16) | (mix(color[1], 8) << 8) | mix(color[0], 0);
        }
    }
}

const packed = ([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

/** Colors as the page has them now, read off a hidden element. */
export function colorsOf(element) {
    const read = (color) => {
        element.style.color = color;
        const text = getComputedStyle(element).color;
        return text.match(/[\d.]+/g).slice(0, 3).map(Number);
    };
    const categories = [];
    for (let look = 0; look < noValue; look += 1) categories.push(read(`var(--category-${look + 1})`));
    categories.push(read("var(--line-strong)"));
    return { background: read("var(--surface)"), accent: read("var(--accent)"), text: read("var(--text)"), categories };
}
