// SPDX-License-Identifier: Apache-2.0

import { freshID, h, replace } from "../base/dom.js";
import { isArray, isText } from "../base/schema.js";
import { recall, remember } from "../base/session.js";
import { count, texts } from "../base/texts.js";
import { openDialog } from "./dialog.js";
import { changeObject } from "./objects.js";
import { announce, showError, toast } from "./toasts.js";

const t = texts({
    en: {
        title: ({ n }) => `Tag ${count(n, "object")}`,
        property: "Property",
        value: "Value",
        adds: "Is added to the values that are there already.",
        sets: "Takes the place of the text that is there now.",
        none: "This collection has no property for texts. Add one of type text[] to it under Collections, then tags have a place.",
        cancel: "Cancel",
        tag: "Tag",
        missing: "Write the tag first.",
        done: ({ n }) => `${count(n, "object")} tagged`,
        failed: ({ failed, n }) => `${failed} of ${count(n, "object")} could not be tagged`,
    },
});

/** How many requests are under way at a time. */
const lanes = 4;

/**
 * Asks for a property and a value, and writes them into objects: added to a list of texts, or in place of a text. Members of
 * `object.properties` are changed as well.
 *
 * @param {{ definition: object, tenant?: string, objects: Array<{ id: string, properties: object }> }} options
 * @returns {Promise<object[]>} those that were changed
 */
export function tagObjects({ definition, tenant, objects }) {
    const properties = (definition.properties ?? []).filter(isText).sort((one, other) => isArray(other) - isArray(one));
    if (!properties.length) {
        return new Promise((resolve) => openDialog({ title: t("title", { n: objects.length }), body: h("p", {}, t("none")), closed: () => resolve([]) }));
    }
    const last = recall(`tag.${definition.class}`, "");
    const [propertyID, valueID, faultID, hintID] = [freshID(), freshID(), freshID(), freshID()];
    const select = h(
        "select",
        { id: propertyID, "aria-describedby": hintID },
        properties.map((each) => h("option", { value: each.name, selected: each.name === last }, each.name)),
    );
    const chosen = () => properties.find((each) => each.name === select.value);
    const hint = h("p", { class: "hint", id: hintID });
    const explain = () => replace(hint, t(isArray(chosen()) ? "adds" : "sets"));
    select.addEventListener("change", explain);
    explain();
    const value = h("input", { id: valueID, autocomplete: "off", "aria-describedby": faultID });
    const fault = h("p", { class: "fault", id: faultID, role: "alert" });
    const button = h("button", { type: "submit", class: "primary" }, t("tag"));
    const progress = h("progress", { max: objects.length, value: 0, hidden: true, "aria-label": t("title", { n: objects.length }) });
    const stopping = new AbortController();
    let changed = [];
    const form = h(
        "form",
        { class: "stack" },
        h("div", { class: "field" }, h("label", { for: propertyID }, t("property")), select, hint),
        h("div", { class: "field" }, h("label", { for: valueID }, t("value")), value, fault),
        progress,
        h("div", { class: "row dialog-actions" }, h("button", { type: "button", on: { click: () => dialog.close() } }, t("cancel")), button),
    );
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const text = value.value.trim();
        value.setAttribute("aria-invalid", String(!text));
        replace(fault, text ? null : t("missing"));
        if (!text) return value.focus();
        button.disabled = true;
        progress.hidden = false;
        remember(`tag.${definition.class}`, select.value);
        changed = await write({ definition, tenant, objects, property: chosen(), text, signal: stopping.signal, moved: (done) => (progress.value = done) });
        dialog.close();
    });
    let resolve;
    const dialog = openDialog({
        title: t("title", { n: objects.length }),
        body: form,
        closed: () => {
            stopping.abort();
            resolve(changed);
        },
    });
    value.focus();
    return new Promise((settle) => (resolve = settle));
}

async function write({ definition, tenant, objects, property, text, signal, moved }) {
    const waiting = [...objects];
    const changed = [];
    let error;
    let failed = 0;
    const lane = async () => {
        for (let object = waiting.shift(); object && !signal.aborted; object = waiting.shift()) {
            const before = object.properties?.[property.name] ?? [];
            const value = isArray(property) ? [...new Set([...before, text])] : text;
            try {
                await changeObject(definition, object.id, { [property.name]: value }, { tenant });
                object.properties = { ...object.properties, [property.name]: value };
                changed.push(object);
            } catch (reason) {
                failed += 1;
                error ??= reason;
            }
            moved(objects.length - waiting.length);
        }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    if (failed) showError(error, t("failed", { failed, n: objects.length }));
    if (changed.length) {
        announce(t("done", { n: changed.length }));
        toast(t("done", { n: changed.length }), { kind: "good" });
    }
    return changed;
}
