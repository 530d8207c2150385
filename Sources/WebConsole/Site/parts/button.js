// SPDX-License-Identifier: Apache-2.0

import { h } from "../base/dom.js";
import { icon } from "./icons.js";

/**
 * A button with words.
 *
 * @param {string} words @param {() => void} run
 * @param {{ drawing?: string, kind?: string, data?: object }} [options] `drawing` of an icon; `kind`: "primary", "danger", "small", …
 */
export function button(words, run, { drawing, kind, data } = {}) {
    return h("button", { type: "button", class: kind, data: data ?? {}, on: { click: run } }, drawing ? icon(drawing) : null, words);
}

/** A button that is an icon only; `label` says what it does. */
export function iconButton(drawing, label, run) {
    return h("button", { type: "button", class: "bare", "aria-label": label, on: { click: run } }, icon(drawing));
}
