// SPDX-License-Identifier: Apache-2.0
// What the page searches for, as requests: near to pictures over REST, by words over GraphQL, by both at once as two of them.

import { graphql, post } from "../../base/api.js";
import { collections, textProperties, vectors } from "../../base/schema.js";
import { whereInGraphQL, whereOf } from "../../parts/filters.js";
import { countObjects, selection } from "../../parts/objects.js";
import { imageOf, keptUnder } from "./pictures.js";

/** How many hits of a group are shown beside its nearest. */
export const perGroup = 5;
/** What the distances of equal vectors may differ by after rounding. */
const equalDistance = 1e-6;
/** From here on a hit is what was searched with, in other bytes. */
const equalPercent = 99.9;
/** Of reciprocal rank fusion (Cormack, Clarke & Büttcher 2009), as in hybrid searches. */
const rankConstant = 60;

/** What a search goes by: "none", "near", "words" or "both". */
export function kindOf(state) {
    if (state.entries.length) return state.words ? "both" : "near";
    return state.words ? "words" : "none";
}

/**
 * Searches.
 *
 * @returns {Promise<{ hits: object[], took: object, isFull: boolean, copies: number }>} a hit has `id`, `properties`, and what there is of
 *     `distance`, `percent`, `score`, `hasPicture`; of a grouped search it is the nearest of its `group`. `isFull`: there may be more.
 *     `copies`: how many were taken out
 */
export async function search(state, definition, { offset = 0, signal }) {
    const kind = kindOf(state);
    const began = performance.now();
    const answers = await Promise.all([
        kind === "words" ? null : near(kind === "both" ? { ...state, group: "" } : state, definition, offset, signal),
        kind === "near" ? null : words(state, definition, offset, signal),
    ]);
    let hits = kind === "both" ? fused(...answers.map((answer) => answer.hits)).slice(0, state.count) : (answers[0] ?? answers[1]).hits;
    const isFull = kind !== "both" && hits.length >= state.count;
    const found = hits.length;
    if (state.hidesCopies && !hits.some((hit) => hit.group)) hits = withoutCopies(hits);
    return { hits, isFull, copies: found - hits.length, took: { ...answers[0]?.took, answerMs: performance.now() - began } };
}

// MARK: Near to pictures

async function near(state, definition, offset, signal) {
    const { entries } = state;
    const isObject = entries.length === 1 && entries[0].kind === "object" && !entries[0].isMinus;
    const body = {
        tenant: state.tenant,
        targetVector: vectors(definition).length > 1 ? state.vector : undefined,
        where: whereOf(definition, state.filter),
    };
    if (state.group) body.groupBy = { property: state.group, groups: state.count, objectsPerGroup: perGroup };
    else Object.assign(body, { limit: state.count, offset: offset || undefined });
    let endpoint = "near-image";
    if (entries[0].kind === "vector") {
        endpoint = "near-vector";
        body.vector = keptUnder(entries[0].ref).vector;
    } else {
        body.excludeSelf = state.hidesCopies || entries.every((entry) => entry.kind === "object") || undefined;
        if (isObject) {
            endpoint = "near-object";
            body.id = entries[0].ref;
        } else {
            body.images = await Promise.all(entries.map((entry) => imageOf(entry, definition, state.vector)));
        }
    }
    if (body.vector && body.targetVector) {
        body.vectors = { [body.targetVector]: body.vector };
        delete body.vector;
        delete body.targetVector;
    }
    const answer = await post(["search", definition.class, endpoint], body, { signal });
    const hits = answer.groups
        ? answer.groups.map(({ value, count, hits: [first, ...others] }) => ({ ...read(first), group: { value, count, others: others.map(read) } }))
        : answer.hits.map(read);
    return { hits, took: answer.took };
}

const read = (hit) => ({
    id: hit.id, tenant: hit.tenant, properties: hit.properties, distance: hit.distance, percent: hit.percent ?? undefined,
    hasPicture: hit.thumbnailUrl !== undefined,
});

/** How far an object is from what the state searches with, one entry replaced. */
export async function distanceTo(state, definition, id, index, image, signal) {
    const images = await Promise.all(state.entries.map((entry, at) => (at === index ? { image, weight: entry.weight } : imageOf(entry, definition, state.vector))));
    const answer = await post(
        ["search", definition.class, "near-image"],
        {
            images, limit: 1, tenant: state.tenant, properties: [],
            targetVector: vectors(definition).length > 1 ? state.vector : undefined,
            where: { path: ["id"], operator: "Equal", valueText: id },
        },
        { signal },
    );
    return answer.hits[0]?.distance;
}

// MARK: Words

async function words(state, definition, offset, signal) {
    const where = whereOf(definition, state.filter);
    const fields = selection(definition, await collections());
    const parameters = [
        `bm25: {query: ${JSON.stringify(state.words)}}`,
        `limit: ${state.count}`,
        offset ? `offset: ${offset}` : "",
        state.tenant ? `tenant: ${JSON.stringify(state.tenant)}` : "",
        where ? `where: ${whereInGraphQL(where)}` : "",
    ];
    const query = `{Get {hits: ${definition.class}(${parameters.filter((each) => each).join(", ")}) {${fields} _additional {id score thumbnailUrl}}}}`;
    const data = await graphql(query, undefined, { signal });
    return { hits: (data.Get.hits ?? []).map((object) => readObject(object, state.tenant)) };
}

function readObject({ _additional: more, ...properties }, tenant) {
    const stored = Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null));
    return {
        id: more.id, tenant, properties: stored, score: more.score === undefined ? undefined : Number(more.score),
        hasPicture: Boolean(more.thumbnailUrl),
    };
}

/**
 * Objects spread over a collection, to begin with, and how many there are.
 *
 * @returns {Promise<{ total: number, objects: object[] }>}
 */
export async function examples(definition, tenant, number, signal) {
    const inTenant = tenant ? `, tenant: ${JSON.stringify(tenant)}` : "";
    const total = await countObjects(definition, { tenant, signal });
    if (!total) return { total, objects: [] };
    // Deep offsets are slow and have a limit.
    const range = Math.min(total, 2000);
    const offsets = [...new Set(Array.from({ length: number }, (_, index) => Math.floor((index * range) / number)))];
    const texts = textProperties(definition).join(" ");
    const samples = offsets.map(
        (offset, index) => `o${index}: ${definition.class}(limit: 1, offset: ${offset}${inTenant}) {${texts} _additional {id thumbnailUrl}}`,
    );
    const data = await graphql(`{Get {${samples.join(" ")}}}`, undefined, { signal });
    const objects = offsets.flatMap((_, index) => data.Get[`o${index}`] ?? []).map((object) => readObject(object, tenant));
    return { total, objects: objects.filter((object) => object.hasPicture) };
}

// MARK: Together

/** Both lists as one: what stands high in either of them, and higher still what stands in both. */
function fused(near, words) {
    const all = new Map();
    for (const list of [near, words]) {
        for (const [rank, hit] of list.entries()) {
            const known = all.get(hit.id);
            const gain = 1 / (rankConstant + rank);
            all.set(hit.id, { ...hit, ...known, score: hit.score ?? known?.score, rank: (known?.rank ?? 0) + gain });
        }
    }
    return [...all.values()].sort((one, other) => other.rank - one.rank);
}

/** Without what equals the searched picture, and of hits that are equally far, all but the first. */
function withoutCopies(hits) {
    const kept = [];
    for (const hit of hits) {
        if (hit.percent >= equalPercent) continue;
        if (kept.some((other) => Math.abs(other.distance - hit.distance) <= equalDistance)) continue;
        kept.push(hit);
    }
    return kept;
}
