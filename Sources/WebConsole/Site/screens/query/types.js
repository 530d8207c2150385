// SPDX-License-Identifier: Apache-2.0
// The types of the server's GraphQL, asked for one by one when they are wanted: a collection has some sixty of them.

import { graphql } from "../../base/api.js";
import { schemaChanges } from "../../base/schema.js";

let kept = new Map();

schemaChanges.addEventListener("change", () => (kept = new Map()));

const reference = "kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

const question = `query ($name: String!) {
  __type(name: $name) {
    kind name description
    fields { name description type { ${reference} } args { name description type { ${reference} } } }
    inputFields { name description type { ${reference} } }
    enumValues { name }
    possibleTypes { name }
  }
}`;

function ask(key, load) {
    let asked = kept.get(key);
    if (!asked) {
        asked = load();
        kept.set(key, asked);
        // What failed once is asked for again.
        asked.catch(() => kept.delete(key));
    }
    return asked;
}

/** @returns {Promise<object|null>} a type as introspection describes it; `null` if there is none of this name */
export const typeNamed = (name) => ask(name, () => graphql(question, { name }).then((data) => data.__type));

/** The name of the type that queries begin with. */
const rootName = () => ask("", () => graphql("{ __schema { queryType { name } } }").then((data) => data.__schema.queryType.name));

/** The type within lists and non-nulls. */
export function inner(type) {
    let found = type;
    while (found?.ofType) found = found.ofType;
    return found;
}

export const isList = (type) => type?.kind === "LIST" || (type?.kind === "NON_NULL" && isList(type.ofType));

/** `[Pet]`, `Int!` */
export function notation(type) {
    if (type.kind === "LIST") return `[${notation(type.ofType)}]`;
    if (type.kind === "NON_NULL") return `${notation(type.ofType)}!`;
    return type.name;
}

/**
 * The type whose fields are selected at the end of the steps of a place (see scan.js), and the field that led there.
 *
 * @returns {Promise<{ type: object|null, field?: object }>}
 */
export async function follow(steps, root) {
    let type = await typeNamed(root ?? (await rootName()));
    let field;
    for (const step of steps) {
        if (step.on) {
            type = await typeNamed(step.on);
            continue;
        }
        field = type?.fields?.find((each) => each.name === step.field);
        if (!field) return { type: null };
        type = await typeNamed(inner(field.type).name);
    }
    return { type, field };
}

/** What may stand in an input, found by the argument and the members that lead to it: its definition, or `null`. */
export async function input(field, names) {
    let inputs = field?.args;
    let found = null;
    for (const name of names) {
        found = inputs?.find((each) => each.name === name) ?? null;
        if (!found) return null;
        inputs = (await typeNamed(inner(found.type).name))?.inputFields;
    }
    return found;
}
