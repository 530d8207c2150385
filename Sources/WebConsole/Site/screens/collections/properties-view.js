// SPDX-License-Identifier: Apache-2.0

import { post } from "../../base/api.js";
import { h, replace } from "../../base/dom.js";
import { collections, vectors } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { button } from "../../parts/button.js";
import { showError, toast } from "../../parts/toasts.js";
import { newProperty, propertyDefinition } from "./model.js";
import { propertyFields } from "./property-fields.js";

const t = texts({
    en: {
        name: "Property",
        type: "Type",
        words: "Words",
        indexes: "Indexes",
        description: "Description",
        filterable: "filters",
        searchable: "keywords",
        ranged: "ranges",
        seen: "seen by the network",
        none: "There are no properties yet.",
        add: "Add a property",
        submit: "Add it",
        cancel: "Cancel",
        added: "{name} was added. Objects that are there have no value for it yet.",
        caption: "Properties",
    },
});

function indexes({ indexFilterable, indexSearchable, indexRangeFilters }) {
    const all = [indexFilterable && t("filterable"), indexSearchable && t("searchable"), indexRangeFilters && t("ranged")];
    return all.filter((each) => each).join(", ");
}

/** The properties of a collection, and the form of another one. */
export class PropertiesView {
    element = h("div", { class: "stack" });

    #definition;
    #changed;
    #place = h("div", {});
    #button = button(t("add"), () => this.#open(), { drawing: "add", data: { action: "add-property" } });

    /** @param {() => Promise<void>} changed called when there is another one */
    constructor(definition, changed) {
        this.#definition = definition;
        this.#changed = changed;
        const seen = new Set(vectors(definition).flatMap((each) => each.imageFields));
        const properties = definition.properties ?? [];
        const row = (property) =>
            h(
                "tr",
                {},
                h("th", { scope: "row", class: "wrap-anywhere" }, property.name),
                h("td", {}, property.dataType.join(", "), seen.has(property.name) ? h("span", { class: "chip" }, t("seen")) : null),
                h("td", {}, property.tokenization ?? ""),
                h("td", {}, indexes(property)),
                h("td", { class: "wrap-anywhere" }, property.description ?? ""),
            );
        replace(
            this.element,
            properties.length
                ? h(
                      "div",
                      { class: "table-frame" },
                      h(
                          "table",
                          {},
                          h("caption", { class: "visually-hidden" }, t("caption")),
                          h("thead", {}, h("tr", {}, ["name", "type", "words", "indexes", "description"].map((name) => h("th", { scope: "col" }, t(name))))),
                          h("tbody", {}, properties.map(row)),
                      ),
                  )
                : h("p", { class: "muted" }, t("none")),
            this.#place,
            h("div", {}, this.#button),
        );
    }

    async #open() {
        const classes = (await collections()).map((each) => each.class);
        const property = newProperty();
        const taken = () => (this.#definition.properties ?? []).map((each) => each.name);
        const { name, main, body } = propertyFields(property, { taken, classes, changed: () => {} });
        const close = () => {
            replace(this.#place);
            this.#button.hidden = false;
            this.#button.focus();
        };
        const submit = async (event) => {
            event.preventDefault();
            if (!name.isGood()) return name.control.focus();
            try {
                await post(["schema", this.#definition.class, "properties"], propertyDefinition(property));
                toast(t("added", { name: property.name }), { kind: "good" });
                await this.#changed();
                document.querySelector("[data-action=add-property]")?.focus();
            } catch (error) {
                if (error.status === 422) name.say(error.message);
                else showError(error);
            }
        };
        replace(
            this.#place,
            h(
                "form",
                { class: "card stack", novalidate: true, on: { submit } },
                h("div", { class: "property-main" }, main),
                body,
                h("div", { class: "row" }, h("button", { type: "submit", class: "primary" }, t("submit")), button(t("cancel"), close)),
            ),
        );
        this.#button.hidden = true;
        name.control.focus();
    }
}
