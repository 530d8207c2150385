// SPDX-License-Identifier: Apache-2.0

import { href } from "../../base/address.js";
import { h, replace } from "../../base/dom.js";
import { bytes, number } from "../../base/format.js";
import { collections, isTenanted, vectors } from "../../base/schema.js";
import { count, texts } from "../../base/texts.js";
import { emptyState } from "../../parts/empty.js";
import { icon } from "../../parts/icons.js";
import { announce } from "../../shell/toasts.js";
import { figures } from "./figures.js";

const t = texts({
    en: {
        name: "Collection",
        objects: "Objects",
        size: "Size",
        vectorizer: "Vectorizer",
        index: "Index",
        metric: "Distance",
        dimensions: "Dimensions",
        waiting: "Queue",
        tenants: "Tenants",
        waitingHint: "Vectors that wait for their place in the index; they are found all the same",
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

/** Milliseconds between questions while vectors wait for their places. */
const pause = 2000;

/** All collections, with what is known of each. */
export class ListView {
    element = h("div", {});

    #left;
    #timer = 0;
    #isOver = false;
    #cells = new Map();

    constructor(left) {
        this.#left = left;
    }

    async load() {
        const [all, known] = await Promise.all([collections(), figures(this.#left)]);
        if (this.#isOver) return;
        if (!all.length) {
            replace(
                this.element,
                emptyState({
                    drawing: "collections",
                    title: t("none"),
                    text: t("noneText"),
                    actions: [
                        h("a", { class: "button primary", href: href("import") }, icon("import"), t("import")),
                        h("a", { class: "button", href: href("collections", { create: "1" }) }, icon("add"), t("create")),
                    ],
                }),
            );
            return;
        }
        announce(t("found", { n: all.length }));
        const hasSizes = [...known.values()].some((each) => each.bytes !== undefined);
        const columns = ["name", "objects", ...(hasSizes ? ["size"] : []), "vectorizer", "index", "metric", ...(hasSizes ? ["dimensions"] : []), "waiting", "tenants"];
        const isNumber = (name) => ["objects", "size", "dimensions", "waiting", "tenants"].includes(name);
        const head = columns.map((name) => {
            const title = name === "waiting" ? t("waitingHint") : null;
            return h("th", { scope: "col", class: isNumber(name) ? "number" : null, title }, t(name));
        });
        const rows = all.map((definition) => {
            const cells = Object.fromEntries(columns.map((name) => [name, h("td", { class: isNumber(name) ? "number" : null })]));
            this.#cells.set(definition.class, cells);
            const link = h("a", { class: "collection-link", href: href("collections", {}, [definition.class]) }, definition.class);
            const { description } = definition;
            cells.name = h("th", { scope: "row", class: "collection-name" }, link, description ? h("span", { class: "muted small" }, description) : null);
            const named = vectors(definition);
            const list = (values) => [...new Set(values)].join(", ");
            cells.vectorizer.textContent = list(named.map((each) => each.vectorizer));
            cells.index.textContent = list(named.map((each) => each.index));
            cells.metric.textContent = list(named.map((each) => each.metric));
            return h("tr", {}, columns.map((name) => cells[name]));
        });
        replace(
            this.element,
            h(
                "div",
                { class: "table-frame" },
                h(
                    "table",
                    { class: "collection-table" },
                    h("caption", { class: "visually-hidden" }, t("caption")),
                    h("thead", {}, h("tr", {}, head)),
                    h("tbody", {}, rows),
                ),
            ),
        );
        this.#tenanted = new Set(all.filter(isTenanted).map((each) => each.class));
        this.#show(known);
    }

    #tenanted = new Set();

    leave() {
        this.#isOver = true;
        clearTimeout(this.#timer);
    }

    #show(known) {
        for (const [name, cells] of this.#cells) {
            const own = known.get(name) ?? { objects: 0, waiting: 0, shards: 0 };
            cells.objects.textContent = number(own.objects);
            cells.waiting.textContent = number(own.waiting);
            cells.tenants.textContent = this.#tenanted.has(name) ? number(own.shards) : "–";
            if (cells.size) cells.size.textContent = own.bytes === undefined ? "–" : bytes(own.bytes);
            if (cells.dimensions) cells.dimensions.textContent = own.dimensions?.map(number).join(", ") || "–";
        }
        clearTimeout(this.#timer);
        if (![...known.values()].some((each) => each.waiting)) return;
        this.#timer = setTimeout(async () => {
            try {
                const now = await figures(this.#left);
                if (!this.#isOver) this.#show(now);
            } catch {
                // When the server is back, the list is loaded anew.
            }
        }, pause);
    }
}
