// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../../base/dom.js";
import { describe, pictureProperties } from "../../base/schema.js";
import { count, texts } from "../../base/texts.js";
import { icon } from "../../parts/icons.js";
import { readObject } from "../../parts/objects.js";
import { picture, pictureURL } from "../../parts/picture.js";
import { CropBox, middle } from "./crop-box.js";
import { drawn, keptUnder } from "./pictures.js";

const t = texts({
    en: {
        unseen: ({ format }) => `Browsers can't show ${format} files like this one; it is searched with all the same.`,
        missing: "A picture that is not part of this link",
        missingText: "It was a picture of somebody's own, which no link can hold.",
        vector: ({ n }) => `A vector of ${count(n, "dimension")}`,
        pixels: ({ width, height }) => `${width} × ${height}`,
        stored: "Stored in this collection",
        fetched: "Fetched by the server",
        crop: "Crop",
        turn: "Turn to the right",
        mirror: "Mirror",
        remove: ({ name }) => `Search without ${name}`,
        toward: "Plus",
        away: "Minus",
        towardName: ({ name }) => `Plus: leads to ${name}`,
        awayName: ({ name }) => `Minus: leads away from ${name}`,
        weight: ({ name }) => `Weight of ${name}`,
        show: ({ name }) => `Show ${name}`,
        entries: "Searched with",
    },
});

/** The pictures that are searched with: the one that is looked at large, with its crop box; with several, a line for each. */
export class QueryEntries extends HTMLElement {
    /** @type {(entries: object[], isStep?: boolean) => void} */
    changed = () => {};

    #entries = [];
    #place = null;
    #active = 0;
    #crop = new CropBox();
    #previewKey = null;
    #preview = h("div", { class: "preview" });
    #about = h("div", { class: "preview-about" });
    #tools = h("div", { class: "row preview-tools", role: "toolbar" });
    #list = h("ul", { class: "entry-list", role: "list", "aria-label": t("entries") });
    #names = new Map();

    constructor() {
        super();
        this.#crop.changed = (crop) => this.#edit(this.#active, { crop }, false);
    }

    connectedCallback() {
        if (!this.#preview.isConnected) replace(this, this.#preview, this.#about, this.#tools, this.#list);
    }

    set(entries, definition, tenant) {
        const isMore = entries.length > this.#entries.length;
        this.#entries = entries;
        this.#place = { definition, tenant };
        this.hidden = !entries.length;
        this.#active = isMore ? entries.length - 1 : Math.min(this.#active, Math.max(0, entries.length - 1));
        this.#draw();
    }

    #draw() {
        if (!this.#entries.length) {
            this.#previewKey = null;
            replace(this.#preview);
            return;
        }
        this.#drawPreview();
        this.#drawList();
    }

    #edit(index, change, isStep = true) {
        this.changed(this.#entries.map((each, at) => (at === index ? { ...each, ...change } : each)), isStep);
    }

    #remove(index) {
        this.changed(this.#entries.filter((_, at) => at !== index));
    }

    // MARK: The one that is looked at

    #drawPreview() {
        const each = this.#entries[this.#active];
        const kept = keptUnder(each.ref);
        const canEdit = each.kind === "file" && kept?.isShown === true;
        // The picture stays where it is while the crop box is moved over it.
        const key = JSON.stringify([each.kind, each.ref, each.turn, each.isMirrored]);
        if (key !== this.#previewKey) {
            this.#previewKey = key;
            replace(this.#preview, this.#pictureOf(each, kept), canEdit ? this.#crop : null);
        }
        this.#crop.crop = each.crop;
        replace(this.#about, h("p", { class: "preview-name wrap-anywhere" }, this.#nameOf(each)), h("p", { class: "muted small" }, this.#factsOf(each, kept)));
        const focused = this.#tools.contains(document.activeElement) ? document.activeElement.dataset.action : null;
        replace(
            this.#tools,
            canEdit ? this.#tool("crop", each.crop !== null, () => this.#toggleCrop(each)) : null,
            canEdit ? this.#tool("turn", undefined, () => this.#edit(this.#active, { turn: (each.turn + 1) & 3, crop: null })) : null,
            canEdit ? this.#tool("mirror", each.isMirrored, () => this.#edit(this.#active, { isMirrored: !each.isMirrored, crop: mirrored(each.crop) })) : null,
            this.#entries.length === 1 ? this.#removal(0) : null,
        );
        if (focused) this.#tools.querySelector(`[data-action="${focused}"]`)?.focus();
    }

    #toggleCrop({ crop }) {
        this.#edit(this.#active, { crop: crop ? null : middle });
        if (!crop) this.#crop.focusBox();
    }

    #pictureOf(each, kept) {
        const name = this.#nameOf(each);
        if (each.kind === "object" && this.#storesPictures) return picture({ src: this.#storedURL(each, 512), alt: name, class: "whole" });
        if (!kept?.isShown) return h("div", { class: "preview-none" }, icon(each.kind === "url" ? "link" : each.kind === "vector" ? "query" : "image"));
        if (!each.turn && !each.isMirrored) return h("img", { src: kept.address, alt: name, draggable: "false" });
        const frame = h("div", { class: "preview-turned", role: "img", "aria-label": name });
        drawn(kept, each, 800).then((canvas) => replace(frame, canvas));
        return frame;
    }

    get #storesPictures() {
        return pictureProperties(this.#place.definition).length > 0;
    }

    #storedURL({ ref }, size) {
        const { definition, tenant } = this.#place;
        return pictureURL(definition.class, ref, { size, tenant });
    }

    #nameOf(each) {
        if (each.kind === "url") return each.ref;
        if (each.kind === "object") return this.#names.get(each.ref) ?? this.#askName(each.ref);
        const kept = keptUnder(each.ref);
        if (!kept) return t("missing");
        return each.kind === "vector" ? t("vector", { n: kept.vector.length }) : kept.name;
    }

    /** The id, until the object has said what it is. */
    #askName(id) {
        this.#names.set(id, id);
        const { definition, tenant } = this.#place;
        readObject(definition, id, { tenant }).then(
            (object) => {
                this.#names.set(id, describe(definition, object?.properties, id));
                this.#previewKey = null;
                if (this.#entries.some((each) => each.ref === id)) this.#draw();
            },
            () => this.#names.delete(id),
        );
        return id;
    }

    #factsOf(each, kept) {
        if (each.kind === "object") return t("stored");
        if (each.kind === "url") return t("fetched");
        if (!kept) return t("missingText");
        if (each.kind === "vector") return "";
        const facts = [kept.format, kept.isShown ? t("pixels", kept) : null, kept.size].filter((fact) => fact).join(" · ");
        return kept.isShown ? facts : `${facts}. ${t("unseen", kept)}`;
    }

    #tool(action, isPressed, run) {
        return h(
            "button",
            { type: "button", class: "bare", title: t(action), "aria-label": t(action), "aria-pressed": isPressed === undefined ? undefined : String(isPressed), data: { action }, on: { click: run } },
            icon(action),
        );
    }

    #removal(index) {
        const name = this.#nameOf(this.#entries[index]);
        return h(
            "button",
            { type: "button", class: "bare", title: t("remove", { name }), "aria-label": t("remove", { name }), data: { action: "remove" }, on: { click: () => this.#remove(index) } },
            icon("close"),
        );
    }

    // MARK: Several

    #drawList() {
        const focused = this.#list.contains(document.activeElement) ? document.activeElement : null;
        const [index, action] = [[...this.#list.children].findIndex((row) => row.contains(focused)), focused?.dataset.action];
        this.#list.hidden = this.#entries.length < 2 && !this.#entries[0]?.isMinus;
        replace(this.#list, this.#list.hidden ? null : this.#entries.map((each, at) => this.#row(each, at)));
        if (focused) this.#list.children[Math.min(index, this.#list.children.length - 1)]?.querySelector(`[data-action="${action}"]`)?.focus();
    }

    #row(each, index) {
        const name = this.#nameOf(each);
        const kept = keptUnder(each.ref);
        const small =
            each.kind === "object" && this.#storesPictures
                ? picture({ src: this.#storedURL(each, 64), alt: "" })
                : kept?.isShown
                  ? h("img", { src: kept.address, alt: "" })
                  : icon("image");
        const look = () => {
            this.#active = index;
            this.#draw();
        };
        const weigh = (event) => this.#edit(index, { weight: Number(event.target.value) / 100 }, false);
        return h(
            "li",
            { class: "entry" },
            h("button", { type: "button", class: "entry-look", "aria-pressed": String(index === this.#active), "aria-label": t("show", { name }), title: name, data: { action: "look" }, on: { click: look } }, small),
            h(
                "button",
                {
                    type: "button",
                    class: `chip ${each.isMinus ? "minus" : "plus"}`,
                    "aria-label": t(each.isMinus ? "awayName" : "towardName", { name }),
                    data: { action: "sign" },
                    on: { click: () => this.#edit(index, { isMinus: !each.isMinus }) },
                },
                icon(each.isMinus ? "minus" : "add"),
                t(each.isMinus ? "away" : "toward"),
            ),
            h("input", { type: "range", min: 10, max: 200, step: 10, value: Math.round(100 * each.weight), "aria-label": t("weight", { name }), title: t("weight", { name }), data: { action: "weight" }, on: { change: weigh } }),
            this.#removal(index),
        );
    }
}

customElements.define("nt-query-entries", QueryEntries);

const mirrored = (crop) => (crop ? { ...crop, x: 1 - crop.x - crop.width } : null);
