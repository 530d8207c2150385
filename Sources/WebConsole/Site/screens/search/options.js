// SPDX-License-Identifier: Apache-2.0

import { debounce, freshID, h, replace } from "../../base/dom.js";
import { distance } from "../../base/format.js";
import { isBlob, isReference } from "../../base/schema.js";
import { count, texts } from "../../base/texts.js";
import { FilterRows } from "../../parts/filters.js";
import { kindOf } from "./request.js";

const t = texts({
    en: {
        count: "Results",
        groups: "Groups",
        threshold: "Threshold",
        unit: "Threshold by",
        percent: "%",
        distance: "Distance",
        from: ({ n }) => `from ${n} %`,
        upTo: ({ n }) => `up to ${n}`,
        everything: "everything",
        copies: "Hide copies",
        copiesHint: "Leaves out what equals the searched picture, to 99.9 %, and of equally far results all but the first.",
        group: "Group by",
        noGroup: "Nothing",
        filters: "Filters",
    },
});

/** How many, up to where, grouped by what, and filters. Calls `changed` with the members of the state that are others now. */
export class SearchOptions extends HTMLElement {
    changed = () => {};

    #definition = null;
    #unit = "percent";
    #farthest = 1;
    #state = null;
    #filters = new FilterRows();
    #count = h("input", { type: "range", min: 1, max: 100, id: freshID() });
    #countLabel = h("label", { for: this.#count.id });
    #countText = h("output", { for: this.#count.id });
    #threshold = h("input", { type: "range", min: 0, id: freshID() });
    #thresholdText = h("output", { for: this.#threshold.id });
    #units = ["percent", "distance"].map((unit) =>
        h("button", { type: "button", data: { unit }, on: { click: () => this.#choose(unit) } }, t(unit)),
    );
    #copies = h("input", { type: "checkbox" });
    #group = h("select", { id: freshID() });
    #groupField = null;
    #thresholdField = null;

    constructor() {
        super();
        // The slider follows the hand; the search waits until it rests.
        const settle = debounce(300, () => this.changed({ count: Number(this.#count.value) }));
        this.#count.addEventListener("input", () => {
            replace(this.#countText, this.#count.value);
            settle();
        });
        this.#threshold.addEventListener("input", () => {
            this.#showThreshold();
            this.#sendThreshold();
        });
        this.#copies.addEventListener("change", () => this.changed({ hidesCopies: this.#copies.checked }));
        this.#group.addEventListener("change", () => this.changed({ group: this.#group.value }));
        const filter = debounce(300, () => this.changed({ filter: structuredClone(this.#filters.state) }));
        this.#filters.addEventListener("change", filter);
    }

    connectedCallback() {
        if (this.#groupField) return;
        const copiesHint = h("p", { class: "hint", id: freshID() }, t("copiesHint"));
        this.#copies.setAttribute("aria-describedby", copiesHint.id);
        this.#groupField = h("div", { class: "field" }, h("label", { for: this.#group.id }, t("group")), this.#group);
        this.#thresholdField = h(
            "div",
            { class: "field" },
            h("div", { class: "row apart" }, h("label", { for: this.#threshold.id, class: "label" }, t("threshold")), this.#thresholdText),
            this.#threshold,
            h("div", { class: "choice unit-choice", role: "group", "aria-label": t("unit") }, this.#units),
        );
        replace(
            this,
            h("div", { class: "field" }, h("div", { class: "row apart" }, this.#countLabel, this.#countText), this.#count),
            this.#thresholdField,
            h("div", { class: "field" }, h("label", { class: "check" }, this.#copies, t("copies")), copiesHint),
            this.#groupField,
            h("fieldset", { class: "field" }, h("legend", {}, t("filters")), this.#filters),
        );
    }

    set(definition, state) {
        const kind = kindOf(state);
        const isOther = definition !== this.#definition;
        this.#definition = definition;
        this.#state = state;
        replace(this.#countLabel, t(state.group && kind === "near" ? "groups" : "count"));
        if (document.activeElement !== this.#count) this.#count.value = state.count;
        replace(this.#countText, this.#count.value);
        if (state.maxDistance !== null) this.#unit = "distance";
        else if (state.minPercent !== null) this.#unit = "percent";
        this.#setThreshold();
        this.#thresholdField.hidden = kind === "words";
        this.#groupField.hidden = kind === "words" || kind === "both";
        this.#copies.checked = state.hidesCopies;
        if (isOther) {
            const properties = (definition.properties ?? []).filter((each) => !isBlob(each) && !isReference(each)).map((each) => each.name);
            replace(this.#group, h("option", { value: "" }, t("noGroup")), properties.map((name) => h("option", { value: name }, name)));
        }
        this.#group.value = state.group;
        // What is being typed is not drawn again under the hand.
        if (isOther || JSON.stringify(state.filter) !== JSON.stringify(this.#filters.state)) this.#filters.set(definition, state.filter);
    }

    /** Tells how far distances go. */
    setFarthest(hits) {
        const farthest = Math.max(0, ...hits.flatMap((hit) => hit.distance ?? []));
        if (farthest > 0) this.#farthest = Number(farthest.toPrecision(2)) + 10 ** Math.floor(Math.log10(farthest) - 1);
        this.#setThreshold();
    }

    #choose(unit) {
        if (unit === this.#unit) return;
        this.#unit = unit;
        this.#state = { ...this.#state, minPercent: null, maxDistance: null };
        this.#setThreshold();
        this.changed({ minPercent: null, maxDistance: null });
    }

    #setThreshold() {
        for (const button of this.#units) button.setAttribute("aria-pressed", String(button.dataset.unit === this.#unit));
        const isPercent = this.#unit === "percent";
        this.#threshold.max = isPercent ? 100 : this.#farthest;
        this.#threshold.step = isPercent ? 1 : this.#farthest / 200;
        if (document.activeElement !== this.#threshold || this.#state.minPercent === this.#state.maxDistance) {
            this.#threshold.value = isPercent ? (this.#state.minPercent ?? 0) : (this.#state.maxDistance ?? this.#farthest);
        }
        this.#showThreshold();
    }

    /** As the slider stands: `minPercent` or `maxDistance`; `null` at the end where nothing is left out. */
    #read() {
        const value = Number(this.#threshold.value);
        if (this.#unit === "percent") return { minPercent: value || null, maxDistance: null };
        const isEverything = value >= Number(this.#threshold.max) - 1e-9;
        return { minPercent: null, maxDistance: isEverything ? null : Number(value.toPrecision(4)) };
    }

    #showThreshold() {
        const { minPercent, maxDistance } = this.#read();
        const text = minPercent !== null ? t("from", { n: minPercent }) : maxDistance !== null ? t("upTo", { n: distance(maxDistance) }) : t("everything");
        replace(this.#thresholdText, text);
        this.#threshold.setAttribute("aria-valuetext", text);
        this.#count.setAttribute("aria-valuetext", count(Number(this.#count.value), "result"));
    }

    #sendThreshold = debounce(60, () => this.changed(this.#read()));
}

customElements.define("nt-search-options", SearchOptions);
