// SPDX-License-Identifier: Apache-2.0
// What is searched for, as the address holds it:
//
//     class, tenant, vector    where
//     like                     what with: entries with "_" between them, see `entryText`
//     q                        words
//     k, min, max              how many; from what per cent; up to what distance
//     filter, group, copies    filters as JSON; the property of groups; "hide"
//     view                     of an object that is open

import { href } from "../../base/address.js";

const defaultCount = 20;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @param {URLSearchParams} query */
export function readState(query) {
    const count = Number.parseInt(query.get("k") ?? "", 10);
    return {
        className: query.get("class") ?? undefined,
        tenant: query.get("tenant") ?? undefined,
        vector: query.get("vector") ?? "",
        entries: (query.get("like") ?? "").split("_").map(readEntry).filter((entry) => entry),
        words: query.get("q") ?? "",
        count: count >= 1 ? Math.min(count, 100) : defaultCount,
        minPercent: share(query.get("min"), 0, 100),
        maxDistance: share(query.get("max"), 0, Infinity),
        filter: readFilter(query.get("filter")),
        group: query.get("group") ?? "",
        hidesCopies: query.get("copies") === "hide",
    };
}

/** Where the page shows this. */
export function stateHref(state) {
    return href("search", {
        class: state.className,
        tenant: state.tenant,
        vector: state.vector,
        like: state.entries.map(entryText).join("_"),
        q: state.words,
        k: state.count === defaultCount ? "" : state.count,
        min: state.minPercent ?? "",
        max: state.maxDistance ?? "",
        filter: state.filter.rows.length ? JSON.stringify(state.filter) : "",
        group: state.group,
        copies: state.hidesCopies ? "hide" : "",
    });
}

/** What a search answers by: as long as this stays, the answer does. The threshold is none of it; it only hides. */
export const searchKey = (state) => JSON.stringify({ ...state, minPercent: null, maxDistance: null, filter: whatSays(state.filter) });

/** A filter without the rows that are still being filled in. */
const whatSays = (filter) => ({ ...filter, rows: filter.rows.filter((row) => row.value !== "") });

function share(text, least, most) {
    const value = Number.parseFloat(text ?? "");
    return value >= least && value <= most ? value : null;
}

function readFilter(text) {
    const none = { join: "And", rows: [] };
    if (!text) return none;
    try {
        const { join, rows } = JSON.parse(text);
        if (!Array.isArray(rows)) return none;
        const isRow = (row) => [row?.property, row?.operator, row?.value].every((each) => typeof each === "string");
        return { join: join === "Or" ? "Or" : "And", rows: rows.filter(isRow).slice(0, 50) };
    } catch {
        return none;
    }
}

// MARK: Entries

/**
 * One thing to search with.
 *
 * @typedef {object} Entry
 * @property {"object"|"file"|"vector"|"url"} kind
 * @property {string} ref the id of an object, a URL, or what `pictures.js` keeps it under
 * @property {boolean} isMinus whether it leads away
 * @property {number} weight above 0
 * @property {{ x: number, y: number, width: number, height: number }} [crop] as shares
 * @property {number} turn quarters to the right
 * @property {boolean} isMirrored
 */
export const entry = (kind, ref, isMinus = false) => ({ kind, ref, isMinus, weight: 1, crop: null, turn: 0, isMirrored: false });

const kinds = { p: "file", v: "vector", u: "url" };

/** `-`, if it leads away; the id, or a letter for the kind and the rest; then, with "*" before each, weight, turn, mirror and crop. */
function entryText({ kind, ref, isMinus, weight, crop, turn, isMirrored }) {
    const letter = Object.keys(kinds).find((key) => kinds[key] === kind);
    const name = kind === "object" ? ref : letter + escaped(ref);
    const parts = [(isMinus ? "-" : "") + name];
    if (weight !== 1) parts.push(`w${Math.round(100 * weight)}`);
    if (turn) parts.push(`t${turn}`);
    if (isMirrored) parts.push("m");
    if (crop) parts.push(`c${[crop.x, crop.y, crop.width, crop.height].map((side) => Math.round(10_000 * side)).join("-")}`);
    return parts.join("*");
}

const escaped = (text) => encodeURIComponent(text).replaceAll("_", "%5F").replaceAll("*", "%2A");

function readEntry(text) {
    const [name, ...parts] = text.split("*");
    const isMinus = name.startsWith("-");
    const rest = isMinus ? name.slice(1) : name;
    const read = uuid.test(rest) ? entry("object", rest, isMinus) : readNamed(rest, isMinus);
    if (!read) return null;
    for (const part of parts) {
        const value = part.slice(1);
        if (part[0] === "w") read.weight = Math.min(Math.max(Number.parseInt(value, 10) || 100, 10), 300) / 100;
        else if (part[0] === "t") read.turn = (Number.parseInt(value, 10) || 0) & 3;
        else if (part === "m") read.isMirrored = true;
        else if (part[0] === "c") read.crop = readCrop(value);
    }
    return read;
}

function readNamed(text, isMinus) {
    const kind = kinds[text[0]];
    if (!kind) return null;
    try {
        const ref = decodeURIComponent(text.slice(1));
        if (kind === "url" ? !/^https?:\/\//i.test(ref) : !/^[0-9a-f]{8}$/.test(ref)) return null;
        return entry(kind, ref, isMinus);
    } catch {
        return null;
    }
}

function readCrop(text) {
    const [x, y, width, height] = text.split("-").map((side) => Number.parseInt(side, 10) / 10_000);
    const isWithin = x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= 1.0001 && y + height <= 1.0001;
    return isWithin ? { x, y, width: Math.min(width, 1 - x), height: Math.min(height, 1 - y) } : null;
}
