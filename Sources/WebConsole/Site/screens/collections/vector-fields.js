// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../../base/dom.js";
import { texts } from "../../base/texts.js";
import { button, iconButton } from "../../parts/button.js";
import { field, select, tick } from "../../parts/field.js";
import { graphSettings, indexes, metrics, newVector } from "./model.js";

const t = texts({
    en: {
        from: "Vectors come",
        pictures: "from pictures, by the network (img2vec-neural)",
        own: "with the objects, from elsewhere (none)",
        way: "Pictures are made ready",
        plain: "as by Weaviate's module",
        good: "for better finds: turned, cropped, on white",
        better: "for the best finds, in twice the time",
        index: "Index",
        hnsw: "a graph, for many objects (hnsw)",
        flat: "none, for few objects (flat)",
        dynamic: "a graph when there are many (dynamic; ASYNC_INDEXING)",
        metric: "Distance",
        settings: "Settings of the graph",
        efConstruction: "Candidates while it is built; fixed later",
        maxConnections: "Links of a node; fixed later",
        ef: "Candidates of a search; -1: by what is wanted",
        dynamicEfMin: "At least so many, where ef is -1",
        dynamicEfMax: "At most so many, where ef is -1",
        dynamicEfFactor: "So many for each wanted one, where ef is -1",
        flatSearchCutoff: "Filters that allow fewer objects may be answered by a scan",
        number: ({ least }) => `Give a whole number of at least ${least}`,
        several: "Give vectors names, to have several",
        name: "Name of the vector",
        nameFault: "Letters without accents, digits and _ only, no digit first",
        twice: "There is a vector of this name already",
        add: "Add a vector",
        remove: "Remove the vector {name}",
    },
});

/** Number fields for settings of a graph. @returns {{ element: HTMLElement, fields: object[] }} */
export function graphFields(values, { isChange = false, changed = () => {} } = {}) {
    const fields = graphSettings.map(({ name, usual, least, isFixed }) => {
        const input = h("input", { type: "number", min: least, step: 1, value: values[name] ?? usual, disabled: isChange && isFixed, data: { setting: name } });
        const check = (text) => (/^-?\d+$/.test(text) && Number(text) >= least ? "" : t("number", { least }));
        const made = field(name, input, { hint: t(name), check });
        input.addEventListener("input", () => {
            if (check(input.value)) return;
            values[name] = Number(input.value);
            changed();
        });
        return made;
    });
    return { element: h("div", { class: "graph-fields" }, fields.map((each) => each.element)), fields };
}

/** The vectors of a new collection: one without a name, or named ones. */
export class VectorList {
    element = h("div", { class: "stack" });

    #model;
    #changed;
    #fields = [];
    #add = button(t("add"), () => this.#append(), { drawing: "add", kind: "small", data: { action: "add-vector" } });

    constructor(model, changed) {
        this.#model = model;
        this.#changed = changed;
        this.#draw();
    }

    firstFault() {
        return this.#fields.filter((each) => !each.isGood())[0]?.control;
    }

    /** Shows the server's words beside a setting of the graph. @returns {boolean} whether there is a field for it */
    say(text) {
        const named = graphSettings.find(({ name }) => new RegExp(`\\b${name}\\b`).test(text));
        const found = named && this.#fields.find((each) => each.control.dataset.setting === named.name);
        if (!found) return false;
        found.control.closest("details").open = true;
        found.say(text);
        found.control.focus();
        return true;
    }

    #draw() {
        const { vectors, isNamed } = this.#model;
        this.#fields = [];
        replace(
            this.element,
            tick(t("several"), isNamed, (isOn) => {
                this.#model.isNamed = isOn;
                vectors.length = 1;
                vectors[0].name = isOn ? "default" : "";
                this.#redraw();
                this.element.querySelector("input").focus();
            }),
            vectors.map((vector, index) => this.#vector(vector, index)),
            isNamed ? h("div", {}, this.#add) : null,
        );
    }

    #redraw() {
        this.#draw();
        this.#changed();
    }

    #append() {
        this.#model.vectors.push(newVector(`vector${this.#model.vectors.length + 1}`));
        this.#redraw();
        this.element.querySelector("fieldset:last-of-type input").focus();
    }

    #vector(vector, index) {
        const { isNamed, vectors } = this.#model;
        const set = (member, isRedrawn) => (value) => {
            vector[member] = value;
            if (!isRedrawn) return this.#changed();
            this.#redraw();
            this.element.querySelector(`[data-vector="${index}"] [data-choice="${member}"]`)?.focus();
        };
        const choose = (label, options, member, isRedrawn) => {
            const control = select(options.map((each) => [each, t(each)]), vector[member], set(member, isRedrawn));
            control.dataset.choice = member;
            return field(t(label), control).element;
        };
        const from = select([["yes", t("pictures")], ["no", t("own")]], vector.isOfPictures ? "yes" : "no", (value) => set("isOfPictures", true)(value === "yes"));
        from.dataset.choice = "isOfPictures";
        const metric = select(metrics, vector.metric, set("metric"));
        const graph = vector.index === "flat" ? null : graphFields(vector.settings, { changed: this.#changed });
        this.#fields.push(...(graph?.fields ?? []));
        return h(
            "fieldset",
            { class: "vector stack", data: { vector: index } },
            isNamed ? this.#name(vector, vectors) : null,
            field(t("from"), from).element,
            vector.isOfPictures ? choose("way", ["plain", "good", "better"], "preprocessing") : null,
            h("div", { class: "pair" }, choose("index", indexes, "index", true), field(t("metric"), metric).element),
            graph ? h("details", {}, h("summary", { class: "small" }, t("settings")), graph.element) : null,
        );
    }

    #name(vector, vectors) {
        const check = (text) => {
            if (!/^[_A-Za-z][_0-9A-Za-z]{0,229}$/.test(text)) return t("nameFault");
            return vectors.some((each) => each !== vector && each.name === text) ? t("twice") : "";
        };
        const made = field(t("name"), h("input", { value: vector.name, autocomplete: "off", spellcheck: "false" }), { check });
        made.control.addEventListener("input", () => {
            vector.name = made.control.value;
            this.#changed();
        });
        this.#fields.push(made);
        const remove = () => {
            vectors.splice(vectors.indexOf(vector), 1);
            this.#redraw();
            this.#add.focus();
        };
        const label = t("remove", { name: vector.name });
        return h("div", { class: "property-main" }, made.element, vectors.length > 1 && iconButton("trash", label, remove));
    }
}
