// SPDX-License-Identifier: Apache-2.0

import { h } from "../base/dom.js";
import { icon } from "./icons.js";

/**
 * What stands where nothing is: why, and what to do about it.
 *
 * @param {{ drawing?: string, title: string, text?: string, actions?: Node[] }} options
 */
export function emptyState({ drawing = "image", title, text, actions = [] }) {
    return h(
        "div",
        { class: "empty" },
        icon(drawing),
        h("p", { class: "empty-title" }, title),
        text ? h("p", { class: "muted" }, text) : null,
        actions.length ? h("div", { class: "row" }, actions) : null,
    );
}
