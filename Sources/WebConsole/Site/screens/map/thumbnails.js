// SPDX-License-Identifier: Apache-2.0

import { send } from "../../base/api.js";
import { pictureURL } from "../../parts/picture.js";

/** How many are kept, and how many are fetched at a time. */
const keptLimit = 400;
const fetchLimit = 6;

/** Pictures for the points that are seen from near: fetched when they are wanted, with the key if there is one, and few are kept. */
export class Thumbnails {
    /** Called when a picture has come. */
    arrived = () => {};

    #className;
    #tenant;
    /** By id; `null`: it can't be had. The one wanted last is the last. @type {Map<string, ImageBitmap|null>} */
    #kept = new Map();
    #fetching = new Map();
    #wanted = [];
    #isClosed = false;

    constructor(className, tenant) {
        this.#className = className;
        this.#tenant = tenant;
    }

    /** The picture of an object if it is there. */
    get(id) {
        const found = this.#kept.get(id);
        if (found === undefined) return undefined;
        this.#kept.delete(id);
        this.#kept.set(id, found);
        return found;
    }

    /** Has those fetched that are not there; what was wanted before and is no longer is not fetched. @param {string[]} ids */
    want(ids) {
        this.#wanted = ids.filter((id) => !this.#kept.has(id) && !this.#fetching.has(id));
        const still = new Set(ids);
        for (const [id, aborting] of this.#fetching) if (!still.has(id)) aborting.abort();
        this.#fetchMore();
    }

    close() {
        this.#isClosed = true;
        this.want([]);
        for (const bitmap of this.#kept.values()) bitmap?.close();
        this.#kept.clear();
    }

    #fetchMore() {
        while (this.#fetching.size < fetchLimit && this.#wanted.length) this.#fetch(this.#wanted.shift());
    }

    async #fetch(id) {
        const aborting = new AbortController();
        this.#fetching.set(id, aborting);
        try {
            const path = pictureURL(this.#className, id, { size: 128, tenant: this.#tenant });
            const bitmap = await createImageBitmap(await send("GET", path, { as: "blob", signal: aborting.signal }));
            if (this.#isClosed) return bitmap.close();
            this.#keep(id, bitmap);
        } catch (error) {
            // An object without a picture, or one that can't be read, is shown as a point.
            if (error.name !== "AbortError") this.#keep(id, null);
        } finally {
            this.#fetching.delete(id);
            this.#fetchMore();
        }
    }

    #keep(id, bitmap) {
        this.#kept.set(id, bitmap);
        for (const [oldest, old] of this.#kept) {
            if (this.#kept.size <= keptLimit) break;
            this.#kept.delete(oldest);
            old?.close();
        }
        this.arrived();
    }
}

/**
 * The points that get a picture: those that come first in the map, as far as pictures don't overlap.
 *
 * @param {number[]} candidates points in view
 * @param {(point: number) => { x: number, y: number }} place in the view
 * @param {number} side of a picture, in pixels
 * @param {number} limit how many at most
 */
export function pointsWithPictures(candidates, place, side, limit) {
    const taken = new Map();
    const chosen = [];
    for (const point of candidates) {
        if (chosen.length === limit) break;
        const { x, y } = place(point);
        const [column, row] = [Math.floor(x / side), Math.floor(y / side)];
        let isFree = true;
        for (let nearRow = row - 1; nearRow <= row + 1 && isFree; nearRow += 1) {
            for (let nearColumn = column - 1; nearColumn <= column + 1 && isFree; nearColumn += 1) {
                const other = taken.get(`${nearColumn},${nearRow}`);
                if (other && Math.abs(other.x - x) < side && Math.abs(other.y - y) < side) isFree = false;
            }
        }
        if (!isFree) continue;
        // Two pictures that don't overlap can't have their middles in one cell of their size.
        taken.set(`${column},${row}`, { x, y });
        chosen.push(point);
    }
    return chosen;
}
