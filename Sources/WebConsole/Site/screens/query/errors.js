// SPDX-License-Identifier: Apache-2.0
// What the server says of a query that is wrong, with the places in the text that it means.

import { h } from "../../base/dom.js";
import { texts } from "../../base/texts.js";
import { icon } from "../../parts/icons.js";

const t = texts({
    en: {
        title: "The server could not answer all of it",
        refused: "The server could not answer",
        place: ({ line, column }) => `line ${line}, column ${column}`,
        go: ({ place }) => `Go to ${place}`,
        of: ({ path }) => `in ${path}`,
    },
});

/** From a line and a column in bytes, both from 1, as the server counts, to an offset. */
export function offsetOf(text, { line, column }) {
    let start = 0;
    const ends = /\r\n|\n|\r/g;
    for (let number = 1; number < line; number += 1) {
        const end = ends.exec(text);
        if (!end) return Math.max(0, text.length - 1);
        start = end.index + end[0].length;
    }
    let left = column - 1;
    let offset = start;
    for (const character of text.slice(start)) {
        const point = character.codePointAt(0);
        left -= point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
        if (left < 0) break;
        offset += character.length;
    }
    return offset;
}

/** "line 2, column 8" of an offset, in characters. */
export function lineAndColumn(text, offset) {
    const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
    return t("place", { line: lines.length, column: lines.at(-1).length + 1 });
}

/**
 * @param {object[]} errors with `message`, and `locations` and `path` where the server names them
 * @param {string} text the query
 * @param {(offset: number) => void} go
 */
export function errorList(errors, text, go, hasData) {
    return h(
        "div",
        { class: "query-errors", role: "alert" },
        h("h3", {}, icon("alert"), t(hasData ? "title" : "refused")),
        h(
            "ul",
            { role: "list" },
            errors.map((error) =>
                h(
                    "li",
                    {},
                    h("p", { class: "error-message wrap-anywhere" }, error.message),
                    h(
                        "div",
                        { class: "row" },
                        error.path?.length ? h("span", { class: "muted small" }, t("of", { path: error.path.join(" › ") })) : null,
                        (error.locations ?? []).map((location) => {
                            const offset = offsetOf(text, location);
                            const place = lineAndColumn(text, offset);
                            return h("button", { type: "button", class: "small quiet", on: { click: () => go(offset) } }, t("go", { place }));
                        }),
                    ),
                ),
            ),
        ),
    );
}
