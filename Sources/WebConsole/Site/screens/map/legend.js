// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../../base/dom.js";
import { number } from "../../base/format.js";
import { count, texts } from "../../base/texts.js";
import { sign } from "./shapes.js";

const t = texts({
    en: {
        other: ({ n }) => `${count(n, "other value")}`,
        none: "no value",
        all: "all objects",
        showAll: "Show all",
        hint: "What you switch off is hidden on the map.",
    },
});

/** How a category is called. */
export function categoryName(category) {
    if (category.kind === "other") return t("other", { n: category.values });
    return category.kind === "value" ? category.name : t(category.kind);
}

/**
 * The categories of a map with their signs and counts, each a switch.
 *
 * @param {HTMLElement} place is filled
 * @param {import("./points.js").MapPoints} points
 * @param {() => void} changed something is hidden or shown
 */
export function drawLegend(place, points, changed) {
    const all = h(
        "button",
        {
            type: "button",
            class: "quiet small",
            on: {
                click: () => {
                    for (const each of points.categories) each.isHidden = false;
                    update();
                    changed();
                    buttons[0].focus();
                },
            },
        },
        t("showAll"),
    );
    const buttons = points.categories.map((category) =>
        h(
            "button",
            {
                type: "button",
                class: "quiet map-legend-entry",
                on: {
                    click: () => {
                        category.isHidden = !category.isHidden;
                        update();
                        changed();
                    },
                },
            },
            sign(category.look),
            h("span", { class: "grow map-legend-name" }, categoryName(category)),
            h("span", { class: "number muted" }, number(category.count)),
        ),
    );
    const update = () => {
        for (const [index, button] of buttons.entries()) button.setAttribute("aria-pressed", String(!points.categories[index].isHidden));
        all.hidden = points.categories.every((each) => !each.isHidden);
    };
    update();
    replace(
        place,
        h("ul", { role: "list" }, buttons.map((button) => h("li", {}, button))),
        points.categories.length > 1 ? h("div", { class: "row apart" }, h("p", { class: "small muted" }, t("hint")), all) : null,
    );
}
