// SPDX-License-Identifier: Apache-2.0

import { freshID, h, loadStyle } from "../../base/dom.js";
import { vectors } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { confirmation, openDialog } from "../../parts/dialog.js";
import { ObjectForm } from "../../parts/object-form.js";
import { createObject } from "../../parts/objects.js";

const t = texts({
    en: {
        title: "New object in {name}",
        create: "Store",
        cancel: "Cancel",
        sending: "Sending",
        discard: "Discard the new object?",
        discardText: "It has not been stored.",
        discardConfirm: "Discard",
        vector: "Vector",
        vectorNamed: "Vector {name}",
        vectorHint: "Numbers in brackets, such as [0.1, 0.2]; empty for none",
        notVector: "This is no list of numbers: [0.1, 0.2]",
    },
});

/**
 * Asks for a new object and stores it.
 *
 * @returns {Promise<string|undefined>} its id
 */
export async function newObject(definition, { tenant } = {}) {
    await loadStyle("parts/object-dialog.css");
    const fields = new ObjectForm();
    fields.set(definition, {}, { pictures: true });
    const own = vectors(definition).filter((each) => each.vectorizer === "none").map(vectorField);
    const note = h("p", { class: "fault", role: "alert" });
    const progress = h("progress", { max: "1", value: 0, hidden: true, "aria-label": t("sending") });
    const store = h("button", { type: "submit", class: "primary" }, t("create"));
    const aborting = new AbortController();
    let isStored = false;
    const submit = async (event) => {
        event.preventDefault();
        note.textContent = "";
        const properties = fields.read();
        const given = own.map((each) => each.read());
        if (!properties || given.includes(null)) return;
        store.disabled = true;
        progress.hidden = false;
        try {
            const set = Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null));
            const named = Object.fromEntries(own.map((each, index) => [each.name, given[index]]).filter(([, vector]) => vector));
            const answer = await createObject(definition, set, fields.files, {
                tenant,
                vectors: named,
                signal: aborting.signal,
                progress: (sent, total) => (progress.value = sent / total),
            });
            isStored = true;
            dialog.close(answer.id);
        } catch (error) {
            if (error.name !== "AbortError" && !fields.blame(error)) note.textContent = error.message;
        }
        progress.hidden = true;
        store.disabled = false;
    };
    const form = h(
        "form",
        { class: "stack", novalidate: true, on: { submit } },
        fields,
        own.map((each) => each.element),
        progress,
        note,
        h("div", { class: "row dialog-actions" }, h("button", { type: "button", on: { click: () => dialog.close() } }, t("cancel")), store),
    );
    let resolve;
    const dialog = openDialog({
        title: t("title", { name: definition.class }),
        body: form,
        mayClose: () => {
            if (isStored || !fields.isChanged) return true;
            return confirmation({ title: t("discard"), text: t("discardText"), confirm: t("discardConfirm"), danger: true });
        },
        closed: (id) => {
            aborting.abort();
            resolve(id);
        },
    });
    fields.focusField();
    return new Promise((settle) => (resolve = settle));
}

function vectorField({ name }) {
    const id = freshID("vector");
    const input = h("textarea", { id, class: "mono", rows: 1, spellcheck: "false", "aria-describedby": `${id}-hint ${id}-fault` });
    const fault = h("p", { class: "fault", id: `${id}-fault`, hidden: true });
    return {
        name,
        element: h(
            "div",
            { class: "field" },
            h("label", { for: id }, name ? t("vectorNamed", { name }) : t("vector")),
            input,
            h("p", { class: "hint", id: `${id}-hint` }, t("vectorHint")),
            fault,
        ),
        /** `undefined` if it is empty, `null` if it is wrong. */
        read() {
            const value = input.value.trim() ? parsed(input.value) : undefined;
            fault.hidden = value !== null;
            fault.textContent = value === null ? t("notVector") : "";
            input.setAttribute("aria-invalid", String(value === null));
            if (value === null) input.focus();
            return value;
        },
    };
}

const isVector = (value) => Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "number");

function parsed(text) {
    try {
        const value = JSON.parse(text);
        return isVector(value) || (Array.isArray(value) && value.length > 0 && value.every(isVector)) ? value : null;
    } catch {
        return null;
    }
}
