// SPDX-License-Identifier: Apache-2.0
// The collections as the server has them, and what can be read off their definitions.

import { get } from "./api.js";

let loading = null;

/** Fires `change` when the definitions have been asked for again. */
export const schemaChanges = new EventTarget();

/** All definitions, by name; asked for once, and again after `forgetSchema`. */
export function collections() {
    loading ??= get(["schema"]).then(
        (answer) => answer.classes.sort((one, other) => one.class.localeCompare(other.class)),
        (error) => {
            loading = null;
            throw error;
        },
    );
    return loading;
}

/** One definition; `undefined` if there is none of this name. */
export async function collection(name) {
    return (await collections()).find((each) => each.class === name);
}

/** Call it after every change of a definition. */
export function forgetSchema() {
    loading = null;
    schemaChanges.dispatchEvent(new Event("change"));
}

/** `text`, `int[]`, … or the name of a class. */
export const typeOf = (property) => property.dataType[0];
export const isArray = (property) => typeOf(property).endsWith("[]");

export const isReference = (property) => /^[A-Z]/.test(typeOf(property));
export const isBlob = (property) => typeOf(property) === "blob";
export const isText = (property) => ["text", "text[]", "string", "string[]"].includes(typeOf(property));
export const isNumeric = (property) => ["int", "int[]", "number", "number[]"].includes(typeOf(property));

/** The properties that hold pictures: those that the network reads first. */
export function pictureProperties(definition) {
    const vectorized = vectors(definition).flatMap((vector) => vector.imageFields);
    const blobs = (definition.properties ?? []).filter(isBlob).map((property) => property.name);
    return [...new Set([...vectorized.filter((name) => blobs.includes(name)), ...blobs])];
}

/** Whether an object is known to hold nothing in a property of pictures. The server tells of the one that stands for the object. */
export function lacksPicture(definition, object, property) {
    const names = pictureProperties(definition);
    const isTold = property === names[0] && (names.length === 1 || seesPictures(definition));
    return isTold && !object.isPictured;
}

/** The vectors of a class: name ("" for the unnamed one), vectorizer, fields, index and metric. */
export function vectors(definition) {
    const one = (name, vectorizer, settings, index, indexSettings) => ({
        name,
        vectorizer,
        imageFields: settings?.[vectorizer]?.imageFields ?? settings?.imageFields ?? [],
        index,
        metric: indexSettings?.distance ?? "cosine",
        settings: indexSettings ?? {},
    });
    const named = Object.entries(definition.vectorConfig ?? {}).map(([name, each]) => {
        const vectorizer = Object.keys(each.vectorizer ?? {})[0] ?? "none";
        return one(name, vectorizer, each.vectorizer, each.vectorIndexType, each.vectorIndexConfig);
    });
    if (named.length) return named;
    return [one("", definition.vectorizer, definition.moduleConfig, definition.vectorIndexType, definition.vectorIndexConfig)];
}

/** Whether pictures can be searched with: some vector comes from them. */
export const seesPictures = (definition) => vectors(definition).some((vector) => vector.vectorizer === "img2vec-neural");

export const isTenanted = (definition) => definition.multiTenancyConfig?.enabled === true;

const telling = ["title", "name", "text", "caption", "description", "label", "category", "file", "filename"];

/** The properties with texts, those that tell most about an object first. */
export function textProperties(definition) {
    const rank = (property) => {
        const place = telling.indexOf(property.name.toLowerCase());
        return place < 0 ? telling.length : place;
    };
    return (definition?.properties ?? []).filter(isText).sort((one, other) => rank(one) - rank(other)).map((property) => property.name);
}

/** The properties that can say which objects belong together. */
export const labelProperties = (definition) =>
    (definition.properties ?? []).filter((property) => ["text", "int", "boolean"].includes(typeOf(property).replace("[]", "")));

/** The property that most likely says what belongs together: `label`, `category`, …, or the first text. */
export function labelProperty(definition) {
    const names = textProperties(definition);
    return ["label", "category", "class", "breed", "kind", "type"].find((name) => names.includes(name)) ?? names[0];
}

/** What an object says of itself, for alt texts and titles: its own texts, or its id. */
export function describe(definition, properties, id) {
    for (const name of textProperties(definition)) {
        const value = properties?.[name];
        const text = Array.isArray(value) ? value.join(", ") : value;
        if (typeof text === "string" && text.trim()) return text.trim().slice(0, 200);
    }
    return id ? `Object ${id}` : "Object";
}
