// SPDX-License-Identifier: Apache-2.0

import { get, post, send, url } from "../../base/api.js";
import { isTenanted } from "../../base/schema.js";
import { texts } from "../../base/texts.js";

const t = texts({ en: { some: "{n} objects were refused; the first because: {reason}" } });

/** How many objects are under way: with their pictures they are in memory. */
const pageSize = 16;

/** A definition under another name, as `POST /v1/schema` takes it. */
function renamed(definition, className) {
    const copy = { ...structuredClone(definition), class: className };
    // The server says how it divides; asked for beside tenants it refuses.
    delete copy.shardingConfig;
    return copy;
}

/** Whole numbers that are too large for JavaScript keep their digits. */
function exactly(text) {
    if (!JSON.rawJSON) return JSON.parse(text);
    return JSON.parse(text, (_, value, { source }) => (Number.isInteger(value) && !Number.isSafeInteger(value) ? JSON.rawJSON(source) : value));
}

/**
 * Makes a collection like another one, and copies objects with their ids, properties and vectors. Broken off, `run` goes on where it was: what is sent
 * twice is stored once, by its id.
 */
export class CloneRun {
    copied = 0;
    /** Tenants that are out of use, whose objects can't be read. @type {string[]} */
    omitted = [];

    #definition;
    #className;
    #withObjects;
    #isMade = false;
    #tenants = null;
    #after = "";

    constructor(definition, className, withObjects) {
        this.#definition = definition;
        this.#className = className;
        this.#withObjects = withObjects;
    }

    /** @param {AbortSignal} signal @param {() => void} progressed */
    async run(signal, progressed) {
        if (!this.#isMade) await post(["schema"], renamed(this.#definition, this.#className));
        this.#isMade = true;
        progressed();
        if (!this.#withObjects) return;
        this.#tenants ??= isTenanted(this.#definition) ? await this.#makeTenants() : [undefined];
        while (this.#tenants.length) {
            while (await this.#copyPage(this.#tenants[0], signal)) progressed();
            this.#tenants.shift();
            this.#after = "";
        }
    }

    /** @returns {Promise<string[]>} those that can be read */
    async #makeTenants() {
        const all = await get(["schema", this.#definition.class, "tenants"]);
        const isActive = (tenant) => ["HOT", "ACTIVE"].includes(tenant.activityStatus ?? "HOT");
        if (all.length) await post(["schema", this.#className, "tenants"], all.map(({ name, activityStatus }) => ({ name, activityStatus })));
        this.omitted = all.filter((each) => !isActive(each)).map((each) => each.name);
        return all.filter(isActive).map((each) => each.name);
    }

    /** @returns {Promise<boolean>} whether there may be more */
    async #copyPage(tenant, signal) {
        // A cursor begins with the smallest id.
        const query = { class: this.#definition.class, limit: pageSize, include: "vector", after: this.#after, tenant };
        const { objects } = exactly(await send("GET", url(["objects"], query), { signal, as: "text" }));
        if (!objects.length) return false;
        const copies = objects.map(({ id, properties, vector, vectors }) => ({
            class: this.#className,
            id,
            properties,
            ...(vector ? { vector } : {}),
            ...(vectors && Object.keys(vectors).length ? { vectors } : {}),
            ...(tenant ? { tenant } : {}),
        }));
        const answer = await post(["batch", "objects"], { objects: copies }, { signal });
        const failed = answer.filter((each) => each.result?.status !== "SUCCESS");
        if (failed.length) throw new Error(t("some", { n: failed.length, reason: failed[0].result?.errors?.error?.[0]?.message ?? "" }));
        this.copied += objects.length;
        this.#after = objects.at(-1).id;
        return objects.length === pageSize;
    }
}
