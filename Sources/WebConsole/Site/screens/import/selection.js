// SPDX-License-Identifier: Apache-2.0

import { kindOf } from "./picking.js";

/** One picture on its way in. */
class ImportFile {
    /** "waiting", "reading", "sending", "stored", "skipped" or "failed". */
    state = "waiting";
    /** How much of it has gone, 0 to 1. */
    share = 0;
    /** Why it failed. */
    reason = "";
    /** The id of its object, once it is known. */
    id = "";
    /** Properties that were typed in for this one; `null` for none. */
    edits = null;
    /** The name of the folder that it lies in; "" if in none that tells it from others. */
    folder = "";
    /** How often the connection broke off while it was sent. */
    breaks = 0;

    constructor(file, path, index) {
        this.file = file;
        this.path = path;
        this.index = index;
    }

    get name() {
        return this.file.name;
    }
}

/** The pictures that were chosen, and what else lay among them. */
export class Selection {
    /** @type {ImportFile[]} */
    files = [];
    /** Tables, the first of which is read. @type {File[]} */
    tables = [];
    bytes = 0;
    /** How many were passed over, and the paths of the first. */
    passedOver = { count: 0, archives: 0, paths: [] };
    /** Pictures by the names of their folders. @type {Map<string, number>} */
    folders = new Map();

    #known = new Set();

    /** Takes one file in. */
    add({ file, path, error }) {
        if (error) return this.#passOver(path);
        const kind = kindOf(file, path);
        if (kind === "hidden") return;
        if (kind === "table") {
            this.tables.push(file);
            return;
        }
        if (kind !== "picture") return this.#passOver(path, kind);
        // The same one, chosen again.
        const key = `${path}\n${file.size}\n${file.lastModified}`;
        if (this.#known.has(key)) return;
        this.#known.add(key);
        const entry = new ImportFile(file, path, this.files.length);
        this.files.push(entry);
        this.bytes += file.size;
    }

    /** Finds out which folders tell pictures apart; called when all are added. */
    settle() {
        this.folders.clear();
        const top = this.title;
        const isDivided = this.files.some((each) => each.path.split("/").length > 2);
        for (const file of this.files) {
            const parts = file.path.split("/");
            // In the one folder that holds the others lies what has no folder of its own, as for `needletail import`.
            const isAtTop = parts.length < 2 || (parts.length === 2 && top && isDivided);
            file.folder = isAtTop ? "" : parts.at(-2);
            if (file.folder) this.folders.set(file.folder, (this.folders.get(file.folder) ?? 0) + 1);
        }
    }

    /** What the pictures may be called together: the folder that was dropped, if it was one. */
    get title() {
        const roots = new Set(this.files.map((each) => (each.path.includes("/") ? each.path.slice(0, each.path.indexOf("/")) : "")));
        return roots.size === 1 ? [...roots][0] : "";
    }

    #passOver(path, kind) {
        this.passedOver.count += 1;
        if (kind === "archive") this.passedOver.archives += 1;
        if (this.passedOver.paths.length < 100) this.passedOver.paths.push(path);
    }
}
