// SPDX-License-Identifier: Apache-2.0

import { go, href, note } from "../../base/address.js";
import { get, send, url } from "../../base/api.js";
import { h, replace } from "../../base/dom.js";
import { bytes, number } from "../../base/format.js";
import { forgetSchema, isTenanted, vectors } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { button } from "../../parts/button.js";
import { confirmation } from "../../parts/dialog.js";
import { icon } from "../../parts/icons.js";
import { showError, toast } from "../../parts/toasts.js";
import { askForClone } from "./clone.js";
import { CodePane } from "./code-pane.js";
import { figures } from "./figures.js";
import { PropertiesView } from "./properties-view.js";
import { SettingsForm } from "./settings-form.js";
import { TenantsView } from "./tenants-view.js";

const t = texts({
    en: {
        import: "Import",
        search: "Search",
        browse: "Browse",
        clone: "Clone",
        drop: "Drop",
        dropTitle: "Drop {name}?",
        dropText: ({ objects }) => `Its ${number(objects)} objects, their pictures and vectors are deleted. This can't be undone.`,
        dropLabel: "Type {name} to confirm",
        dropped: "{name} was dropped",
        tabs: "Parts of the collection",
        properties: "Properties",
        settings: "Settings",
        tenants: "Tenants",
        definition: "Definition",
        objects: "objects",
        waiting: "vectors wait for their place in the index",
        size: "stored",
        vector: ({ name, vectorizer, index, metric }) => `${name ? `${name}: ` : ""}${vectorizer === "none" ? "own vectors" : vectorizer}, ${index}, ${metric}`,
    },
});

/** One collection: what is in it, its properties, settings, tenants and definition. */
export class DetailsView {
    element = h("div", { class: "stack" });
    actions;

    #definition;
    #left;
    #facts = h("p", { class: "row facts" });
    #tabs = h("div", { class: "choice tabs", role: "group", "aria-label": t("tabs") });
    #body = h("div", {});
    #tab = "properties";
    #objects = 0;
    #isOver = false;

    constructor(definition, left) {
        this.#definition = definition;
        this.#left = left;
        const link = (name) => h("a", { class: "button", href: href(name, { class: this.name }) }, icon(name), t(name));
        const action = (name, drawing, act, kind) => button(t(name), act, { drawing, kind, data: { action: name } });
        this.actions = [
            link("search"),
            link("browse"),
            link("import"),
            action("clone", "copy", () => askForClone(this.#definition, this.#objects)),
            action("drop", "trash", () => this.#drop(), "danger"),
        ];
    }

    get name() {
        return this.#definition.class;
    }

    async load(tab) {
        const names = ["properties", "settings", ...(isTenanted(this.#definition) ? ["tenants"] : []), "definition"];
        replace(this.#tabs, names.map((name) => button(t(name), () => this.#go(name), { data: { tab: name } })));
        const { description } = this.#definition;
        replace(this.element, description ? h("p", { class: "muted" }, description) : null, this.#facts, this.#tabs, this.#body);
        this.choose(tab);
        await this.#showFacts();
    }

    async refresh() {
        const definition = await get(["schema", this.name], {}, { signal: this.#left });
        if (this.#isOver) return;
        this.#definition = definition;
        await this.load(this.#tab);
    }

    leave() {
        this.#isOver = true;
    }

    choose(tab) {
        const tabs = [...this.#tabs.children];
        this.#tab = tabs.some((each) => each.dataset.tab === tab) ? tab : "properties";
        for (const each of tabs) each.setAttribute("aria-pressed", String(each.dataset.tab === this.#tab));
        const changed = () => {
            forgetSchema();
            return this.refresh();
        };
        switch (this.#tab) {
            case "settings":
                return replace(this.#body, new SettingsForm(this.#definition, changed).element);
            case "tenants":
                return this.#showTenants();
            case "definition": {
                const code = new CodePane();
                code.show(this.#definition);
                return replace(this.#body, code.element);
            }
            default:
                return replace(this.#body, new PropertiesView(this.#definition, changed).element);
        }
    }

    #go(tab) {
        note({ tab: tab === "properties" ? null : tab }, { replace: false });
        this.choose(tab);
    }

    async #showTenants() {
        const view = new TenantsView(this.#definition, this.#left);
        replace(this.#body, view.element);
        await view.load();
    }

    async #showFacts() {
        const own = (await figures(this.#left)).known.get(this.name);
        if (!own || this.#isOver) return;
        this.#objects = own.objects;
        replace(
            this.#facts,
            h("span", { class: "chip number" }, `${number(own.objects)} ${t("objects")}`),
            own.bytes === null ? null : h("span", { class: "chip number" }, `${bytes(own.bytes)} ${t("size")}`),
            own.waiting ? h("span", { class: "chip number" }, `${number(own.waiting)} ${t("waiting")}`) : null,
            vectors(this.#definition).map((vector) => h("span", { class: "chip" }, t("vector", vector))),
        );
    }

    async #drop() {
        const { name } = this;
        const isSure = await confirmation({
            title: t("dropTitle", { name }),
            text: t("dropText", { objects: this.#objects }),
            confirm: t("drop"),
            danger: true,
            typed: name,
            typedLabel: t("dropLabel", { name }),
        });
        if (!isSure) return;
        try {
            await send("DELETE", url(["schema", name]));
            forgetSchema();
            toast(t("dropped", { name }), { kind: "good" });
            go(href("collections"));
        } catch (error) {
            showError(error);
        }
    }
}
