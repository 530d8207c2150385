// SPDX-License-Identifier: Apache-2.0

import { note } from "../../base/address.js";
import { graphql, send, url } from "../../base/api.js";
import { h, replace } from "../../base/dom.js";
import { distance } from "../../base/format.js";
import { describe, pictureProperties, textProperties } from "../../base/schema.js";
import { count, texts } from "../../base/texts.js";
import { emptyState } from "../../parts/empty.js";
import { icon } from "../../parts/icons.js";
import { openObject } from "../../parts/object-dialog.js";
import { countObjects } from "../../parts/objects.js";
import { picture, pictureURL } from "../../parts/picture.js";
import { announce, showError } from "../../parts/toasts.js";
import { progressCard } from "./measuring.js";
import { readPicture, variants, version } from "./variants.js";

const t = texts({
    en: {
        lead: "Changes a picture as people do, and looks whether the search still finds the same. What is lost here is lost to your users: see preprocess settings such as flip, or another network.",
        choose: "Choose a picture",
        drop: "or drop one here",
        stored: "Take a stored one",
        another: "Take another stored one",
        input: "Picture to test",
        running: "Searching with {n} versions",
        unreadable: "The browser can't read this picture",
        unreadableText: "It is made ready in the browser, which reads JPEG, PNG, GIF, WebP, AVIF and BMP.",
        failed: "The test could not be made",
        empty: "{name} has no objects to find",
        first: "The original finds",
        nothing: "The search found nothing",
        nothingText: "Are there objects with a vector in this collection?",
        version: "Version",
        place: "Place of that",
        overlap: "Of the first {n}",
        distance: "Distance",
        kept: "found first",
        moved: "place {n}",
        lost: "not in the first {n}",
        shared: "{n} the same",
        summary: ({ kept, n }) => `${kept} of ${count(n, "version")} still find it first.`,
        open: "Open {text}",
        table: "Versions of the picture and what they find",
    },
});

const neighbors = 10;
const atOnce = 2;

/** Whether a picture is found again when it is changed. */
export class PictureTest extends HTMLElement {
    #target;
    #signal;
    #result = h("div", { class: "stack" });
    #running = new AbortController();
    #addresses = [];
    #shownID = null;
    #storedButton = h("button", { type: "button", on: { click: () => this.#takeStored().catch(showError) } }, icon("image"), t("stored"));

    async show(target, query, signal) {
        this.#target = target;
        this.#signal = signal;
        if (!this.firstChild) this.#build();
        const id = query.get("object");
        if (id && id !== this.#shownID) await this.#testStored(id);
    }

    disconnectedCallback() {
        this.#running.abort();
        this.#forgetAddresses();
    }

    #forgetAddresses() {
        for (const address of this.#addresses) URL.revokeObjectURL(address);
        this.#addresses = [];
    }

    #build() {
        const input = h("input", { type: "file", accept: "image/*", class: "visually-hidden", tabindex: "-1", "aria-label": t("input"), on: { change: () => this.#testFile(input.files[0]) } });
        const zone = h(
            "div",
            { class: "picture-drop row" },
            h("button", { type: "button", class: "primary", on: { click: () => input.click() } }, icon("import"), t("choose")),
            input,
            h("span", { class: "muted" }, t("drop")),
            this.#storedButton,
        );
        for (const [event, isOver] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
            zone.addEventListener(event, (dragged) => {
                dragged.preventDefault();
                zone.classList.toggle("over", isOver);
            });
        }
        zone.addEventListener("drop", (event) => {
            const file = event.dataTransfer.files[0];
            if (file) this.#testFile(file);
        });
        this.append(h("p", { class: "muted" }, t("lead")), zone, this.#result);
    }

    #testFile(file) {
        if (!file) return;
        note({ object: null });
        this.#shownID = null;
        this.#test(file).catch(showError);
    }

    /** One that was not there a moment ago. */
    async #takeStored() {
        const { definition, tenant } = this.#target;
        const inTenant = tenant ? `tenant: ${JSON.stringify(tenant)}` : "";
        const total = await countObjects(definition, { tenant, signal: this.#signal });
        if (!total) return replace(this.#result, emptyState({ title: t("empty", { name: definition.class }) }));
        const offset = Math.floor(Math.random() * Math.min(total, 5000));
        const data = await graphql(`{ Get { ${definition.class}(limit: 1, offset: ${offset}${inTenant ? `, ${inTenant}` : ""}) { _additional { id } } } }`, undefined, { signal: this.#signal });
        const { id } = data.Get[definition.class][0]._additional;
        note({ object: id });
        await this.#testStored(id);
    }

    async #testStored(id) {
        const { definition, tenant } = this.#target;
        this.#shownID = id;
        this.#storedButton.lastChild.textContent = t("another");
        try {
            const property = pictureProperties(definition)[0];
            const blob = await send("GET", pictureURL(definition.class, id, { property, tenant }), { as: "blob", signal: this.#signal });
            await this.#test(blob);
        } catch (error) {
            showError(error, t("failed"));
        }
    }

    async #test(blob) {
        this.#running.abort();
        this.#running = new AbortController();
        const signal = AbortSignal.any([this.#running.signal, this.#signal]);
        this.#forgetAddresses();
        let original;
        try {
            original = await readPicture(blob);
        } catch {
            return replace(this.#result, emptyState({ title: t("unreadable"), text: t("unreadableText") }));
        }
        const { element, bar } = progressCard(t("running", { n: variants.length }), variants.length + 1, () => this.#running.abort());
        replace(this.#result, element);
        try {
            const expected = await this.#search(blob, signal);
            bar.value = 1;
            if (!expected.length) return replace(this.#result, emptyState({ drawing: "search", title: t("nothing"), text: t("nothingText") }));
            const rows = new Array(variants.length);
            const waiting = [...variants.keys()];
            const work = async () => {
                while (waiting.length) {
                    const index = waiting.shift();
                    rows[index] = await this.#try(original, variants[index], expected, signal);
                    bar.value += 1;
                }
            };
            await Promise.all(Array.from({ length: atOnce }, work));
            this.#present(blob, expected, rows);
        } catch (error) {
            replace(this.#result);
            if (error.name !== "AbortError") showError(error, t("failed"));
        } finally {
            original.close();
        }
    }

    async #try(original, variant, expected, signal) {
        const made = await version(original, variant);
        const hits = await this.#search(made, signal);
        const place = hits.findIndex((hit) => hit.id === expected[0].id);
        const ids = new Set(expected.map((hit) => hit.id));
        return { variant, made, place, overlap: hits.filter((hit) => ids.has(hit.id)).length, distance: place < 0 ? null : hits[place].distance };
    }

    async #search(blob, signal) {
        const { definition, tenant, vector } = this.#target;
        const form = new FormData();
        const fields = { limit: neighbors, tenant, targetVector: vector, properties: textProperties(definition).slice(0, 3).join(",") };
        for (const [name, value] of Object.entries(fields)) if (value) form.append(name, value);
        form.append("image", blob, "picture");
        return (await send("POST", url(["search", definition.class, "near-image"]), { body: form, signal })).hits;
    }

    #present(blob, expected, rows) {
        const { definition, tenant } = this.#target;
        const shown = (each) => {
            const address = URL.createObjectURL(each);
            this.#addresses.push(address);
            return address;
        };
        const [top] = expected;
        const text = describe(definition, top.properties, top.id);
        const n = expected.length;
        const kept = rows.filter((row) => row.place === 0).length;
        const words = (row) => (row.place === 0 ? t("kept") : row.place > 0 ? t("moved", { n: row.place + 1 }) : t("lost", { n }));
        const looks = (row) => (row.place === 0 ? "good" : row.place > 0 ? "fair" : "poor");
        const open = () => openObject(definition.class, top.id, { tenant });
        replace(
            this.#result,
            h(
                "div",
                { class: "row picture-pair" },
                h("img", { src: shown(blob), alt: t("input"), class: "picture-sample" }),
                h("div", {}, h("p", { class: "small muted" }, t("first")), h("button", { type: "button", class: "picture-hit", "aria-label": t("open", { text }), on: { click: open } }, picture({ src: pictureURL(definition.class, top.id, { size: 128, tenant }), alt: "" }), text)),
                h("strong", {}, t("summary", { kept, n: rows.length })),
            ),
            h(
                "div",
                { class: "table-frame", tabindex: "0", role: "region", "aria-label": t("table") },
                h(
                    "table",
                    {},
                    h("caption", { class: "visually-hidden" }, t("table")),
                    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("version")), h("th", { scope: "col" }, t("place")), h("th", { scope: "col", class: "number" }, t("overlap", { n })), h("th", { scope: "col", class: "number" }, t("distance")))),
                    h(
                        "tbody",
                        {},
                        rows.map((row) =>
                            h(
                                "tr",
                                {},
                                h("th", { scope: "row" }, h("span", { class: "row variant-name" }, h("img", { src: shown(row.made), alt: "", class: "variant-picture" }), row.variant.title)),
                                h("td", {}, h("span", { class: `verdict ${looks(row)}` }, icon(row.place === 0 ? "check" : row.place > 0 ? "arrowDown" : "close"), words(row))),
                                h("td", { class: "number" }, t("shared", { n: row.overlap })),
                                h("td", { class: "number" }, row.distance === null ? "–" : distance(row.distance)),
                            ),
                        ),
                    ),
                ),
            ),
        );
        announce(t("summary", { kept, n: rows.length }));
    }
}

customElements.define("nt-picture-test", PictureTest);
