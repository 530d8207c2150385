// SPDX-License-Identifier: Apache-2.0

import { freshID, h, replace } from "../base/dom.js";
import { texts } from "../base/texts.js";
import { acceptedPictures } from "./picture-bytes.js";
import { FieldFault, fieldKind } from "./property-fields.js";

const t = texts({
    en: {
        unset: "not set",
        yes: "yes",
        no: "no",
        picture: "Picture; choose a file or drop one here",
        none: "This collection has no properties to fill in.",
    },
});

const labelOf = (property, id) =>
    h("label", { for: id }, property.name, " ", h("span", { class: "muted property-type" }, property.dataType.join(", ")));

/**
 * The properties of an object as fields, by type.
 *
 *     const form = new ObjectForm();
 *     form.set(definition, object.properties);
 *     const changes = form.read();             // { name: value }, null where one was emptied; undefined if there are faults, which it shows
 */
export class ObjectForm extends HTMLElement {
    #fields = [];
    #files = [];

    /**
     * @param {object} definition
     * @param {object} [values]
     * @param {{ pictures?: boolean, only?: string }} [options] `pictures`: with fields for files; `only`: one property
     */
    set(definition, values = {}, { pictures = false, only } = {}) {
        const properties = (definition.properties ?? []).filter((each) => !only || each.name === only);
        this.#fields = [];
        this.#files = [];
        const elements = properties.map((property) => {
            const kind = fieldKind(property, values[property.name]);
            if (kind) return this.#field(property, kind, values[property.name]);
            return pictures ? this.#file(property) : null;
        });
        replace(this, elements.some((each) => each) ? elements : h("p", { class: "muted" }, t("none")));
    }

    /** Whether something has been filled in otherwise than it was. */
    get isChanged() {
        return this.#fields.some((each) => each.control.value !== each.before) || this.#files.some((each) => each.input.files.length);
    }

    /** Files by name of their property. */
    get files() {
        return Object.fromEntries(this.#files.filter((each) => each.input.files.length).map((each) => [each.property.name, each.input.files[0]]));
    }

    /** What has been changed; `undefined` if something is wrong, with the focus on the first such field. */
    read() {
        const changes = {};
        let first;
        for (const field of this.#fields) {
            const text = field.control.value;
            this.#mark(field, "");
            if (text === field.before) continue;
            try {
                changes[field.property.name] = text.trim() === "" ? null : field.kind.read(text);
            } catch (error) {
                if (!(error instanceof FieldFault)) throw error;
                this.#mark(field, error.message);
                first ??= field;
            }
        }
        first?.control.focus();
        return first ? undefined : changes;
    }

    /** Shows what the server has against it beside the property that it names; `false` if it names none. */
    blame({ message, property }) {
        const isMeant = (name) => (property ? name === property : message.includes(`'${name}'`) || message.includes(`:${name}:`));
        const field = this.#fields.find((each) => isMeant(each.property.name));
        if (!field) return false;
        this.fault(field.property.name, message);
        return true;
    }

    /** Shows a fault beside a property. */
    fault(name, message) {
        const field = this.#fields.find((each) => each.property.name === name);
        if (!field) return;
        this.#mark(field, message);
        field.control.focus();
    }

    /** Puts the focus into a field, or the first. */
    focusField(name) {
        (this.#fields.find((each) => each.property.name === name) ?? this.#fields[0])?.control.focus();
    }

    #mark({ control, fault }, message) {
        fault.textContent = message;
        fault.hidden = !message;
        if (message) control.setAttribute("aria-invalid", "true");
        else control.removeAttribute("aria-invalid");
    }

    #field(property, kind, value) {
        const id = freshID("property");
        const before = value === null || value === undefined ? "" : kind.show(value);
        const hint = [property.description, kind.hint].filter((each) => each).join(". ");
        const described = hint ? `${id}-hint ${id}-fault` : `${id}-fault`;
        const common = { id, class: kind.mono ? "mono" : null, "aria-describedby": described, name: property.name };
        const control = this.#control(kind, common, before);
        const fault = h("p", { class: "fault", id: `${id}-fault`, hidden: true });
        // What a control makes of a text is what it is compared with.
        this.#fields.push({ property, kind, control, fault, before: control.value });
        return h(
            "div",
            { class: "field" },
            labelOf(property, id),
            control,
            hint ? h("p", { class: "hint", id: `${id}-hint` }, hint) : null,
            fault,
        );
    }

    #control(kind, common, value) {
        if (kind.control === "boolean") {
            const words = { "": "unset", true: "yes", false: "no" };
            return h("select", common, Object.entries(words).map(([each, word]) => h("option", { value: each, selected: each === value }, t(word))));
        }
        if (kind.control === "area") {
            const rows = Math.min(12, Math.max(1, value.split("\n").length + (kind.hint ? 1 : 0)));
            return h("textarea", { ...common, rows, value, spellcheck: kind.mono ? "false" : null });
        }
        if (kind.control === "moment") return h("input", { ...common, type: "datetime-local", step: "0.001", value });
        return h("input", { ...common, type: "text", autocomplete: "off", value });
    }

    #file(property) {
        const id = freshID("file");
        const input = h("input", { id, type: "file", accept: acceptedPictures, name: property.name });
        const field = h("div", { class: "field file-field" }, labelOf(property, id), h("p", { class: "hint" }, t("picture")), input);
        field.addEventListener("dragover", (event) => event.preventDefault());
        field.addEventListener("drop", (event) => {
            event.preventDefault();
            if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
        });
        this.#files.push({ property, input });
        return field;
    }
}

customElements.define("nt-object-form", ObjectForm);
