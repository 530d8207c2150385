// SPDX-License-Identifier: Apache-2.0
// A guide as nodes: the HTML that Markdown becomes is read by the browser where it can do nothing, and what is known to be harmless is
// made anew from it.

import { href } from "../../base/address.js";
import { h } from "../../base/dom.js";
import { texts } from "../../base/texts.js";
import { copyButton } from "../../parts/copy.js";
import { guides } from "./list.js";

const t = texts({ en: { copy: "Copy the code", table: "Table", code: "Code", away: "{title} (opens in a new tab)" } });

/** Tags that are made anew. Of any other what is in it stays, except where that is no text for readers. */
const plain = new Set(["p", "ul", "ol", "li", "blockquote", "code", "em", "strong", "del", "kbd", "sub", "sup", "br", "hr", "thead", "tbody", "tr"]);
const dropped = new Set(["script", "style", "template", "iframe", "object", "embed", "svg", "math", "noscript", "textarea", "select", "title", "link", "meta"]);

/**
 * Reads a guide.
 *
 * @param {string} html from Markdown
 * @param {string} file of the guide, below `/console/docs`; its links are relative to that
 * @returns {{ title: string, nodes: Node[], sections: Array<{ level: number, slug: string, title: string }> }} `nodes` without the title
 */
export function readDocument(html, file) {
    // Scripts of such a document do not run, and nothing that it names is loaded.
    const source = new DOMParser().parseFromString(html, "text/html");
    const reader = new Reader(file);
    const first = source.querySelector("h1");
    const title = first?.textContent.trim() ?? file;
    first?.remove();
    return { title, nodes: reader.children(source.body), sections: reader.sections };
}

/** The id that a heading has in the page. */
export const idOf = (slug) => `guide-${slug}`;

class Reader {
    sections = [];
    #file;
    #slugs = new Map();

    constructor(file) {
        this.#file = file;
    }

    children(element) {
        return [...element.childNodes].map((node) => this.#node(node)).filter((node) => node !== null);
    }

    #node(node) {
        if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data);
        if (node.nodeType !== Node.ELEMENT_NODE) return null;
        const tag = node.localName;
        if (dropped.has(tag)) return null;
        if (/^h[1-6]$/.test(tag)) return this.#heading(node, tag);
        if (tag === "a") return this.#link(node);
        if (tag === "pre") return code(node.textContent);
        if (tag === "table") return h("div", { class: "table-frame", tabindex: "0", role: "region", "aria-label": t("table") }, h("table", {}, this.children(node)));
        if (tag === "th" || tag === "td") return h(tag, { style: alignment(node) }, this.children(node));
        if (tag === "img") return document.createTextNode(node.getAttribute("alt") ?? "");
        if (plain.has(tag)) return h(tag, {}, this.children(node));
        const group = document.createDocumentFragment();
        group.append(...this.children(node));
        return group;
    }

    #heading(node, tag) {
        const title = node.textContent.trim();
        const stem = slugOf(title);
        const times = this.#slugs.get(stem) ?? 0;
        this.#slugs.set(stem, times + 1);
        const slug = times ? `${stem}-${times}` : stem;
        // There is one first heading, and that is the title.
        const level = Math.max(2, Number(tag[1]));
        this.sections.push({ level, slug, title });
        return h(`h${level}`, { id: idOf(slug), tabindex: "-1" }, this.children(node));
    }

    /** To guides within the console; to other places in a new tab; what is not served is no link. */
    #link(node) {
        const words = this.children(node);
        const target = node.getAttribute("href") ?? "";
        if (target.startsWith("#")) return h("a", { href: `?section=${encodeURIComponent(target.slice(1))}`, data: { section: target.slice(1) } }, words);
        if (/^https?:\/\//i.test(target)) {
            return h("a", { href: target, target: "_blank", rel: "noopener noreferrer", "aria-label": t("away", { title: node.textContent }) }, words);
        }
        const place = /^[a-z][a-z0-9+.-]*:/i.test(target) ? null : new URL(target, `http://console/${this.#file}`);
        const guide = place && guides.find((each) => place.pathname === `/${each.file}`);
        if (!guide) return h("span", { title: place ? target : null }, words);
        return h("a", { href: href("guides", { section: decodeURIComponent(place.hash.slice(1)) }, [guide.name]) }, words);
    }
}

function code(text) {
    return h(
        "div",
        { class: "guide-code" },
        h("pre", { class: "code", tabindex: "0", role: "region", "aria-label": t("code") }, text.replace(/\n$/, "")),
        copyButton(text.replace(/\n$/, ""), { label: t("copy") }),
    );
}

function alignment(cell) {
    const align = cell.getAttribute("align");
    return ["left", "right", "center"].includes(align) ? { "text-align": align } : {};
}

/** As GitHub makes it of a heading, so that links that work there work here. */
const slugOf = (title) =>
    title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replace(/\s/g, "-");
