// SPDX-License-Identifier: Apache-2.0
// What is sent: objects as JSON with their pictures as base64, and the question which of them are there already.

import { graphql } from "../../base/api.js";
import { texts } from "../../base/texts.js";
import { base64Of } from "../../parts/picture-bytes.js";
import { contentIDs, randomID } from "./ids.js";

const t = texts({
    en: {
        unreadable: "The browser can't read this file any more; it was changed, moved or deleted since it was chosen",
        empty: "The file is empty",
    },
});

const idMakers = new Map();

function idMaker(className) {
    if (!idMakers.has(className)) idMakers.set(className, contentIDs(className));
    return idMakers.get(className);
}

/**
 * Reads files and makes objects of them.
 *
 * @param {(file: object) => void} begin @param {(file: object, reason: string) => void} fail
 * @returns {Promise<{ file: object, json: string[] }[]>} parts of each object's JSON, for those that did not fail
 */
export async function prepared(files, job, begin, fail) {
    const items = [];
    for (const file of files) {
        begin(file);
        try {
            const buffer = await file.file.arrayBuffer().catch(() => {
                throw new Error(t("unreadable"));
            });
            if (!buffer.byteLength) throw new Error(t("empty"));
            // A random id is kept, so that what is sent again is the same object.
            if (job.duplicates === "random") file.id ||= randomID();
            else file.id = await (await idMaker(job.className))(buffer);
            const head = { class: job.className, id: file.id, ...(job.tenant ? { tenant: job.tenant } : {}) };
            const properties = JSON.stringify(job.propertiesOf(file)).slice(1, -1);
            const before = `${JSON.stringify(head).slice(0, -1)},"properties":{${properties}${properties && ","}"${job.pictureProperty}":"`;
            items.push({ file, json: [before, await base64Of(buffer), '"}}'] });
        } catch (error) {
            fail(file, error.message);
        }
    }
    return items;
}

/** Which of some ids are taken. @returns {Promise<Set<string>>} */
export async function taken(ids, { className, tenant }, signal) {
    if (!ids.length) return new Set();
    const list = ids.map((id) => JSON.stringify(id)).join(",");
    const of = tenant ? `,tenant:${JSON.stringify(tenant)}` : "";
    const query = `{Get{${className}(where:{path:["id"],operator:ContainsAny,valueText:[${list}]},limit:${ids.length}${of}){_additional{id}}}}`;
    const data = await graphql(query, undefined, { signal });
    return new Set(data.Get[className].map((each) => each._additional.id));
}
