// SPDX-License-Identifier: Apache-2.0

import { h } from "../base/dom.js";
import { texts } from "../base/texts.js";
import { icon } from "./icons.js";
import { announce, toast } from "./toasts.js";

const t = texts({ en: { copy: "Copy", copied: "Copied", refused: "The browser does not let this page copy. Select the text and copy it by hand." } });

/** Puts a text onto the clipboard; `near` is an element beside which a field may stand for a moment. Resolves to whether it worked. */
export async function copyText(text, near = document.body) {
    try {
        // Only there on localhost and with TLS.
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        const field = h("textarea", { class: "visually-hidden", "aria-hidden": "true", value: text });
        const back = document.activeElement;
        near.parentNode.insertBefore(field, near);
        field.select();
        const worked = document.execCommand("copy");
        field.remove();
        back?.focus();
        return worked;
    }
}

/**
 * A button that copies.
 *
 * @param {string|(() => string|Promise<string>)} text what, or what gives it
 * @param {{ label?: string, words?: boolean }} [options] `words`: with its words beside the drawing
 */
export function copyButton(text, { label = t("copy"), words = false } = {}) {
    const place = h("span", {}, icon("copy"));
    const name = words ? { class: "quiet" } : { class: "bare", "aria-label": label, title: label };
    const button = h("button", { type: "button", ...name }, place, words ? label : null);
    let timer;
    button.addEventListener("click", async () => {
        const value = typeof text === "function" ? await text() : text;
        if (!(await copyText(value, button))) return toast(t("refused"), { kind: "error" });
        announce(t("copied"));
        place.replaceChildren(icon("check"));
        clearTimeout(timer);
        timer = setTimeout(() => place.replaceChildren(icon("copy")), 1500);
    });
    return button;
}
