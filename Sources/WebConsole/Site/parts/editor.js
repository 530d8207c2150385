// SPDX-License-Identifier: Apache-2.0
// An editor for queries and JSON, on CodeMirror, which is loaded when the first one is made. Tab indents there; Esc and then Tab leaves it.

import { freshID, h, loadScript, loadStyle, replace } from "../base/dom.js";
import { texts } from "../base/texts.js";

const t = texts({ en: { leave: "Tab indents; Esc, then Tab leaves the editor." } });

let loading = null;

function load() {
    loading ??= (async () => {
        const styles = ["vendor/codemirror/codemirror.css", "parts/editor.css"].map(loadStyle);
        await loadScript("vendor/codemirror/codemirror.js");
        const addons = ["simple", "show-hint", "closebrackets", "matchbrackets"];
        await Promise.all([...styles, ...addons.map((name) => loadScript(`vendor/codemirror/${name}.js`))]);
        window.CodeMirror.defineSimpleMode("graphql", graphqlMode);
        window.CodeMirror.defineSimpleMode("json", jsonMode);
        return window.CodeMirror;
    })().catch((error) => {
        loading = null;
        throw error;
    });
    return loading;
}

/** How GraphQL is colored and indented. Patterns of texts take runs of letters at once: pictures make texts of millions. */
const graphqlMode = {
    start: [
        { regex: /"""/, token: "string", next: "block" },
        { regex: /"[^"\\]*(?:\\.[^"\\]*)*"?/, token: "string" },
        { regex: /#.*/, token: "comment" },
        { regex: /\$[_A-Za-z]\w*/, token: "variable-2" },
        { regex: /@[_A-Za-z]\w*|\.\.\./, token: "meta" },
        { regex: /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/, token: "number" },
        { regex: /(?:true|false|null)\b/, token: "atom" },
        { regex: /(?:query|fragment|on)\b(?!\s*:)/, token: "keyword" },
        { regex: /[_A-Za-z]\w*(?=\s*:)/, token: "property" },
        { regex: /[A-Z]\w*/, token: "type" },
        { regex: /[_a-z]\w*/, token: "variable" },
        { regex: /[{([]/, indent: true },
        { regex: /[})\]]/, dedent: true },
    ],
    block: [
        { regex: /.*?"""/, token: "string", next: "start" },
        { regex: /.+/, token: "string" },
    ],
    meta: { lineComment: "#", electricInput: /^\s*[})\]]$/, closeBrackets: '()[]{}""', dontIndentStates: ["block"] },
};

const jsonMode = {
    start: [
        { regex: /"[^"\\]*(?:\\.[^"\\]*)*"(?=\s*:)/, token: "property" },
        { regex: /"[^"\\]*(?:\\.[^"\\]*)*"?/, token: "string" },
        { regex: /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/, token: "number" },
        { regex: /(?:true|false|null)\b/, token: "atom" },
        { regex: /[{[]/, indent: true },
        { regex: /[}\]]/, dedent: true },
    ],
    meta: { electricInput: /^\s*[}\]]$/, closeBrackets: '[]{}""' },
};

/** What counts between Esc and the next key: the browser has Tab back. */
const leaving = { name: "leaving", Tab: false, "Shift-Tab": false };

/**
 *     const editor = await Editor.create({ label: "Query", mode: "graphql", value: "{ Get }", changed: (text) => … });
 *     page.append(editor);
 *
 * `mode` is "graphql", "json" or "text"; `changed` is called after each change by the user or the page; `hints(editor)` gives, or promises,
 * what may stand at the cursor as `{ list, from, to }` of offsets, or `null`.
 */
export class Editor extends HTMLElement {
    /** The editor of CodeMirror, for what is not here. */
    codemirror;

    #fault = h("p", { class: "fault", id: freshID("fault"), hidden: true, role: "alert" });
    #marks = [];
    #resizing = null;
    #width = 0;

    static async create(options) {
        const CodeMirror = await load();
        const editor = document.createElement("nt-editor");
        editor.#make(CodeMirror, options);
        return editor;
    }

    #make(CodeMirror, { label, mode = "text", value = "", changed, hints }) {
        const frame = h("div", { class: "editor-frame" });
        const hint = h("p", { class: "editor-hint muted", id: freshID("hint") }, t("leave"));
        replace(this, frame, this.#fault, hint);
        this.codemirror = CodeMirror(frame, {
            value,
            mode: mode === "text" ? null : mode,
            theme: "needletail",
            indentUnit: 2,
            tabSize: 2,
            lineNumbers: mode !== "text",
            lineWrapping: true,
            matchBrackets: true,
            autoCloseBrackets: true,
            screenReaderLabel: label,
            extraKeys: {
                Tab: (cm) => cm.execCommand(cm.somethingSelected() ? "indentMore" : "insertSoftTab"),
                "Shift-Tab": "indentLess",
                Esc: (cm) => cm.addKeyMap(leaving),
                "Ctrl-Space": hints ? () => this.complete() : undefined,
            },
        });
        const input = this.codemirror.getInputField();
        input.setAttribute("aria-describedby", `${hint.id} ${this.#fault.id}`);
        this.codemirror.on("keydown", (cm, event) => {
            if (!["Tab", "Shift"].includes(event.key)) cm.removeKeyMap(leaving);
        });
        this.codemirror.on("blur", (cm) => cm.removeKeyMap(leaving));
        this.codemirror.on("change", () => {
            this.mark([]);
            changed?.(this.value);
        });
        if (hints) this.#offer(CodeMirror, label, hints);
    }

    #offer(CodeMirror, label, hints) {
        const provide = async (cm) => {
            const found = await hints(this);
            if (!found?.list.length) return null;
            const answer = { list: found.list, from: cm.posFromIndex(found.from), to: cm.posFromIndex(found.to) };
            CodeMirror.on(answer, "shown", () => {
                const list = document.querySelector("ul.CodeMirror-hints");
                // A list box has no such state.
                list?.removeAttribute("aria-expanded");
                list?.setAttribute("aria-label", label);
            });
            return answer;
        };
        // "$" and quotes begin something that can be completed, as letters do.
        const options = { hint: provide, completeSingle: false, closeCharacters: /[\s()[\]{}:,]/ };
        this.complete = () => this.codemirror.showHint(options);
        this.codemirror.on("inputRead", (cm, change) => {
            if (!cm.state.completionActive && /[\w$"]$/.test(change.text[0]) && change.origin === "+input") this.complete();
        });
    }

    /** Shows what may stand at the cursor. */
    complete() {}

    get value() {
        return this.codemirror.getValue();
    }

    set value(text) {
        if (text !== this.value) this.codemirror.setValue(text);
    }

    /** Where the cursor is, in UTF-16 units from the start. */
    get offset() {
        return this.codemirror.indexFromPos(this.codemirror.getCursor());
    }

    set offset(offset) {
        this.codemirror.setCursor(this.codemirror.posFromIndex(offset));
    }

    focus() {
        this.codemirror.focus();
    }

    /** Says below the editor what is wrong with its text; "" for nothing. */
    fault(text) {
        this.#fault.hidden = !text;
        this.#fault.textContent = text;
        const input = this.codemirror.getInputField();
        if (text) input.setAttribute("aria-invalid", "true");
        else input.removeAttribute("aria-invalid");
    }

    /** Marks what stands at these offsets as wrong, until the text changes. */
    mark(offsets) {
        for (const mark of this.#marks) mark.clear();
        this.#marks = offsets.map((offset) => {
            const cm = this.codemirror;
            const from = cm.posFromIndex(offset);
            const token = cm.getTokenAt({ line: from.line, ch: from.ch + 1 });
            const end = token.end > from.ch ? token.end : from.ch + 1;
            return cm.markText(from, { line: from.line, ch: end }, { className: "editor-mark" });
        });
    }

    connectedCallback() {
        // CodeMirror measures letters, which it can do only in the page; and anew when the width changes.
        this.#resizing = new ResizeObserver(() => {
            if (this.clientWidth === this.#width && this.clientHeight === 0) return;
            this.#width = this.clientWidth;
            this.codemirror.refresh();
        });
        this.#resizing.observe(this.firstElementChild);
    }

    disconnectedCallback() {
        this.#resizing.disconnect();
        this.codemirror.closeHint();
    }
}

customElements.define("nt-editor", Editor);
