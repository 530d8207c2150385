// SPDX-License-Identifier: Apache-2.0

import { address, go, note } from "../../base/address.js";
import { debounce, h, loadStyle, replace } from "../../base/dom.js";
import { isText } from "../../base/schema.js";
import { Screen } from "../../base/screen.js";
import { texts } from "../../base/texts.js";
import { CollectionChoice, noCollections } from "../../parts/collection-choice.js";
import { icon } from "../../parts/icons.js";
import { showError, toast } from "../../parts/toasts.js";
import { takeFiles } from "./drop.js";
import { registerKeys } from "./keys.js";
import { SearchOptions } from "./options.js";
import { keepPicture, keepVector, keptUnder, sees, vectorIn } from "./pictures.js";
import { QueryPanel } from "./query-panel.js";
import { kindOf, search } from "./request.js";
import { Results } from "./results.js";
import { entry, readState, searchKey, stateHref } from "./state.js";

const t = texts({
    en: {
        title: "Search",
        words: "Search by words",
        placeholder: "Words, or a vector such as [0.1, -0.2, …]",
        noWords: "This collection has no texts to search in",
        options: "Options",
        noCollection: "There is no collection '{name}' any more.",
        failed: "The picture can't be searched with",
    },
});

/**
 * What with on the left, what was found on the right. Everything that changes goes through the address: `#go` writes it, `show` reads it
 * and searches if the answer would be another one.
 */
export default class SearchScreen extends Screen {
    #state = null;
    #definition = null;
    #searched = null;
    #aborting = new AbortController();
    #turn = 0;
    #choice = new CollectionChoice();
    #panel = new QueryPanel();
    #options = new SearchOptions();
    #results = new Results();
    #words = h("input", { type: "search", "aria-label": t("words"), placeholder: t("placeholder"), maxlength: "20000" });
    #unregister = null;

    async show(query) {
        const turn = (this.#turn += 1);
        const state = readState(query);
        if (!this.#unregister) this.#begin();
        const isElsewhere = ["className", "tenant", "vector"].some((name) => state[name] !== this.#state?.[name]);
        if (isElsewhere || !this.#definition) {
            await this.#choice.set(state, { vectors: true });
            if (turn !== this.#turn || !this.isConnected) return;
        }
        this.#definition = this.#choice.definition;
        if (this.#definition && state.className && state.className !== this.#definition.class) {
            toast(t("noCollection", { name: state.className }), { kind: "error", seconds: 12 });
            state.entries = state.entries.filter((each) => each.kind !== "object");
        }
        if (!this.#definition) {
            this.#state = state;
            return replace(this, h("div", { class: "screen-head" }, h("h1", {}, t("title"))), noCollections());
        }
        Object.assign(state, { className: this.#definition.class, tenant: this.#choice.tenant, vector: this.#choice.vector });
        this.#state = state;
        // A link says where, also if it is copied from here.
        note({ class: state.className, tenant: state.tenant, vector: state.vector });
        if (!this.#panel.isConnected) this.#draw();
        this.#present();
        if (searchKey(state) !== this.#searched) await this.#run();
        else this.#results.limit(state);
    }

    async refresh() {
        this.#definition = null;
        this.#searched = null;
        this.#panel.forget();
        await this.show(address().query);
    }

    leave() {
        this.#unregister?.();
        this.#aborting.abort();
        this.#panel.leave();
    }

    #begin() {
        this.#unregister = registerKeys({ focusWords: () => this.#words.focus(), results: this.#results });
        takeFiles({
            signal: this.left,
            hasQuery: () => this.#state?.entries.length > 0,
            files: (files, mode) => this.addFiles(files, mode),
            url: (url, mode) => this.#panel.addURL(url, mode),
            vector: (vector) => this.#go({ entries: [entry("vector", keepVector(vector))], words: "" }),
        });
        this.#choice.addEventListener("change", () => {
            const { definition, tenant, vector } = this.#choice;
            const isOther = definition.class !== this.#state.className;
            const kept = isOther ? { filter: { join: "And", rows: [] }, group: "", entries: this.#state.entries.filter((each) => each.kind !== "object") } : {};
            this.#definition = null;
            this.#go({ className: definition.class, tenant, vector, ...kept });
        });
        this.#panel.changed = (entries, isStep = true) => this.#go({ entries }, !isStep);
        this.#panel.files = (files, mode) => this.addFiles(files, mode);
        this.#options.changed = (part) => this.#go(part, true);
        this.#results.changed = (part) => this.#go(part);
        this.#results.again = () => this.#run();
        this.#results.load = (offset) => search(this.#state, this.#definition, { offset, signal: this.#aborting.signal });
        const typed = debounce(300, () => this.#takeWords(true));
        this.#words.addEventListener("input", typed);
        this.#words.addEventListener("keydown", (event) => {
            if (event.key !== "Enter") return;
            if (!this.#takeWords(false)) this.#run();
        });
    }

    /** Searches for what stands in the field; returns whether it is something new. */
    #takeWords(isTyping) {
        const words = this.#words.value.trim();
        if (words === this.#state.words) return false;
        const vector = vectorIn(words);
        if (vector) this.#go({ entries: [entry("vector", keepVector(vector))], words: "" });
        // Half a vector is none yet, and no words.
        else if (!(isTyping && words.startsWith("["))) this.#go({ words }, isTyping && this.#state.words !== "");
        return true;
    }

    /** @param {"replace"|"plus"|"minus"} mode what becomes of those that are searched with already */
    async addFiles(files, mode = "replace") {
        if (!this.#state) return;
        const entries = mode === "replace" ? [] : [...this.#state.entries];
        const before = entries.length;
        for (const file of files) {
            try {
                entries.push(entry("file", await keepPicture(file), mode === "minus"));
            } catch (error) {
                showError(error, t("failed"));
            }
        }
        if (entries.length > before) this.#go({ entries: entries.slice(-16) });
    }

    #go(part, isReplacing = false) {
        // What was debounced or read meanwhile does not lead back from another screen.
        if (!this.isConnected) return;
        const entries = (part.entries ?? this.#state.entries).filter((each, _, all) => each.kind !== "vector" || all.length === 1);
        go(stateHref({ ...this.#state, ...part, entries }), { replace: isReplacing });
    }

    #draw() {
        const options = h("details", { class: "search-options card", open: innerWidth > 1000 }, h("summary", {}, t("options")), this.#options);
        replace(
            this,
            h("div", { class: "screen-head" }, h("h1", {}, t("title")), this.#choice),
            h(
                "div",
                { class: "search-columns" },
                h("div", { class: "search-side" }, this.#panel, options),
                h("div", { class: "search-main" }, h("div", { class: "search-words", role: "search" }, icon("search"), this.#words), this.#results),
            ),
        );
    }

    #present() {
        const { words } = this.#state;
        this.classList.toggle("idle", kindOf(this.#state) === "none");
        if (this.#words.value.trim() !== words) this.#words.value = words;
        const hasTexts = (this.#definition.properties ?? []).some(isText);
        this.#words.placeholder = t(hasTexts ? "placeholder" : "noWords");
        this.#panel.set(this.#state, this.#definition, kindOf(this.#state) === "none");
        this.#options.set(this.#definition, this.#state);
    }

    async #run() {
        this.#aborting.abort();
        this.#aborting = new AbortController();
        const { signal } = this.#aborting;
        const [state, definition] = [this.#state, this.#definition];
        this.#searched = searchKey(state);
        if (kindOf(state) === "none") return this.#results.clear();
        const missing = state.entries.filter((each) => (each.kind === "file" || each.kind === "vector") && !keptUnder(each.ref));
        if (missing.length) return this.#results.showNotice("missing");
        if (state.entries.some((each) => each.kind === "file" || each.kind === "url") && !sees(definition, state.vector)) {
            return this.#results.showNotice("blind");
        }
        this.#results.begin(state, definition);
        try {
            const answer = await search(state, definition, { signal });
            if (signal.aborted) return;
            this.#results.show(answer, state, definition);
            this.#options.setFarthest(answer.hits);
        } catch (error) {
            if (error.name === "AbortError") return;
            this.#searched = null;
            this.#results.showFailure(error);
        }
    }
}

await Promise.all(["query-panel", "results"].map((name) => loadStyle(`screens/search/${name}.css`)));
