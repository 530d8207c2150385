// SPDX-License-Identifier: Apache-2.0

import { freshID, h, replace } from "../../base/dom.js";
import { texts } from "../../base/texts.js";
import { button, iconButton } from "../../parts/button.js";
import { resolved } from "./document.js";

const t = texts({
    en: {
        name: "Name of the part",
        text: "Text of {name}",
        file: "File of {name}",
        addText: "Add a text",
        addFile: "Add a file",
        remove: "Remove the part {name}",
        missing: "Choose a file, or remove this part.",
        unnamed: "A part needs a name.",
        parts: "Parts of the form",
    },
});

/** What stands for a file in the examples of the document. */
const isFile = (value) => typeof value === "string" && value.startsWith("<the bytes of");

/** A body of `multipart/form-data`: parts with names, each a text or files. Fires `change`. */
export class FormParts extends HTMLElement {
    #rows = [];
    #list = h("ul", { role: "list", class: "stack", "aria-label": t("parts") });
    #names = h("datalist", { id: freshID("parts") });

    /** @param {object} example a value of the document's: members are parts */
    make(document, schema, example) {
        const add = (kind) => () => {
            const row = this.#add("", kind, "");
            row.name.focus();
        };
        const known = Object.keys(resolved(document, schema).properties ?? {});
        replace(this.#names, known.map((value) => h("option", { value })));
        replace(
            this,
            this.#list,
            this.#names,
            h(
                "div",
                { class: "row" },
                button(t("addText"), add("text"), { drawing: "add", kind: "add-text" }),
                button(t("addFile"), add("file"), { drawing: "image" }),
            ),
        );
        this.set(example ?? {});
    }

    set(example) {
        this.#rows = [];
        replace(this.#list);
        for (const [name, value] of Object.entries(example)) {
            const values = [value].flat();
            if (values.every(isFile)) this.#add(name, "file", "");
            else this.#add(name, "text", typeof value === "string" ? value : JSON.stringify(value));
        }
        this.dispatchEvent(new Event("change"));
    }

    /** Names of parts that could be meant as well, such as those of properties. */
    suggest(names) {
        for (const value of names) {
            if (![...this.#names.children].some((option) => option.value === value)) this.#names.append(h("option", { value }));
        }
    }

    #add(name, kind, text) {
        const faultID = freshID("fault");
        const changed = () => this.dispatchEvent(new Event("change"));
        const row = { kind, fault: h("p", { class: "fault small", id: faultID, hidden: true }) };
        row.name = h("input", { value: name, class: "mono", "aria-label": t("name"), list: this.#names.id, autocomplete: "off", spellcheck: "false", on: { input: () => label() } });
        row.value =
            kind === "text"
                ? h("input", { value: text, spellcheck: "false", "aria-describedby": faultID, on: { input: changed } })
                : h("input", { type: "file", multiple: true, "aria-describedby": faultID, on: { change: changed } });
        const remove = iconButton("close", "", () => this.#remove(row));
        const label = () => {
            row.value.setAttribute("aria-label", t(kind, { name: row.name.value }));
            remove.setAttribute("aria-label", t("remove", { name: row.name.value }));
            changed();
        };
        row.element = h("li", { class: "form-part" }, row.name, row.value, remove, row.fault);
        this.#rows.push(row);
        this.#list.append(row.element);
        label();
        return row;
    }

    #remove(row) {
        const index = this.#rows.indexOf(row);
        this.#rows.splice(index, 1);
        row.element.remove();
        const next = this.#rows[Math.min(index, this.#rows.length - 1)];
        (next?.element.querySelector("button") ?? this.querySelector(".add-text")).focus();
        this.dispatchEvent(new Event("change"));
    }

    /** `{ name, text }` or `{ name, file }`, in order; of a file that is not chosen yet only the name is real. */
    get parts() {
        return this.#rows.flatMap(({ name, kind, value }) => {
            if (kind === "text") return [{ name: name.value, text: value.value }];
            const files = [...value.files];
            return (files.length ? files : [{ name: "FILE" }]).map((file) => ({ name: name.value, file }));
        });
    }

    /** Whether it can be sent; says what is missing where it is, and goes there. */
    check() {
        let first = null;
        for (const row of this.#rows) {
            const isUnnamed = !row.name.value.trim();
            const isMissing = row.kind === "file" && !row.value.files.length;
            row.fault.hidden = !isUnnamed && !isMissing;
            row.fault.textContent = isUnnamed ? t("unnamed") : isMissing ? t("missing") : "";
            row.name.setAttribute("aria-invalid", String(isUnnamed));
            row.value.setAttribute("aria-invalid", String(isMissing));
            if (!row.fault.hidden) first ??= isUnnamed ? row.name : row.value;
        }
        first?.focus();
        return !first;
    }

    get data() {
        const data = new FormData();
        for (const { name, text, file } of this.parts) data.append(name, file ?? text);
        return data;
    }
}

customElements.define("nt-form-parts", FormParts);
