// SPDX-License-Identifier: Apache-2.0

import { freshID, h } from "../base/dom.js";
import { apiKey, setAPIKey } from "../base/session.js";
import { texts } from "../base/texts.js";
import { openDialog } from "../parts/dialog.js";

const t = texts({
    en: {
        title: "This server wants an API key",
        lead: "The key is kept in the memory of this page and sent to this server only.",
        label: "API key",
        keep: "Keep it in this tab until I close it",
        submit: "Log in",
        wrong: "This key is not accepted. Ask whoever runs the server for one of AUTHENTICATION_APIKEY_ALLOWED_KEYS.",
    },
});

let asking = null;

/**
 * Asks for a key, once however many requests want one.
 *
 * @returns {Promise<boolean>} whether there is another key to try
 */
export function askForKey() {
    asking ??= new Promise((resolve) => {
        const tried = apiKey();
        const inputID = freshID("key");
        const input = h("input", {
            id: inputID,
            type: "password",
            autocomplete: "current-password",
            required: true,
            "aria-invalid": tried ? "true" : false,
        });
        const keep = h("input", { type: "checkbox", id: freshID("keep") });
        const form = h(
            "form",
            {
                class: "stack",
                on: {
                    submit: (event) => {
                        event.preventDefault();
                        setAPIKey(input.value.trim(), keep.checked);
                        dialog.close(true);
                    },
                },
            },
            h("p", { class: "muted" }, t("lead")),
            h(
                "div",
                { class: "field" },
                h("label", { for: inputID }, t("label")),
                input,
                tried ? h("p", { class: "fault", role: "alert" }, t("wrong")) : null,
            ),
            h("label", { class: "check" }, keep, t("keep")),
            h("div", { class: "row dialog-actions" }, h("button", { type: "submit", class: "primary" }, t("submit"))),
        );
        const dialog = openDialog({
            title: t("title"),
            body: form,
            closed: (value) => {
                asking = null;
                document.dispatchEvent(new Event("keychange"));
                resolve(value === true);
            },
        });
        input.focus();
    });
    return asking;
}

/** Forgets the key, and loads the page again so that nothing of what it showed stays. */
export function logOut() {
    setAPIKey(null, false);
    location.assign("/console");
}
