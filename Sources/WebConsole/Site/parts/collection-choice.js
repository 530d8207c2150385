// SPDX-License-Identifier: Apache-2.0

import { href } from "../base/address.js";
import { get } from "../base/api.js";
import { freshID, h, replace } from "../base/dom.js";
import { collections, isTenanted, vectors } from "../base/schema.js";
import { texts } from "../base/texts.js";
import { emptyState } from "./empty.js";

const t = texts({
    en: {
        collection: "Collection",
        tenant: "Tenant",
        vector: "Vector",
        none: "There are no collections yet",
        noneText: "A collection holds objects of one kind, with their pictures. Import makes one for you, from a folder of pictures.",
        import: "Import pictures",
        create: "Create a collection",
    },
});

/**
 * Chooses a collection, its tenant if it has some, and one of its vectors if it has several. Fires `change`.
 *
 *     const choice = new CollectionChoice();
 *     await choice.set({ className, tenant, vector }, { vectors: true, fits: seesPictures });
 *     choice.definition, choice.tenant, choice.vector
 *
 * `definition` is `undefined` if there is no collection (that fits): show `noCollections()` then.
 */
export class CollectionChoice extends HTMLElement {
    definition;
    tenant;
    /** The name of a vector; "" for the only or unnamed one. */
    vector = "";

    #options = {};

    /**
     * @param {{ className?: string, tenant?: string, vector?: string }} wanted the first that fits if there is no such one
     * @param {{ vectors?: boolean, fits?: (definition: object) => boolean }} [options]
     */
    async set(wanted = {}, options = {}) {
        this.#options = options;
        const all = (await collections()).filter(options.fits ?? (() => true));
        this.definition = all.find((each) => each.class === wanted.className) ?? all[0];
        if (!this.definition) return replace(this);
        const names = vectors(this.definition).map((each) => each.name);
        this.vector = names.includes(wanted.vector) ? wanted.vector : names[0];
        this.tenant = undefined;
        let tenants = [];
        if (isTenanted(this.definition)) {
            tenants = (await get(["schema", this.definition.class, "tenants"])).map((each) => each.name).sort();
            this.tenant = tenants.includes(wanted.tenant) ? wanted.tenant : tenants[0];
        }
        replace(
            this,
            this.#select(t("collection"), all.map((each) => each.class), this.definition.class, (className) => this.#change({ className })),
            tenants.length ? this.#select(t("tenant"), tenants, this.tenant, (tenant) => this.#change({ tenant })) : null,
            options.vectors && names.length > 1 ? this.#select(t("vector"), names, this.vector, (vector) => this.#change({ vector })) : null,
        );
    }

    async #change(part) {
        const kept = { className: this.definition.class, tenant: this.tenant, vector: this.vector };
        await this.set({ ...kept, ...part }, this.#options);
        this.dispatchEvent(new Event("change"));
    }

    #select(label, values, chosen, change) {
        const id = freshID("choice");
        const select = h(
            "select",
            {
                id,
                on: {
                    change: (event) => {
                        event.stopPropagation();
                        change(event.target.value);
                    },
                },
            },
            values.map((value) => h("option", { value, selected: value === chosen }, value)),
        );
        return h("div", { class: "field" }, h("label", { for: id }, label), select);
    }
}

customElements.define("nt-collection-choice", CollectionChoice);

/** What a screen shows where no collection is. */
export const noCollections = () =>
    emptyState({
        drawing: "collections",
        title: t("none"),
        text: t("noneText"),
        actions: [
            h("a", { class: "button primary", href: href("import") }, t("import")),
            h("a", { class: "button", href: href("collections", { create: "1" }) }, t("create")),
        ],
    });
