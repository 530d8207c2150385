// SPDX-License-Identifier: Apache-2.0

import { href } from "../../base/address.js";
import { h } from "../../base/dom.js";
import { distance, share } from "../../base/format.js";
import { describe, labelProperty } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { icon } from "../../parts/icons.js";
import { picture, pictureURL } from "../../parts/picture.js";
import { perGroup } from "./request.js";

const t = texts({
    en: {
        select: ({ alt }) => `Select ${alt}`,
        similar: ({ alt }) => `Search with ${alt}`,
        plus: ({ alt }) => `Search with ${alt} as well`,
        minus: ({ alt }) => `Lead away from ${alt}`,
        more: ({ alt }) => `More about ${alt}`,
        distance: "distance {n}",
        score: "score {n}",
        group: ({ value, n }) => `${value}: ${n}`,
        others: ({ value }) => `Only ${value}`,
        noValue: "no value",
    },
});

/** Where the original of a hit is: elsewhere, if it says so, or in the server; `undefined` if it has none. */
export function originalOf(hit, definition) {
    const elsewhere = hit.properties[definition.imageUrlProperty];
    // Users write it: nothing else is followed.
    if (/^https?:\/\//i.test(elsewhere ?? "")) return elsewhere;
    return hit.hasPicture ? pictureURL(definition.class, hit.id, { tenant: hit.tenant }) : undefined;
}

/** The picture of a hit in the grid. */
function thumbnail(hit, definition, size) {
    const src = hit.hasPicture ? pictureURL(definition.class, hit.id, { size, tenant: hit.tenant }) : originalOf(hit, definition);
    return src ? picture({ src, alt: "" }) : h("span", { class: "picture-broken" }, icon("image"));
}

const nearness = (hit) => {
    if (hit.percent !== undefined) return share(hit.percent / 100);
    if (hit.distance !== undefined) return distance(hit.distance);
    return hit.score === undefined ? "" : hit.score.toFixed(2);
};

/**
 * A hit in the grid.
 *
 * @param {object} hit
 * @param {object} definition
 * @param {object} place `index`, `count`, `isSelected`
 * @param {Record<string, (event: Event) => void>} run what `open`, `select`, `similar`, `plus`, `minus`, `more` and `only` do
 */
export function card(hit, definition, { index, count, isSelected }, run) {
    const alt = describe(definition, hit.properties, hit.id);
    const label = hit.properties[labelProperty(definition)];
    const near = nearness(hit);
    const measure = hit.distance !== undefined ? t("distance", { n: distance(hit.distance) }) : hit.score !== undefined ? t("score", { n: hit.score.toFixed(3) }) : "";
    const facts = [measure, hit.group || label === alt ? null : label].filter((fact) => fact).join(" · ");
    const action = (name) =>
        h("button", { type: "button", class: "bare", tabindex: "-1", title: t(name, { alt }), "aria-label": t(name, { alt }), data: { action: name }, on: { click: run[name] } }, icon({ plus: "add" }[name] ?? name));
    return h(
        "div",
        { class: isSelected ? "hit selected" : "hit", role: "listitem", "aria-setsize": count, "aria-posinset": index + 1, data: { id: hit.id } },
        h(
            "a",
            {
                class: "hit-open",
                data: { focus: "" },
                href: href("browse", { class: definition.class, tenant: hit.tenant, object: hit.id }),
                "aria-label": near ? `${alt}, ${near}` : alt,
                on: { click: run.open },
            },
            thumbnail(hit, definition, 256),
            near ? h("span", { class: "hit-near" }, near) : null,
        ),
        h(
            "label",
            { class: "hit-check" },
            h("input", { type: "checkbox", tabindex: "-1", checked: isSelected, "aria-label": t("select", { alt }), on: { click: run.select } }),
        ),
        hit.group ? groupLine(hit.group, run) : null,
        hit.group
            ? h("div", { class: "hit-others" }, hit.group.others.map((other) => thumbnail(other, definition, 64)))
            : h("p", { class: "hit-title", title: alt }, alt),
        h("p", { class: "hit-facts muted", title: facts }, facts),
        h("div", { class: "hit-actions" }, ["similar", "plus", "minus", "more"].map(action)),
    );
}

function groupLine({ value, count }, run) {
    const name = value === null || value === undefined || value === "" ? t("noValue") : String(value);
    return h(
        "button",
        { type: "button", class: "hit-group quiet", tabindex: "-1", title: t("others", { value: name }), "aria-label": t("others", { value: `${name} (${count})` }), on: { click: run.only } },
        h("span", {}, name),
        h("span", { class: "chip" }, count < perGroup ? count : `${count}+`),
    );
}
