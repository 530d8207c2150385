// SPDX-License-Identifier: Apache-2.0

import { freshID, h } from "../base/dom.js";

/**
 * A labeled field that says what is wrong with it.
 *
 *     const name = field("Name", h("input", {}), { hint: "As in GraphQL", check: (value) => classFault(value) });
 *     form.append(name.element); … if (name.isGood()) send(name.control.value);
 *
 * @param {string} label
 * @param {HTMLInputElement|HTMLSelectElement|HTMLTextAreaElement} control
 * @param {{ hint?: string|Node, check?: (value: string) => string, isBare?: boolean }} [options] `check` gives what is wrong, or ""; asked while
 *     one types. `isBare`: the label is for screen readers alone
 * @returns {{ element: HTMLElement, control: HTMLElement, isGood: () => boolean, say: (fault: string) => void }} `say` shows a fault from elsewhere
 */
export function field(label, control, { hint, check, isBare = false } = {}) {
    const id = (control.id ||= freshID("field"));
    const faultID = freshID("fault");
    const hintID = freshID("hint");
    const fault = h("p", { class: "fault", id: faultID, role: "alert", hidden: true });
    const say = (text) => {
        fault.hidden = !text;
        fault.textContent = text;
        if (text) control.setAttribute("aria-invalid", "true");
        else control.removeAttribute("aria-invalid");
        control.setAttribute("aria-describedby", [text ? faultID : "", hint ? hintID : ""].filter((each) => each).join(" "));
    };
    const isGood = () => {
        const text = check?.(control.value) ?? "";
        say(text);
        return !text;
    };
    if (check) control.addEventListener("input", isGood);
    if (hint) control.setAttribute("aria-describedby", hintID);
    const element = h(
        "div",
        { class: "field" },
        h("label", { for: id, class: isBare ? "visually-hidden" : null }, label),
        control,
        hint ? h("p", { class: "hint", id: hintID }, hint) : null,
        fault,
    );
    return { element, control, isGood, say };
}

/** A box to tick, with words and perhaps more words. */
export function tick(label, isChecked, changed, hint) {
    const id = freshID("tick");
    const hintID = freshID("hint");
    const box = h("input", {
        type: "checkbox",
        id,
        checked: isChecked,
        "aria-describedby": hint ? hintID : null,
        on: { change: (event) => changed(event.target.checked) },
    });
    return h(
        "div",
        { class: "tick" },
        h("label", { class: "check", for: id }, box, label),
        hint ? h("p", { class: "hint muted small", id: hintID }, hint) : null,
    );
}

/** A choice of one: `options` are values, or pairs of value and words. */
export function select(options, chosen, changed) {
    return h(
        "select",
        { on: { change: (event) => changed?.(event.target.value) } },
        options.map((each) => {
            const [value, words] = Array.isArray(each) ? each : [each, each];
            return h("option", { value, selected: value === chosen }, words);
        }),
    );
}
