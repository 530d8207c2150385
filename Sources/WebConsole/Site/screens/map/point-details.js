// SPDX-License-Identifier: Apache-2.0

import { describe, isNumeric, isText } from "../../base/schema.js";
import { readObjects } from "../../parts/objects.js";

const batchLimit = 100;
const keptLimit = 5_000;

/** What objects say of themselves, read in batches when it is wanted, and kept. */
export class PointDetails {
    #definition;
    #tenant;
    #signal;
    /** By id: a promise of the properties, or of `null` if the object is gone. */
    #kept = new Map();
    #waiting = new Map();

    constructor(definition, tenant, signal) {
        this.#definition = definition;
        this.#tenant = tenant;
        this.#signal = signal;
    }

    /** The text of an object. @returns {Promise<string>} */
    async text(id) {
        return describe(this.#definition, await this.properties(id), id);
    }

    /** @returns {Promise<object|null>} texts and numbers */
    properties(id) {
        let known = this.#kept.get(id);
        if (known) return known;
        if (!this.#waiting.size) setTimeout(() => this.#read(), 20);
        known = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
        this.#kept.set(id, known);
        if (this.#kept.size > keptLimit) this.#kept.delete(this.#kept.keys().next().value);
        return known;
    }

    async #read() {
        const batch = [...this.#waiting].slice(0, batchLimit);
        for (const [id] of batch) this.#waiting.delete(id);
        if (this.#waiting.size) setTimeout(() => this.#read(), 0);
        try {
            const ids = JSON.stringify(batch.map(([id]) => id));
            const tenant = this.#tenant ? `, tenant: ${JSON.stringify(this.#tenant)}` : "";
            const conditions = `where: { path: ["id"], operator: ContainsAny, valueText: ${ids} }, limit: ${batch.length}${tenant}`;
            const found = await readObjects(this.#definition, conditions, {
                signal: this.#signal,
                wanted: (property) => isText(property) || isNumeric(property),
            });
            const byID = new Map(found.map((object) => [object.id, object.properties]));
            for (const [id, { resolve }] of batch) resolve(byID.get(id) ?? null);
        } catch (error) {
            for (const [id, { reject }] of batch) {
                this.#kept.delete(id);
                reject(error);
            }
        }
    }
}
