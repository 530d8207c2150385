// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../../base/dom.js";
import { propertyName } from "../../base/names.js";
import { texts } from "../../base/texts.js";
import { propertiesBy } from "./plan.js";
import { Previews } from "./previews.js";

const t = texts({
    en: {
        title: "Edit one by one",
        lead: "What is typed here counts for this picture alone.",
        nothing: "Choose a property first: the name of the folder, of the file, or one for all.",
    },
});

/** With more files nobody types for each. */
const maximumFiles = 200;

/** A field for each property of each picture, when there are few enough. */
export class EachForm {
    element = h("details", { class: "card each" });

    #selection;
    #plan;
    #previews = new Previews();
    #shown = "";
    #body = h("div", { class: "stack" });

    /** @param {() => object} plan gives the plan as it is */
    constructor(selection, plan) {
        this.#selection = selection;
        this.#plan = plan;
        this.element.hidden = selection.files.length > maximumFiles;
        replace(this.element, h("summary", {}, h("h2", {}, t("title"))), this.#body);
        this.element.addEventListener("toggle", () => this.update());
    }

    leave() {
        this.#previews.leave();
    }

    /** Draws anew if other properties are meant. */
    update() {
        if (!this.element.open) return;
        const plan = this.#plan();
        const names = this.#names(plan);
        // Without a definition every value stays the text that it is.
        const textsOf = propertiesBy(plan, { properties: [] });
        const key = JSON.stringify([names, plan.constants, plan.table?.fileColumn]);
        if (key === this.#shown) return;
        this.#shown = key;
        this.#previews.leave();
        replace(
            this.#body,
            h("p", { class: "muted small" }, names.length ? t("lead") : t("nothing")),
            h("ul", { role: "list", class: "each-list" }, this.#selection.files.map((file) => this.#row(file, names, textsOf(file)))),
        );
    }

    #names(plan) {
        const columns = (plan.table?.columns ?? []).filter((each, index) => each.isUsed && index !== plan.table.fileColumn).map((each) => each.property);
        const all = [plan.labelProperty, ...plan.constants.map((each) => each.name), ...columns, plan.fileProperty];
        return [...new Set(all.filter((name) => name).map(propertyName))];
    }

    #row(file, names, given) {
        return h(
            "li",
            { class: "each-row" },
            this.#previews.show(file),
            h(
                "div",
                { class: "grow stack tight" },
                h("span", { class: "small wrap-anywhere" }, file.path),
                h(
                    "div",
                    { class: "each-fields" },
                    names.map((name) =>
                        h("input", {
                            value: file.edits?.[name] ?? given[name] ?? "",
                            placeholder: name,
                            title: name,
                            "aria-label": `${name}: ${file.name}`,
                            on: {
                                input: (event) => {
                                    // Typed for this one alone; the rest of the form need not know.
                                    event.stopPropagation();
                                    file.edits = { ...file.edits, [name]: event.target.value };
                                },
                            },
                        }),
                    ),
                ),
            ),
        );
    }
}
