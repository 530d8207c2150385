// SPDX-License-Identifier: Apache-2.0
// Objects as files that the page makes: JSON, and CSV that spreadsheets open without running anything in it.

import { isBlob } from "../base/schema.js";
import { saveBlob } from "./save.js";

/**
 * Saves objects as JSON or CSV.
 *
 * @param {"json"|"csv"} format
 * @param {object} definition of their class
 * @param {Array<{ id: string, tenant?: string, properties: object }>} objects
 * @param {string[]} more names of further members of the objects, such as `distance`
 */
export function exportObjects(format, definition, objects, more = []) {
    const name = `${definition.class}-${objects.length}.${format}`;
    if (format === "csv") return saveBlob(new Blob([csvOf(definition, objects, more)], { type: "text/csv;charset=utf-8" }), name);
    const rows = objects.map((object) => ({
        class: definition.class,
        id: object.id,
        tenant: object.tenant,
        ...Object.fromEntries(more.map((member) => [member, object[member]])),
        properties: object.properties,
    }));
    saveBlob(new Blob([JSON.stringify(rows, null, 2)], { type: "application/json" }), name);
}

/** CSV after RFC 4180: a line of names, then a line an object. */
function csvOf(definition, objects, more = []) {
    const names = (definition.properties ?? []).filter((property) => !isBlob(property)).map((property) => property.name);
    const isTenanted = objects.some((object) => object.tenant);
    const lines = [["id", ...(isTenanted ? ["tenant"] : []), ...more, ...names]];
    for (const object of objects) {
        lines.push([
            object.id,
            ...(isTenanted ? [object.tenant] : []),
            ...more.map((member) => object[member]),
            ...names.map((property) => object.properties?.[property]),
        ]);
    }
    return lines.map((line) => `${line.map(csvField).join(",")}\r\n`).join("");
}

/** A value as a field of CSV. */
export function csvField(value) {
    if (value === undefined || value === null) return "";
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    const list = Array.isArray(value) && value.every((each) => typeof each !== "object");
    let text = typeof value === "string" ? value : list ? value.join("; ") : JSON.stringify(value);
    // A spreadsheet would take it for a formula and run it.
    if (/^[=+\-@\t\r\n]/.test(text)) text = `'${text}`;
    return /[",\r\n;']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
