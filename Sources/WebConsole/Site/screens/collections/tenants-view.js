// SPDX-License-Identifier: Apache-2.0

import { href } from "../../base/address.js";
import { get, post, send, url } from "../../base/api.js";
import { h, replace } from "../../base/dom.js";
import { count, texts } from "../../base/texts.js";
import { iconButton } from "../../parts/button.js";
import { confirmation } from "../../parts/dialog.js";
import { field } from "../../parts/field.js";
import { icon } from "../../parts/icons.js";
import { announce, showError } from "../../parts/toasts.js";
import { VirtualGrid } from "../../parts/virtual-grid.js";

const t = texts({
    en: {
        name: "Name of a new tenant",
        nameHint: "Several with commas between them",
        fault: "Letters without accents, digits, - and _ only, 64 at most",
        taken: "{name} is there already",
        noName: "Give it a name",
        add: "Add",
        filter: "Find by name",
        found: ({ n }) => count(n, "tenant"),
        none: "There are no tenants yet. Objects can be stored as soon as there is one.",
        HOT: "in use",
        COLD: "out of use",
        activate: "Bring into use",
        deactivate: "Take out of use",
        of: "{action}: {name}",
        delete: "Delete {name}",
        deleteTitle: "Delete the tenant {name}?",
        deleteText: "Its objects are deleted with it. This can't be undone.",
        deleteConfirm: "Delete",
        typed: "Type {name} to confirm",
        browse: "Browse {name}",
    },
});

/** By name, numbers by their value. */
const order = new Intl.Collator("en", { numeric: true });

/** Pixels below which a name has a line of its own; the style sheet knows it, too. */
const narrow = 480;

/** What the interface calls the states, old and new. */
const isActive = (tenant) => ["HOT", "ACTIVE"].includes(tenant.activityStatus ?? "HOT");

/** The tenants of a collection. */
export class TenantsView {
    element = h("div", { class: "stack" });

    #definition;
    #left;
    #all = [];
    #shown = [];
    #count = h("p", { class: "muted", role: "status" });
    #grid = new VirtualGrid();
    #filter;
    #name;

    constructor(definition, left) {
        this.#definition = definition;
        this.#left = left;
        const input = h("input", { name: "tenant", autocomplete: "off", spellcheck: "false" });
        this.#name = field(t("name"), input, { hint: t("nameHint"), check: (text) => this.#faultOf(text) });
        this.#filter = field(t("filter"), h("input", { type: "search", on: { input: () => this.#draw() } }));
        this.#grid.layout = (width) => ({ columns: 1, height: width < narrow ? 84 : 48, gap: 0 });
        this.#grid.render = (index) => this.#row(this.#shown[index]);
        const form = h(
            "form",
            { class: "card tenant-form", novalidate: true, on: { submit: (event) => this.#add(event) } },
            this.#name.element,
            h("button", { type: "submit", class: "primary" }, t("add")),
        );
        replace(this.element, form, h("div", { class: "row apart" }, this.#count, this.#filter.element), h("div", { class: "card tenant-list" }, this.#grid));
    }

    async load() {
        try {
            const all = await get(["schema", this.#definition.class, "tenants"], {}, { signal: this.#left });
            this.#all = all.sort((one, other) => order.compare(one.name, other.name));
            this.#draw();
        } catch (error) {
            showError(error);
        }
    }

    #draw() {
        const wanted = this.#filter.control.value.trim().toLowerCase();
        this.#shown = this.#all.filter((each) => each.name.toLowerCase().includes(wanted));
        this.#count.textContent = this.#all.length ? t("found", { n: this.#shown.length }) : t("none");
        this.#filter.element.hidden = this.#all.length < 8;
        this.#grid.parentElement.hidden = !this.#shown.length;
        this.#grid.count = this.#shown.length;
        this.#grid.reset();
    }

    #faultOf(text) {
        const names = text.split(",").map((each) => each.trim());
        if (!text.trim()) return t("noName");
        if (!names.every((name) => /^[-_0-9A-Za-z]{1,64}$/.test(name))) return t("fault");
        const there = names.find((name) => this.#all.some((each) => each.name === name));
        return there ? t("taken", { name: there }) : "";
    }

    async #add(event) {
        event.preventDefault();
        const { control } = this.#name;
        if (!this.#name.isGood()) return control.focus();
        const names = [...new Set(control.value.split(",").map((each) => each.trim()))];
        try {
            await post(["schema", this.#definition.class, "tenants"], names.map((name) => ({ name })));
            control.value = "";
            await this.load();
            announce(this.#count.textContent);
            control.focus();
        } catch (error) {
            this.#name.say(error.message);
        }
    }

    #row(tenant) {
        const { name } = tenant;
        const isOn = isActive(tenant);
        const address = href("browse", { class: this.#definition.class, tenant: name });
        const action = t(isOn ? "deactivate" : "activate");
        return h(
            "div",
            { class: "tenant-row", data: { tenant: name } },
            h("span", { class: "grow wrap-anywhere" }, name),
            h("span", { class: "chip" }, t(isOn ? "HOT" : "COLD")),
            h("button", { type: "button", class: "small", "data-focus": true, "aria-label": t("of", { action, name }), on: { click: () => this.#turn(tenant) } }, action),
            isOn ? h("a", { class: "button bare", href: address, "aria-label": t("browse", { name }) }, icon("browse")) : null,
            iconButton("trash", t("delete", { name }), () => this.#delete(name)),
        );
    }

    async #turn(tenant) {
        const activityStatus = isActive(tenant) ? "COLD" : "HOT";
        try {
            await send("PUT", url(["schema", this.#definition.class, "tenants"]), { json: [{ name: tenant.name, activityStatus }] });
            tenant.activityStatus = activityStatus;
            const index = this.#shown.indexOf(tenant);
            this.#grid.refresh(index);
            this.#grid.focusCell(index);
            announce(`${tenant.name}: ${t(activityStatus)}`);
        } catch (error) {
            showError(error);
        }
    }

    async #delete(name) {
        const isSure = await confirmation({
            title: t("deleteTitle", { name }),
            text: t("deleteText"),
            confirm: t("deleteConfirm"),
            danger: true,
            typed: name,
            typedLabel: t("typed", { name }),
        });
        if (!isSure) return;
        try {
            await send("DELETE", url(["schema", this.#definition.class, "tenants"]), { json: [name] });
            await this.load();
            this.#name.control.focus();
        } catch (error) {
            showError(error);
        }
    }
}
