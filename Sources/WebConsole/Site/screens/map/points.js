// SPDX-License-Identifier: Apache-2.0

import { number } from "../../base/format.js";
import { noValue } from "./shapes.js";

/** How many values have a color of their own; with more, the most frequent ones but one have, and one stands for the others. */
const valueLimit = 8;

/**
 * The points of a map, in the square from 0 to 1, by category, and found by place.
 *
 * A grid of cells with about four points each finds what is near a place or in a box without looking at all points.
 */
export class MapPoints {
    /** @type {string[]} */
    ids;
    /** The value that colors a point, as text; `null`: it has none. @type {(string|null)[]} */
    values;
    x;
    y;
    /** For each point the place of its category in `categories`. */
    category;
    /** `name`, `count`, `look` (which shape and color), `kind`: "value", "other", "none" or "all"; `isHidden`. */
    categories;

    #side;
    #cellStarts;
    #cellPoints;

    /**
     * @param {{ id: string, x: number, y: number, color?: string|null }[]} points
     * @param {{ isNumeric?: boolean, isColored?: boolean }} [options] whether values are numbers: many of them are shown as ranges
     */
    constructor(points, { isNumeric = false, isColored = true } = {}) {
        this.ids = points.map((point) => point.id);
        this.values = points.map((point) => point.color ?? null);
        this.x = Float32Array.from(points, (point) => point.x);
        this.y = Float32Array.from(points, (point) => point.y);
        this.category = new Uint8Array(points.length);
        if (isColored) this.#categorize(isNumeric);
        else this.categories = [{ name: "", count: points.length, look: 0, kind: "all", isHidden: false }];
        this.#index();
    }

    get count() {
        return this.ids.length;
    }

    get visibleCount() {
        return this.categories.reduce((sum, each) => sum + (each.isHidden ? 0 : each.count), 0);
    }

    isVisible(point) {
        return !this.categories[this.category[point]].isHidden;
    }

    categoryOf(point) {
        return this.categories[this.category[point]];
    }

    // MARK: Categories

    #categorize(isNumeric) {
        const counts = new Map();
        for (const value of this.values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
        const named = isNumeric && counts.size > valueLimit ? this.#ranges(counts) : this.#frequent(counts, isNumeric);
        const categories = named.categories.map((each, look) => ({ kind: "value", ...each, count: 0, look, isHidden: false }));
        let none = -1;
        for (const [point, value] of this.values.entries()) {
            if (value === null && none < 0) {
                none = categories.length;
                categories.push({ name: "", kind: "none", count: 0, look: noValue, isHidden: false });
            }
            const place = value === null ? none : named.placeOf(value);
            this.category[point] = place;
            categories[place].count += 1;
        }
        this.categories = categories;
    }

    #frequent(counts, isNumeric) {
        const byCount = [...counts].sort((one, other) => other[1] - one[1] || one[0].localeCompare(other[0], "en", { numeric: true }));
        const isAll = counts.size <= valueLimit;
        const kept = byCount.slice(0, isAll ? valueLimit : valueLimit - 1).map(([name]) => name);
        if (isNumeric) kept.sort((one, other) => one - other);
        const places = new Map(kept.map((name, place) => [name, place]));
        const categories = kept.map((name) => ({ name }));
        if (!isAll) categories.push({ name: "", kind: "other", values: counts.size - kept.length });
        return { categories, placeOf: (value) => places.get(value) ?? kept.length };
    }

    /** Ranges of numbers with about equally many points each. */
    #ranges(counts) {
        const numbers = [...counts].map(([text, count]) => [Number(text), count]).sort((one, other) => one[0] - other[0]);
        const total = numbers.reduce((sum, [, count]) => sum + count, 0);
        const ranges = [];
        let seen = 0;
        for (const [value, count] of numbers) {
            const wanted = Math.min(valueLimit - 2, Math.floor((seen * (valueLimit - 1)) / total));
            if (ranges.length <= wanted) ranges.push({ from: value, to: value });
            ranges.at(-1).to = value;
            seen += count;
        }
        const name = ({ from, to }) => (from === to ? number(from) : `${number(from)} – ${number(to)}`);
        return {
            categories: ranges.map((range) => ({ name: name(range) })),
            placeOf: (text) => ranges.findIndex(({ to }) => Number(text) <= to),
        };
    }

    // MARK: Places

    #index() {
        this.#side = Math.max(1, Math.min(512, Math.floor(Math.sqrt(this.count / 4))));
        const cells = new Uint32Array(this.count);
        this.#cellStarts = new Uint32Array(this.#side * this.#side + 1);
        for (let point = 0; point < this.count; point += 1) {
            cells[point] = this.#cell(this.y[point]) * this.#side + this.#cell(this.x[point]);
            this.#cellStarts[cells[point] + 1] += 1;
        }
        for (let cell = 0; cell < this.#side * this.#side; cell += 1) this.#cellStarts[cell + 1] += this.#cellStarts[cell];
        const next = this.#cellStarts.slice();
        this.#cellPoints = new Uint32Array(this.count);
        for (let point = 0; point < this.count; point += 1) this.#cellPoints[next[cells[point]]++] = point;
    }

    #cell(coordinate) {
        return Math.max(0, Math.min(this.#side - 1, Math.floor(coordinate * this.#side)));
    }

    /** Calls `visit` with each visible point in a box. */
    visit(left, top, right, bottom, visit) {
        const [firstColumn, lastColumn] = [this.#cell(left), this.#cell(right)];
        for (let row = this.#cell(top); row <= this.#cell(bottom); row += 1) {
            const start = this.#cellStarts[row * this.#side + firstColumn];
            const end = this.#cellStarts[row * this.#side + lastColumn + 1];
            for (let place = start; place < end; place += 1) {
                const point = this.#cellPoints[place];
                if (this.x[point] < left || this.x[point] > right || this.y[point] < top || this.y[point] > bottom) continue;
                if (this.isVisible(point)) visit(point);
            }
        }
    }

    /** The visible points in a box, by place in the map. */
    inBox(left, top, right, bottom) {
        const found = [];
        this.visit(left, top, right, bottom, (point) => found.push(point));
        return found.sort((one, other) => one - other);
    }

    /** The visible point nearest to a place; -1 if none is within `distance`. */
    nearest(x, y, distance) {
        let best = -1;
        let least = distance * distance;
        this.visit(x - distance, y - distance, x + distance, y + distance, (point) => {
            const away = (this.x[point] - x) ** 2 + (this.y[point] - y) ** 2;
            if (away > least) return;
            least = away;
            best = point;
        });
        return best;
    }

    /** Of the visible points in a box, which has so many, those nearest to a place in it, the nearest first. */
    nearestOf(x, y, count, [left, top, right, bottom]) {
        const away = (point) => (this.x[point] - x) ** 2 + (this.y[point] - y) ** 2;
        for (let reach = 0.02 * (right - left); ; reach *= 1.5) {
            const found = this.inBox(Math.max(left, x - reach), Math.max(top, y - reach), Math.min(right, x + reach), Math.min(bottom, y + reach));
            const isWhole = reach >= Math.max(right - left, bottom - top);
            // What lies in the corners of the square may be farther than what lies beyond its sides.
            const inside = isWhole ? found : found.filter((point) => away(point) <= reach * reach);
            if (inside.length >= count || isWhole) return inside.sort((one, other) => away(one) - away(other)).slice(0, count);
        }
    }

    /** The visible points that a closed line encloses. @param {{ x: number, y: number }[]} line */
    enclosed(line) {
        if (line.length < 3) return [];
        const xs = line.map((corner) => corner.x);
        const ys = line.map((corner) => corner.y);
        return this.inBox(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)).filter((point) =>
            isInside(this.x[point], this.y[point], line),
        );
    }
}

/** Whether a ray from the place crosses the line an odd number of times. */
function isInside(x, y, line) {
    let inside = false;
    for (let index = 0, before = line.length - 1; index < line.length; before = index, index += 1) {
        const [one, other] = [line[index], line[before]];
        if (one.y > y !== other.y > y && x < ((other.x - one.x) * (y - one.y)) / (other.y - one.y) + one.x) inside = !inside;
    }
    return inside;
}
