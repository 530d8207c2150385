// SPDX-License-Identifier: Apache-2.0

import { href } from "../../base/address.js";
import { h } from "../../base/dom.js";
import { texts } from "../../base/texts.js";
import { copyButton } from "../../parts/copy.js";
import { guides } from "./list.js";
import { markdown } from "./markdown.js";

const t = texts({ en: { copy: "Copy the code", table: "Table", code: "Code", away: "{title} (opens in a new tab)" } });

/**
 * Reads a guide.
 *
 * @param {string} text Markdown
 * @param {string} file of the guide, below `/console/docs`; its links are relative to that
 * @returns {{ title: string, nodes: Node[], sections: Array<{ level: number, slug: string, title: string }> }} `nodes` without the title
 */
export function readDocument(text, file) {
    const sections = [];
    const slugs = new Map();
    let title;
    const heading = (level, nodes, words) => {
        if (level === 1 && title === undefined) {
            title = words;
            return document.createDocumentFragment();
        }
        const stem = slugOf(words);
        const times = slugs.get(stem) ?? 0;
        slugs.set(stem, times + 1);
        const slug = times ? `${stem}-${times}` : stem;
        // There is one first heading, and that is the title.
        const own = Math.max(2, level);
        sections.push({ level: own, slug, title: words });
        return h(`h${own}`, { id: idOf(slug), tabindex: "-1" }, nodes);
    };
    const nodes = markdown(text, { heading, link: (target, words, plain) => link(target, words, plain, file), code, table });
    return { title: title ?? file, nodes, sections };
}

/** The id that a heading has in the page. */
export const idOf = (slug) => `guide-${slug}`;

/** To guides within the console; to other places in a new tab; what is not served is no link. */
function link(target, words, plain, file) {
    if (target.startsWith("#")) {
        const section = target.slice(1);
        return h("a", { href: `?section=${encodeURIComponent(section)}`, data: { section } }, words);
    }
    if (/^https?:\/\//i.test(target)) {
        return h("a", { href: target, target: "_blank", rel: "noopener noreferrer", "aria-label": t("away", { title: plain }) }, words);
    }
    const place = /^[a-z][a-z0-9+.-]*:/i.test(target) ? null : new URL(target, `http://console/${file}`);
    const guide = place && guides.find((each) => place.pathname === `/${each.file}`);
    if (!guide) return h("span", {}, words);
    return h("a", { href: href("guides", { section: place.hash.slice(1) }, [guide.name]) }, words);
}

const code = (text) =>
    h(
        "div",
        { class: "guide-code" },
        h("pre", { class: "code", tabindex: "0", role: "region", "aria-label": t("code") }, text),
        copyButton(text, { label: t("copy") }),
    );

const table = (element) => h("div", { class: "table-frame", tabindex: "0", role: "region", "aria-label": t("table") }, element);

/** As GitHub makes it of a heading, so that links that work there work here. */
const slugOf = (title) =>
    title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replace(/\s/g, "-");
