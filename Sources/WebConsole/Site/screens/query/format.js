// SPDX-License-Identifier: Apache-2.0
// Writes GraphQL with one field a line. Nothing but spaces, commas and line ends changes.

import { tokens } from "./scan.js";

const width = 100;

/** @returns {string} the same query; the text as it is if brackets do not fit */
export function formatted(text) {
    const all = tokens(text);
    const partner = pairs(all);
    if (!partner) return text;
    const writer = new Writer();
    let index = 0;

    /** Tokens of arguments, definitions of variables and values. */
    const inLine = (from, to) => {
        let line = all[from].text;
        for (let place = from + 1; place <= to; place += 1) line += between(all[place - 1].text, all[place].text) + all[place].text;
        return line.replaceAll("{ }", "{}");
    };

    const group = (from, to, indent) => {
        const line = inLine(from, to);
        const hasComment = all.slice(from, to + 1).some((token) => token.kind === "comment" || token.text.includes("\n"));
        if (!hasComment && indent.length + line.length + writer.column <= width) return writer.add(line);
        // Each member stands in a line of its own.
        writer.add(all[from].text);
        let begin = from + 1;
        for (let place = from + 1; place < to; place += 1) {
            if (partner.has(place) && partner.get(place) > place) place = partner.get(place);
            const next = all[place + 1];
            const goesOn = [":", "="].includes(next.text) || [":", "=", "!"].includes(all[place].text) || next.text === "!";
            if (goesOn && all[place].kind !== "comment") continue;
            writer.line(`${indent}  `);
            member(begin, place, `${indent}  `);
            begin = place + 1;
        }
        writer.line(indent);
        writer.add(all[to].text);
    };

    const member = (from, to, indent) => {
        const value = partner.has(to) ? partner.get(to) : to;
        if (value > from) writer.add(`${inLine(from, value - 1)} `);
        if (value < to) group(value, to, indent);
        else writer.add(all[to].text);
    };

    let depth = 0;
    for (; index < all.length; index += 1) {
        const token = all[index];
        const indent = "  ".repeat(depth);
        if (token.text === "}") {
            depth -= 1;
            writer.line("  ".repeat(depth));
            writer.add("}");
            if (!depth) writer.gap();
        } else if (token.text === "{") {
            writer.add(writer.isAtStart ? "{" : " {");
            depth += 1;
        } else if (token.text === "(") {
            group(index, partner.get(index), indent);
            index = partner.get(index);
        } else if (token.kind === "comment") {
            writer.line(indent);
            writer.add(token.text);
        } else if (depth && !joins(all, index)) {
            writer.line(indent);
            writer.add(token.text);
        } else {
            writer.add((writer.isAtStart || all[index - 1]?.text === "@" || token.text === ":" ? "" : " ") + token.text);
        }
    }
    return writer.text;
}

/** What stands between two tokens of a line of arguments. */
function between(one, other) {
    if (["(", "[", "@"].includes(one) || [")", "]", ":", "!", "("].includes(other)) return "";
    if ([":", "=", "{"].includes(one) || ["=", "}", "@"].includes(other)) return " ";
    return ", ";
}

/** Whether a token of a selection goes on with what is before it: `alias: name`, `... on Type`, `@include`. */
function joins(all, index) {
    const before = all[index - 1];
    const token = all[index];
    if (before.kind === "comment") return false;
    return [":", "...", "@"].includes(before.text) || [":", "@"].includes(token.text) || (before.text === "on" && all[index - 2]?.text === "...");
}

/** From each bracket to its partner; `null` if one has none. */
function pairs(all) {
    const closing = { "(": ")", "[": "]", "{": "}" };
    const open = [];
    const partner = new Map();
    for (const [index, token] of all.entries()) {
        if (token.kind !== "punctuation") continue;
        if (closing[token.text]) open.push(index);
        else if (Object.values(closing).includes(token.text)) {
            const begin = open.pop();
            if (begin === undefined || closing[all[begin].text] !== token.text) return null;
            partner.set(begin, index);
            partner.set(index, begin);
        }
    }
    return open.length ? null : partner;
}

class Writer {
    #lines = [""];

    get isAtStart() {
        return !this.#lines.at(-1).trim();
    }

    get column() {
        return this.#lines.at(-1).length;
    }

    add(text) {
        this.#lines[this.#lines.length - 1] += text;
    }

    line(indent) {
        if (this.isAtStart) this.#lines[this.#lines.length - 1] = indent;
        else this.#lines.push(indent);
    }

    /** An empty line between definitions. */
    gap() {
        this.#lines.push("", "");
    }

    get text() {
        return this.#lines.map((line) => line.trimEnd()).join("\n").trim();
    }
}
