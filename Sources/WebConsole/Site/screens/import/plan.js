// SPDX-License-Identifier: Apache-2.0
// What becomes of each picture: the properties of its object, and the definition or the properties that are made for it.

import { texts } from "../../base/texts.js";
import { propertyName } from "../../base/names.js";
import { typeOfValues } from "./tables.js";

const t = texts({ en: { wrong: ({ name, value, type }) => `'${value.slice(0, 100)}' for ${name} is no ${type}` } });

/** How the network gets pictures to see in collections that this page makes: what finds more and costs nothing. */
const preprocess = { exif: true, fit: "crop", alpha: "white" };

/**
 * What users have decided.
 *
 * @typedef {object} Plan
 * @property {object|null} definition of the collection, if it is there
 * @property {string} className
 * @property {string} [tenant]
 * @property {string} pictureProperty
 * @property {boolean} isBetter for a new collection: whether pictures are made ready in the better way
 * @property {string} labelProperty given the name of the folder; "" for none
 * @property {string} fileProperty given the name of the file; "" for none
 * @property {{ name: string, value: string }[]} constants
 * @property {import("./tables.js").FileTable|null} table
 * @property {"skip"|"replace"|"random"} duplicates
 */

/** The properties that a plan fills, with the types they get where they are not there yet. The first of a name counts. */
function wanted(plan, files) {
    const list = [];
    const add = (name, type, more) => {
        if (name && !list.some((each) => each.name === name)) list.push({ name, dataType: [type], ...more });
    };
    for (const { name, value } of plan.constants) if (name) add(propertyName(name), typeOfValues([value]));
    add(propertyName(plan.labelProperty), "text", { tokenization: "field" });
    for (const [index, column] of (plan.table?.columns ?? []).entries()) {
        if (column.isUsed && index !== plan.table.fileColumn) add(propertyName(column.property), column.type);
    }
    for (const file of files) for (const name of Object.keys(file.edits ?? {})) add(propertyName(name), "text");
    add(propertyName(plan.fileProperty), "text");
    return list.filter((each) => each.name !== plan.pictureProperty);
}

/** The definition to be made; `null` if the collection is there. */
export function newDefinition(plan, files) {
    if (plan.definition) return null;
    const settings = { imageFields: [plan.pictureProperty], ...(plan.isBetter ? { preprocess } : {}) };
    return {
        class: plan.className,
        vectorizer: "img2vec-neural",
        moduleConfig: { "img2vec-neural": settings },
        properties: [{ name: plan.pictureProperty, dataType: ["blob"] }, ...wanted(plan, files)],
    };
}

/** The properties that a collection lacks for a plan. */
export function missingProperties(plan, files) {
    const there = new Set((plan.definition?.properties ?? []).map((each) => each.name));
    return plan.definition ? wanted(plan, files).filter((each) => !there.has(each.name)) : [];
}

/**
 * The value that a text stands for in a property.
 *
 * @returns {any} `undefined` for an empty text
 * @throws {Error} in words, if it is none of its type
 */
function valueOf(name, text, type) {
    if (text === "") return undefined;
    const wrong = () => new Error(t("wrong", { name, value: text, type }));
    switch (type) {
        case "text":
        case "string":
        case "date":
        case "uuid":
            return text;
        case "int":
            if (!/^[-+]?\d+$/.test(text)) throw wrong();
            return Number(text);
        case "number":
            if (!Number.isFinite(Number(text))) throw wrong();
            return Number(text);
        case "boolean":
            if (!/^(true|false)$/i.test(text)) throw wrong();
            return text.toLowerCase() === "true";
        default: {
            if (type.endsWith("[]") && !text.trimStart().startsWith("[")) {
                return text.split(";").map((part) => valueOf(name, part.trim(), type.slice(0, -2)));
            }
            try {
                return JSON.parse(text);
            } catch {
                throw wrong();
            }
        }
    }
}

/**
 * A function that gives the properties of a file's object, without its picture.
 *
 * @param {object} definition as it is when the import begins
 * @throws by that function: a value that is none of its type
 */
export function propertiesBy(plan, definition) {
    const types = new Map(definition.properties.map((each) => [each.name, each.dataType[0]]));
    return (file) => {
        const result = {};
        const set = (given, text) => {
            const name = propertyName(given);
            if (!name || name in result || name === plan.pictureProperty) return;
            const value = valueOf(name, text, types.get(name) ?? "text");
            if (value !== undefined) result[name] = value;
        };
        const edits = Object.entries(file.edits ?? {});
        for (const [name, text] of edits) set(name, text);
        for (const { name, value } of plan.constants) set(name, value);
        const row = plan.table?.rowOf(file);
        if (plan.labelProperty && file.folder) set(plan.labelProperty, file.folder);
        for (const [index, column] of (row ? plan.table.columns : []).entries()) {
            if (column.isUsed && index !== plan.table.fileColumn) set(column.property, row[index] ?? "");
        }
        if (plan.fileProperty) set(plan.fileProperty, file.name);
        // What was emptied for this file stays empty.
        for (const [name, text] of edits) if (text === "") delete result[propertyName(name)];
        return result;
    };
}
