// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../../base/dom.js";
import { number } from "../../base/format.js";
import { propertyFault } from "../../base/names.js";
import { count, texts } from "../../base/texts.js";
import { button, iconButton } from "../../parts/button.js";
import { field, select } from "../../parts/field.js";
import { announce, toast } from "../../parts/toasts.js";
import { FileTable } from "./tables.js";

const t = texts({
    en: {
        pick: "Take properties from a CSV table",
        file: "Column with the names of the files",
        matched: ({ matched, files }) => `${number(matched)} of ${count(files, "picture")} have a row`,
        lonely: ({ n }) => `${count(n, "row")} without a picture`,
        use: "Use {name}",
        column: "Column",
        property: "Property",
        type: "Type",
        example: "First value",
        remove: "Remove the table",
        empty: "'{name}' has no rows below its head",
        unreadable: "'{name}' can't be read",
        title: "Table {name}",
    },
});

const maximumBytes = 50_000_000;

/** A table that comes with the pictures: which column names them, which become properties. */
export class TableFields {
    /** @type {FileTable|null} */
    table = null;
    element = h("div", { class: "stack", hidden: true });
    button;

    #selection;
    #changed;
    #there = [];

    constructor(selection, changed) {
        this.#selection = selection;
        this.#changed = changed;
        const input = h("input", {
            type: "file",
            hidden: true,
            accept: ".csv,.tsv,.txt",
            class: "chooser-table",
            "aria-label": t("pick"),
            on: {
                change: () => {
                    const [file] = input.files;
                    input.value = "";
                    if (file) this.read(file);
                },
            },
        });
        this.button = h("span", {}, button(t("pick"), () => input.click(), { drawing: "table", kind: "small" }), input);
        if (selection.tables.length) this.read(selection.tables[0]);
    }

    /** @param {string[]} there the names of properties that the collection has */
    show(there) {
        this.#there = there;
        this.#draw();
    }

    async read(file) {
        if (file.size > maximumBytes) return toast(t("unreadable", { name: file.name }), { kind: "error" });
        let text;
        try {
            text = await file.text();
        } catch {
            return toast(t("unreadable", { name: file.name }), { kind: "error" });
        }
        const table = new FileTable(text, file.name);
        if (!table.rowCount) return toast(t("empty", { name: file.name }), { kind: "error" });
        this.table = table.findFileColumn(this.#selection.files);
        this.#draw();
        this.#changed();
        announce(this.element.querySelector(".match").textContent);
    }

    #draw() {
        const { table } = this;
        this.element.hidden = !table;
        if (!table) return replace(this.element);
        const { files } = this.#selection;
        const { matched, lonely } = table.match(files);
        const columns = table.columns.map((each, index) => [String(index), each.name]);
        const which = select(columns, String(table.fileColumn), (index) => {
            table.fileColumn = Number(index);
            this.#draw();
            this.#changed();
            this.element.querySelector("select").focus();
        });
        const remove = () => {
            this.table = null;
            this.#draw();
            this.#changed();
            this.button.querySelector("button").focus();
        };
        replace(
            this.element,
            h(
                "div",
                { class: "row apart" },
                h("h3", {}, t("title", { name: table.name })),
                iconButton("trash", t("remove"), remove),
            ),
            field(t("file"), which).element,
            h(
                "p",
                { class: matched ? "match" : "match note" },
                t("matched", { matched, files: files.length }),
                lonely.length ? `, ${t("lonely", { n: lonely.length })}` : null,
            ),
            lonely.length ? this.#lonely(lonely) : null,
            h(
                "div",
                { class: "table-frame" },
                h(
                    "table",
                    {},
                    h("thead", {}, h("tr", {}, ["column", "property", "type", "example"].map((name) => h("th", { scope: "col" }, t(name))))),
                    h("tbody", {}, table.columns.map((column, index) => (index === table.fileColumn ? null : this.#row(column, index)))),
                ),
            ),
        );
    }

    #lonely(names) {
        const words = h("p", { class: "mono wrap-anywhere" }, names.slice(0, 50).join("\n"));
        return h("details", { class: "small" }, h("summary", {}, t("lonely", { n: names.length })), words);
    }

    #row(column, index) {
        const input = h("input", { value: column.property, disabled: !column.isUsed, spellcheck: "false" });
        const others = () => this.table.columns.filter((each, at) => each !== column && each.isUsed && at !== this.table.fileColumn);
        const check = (text) => (column.isUsed ? propertyFault(text, others().map((each) => each.property)) : "");
        const name = field(`${column.name}: ${t("property")}`, input, { check, isBare: true });
        input.addEventListener("input", () => (column.property = input.value));
        const box = h("input", {
            type: "checkbox",
            checked: column.isUsed,
            "aria-label": t("use", { name: column.name }),
            on: {
                change: () => {
                    column.isUsed = box.checked;
                    input.disabled = !box.checked;
                    name.isGood();
                },
            },
        });
        const isThere = this.#there.includes(column.property);
        const first = this.#selection.files.map((file) => this.table.rowOf(file)?.[index]).find((value) => value) ?? "";
        return h(
            "tr",
            {},
            h("td", {}, h("label", { class: "check" }, box, column.name)),
            h("td", {}, name.element),
            h("td", { class: "muted" }, isThere ? "" : column.type),
            h("td", { class: "muted wrap-anywhere" }, first.slice(0, 80)),
        );
    }
}
