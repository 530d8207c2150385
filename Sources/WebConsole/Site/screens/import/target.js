// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../../base/dom.js";
import { classFault, className, classNameFrom } from "../../base/names.js";
import { collections, isBlob, pictureProperties, seesPictures } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { CollectionChoice } from "../../parts/collection-choice.js";
import { field, select, tick } from "../../parts/field.js";

const t = texts({
    en: {
        title: "Where to",
        made: "A new collection",
        there: "One that is there",
        which: "New or existing",
        name: "Name of the collection",
        nameHint: "What the pictures show, in the singular, such as Shoe",
        better: "Prepare pictures for better finds",
        betterHint: "Turned as the camera says, their middle, on white. It can't be changed later; without it vectors equal those of Weaviate's own module.",
        picture: "Property of the picture",
        blind: "No network looks at the pictures of this collection: they are stored, but not found by another picture.",
    },
});

const holdsPictures = (definition) => (definition.properties ?? []).some(isBlob);

/** Which collection the pictures go into: a new one, or one that is there. Calls `changed` when another one is meant. */
export class TargetForm {
    /** The definition of the existing one, or `null` for a new one. */
    definition = null;
    isBetter = true;
    pictureProperty = "image";

    #all;
    #changed;
    #details = h("div", { class: "stack" });
    #name;
    #choice = new CollectionChoice();

    constructor(all, changed) {
        this.#all = all;
        this.#changed = changed;
        const names = all.map((each) => each.class);
        this.#name = field(t("name"), h("input", { autocomplete: "off", spellcheck: "false", name: "class" }), {
            hint: t("nameHint"),
            check: (text) => classFault(text, names),
        });
        this.#choice.addEventListener("change", () => this.#take());
        this.#buttons = ["made", "there"].map((name) =>
            h(
                "button",
                {
                    type: "button",
                    data: { target: name },
                    disabled: name === "there" && !all.some(holdsPictures),
                    on: { click: () => this.#switch(name === "there") },
                },
                t(name),
            ),
        );
        this.element = h(
            "section",
            { class: "card stack" },
            h("h2", {}, t("title")),
            h("div", { class: "choice", role: "group", "aria-label": t("which") }, this.#buttons),
            this.#details,
        );
    }

    #buttons;

    /**
     * @param {string} title what the pictures are called together
     * @param {{ className?: string, tenant?: string }} wanted from the address
     */
    async begin(title, wanted) {
        const suggested = classNameFrom(title);
        const name = wanted.className || suggested;
        const fit = this.#all.filter(holdsPictures).find((each) => each.class.toLowerCase() === name.toLowerCase());
        const isFree = wanted.className && !fit && !classFault(wanted.className, this.#all.map((each) => each.class));
        this.#name.control.value = isFree ? wanted.className : this.#free(suggested);
        await this.#choice.set({ className: fit?.class, tenant: wanted.tenant }, { fits: holdsPictures });
        await this.#switch(Boolean(fit), false);
    }

    get className() {
        return this.definition ? this.definition.class : className(this.#name.control.value.trim());
    }

    get tenant() {
        return this.definition ? this.#choice.tenant : undefined;
    }

    isGood() {
        if (this.definition || this.#name.isGood()) return true;
        this.#name.control.focus();
        return false;
    }

    /** A name that no collection has. */
    #free(name) {
        const names = new Set(this.#all.map((each) => each.class.toLowerCase()));
        let free = name;
        for (let n = 2; names.has(free.toLowerCase()); n += 1) free = `${name}${n}`;
        return free;
    }

    async #switch(isThere, isTold = true) {
        const pressed = isThere ? "there" : "made";
        for (const button of this.#buttons) button.setAttribute("aria-pressed", String(button.dataset.target === pressed));
        if (isThere) return this.#take(isTold);
        this.definition = null;
        this.pictureProperty = "image";
        replace(
            this.#details,
            this.#name.element,
            tick(t("better"), this.isBetter, (isBetter) => (this.isBetter = isBetter), t("betterHint")),
        );
        if (isTold) this.#changed();
    }

    #take(isTold = true) {
        this.definition = this.#choice.definition;
        const pictures = pictureProperties(this.definition);
        this.pictureProperty = pictures[0];
        const which = pictures.length > 1 ? select(pictures, pictures[0], (name) => (this.pictureProperty = name)) : null;
        replace(
            this.#details,
            this.#choice,
            which ? field(t("picture"), which).element : null,
            seesPictures(this.definition) ? null : h("p", { class: "note" }, t("blind")),
        );
        if (isTold) this.#changed();
    }

    /** Definitions as they are now. */
    async refresh() {
        this.#all = await collections();
    }
}
