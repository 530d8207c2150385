// SPDX-License-Identifier: Apache-2.0

import { freshID, h, replace } from "../../base/dom.js";
import { bytes } from "../../base/format.js";
import { texts } from "../../base/texts.js";
import { button, iconButton } from "../../parts/button.js";
import { Editor } from "../../parts/editor.js";
import { icon } from "../../parts/icons.js";
import { jsonFault } from "../../parts/json-fault.js";
import { base64Of } from "../../parts/picture-bytes.js";
import { announce, showError, toast } from "../../parts/toasts.js";
import { lineAndColumn } from "./errors.js";

const t = texts({
    en: {
        title: "Variables",
        label: "Variables, as JSON",
        noJSON: "The variables are no JSON: {why}, {place}.",
        noObject: 'The variables are an object of names and values, such as { "limit": 10 }.',
        add: "Add a picture",
        pictures: "Pictures as variables",
        drop: "or drop one anywhere here",
        name: "Name of the variable",
        faulty: "A name has letters, digits and _, and begins with none of the digits.",
        taken: ({ name }) => `There is another picture named ${name}.`,
        remove: ({ name }) => `Remove the picture $${name}`,
        removed: ({ name }) => `Removed the picture $${name}`,
        added: ({ name }) => `The picture is the variable $${name} now`,
        undeclared: ({ name }) => `Not used yet. Begin with query ($${name}: String) and write image: $${name}.`,
        unreadable: "The file can't be read",
        tooLarge: ({ name }) => `${name} is larger than 64 MB; make it smaller first.`,
        missing: ({ names }) => `Pictures are not kept. Choose one for ${names} again.`,
    },
});

const largest = 64e6;

/** The variables of a query: JSON that is typed, and pictures, of which only name and size are shown. Fires `change`. */
export class Variables extends HTMLElement {
    editor;
    #pictures = [];
    #list = h("ul", { role: "list", class: "picture-chips" });
    #declared = new Map();

    async make() {
        this.editor = await Editor.create({ label: t("label"), mode: "json", changed: () => this.#changed() });
        this.editor.classList.add("variables-editor");
        const input = h("input", {
            type: "file",
            accept: "image/*,.heic,.heif,.avif,.tif,.tiff",
            class: "visually-hidden",
            tabindex: "-1",
            "aria-label": t("add"),
            on: {
                change: () => {
                    if (input.files[0]) this.add(input.files[0]);
                    input.value = "";
                },
            },
        });
        replace(
            this,
            h("h2", {}, t("title")),
            this.editor,
            h("section", { class: "stack", "aria-label": t("pictures") }, this.#list, h(
                "div",
                { class: "row" },
                button(t("add"), () => input.click(), { drawing: "image", kind: "add-picture" }),
                h("span", { class: "muted small" }, t("drop")),
                input,
            )),
        );
    }

    get text() {
        return this.editor.value;
    }

    set text(text) {
        this.editor.value = text;
        this.#check();
    }

    /** The names of the pictures that are variables. */
    get pictureNames() {
        return this.#pictures.map((picture) => picture.name);
    }

    /** Says that pictures of these names were used, which are not here any more. */
    want(names) {
        const missing = names.filter((name) => !this.pictureNames.includes(name));
        if (missing.length) toast(t("missing", { names: missing.map((name) => `$${name}`).join(", ") }));
    }

    /** What the query gets; `null` after saying why if the text is no object of JSON. */
    get values() {
        const typed = this.#check();
        return typed && { ...typed, ...Object.fromEntries(this.#pictures.map((picture) => [picture.name, picture.base64])) };
    }

    /** Which variables the query declares: pictures that are none of them say so. */
    set declared(declared) {
        if ([...declared.keys()].join() === [...this.#declared.keys()].join()) return;
        this.#declared = declared;
        for (const picture of this.#pictures) this.#mark(picture);
    }

    /** Makes a picture a variable: the first that the query declares and that has no value, or `image`. */
    async add(file) {
        if (file.size > largest) return toast(t("tooLarge", { name: file.name }), { kind: "error" });
        let base64;
        try {
            base64 = await base64Of(file);
        } catch (error) {
            return showError(error, t("unreadable"));
        }
        const taken = new Set([...this.pictureNames, ...Object.keys(this.#parsed().value ?? {})]);
        const wanted = [...this.#declared].find(([name, type]) => type === "String" && !taken.has(name))?.[0];
        let name = wanted ?? "image";
        for (let number = 2; !wanted && taken.has(name); number += 1) name = `image${number}`;
        const picture = { name, base64, file, address: URL.createObjectURL(file) };
        this.#pictures.push(picture);
        this.#list.append(this.#chip(picture));
        announce(t("added", { name }));
        this.dispatchEvent(new Event("change"));
    }

    #chip(picture) {
        const hintID = freshID("undeclared");
        const name = h("input", {
            value: picture.name,
            class: "mono",
            spellcheck: "false",
            autocomplete: "off",
            "aria-label": t("name"),
            "aria-describedby": hintID,
            on: { change: () => this.#rename(picture, name) },
        });
        picture.hint = h("p", { class: "small muted picture-hint wrap-anywhere", id: hintID });
        const image = h("img", { src: picture.address, alt: "", on: { error: () => image.replaceWith(icon("image")) } });
        picture.element = h(
            "li",
            { class: "picture-chip" },
            h("span", { class: "picture-chip-image" }, image),
            h("div", { class: "grow" }, h("div", { class: "row" }, h("span", { class: "mono", "aria-hidden": "true" }, "$"), name), h("p", { class: "small muted wrap-anywhere" }, `${picture.file.name} · ${bytes(picture.file.size)}`), picture.hint),
            iconButton("close", t("remove", { name: picture.name }), () => this.#remove(picture)),
        );
        this.#mark(picture);
        return picture.element;
    }

    #mark(picture) {
        picture.hint.classList.remove("fault");
        picture.hint.textContent = this.#declared.has(picture.name) ? "" : t("undeclared", { name: picture.name });
    }

    #rename(picture, input) {
        const name = input.value.trim().replace(/^\$/, "");
        const isTaken = this.#pictures.some((each) => each !== picture && each.name === name);
        const isFaulty = !/^[_A-Za-z]\w*$/.test(name);
        input.setAttribute("aria-invalid", String(isTaken || isFaulty));
        if (isTaken || isFaulty) {
            picture.hint.textContent = isTaken ? t("taken", { name }) : t("faulty");
            picture.hint.classList.add("fault");
            return;
        }
        picture.name = name;
        picture.element.querySelector("button.bare").setAttribute("aria-label", t("remove", { name }));
        this.#mark(picture);
        this.dispatchEvent(new Event("change"));
    }

    #remove(picture) {
        const index = this.#pictures.indexOf(picture);
        this.#pictures.splice(index, 1);
        URL.revokeObjectURL(picture.address);
        picture.element.remove();
        announce(t("removed", { name: picture.name }));
        const next = this.#pictures[Math.min(index, this.#pictures.length - 1)];
        (next?.element.querySelector("button.bare") ?? this.querySelector(".add-picture")).focus();
        this.dispatchEvent(new Event("change"));
    }

    #changed() {
        this.editor.fault("");
        this.dispatchEvent(new Event("change"));
    }

    #parsed() {
        const text = this.editor.value;
        if (!text.trim()) return { value: {} };
        const fault = jsonFault(text);
        if (fault) return { fault: t("noJSON", { why: fault.why, place: lineAndColumn(text, fault.offset) }), offset: fault.offset };
        const value = JSON.parse(text);
        return value && typeof value === "object" && !Array.isArray(value) ? { value } : { fault: t("noObject") };
    }

    #check() {
        const { value, fault, offset } = this.#parsed();
        this.editor.fault(fault ?? "");
        if (offset !== undefined) this.editor.mark([offset]);
        return fault ? null : value;
    }

    disconnectedCallback() {
        for (const picture of this.#pictures) URL.revokeObjectURL(picture.address);
    }
}

customElements.define("nt-query-variables", Variables);
