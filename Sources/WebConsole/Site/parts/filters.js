// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../base/dom.js";
import { isBlob, isReference, typeOf } from "../base/schema.js";
import { texts } from "../base/texts.js";
import { icon } from "./icons.js";

const t = texts({
    en: {
        add: "Add a filter",
        remove: "Remove this filter",
        property: "Property",
        operator: "Comparison",
        value: "Value",
        all: "All of these hold",
        any: "Any of these holds",
        join: "How filters go together",
        yes: "yes",
        no: "no",
        several: "one, or several with commas between them",
        Equal: "is",
        NotEqual: "is not",
        GreaterThan: "is more than",
        GreaterThanEqual: "is at least",
        LessThan: "is less than",
        LessThanEqual: "is at most",
        Like: "is like (* stands for anything)",
        ContainsAny: "has any of",
        ContainsAll: "has all of",
    },
});

const ordered = ["Equal", "NotEqual", "GreaterThan", "GreaterThanEqual", "LessThan", "LessThanEqual"];

/** What the values of a type are called in a filter, and how they are compared. */
const kinds = {
    text: { field: "valueText", input: "text", operators: ["Equal", "NotEqual", "Like", "ContainsAny"], read: (text) => text },
    int: { field: "valueInt", input: "number", operators: ordered, read: (text) => Number.parseInt(text, 10) },
    number: { field: "valueNumber", input: "number", operators: ordered, read: Number },
    boolean: { field: "valueBoolean", input: "boolean", operators: ["Equal", "NotEqual"], read: (text) => text === "true" },
    date: { field: "valueDate", input: "datetime-local", operators: ordered, read: (text) => (Number.isNaN(Date.parse(text)) ? NaN : new Date(text).toISOString()) },
    uuid: { field: "valueText", input: "text", operators: ["Equal", "NotEqual", "ContainsAny"], read: (text) => text.trim() },
};
kinds.string = kinds.text;

function kindOf(property) {
    const type = typeOf(property).replace("[]", "");
    const kind = kinds[type];
    if (!kind) return null;
    return typeOf(property).endsWith("[]") ? { ...kind, operators: [...new Set(["ContainsAny", "ContainsAll", ...kind.operators])] } : kind;
}

/** The properties that can be filtered by. */
export const filterable = (definition) =>
    (definition?.properties ?? []).filter((each) => !isBlob(each) && !isReference(each) && each.indexFilterable !== false && kindOf(each));

/**
 * Filters as the address keeps them, `{ join: "And", rows: [{ property, operator, value }] }`, as the `where` of the interface.
 *
 * @returns {object|undefined} `undefined` if no row says anything yet
 */
export function whereOf(definition, state) {
    const operands = (state?.rows ?? []).map((row) => operand(definition, row)).filter((each) => each);
    if (!operands.length) return undefined;
    return operands.length === 1 ? operands[0] : { operator: state.join ?? "And", operands };
}

function operand(definition, { property: name, operator, value }) {
    const property = definition?.properties?.find((each) => each.name === name);
    const kind = property && kindOf(property);
    if (!kind || value === undefined || value === "") return null;
    if (operator.startsWith("Contains")) {
        const list = value.split(",").map((part) => part.trim()).filter((part) => part);
        return list.length ? { path: [name], operator, [kind.field]: list.map(kind.read) } : null;
    }
    const read = kind.read(value);
    return Number.isNaN(read) ? null : { path: [name], operator, [kind.field]: read };
}

/** A `where` in GraphQL's notation, where operators are no strings. */
export function whereInGraphQL(where) {
    const members = Object.entries(where).map(([name, value]) => {
        if (name === "operator") return `operator: ${value}`;
        if (name === "operands") return `operands: [${value.map(whereInGraphQL).join(", ")}]`;
        return `${name}: ${JSON.stringify(value)}`;
    });
    return `{${members.join(", ")}}`;
}

/**
 * Rows of property, comparison and value, made from the definition of a class. Fires `change`; what they say is in `state`.
 *
 *     const filters = new FilterRows();
 *     filters.set(definition, { join: "And", rows: [] });
 */
export class FilterRows extends HTMLElement {
    state = { join: "And", rows: [] };
    #definition = null;

    set(definition, state) {
        this.#definition = definition;
        this.state = { join: state?.join === "Or" ? "Or" : "And", rows: (state?.rows ?? []).map((row) => ({ ...row })) };
        this.#draw();
    }

    /** What `where` of the interface they mean; `undefined` if nothing. */
    get where() {
        return whereOf(this.#definition, this.state);
    }

    #changed() {
        this.dispatchEvent(new Event("change"));
    }

    #draw() {
        const properties = filterable(this.#definition);
        const rows = this.state.rows.map((row, index) => this.#row(row, index, properties));
        const join =
            this.state.rows.length > 1
                ? h(
                      "select",
                      {
                          "aria-label": t("join"),
                          on: {
                              change: (event) => {
                                  event.stopPropagation();
                                  this.state.join = event.target.value;
                                  this.#changed();
                              },
                          },
                      },
                      ["And", "Or"].map((each) =>
                          h("option", { value: each, selected: this.state.join === each }, t(each === "And" ? "all" : "any")),
                      ),
                  )
                : null;
        const add = h(
            "button",
            {
                type: "button",
                class: "quiet",
                disabled: !properties.length,
                on: {
                    click: () => {
                        const kind = kindOf(properties[0]);
                        this.state.rows.push({ property: properties[0].name, operator: kind.operators[0], value: "" });
                        this.#draw();
                        [...this.querySelectorAll(".filter-row")].at(-1)?.querySelector("select").focus();
                    },
                },
            },
            icon("add"),
            t("add"),
        );
        // The control that the keys are at is another element now, in the same place.
        const focused = this.contains(document.activeElement) ? document.activeElement : null;
        const place = focused?.closest(".filter-row") ? [...this.querySelectorAll(".filter-row")].indexOf(focused.closest(".filter-row")) : -1;
        const label = focused?.getAttribute("aria-label");
        replace(this, join, rows, add);
        if (!focused) return;
        const row = this.querySelectorAll(".filter-row")[place];
        const controls = [...(row ?? this).querySelectorAll("select, input, button")];
        (controls.find((each) => each.getAttribute("aria-label") === label) ?? add).focus();
    }

    #row(row, index, properties) {
        const property = properties.find((each) => each.name === row.property);
        const kind = property ? kindOf(property) : kinds.text;
        const name = h(
            "select",
            {
                "aria-label": t("property"),
                on: {
                    change: (event) => {
                        event.stopPropagation();
                        const chosen = properties.find((each) => each.name === event.target.value);
                        Object.assign(row, { property: chosen.name, operator: kindOf(chosen).operators[0], value: "" });
                        this.#draw();
                        this.#changed();
                    },
                },
            },
            properties.map((each) => h("option", { value: each.name, selected: each.name === row.property }, each.name)),
        );
        const operator = h(
            "select",
            {
                "aria-label": t("operator"),
                on: {
                    change: (event) => {
                        event.stopPropagation();
                        row.operator = event.target.value;
                        this.#draw();
                        this.#changed();
                    },
                },
            },
            kind.operators.map((each) => h("option", { value: each, selected: each === row.operator }, t(each))),
        );
        const remove = h(
            "button",
            {
                type: "button",
                class: "bare",
                "aria-label": t("remove"),
                on: {
                    click: () => {
                        this.state.rows.splice(index, 1);
                        this.#draw();
                        this.#changed();
                    },
                },
            },
            icon("close"),
        );
        return h("div", { class: "filter-row" }, name, operator, this.#value(row, kind), remove);
    }

    #value(row, kind) {
        const changed = (event) => {
            event.stopPropagation();
            row.value = event.target.value;
            this.#changed();
        };
        if (kind.input === "boolean") {
            if (row.value === "") row.value = "true";
            return h(
                "select",
                { "aria-label": t("value"), on: { change: changed } },
                ["true", "false"].map((each) => h("option", { value: each, selected: each === row.value }, t(each === "true" ? "yes" : "no"))),
            );
        }
        const isList = row.operator.startsWith("Contains");
        return h("input", {
            type: isList ? "text" : kind.input,
            step: kind === kinds.int ? "1" : "any",
            value: row.value ?? "",
            "aria-label": t("value"),
            placeholder: isList ? t("several") : t("value"),
            on: { input: changed, change: (event) => event.stopPropagation() },
        });
    }
}

customElements.define("nt-filter-rows", FilterRows);
