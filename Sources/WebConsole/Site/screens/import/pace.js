// SPDX-License-Identifier: Apache-2.0

/** How many things come to an end a second, in the last quarter of a minute; pauses don't count. */
export class Pace {
    /** Milliseconds that it ran before it was stopped last. */
    #before = 0;
    #since = null;
    #samples = [];

    go() {
        this.#since ??= performance.now();
        this.#samples = [];
    }

    stop() {
        if (this.#since !== null) this.#before += performance.now() - this.#since;
        this.#since = null;
    }

    /** Seconds that it has run. */
    get seconds() {
        return (this.#before + (this.#since === null ? 0 : performance.now() - this.#since)) / 1000;
    }

    /** @param {number} done all that have come to an end */
    count(done) {
        const now = performance.now();
        const last = this.#samples.at(-1);
        if (last && now - last.at < 500) last.done = done;
        else this.#samples.push({ at: now, done });
        while (this.#samples.length > 2 && now - this.#samples[0].at > 15_000) this.#samples.shift();
    }

    /** A second; 0 as long as that cannot be said. */
    get rate() {
        const [first, last] = [this.#samples[0], this.#samples.at(-1)];
        const seconds = first ? (performance.now() - first.at) / 1000 : 0;
        return seconds > 0.5 && last.done > first.done ? (last.done - first.done) / seconds : 0;
    }
}
