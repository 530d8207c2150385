// SPDX-License-Identifier: Apache-2.0
// Objects as they are read and changed: everything of them but pictures and vectors, which are large.

import { graphql, send, upload, url } from "../base/api.js";
import { collections, isBlob, isReference, isTenanted, textProperties, typeOf, vectors } from "../base/schema.js";

/**
 * What GraphQL is asked for, for properties of a class: `text weight place { latitude longitude }`.
 *
 * @param {object} definition
 * @param {object[]} all definitions; references to classes that are no more are left out
 * @param {(property: object) => boolean} [wanted]
 */
export function selection(definition, all, wanted = () => true) {
    return (definition.properties ?? []).filter(wanted).map((property) => selectionOf(property, all)).filter((each) => each).join(" ");
}

function selectionOf(property, all) {
    const type = typeOf(property).replace("[]", "");
    if (isBlob(property)) return "";
    if (isReference(property)) {
        const targets = property.dataType.map((name) => all.find((each) => each.class === name)).filter((each) => each);
        const members = targets.map((each) => `... on ${each.class} { __typename _additional { id } ${textProperties(each).slice(0, 3).join(" ")} }`);
        return members.length ? `${property.name} { ${members.join(" ")} }` : "";
    }
    if (type === "geoCoordinates") return `${property.name} { latitude longitude }`;
    if (type === "phoneNumber") return `${property.name} { input internationalFormatted defaultCountry valid }`;
    if (type === "object") {
        const nested = (property.nestedProperties ?? []).map((each) => selectionOf(each, all)).filter((each) => each).join(" ");
        return nested ? `${property.name} { ${nested} }` : "";
    }
    return property.name;
}

const additional = "_additional { id creationTimeUnix lastUpdateTimeUnix thumbnailUrl }";

/**
 * An object as the console has it: `{ id, created, changed, isPictured, properties }`, times in milliseconds since 1970; `isPictured` says whether
 * it has the picture that stands for it.
 */
function objectOf(hit) {
    const { _additional: { id, creationTimeUnix, lastUpdateTimeUnix, thumbnailUrl }, ...properties } = hit;
    return { id, created: Number(creationTimeUnix), changed: Number(lastUpdateTimeUnix), isPictured: thumbnailUrl !== null, properties };
}

/**
 * Reads objects.
 *
 * @param {object} definition
 * @param {string} conditions arguments of GraphQL's `Get`, such as `limit: 10, after: ""`
 * @param {{ signal?: AbortSignal, wanted?: (property: object) => boolean }} [options]
 */
export async function readObjects(definition, conditions, { signal, wanted } = {}) {
    const fields = selection(definition, await collections(), wanted);
    const data = await graphql(`{ Get { ${definition.class}(${conditions}) { ${fields} ${additional} } } }`, undefined, { signal });
    return data.Get[definition.class].map(objectOf);
}

const isID = (id) => `where: { path: ["id"], operator: Equal, valueText: ${JSON.stringify(id)} }`;
const inTenant = (tenant) => (tenant ? `, tenant: ${JSON.stringify(tenant)}` : "");

/** How many objects a class has, or a tenant of it. */
export async function countObjects(definition, { tenant, signal } = {}) {
    const name = definition.class;
    const data = await graphql(`{ Aggregate { ${name}${tenant ? `(tenant: ${JSON.stringify(tenant)})` : ""} { meta { count } } } }`, undefined, { signal });
    return data.Aggregate[name][0].meta.count;
}

/** Reads one; `null` if it is not there (any more). */
export async function readObject(definition, id, { tenant, signal } = {}) {
    const [found] = await readObjects(definition, isID(id) + inTenant(tenant), { signal });
    return found ?? null;
}

/**
 * The vectors of an object.
 *
 * @returns {Promise<Array<{ name: string, rows: number[][] }>>} one row, or several of a multi-vector, or none
 */
export async function readVectors(definition, id, { tenant, signal } = {}) {
    const all = vectors(definition);
    const named = all.filter((each) => each.name).map((each) => each.name);
    // A class with named vectors may have had an unnamed one before.
    const fields = `vector ${named.length ? `vectors { ${named.join(" ")} }` : ""}`;
    const query = `{ Get { ${definition.class}(${isID(id)}${inTenant(tenant)}) { _additional { ${fields} } } } }`;
    const [hit] = (await graphql(query, undefined, { signal })).Get[definition.class];
    const rows = (vector) => (!vector?.length ? [] : Array.isArray(vector[0]) ? vector : [vector]);
    const unnamed = { name: "", rows: rows(hit?._additional.vector) };
    const others = named.map((name) => ({ name, rows: rows(hit?._additional.vectors?.[name]) }));
    return !named.length || unnamed.rows.length ? [unnamed, ...others] : others;
}

/** The object as the interface has it, with pictures and vectors, as text. */
export function readJSON(definition, id, { tenant, signal } = {}) {
    return send("GET", url(["objects", definition.class, id], { include: "vector", tenant }), { as: "text", signal });
}

/** The references of a property as the interface takes them, from objects as GraphQL gives them. */
const beacons = (references) =>
    references.map((each) => ({ beacon: `weaviate://localhost/${each.__typename}/${each._additional.id}` }));

/**
 * Changes properties, and no others; `null` takes one away.
 *
 * @param {object} changes by name of the property; references as beacons
 * @throws {APIError} with `property`, if it is clear which one is at fault
 */
export async function changeObject(definition, id, changes, { tenant } = {}) {
    const isLink = (name) => definition.properties.some((each) => each.name === name && isReference(each));
    const links = Object.entries(changes).filter(([name]) => isLink(name));
    const plain = Object.entries(changes).filter(([name]) => !isLink(name));
    // First, since a reference to what is not there is refused; PATCH would add to the references.
    for (const [name, value] of links) {
        try {
            await send("PUT", url(["objects", definition.class, id, "references", name], { tenant }), { json: value ?? [] });
        } catch (error) {
            error.property = name;
            throw error;
        }
    }
    if (!plain.length) return;
    const body = { class: definition.class, id, properties: Object.fromEntries(plain), ...(isTenanted(definition) ? { tenant } : {}) };
    await send("PATCH", url(["objects", definition.class, id]), { json: body });
}

/** Puts a file in place of the picture in a property. */
export function replacePicture(definition, id, property, file, { tenant, progress, signal } = {}) {
    const form = new FormData();
    if (tenant) form.append("tenant", tenant);
    form.append(property, file);
    return upload("PATCH", url(["objects", definition.class, id]), form, { progress, signal });
}

/**
 * Makes an object.
 *
 * @param {object} properties
 * @param {Object<string, File>} files pictures by name of their property
 * @param {object} [options] `vectors`: by name, "" for the unnamed one
 */
export function createObject(definition, properties, files, { tenant, vectors: own = {}, progress, signal } = {}) {
    const form = new FormData();
    const { "": unnamed, ...named } = own;
    if (tenant) form.append("tenant", tenant);
    form.append("properties", JSON.stringify(properties));
    if (unnamed) form.append("vector", JSON.stringify(unnamed));
    if (Object.keys(named).length) form.append("vectors", JSON.stringify(named));
    for (const [name, file] of Object.entries(files)) form.append(name, file);
    return upload("POST", url(["objects", definition.class]), form, { progress, signal });
}
