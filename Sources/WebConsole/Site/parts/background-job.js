// SPDX-License-Identifier: Apache-2.0

import { send, url } from "../base/api.js";
import { freshID, h } from "../base/dom.js";
import { duration, share } from "../base/format.js";
import { texts } from "../base/texts.js";
import { icon } from "./icons.js";
import { announce, showError } from "./toasts.js";

const t = texts({
    en: {
        cancel: "Cancel",
        running: ({ progress, elapsed }) => `${progress}, for ${elapsed}`,
        notCancelled: "Not cancelled",
        busy: "Another one is being made; this one begins when it has ended.",
    },
});

/** Milliseconds between questions how far it is: at first often, as small ones are made at once. */
const pauses = [80, 120, 200, 300, 500];

/**
 * Asks for what the server makes in the background, such as a map, until it is there, and shows how far it is meanwhile.
 *
 *     const job = new BackgroundJob("The map is being drawn", ["map", "Photo"], { color: "label" });
 *     place.append(job);
 *     const answer = await job.ended(signal);   // `state` is "succeeded" or "cancelled"
 */
export class BackgroundJob extends HTMLElement {
    #segments;
    #query;
    #bar = h("progress", { max: 1 });
    #words = h("p", { class: "small muted number" });

    /**
     * @param {string} label what is being made
     * @param {string[]} segments of the path
     * @param {object} query what the job is found again by
     */
    constructor(label, segments, query) {
        super();
        this.#segments = segments;
        this.#query = query;
        this.label = label;
    }

    connectedCallback() {
        if (this.firstChild) return;
        const id = freshID("job");
        this.#bar.setAttribute("aria-labelledby", id);
        this.append(
            h("div", { class: "row apart" }, h("p", { id, class: "job-label" }, this.label), this.#words),
            this.#bar,
            h("button", { type: "button", on: { click: () => this.#cancel() } }, icon("stop"), t("cancel")),
        );
    }

    /**
     * @param {AbortSignal} signal ends the questions; the server goes on
     * @param {{ refresh?: boolean }} [options] begin anew what has ended
     * @returns {Promise<object>} the answer when it has ended
     * @throws {APIError}
     */
    async ended(signal, { refresh = false } = {}) {
        let isFirst = true;
        for (let attempt = 0; ; attempt += 1) {
            let answer = null;
            try {
                answer = await send("GET", url(this.#segments, { ...this.#query, refresh: refresh && isFirst ? "true" : undefined }), { signal });
                isFirst = false;
            } catch (error) {
                if (error.status !== 429) throw error;
                this.#words.textContent = t("busy");
            }
            if (answer && answer.state !== "running") return answer;
            if (answer) this.#show(answer);
            await pause(answer ? pauses[Math.min(attempt, pauses.length - 1)] : 2000, signal);
        }
    }

    #show({ progress, elapsedMs }) {
        // A bar without a value has shown nothing yet.
        if (!this.#bar.hasAttribute("value")) announce(this.label);
        this.#bar.value = progress;
        this.#words.textContent = t("running", { progress: share(progress), elapsed: duration(elapsedMs / 1000) });
    }

    async #cancel() {
        try {
            await send("DELETE", url(this.#segments, this.#query));
        } catch (error) {
            // It has ended in this moment.
            if (error.status !== 404) showError(error, t("notCancelled"));
        }
    }
}

function pause(milliseconds, signal) {
    return new Promise((resolve, reject) => {
        const ended = () => {
            clearTimeout(timer);
            reject(new DOMException("Left", "AbortError"));
        };
        const timer = setTimeout(() => {
            signal?.removeEventListener("abort", ended);
            resolve();
        }, milliseconds);
        if (signal?.aborted) ended();
        else signal?.addEventListener("abort", ended, { once: true });
    });
}

customElements.define("nt-background-job", BackgroundJob);
