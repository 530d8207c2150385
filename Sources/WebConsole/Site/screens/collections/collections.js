// SPDX-License-Identifier: Apache-2.0

import { href } from "../../base/address.js";
import { h, replace } from "../../base/dom.js";
import { collection, collections } from "../../base/schema.js";
import { Screen } from "../../base/screen.js";
import { texts } from "../../base/texts.js";
import { emptyState } from "../../parts/empty.js";
import { icon } from "../../parts/icons.js";
import { showError } from "../../parts/toasts.js";
import { CreateForm } from "./create-form.js";
import { DetailsView } from "./details-view.js";
import { ListView } from "./list-view.js";

const t = texts({
    en: {
        title: "Collections",
        create: "Create a collection",
        back: "All collections",
        missing: "There is no collection {name}",
        missingText: "It was dropped, or never there.",
        failed: "The collections could not be loaded",
    },
});

/** The list of collections, the form of a new one (`?create=1`), or one of them (`/collections/NAME`). */
export default class CollectionsScreen extends Screen {
    #view = null;
    #shown = [];
    #turn = 0;

    async show(query, rest) {
        this.#shown = [query, rest];
        const turn = (this.#turn += 1);
        const isCreating = query.has("create");
        const [name] = rest;
        // A tab of the same collection.
        if (name && this.#view instanceof DetailsView && this.#view.name === name) return this.#view.choose(query.get("tab"));
        try {
            if (name) {
                const definition = await collection(name);
                if (turn !== this.#turn) return;
                if (!definition) return this.#put(this.#head(name), this.#missing(name));
                const view = new DetailsView(definition, this.left);
                this.#put(this.#head(definition.class, view.actions), view);
                await view.load(query.get("tab"));
            } else if (isCreating) {
                const all = await collections();
                if (turn !== this.#turn) return;
                const form = new CreateForm(all);
                this.#put(this.#head(t("create")), form);
                form.focus();
            } else {
                const view = new ListView(this.left);
                const create = h("a", { class: "button primary", href: href("collections", { create: "1" }) }, icon("add"), t("create"));
                this.#put(this.#head(t("title"), [create], false), view);
                await view.load();
            }
        } catch (error) {
            showError(error, t("failed"));
        }
    }

    async refresh() {
        // What is typed into the form stays.
        if (this.#view instanceof CreateForm) return;
        if (!(this.#view instanceof DetailsView)) return this.show(...this.#shown);
        const { name } = this.#view;
        try {
            await this.#view.refresh();
        } catch (error) {
            if (error.status === 404) this.#put(this.#head(name), this.#missing(name));
            else showError(error, t("failed"));
        }
    }

    leave() {
        this.#view?.leave?.();
    }

    #put(head, view) {
        this.#view?.leave?.();
        this.#view = view;
        replace(this, head, view.element);
    }

    #head(title, actions, hasWayBack = true) {
        return h(
            "div",
            { class: "screen-head" },
            h(
                "div",
                { class: "row collection-title" },
                hasWayBack ? h("a", { class: "button bare", href: href("collections"), "aria-label": t("back"), title: t("back") }, icon("back")) : null,
                h("h1", { class: "wrap-anywhere" }, title),
            ),
            actions ? h("div", { class: "row" }, actions) : null,
        );
    }

    #missing(name) {
        const actions = [h("a", { class: "button", href: href("collections") }, t("back"))];
        return { element: emptyState({ drawing: "collections", title: t("missing", { name }), text: t("missingText"), actions }) };
    }
}
