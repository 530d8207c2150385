// SPDX-License-Identifier: Apache-2.0
// Tables that come with pictures: a column of file names, and columns that become properties (CSV of RFC 4180, or with tabs or
// semicolons).

import { propertyNameFrom } from "../../base/names.js";

/** @returns {string[][]} rows of fields */
function parseTable(text) {
    const first = text.slice(0, Math.max(0, text.search(/\r?\n|$/)));
    const separator = ["\t", ";", ","].reduce((best, each) => (first.split(each).length > first.split(best).length ? each : best), ",");
    const rows = [];
    let row = [];
    let field = "";
    let isQuoted = false;
    const endRow = () => {
        row.push(field);
        if (row.length > 1 || field) rows.push(row);
        row = [];
        field = "";
    };
    for (let at = text.startsWith("\uFEFF") ? 1 : 0; at < text.length; at += 1) {
        const letter = text[at];
        if (isQuoted) {
            if (letter !== '"') field += letter;
            else if (text[at + 1] === '"') {
                field += '"';
                at += 1;
            } else isQuoted = false;
        } else if (letter === '"' && !field) isQuoted = true;
        else if (letter === separator) {
            row.push(field);
            field = "";
        } else if (letter === "\n") endRow();
        else if (letter !== "\r" || text[at + 1] !== "\n") field += letter;
    }
    endRow();
    return rows;
}

const patterns = [
    ["int", /^-?(0|[1-9]\d{0,15})$/],
    ["number", /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/],
    ["boolean", /^(true|false)$/i],
    ["date", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)$/],
];

/** The type that all values have, `text` if nothing narrower. */
export function typeOfValues(values) {
    const given = values.filter((value) => value);
    return (given.length && patterns.find(([, pattern]) => given.every((value) => pattern.test(value)))?.[0]) || "text";
}

/** A table whose rows belong to files. */
export class FileTable {
    /** @type {{ name: string, property: string, type: string, isUsed: boolean }[]} */
    columns = [];
    /** Which column has the names of the files. */
    fileColumn = 0;

    #rows;
    #byKey = new Map();

    /** @param {string} text @param {string} name of the file, for messages */
    constructor(text, name) {
        this.name = name;
        const [head = [], ...rows] = parseTable(text);
        this.#rows = rows;
        const taken = new Set();
        this.columns = head.map((title, index) => {
            let property = propertyNameFrom(title.trim());
            while (taken.has(property)) property += "_";
            taken.add(property);
            return { name: title.trim(), property, type: typeOfValues(rows.map((row) => row[index] ?? "")), isUsed: true };
        });
    }

    get rowCount() {
        return this.#rows.length;
    }

    /** Takes the column that names most of the files. */
    findFileColumn(files) {
        const matches = this.columns.map((_, index) => {
            this.fileColumn = index;
            return this.match(files).matched;
        });
        this.fileColumn = matches.indexOf(Math.max(...matches, 0));
        this.match(files);
        return this;
    }

    /**
     * Finds each row's file: by the path, the end of a path, or the name, letters of both cases being one.
     *
     * @returns {{ matched: number, lonely: string[] }} how many files have a row, and rows without a file
     */
    match(files) {
        this.#byKey = new Map();
        for (const row of this.#rows) {
            const key = keyOf(row[this.fileColumn] ?? "");
            if (key && !this.#byKey.has(key)) this.#byKey.set(key, row);
        }
        const used = new Set();
        let matched = 0;
        for (const file of files) {
            const row = this.rowOf(file);
            if (!row) continue;
            matched += 1;
            used.add(row);
        }
        const lonely = this.#rows.filter((row) => !used.has(row)).map((row) => row[this.fileColumn] ?? "");
        return { matched, lonely };
    }

    /** @returns {string[]|undefined} */
    rowOf(file) {
        const parts = keyOf(file.path).split("/");
        for (let from = 0; from < parts.length; from += 1) {
            const row = this.#byKey.get(parts.slice(from).join("/"));
            if (row) return row;
        }
        // The table may name folders that were not chosen along with the picture.
        return this.#byName().get(parts.at(-1));
    }

    #names = null;
    #namesOf = null;

    /** Rows by the last part of what they name. */
    #byName() {
        if (this.#namesOf !== this.#byKey) {
            this.#namesOf = this.#byKey;
            this.#names = new Map();
            for (const [key, row] of this.#byKey) {
                const name = key.split("/").at(-1);
                // Two of one name in different folders: which is meant cannot be said.
                this.#names.set(name, this.#names.has(name) ? undefined : row);
            }
        }
        return this.#names;
    }
}

const keyOf = (path) => path.trim().replaceAll("\\", "/").replace(/^(\.?\/)+/, "").toLowerCase();
