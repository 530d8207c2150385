// SPDX-License-Identifier: Apache-2.0
// Queries that can be run as they are, made of the definition of a collection.

import { get } from "../../base/api.js";
import { isArray, isBlob, isNumeric, isReference, isTenanted, isText, labelProperty, seesPictures, textProperties, typeOf, vectors } from "../../base/schema.js";
import { texts } from "../../base/texts.js";

const t = texts({
    en: {
        list: "List",
        picture: "Like a picture",
        object: "Like an object",
        words: "Words",
        filter: "Filter",
        group: "Groups",
        count: "Count",
    },
});

/**
 * @param {object} definition of a class
 * @param {{ tenant?: string, vector?: string }} chosen
 * @returns {{ name: string, title: string, query: string, variables: string }[]}
 */
export function examples(definition, { tenant, vector } = {}) {
    const name = definition.class;
    const shown = (definition.properties ?? []).filter((each) => !isBlob(each) && !isReference(each) && !/^(object|geo|phone)/.test(typeOf(each))).slice(0, 5);
    const fields = shown.map((each) => each.name);
    const additional = (more) => `_additional { ${["id", more, seesPictures(definition) ? "thumbnailUrl" : null].filter((each) => each).join(" ")} }`;
    const its = isTenanted(definition) && tenant ? [`tenant: ${JSON.stringify(tenant)}`] : [];
    const targets = vectors(definition).length > 1 && vector ? `, targetVectors: [${JSON.stringify(vector)}]` : "";
    const block = (lines, depth) => lines.filter((line) => line).map((line) => `${"  ".repeat(depth)}${line}`).join("\n");
    const getting = (args, more, head = "") => `${head}{
  Get {
    ${name}(${[...args, ...its].join(", ")}) {
${block([...fields, additional(more)], 3)}
    }
  }
}`;
    const label = labelProperty(definition);
    const filtered = filterOf(shown);
    const aggregated = shown.filter((each) => !isArray(each) && (isNumeric(each) || isText(each)));
    const all = [
        ["list", getting(["limit: 10"])],
        seesPictures(definition) && ["picture", getting([`nearImage: { image: $image${targets} }`, "limit: 10"], "distance percent", "query ($image: String) ")],
        vectors(definition).length && ["object", getting([`nearObject: { id: $id${targets} }`, "limit: 10"], "distance percent", "query ($id: String) "), "id"],
        textProperties(definition).length && ["words", getting([`bm25: { query: $words }`, "limit: 10"], "score", "query ($words: String) "), "words"],
        filtered && ["filter", getting([`where: ${filtered}`, "limit: 10"])],
        label && vectors(definition).length && seesPictures(definition) && [
            "group",
            getting([`nearImage: { image: $image${targets} }`, `groupBy: { path: [${JSON.stringify(label)}], groups: 5, objectsPerGroup: 3 }`, "limit: 30"], "group { count maxDistance groupedBy { value } hits { _additional { id distance thumbnailUrl } } }", "query ($image: String) "),
        ],
        [
            "count",
            `{
  Aggregate {
    ${name}${its.length ? `(${its.join(", ")})` : ""} {
${block(["meta { count }", ...aggregated.map((each) => (isText(each) ? `${each.name} { topOccurrences(limit: 5) { value occurs } }` : `${each.name} { minimum mean maximum }`))], 3)}
    }
  }
}`,
        ],
    ];
    return all
        .filter((each) => each)
        .map(([key, query, variable]) => ({ name: key, title: t(key), query, variable }));
}

/** A filter by the first property that can be compared. */
function filterOf(properties) {
    const number = properties.find((each) => isNumeric(each) && !isArray(each));
    if (number) return `{ path: [${JSON.stringify(number.name)}], operator: GreaterThan, ${typeOf(number) === "int" ? "valueInt" : "valueNumber"}: 10 }`;
    const boolean = properties.find((each) => typeOf(each) === "boolean");
    if (boolean) return `{ path: [${JSON.stringify(boolean.name)}], operator: Equal, valueBoolean: true }`;
    const text = properties.find(isText);
    return text ? `{ path: [${JSON.stringify(text.name)}], operator: Like, valueText: "a*" }` : null;
}

/** The variables that an example wants, as JSON, with values of a stored object: its id, or a word of its texts. */
export async function variablesFor({ variable }, definition, tenant) {
    if (!variable) return "";
    const { objects } = await get(["objects"], { class: definition.class, limit: 1, tenant });
    const text = textProperties(definition).map((name) => [objects[0]?.properties[name]].flat()[0]).find((each) => typeof each === "string" && each.trim());
    const value = variable === "id" ? objects[0]?.id : text?.trim().split(/\s+/)[0];
    return JSON.stringify({ [variable]: value ?? "" }, null, 2);
}
