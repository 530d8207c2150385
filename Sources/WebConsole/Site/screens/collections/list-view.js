// SPDX-License-Identifier: Apache-2.0

import { href } from "../../base/address.js";
import { h, replace } from "../../base/dom.js";
import { bytes, number } from "../../base/format.js";
import { collections, isTenanted, vectors } from "../../base/schema.js";
import { count, texts } from "../../base/texts.js";
import { emptyState } from "../../parts/empty.js";
import { icon } from "../../parts/icons.js";
import { SortedTable } from "../../parts/sorted-table.js";
import { announce } from "../../parts/toasts.js";
import { figures } from "./figures.js";

const t = texts({
    en: {
        name: "Collection",
        objects: "Objects",
        size: "Size",
        dimensions: "Dimensions",
        vectorizer: "Vectorizer",
        index: "Index",
        metric: "Distance",
        waiting: "Queue",
        tenants: "Tenants",
        none: "There are no collections yet",
        noneText:
            "A collection holds objects of one kind, such as photos or shoes, with their pictures, properties and vectors. " +
            "Import makes one from a folder of pictures; or create one by hand.",
        import: "Import pictures",
        create: "Create a collection",
        found: ({ n }) => count(n, "collection"),
        caption: "Collections, what is in them and how they are indexed",
    },
});

/** Milliseconds between questions while sizes are measured or vectors wait for their places. */
const pause = 2000;

/** What all vectors of a collection have as `member`. */
const ofVectors = (definition, member) => [...new Set(vectors(definition).map((each) => each[member]))].join(", ");

function nameCell({ definition }) {
    const { class: name, description } = definition;
    const link = h("a", { class: "collection-link", href: href("collections", {}, [name]) }, name);
    return h("div", { class: "collection-name" }, link, description ? h("span", { class: "muted small" }, description) : null);
}

const figure = (name, words = number) => ({
    title: t(name),
    value: (row) => row[name],
    cell: (row) => (row[name] === null ? "–" : words(row[name])),
    isNumber: true,
});
const ofAll = (name) => ({ title: t(name), value: (row) => ofVectors(row.definition, name) });

/** All collections, with what is known of each. */
export class ListView {
    element = h("div", {});

    #left;
    #timer = 0;
    #table = new SortedTable(t("caption"), [
        { title: t("name"), value: (row) => row.definition.class, cell: nameCell, isHead: true },
        figure("objects"),
        figure("size", bytes),
        ...["vectorizer", "index", "metric"].map(ofAll),
        figure("dimensions"),
        figure("waiting"),
        figure("tenants"),
    ]);

    constructor(left) {
        this.#left = left;
    }

    async load() {
        const [all, now] = await Promise.all([collections(), figures(this.#left)]);
        if (!all.length) {
            const actions = [
                h("a", { class: "button primary", href: href("import") }, icon("import"), t("import")),
                h("a", { class: "button", href: href("collections", { create: "1" }) }, icon("add"), t("create")),
            ];
            return replace(this.element, emptyState({ drawing: "collections", title: t("none"), text: t("noneText"), actions }));
        }
        announce(t("found", { n: all.length }));
        replace(this.element, this.#table.element);
        this.#show(all, now);
    }

    leave() {
        clearTimeout(this.#timer);
    }

    #show(all, { known, isChanging }) {
        this.#table.rows = all.map((definition) => {
            const own = known.get(definition.class) ?? { objects: 0, waiting: 0, tenants: 0, dimensions: null, bytes: null };
            return { definition, ...own, size: own.bytes, tenants: isTenanted(definition) ? own.tenants : null };
        });
        if (!isChanging || this.#left.aborted) return;
        this.#timer = setTimeout(async () => {
            try {
                this.#show(all, await figures(this.#left));
            } catch {
                // When the server is back, the list is loaded anew.
            }
        }, pause);
    }
}
