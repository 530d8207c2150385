// SPDX-License-Identifier: Apache-2.0

import { h, svg } from "../base/dom.js";
import { distance, number } from "../base/format.js";
import { texts } from "../base/texts.js";
import { copyButton } from "./copy.js";

const t = texts({
    en: {
        numbers: "Numbers",
        norm: "Length (norm)",
        range: "From – to",
        zeros: "Zeros",
        copy: "Copy the vector as JSON",
        strip: ({ n, low, high }) => `Bars of ${n} numbers from ${low} to ${high}`,
        row: "Vector {n} of {of}",
        none: "This object has no vector.",
        unnamed: "Vector",
        more: "… {n} more; copy to have all",
    },
});

const shownNumbers = 4096;
const shownRows = 8;

/** The vectors of an object, as `readVectors` gives them: figures, bars, numbers. */
export function vectorView(vectors) {
    if (!vectors.some((each) => each.rows.length)) return h("p", { class: "muted" }, t("none"));
    return h("div", { class: "stack" }, vectors.map(({ name, rows }) => section(name, rows)));
}

function section(name, rows) {
    return h(
        "section",
        { class: "stack vector" },
        h(
            "div",
            { class: "row apart" },
            h("h3", {}, name || t("unnamed")),
            rows.length ? copyButton(() => JSON.stringify(rows.length > 1 ? rows : rows[0]), { label: t("copy") }) : null,
        ),
        rows.length ? null : h("p", { class: "muted" }, t("none")),
        rows.slice(0, shownRows).map((row, index) => [
            rows.length > 1 ? h("p", { class: "small muted" }, t("row", { n: index + 1, of: rows.length })) : null,
            one(row),
        ]),
    );
}

function one(row) {
    let [low, high, squares, zeros] = [Infinity, -Infinity, 0, 0];
    for (const value of row) {
        low = Math.min(low, value);
        high = Math.max(high, value);
        squares += value * value;
        if (value === 0) zeros += 1;
    }
    const figures = [
        [t("numbers"), number(row.length)],
        [t("norm"), distance(Math.sqrt(squares))],
        [t("range"), `${distance(low)} – ${distance(high)}`],
        [t("zeros"), number(zeros)],
    ];
    const rest = row.length - shownNumbers;
    const more = rest > 0 ? `\n${t("more", { n: number(rest) })}` : "";
    return [
        h(
            "ul",
            { class: "figures", role: "list" },
            figures.map(([label, value]) => h("li", {}, h("span", { class: "small muted" }, label), h("span", {}, value))),
        ),
        strip(row, low, high),
        h("pre", { class: "code vector-numbers", tabindex: "0" }, row.slice(0, shownNumbers).join(", "), more),
    ];
}

/** Bars from zero to what the numbers of each part reach. */
function strip(row, low, high) {
    const parts = Math.min(row.length, 256);
    const top = Math.max(high, 0);
    const range = top - Math.min(low, 0) || 1;
    const y = (value) => (40 * (top - value)) / range;
    let path = "";
    for (let part = 0; part < parts; part += 1) {
        const values = row.slice(Math.floor((part * row.length) / parts), Math.floor(((part + 1) * row.length) / parts));
        const from = y(Math.max(0, ...values));
        const to = y(Math.min(0, ...values));
        path += `M${part} ${from.toFixed(2)}h1V${to.toFixed(2)}h-1z`;
    }
    const words = t("strip", { n: number(row.length), low: distance(low), high: distance(high) });
    return svg(
        "svg",
        { class: "vector-strip", viewBox: `0 0 ${parts} 40`, preserveAspectRatio: "none", role: "img", "aria-label": words },
        svg("path", { d: path }),
    );
}
