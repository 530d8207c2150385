// SPDX-License-Identifier: Apache-2.0

import { get } from "../../base/api.js";

/**
 * What collections hold, by name: objects, tenants, vectors that wait for their place in the index, the most dimensions of a vector, and
 * bytes, `null` until the server has measured.
 *
 * @returns {Promise<{ known: Map<string, object>, isChanging: boolean }>} `isChanging`: it is worth asking again soon
 */
export async function figures(signal) {
    const { collections, isMeasuring } = await get(["server", "collections"], {}, { signal });
    const known = collections.map(({ class: name, objects, tenants, vectors, bytes }) => {
        const waiting = vectors.reduce((sum, each) => sum + each.unlinked, 0);
        const dimensions = Math.max(0, ...vectors.map((each) => each.dimensions ?? 0)) || null;
        return [name, { objects, tenants, waiting, dimensions, bytes: bytes.total }];
    });
    return { known: new Map(known), isChanging: isMeasuring || known.some(([, each]) => each.waiting > 0) };
}
