// SPDX-License-Identifier: Apache-2.0

import { h } from "../../base/dom.js";
import { texts } from "../../base/texts.js";
import { field } from "../../parts/field.js";
import { icon } from "../../parts/icons.js";
import { showError } from "../../parts/toasts.js";

const t = texts({ en: { cancel: "Cancel" } });

/**
 * The fields of a measurement and the button that begins it.
 *
 * @param {Array<[string, HTMLElement]>} fields labels and controls
 * @param {HTMLButtonElement} button of type `submit`
 * @param {() => Promise<void>} measure
 */
export function measureForm(fields, button, measure) {
    const submit = (event) => {
        event.preventDefault();
        measure().catch(showError);
    };
    return h("form", { class: "row quality-form", on: { submit } }, fields.map(([label, control]) => field(label, control).element), button);
}

/**
 * How far something is that the page does itself.
 *
 * @param {number} steps how many there are
 * @param {() => void} cancel
 */
export function progressCard(label, steps, cancel) {
    const bar = h("progress", { max: steps, value: 0, "aria-label": label });
    const button = h("button", { type: "button", on: { click: cancel } }, icon("stop"), t("cancel"));
    return { bar, element: h("div", { class: "card stack" }, h("p", { class: "job-label" }, label), bar, h("div", {}, button)) };
}
