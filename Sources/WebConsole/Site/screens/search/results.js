// SPDX-License-Identifier: Apache-2.0

import { href } from "../../base/address.js";
import { h, replace } from "../../base/dom.js";
import { milliseconds, share } from "../../base/format.js";
import { describe } from "../../base/schema.js";
import { apiKey } from "../../base/session.js";
import { count, texts } from "../../base/texts.js";
import { copyText } from "../../parts/copy.js";
import { emptyState } from "../../parts/empty.js";
import { openObject } from "../../parts/object-dialog.js";
import { download } from "../../parts/save.js";
import { SelectionBar } from "../../parts/selection.js";
import { announce, showError, toast } from "../../parts/toasts.js";
import { VirtualGrid } from "../../parts/virtual-grid.js";
import { card, originalOf } from "./card.js";
import { compare, comparable } from "./compare.js";
import { openMenu } from "./hit-menu.js";
import { kindOf } from "./request.js";
import { entry } from "./state.js";
import { explain } from "./why.js";

const t = texts({
    en: {
        list: "Results",
        found: ({ n, isGrouped }) => count(n, isGrouped ? "group" : "result"),
        took: ({ server, total }) => (server ? `${server} in the server, ${total} in all` : total),
        copies: ({ n }) => `${count(n, "copy", "copies")} hidden`,
        below: ({ n }) => `${count(n, "result")} beyond the threshold`,
        searching: "Searching …",
        more: ({ n }) => `Show ${n} more`,
        end: ({ n }) => `These are the ${n} nearest.`,
        loading: "Loading more …",
        failed: "This can't be searched for",
        again: "Try again",
        missing: "This link was searched with a picture of somebody's own",
        missingText: "Links hold no pictures. Drop it here again.",
        blind: "Here no vectors are made from pictures",
        blindText: "Choose another vector or collection, or search with an object that is stored.",
        hidden: ({ n }) => (n === 1 ? "The only result is beyond the threshold" : `All ${n} results are beyond the threshold`),
        hiddenText: ({ best }) => `The nearest one has ${best}.`,
        showAll: "Show all",
        noFit: "No object fits the filters",
        clearFilters: "Clear the filters",
        noWords: "No text has these words",
        noWordsText: "They are looked for as they are written; try another form.",
        none: "Nothing was found",
        noneText: "The collection {class} holds no objects with a vector yet.",
        import: "Import pictures",
        onlyCopies: "Nothing but copies was found",
        showCopies: "Show copies",
        why: "Why is it alike?",
        compare: "Compare",
        copyID: "Copy the id",
        copied: "Id copied",
        original: "Open the original",
        download: "Download",
        delete: "Delete",
        notSaved: "Not downloaded",
    },
});

const gap = 12;

/** What was found, and all that can be done with it. Calls `changed` with members of the state, `again`, and `load(offset)` for more. */
export class Results extends HTMLElement {
    changed = () => {};
    again = () => {};
    load = async () => ({ hits: [], isFull: false });

    #state = null;
    #definition = null;
    #answer = { hits: [], took: {}, copies: 0, isFull: false };
    /** Of the answer, those that the threshold leaves. */
    #hits = [];
    #deleted = new Set();
    #isLoading = false;
    #grid = new VirtualGrid();
    #bar = new SelectionBar();
    #summary = h("div", { class: "results-summary row apart" });
    #foot = h("div", { class: "results-foot row" });
    #empty = h("div", {});

    constructor() {
        super();
        this.#grid.setAttribute("role", "list");
        this.#grid.setAttribute("aria-label", t("list"));
        this.#grid.layout = (width) => {
            const columns = Math.max(2, Math.floor((width + gap) / (164 + gap)));
            const side = (width - gap * (columns - 1)) / columns;
            return { columns, height: Math.round(0.9 * side) + (this.#hits[0]?.group ? 134 : 92), gap };
        };
        this.#grid.render = (index) => this.#card(index);
        this.#grid.nearEnd = () => {
            if (kindOf(this.#state) === "words") this.#more();
        };
        // Only the buttons of the card that the keys are at are in the way of Tab.
        this.#grid.addEventListener("focusin", (event) => {
            const at = event.target.closest(".hit");
            for (const each of this.#grid.querySelectorAll(".hit [tabindex='0']:not([data-focus])")) if (!at?.contains(each)) each.tabIndex = -1;
            for (const each of at?.querySelectorAll("button, input") ?? []) each.tabIndex = 0;
        });
        this.#bar.shown = () => this.#hits;
        this.#bar.exported = ["distance", "percent", "score"];
        this.#bar.takeOut = (ids) => this.#takeOut(ids);
        this.#bar.changed = () => this.#redraw();
        this.#bar.more = (objects) =>
            objects.length === 2 && objects.every((each) => each.hasPicture) ? [h("button", { type: "button", data: { action: "compare" }, on: { click: () => this.#compareSelected(objects) } }, t("compare"))] : [];
        this.#bar.selection.addEventListener("change", () => this.#markSelected());
    }

    connectedCallback() {
        if (!this.#summary.isConnected) replace(this, this.#summary, this.#empty, this.#grid, this.#foot, this.#bar);
    }

    // MARK: What is shown

    clear() {
        this.#answer = { hits: [], took: {}, copies: 0, isFull: false };
        this.#hits = [];
        this.#bar.selection.clear();
        this.removeAttribute("aria-busy");
        for (const part of [this.#summary, this.#empty, this.#foot]) replace(part);
        this.#setCount();
    }

    begin(state, definition) {
        this.#state = state;
        this.#definition = definition;
        this.setAttribute("aria-busy", "true");
        if (!this.#hits.length) replace(this.#empty, h("p", { class: "muted" }, t("searching")));
    }

    show(answer, state, definition) {
        if (definition.class !== this.#bar.definition?.class || state.tenant !== this.#bar.tenant) this.#bar.selection.clear();
        Object.assign(this.#bar, { definition, tenant: state.tenant });
        this.#answer = answer;
        this.#definition = definition;
        this.removeAttribute("aria-busy");
        const hadFocus = this.#grid.contains(document.activeElement);
        this.limit(state);
        if (hadFocus && this.#hits.length) this.#grid.focusCell(0);
        this.#grid.closest("main")?.scrollTo(0, 0);
    }

    /** Applies the threshold of a state to what was found. */
    limit(state) {
        this.#state = state;
        this.#hits = this.#answer.hits.filter((hit) => !this.#deleted.has(hit.id) && this.#isWithin(hit));
        this.#setCount();
        this.#summarize();
        this.#showFoot();
        replace(this.#empty, this.#hits.length || kindOf(state) === "none" ? null : this.#emptyState());
    }

    /** Says why nothing is searched for: "missing", a picture that no link can hold; "blind", no vector that sees pictures. */
    showNotice(why) {
        this.clear();
        replace(this.#empty, emptyState({ title: t(why), text: t(`${why}Text`) }));
        announce(t(why));
    }

    showFailure(error) {
        this.clear();
        const again = h("button", { type: "button", on: { click: () => this.again() } }, t("again"));
        const state = emptyState({ drawing: "alert", title: t("failed"), text: error.message, actions: [again] });
        state.setAttribute("role", "alert");
        replace(this.#empty, state);
    }

    #isWithin({ percent, distance }) {
        const { minPercent, maxDistance } = this.#state;
        if (minPercent !== null && percent !== undefined && percent < minPercent) return false;
        return !(maxDistance !== null && distance !== undefined && distance > maxDistance);
    }

    #setCount() {
        this.#grid.hidden = !this.#hits.length;
        this.#grid.reset();
        this.#grid.count = this.#hits.length;
    }

    #summarize() {
        const { took, copies, hits } = this.#answer;
        if (!hits.length && !copies) return replace(this.#summary);
        const beyond = hits.filter((hit) => !this.#isWithin(hit)).length;
        const found = t("found", { n: this.#hits.length, isGrouped: Boolean(hits[0]?.group) });
        const parts = [found, copies ? t("copies", { n: copies }) : null, beyond ? t("below", { n: beyond }) : null].filter((part) => part);
        const time = t("took", { server: took.totalMs === undefined ? "" : milliseconds(took.totalMs), total: milliseconds(took.answerMs) });
        replace(this.#summary, h("h2", { class: "results-count" }, parts.join(" · ")), h("span", { class: "muted small" }, time));
        announce(parts.join(", "));
    }

    #showFoot() {
        const { hits, isFull } = this.#answer;
        const kind = kindOf(this.#state);
        if (!hits.length || kind === "none" || kind === "both" || hits[0].group) return replace(this.#foot);
        if (kind === "words") return replace(this.#foot, this.#isLoading ? h("p", { class: "muted" }, t("loading")) : null);
        if (!isFull) return replace(this.#foot);
        replace(
            this.#foot,
            h("p", { class: "muted" }, t("end", { n: hits.length + this.#answer.copies })),
            h("button", { type: "button", disabled: this.#isLoading, on: { click: () => this.#more() } }, t("more", { n: this.#state.count })),
        );
    }

    #emptyState() {
        const { hits, copies } = this.#answer;
        const button = (label, part) => h("button", { type: "button", on: { click: () => this.changed(part) } }, label);
        const left = hits.filter((hit) => !this.#deleted.has(hit.id));
        if (left.length) {
            const best = left[0].percent === undefined ? left[0].distance : share(left[0].percent / 100);
            return emptyState({
                drawing: "filter", title: t("hidden", { n: left.length }), text: t("hiddenText", { best }),
                actions: [button(t("showAll"), { minPercent: null, maxDistance: null })],
            });
        }
        if (copies) return emptyState({ drawing: "copy", title: t("onlyCopies"), actions: [button(t("showCopies"), { hidesCopies: false })] });
        if (this.#state.filter.rows.length) {
            return emptyState({ drawing: "filter", title: t("noFit"), actions: [button(t("clearFilters"), { filter: { join: "And", rows: [] } })] });
        }
        if (kindOf(this.#state) === "words") return emptyState({ drawing: "search", title: t("noWords"), text: t("noWordsText") });
        const { class: name } = this.#definition;
        return emptyState({ title: t("none"), text: t("noneText", { class: name }), actions: [h("a", { class: "button", href: href("import", { class: name }) }, t("import"))] });
    }

    async #more() {
        if (this.#isLoading || !this.#answer.isFull) return;
        const answer = this.#answer;
        const focused = this.#foot.contains(document.activeElement);
        this.#isLoading = true;
        this.#showFoot();
        try {
            const { hits, isFull, copies } = await this.load(answer.hits.filter((hit) => !this.#deleted.has(hit.id)).length + answer.copies);
            if (answer !== this.#answer) return;
            const known = new Set(answer.hits.map((hit) => hit.id));
            const before = this.#hits.length;
            const added = hits.filter((hit) => !known.has(hit.id));
            answer.hits.push(...added);
            answer.isFull = isFull;
            answer.copies += copies;
            this.#hits.push(...added.filter((hit) => this.#isWithin(hit)));
            this.#grid.count = this.#hits.length;
            this.#summarize();
            if (focused && this.#hits.length > before) this.#grid.focusCell(before);
        } catch (error) {
            answer.isFull = false;
            showError(error, t("failed"));
        } finally {
            this.#isLoading = false;
            this.#showFoot();
        }
    }

    // MARK: Cards

    #card(index) {
        const hit = this.#hits[index];
        const place = { index, count: this.#hits.length, isSelected: this.#bar.selection.has(hit.id) };
        return card(hit, this.#definition, place, {
            open: (event) => {
                if (event.ctrlKey || event.metaKey) return;
                event.preventDefault();
                if (event.shiftKey) return this.toggle(this.#indexOf(hit), true);
                this.#open(hit);
            },
            select: (event) => this.toggle(this.#indexOf(hit), event.shiftKey),
            similar: () => this.similar(this.#indexOf(hit)),
            plus: () => this.add(this.#indexOf(hit), false),
            minus: () => this.add(this.#indexOf(hit), true),
            more: (event) => this.#menu(hit, event.currentTarget),
            only: () => this.#only(hit.group.value),
        });
    }

    #indexOf(hit) {
        return this.#hits.indexOf(hit);
    }

    #redraw() {
        const focused = this.#grid.contains(document.activeElement) ? this.#grid.active : -1;
        this.#grid.reset();
        if (focused >= 0) this.#grid.focusCell(focused);
    }

    #markSelected() {
        const { selection } = this.#bar;
        this.classList.toggle("selecting", selection.size > 0);
        for (const element of this.#grid.querySelectorAll(".hit")) {
            const isSelected = selection.has(element.dataset.id);
            element.classList.toggle("selected", isSelected);
            element.querySelector("input").checked = isSelected;
        }
    }

    #menu(hit, button) {
        const [state, definition] = [this.#state, this.#definition];
        const alt = describe(definition, hit.properties, hit.id);
        const original = originalOf(hit, definition);
        const isOurs = original?.startsWith("/");
        const actions = [];
        if (hit.hasPicture && comparable(state)) {
            actions.push({ drawing: "help", label: t("why"), run: () => explain(hit, state, definition) });
            actions.push({ drawing: "compare", label: t("compare"), run: () => compare(hit, state, definition) });
        }
        actions.push({ drawing: "copy", label: t("copyID"), run: () => this.#copyID(hit) });
        // A tab of its own would have no key.
        if (original && !(isOurs && apiKey())) actions.push({ drawing: "image", label: t("original"), to: original });
        if (isOurs) {
            const save = () => download(original, alt.slice(0, 80)).catch((error) => showError(error, t("notSaved")));
            actions.push({ drawing: "download", label: t("download"), run: save });
        }
        actions.push({ drawing: "trash", label: t("delete"), run: () => this.#bar.delete([hit]) });
        openMenu(button, actions);
    }

    async #copyID({ id }) {
        if (await copyText(id, this.#grid)) toast(t("copied"), { kind: "good", seconds: 3 });
        // To be copied by hand.
        else toast(id, { seconds: 30 });
    }

    #open(hit) {
        const putBack = new Map();
        openObject(this.#definition.class, hit.id, {
            tenant: this.#state.tenant,
            list: this.#hits.map((each) => each.id),
            index: this.#indexOf(hit),
            moved: (id, index) => this.#grid.focusCell(index),
            changed: ({ id, properties }) => {
                const changed = this.#hits.find((each) => each.id === id);
                if (!changed) return;
                changed.properties = properties;
                this.#grid.refresh(this.#indexOf(changed));
            },
            deleted: (id) => putBack.set(id, this.#takeOut([id])),
            restored: (id) => putBack.get(id)?.(),
            closed: (id) => this.#grid.focusCell(this.#hits.findIndex((each) => each.id === id)),
        });
    }

    #compareSelected([one, other]) {
        compare(one, { ...this.#state, entries: [entry("object", other.id)] }, this.#definition);
    }

    #only(value) {
        const { filter, group } = this.#state;
        const rows = [...filter.rows, { property: group, operator: "Equal", value: String(value) }];
        this.changed({ group: "", filter: { ...filter, rows } });
    }

    #takeOut(ids) {
        const hadFocus = this.#grid.contains(document.activeElement) || document.activeElement === document.body || this.#bar.contains(document.activeElement);
        const at = this.#grid.active;
        for (const id of ids) this.#deleted.add(id);
        this.limit(this.#state);
        if (hadFocus) this.#grid.focusCell(Math.min(at, this.#hits.length - 1));
        return () => {
            for (const id of ids) this.#deleted.delete(id);
            if (this.isConnected) this.limit(this.#state);
        };
    }

    // MARK: Keys

    /** The index of the card that has the focus; -1 if none has. */
    get focused() {
        return this.#grid.contains(document.activeElement) ? this.#grid.indexOf(document.activeElement) : -1;
    }

    similar(index) {
        this.changed({ entries: [entry("object", this.#hits[index].id)], words: "" });
    }

    add(index, isMinus) {
        const { id } = this.#hits[index];
        const others = this.#state.entries.filter((each) => each.ref !== id);
        this.changed({ entries: [...others, entry("object", id, isMinus)] });
    }

    toggle(index, isRange) {
        this.#bar.selection.toggle(this.#hits, index, isRange);
    }

    delete() {
        const { selection } = this.#bar;
        if (selection.size) return this.#bar.delete();
        if (this.focused < 0) return false;
        this.#bar.delete([this.#hits[this.focused]]);
    }

    selectNone() {
        if (!this.#bar.selection.size) return false;
        this.#bar.selection.clear();
        if (!this.contains(document.activeElement)) this.#grid.focusCell(this.#grid.active);
    }
}

customElements.define("nt-search-results", Results);
