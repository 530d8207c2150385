// SPDX-License-Identifier: Apache-2.0

import { freshID, h } from "../base/dom.js";
import { texts } from "../base/texts.js";
import { icon } from "./icons.js";
import { placeMessages } from "./toasts.js";

const t = texts({ en: { close: "Close", cancel: "Cancel" } });

/**
 * Shows a modal dialog; the focus goes in, and back when it closes. Esc closes it.
 *
 * @param {object} options `title`; `body`: nodes; `actions`: nodes below; `wide`: for tables and pictures; `closed`: called with what
 *     `close(value)` was given; `mayClose`: asked before the user closes it, may be asynchronous
 * @returns {{ element: HTMLDialogElement, close: (value?: any) => void }}
 */
export function openDialog({ title, body, actions = [], wide = false, closed, mayClose }) {
    const titleID = freshID("dialog");
    const back = document.activeElement;
    let result;
    const close = (value) => {
        result = value;
        element.close();
    };
    const askedToClose = async () => {
        if (!mayClose || (await mayClose())) close();
    };
    const element = h(
        "dialog",
        { class: wide ? "dialog wide" : "dialog", "aria-labelledby": titleID },
        h(
            "div",
            { class: "dialog-head" },
            h("h2", { id: titleID }, title),
            h("button", { type: "button", class: "bare", "aria-label": t("close"), on: { click: askedToClose } }, icon("close")),
        ),
        h("div", { class: "dialog-body" }, body),
        [].concat(actions).length ? h("div", { class: "dialog-actions row" }, actions) : null,
    );
    element.addEventListener("close", () => {
        placeMessages();
        element.remove();
        if (back instanceof HTMLElement && back.isConnected) back.focus();
        closed?.(result);
    });
    if (mayClose) {
        element.addEventListener("cancel", (event) => {
            if (event.target !== element) return;
            event.preventDefault();
            askedToClose();
        });
    }
    // A click on what is behind it.
    element.addEventListener("click", (event) => {
        if (event.target === element) askedToClose();
    });
    document.body.append(element);
    element.showModal();
    placeMessages();
    return { element, close };
}

/**
 * Asks before something is done.
 *
 * @param {object} options `title`, `text` or `body`, `confirm`: the words of the button; `danger`; `typed`: a text that must be typed first,
 *     asked for by `typedLabel`
 * @returns {Promise<boolean>}
 */
export function confirmation({ title, text, body, confirm, danger = false, typed, typedLabel }) {
    return new Promise((resolve) => {
        const inputID = freshID("typed");
        const button = h("button", { type: "submit", class: danger ? "danger" : "primary", disabled: typed !== undefined }, confirm);
        const input =
            typed === undefined
                ? null
                : h("input", {
                      id: inputID,
                      autocomplete: "off",
                      spellcheck: "false",
                      on: { input: (event) => (button.disabled = event.target.value !== typed) },
                  });
        const form = h(
            "form",
            {
                class: "stack",
                on: {
                    submit: (event) => {
                        event.preventDefault();
                        if (!button.disabled) dialog.close(true);
                    },
                },
            },
            text ? h("p", {}, text) : null,
            body,
            input ? h("div", { class: "field" }, h("label", { for: inputID }, typedLabel), input) : null,
            h(
                "div",
                { class: "row dialog-actions" },
                h("button", { type: "button", on: { click: () => dialog.close(false) } }, t("cancel")),
                button,
            ),
        );
        const dialog = openDialog({ title, body: form, closed: (value) => resolve(value === true) });
        (input ?? button).focus();
    });
}
