// SPDX-License-Identifier: Apache-2.0

import { get } from "../../base/api.js";

/**
 * What collections hold, by name: objects, tenants and vectors that wait for their place in the index.
 *
 * @returns {Promise<Map<string, { objects: number, tenants: number, waiting: number }>>}
 */
export async function figures(signal) {
    const { nodes } = await get(["nodes"], { output: "verbose" }, { signal });
    const result = new Map();
    for (const shard of nodes.flatMap((node) => node.shards ?? [])) {
        const sum = result.get(shard.class) ?? { objects: 0, tenants: 0, waiting: 0 };
        sum.objects += shard.objectCount;
        sum.waiting += shard.vectorQueueLength;
        sum.tenants += 1;
        result.set(shard.class, sum);
    }
    return result;
}
