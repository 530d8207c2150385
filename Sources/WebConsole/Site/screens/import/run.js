// SPDX-License-Identifier: Apache-2.0

import { upload, url } from "../../base/api.js";
import { texts } from "../../base/texts.js";
import { prepared, taken } from "./batches.js";
import { Pace } from "./pace.js";

const t = texts({
    en: {
        broken: "The connection broke off each time. The file may be larger than the server takes (NEEDLETAIL_MAX_REQUEST_BYTES).",
        noAnswer: "The server said nothing about this one",
    },
});

/** How much is sent together, and how many of these are on their way. */
const batchCount = 16;
const batchBytes = 8_000_000;
const lanes = 3;
/** A file that the connection broke off with so often goes alone, and fails after twice as many. */
const suspiciousBreaks = 2;
/** Milliseconds until a server that is too busy is asked again, doubled each time. */
const firstWait = 1000;
const longestWait = 30_000;

const isUnderWay = (file) => file.state === "reading" || file.state === "sending";

/**
 * Sends files in batches, some at a time, and remembers what became of each. A batch is sent again under the same ids when the server went
 * away before it answered, so that nothing is there twice. Of the files only those under way are in memory.
 *
 * States: running -> paused | away (the server can't be reached) | stopped | done; each but `done`
 * goes on by `resume`, `away` by itself. Fires `progress`, at most once a frame, with `changed`, the indexes of files; `state`.
 */
export class ImportRun extends EventTarget {
    state = "running";
    counts = { stored: 0, skipped: 0, failed: 0 };
    pace = new Pace();
    /** Indexes of files since `progress` was fired. */
    changed = new Set();

    #queue;
    #next = 0;
    #again = [];
    #pending = new Set();
    #underWay = 0;
    #aborting = new AbortController();
    #gate = Promise.withResolvers();
    #frame = 0;

    /**
     * @param {object} job `files`; `className`; `tenant`; `pictureProperty`; `propertiesOf(file)`; `duplicates`: "skip", "replace" or "random"
     */
    constructor(job) {
        super();
        this.job = job;
        this.files = job.files;
        this.#queue = job.files;
        addEventListener("beforeunload", this.#leaving);
        document.addEventListener("serverback", this.#back);
        this.pace.go();
        this.#gate.resolve();
        this.#start();
    }

    get done() {
        return this.counts.stored + this.counts.skipped + this.counts.failed;
    }

    get isActive() {
        return this.state === "running" || this.state === "away" || this.state === "paused";
    }

    get failed() {
        return this.files.filter((each) => each.state === "failed");
    }

    /** Begins nothing more; what is under way is finished. */
    pause() {
        if (this.state === "running" || this.state === "away") this.#close("paused");
    }

    resume() {
        if (this.state === "running" || this.state === "done") return;
        this.#aborting = new AbortController();
        this.#open();
    }

    /** Breaks off what is under way as well: those files count as not sent. */
    stop() {
        if (!this.isActive) return;
        this.#close("stopped");
        this.#aborting.abort();
    }

    /** Tries files again that failed. */
    retry(files) {
        for (const file of files) {
            if (file.state !== "failed") continue;
            this.counts.failed -= 1;
            file.breaks = 0;
            this.#set(file, "waiting");
            this.#again.push(file);
        }
        if (this.state === "done") {
            addEventListener("beforeunload", this.#leaving);
            document.addEventListener("serverback", this.#back);
            this.#open();
        } else if (this.state === "stopped") this.resume();
        else if (this.state === "running") {
            this.pace.go();
            this.#start();
        }
    }

    /** Lets go of the page; the run is not used any more. */
    close() {
        this.stop();
        removeEventListener("beforeunload", this.#leaving);
        document.removeEventListener("serverback", this.#back);
    }

    // MARK: The states

    #start() {
        while (this.#underWay < lanes && this.#hasMore) {
            this.#underWay += 1;
            this.#lane().finally(() => {
                this.#underWay -= 1;
                const isOpen = this.state === "running" || this.state === "paused";
                if (!this.#underWay && !this.#hasMore && isOpen) this.#finish();
            });
        }
    }

    get #hasMore() {
        return this.#again.length > 0 || this.#next < this.#queue.length;
    }

    #close(state) {
        this.pace.stop();
        if (this.state === "running") this.#gate = Promise.withResolvers();
        this.#become(state);
    }

    #open() {
        this.pace.go();
        this.#become("running");
        this.#gate.resolve();
        this.#start();
    }

    #finish() {
        this.pace.stop();
        removeEventListener("beforeunload", this.#leaving);
        document.removeEventListener("serverback", this.#back);
        this.#become("done");
    }

    #become(state) {
        this.state = state;
        this.dispatchEvent(new Event("state"));
        this.#tell();
    }

    #leaving = (event) => {
        if (this.isActive) event.preventDefault();
    };

    #back = () => {
        if (this.state === "away") this.#open();
    };

    // MARK: Sending

    async #lane() {
        let wait = firstWait;
        while (this.#hasMore) {
            await this.#gate.promise;
            const files = this.#take();
            if (!files.length) return;
            const { signal } = this.#aborting;
            try {
                await this.#send(files, signal);
                wait = firstWait;
            } catch (error) {
                if (error.name === "AbortError") this.#putBack(files);
                else if (error.status === 0) this.#brokenOff(files);
                else if (error.status === 503 || error.status === 429) {
                    this.#putBack(files);
                    await new Promise((resolve) => setTimeout(resolve, wait));
                    wait = Math.min(2 * wait, longestWait);
                } else if (error.status === 413 && files.length > 1) this.#putBack(files, { alone: true });
                else for (const file of files.filter(isUnderWay)) this.#fail(file, error.message);
            }
        }
    }

    /** The files of the next batch. */
    #take() {
        const files = [];
        let bytes = 0;
        while (this.#hasMore && files.length < batchCount) {
            const file = this.#again[0] ?? this.#queue[this.#next];
            const isAlone = file.breaks >= suspiciousBreaks;
            if (files.length && (bytes + file.file.size > batchBytes || isAlone)) break;
            if (this.#again.length) this.#again.shift();
            else this.#next += 1;
            files.push(file);
            bytes += file.file.size;
            if (isAlone) break;
        }
        return files;
    }

    async #send(files, signal) {
        const batch = await prepared(files, this.job, (file) => this.#set(file, "reading"), (file, reason) => this.#fail(file, reason));
        let items = batch;
        if (this.job.duplicates === "skip") {
            const there = await taken(items.map((each) => each.file.id), this.job, signal);
            items = items.filter(({ file }) => {
                const isTaken = there.has(file.id) || this.#pending.has(file.id);
                if (isTaken) this.#settle(file, "skipped");
                else this.#pending.add(file.id);
                return !isTaken;
            });
        }
        if (!items.length) return;
        try {
            await this.#deliver(items, signal);
        } finally {
            for (const { file } of items) this.#pending.delete(file.id);
        }
    }

    async #deliver(items, signal) {
        // Each object's place in the body, so that what has gone can be said for each.
        const parts = ['{"objects":['];
        const ends = [];
        let size = parts[0].length;
        items.forEach(({ file, json }, index) => {
            if (index) parts.push(",");
            parts.push(...json);
            size += (index ? 1 : 0) + json.reduce((sum, part) => sum + part.length, 0);
            ends.push([file, size]);
            this.#set(file, "sending", 0);
        });
        parts.push("]}");
        const body = new Blob(parts, { type: "application/json" });
        const answer = await upload("POST", url(["batch", "objects"]), body, {
            signal,
            progress: (sent, total) => {
                let start = 0;
                for (const [file, end] of ends) {
                    const reached = (sent / total) * size;
                    file.share = Math.min(1, Math.max(0, (reached - start) / (end - start)));
                    start = end;
                    this.#touch(file);
                }
            },
        });
        items.forEach(({ file }, index) => {
            const result = answer[index]?.result;
            if (result?.status === "SUCCESS") this.#settle(file, "stored");
            else this.#fail(file, result?.errors?.error?.map((each) => each.message).join("; ") || t("noAnswer"));
        });
    }

    // MARK: What became of files

    #putBack(files, { alone = false } = {}) {
        for (const file of files) {
            if (!isUnderWay(file)) continue;
            if (alone) file.breaks = Math.max(file.breaks, suspiciousBreaks);
            this.#set(file, "waiting");
            this.#again.push(file);
        }
    }

    #brokenOff(files) {
        for (const file of files) file.breaks += 1;
        this.#putBack(files.filter((file) => file.breaks < 2 * suspiciousBreaks));
        for (const file of files.filter(isUnderWay)) this.#fail(file, t("broken"));
        if (this.state === "running") this.#close("away");
    }

    #settle(file, state) {
        this.counts[state] += 1;
        this.pace.count(this.done);
        this.#set(file, state, 1);
    }

    #fail(file, reason) {
        this.counts.failed += 1;
        file.reason = reason;
        this.pace.count(this.done);
        this.#set(file, "failed", 0);
    }

    #set(file, state, share = 0) {
        file.state = state;
        file.share = share;
        if (state !== "failed") file.reason = "";
        this.#touch(file);
    }

    #touch(file) {
        this.changed.add(file.index);
        this.#tell();
    }

    #tell() {
        this.#frame ||= setTimeout(() => {
            this.#frame = 0;
            this.dispatchEvent(new Event("progress"));
            this.changed.clear();
        }, 100);
    }
}
