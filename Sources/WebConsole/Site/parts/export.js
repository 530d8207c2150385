// SPDX-License-Identifier: Apache-2.0
// Objects as files that the page makes: JSON, and CSV that spreadsheets open without running anything in it.

import { send } from "../base/api.js";
import { h } from "../base/dom.js";
import { isBlob } from "../base/schema.js";

/** Saves a blob under a name, as a download. */
export function saveBlob(name, blob) {
    const address = URL.createObjectURL(blob);
    h("a", { href: address, download: name }).click();
    // The browser has begun to read it by then.
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Saves a stored picture; `name` is completed by what its bytes are. */
export async function savePicture(name, path, signal) {
    const blob = await send("GET", path, { as: "blob", signal });
    const ending = blob.type.split("/")[1]?.replace("jpeg", "jpg").replace(/[^a-z0-9].*/, "");
    saveBlob(ending ? `${name}.${ending}` : name, blob);
}

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
    if (format === "csv") return saveBlob(name, new Blob([csvOf(definition, objects, more)], { type: "text/csv;charset=utf-8" }));
    const rows = objects.map((object) => ({
        class: definition.class,
        id: object.id,
        tenant: object.tenant,
        ...Object.fromEntries(more.map((member) => [member, object[member]])),
        properties: object.properties,
    }));
    saveBlob(name, new Blob([JSON.stringify(rows, null, 2)], { type: "application/json" }));
}

/** CSV after RFC 4180: a line of names, then a line an object. */
export function csvOf(definition, objects, more = []) {
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

function csvField(value) {
    if (value === undefined || value === null) return "";
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    const list = Array.isArray(value) && value.every((each) => typeof each !== "object");
    let text = typeof value === "string" ? value : list ? value.join("; ") : JSON.stringify(value);
    // A spreadsheet would take it for a formula and run it.
    if (/^[=+\-@\t\r\n]/.test(text)) text = `'${text}`;
    return /[",\r\n;']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
