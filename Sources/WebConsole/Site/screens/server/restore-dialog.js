// SPDX-License-Identifier: Apache-2.0

import { h } from "../../base/dom.js";
import { texts } from "../../base/texts.js";
import { confirmation } from "../../parts/dialog.js";
import { toast } from "../../parts/toasts.js";

const t = texts({
    en: {
        title: "Restore from {id}",
        text: "Collections are made as they were then. Nothing that is there now is changed.",
        there: "{name} (is there already: delete it first to restore it)",
        all: "All collections of this backup are there already: {names}. Delete one first, under Collections, to restore it.",
        what: "Collections",
        typed: "To go on, type {id}",
        confirm: "Restore",
    },
});

/**
 * Asks which collections of a backup come back.
 *
 * @param {{ id: string, classes: string[] }} backup
 * @param {string[]} existing collections that can't be restored
 * @returns {Promise<string[]|null>} their names; `null` if nothing is to be done
 */
export async function askToRestore({ id, classes }, existing) {
    const missing = classes.filter((name) => !existing.includes(name));
    if (!missing.length) {
        toast(t("all", { names: classes.join(", ") }), { kind: "error" });
        return null;
    }
    const boxes = classes.map((name) => h("input", { type: "checkbox", value: name, checked: missing.includes(name), disabled: !missing.includes(name) }));
    const body = h(
        "fieldset",
        { class: "field" },
        h("legend", {}, t("what")),
        classes.map((name, index) => h("label", { class: "check" }, boxes[index], missing.includes(name) ? name : t("there", { name }))),
    );
    const agreed = await confirmation({ title: t("title", { id }), text: t("text"), body, confirm: t("confirm"), typed: id, typedLabel: t("typed", { id }) });
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    return agreed && chosen.length ? chosen : null;
}
