// SPDX-License-Identifier: Apache-2.0

import { h, isTyping, loadStyle, replace } from "../base/dom.js";
import { number } from "../base/format.js";
import { collection, describe, isTenanted } from "../base/schema.js";
import { texts } from "../base/texts.js";
import { button } from "./button.js";
import { copyButton } from "./copy.js";
import { deleteObjects } from "./deletion.js";
import { confirmation, openDialog } from "./dialog.js";
import { emptyState } from "./empty.js";
import { icon } from "./icons.js";
import { editor } from "./object-edit.js";
import { readableJSON } from "./object-json.js";
import { objectPictures, objectTable, similarLink } from "./object-overview.js";
import { readJSON, readObject, readVectors } from "./objects.js";
import { shortcuts } from "./shortcuts.js";
import { tabs } from "./tabs.js";
import { announce, showError, toast } from "./toasts.js";
import { vectorView } from "./vector-view.js";

const t = texts({
    en: {
        keys: "In an object",
        views: "Views of the object",
        overview: "Properties",
        edit: "Edit",
        vector: "Vector",
        json: "JSON",
        copyJSON: "Copy the JSON, pictures and all",
        previous: "Previous object",
        next: "Next object",
        place: "{n} of {of}",
        similar: "Find similar",
        remove: "Delete",
        gone: "This object is not there any more",
        goneText: "It was deleted, or never was in this collection.",
        noClass: "There is no collection '{name}'.",
        failed: "The object could not be read",
        discard: "Discard what you have changed?",
        discardText: "It has not been saved.",
        discardConfirm: "Discard",
    },
});

/**
 * Shows an object in a dialog: pictures, properties, a form to change them, its vectors, its JSON.
 *
 * @param {string} className
 * @param {string} id
 * @param {object} [options]
 * @param {string} [options.tenant]
 * @param {string[]} [options.list] ids that the arrow keys lead along; it may grow
 * @param {number} [options.index] of this object in it
 * @param {() => number} [options.total] how many there are, if the list does not have all of them yet
 * @param {(id: string, index: number) => void} [options.moved] another one of the list is shown
 * @param {(object: object) => void} [options.changed] properties or picture were changed; `{ id, created, changed, properties }`
 * @param {(id: string) => void} [options.deleted] take it out of what is shown
 * @param {(id: string) => void} [options.restored] it was not deleted after all: put it back
 * @param {(id: string) => void} [options.closed] with the id that was shown last
 * @param {"overview"|"edit"|"vector"|"json"} [options.tab]
 * @returns {Promise<{ close: () => void }|undefined>} when it is open
 */
export async function openObject(className, id, options = {}) {
    try {
        const [definition] = await Promise.all([collection(className), loadStyle("parts/object-dialog.css")]);
        if (!definition) return void toast(t("noClass", { name: className }), { kind: "error" });
        const dialog = new ObjectDialog(definition, options);
        return await dialog.open(id);
    } catch (error) {
        showError(error, t("failed"));
    }
    return undefined;
}

class ObjectDialog {
    #definition;
    #options;
    #index;
    #id;
    #object = null;
    #form = null;
    #dialog;
    #leaving = new AbortController();
    #reading = new AbortController();
    #pictures = h("div", { class: "object-side" });
    #tabs;
    #place = h("span", { class: "small muted number" });
    #actions;
    #body;

    constructor(definition, options) {
        this.#definition = definition;
        // What refers to this object may be of a tenant, and this one not.
        this.#options = { ...options, tenant: isTenanted(definition) ? options.tenant : undefined };
    }

    async open(id) {
        this.#index = this.#options.index ?? this.#options.list?.indexOf(id);
        const views = ["overview", "edit", "vector", "json"].map((name) => ({ name, title: t(name) }));
        this.#tabs = tabs(t("views"), views, (name, panel) => this.#fill(name, panel));
        const { list } = this.#options;
        const step = (by, drawing, label) =>
            h(
                "button",
                { type: "button", class: "bare", "aria-label": label, title: label, data: { step: by }, on: { click: () => this.#step(by) } },
                icon(drawing),
            );
        this.#actions = h(
            "div",
            { class: "object-actions row" },
            list ? h("span", { class: "row object-steps" }, step(-1, "back", t("previous")), this.#place, step(1, "forward", t("next"))) : null,
            h("span", { class: "row" }),
        );
        this.#body = h("div", { class: "object-body" }, this.#pictures, h("div", { class: "object-main" }, this.#tabs.tabs, this.#tabs.panels));
        const steps = { keys: ["ArrowLeft", "ArrowRight"], label: `${t("previous")}, ${t("next")}`, run: () => false };
        const ended = shortcuts(t("keys"), list ? [steps] : []);
        await this.#load(id);
        this.#dialog = openDialog({
            title: this.#title,
            wide: true,
            body: [this.#actions, this.#body],
            mayClose: () => this.#mayLeave(),
            closed: () => {
                ended();
                this.#leaving.abort();
                this.#reading.abort();
                this.#options.closed?.(this.#id);
            },
        });
        this.#dialog.element.classList.add("object-dialog");
        this.#dialog.element.addEventListener("keydown", (event) => this.#pressed(event));
        return { close: () => this.#dialog.close() };
    }

    get #title() {
        return this.#object ? describe(this.#definition, this.#object.properties, this.#id) : t("gone");
    }

    get #context() {
        return {
            definition: this.#definition,
            object: this.#object,
            tenant: this.#options.tenant,
            left: this.#leaving.signal,
            follow: ({ className, id }) => openObject(className, id, { tenant: this.#options.tenant }),
            replaced: () => this.#changed(),
            gone: () => this.#load(this.#id),
        };
    }

    /** Reads an object and shows it in place of the one before. */
    async #load(id) {
        this.#reading.abort();
        this.#reading = new AbortController();
        const { signal } = this.#reading;
        const object = await readObject(this.#definition, id, { tenant: this.#options.tenant, signal });
        if (signal.aborted) return;
        this.#id = id;
        this.#object = object;
        this.#show();
    }

    #show() {
        const name = this.#tabs.chosen() ?? this.#options.tab ?? "overview";
        if (this.#dialog) this.#dialog.element.querySelector("h2").textContent = this.#title;
        this.#showSteps();
        this.#form = null;
        if (!this.#object) return this.#showGone();
        this.#showActions();
        replace(this.#pictures, objectPictures(this.#context));
        for (const panel of this.#tabs.panels.children) replace(panel);
        this.#body.classList.toggle("plain", !this.#pictures.children.length);
        replace(this.#body, this.#pictures, h("div", { class: "object-main" }, this.#tabs.tabs, this.#tabs.panels));
        if (this.#tabs.chosen() === name) this.#fill(name, this.#panel(name));
        else this.#tabs.choose(name);
    }

    #showGone() {
        replace(this.#actions.lastElementChild);
        replace(this.#body, emptyState({ drawing: "trash", title: t("gone"), text: t("goneText") }));
        this.#body.classList.add("plain");
    }

    #showSteps() {
        const { list } = this.#options;
        if (!list) return;
        this.#place.textContent = t("place", { n: number(this.#index + 1), of: number(this.#options.total?.() ?? list.length) });
        for (const step of this.#actions.querySelectorAll("[data-step]")) {
            // It keeps the focus at either end.
            step.setAttribute("aria-disabled", String(!(this.#index + Number(step.dataset.step) in list)));
        }
    }

    #showActions() {
        const followed = (event) => event.ctrlKey || event.metaKey || event.shiftKey || this.#dialog.close();
        const similar = similarLink(this.#definition, this.#id, this.#options.tenant);
        replace(
            this.#actions.lastElementChild,
            h("a", { class: "button", href: similar, on: { click: followed } }, icon("similar"), t("similar")),
            button(t("remove"), () => this.#delete(), { drawing: "trash", kind: "danger" }),
        );
    }

    #panel(name) {
        return [...this.#tabs.panels.children].find((each) => each.id.endsWith(`-${name}-panel`));
    }

    /** Fills a tab when it is first looked at. */
    async #fill(name, panel) {
        if (panel.children.length || !this.#object) return;
        const { signal } = this.#reading;
        const id = this.#id;
        const where = { tenant: this.#options.tenant, signal };
        try {
            if (name === "overview") replace(panel, objectTable(this.#context));
            if (name === "edit") this.#form = editor(panel, { ...this.#context, saved: () => this.#changed() });
            if (name === "vector") {
                const vectors = await readVectors(this.#definition, id, where);
                if (!signal.aborted) replace(panel, vectorView(vectors));
            }
            if (name === "json") {
                const text = await readJSON(this.#definition, id, where);
                if (signal.aborted) return;
                const code = h("pre", { class: "code object-json", tabindex: "0" }, readableJSON(JSON.parse(text)));
                replace(panel, h("div", { class: "row" }, copyButton(text, { label: t("copyJSON"), words: true })), code);
            }
        } catch (error) {
            if (error.status === 404) this.#load(id);
            else showError(error, t("failed"));
        }
    }

    async #changed() {
        await this.#load(this.#id);
        if (this.#object) this.#options.changed?.(this.#object);
    }

    #delete() {
        const { tenant, deleted, restored } = this.#options;
        const id = this.#id;
        const className = this.#definition.class;
        this.#form = null;
        this.#dialog.close();
        deleted?.(id);
        deleteObjects({ className, ids: [id], tenant, restored: () => restored?.(id) });
    }

    async #mayLeave() {
        if (!this.#form?.isChanged) return true;
        return confirmation({ title: t("discard"), text: t("discardText"), confirm: t("discardConfirm"), danger: true });
    }

    async #step(by) {
        const { list, moved } = this.#options;
        const to = this.#index + by;
        if (!(to in list) || !(await this.#mayLeave())) return;
        this.#index = to;
        this.#form = null;
        try {
            await this.#load(list[to]);
            moved?.(list[to], to);
            announce(`${this.#title}. ${this.#place.textContent}`);
        } catch (error) {
            showError(error, t("failed"));
        }
    }

    #pressed(event) {
        if (!this.#options.list || event.defaultPrevented || isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.target instanceof Element && event.target.closest("[role=tablist], pre[tabindex]")) return;
        const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        if (!by) return;
        event.preventDefault();
        this.#step(by);
    }
}
