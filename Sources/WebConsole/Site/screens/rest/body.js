// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../../base/dom.js";
import { texts } from "../../base/texts.js";
import { Editor } from "../../parts/editor.js";
import { field, select } from "../../parts/field.js";
import { jsonFault } from "../../parts/json-fault.js";
import { FormParts } from "./form-parts.js";
import { prose } from "./prose.js";
import { schemaTree } from "./schema-tree.js";

const t = texts({
    en: {
        title: "Body",
        type: "Content type",
        example: "Example",
        json: "Body, as JSON",
        file: "File that is the body",
        optional: "It may be left empty.",
        noJSON: "The body is no JSON: {why}.",
        missing: "A body is needed here.",
        noFile: "Choose a file.",
        schema: "What may stand in it",
    },
});

const isJSON = (type) => type === "application/json";
const isForm = (type) => type === "multipart/form-data";

/** The body of a request, by its content type: an editor of JSON, a form, or a file. Fires `change`. */
export class BodyForm extends HTMLElement {
    #document;
    #body;
    #content;
    #place = h("div", { class: "stack" });
    #editor = null;
    #form = null;
    #file = null;
    #fileField = null;

    /** @param {object} body of an operation; `type`: the content type that is chosen first */
    async make(document, body, type) {
        this.#document = document;
        this.#body = body;
        const choose = async (type) => {
            await this.#choose(type);
            this.dispatchEvent(new Event("change"));
        };
        const types = body.contents.map((content) => content.type);
        const chosen = types.includes(type) ? type : types[0];
        replace(
            this,
            h("h3", {}, t("title")),
            body.description || !body.isRequired ? h("p", { class: "small muted" }, prose([body.description, body.isRequired ? "" : t("optional")].filter((part) => part).join(" "))) : null,
            types.length > 1 ? choice(t("type"), types, chosen, choose) : h("p", { class: "small muted mono" }, types[0]),
            this.#place,
        );
        await this.#choose(chosen);
    }

    get type() {
        return this.#content.type;
    }

    async #choose(type) {
        this.#content = this.#body.contents.find((content) => content.type === type);
        this.#editor = this.#form = this.#file = null;
        const { examples, schema } = this.#content;
        const control = isJSON(type) ? await this.#makeEditor(examples[0]) : isForm(type) ? this.#makeForm(examples[0]) : this.#makeFile();
        if (this.#content.type !== type) return;
        const take = (index) => this.#take(examples[index].value);
        replace(
            this.#place,
            examples.length > 1 ? choice(t("example"), examples.map((each, index) => [index, each.summary ?? String(index + 1)]), 0, take) : null,
            control,
            Object.keys(schema).length ? h("details", {}, h("summary", {}, t("schema")), schemaTree(this.#document, schema)) : null,
        );
    }

    async #makeEditor(example) {
        this.#editor = await Editor.create({
            label: t("json"),
            mode: "json",
            value: example ? JSON.stringify(example.value, null, 2) : "",
            changed: () => {
                this.#editor.fault("");
                this.dispatchEvent(new Event("change"));
            },
        });
        return this.#editor;
    }

    #makeForm(example) {
        this.#form = new FormParts();
        this.#form.make(this.#document, this.#content.schema, example?.value);
        this.#form.addEventListener("change", () => this.dispatchEvent(new Event("change")));
        return this.#form;
    }

    #makeFile() {
        this.#file = h("input", {
            type: "file",
            accept: this.#content.type.startsWith("image/") ? "image/*" : null,
            on: { change: () => this.dispatchEvent(new Event("change")) },
        });
        this.#fileField = field(t("file"), this.#file, { check: () => (this.#body.isRequired && !this.#file.files[0] ? t("noFile") : "") });
        return this.#fileField.element;
    }

    #take(value) {
        if (this.#editor) this.#editor.value = JSON.stringify(value, null, 2);
        else this.#form?.set(value);
    }

    /** What parts of a form could be named as well. */
    suggest(names) {
        this.#form?.suggest(names);
    }

    /** Whether it can be sent; says why not where it is. */
    check() {
        if (this.#form) return this.#form.check();
        if (this.#file) {
            const isGood = this.#fileField.isGood();
            if (!isGood) this.#file.focus();
            return isGood;
        }
        const text = this.#editor.value.trim();
        const fault = text ? jsonFault(this.#editor.value) : null;
        const words = fault ? t("noJSON", { why: fault.why }) : !text && this.#body.isRequired ? t("missing") : "";
        this.#editor.fault(words);
        if (fault) this.#editor.mark([fault.offset]);
        if (words) this.#editor.focus();
        return !words;
    }

    /** What is sent: `parts` of a form, a `file`, or a `text`, with its content type; `null` for nothing. */
    get body() {
        if (this.#form) return { type: this.type, parts: this.#form.parts, data: this.#form.data };
        if (this.#file) {
            const file = this.#file.files[0];
            return { type: file?.type && !this.type.startsWith("application/") ? file.type : this.type, file: file ?? { name: "FILE" } };
        }
        const text = this.#editor?.value.trim();
        return text ? { type: this.type, text } : null;
    }
}

customElements.define("nt-rest-body", BodyForm);

function choice(label, options, chosen, change) {
    const { element } = field(label, select(options, chosen, change));
    element.classList.add("rest-choice");
    return element;
}
