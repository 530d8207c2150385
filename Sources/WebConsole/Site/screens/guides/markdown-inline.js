// SPDX-License-Identifier: Apache-2.0
// Marks within a line of Markdown: code, bold, emphasis, links, line breaks.

import { h } from "../../base/dom.js";

/** The longer ones first. */
const marks = [
    ["**", "strong"],
    ["__", "strong"],
    ["~~", "del"],
    ["*", "em"],
    ["_", "em"],
];

const punctuation = /[!-/:-@[-`{-~]/;
const isWord = (character) => character !== undefined && /[\p{L}\p{N}_]/u.test(character);

/**
 * @param {string} text
 * @param {(target: string, nodes: Array<Node|string>, text: string) => Node} link
 * @returns {Array<Node|string>}
 */
export function inline(text, link) {
    return new Inline(text, link).read();
}

class Inline {
    #text;
    #link;
    #at = 0;
    #nodes = [];
    #plain = "";

    constructor(text, link) {
        this.#text = text;
        this.#link = link;
    }

    read() {
        while (this.#at < this.#text.length) this.#next();
        this.#flush();
        return this.#nodes;
    }

    #next() {
        const text = this.#text;
        const at = this.#at;
        if (this.#escape() || this.#break() || this.#code() || this.#comment() || this.#address() || this.#linked()) return;
        if (marks.some(([mark, tag]) => this.#marked(mark, tag))) return;
        this.#plain += text[at];
        this.#at = at + 1;
    }

    #flush() {
        if (this.#plain) this.#nodes.push(this.#plain);
        this.#plain = "";
    }

    /** Takes what is read up to `end` as a node, or as nothing. */
    #take(end, ...nodes) {
        this.#flush();
        this.#nodes.push(...nodes);
        this.#at = end;
        return true;
    }

    #escape() {
        const next = this.#text[this.#at + 1];
        if (this.#text[this.#at] !== "\\" || next === undefined || !punctuation.test(next)) return false;
        this.#plain += next;
        this.#at += 2;
        return true;
    }

    /** Two spaces or a backslash at the end of a line. */
    #break() {
        const found = /^(?: {2,}|\\)\n/.exec(this.#text.slice(this.#at, this.#at + 100));
        return found ? this.#take(this.#at + found[0].length, h("br", {})) : false;
    }

    #code() {
        const end = codeEnd(this.#text, this.#at);
        if (end === undefined) return false;
        const width = /^`+/.exec(this.#text.slice(this.#at))[0].length;
        const content = this.#text.slice(this.#at + width, end - width).replaceAll("\n", " ");
        const isPadded = content.startsWith(" ") && content.endsWith(" ") && content.trim();
        return this.#take(end, h("code", {}, isPadded ? content.slice(1, -1) : content));
    }

    #comment() {
        if (!this.#text.startsWith("<!--", this.#at)) return false;
        const end = this.#text.indexOf("-->", this.#at);
        return end < 0 ? false : this.#take(end + 3);
    }

    /** An address that stands in the text, perhaps in angle brackets. */
    #address() {
        const before = this.#text[this.#at - 1];
        const rest = this.#text.slice(this.#at);
        const bracketed = /^<(https?:\/\/[^\s<>]+)>/i.exec(rest);
        if (bracketed) return this.#take(this.#at + bracketed[0].length, this.#link(bracketed[1], [bracketed[1]], bracketed[1]));
        const bare = isWord(before) ? null : /^https?:\/\/[^\s<>"`]*[^\s<>"`.,;:!?)\]}'*_~]/i.exec(rest)?.[0];
        return bare ? this.#take(this.#at + bare.length, this.#link(bare, [bare], bare)) : false;
    }

    /** `[words](target)`; of a picture its words. */
    #linked() {
        const text = this.#text;
        const isPicture = text.startsWith("![", this.#at);
        const open = this.#at + (isPicture ? 1 : 0);
        if (text[open] !== "[") return false;
        const close = balanced(text, open, "[", "]");
        if (close === undefined || text[close + 1] !== "(") return false;
        const end = balanced(text, close + 1, "(", ")");
        if (end === undefined) return false;
        const words = text.slice(open + 1, close);
        const target = /^<?(.*?)>?(?:\s+(?:"[^"]*"|'[^']*'))?$/s.exec(text.slice(close + 2, end).trim())[1];
        if (isPicture) return this.#take(end + 1, words);
        return this.#take(end + 1, this.#link(target, inline(words, (_, nodes) => h("span", {}, nodes)), words));
    }

    #marked(mark, tag) {
        const text = this.#text;
        const from = this.#at + mark.length;
        if (!text.startsWith(mark, this.#at) || from >= text.length || /\s/.test(text[from])) return false;
        // A name with underscores in it is a word.
        if (mark[0] === "_" && isWord(text[this.#at - 1])) return false;
        const end = markEnd(text, from, mark);
        if (end === undefined) return false;
        return this.#take(end + mark.length, h(tag, {}, inline(text.slice(from, end), this.#link)));
    }
}

/** Behind the code that begins at a place; `undefined` if none does. */
function codeEnd(text, at) {
    if (text[at] !== "`" || text[at - 1] === "`") return undefined;
    const width = /^`+/.exec(text.slice(at))[0].length;
    for (const found of text.slice(at + width).matchAll(/`+/g)) {
        if (found[0].length === width) return at + 2 * width + found.index;
    }
    return undefined;
}

/** Where the bracket is closed that stands at a place. */
function balanced(text, at, open, close) {
    let depth = 0;
    for (let place = at; place < text.length; place += 1) {
        const code = codeEnd(text, place);
        if (code !== undefined && open === "[") place = code - 1;
        else if (text[place] === "\\") place += 1;
        else if (text[place] === open) depth += 1;
        else if (text[place] === close && (depth -= 1) === 0) return place;
    }
    return undefined;
}

/** Where a mark ends what began before `from`: not behind a space, nor within code or a longer mark. */
function markEnd(text, from, mark) {
    for (let place = from; place < text.length; place += 1) {
        const code = codeEnd(text, place);
        if (code !== undefined) {
            place = code - 1;
        } else if (text[place] === "\\") {
            place += 1;
        } else if (text.startsWith(mark, place)) {
            let run = 0;
            while (text[place + run] === mark[0]) run += 1;
            const isEnd = place > from && !/\s/.test(text[place - 1]) && (mark[0] !== "_" || !isWord(text[place + run]));
            if (isEnd && run >= mark.length && (run === mark.length || run > 2)) return place + run - mark.length;
            place += run - 1;
        }
    }
    return undefined;
}
