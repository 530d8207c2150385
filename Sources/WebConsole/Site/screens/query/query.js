// SPDX-License-Identifier: Apache-2.0

import { href, note } from "../../base/address.js";
import { send } from "../../base/api.js";
import { debounce, h, replace } from "../../base/dom.js";
import { bytes, milliseconds } from "../../base/format.js";
import { collection } from "../../base/schema.js";
import { Screen } from "../../base/screen.js";
import { recall, remember } from "../../base/session.js";
import { count, texts } from "../../base/texts.js";
import { Answer } from "../../parts/answer.js";
import { button } from "../../parts/button.js";
import { CollectionChoice, noCollections } from "../../parts/collection-choice.js";
import { copyButton } from "../../parts/copy.js";
import { Editor } from "../../parts/editor.js";
import { emptyState } from "../../parts/empty.js";
import { icon } from "../../parts/icons.js";
import { shortcuts } from "../../parts/shortcuts.js";
import { announce, showError, toast } from "../../parts/toasts.js";
import { completions } from "./completion.js";
import { errorList, offsetOf } from "./errors.js";
import { examples, variablesFor } from "./examples.js";
import { formatted } from "./format.js";
import { keep, showHistory } from "./history.js";
import { measure } from "./measure.js";
import { scan } from "./scan.js";
import { thumbnails } from "./thumbnails.js";
import { Variables } from "./variables.js";

const t = texts({
    en: {
        title: "Query",
        graphql: "GraphQL",
        editor: "Query in GraphQL",
        history: "History",
        link: "Copy link",
        examples: "Begin with",
        format: "Format",
        run: "Run",
        cancel: "Cancel",
        measure: "Run 20 times",
        answer: "Answer",
        waiting: "Waiting for the answer…",
        cancelled: "Cancelled",
        nothing: "Nothing was run yet",
        nothingText: "Write a query or take an example, then press Ctrl+Enter. Ctrl+Space shows what may stand at the cursor.",
        empty: "There is no query to run.",
        failed: "The query could not be run",
        hits: ({ n }) => count(n, "hit"),
        done: ({ time, size, hits }) => `${time} · ${size}${hits ? ` · ${hits}` : ""}`,
        long: "This query is too long for a link. Copy its text instead.",
        keys: "Query",
        keyRun: "Run the query",
        keyComplete: "Show what may stand at the cursor",
        keyFocus: "Go to the query",
    },
});

/** Longer ones do not go into the address. */
const longestLink = 1500;

export default class QueryScreen extends Screen {
    #choice = new CollectionChoice();
    #examples = h("div", { class: "row", role: "group", "aria-label": t("examples") });
    #variables = new Variables();
    #answer = new Answer();
    #editor = null;
    #running = null;
    #making = null;
    #leave = () => {};

    async show(query) {
        if (!this.#editor) {
            this.#making ??= this.#make(query);
            await this.#making;
        }
        if (!this.#choice.definition) return;
        if (query.has("q")) this.#load(query.get("q"), query.get("v") ?? "");
        else if (query.has("class")) this.#toExample(query.get("class"));
        else if (!this.#editor.value) this.#restore();
    }

    async refresh() {
        if (!this.#choice.definition) {
            replace(this);
            this.#editor = null;
            this.#making = null;
            return this.show(new URLSearchParams(location.search));
        }
        const { definition, tenant, vector } = this.#choice;
        await this.#choose({ className: definition.class, tenant, vector });
    }

    leave() {
        this.#running?.abort();
        this.#leave();
    }

    // MARK: What is on the screen

    async #make(query) {
        const head = h("div", { class: "screen-head" }, h("h1", {}, t("title")));
        replace(this, head);
        await this.#choose({ className: query.get("class"), tenant: query.get("tenant") });
        if (!this.#choice.definition) return this.append(noCollections());
        const [editor] = await Promise.all([
            Editor.create({ label: t("editor"), mode: "graphql", hints: completions, changed: () => this.#changed() }),
            this.#variables.make(),
        ]);
        this.#editor = editor;
        head.append(
            h(
                "div",
                { class: "row" },
                button(t("history"), () => showHistory((entry, run) => this.#use(entry, run)), { drawing: "history" }),
                copyButton(() => this.#link(), { label: t("link"), words: true }),
            ),
        );
        this.#choice.addEventListener("change", () => this.#drawExamples());
        this.#variables.addEventListener("change", () => this.#changed());
        this.append(
            h("div", { class: "row query-begin" }, this.#choice, this.#examples),
            h(
                "div",
                { class: "query-panes" },
                h(
                    "section",
                    { class: "stack query-left", "aria-label": t("graphql") },
                    h("div", { class: "row apart" }, h("h2", {}, t("graphql")), this.#actions()),
                    editor,
                    this.#variables,
                ),
                h("section", { class: "stack card query-right", "aria-label": t("answer") }, this.#answerHead(), this.#errors, this.#answer),
            ),
        );
        replace(this.#answer, emptyState({ drawing: "query", title: t("nothing"), text: t("nothingText") }));
        this.#listen();
    }

    #errors = h("div", {});
    #figures = h("p", { class: "muted small query-figures" });
    #measureButton = h("button", { type: "button", class: "quiet small", hidden: true, on: { click: () => this.#measure() } }, t("measure"));
    #runButton = h("button", { type: "button", class: "primary query-run", on: { click: () => this.#run() } }, icon("play"), t("run"), h("kbd", {}, "Ctrl ⏎"));
    #cancelButton = h("button", { type: "button", hidden: true, on: { click: () => this.#running?.abort() } }, icon("stop"), t("cancel"));

    #actions() {
        const format = () => {
            const text = formatted(this.#editor.value);
            if (text === this.#editor.value) return;
            this.#editor.value = text;
            this.#editor.focus();
        };
        return h("div", { class: "row" }, button(t("format"), format), this.#cancelButton, this.#runButton);
    }

    #answerHead() {
        return h("div", { class: "row apart" }, h("h2", {}, t("answer")), h("div", { class: "row" }, this.#figures, this.#measureButton));
    }

    async #choose(wanted) {
        await this.#choice.set(wanted, { vectors: true });
        this.#drawExamples();
    }

    #drawExamples() {
        const { definition, tenant, vector } = this.#choice;
        if (!definition) return;
        replace(
            this.#examples,
            h("span", { class: "small muted", "aria-hidden": "true" }, t("examples")),
            examples(definition, { tenant, vector }).map((example) =>
                button(example.title, () => this.#take(example), { kind: "small", data: { example: example.name } }),
            ),
        );
    }

    #listen() {
        this.addEventListener("keydown", (event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            this.#run();
        });
        const isFile = (event) => event.dataTransfer?.types.includes("Files");
        this.addEventListener("dragover", (event) => isFile(event) && event.preventDefault());
        // Before CodeMirror, which would write the file into the text.
        this.addEventListener(
            "drop",
            (event) => {
                const files = [...(event.dataTransfer?.files ?? [])];
                if (!files.length) return;
                event.preventDefault();
                event.stopPropagation();
                for (const file of files) this.#variables.add(file);
            },
            { capture: true },
        );
        this.#leave = shortcuts(t("keys"), [
            { keys: ["/"], label: t("keyFocus"), run: () => this.#editor.focus() },
            // These are pressed in the editor, which handles them.
            { keys: ["Ctrl+Enter"], label: t("keyRun"), run: () => false },
            { keys: ["Ctrl+Space"], label: t("keyComplete"), run: () => false },
        ]);
    }

    // MARK: The query

    #load(query, variables) {
        this.#editor.value = query;
        this.#variables.text = variables;
    }

    /** What was here when the page was open last, or the first example. */
    #restore() {
        const draft = recall("query.draft");
        if (draft?.query) this.#load(draft.query, draft.variables ?? "");
        else this.#take(examples(this.#choice.definition, this.#choice)[0]);
    }

    async #toExample(className) {
        const definition = await collection(className);
        if (!definition) return this.#editor.value || this.#restore();
        await this.#choose({ className });
        this.#take(examples(definition, this.#choice)[0]);
    }

    async #take(example) {
        const { definition, tenant } = this.#choice;
        try {
            this.#load(example.query, await variablesFor(example, definition, tenant));
        } catch (error) {
            showError(error);
        }
    }

    #use(entry, run) {
        this.#load(entry.query, entry.variables);
        this.#variables.want(entry.pictures);
        if (run) this.#run();
        else this.#editor.focus();
    }

    #changed() {
        if (!this.#editor) return;
        this.#variables.declared = scan(this.#editor.value).variables;
        this.#noted();
    }

    /** Keeps what is written for the next time, and in the address if it is short. */
    #noted = debounce(300, () => {
        if (!this.isConnected) return;
        const query = this.#editor.value;
        const variables = this.#variables.text;
        const isShort = query.length + variables.length <= longestLink;
        remember("query.draft", isShort || query.length < 20_000 ? { query, variables } : undefined);
        note(isShort ? { q: query, v: variables, class: undefined } : { q: undefined, v: undefined, class: undefined });
    });

    #link() {
        const query = this.#editor.value;
        const variables = this.#variables.text;
        if (query.length + variables.length > longestLink) {
            toast(t("long"));
            return query;
        }
        return location.origin + href("query", { q: query, v: variables });
    }

    // MARK: Running

    /** What is sent: the query, and which operation of it if there are several, the one at the cursor. */
    #request() {
        const query = this.#editor.value;
        const { operations } = scan(query);
        const variables = this.#variables.values;
        if (!variables) {
            this.#variables.editor.focus();
            return null;
        }
        const offset = this.#editor.offset;
        const chosen = operations.find((each) => each.from <= offset && offset <= each.to) ?? operations[0];
        return { query, variables, operationName: operations.length > 1 ? chosen.name : undefined };
    }

    async #run() {
        if (!this.#editor.value.trim()) return toast(t("empty"));
        const json = this.#request();
        if (!json) return;
        this.#running?.abort();
        const running = new AbortController();
        this.#running = running;
        this.#busy(true);
        this.#figures.textContent = t("waiting");
        const began = performance.now();
        try {
            const text = await send("POST", "/v1/graphql", { json, signal: AbortSignal.any([running.signal, this.left]), as: "text" });
            if (this.#running === running) this.#show(json, text, performance.now() - began);
        } catch (error) {
            if (this.#running !== running) return;
            this.#figures.textContent = error.name === "AbortError" ? t("cancelled") : "";
            if (error.name === "AbortError") return announce(t("cancelled"));
            this.#answer.clear();
            replace(this.#errors, errorList([error], json.query, () => {}, false));
        } finally {
            if (this.#running === running) this.#busy(false);
        }
    }

    #busy(isBusy) {
        this.#cancelButton.hidden = !isBusy;
        if (!isBusy) {
            // The button that is going had the focus, perhaps.
            if (document.activeElement === document.body || document.activeElement === this.#cancelButton) this.#runButton.focus();
            this.#running = null;
        }
        this.#answer.setAttribute("aria-busy", String(isBusy));
    }

    #show(json, text, ms) {
        const { classes } = scan(json.query);
        const value = this.#answer.showText(text, { file: "answer.json", decorate: thumbnails(classes) });
        const errors = value?.errors ?? [];
        const hits = Object.values(value?.data?.Get ?? {}).reduce((sum, list) => sum + (Array.isArray(list) ? list.length : 0), 0);
        const size = bytes(new Blob([text]).size);
        this.#figures.textContent = t("done", { time: milliseconds(ms), size, hits: value?.data?.Get ? t("hits", { n: hits }) : "" });
        this.#measureButton.hidden = errors.length > 0;
        announce(errors.length ? errors[0].message : this.#figures.textContent);
        replace(this.#errors, errors.length ? errorList(errors, json.query, (offset) => this.#goTo(offset), value.data) : null);
        const offsets = errors.flatMap((error) => error.locations ?? []).map((location) => offsetOf(json.query, location));
        if (this.#editor.value === json.query) this.#editor.mark(offsets);
        keep({ query: json.query, variables: this.#variables.text, pictures: this.#variables.pictureNames, ms, ok: !errors.length });
    }

    #goTo(offset) {
        this.#editor.focus();
        this.#editor.offset = offset;
    }

    async #measure() {
        const json = this.#request();
        if (!json) return;
        const running = new AbortController();
        this.#running = running;
        this.#busy(true);
        try {
            const signal = AbortSignal.any([running.signal, this.left]);
            this.#figures.textContent = await measure(json, signal, (text) => (this.#figures.textContent = text));
            announce(this.#figures.textContent);
        } catch (error) {
            this.#figures.textContent = error.name === "AbortError" ? t("cancelled") : "";
            showError(error, t("failed"));
        } finally {
            this.#busy(false);
        }
    }
}
