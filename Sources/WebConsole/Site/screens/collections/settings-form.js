// SPDX-License-Identifier: Apache-2.0

import { get, send, url } from "../../base/api.js";
import { h, replace } from "../../base/dom.js";
import { isTenanted } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { field, select, tick } from "../../parts/field.js";
import { toast } from "../../parts/toasts.js";
import { graphFields } from "./vector-fields.js";

const t = texts({
    en: {
        lead: "What is not here is fixed when the collection is made; clone it to have it otherwise.",
        description: "Description",
        graph: ({ name }) => (name ? `Graph of the vector ${name}` : "Graph"),
        keywords: "Keyword search (BM25)",
        b: "b: how much long texts are held back, 0 to 1",
        k1: "k1: how much a word counts that is there often",
        bFault: "Give a number from 0 to 1",
        k1Fault: "Give a number of at least 0",
        preset: "Words that are passed over",
        en: "the usual English ones",
        none: "none",
        additions: "Passed over as well (with commas between them)",
        removals: "Not passed over",
        tenants: "Tenants",
        autoTenantCreation: "Tenants are made by the first object that names them",
        autoTenantActivation: "Tenants that are out of use are brought back by a request",
        save: "Save",
        saved: "The settings were saved",
    },
});

const words = (text) => text.split(",").map((each) => each.trim()).filter((each) => each);

/** What of a collection can be changed later. */
export class SettingsForm {
    element = h("form", { class: "stack settings", novalidate: true });

    #definition;
    #changed;
    #fields = [];
    #fault = h("p", { class: "note", role: "alert", hidden: true });
    // Applied to the definition as it is when they are saved.
    #edits = [];

    /** @param {() => Promise<void>} changed called when they were saved */
    constructor(definition, changed) {
        this.#definition = definition;
        this.#changed = changed;
        const description = field(t("description"), h("input", { name: "description", value: definition.description ?? "" }));
        this.#edits.push((next) => (next.description = description.control.value));
        replace(
            this.element,
            h("p", { class: "muted" }, t("lead")),
            h("section", { class: "card stack" }, description.element),
            this.#graphs(),
            this.#keywords(),
            isTenanted(definition) ? this.#tenancy() : null,
            this.#fault,
            h("div", {}, h("button", { type: "submit", class: "primary" }, t("save"))),
        );
        this.element.addEventListener("submit", (event) => this.#submit(event));
    }

    #graphs() {
        const { vectorConfig, vectorIndexType, vectorIndexConfig } = this.#definition;
        const named = Object.entries(vectorConfig ?? {});
        const one = named.length ? [] : [["", { vectorIndexType, vectorIndexConfig }]];
        return [...named, ...one].map(([name, vector]) => {
            const of = (config) => (vector.vectorIndexType === "dynamic" ? config?.hnsw : config);
            if (vector.vectorIndexType === "flat" || !of(vector.vectorIndexConfig)) return null;
            const values = {};
            const { element, fields } = graphFields({ ...of(vector.vectorIndexConfig) }, { isChange: true });
            for (const made of fields) made.control.addEventListener("input", () => (values[made.control.dataset.setting] = Number(made.control.value)));
            this.#fields.push(...fields);
            this.#edits.push((next) => Object.assign(of(name ? next.vectorConfig[name].vectorIndexConfig : next.vectorIndexConfig), values));
            return h("section", { class: "card stack" }, h("h2", {}, t("graph", { name })), element);
        });
    }

    #keywords() {
        const { bm25, stopwords } = this.#definition.invertedIndexConfig;
        const numberField = (name, most) => {
            const check = (text) => (text !== "" && Number(text) >= 0 && Number(text) <= most ? "" : t(`${name}Fault`));
            const made = field(t(name), h("input", { type: "number", step: "any", min: 0, value: bm25[name], name }), { check });
            this.#fields.push(made);
            this.#edits.push((next) => (next.invertedIndexConfig.bm25[name] = Number(made.control.value)));
            return made.element;
        };
        const preset = select([["en", t("en")], ["none", t("none")]], stopwords?.preset ?? "en");
        const wordField = (name) => {
            const made = field(t(name), h("input", { value: (stopwords?.[name] ?? []).join(", "), name }));
            this.#edits.push((next) => {
                const list = words(made.control.value);
                next.invertedIndexConfig.stopwords = { ...next.invertedIndexConfig.stopwords, preset: preset.value, [name]: list.length ? list : null };
            });
            return made.element;
        };
        return h(
            "section",
            { class: "card stack" },
            h("h2", {}, t("keywords")),
            h("div", { class: "pair" }, numberField("b", 1), numberField("k1", Number.POSITIVE_INFINITY)),
            field(t("preset"), preset).element,
            h("div", { class: "pair" }, wordField("additions"), wordField("removals")),
        );
    }

    #tenancy() {
        const values = {};
        this.#edits.push((next) => Object.assign(next.multiTenancyConfig, values));
        const box = (name) => tick(t(name), this.#definition.multiTenancyConfig[name] === true, (isOn) => (values[name] = isOn));
        return h("section", { class: "card stack" }, h("h2", {}, t("tenants")), box("autoTenantCreation"), box("autoTenantActivation"));
    }

    async #submit(event) {
        event.preventDefault();
        this.#fault.hidden = true;
        const faulty = this.#fields.filter((each) => !each.isGood());
        if (faulty.length) return faulty[0].control.focus();
        const { class: name } = this.#definition;
        try {
            // What others changed meanwhile stays.
            const next = await get(["schema", name]);
            for (const edit of this.#edits) edit(next);
            await send("PUT", url(["schema", name]), { json: next });
            toast(t("saved"), { kind: "good" });
            await this.#changed();
            document.querySelector(".settings button[type=submit]")?.focus();
        } catch (error) {
            this.#fault.textContent = error.message;
            this.#fault.hidden = false;
        }
    }
}
