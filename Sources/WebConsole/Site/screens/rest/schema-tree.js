// SPDX-License-Identifier: Apache-2.0
// What JSON values may look like, member by member. What refers to another schema opens on demand, so that schemas may refer to themselves.

import { h, replace } from "../../base/dom.js";
import { texts } from "../../base/texts.js";
import { refName, resolved } from "./document.js";
import { prose } from "./prose.js";

const t = texts({
    en: {
        any: "anything",
        list: "list of {of}",
        map: "{of} by name",
        or: " or ",
        required: "required",
        byDefault: "{value} if not said",
        range: ({ from, to }) => (from === undefined ? `at most ${to}` : to === undefined ? `at least ${from}` : `${from} to ${to}`),
        base64: "text in base64",
        binary: "file",
        others: "any other name",
    },
});

/** A type in a few words. */
function typeText(document, schema) {
    const name = refName(schema);
    if (name) return name;
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(", ");
    if (schema.anyOf) return schema.anyOf.map((each) => typeText(document, each)).join(t("or"));
    if (schema.allOf) return schema.allOf.map((each) => typeText(document, each)).join(" & ");
    const types = [schema.type].flat().filter((each) => each);
    if (types.includes("array")) return withNull(types, t("list", { of: typeText(document, schema.items ?? {}) }));
    if (types.includes("object") && !schema.properties && schema.additionalProperties) {
        return withNull(types, t("map", { of: typeText(document, schema.additionalProperties) }));
    }
    if (schema.contentEncoding === "base64") return t("base64");
    if (schema.format === "binary") return t("binary");
    if (!types.length) return t("any");
    return types.join(t("or")) + (schema.format ? ` (${schema.format})` : "");
}

const withNull = (types, text) => (types.includes("null") ? `${text}${t("or")}null` : text);

/** What else holds: limits, pattern, default. */
export function limitsText(schema) {
    const limits = [];
    if (schema.minimum !== undefined || schema.maximum !== undefined) limits.push(t("range", { from: schema.minimum, to: schema.maximum }));
    if (schema.pattern) limits.push(schema.pattern);
    if (schema.default !== undefined) limits.push(t("byDefault", { value: JSON.stringify(schema.default) }));
    return limits.join(" · ");
}

/** @returns {HTMLElement} */
export function schemaTree(document, schema) {
    const found = resolved(document, schema);
    return h(
        "div",
        { class: "schema-tree" },
        h("p", { class: "small" }, h("span", { class: "mono schema-type" }, typeText(document, schema)), found.description ? [" – ", prose(found.description)] : null),
        members(document, found),
    );
}

/** The parts of a schema that have members themselves. */
function parts(document, schema) {
    const found = resolved(document, schema);
    if (found.properties || found.anyOf || found.allOf) return found;
    const items = found.items ?? (typeof found.additionalProperties === "object" ? found.additionalProperties : null);
    if (items && Object.keys(items).length) return parts(document, items);
    return null;
}

function members(document, schema) {
    const found = parts(document, schema);
    if (!found) return null;
    if (found.anyOf || found.allOf) {
        const each = (found.anyOf ?? found.allOf).filter((one) => parts(document, one));
        return each.map((one) => node(document, typeText(document, one), one, false));
    }
    const required = new Set(found.required ?? []);
    const named = Object.entries(found.properties).map(([name, member]) => node(document, name, member, required.has(name)));
    const others = typeof found.additionalProperties === "object" && Object.keys(found.additionalProperties).length;
    return [named, others ? node(document, t("others"), found.additionalProperties, false) : null];
}

function node(document, name, schema, isRequired) {
    const line = [
        h("span", { class: "mono schema-name" }, name),
        h("span", { class: "mono schema-type" }, typeText(document, schema)),
        isRequired ? h("span", { class: "chip" }, t("required")) : null,
        h("span", { class: "muted schema-about" }, [prose(schema.description ?? ""), schema.description && limitsText(schema) ? " · " : "", limitsText(schema)]),
    ];
    if (!parts(document, schema)) return h("div", { class: "schema-leaf" }, line);
    const body = h("div", { class: "schema-members" });
    const fill = () => element.open && !body.childElementCount && replace(body, members(document, schema));
    const element = h("details", { on: { toggle: fill } }, h("summary", {}, line), body);
    return element;
}
