// SPDX-License-Identifier: Apache-2.0

import { showError } from "../../parts/toasts.js";

const usual = 2_000;
const afterFailure = 10_000;

/**
 * Calls `run` again and again while the page is looked at: every two seconds, later after a failure, and not while it is hidden or the
 * server can't be reached.
 *
 * @param {() => Promise<void>} run
 * @param {AbortSignal} signal ends it
 * @param {(error: Error) => boolean} [failed] what becomes of a failure; true if it is shown already
 * @returns {{ now: () => void }} asks at once
 */
export function poll(run, signal, failed = () => false) {
    let timer;
    let isRunning = false;
    const wait = (milliseconds) => {
        clearTimeout(timer);
        if (!signal.aborted && !document.hidden) timer = setTimeout(go, milliseconds);
    };
    const go = async () => {
        if (isRunning || signal.aborted) return;
        isRunning = true;
        try {
            await run();
            wait(usual);
        } catch (error) {
            if (error.name === "AbortError") return;
            // Nothing is asked while the server is away: the banner of the page tells when it is back.
            if (error.status === 0) return;
            if (error.status === 401 || error.status === 403) return void failed(error);
            if (!failed(error)) showError(error);
            wait(afterFailure);
        } finally {
            isRunning = false;
        }
    };
    document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : go()), { signal });
    document.addEventListener("serverback", go, { signal });
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
    go();
    return { now: go };
}
