// SPDX-License-Identifier: Apache-2.0

import { go, href } from "../../base/address.js";
import { post } from "../../base/api.js";
import { h, replace } from "../../base/dom.js";
import { classFault, className } from "../../base/names.js";
import { forgetSchema } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { field, tick } from "../../parts/field.js";
import { toast } from "../../parts/toasts.js";
import { CodePane } from "./code-pane.js";
import { definitionOf, imageFields, newModel } from "./model.js";
import { PropertyList } from "./property-fields.js";
import { VectorList } from "./vector-fields.js";

const t = texts({
    en: {
        title: "A new collection",
        name: "Name",
        nameHint: "What one object is, in the singular: Photo, Shoe, Meme",
        description: "Description",
        properties: "Properties",
        propertiesLead: "What is stored of each object. A picture is a blob.",
        vectors: "Vectors",
        noPicture: "The network needs a property of type blob to look at: add one, or take vectors from elsewhere.",
        more: "More",
        withTimes: "Filter by the times of making and change",
        withNulls: "Filter by missing values",
        withLengths: "Filter by lengths",
        hasTenants: "Tenants: each object belongs to one, and they are kept apart",
        makesTenants: "Tenants are made by the first object that names them",
        wakesTenants: "Tenants that are out of use are brought back by a request",
        create: "Create",
        cancel: "Cancel",
        created: "{name} is there. Import pictures into it, or send objects.",
    },
});

/** The form of a new collection, with the definition it stands for beside it. */
export class CreateForm {
    element = h("form", { class: "create", novalidate: true });

    #model = newModel();
    #code = new CodePane();
    #fault = h("p", { class: "note", role: "alert", hidden: true });
    #needs = h("p", { class: "note", hidden: true }, t("noPicture"));
    #button = h("button", { type: "submit", class: "primary" }, t("create"));
    #name;
    #properties;
    #vectors;

    /** @param {object[]} all definitions that are there */
    constructor(all) {
        const model = this.#model;
        const names = all.map((each) => each.class);
        const changed = () => this.#update();
        const input = h("input", { name: "class", autocomplete: "off", spellcheck: "false" });
        this.#name = field(t("name"), input, { hint: t("nameHint"), check: (text) => classFault(text.trim(), names) });
        this.#name.control.addEventListener("input", () => {
            model.name = this.#name.control.value.trim();
            changed();
        });
        const description = field(t("description"), h("input", { name: "description" }));
        description.control.addEventListener("input", () => {
            model.description = description.control.value;
            changed();
        });
        this.#properties = new PropertyList(model, names, changed);
        this.#vectors = new VectorList(model, changed);
        const tenancy = h("div", { class: "stack indented" });
        const box = (name) =>
            tick(t(name), model[name], (isOn) => {
                model[name] = isOn;
                if (name === "hasTenants") replace(tenancy, isOn ? [box("makesTenants"), box("wakesTenants")] : null);
                changed();
            });
        const part = (title, lead, ...children) =>
            h("section", { class: "card stack" }, h("h2", {}, title), lead ? h("p", { class: "muted small" }, lead) : null, children);
        replace(
            this.element,
            h(
                "div",
                { class: "stack" },
                part(t("title"), "", this.#name.element, description.element),
                part(t("properties"), t("propertiesLead"), this.#properties.element),
                part(t("vectors"), "", this.#needs, this.#vectors.element),
                part(t("more"), "", ["withTimes", "withNulls", "withLengths", "hasTenants"].map(box), tenancy),
            ),
            h(
                "div",
                { class: "create-side stack" },
                this.#code.element,
                this.#fault,
                h("div", { class: "row" }, this.#button, h("a", { class: "button quiet", href: href("collections") }, t("cancel"))),
            ),
        );
        this.element.addEventListener("submit", (event) => this.#submit(event));
        this.#update();
    }

    focus() {
        this.#name.control.focus();
    }

    #update() {
        this.#fault.hidden = true;
        this.#needs.hidden = !this.#model.vectors.some((each) => each.isOfPictures) || imageFields(this.#model).length > 0;
        this.#code.show(definitionOf(this.#model));
    }

    async #submit(event) {
        event.preventDefault();
        const first = (this.#name.isGood() ? undefined : this.#name.control) ?? this.#properties.firstFault() ?? this.#vectors.firstFault();
        if (first) {
            const details = first.closest("details");
            if (details) details.open = true;
            return first.focus();
        }
        this.#button.disabled = true;
        try {
            await post(["schema"], definitionOf(this.#model));
            forgetSchema();
            const name = className(this.#model.name);
            toast(t("created", { name }), { kind: "good" });
            go(href("collections", {}, [name]), { replace: true });
        } catch (error) {
            this.#say(error.message);
        }
        this.#button.disabled = false;
    }

    /** The server's refusal, beside the field that it speaks of if that can be told. */
    #say(message) {
        const property = /property '([^']+)'|'([^']+)' is (?:not a valid|a reserved) property name|conflict for property "([^"]+)"/.exec(message);
        if (property && this.#properties.say(property[1] ?? property[2] ?? property[3], message)) return;
        if (/class name|class already exists|similar class/.test(message)) {
            this.#name.say(message);
            return this.#name.control.focus();
        }
        if (this.#vectors.say(message)) return;
        this.#fault.textContent = message;
        this.#fault.hidden = false;
    }
}
