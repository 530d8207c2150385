// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../../base/dom.js";
import { propertyFault } from "../../base/names.js";
import { texts } from "../../base/texts.js";
import { button, iconButton } from "../../parts/button.js";
import { field, select, tick } from "../../parts/field.js";
import { isRanged, isText, newProperty, tokenizations, types } from "./model.js";

const t = texts({
    en: {
        name: "Name",
        type: "Type",
        description: "Description",
        tokenization: "Words",
        word: "words, without punctuation (word)",
        lowercase: "by spaces, small letters (lowercase)",
        whitespace: "by spaces (whitespace)",
        field: "the whole text is one (field)",
        trigram: "three letters each (trigram)",
        filterable: "Can be filtered by",
        searchable: "Found by keywords",
        ranged: "Quick to compare by more and less",
        seen: "The network looks at it",
        remove: "Remove {name}",
        unnamed: "this property",
        add: "Add a property",
        picture: "a picture (blob)",
        reference: "reference to {name}",
        more: "More",
    },
});

/** The fields of one property. Calls `changed` after each change of `property`. */
export function propertyFields(property, { taken, classes, changed, seen }) {
    const body = h("div", { class: "property-more" });
    const name = field(t("name"), h("input", { value: property.name, autocomplete: "off", spellcheck: "false", data: { property: "name" } }), {
        check: (text) => propertyFault(text, taken()),
    });
    name.control.addEventListener("input", () => {
        seen?.renamed(property.name, name.control.value);
        property.name = name.control.value;
        changed();
    });
    const options = [...types.map((type) => [type, type === "blob" ? t("picture") : type]), ...classes.map((each) => [each, t("reference", { name: each })])];
    const type = select(options, property.type, (value) => {
        property.type = value;
        draw();
        changed();
    });
    const box = (member, words) =>
        tick(t(words), property[member], (isOn) => {
            property[member] = isOn;
            changed();
        });
    const draw = () => {
        const words = tokenizations.map((each) => [each, t(each)]);
        const description = h("input", {
            value: property.description,
            on: {
                input: (event) => {
                    property.description = event.target.value;
                    changed();
                },
            },
        });
        const tokenization = select(words, property.tokenization, (value) => {
            property.tokenization = value;
            changed();
        });
        replace(
            body,
            seen && property.type === "blob" ? tick(t("seen"), seen.has(property.name), (isOn) => seen.set(property.name, isOn)) : null,
            h(
                "details",
                {},
                h("summary", { class: "small" }, t("more")),
                h(
                    "div",
                    { class: "stack" },
                    isText(property.type) ? field(t("tokenization"), tokenization).element : null,
                    h(
                        "div",
                        { class: "row" },
                        property.type === "blob" ? null : box("isFilterable", "filterable"),
                        isText(property.type) ? box("isSearchable", "searchable") : null,
                        isRanged(property.type) ? box("isRanged", "ranged") : null,
                    ),
                    field(t("description"), description).element,
                ),
            ),
        );
    };
    draw();
    return { name, main: [name.element, field(t("type"), type).element], body };
}

/** The list of properties of a new collection. */
export class PropertyList {
    element = h("div", { class: "stack" });

    #model;
    #changed;
    #classes;
    #fields = [];
    #add = button(t("add"), () => this.#append(), { drawing: "add", kind: "small" });

    constructor(model, classes, changed) {
        this.#model = model;
        this.#classes = classes;
        this.#changed = changed;
        this.#draw();
    }

    /** The field of the first one that is wrong, or `undefined`. */
    firstFault() {
        return this.#fields.filter(({ name }) => !name.isGood())[0]?.name.control;
    }

    /** Shows the server's words beside a property. @returns {boolean} whether there is such a one */
    say(name, fault) {
        const at = this.#model.properties.findIndex((each) => each.name.toLowerCase() === name.toLowerCase());
        if (at < 0) return false;
        this.#fields[at].name.say(fault);
        this.#fields[at].name.control.focus();
        return true;
    }

    #append() {
        this.#model.properties.push(newProperty());
        this.#draw();
        this.#changed();
        this.#fields.at(-1).name.control.focus();
    }

    #draw() {
        const { properties, notSeen } = this.#model;
        const seen = {
            has: (name) => !notSeen.has(name),
            set: (name, isOn) => {
                notSeen[isOn ? "delete" : "add"](name);
                this.#changed();
            },
            renamed: (before, after) => {
                if (notSeen.delete(before)) notSeen.add(after);
            },
        };
        const changed = () => {
            // A name that two had may be right again for the other one.
            for (const { name } of this.#fields) if (name.control.hasAttribute("aria-invalid")) name.isGood();
            this.#changed();
        };
        this.#fields = properties.map((property) => {
            const taken = () => properties.filter((each) => each !== property).map((each) => each.name);
            return propertyFields(property, { taken, classes: this.#classes, changed, seen });
        });
        const remove = (index) => {
            properties.splice(index, 1);
            this.#draw();
            this.#changed();
            (this.#fields[Math.min(index, properties.length - 1)]?.name.control ?? this.#add).focus();
        };
        replace(
            this.element,
            properties.map((property, index) => {
                const { main, body } = this.#fields[index];
                const label = t("remove", { name: property.name || t("unnamed") });
                return h(
                    "div",
                    { class: "property" },
                    h("div", { class: "property-main" }, main, iconButton("trash", label, () => remove(index))),
                    body,
                );
            }),
            h("div", {}, this.#add),
        );
    }
}
