// SPDX-License-Identifier: Apache-2.0

import { h } from "../base/dom.js";

/**
 * Links to the sections of a screen, as tabs look.
 *
 *     const nav = sectionNav("Sections of the server", sections, (name) => href("server", { section: name }));
 *     nav.mark("log");
 *
 * @param {string} label
 * @param {Array<{ name: string, title: string }>} sections
 * @param {(name: string) => string} address called anew whenever one is marked
 */
export function sectionNav(label, sections, address) {
    const links = sections.map(({ name, title }) => h("a", { data: { section: name } }, title));
    const element = h("nav", { class: "section-nav", "aria-label": label }, h("ul", { role: "list" }, links.map((link) => h("li", {}, link))));
    const mark = (current) => {
        for (const link of links) {
            link.href = address(link.dataset.section);
            if (link.dataset.section === current) link.setAttribute("aria-current", "true");
            else link.removeAttribute("aria-current");
        }
    };
    return { element, mark };
}
