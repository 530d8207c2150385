// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../../base/dom.js";
import { features } from "../../base/features.js";
import { describe } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { field } from "../../parts/field.js";
import { icon } from "../../parts/icons.js";
import { acceptedPictures } from "../../parts/picture-bytes.js";
import { picture, pictureURL } from "../../parts/picture.js";
import { announce, showError, toast } from "../../parts/toasts.js";
import { takePicture } from "./camera.js";
import { sees } from "./pictures.js";
import { QueryEntries } from "./query-entries.js";
import { examples } from "./request.js";
import { entry } from "./state.js";

const t = texts({
    en: {
        invitation: "What are you looking for?",
        drop: "Drop a picture anywhere on this page, or paste one with Ctrl+V.",
        noNetwork: "Here no vectors are made from pictures. Search with one of the objects, by words, or paste a vector.",
        choose: "Choose a picture",
        another: "Another",
        camera: "Camera",
        link: "By address",
        url: "Address of a picture",
        urlHint: "The server fetches it, from hosts that NEEDLETAIL_FETCH_HOSTS lists.",
        noAddress: "An address begins with https:// or http://.",
        go: "Search",
        plus: "Add",
        minus: "Lead away",
        anotherLong: "Another picture in place of this one",
        plusLong: "Add a picture to search with",
        minusLong: "Add a picture to lead away from",
        examples: "Or search with one of these",
        example: ({ alt }) => `Search with ${alt}`,
        empty: "There are no objects in {class} yet.",
        noURL: "Pictures are fetched only from hosts that NEEDLETAIL_FETCH_HOSTS lists. Save the picture and drop it here.",
        failed: "No examples",
    },
});

/**
 * What is searched with: an invitation and examples while there is nothing, else the pictures. Calls `changed` with the entries as they
 * are to be, and `files` with what was chosen.
 */
export class QueryPanel extends HTMLElement {
    /** @type {(entries: object[], isStep?: boolean) => void} `isStep`: whether one can go back from it */
    changed = () => {};
    /** @type {(files: File[], mode: "replace"|"plus"|"minus") => void} */
    files = () => {};

    #entries = new QueryEntries();
    #examples = h("section", { class: "examples", hidden: true });
    #shownFor = null;
    #mode = "replace";
    #input = h("input", { type: "file", accept: acceptedPictures, multiple: true, hidden: true });
    #invitation = h("div", { class: "invitation" });
    #buttons = h("div", { class: "row query-buttons" });
    #asking = null;
    #form = this.#urlForm();
    #shown = [];
    /** Whether the server fetches pictures. @type {Promise<boolean>} */
    #fetches = fetchesPictures();

    constructor() {
        super();
        this.#input.addEventListener("change", () => {
            const files = [...this.#input.files];
            this.#input.value = "";
            if (files.length) this.files(files, this.#mode);
        });
        this.#entries.changed = (entries, isStep) => this.changed(entries, isStep);
    }

    connectedCallback() {
        replace(this, this.#invitation, this.#entries, this.#buttons, this.#form, this.#input, this.#examples);
    }

    /** @param {boolean} isIdle whether nothing is searched for, by words either */
    set({ entries, tenant, vector }, definition, isIdle) {
        this.#entries.set(entries, definition, tenant);
        const takes = sees(definition, vector);
        const hasSome = entries.length > 0;
        this.#shown = entries;
        const link = this.#button("link", "link", () => this.#toggleURL());
        link.hidden = true;
        this.#fetches.then((fetches) => (link.hidden = !fetches));
        this.#invitation.hidden = !isIdle;
        replace(this.#invitation, icon("image"), h("p", { class: "empty-title" }, t("invitation")), h("p", { class: "muted" }, t(takes ? "drop" : "noNetwork")));
        replace(
            this.#buttons,
            takes ? this.#button(hasSome ? "another" : "choose", "image", () => this.#choose("replace"), isIdle, hasSome) : null,
            takes ? this.#button("camera", "camera", () => this.#photograph()) : null,
            takes ? link : null,
            takes && hasSome ? this.#button("plus", "add", () => this.#choose("plus"), false, true) : null,
            takes && hasSome ? this.#button("minus", "minus", () => this.#choose("minus"), false, true) : null,
        );
        this.#examples.hidden = !isIdle;
        if (isIdle) this.#showExamples(definition, tenant);
    }

    /** Asks for the examples again when they are wanted next. */
    forget() {
        this.#shownFor = null;
        this.#fetches = fetchesPictures();
    }

    leave() {
        this.#asking?.abort();
    }

    /**
     * Takes a picture's address, if the server fetches such.
     *
     * @param {"replace"|"plus"|"minus"} mode
     */
    async addURL(url, mode) {
        if (!(await this.#fetches)) return toast(t("noURL"), { kind: "error", seconds: 12 });
        this.changed([...(mode === "replace" ? [] : this.#shown), entry("url", url, mode === "minus")]);
    }

    /** Shows or hides the field for an address. */
    #toggleURL() {
        this.#form.hidden = !this.#form.hidden;
        if (!this.#form.hidden) this.#form.querySelector("input").focus();
    }

    #urlForm() {
        const isURL = (text) => /^https?:\/\/./i.test(text) && URL.canParse(text);
        const url = field(t("url"), h("input", { type: "url", placeholder: "https://" }), { hint: t("urlHint") });
        const submit = (event) => {
            event.preventDefault();
            const text = url.control.value.trim();
            url.say(isURL(text) ? "" : t("noAddress"));
            if (!isURL(text)) return url.control.focus();
            this.addURL(text, "replace");
            this.#form.hidden = true;
            url.control.value = "";
        };
        return h("form", { class: "url-form stack", hidden: true, novalidate: true, on: { submit } }, url.element, h("button", { type: "submit" }, t("go")));
    }

    #button(name, drawing, run, isPrimary = false, hasMore = false) {
        const title = hasMore ? t(`${name}Long`) : undefined;
        return h("button", { type: "button", class: isPrimary ? "primary" : "", title, data: { action: name }, on: { click: run } }, icon(drawing), t(name));
    }

    #choose(mode) {
        this.#mode = mode;
        this.#input.click();
    }

    async #photograph() {
        const file = await takePicture();
        if (file) this.files([file], "replace");
    }

    async #showExamples(definition, tenant) {
        const place = `${definition.class}/${tenant ?? ""}`;
        if (this.#shownFor === place) return;
        this.#shownFor = place;
        this.#asking?.abort();
        this.#asking = new AbortController();
        replace(this.#examples);
        try {
            const { total, objects } = await examples(definition, tenant, 12, this.#asking.signal);
            if (!total) {
                replace(this.#examples, h("p", { class: "muted" }, t("empty", { class: definition.class })));
                return announce(t("empty", { class: definition.class }));
            }
            if (!objects.length) return;
            replace(
                this.#examples,
                h("h2", {}, t("examples")),
                h("ul", { role: "list" }, objects.map((object) => h("li", {}, this.#example(object, definition, tenant)))),
            );
        } catch (error) {
            this.#shownFor = null;
            showError(error, t("failed"));
        }
    }

    #example({ id, properties }, definition, tenant) {
        const alt = describe(definition, properties, id);
        return h(
            "button",
            { type: "button", class: "example", title: alt, "aria-label": t("example", { alt }), on: { click: () => this.changed([entry("object", id)]) } },
            picture({ src: pictureURL(definition.class, id, { size: 128, tenant }), alt: "" }),
        );
    }
}

customElements.define("nt-query-panel", QueryPanel);

const fetchesPictures = () => features().then(({ fetchHosts }) => fetchHosts, () => false);
