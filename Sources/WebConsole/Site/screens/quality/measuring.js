// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../../base/dom.js";
import { texts } from "../../base/texts.js";
import { emptyState } from "../../parts/empty.js";
import { field } from "../../parts/field.js";
import { icon } from "../../parts/icons.js";
import { showError } from "../../parts/toasts.js";

const t = texts({ en: { cancel: "Cancel", again: "Measure again", cancelled: "The measurement was cancelled." } });

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
 * Measures: shows how far it is, then what was found, or why it failed.
 *
 * @param {object} place `button`, which begins it and is off meanwhile; `result`, where all of it is shown; `failed`: what it says if it does
 * @param {Node} progress
 * @param {() => Promise<void>} run shows in `result` what it found; an `AbortError` leaves nothing there
 * @param {boolean} hasAsked whether somebody pressed the button, whose focus must not be lost
 * @returns {Promise<boolean>} whether it ended well
 */
export async function carryOut({ button, result, failed }, progress, run, hasAsked) {
    replace(result, progress);
    button.disabled = true;
    try {
        await run();
        button.textContent = t("again");
        return true;
    } catch (error) {
        replace(result, error.name === "AbortError" ? null : emptyState({ drawing: "quality", title: failed, text: error.message }));
        return false;
    } finally {
        button.disabled = false;
        if (hasAsked && document.activeElement === document.body) button.focus();
    }
}

/** The same for a `BackgroundJob` of the server's; `present` shows its answer. @param {{ signal: AbortSignal, refresh: boolean, hasAsked: boolean }} options */
export function carryOutJob(place, job, { signal, refresh, hasAsked }, present) {
    const run = async () => {
        const answer = await job.ended(signal, { refresh });
        if (answer.state === "cancelled") replace(place.result, h("p", {}, t("cancelled")));
        else await present(answer);
    };
    return carryOut(place, h("div", { class: "card" }, job), run, hasAsked);
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
