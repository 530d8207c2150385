// SPDX-License-Identifier: Apache-2.0

import { freshID, h, replace } from "../../base/dom.js";
import { propertyFault } from "../../base/names.js";
import { isBlob, isReference, labelProperty } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { button, iconButton } from "../../parts/button.js";
import { field, tick } from "../../parts/field.js";
import { TableFields } from "./table-fields.js";

const t = texts({
    en: {
        title: "What else is known of them",
        folder: "The name of the folder, as",
        folders: ({ names, more }) => `Folders: ${names}${more ? ` and ${more} more` : ""}`,
        noFolders: "The pictures lie in no folder",
        file: "The name of the file, as",
        constants: "The same for all",
        property: "Property",
        value: "Value",
        add: "Add a property for all",
        remove: "Remove this property",
        added: "Properties that the collection lacks are added to it.",
        same: "If a picture is there already",
        skip: "Leave it as it is",
        replace: "Replace it, with its properties",
        random: "Store it a second time",
        sameHint: "Pictures are the same if their files are equal, byte by byte.",
    },
});

/** Which properties the pictures' objects get. */
export class FieldsForm {
    labelProperty = "";
    fileProperty = "file";
    constants = [];
    duplicates = "skip";

    #selection;
    #definition = null;
    #picture = "";
    #list = freshID("properties");
    #names = h("datalist", { id: this.#list });
    #label = h("div", {});
    #file = h("div", {});
    #rows = h("div", { class: "stack" });
    #added = h("p", { class: "muted small", hidden: true }, t("added"));

    constructor(selection, changed) {
        this.#selection = selection;
        this.table = new TableFields(selection, changed);
        this.element = h(
            "section",
            { class: "card stack" },
            h("h2", {}, t("title")),
            this.#names,
            this.#label,
            this.#file,
            this.#rows,
            h("div", { class: "row" }, button(t("add"), () => this.#addConstant(), { drawing: "add", kind: "small" }), this.table.button),
            this.table.element,
            this.#added,
            this.#policies(),
        );
    }

    /**
     * @param {object|null} definition of the collection; `null` for a new one
     * @param {string} picture the property that is taken already
     */
    show(definition, picture) {
        this.#definition = definition;
        this.#picture = picture;
        const names = this.#propertyNames();
        replace(this.#names, names.map((value) => h("option", { value })));
        const { folders } = this.#selection;
        // A folder for all is no label, unless the collection has others already.
        const isLabeled = folders.size > 1 || (folders.size === 1 && definition && labelProperty(definition));
        this.labelProperty = isLabeled ? ((definition && labelProperty(definition)) ?? "label") : "";
        this.fileProperty = !definition ? "file" : (["file", "filename", "fileName"].find((name) => names.includes(name)) ?? "");
        this.#showLabel();
        this.#showFile();
        this.#showConstants();
        this.#added.hidden = !definition;
        this.table.show(names);
    }

    /** Takes over what was decided in another form. */
    takeOver({ constants, duplicates, table }) {
        Object.assign(this, { constants, duplicates });
        this.element.querySelector(`[value="${duplicates}"]`).checked = true;
        this.table.table = table.table ?? this.table.table;
    }

    isGood() {
        const faults = [...this.element.querySelectorAll("[aria-invalid=true]")];
        faults[0]?.focus();
        return !faults.length;
    }

    #propertyNames() {
        return (this.#definition?.properties ?? []).filter((each) => !isBlob(each) && !isReference(each)).map((each) => each.name);
    }

    #showLabel() {
        const { folders } = this.#selection;
        const names = [...folders.keys()].slice(0, 8).join(", ");
        const hint = folders.size ? t("folders", { names, more: Math.max(0, folders.size - 8) }) : t("noFolders");
        replace(this.#label, this.#optional(t("folder"), "labelProperty", this.#definition ? "" : "label", hint, !folders.size));
    }

    #showFile() {
        replace(this.#file, this.#optional(t("file"), "fileProperty", "file"));
    }

    /** A box to tick, and the name of a property. */
    #optional(label, member, usual, hint, disabled = false) {
        const { element, control: input } = this.#nameField(this[member] || usual, label, (value) => (this[member] = value));
        input.disabled = !this[member];
        const box = tick(
            label,
            Boolean(this[member]),
            (isOn) => {
                input.disabled = !isOn;
                this[member] = isOn ? input.value : "";
                input.dispatchEvent(new Event("input"));
                if (isOn) input.focus();
            },
            hint,
        );
        box.querySelector("input").disabled = disabled;
        return h("div", { class: "optional" }, box, element);
    }

    /** A field for the name of a property. */
    #nameField(value, label, changed) {
        const input = h("input", { value, list: this.#list, autocomplete: "off", spellcheck: "false" });
        const check = (text) => (input.disabled ? "" : propertyFault(text, [this.#picture]));
        input.addEventListener("input", () => input.disabled || changed(input.value));
        return field(`${label}: ${t("property")}`, input, { check, isBare: true });
    }

    #addConstant() {
        this.constants.push({ name: "", value: "" });
        this.#showConstants();
        this.#rows.querySelector(".constant:last-child input").focus();
    }

    #showConstants() {
        replace(
            this.#rows,
            this.constants.length ? h("h3", {}, t("constants")) : null,
            this.constants.map((constant) => {
                const name = this.#nameField(constant.name, t("constants"), (value) => (constant.name = value));
                name.control.placeholder = t("property");
                const value = h("input", { value: constant.value, placeholder: t("value"), "aria-label": t("value") });
                value.addEventListener("input", () => (constant.value = value.value));
                const remove = () => {
                    this.constants.splice(this.constants.indexOf(constant), 1);
                    this.#showConstants();
                    this.table.button.previousElementSibling.focus();
                };
                return h("div", { class: "constant" }, name.element, value, iconButton("trash", t("remove"), remove));
            }),
        );
    }

    #policies() {
        const group = freshID("same");
        return h(
            "fieldset",
            { class: "stack tight" },
            h("legend", {}, t("same")),
            ["skip", "replace", "random"].map((policy) =>
                h(
                    "label",
                    { class: "check" },
                    h("input", { type: "radio", name: group, value: policy, checked: policy === this.duplicates, on: { change: () => (this.duplicates = policy) } }),
                    t(policy),
                ),
            ),
            h("p", { class: "muted small" }, t("sameHint")),
        );
    }
}
