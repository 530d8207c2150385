// SPDX-License-Identifier: Apache-2.0
// Markdown as nodes, never by way of HTML: what CommonMark and GitHub's tables have of it that our documents use. Tags are texts here.

import { h } from "../../base/dom.js";
import { inline } from "./markdown-inline.js";

const fence = /^( {0,3})(`{3,}|~{3,})\s*([^`]*)$/;
const heading = /^ {0,3}(#{1,6})(?:\s+(.*?))?(?:\s+#+)?\s*$/;
const rule = /^ {0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$/;
const item = /^( {0,3})([-*+]|\d{1,9}[.)])(?:( {1,4})(?=\S)|\s*$)/;
const delimiters = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
const isBlank = (line) => !line.trim();
const isTable = (lines, at) => lines[at].includes("|") && at + 1 < lines.length && lines[at + 1].includes("|") && delimiters.test(lines[at + 1]);

/**
 * Reads Markdown.
 *
 * @param {string} text
 * @param {object} [make] makes what is not plain: `heading(level, nodes, text)`, `link(target, nodes, text)`, `code(text, language)`, `table(table)`
 * @returns {Node[]}
 */
export function markdown(text, make = {}) {
    const makers = {
        heading: (level, nodes) => h(`h${level}`, {}, nodes),
        link: (target, nodes) => h("span", {}, nodes),
        code: (content) => h("pre", {}, content),
        table: (table) => table,
        ...make,
    };
    return new Blocks(text.replaceAll("\r\n", "\n").split("\n"), makers).read().map(({ node }) => node);
}

/** Blocks of lines, from the top. */
class Blocks {
    #lines;
    #make;
    #at = 0;

    constructor(lines, make) {
        this.#lines = lines;
        this.#make = make;
    }

    /** @returns {Array<{ node: Node, words?: Node[] }>} `words` of a paragraph, for lists whose items are no paragraphs */
    read() {
        const blocks = [];
        while (this.#at < this.#lines.length) {
            const line = this.#lines[this.#at];
            if (isBlank(line)) this.#at += 1;
            else if (line.trimStart().startsWith("<!--")) this.#comment();
            else blocks.push(this.#block(line));
        }
        return blocks;
    }

    #block(line) {
        let found;
        if ((found = fence.exec(line))) return { node: this.#code(found) };
        if (/^ {4}/.test(line)) return { node: this.#indented() };
        if ((found = heading.exec(line))) {
            this.#at += 1;
            const nodes = this.#inline(found[2] ?? "");
            return { node: this.#make.heading(found[1].length, nodes, textOf(nodes)) };
        }
        if (rule.test(line)) {
            this.#at += 1;
            return { node: h("hr", {}) };
        }
        if (/^ {0,3}>/.test(line)) return { node: this.#quote() };
        if (item.test(line)) return { node: this.#list() };
        if (isTable(this.#lines, this.#at)) return { node: this.#table() };
        const words = this.#inline(this.#paragraph());
        return { node: h("p", {}, words), words };
    }

    #inline(text) {
        return inline(text, this.#make.link);
    }

    #comment() {
        while (this.#at < this.#lines.length && !this.#lines[this.#at].includes("-->")) this.#at += 1;
        this.#at += 1;
    }

    #code([, indent, marks, info]) {
        const isEnd = (line) => line.trim().length >= marks.length && line.trim() === marks[0].repeat(line.trim().length);
        const content = [];
        for (this.#at += 1; this.#at < this.#lines.length && !isEnd(this.#lines[this.#at]); this.#at += 1) {
            content.push(this.#lines[this.#at].replace(new RegExp(`^ {0,${indent.length}}`), ""));
        }
        this.#at += 1;
        return this.#make.code(content.join("\n"), info.trim().split(/\s+/)[0]);
    }

    #indented() {
        const content = [];
        for (; this.#at < this.#lines.length && /^( {4}|\s*$)/.test(this.#lines[this.#at]); this.#at += 1) {
            content.push(this.#lines[this.#at].slice(4));
        }
        return this.#make.code(content.join("\n").trimEnd(), "");
    }

    #quote() {
        const content = [];
        for (; this.#at < this.#lines.length && /^ {0,3}>/.test(this.#lines[this.#at]); this.#at += 1) {
            content.push(this.#lines[this.#at].replace(/^ {0,3}> ?/, ""));
        }
        return h("blockquote", {}, new Blocks(content, this.#make).read().map(({ node }) => node));
    }

    #paragraph() {
        const content = [];
        do {
            content.push(this.#lines[this.#at].trimStart());
            this.#at += 1;
        } while (this.#at < this.#lines.length && !this.#endsParagraph(this.#lines[this.#at]));
        return content.join("\n").trimEnd();
    }

    #endsParagraph(line) {
        if (isBlank(line) || fence.test(line) || heading.test(line) || rule.test(line) || /^ {0,3}>/.test(line)) return true;
        if (line.trimStart().startsWith("<!--") || isTable(this.#lines, this.#at)) return true;
        // A number that begins a line in the midst of a sentence is no list.
        const marker = item.exec(line)?.[2];
        return marker !== undefined && (!/\d/.test(marker) || Number.parseInt(marker, 10) === 1);
    }

    #list() {
        const isOrdered = /\d/.test(item.exec(this.#lines[this.#at])[2]);
        const start = Number.parseInt(item.exec(this.#lines[this.#at])[2], 10);
        const items = [];
        let isLoose = false;
        for (;;) {
            const line = this.#lines[this.#at];
            const found = line === undefined || rule.test(line) ? null : item.exec(line);
            if (!found || /\d/.test(found[2]) !== isOrdered) break;
            const [content, endsBlank] = this.#item(found);
            const blocks = new Blocks(content, this.#make).read();
            isLoose ||= blocks.length > 1 && content.some((each, place) => isBlank(each) && /^\S/.test(content[place + 1] ?? ""));
            items.push(blocks);
            const next = this.#lines[this.#at];
            isLoose ||= endsBlank && next !== undefined && item.test(next);
        }
        const nodes = items.map((blocks) => h("li", {}, blocks.map(({ node, words }) => (isLoose || !words ? node : words))));
        return isOrdered ? h("ol", { start: start === 1 ? null : start }, nodes) : h("ul", {}, nodes);
    }

    /** The lines of an item without its marker and indent, and whether an empty line follows. */
    #item([whole, indent, marker, space = " "]) {
        const width = indent.length + marker.length + space.length;
        const content = [this.#lines[this.#at].slice(whole.length)];
        this.#at += 1;
        let blanks = 0;
        for (; this.#at < this.#lines.length; this.#at += 1) {
            const line = this.#lines[this.#at];
            if (isBlank(line)) {
                blanks += 1;
                continue;
            }
            const isWithin = line.startsWith(" ".repeat(width));
            // A line that goes on with the sentence need not be indented.
            if (!isWithin && (blanks > 0 || this.#endsParagraph(line) || item.test(line))) break;
            content.push(...Array.from({ length: blanks }, () => ""), isWithin ? line.slice(width) : line.trimStart());
            blanks = 0;
        }
        return [content, blanks > 0];
    }

    #table() {
        const head = cells(this.#lines[this.#at]);
        const aligns = cells(this.#lines[this.#at + 1]).map(alignment);
        const row = (tag, texts) => h("tr", {}, head.map((_, column) => h(tag, { style: aligns[column] }, this.#inline(texts[column] ?? ""))));
        const rows = [];
        for (this.#at += 2; this.#at < this.#lines.length && !isBlank(this.#lines[this.#at]) && this.#lines[this.#at].includes("|"); this.#at += 1) {
            rows.push(row("td", cells(this.#lines[this.#at])));
        }
        return this.#make.table(h("table", {}, h("thead", {}, row("th", head)), h("tbody", {}, rows)));
    }
}

/** The texts between the bars of a row; a bar with a backslash is one of a text, within code as well. */
function cells(line) {
    const inner = line.trim().replace(/^\|/, "").replace(/(^|[^\\])\|$/, "$1");
    return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function alignment(cell) {
    const [left, right] = [cell.startsWith(":"), cell.endsWith(":")];
    return left && right ? { "text-align": "center" } : right ? { "text-align": "right" } : {};
}

/** What nodes say. */
const textOf = (nodes) => nodes.map((node) => (typeof node === "string" ? node : node.textContent)).join("").trim();
