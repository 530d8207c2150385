// SPDX-License-Identifier: Apache-2.0

import { freshID, h } from "../base/dom.js";

/**
 * Tabs, and the panel that each shows (WAI-ARIA, tabs with automatic activation).
 *
 * @param {string} label what the tabs are of
 * @param {Array<{ name: string, title: string }>} list
 * @param {(name: string, panel: HTMLElement) => void} show called when one is chosen, with its panel, which is empty at first
 * @returns {{ tabs: HTMLElement, panels: HTMLElement, choose: (name: string, focus?: boolean) => void, chosen: () => string }}
 */
export function tabs(label, list, show) {
    let chosen = null;
    const stem = freshID("tab");
    const buttons = list.map(({ name, title }) =>
        h(
            "button",
            {
                type: "button",
                class: "quiet",
                role: "tab",
                id: `${stem}-${name}`,
                "aria-controls": `${stem}-${name}-panel`,
                data: { tab: name },
                on: { click: () => choose(name) },
            },
            title,
        ),
    );
    const panels = list.map(({ name }) =>
        h("div", { class: "tab-panel", role: "tabpanel", id: `${stem}-${name}-panel`, "aria-labelledby": `${stem}-${name}`, hidden: true }),
    );
    const choose = (name, focus = false) => {
        const index = list.findIndex((each) => each.name === name);
        for (const [place, button] of buttons.entries()) {
            button.setAttribute("aria-selected", String(place === index));
            button.tabIndex = place === index ? 0 : -1;
            panels[place].hidden = place !== index;
        }
        if (focus) buttons[index].focus();
        if (chosen !== name) {
            chosen = name;
            show(name, panels[index]);
        }
    };
    const bar = h("div", { class: "tabs row", role: "tablist", "aria-label": label }, buttons);
    bar.addEventListener("keydown", (event) => {
        const index = list.findIndex((each) => each.name === chosen);
        const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: list.length - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        choose(list[(to + list.length) % list.length].name, true);
    });
    return { tabs: bar, panels: h("div", { class: "tab-panels" }, panels), choose, chosen: () => chosen };
}
