// SPDX-License-Identifier: Apache-2.0

import { send } from "../../base/api.js";
import { milliseconds } from "../../base/format.js";
import { texts } from "../../base/texts.js";

const t = texts({
    en: {
        progress: ({ n, of }) => `${n} of ${of} runs`,
        result: ({ n, p50, p95, least, most }) => `${n} runs: p50 ${p50}, p95 ${p95}, from ${least} to ${most}`,
    },
});

const runs = 20;

/** The value that so much of a sorted list is not above (nearest rank). */
const quantile = (sorted, share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];

/**
 * Runs a query again and again, one after the other.
 *
 * @param {(text: string) => void} progress
 * @returns {Promise<string>} how long the runs took, as the browser saw it
 */
export async function measure(json, signal, progress) {
    const times = [];
    for (let run = 1; run <= runs; run += 1) {
        const began = performance.now();
        await send("POST", "/v1/graphql", { json, signal, as: "text" });
        times.push(performance.now() - began);
        progress(t("progress", { n: run, of: runs }));
    }
    times.sort((one, other) => one - other);
    const [p50, p95] = [0.5, 0.95].map((share) => milliseconds(quantile(times, share)));
    return t("result", { n: runs, p50, p95, least: milliseconds(times[0]), most: milliseconds(times.at(-1)) });
}
