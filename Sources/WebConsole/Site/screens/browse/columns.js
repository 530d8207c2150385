// SPDX-License-Identifier: Apache-2.0
// What a collection can be shown and sorted by, and which of it is.

import { h } from "../../base/dom.js";
import { dateTime } from "../../base/format.js";
import { isBlob, isNumeric, isReference, isArray, textProperties, typeOf } from "../../base/schema.js";
import { recall, remember } from "../../base/session.js";
import { texts } from "../../base/texts.js";
import { valueText } from "../../parts/values.js";

const t = texts({
    en: {
        id: "Id",
        created: "Created",
        changed: "Changed",
        columns: "Columns",
        usual: "As usual",
    },
});

/** Members of every object: their name here, where the server sorts by them, and their texts. */
const members = [
    { name: "_id", sort: "_id", title: t("id"), width: 130, text: (object) => object.id },
    { name: "_created", sort: "_creationTimeUnix", title: t("created"), width: 180, text: (object) => dateTime(object.created) },
    { name: "_changed", sort: "_lastUpdateTimeUnix", title: t("changed"), width: 180, text: (object) => dateTime(object.changed) },
];

const isSortable = (property) => !isReference(property) && !["uuid", "uuid[]", "blob", "object", "object[]"].includes(typeOf(property));

/**
 * The columns that a collection can have.
 *
 * @returns {Array<{ name: string, title: string, width: number, sort?: string, isNumber?: boolean, text: (object: object) => string }>}
 */
export function columnsOf(definition) {
    const properties = (definition.properties ?? []).filter((property) => !isBlob(property)).map((property) => ({
        name: property.name,
        title: property.name,
        sort: isSortable(property) ? property.name : undefined,
        isNumber: isNumeric(property) && !isArray(property),
        width: isNumeric(property) || typeOf(property) === "boolean" ? 110 : 190,
        text: (object) => valueText(property, object.properties[property.name]),
    }));
    return [...properties, ...members];
}

/** The names of the columns that are shown: of the address, or as they were last, or the first few. */
export function chosenColumns(definition, text) {
    const names = columnsOf(definition).map((each) => each.name);
    const kept = recall(`browse.columns.${definition.class}`, null);
    const wanted = text ? text.split(",") : Array.isArray(kept) ? kept : null;
    const chosen = wanted?.filter((name) => names.includes(name)) ?? [];
    return chosen.length ? chosen : usualColumns(definition);
}

function usualColumns(definition) {
    const first = textProperties(definition);
    const own = columnsOf(definition).map((each) => each.name).filter((name) => !name.startsWith("_"));
    const rank = (name) => (first.includes(name) ? first.indexOf(name) : first.length);
    return [...own.sort((one, other) => rank(one) - rank(other)).slice(0, 5), "_id", "_changed"];
}

/**
 * A menu of the columns, with a box to tick for each.
 *
 * @param {string[]} chosen
 * @param {(names: string[]|null) => void} change with `null` for the usual ones
 */
export function columnMenu(definition, chosen, change) {
    const boxes = columnsOf(definition).map((column) =>
        h(
            "label",
            { class: "check" },
            h("input", { type: "checkbox", value: column.name, checked: chosen.includes(column.name) }),
            h("span", { class: "wrap-anywhere" }, column.title),
        ),
    );
    const list = h("div", { class: "column-list", role: "group", "aria-label": t("columns") }, boxes);
    list.addEventListener("change", () => {
        const on = boxes.map((box) => box.firstElementChild).filter((input) => input.checked).map((input) => input.value);
        // In the order in which they were chosen: what is new stands last.
        const names = [...chosen.filter((name) => on.includes(name)), ...on.filter((name) => !chosen.includes(name))];
        if (!names.length) return;
        chosen = names;
        remember(`browse.columns.${definition.class}`, names);
        change(names);
    });
    const usual = () => {
        remember(`browse.columns.${definition.class}`, undefined);
        chosen = usualColumns(definition);
        for (const box of boxes) box.firstElementChild.checked = chosen.includes(box.firstElementChild.value);
        change(null);
    };
    return [list, h("button", { type: "button", class: "quiet", on: { click: usual } }, t("usual"))];
}

/** The order that an address names: `weight`, or `-weight` for the largest first; `undefined` for none. */
export function orderOf(definition, text) {
    const name = text?.replace(/^-/, "");
    const column = columnsOf(definition).find((each) => each.name === name && each.sort);
    return column && { name, path: column.sort, order: text.startsWith("-") ? "desc" : "asc" };
}
