// SPDX-License-Identifier: Apache-2.0
// Short messages at the edge of the page, and words for screen readers alone.

import { h } from "../base/dom.js";
import { texts } from "../base/texts.js";
import { icon } from "./icons.js";

const t = texts({ en: { dismiss: "Dismiss", details: "Details", messages: "Messages" } });

const polite = h("div", { class: "visually-hidden", role: "status", "aria-live": "polite", id: "announcements" });
const list = h("div", { class: "toasts", role: "region", "aria-label": t("messages") });

/** Puts the places for messages into the page. */
export const messagePlaces = () => [polite, list];

/** Has messages appear where they can be read and used: in the dialog that is on top, since the page behind it is out of reach. */
export function placeMessages() {
    const place = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document.body;
    if (list.parentNode !== place) place.append(polite, list);
}

/** Says a text to screen readers, such as how many hits there are. */
export function announce(text) {
    polite.textContent = text;
}

/**
 * Shows a message.
 *
 * @param {string} text a sentence
 * @param {object} [options] `kind`: "info", "good" or "error"; `action`: `{ label, run }`; `seconds` until it goes, 6 if not said, errors stay;
 *     `gone`: called with whether the action was taken; `details`: more, on demand
 * @returns {{ close: () => void }}
 */
export function toast(text, { kind = "info", action, seconds, gone, details } = {}) {
    let timer;
    let taken = false;
    const close = () => {
        clearTimeout(timer);
        if (!element.isConnected) return;
        element.remove();
        gone?.(taken);
    };
    const countdown = action && seconds ? h("span", { class: "number", "aria-hidden": "true" }) : null;
    const element = h(
        "div",
        { class: `toast ${kind}`, role: kind === "error" ? "alert" : "status" },
        icon(kind === "error" ? "alert" : kind === "good" ? "check" : "help"),
        h(
            "div",
            { class: "grow wrap-anywhere" },
            h("p", {}, text),
            details ? h("details", {}, h("summary", {}, t("details")), h("pre", { class: "code" }, details)) : null,
        ),
        countdown,
        action
            ? h(
                  "button",
                  {
                      type: "button",
                      on: {
                          click: () => {
                              taken = true;
                              action.run();
                              close();
                          },
                      },
                  },
                  action.label,
              )
            : null,
        h("button", { type: "button", class: "bare", "aria-label": t("dismiss"), on: { click: close } }, icon("close")),
    );
    list.append(element);
    while (list.children.length > 4) list.firstElementChild.querySelector("button.bare").click();
    const lasting = seconds ?? (kind === "error" ? 0 : 6);
    if (countdown) {
        const end = performance.now() + 1000 * lasting;
        const tick = () => {
            const left = Math.ceil((end - performance.now()) / 1000);
            countdown.textContent = `${Math.max(left, 0)} s`;
            if (left <= 0) close();
            else timer = setTimeout(tick, 250);
        };
        tick();
    } else if (lasting) {
        timer = setTimeout(close, 1000 * lasting);
    }
    return { close };
}

/** Shows why something failed, as a sentence. An aborted request is no failure. */
export function showError(error, doing) {
    if (error?.name === "AbortError") return;
    const words = error?.message ?? String(error);
    toast(doing ? `${doing}: ${words}` : words, { kind: "error", details: error?.name === "APIError" ? undefined : error?.stack });
}
