// SPDX-License-Identifier: Apache-2.0
// What the server answered: as a tree, as text, or as the picture that it is; with its size and how long it took.

import { h, loadStyle, replace } from "../base/dom.js";
import { texts } from "../base/texts.js";
import { copyButton } from "./copy.js";
import { icon } from "./icons.js";
import { jsonTree, parseJSON } from "./json-tree.js";
import { saveBlob } from "./save.js";

const t = texts({
    en: {
        tree: "Tree",
        text: "Text",
        view: "How the answer is shown",
        answer: "The answer",
        download: "Download",
        whole: "Show all of it",
        picture: "The picture that the server answered with",
        empty: "The answer is empty.",
        binary: "These bytes are no text; download them to look at them.",
    },
});

const longestText = 100_000;

/**
 *     const answer = new Answer();
 *     answer.showText(text, { file: "answer.json", decorate: (value, path) => null });
 *     answer.showBlob(blob, { file: "cat.jpg" });
 *     answer.clear();
 */
export class Answer extends HTMLElement {
    #isTree = true;
    #address = null;

    constructor() {
        super();
        loadStyle("parts/answer.css");
    }

    clear() {
        this.#forget();
        replace(this);
    }

    /** @returns {any} what the text says as JSON; `undefined` if it is none */
    showText(text, { file = "answer", decorate } = {}) {
        this.#forget();
        if (!text) {
            replace(this, h("p", { class: "muted" }, t("empty")));
            return undefined;
        }
        let value;
        try {
            value = parseJSON(text);
        } catch {
            value = undefined;
        }
        const body = h("div", { class: "answer-body", tabindex: "0", role: "region", "aria-label": t("answer") });
        const draw = () => replace(body, value !== undefined && this.#isTree ? jsonTree(value, decorate) : plainText(text, value));
        const views = ["tree", "text"].map((name) =>
            h(
                "button",
                {
                    type: "button",
                    class: "small",
                    "aria-pressed": String(this.#isTree === (name === "tree")),
                    on: {
                        click: () => {
                            this.#isTree = name === "tree";
                            for (const [index, button] of views.entries()) button.setAttribute("aria-pressed", String(this.#isTree === (index === 0)));
                            draw();
                        },
                    },
                },
                t(name),
            ),
        );
        draw();
        const save = () => saveBlob(new Blob([text], { type: value === undefined ? "text/plain" : "application/json" }), file);
        replace(
            this,
            h(
                "div",
                { class: "row apart" },
                value === undefined ? h("span", {}) : h("div", { class: "choice", role: "group", "aria-label": t("view") }, views),
                h("div", { class: "row" }, copyButton(text, { words: true }), downloadButton(save)),
            ),
            body,
        );
        return value;
    }

    showBlob(blob, { file = "answer" } = {}) {
        this.#forget();
        const isPicture = blob.type.startsWith("image/");
        if (isPicture) this.#address = URL.createObjectURL(blob);
        replace(
            this,
            h("div", { class: "row apart" }, h("span", {}), downloadButton(() => saveBlob(blob, file))),
            isPicture ? h("img", { class: "answer-picture", src: this.#address, alt: t("picture") }) : h("p", { class: "muted" }, t("binary")),
        );
    }

    #forget() {
        if (this.#address) URL.revokeObjectURL(this.#address);
        this.#address = null;
    }

    disconnectedCallback() {
        this.#forget();
    }
}

customElements.define("nt-answer", Answer);

const downloadButton = (save) => h("button", { type: "button", class: "quiet", on: { click: save } }, icon("download"), t("download"));

/** Pretty where it is JSON that a double holds, and cut where it is long. */
function plainText(text, value) {
    let shown = text;
    if (value !== undefined && text.length < 1_000_000 && !/\d{16}/.test(text)) shown = JSON.stringify(value, null, 2);
    const pre = h("pre", { class: "code answer-text" }, shown.slice(0, longestText));
    if (shown.length <= longestText) return pre;
    const more = h("button", {
        type: "button",
        on: {
            click: () => {
                pre.textContent = shown;
                pre.tabIndex = -1;
                pre.focus();
                more.remove();
            },
        },
    }, t("whole"));
    return [pre, more];
}
