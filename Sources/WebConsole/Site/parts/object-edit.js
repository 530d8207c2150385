// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../base/dom.js";
import { texts } from "../base/texts.js";
import { button } from "./button.js";
import { ObjectForm } from "./object-form.js";
import { changeObject, readObject } from "./objects.js";
import { showError, toast } from "./toasts.js";
import { valueText } from "./values.js";

const t = texts({
    en: {
        save: "Save",
        reset: "Undo changes",
        saved: "Saved",
        nothing: "Nothing has been changed.",
        failed: "Not saved",
        meanwhile: "Somebody else has changed this to “{value}” meanwhile. Save again to put yours in its place.",
        taken: "Somebody else has taken this away meanwhile. Save again to put yours in its place.",
    },
});

/**
 * Puts a form for the properties of an object into an element; only what was changed is sent.
 *
 * @param {HTMLElement} place
 * @param {{ definition: object, object: object, tenant?: string, saved: () => void, gone: () => void, only?: string }} context
 * @returns {ObjectForm}
 */
export function editor(place, context) {
    const { definition, object } = context;
    const form = new ObjectForm();
    const fill = () => form.set(definition, object.properties, { only: context.only });
    fill();
    const note = h("p", { class: "fault", role: "alert" });
    const save = h("button", { type: "submit", class: "primary" }, t("save"));
    // What others have changed and the user has been told of.
    let known = object;
    const submit = async (event) => {
        event.preventDefault();
        note.textContent = "";
        const changes = form.read();
        if (!changes) return;
        if (!Object.keys(changes).length) return void (note.textContent = t("nothing"));
        save.disabled = true;
        try {
            const now = await readObject(definition, object.id, { tenant: context.tenant });
            if (!now) return context.gone();
            const other = now.changed === known.changed ? undefined : foreignChange(definition, known, now, Object.keys(changes));
            known = now;
            if (other) return form.fault(other.name, other.message);
            await changeObject(definition, object.id, changes, { tenant: context.tenant });
            toast(t("saved"), { kind: "good" });
            await context.saved();
        } catch (error) {
            if (error.status === 404) context.gone();
            else if (!form.blame(error)) showError(error, t("failed"));
        } finally {
            save.disabled = false;
        }
    };
    const buttons = h("div", { class: "row" }, save, button(t("reset"), fill, { kind: "quiet" }));
    replace(place, h("form", { class: "stack", novalidate: true, on: { submit } }, form, note, buttons));
    return form;
}

/** The first property of `names` that has another value now. */
function foreignChange(definition, before, now, names) {
    for (const name of names) {
        const value = now.properties[name] ?? null;
        if (JSON.stringify(value) === JSON.stringify(before.properties[name] ?? null)) continue;
        const text = valueText(definition.properties.find((each) => each.name === name), value);
        return { name, message: text ? t("meanwhile", { value: text.slice(0, 200) }) : t("taken") };
    }
    return undefined;
}
