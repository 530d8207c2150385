// SPDX-License-Identifier: Apache-2.0
// How a property is filled in, by its type: what stands in its field, and what value a text in it means. Every field holds a text, so
// that "has it been changed" is a comparison of texts.

import { isReference, typeOf } from "../base/schema.js";
import { texts } from "../base/texts.js";

const t = texts({
    en: {
        line: "One on each line",
        json: "JSON",
        place: "Latitude and longitude, such as 52.37, 4.9",
        phone: "With + and the country's number, or the country in front: nl 020 1234567",
        link: "Class and id on each line, such as {name}/6f0c…",
        notInt: "'{text}' is no whole number",
        largeInt: "{text} is too large for a browser to keep exactly; change it over the interface",
        notNumber: "'{text}' is no number",
        notDate: "'{text}' is no date; write it like 2024-05-31T12:00:00Z",
        notUUID: "'{text}' is no UUID; write it like 6f0c8a52-0000-4000-8000-000000000001",
        notBoolean: "'{text}' is neither true nor false",
        notPlace: "Two numbers with a comma between them: latitude from -90 to 90, longitude from -180 to 180",
        notJSON: "This is no JSON: {why}",
        notObject: "This must be an object in braces",
        notObjects: "This must be a list of objects in brackets",
        notLink: "'{text}' is no class and id; write it like {name}/6f0c8a52-0000-4000-8000-000000000001",
    },
});

/** What is wrong with a text. */
export class FieldFault extends Error {}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const scalars = {
    text: { read: (text) => text, show: String },
    int: {
        read(text) {
            if (!/^[+-]?\d+$/.test(text.trim())) throw new FieldFault(t("notInt", { text }));
            const value = Number(text);
            if (!Number.isSafeInteger(value)) throw new FieldFault(t("largeInt", { text }));
            return value;
        },
        show: String,
    },
    number: {
        read(text) {
            const value = Number(text);
            if (!Number.isFinite(value) || !text.trim()) throw new FieldFault(t("notNumber", { text }));
            return value;
        },
        show: String,
    },
    boolean: {
        read(text) {
            if (text.trim() !== "true" && text.trim() !== "false") throw new FieldFault(t("notBoolean", { text }));
            return text.trim() === "true";
        },
        show: String,
    },
    date: {
        read(text) {
            const date = new Date(text);
            if (Number.isNaN(date.getTime()) || !/\d{4}-\d\d-\d\d/.test(text)) throw new FieldFault(t("notDate", { text }));
            return /([zZ]|[+-]\d\d:\d\d)$/.test(text.trim()) ? text.trim() : date.toISOString();
        },
        show: String,
    },
    uuid: {
        read(text) {
            if (!uuid.test(text.trim())) throw new FieldFault(t("notUUID", { text }));
            return text.trim();
        },
        show: String,
    },
};
scalars.string = scalars.text;
scalars.blobHash = scalars.text;

/** A moment as a field for date and time has it: in the browser's zone. */
function localMoment(value) {
    const date = new Date(value);
    if (Number.isNaN(date.getTime())) return "";
    const local = new Date(date.getTime() - 60_000 * date.getTimezoneOffset()).toISOString().slice(0, -1);
    return local.replace(/\.000$/, "");
}

const parsed = (text) => {
    try {
        return JSON.parse(text);
    } catch (error) {
        throw new FieldFault(t("notJSON", { why: error.message }));
    }
};

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

const asJSON = (isList) => ({
    control: "area",
    mono: true,
    hint: t("json"),
    show: (value) => JSON.stringify(value, null, 2),
    read(text) {
        const value = parsed(text);
        if (isList && !(Array.isArray(value) && value.every(isObject))) throw new FieldFault(t("notObjects"));
        if (!isList && !isObject(value)) throw new FieldFault(t("notObject"));
        return value;
    },
});

/** Elements on lines; as JSON if one has several lines itself. */
function asLines(scalar, value) {
    if (value?.some((each) => typeof each === "string" && each.includes("\n"))) {
        return { control: "area", mono: true, hint: t("json"), show: (list) => JSON.stringify(list, null, 2), read: parsed };
    }
    return {
        control: "area",
        hint: t("line"),
        show: (list) => list.map(scalar.show).join("\n"),
        read: (text) => text.split("\n").filter((line) => line.trim()).map((line) => scalar.read(line)),
    };
}

function asLinks(property) {
    const name = property.dataType[0];
    return {
        control: "area",
        mono: true,
        hint: t("link", { name }),
        show: (links) => links.map((each) => `${each.__typename}/${each._additional.id}`).join("\n"),
        read: (text) =>
            text.split("\n").map((line) => line.trim()).filter((line) => line).map((line) => {
                const [id, className = name] = line.split("/").reverse();
                if (!uuid.test(id) || !property.dataType.includes(className)) throw new FieldFault(t("notLink", { text: line, name }));
                return { beacon: `weaviate://localhost/${className}/${id}` };
            }),
    };
}

const place = {
    control: "line",
    hint: t("place"),
    show: ({ latitude, longitude }) => `${latitude}, ${longitude}`,
    read(text) {
        const parts = text.split(/[,;\s]+/).filter((part) => part).map(Number);
        const [latitude, longitude] = parts;
        const isRight = parts.length === 2 && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
        if (!isRight) throw new FieldFault(t("notPlace"));
        return { latitude, longitude };
    },
};

const phone = {
    control: "line",
    hint: t("phone"),
    show: ({ input, defaultCountry }) => (defaultCountry && !input.startsWith("+") ? `${defaultCountry.toLowerCase()} ${input}` : input),
    read(text) {
        const [, defaultCountry, input] = /^\s*(?:([a-z]{2})\s+)?(.*)$/i.exec(text);
        return defaultCountry ? { input: input.trim(), defaultCountry: defaultCountry.toLowerCase() } : { input: input.trim() };
    },
};

/**
 * How a property is filled in.
 *
 * @param {object} property of a definition
 * @param {*} value that it has
 * @returns {{ control: "line"|"area"|"boolean"|"moment", hint?: string, mono?: boolean, show: (value: any) => string,
 *     read: (text: string) => any } | null} `read` throws `FieldFault`; `null` for what is no text
 */
export function fieldKind(property, value) {
    if (isReference(property)) return asLinks(property);
    const type = typeOf(property);
    if (type.endsWith("[]")) return type === "object[]" ? asJSON(true) : asLines(scalars[type.slice(0, -2)] ?? scalars.text, value);
    switch (type) {
        case "blob":
        case "blobHash":
            return null;
        case "object":
            return asJSON(false);
        case "geoCoordinates":
            return place;
        case "phoneNumber":
            return phone;
        case "boolean":
            return { ...scalars.boolean, control: "boolean" };
        case "date":
            return { control: "moment", show: localMoment, read: (text) => new Date(text).toISOString() };
        case "text":
        case "string":
            return { ...scalars.text, control: "area" };
        default:
            return { ...(scalars[type] ?? scalars.text), control: "line" };
    }
}
