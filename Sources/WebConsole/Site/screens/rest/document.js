// SPDX-License-Identifier: Apache-2.0
// The OpenAPI document of the server, as the screen needs it.

import { get } from "../../base/api.js";

let loading = null;

/**
 * @returns {Promise<{ info: object, tags: { name: string, description: string, operations: object[] }[], operations: Map<string, object>,
 *     schemas: object }>} an operation has `id`, `method`, `path`, `summary`, `description`, `tag`, `parameters`, `body` (`isRequired` and
 *     `contents` with `type`, `schema`, `examples`), `responses`, `permission`, `changes`
 */
export function apiDocument() {
    loading ??= get(["openapi.json"]).then(read, (error) => {
        loading = null;
        throw error;
    });
    return loading;
}

export function forgetDocument() {
    loading = null;
}

const methods = ["get", "head", "post", "put", "patch", "delete"];

function read(document) {
    const operations = new Map();
    for (const [path, item] of Object.entries(document.paths)) {
        for (const method of methods.filter((each) => item[each])) {
            const operation = operationOf(method, path, item[method]);
            operations.set(operation.id, operation);
        }
    }
    const all = [...operations.values()];
    const known = document.tags ?? [];
    const others = [...new Set(all.map((each) => each.tag))].filter((name) => !known.some((tag) => tag.name === name));
    const tags = [...known, ...others.map((name) => ({ name, description: "" }))]
        .map((tag) => ({ ...tag, operations: all.filter((each) => each.tag === tag.name) }))
        .filter((tag) => tag.operations.length);
    return { info: document.info, tags, operations, schemas: document.components?.schemas ?? {} };
}

function operationOf(method, path, operation) {
    const permission = operation["x-permission"];
    return {
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        summary: operation.summary ?? "",
        description: operation.description ?? "",
        tag: operation.tags?.[0] ?? "",
        parameters: operation.parameters ?? [],
        body: operation.requestBody && {
            isRequired: operation.requestBody.required === true,
            description: operation.requestBody.description ?? "",
            contents: Object.entries(operation.requestBody.content).map(([type, content]) => ({
                type,
                schema: content.schema ?? {},
                examples: Object.values(content.examples ?? {}),
            })),
        },
        responses: Object.entries(operation.responses ?? {}),
        permission,
        changes: permission ? ["write", "admin"].includes(permission) && !["get", "head"].includes(method) : !["get", "head"].includes(method),
    };
}

/** What stands behind a `$ref`, or the schema itself. */
export function resolved(document, schema) {
    const name = refName(schema);
    return name ? (document.schemas[name] ?? {}) : schema;
}

/** The name that a `$ref` refers to. */
export const refName = (schema) => /^#\/components\/schemas\/(.+)$/.exec(schema?.$ref ?? "")?.[1];

/** Where an operation is shown: a point in the last segment would mean a file, so that each part of its id is one of its own. */
export const segmentsOf = (id) => id.split(".");
