// SPDX-License-Identifier: Apache-2.0

import { graphql } from "../../base/api.js";
import { readObjects } from "../../parts/objects.js";
import { whereInGraphQL } from "../../parts/filters.js";

/** How many objects are asked for at once. */
const page = 100;

/** How many objects are kept; those that are far from what is shown are read again when it comes to them. */
const kept = 5_000;

/** Up to how many are counted that are found by words. */
const countLimit = 100_000;

/**
 * The objects of a collection in an order, read as they are wanted: their ids, and the objects themselves near what is shown.
 *
 * Without order and filter a cursor goes on without an end. With one the server counts from the start, and to a limit (10,000 if
 * QUERY_MAXIMUM_RESULTS does not say otherwise); `limit` is that limit once it has been met.
 */
export class ObjectList {
    /** In order; grows. @type {string[]} */
    ids = [];
    isComplete = false;
    limit = null;

    #definition;
    #conditions;
    #words;
    #isCursor;
    #tenant;
    #tenantName;
    #rows = new Map();
    #known = new Set();
    #removed = new Set();
    /** How many places of the server's order have been gone through. */
    #passed = 0;
    #last = "";
    #loading = null;
    #reading = new Map();
    #signal;

    /**
     * @param {object} definition
     * @param {{ tenant?: string, where?: object, words?: string, sort?: { path: string, order: "asc"|"desc" }, signal: AbortSignal }} options
     *     what is found by words has an order of its own, the best first
     */
    constructor(definition, { tenant, where, words, sort, signal }) {
        this.#definition = definition;
        this.#signal = signal;
        this.#tenantName = tenant;
        this.#tenant = tenant ? `tenant: ${JSON.stringify(tenant)}` : "";
        this.#isCursor = !where && !sort && !words;
        this.#words = words;
        this.#conditions = [
            this.#tenant,
            where ? `where: ${whereInGraphQL(where)}` : "",
            words ? `bm25: { query: ${JSON.stringify(words)} }` : "",
            sort && !words ? `sort: [{ path: [${JSON.stringify(sort.path)}], order: ${sort.order} }]` : "",
        ].filter((each) => each);
    }

    /** How many there are, by the server. */
    async total() {
        // Counting takes no words by themselves; a hybrid search that leaves vectors out finds the same.
        const found = this.#words ? [`hybrid: { query: ${JSON.stringify(this.#words)}, alpha: 0 }`, `objectLimit: ${countLimit}`] : [];
        const conditions = [...this.#conditions.filter((each) => !/^(sort|bm25):/.test(each)), ...found].join(", ");
        const name = this.#definition.class;
        const query = `{ Aggregate { ${name}${conditions ? `(${conditions})` : ""} { meta { count } } } }`;
        const data = await graphql(query, undefined, { signal: this.#signal });
        return data.Aggregate[name][0].meta.count;
    }

    /** Reads the next ones; resolves to whether there were any. Several calls at a time are one. */
    more() {
        if (this.isComplete) return Promise.resolve(false);
        this.#loading ??= this.#read().finally(() => (this.#loading = null));
        return this.#loading;
    }

    async #read() {
        // What was removed here is deleted there now, or soon: the places behind it may have moved up.
        const back = this.#isCursor ? 0 : Math.min(this.#removed.size, this.#passed);
        const from = this.#passed - back;
        const size = Math.min(page + back, (this.limit ?? Infinity) - from);
        const place = this.#isCursor ? `after: ${JSON.stringify(this.#last)}` : `offset: ${from}`;
        let objects;
        try {
            objects = size > 0 ? await this.#objects([...this.#conditions, place, `limit: ${size}`]) : [];
        } catch (error) {
            const limit = /QUERY_MAXIMUM_RESULTS '(\d+)'/.exec(error.message)?.[1];
            if (!limit || this.limit !== null) throw error;
            this.limit = Number(limit);
            return this.#read();
        }
        this.#passed = from + objects.length;
        this.#last = objects.at(-1)?.id ?? this.#last;
        this.isComplete = objects.length < page + back;
        const fresh = objects.filter((each) => !this.#known.has(each.id));
        for (const each of fresh) {
            this.#rows.set(each.id, each);
            this.#known.add(each.id);
            this.ids.push(each.id);
        }
        return fresh.length > 0;
    }

    async #objects(conditions) {
        const objects = await readObjects(this.#definition, conditions.join(", "), { signal: this.#signal });
        return this.#tenantName ? objects.map((each) => ({ ...each, tenant: this.#tenantName })) : objects;
    }

    /** The object at a place; `undefined` if it is not there at the moment: `read` gets it. */
    at(index) {
        return this.#rows.get(this.ids[index]);
    }

    /** All objects that are there at the moment, in order. */
    get objects() {
        return this.ids.map((id) => this.#rows.get(id)).filter((each) => each);
    }

    /** Reads the objects around a place again that were let go; resolves to the places. */
    read(index) {
        const first = Math.floor(index / page) * page;
        let reading = this.#reading.get(first);
        if (!reading) {
            reading = this.#readAgain(first).finally(() => this.#reading.delete(first));
            this.#reading.set(first, reading);
        }
        return reading;
    }

    async #readAgain(first) {
        const ids = this.ids.slice(first, first + page).filter((id) => !this.#rows.has(id));
        const where = `where: ${whereInGraphQL({ path: ["id"], operator: "ContainsAny", valueText: ids })}`;
        const objects = ids.length ? await this.#objects([this.#tenant, where, `limit: ${page}`].filter((each) => each)) : [];
        for (const each of objects) this.#rows.set(each.id, each);
        return Array.from({ length: page }, (_, place) => first + place);
    }

    /** Lets go of objects that are far from a place. */
    trim(around) {
        if (this.#rows.size <= kept) return;
        const near = new Set(this.ids.slice(Math.max(0, around - kept / 4), around + kept / 4));
        for (const id of this.#rows.keys()) if (!near.has(id)) this.#rows.delete(id);
    }

    /** Takes objects out; what is returned puts them back where they were. */
    remove(ids) {
        const places = ids
            .map((id) => [id, this.ids.indexOf(id), this.#rows.get(id)])
            .filter(([, place]) => place >= 0)
            .sort((one, other) => one[1] - other[1]);
        for (const [id] of places) {
            this.#removed.add(id);
            this.#rows.delete(id);
        }
        this.#keep(this.ids.filter((id) => !this.#removed.has(id)));
        return () => {
            const ids = [...this.ids];
            for (const [id, place, object] of places) {
                this.#removed.delete(id);
                if (object) this.#rows.set(id, object);
                ids.splice(place, 0, id);
            }
            this.#keep(ids);
        };
    }

    /** The list stays the same object, since others go along it. */
    #keep(ids) {
        this.ids.length = 0;
        for (const id of ids) this.ids.push(id);
    }

    /** Puts an object in place of what it was. */
    replace(object) {
        if (this.#rows.has(object.id)) this.#rows.set(object.id, object);
    }
}
