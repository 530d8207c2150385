// SPDX-License-Identifier: Apache-2.0
// What the server answered: as a tree, as text, or as the picture that it is; with its size and how long it took.

import { h, loadStyle, replace } from "../base/dom.js";
import { texts } from "../base/texts.js";
import { announce, showError } from "../shell/toasts.js";
import { icon } from "./icons.js";
import { jsonTree, parseJSON } from "./json-tree.js";

const t = texts({
    en: {
        tree: "Tree",
        text: "Text",
        view: "How the answer is shown",
        answer: "The answer",
        copy: "Copy",
        copied: "Copied",
        notCopied: "Not copied",
        noClipboard: "the browser does not let this page use the clipboard",
        download: "Download",
        whole: "Show all of it",
        picture: "The picture that the server answered with",
        empty: "The answer is empty.",
        binary: "These bytes are no text; download them to look at them.",
    },
});

const longestText = 100_000;

/** Copies a text and says so. */
export async function copyText(text) {
    try {
        // Browsers give the clipboard to pages of https and of this machine only.
        if (navigator.clipboard) await navigator.clipboard.writeText(text);
        else copySelected(text);
        announce(t("copied"));
        return true;
    } catch (error) {
        showError(error, t("notCopied"));
        return false;
    }
}

function copySelected(text) {
    const back = document.activeElement;
    const area = h("textarea", { class: "visually-hidden", value: text, "aria-label": t("copy") });
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    back?.focus();
    if (!isCopied) throw new Error(t("noClipboard"));
}

/** A button that copies what `text()` gives, and says so on itself for a moment. */
export function copyButton(text, label = t("copy"), name = "quiet small") {
    const words = h("span", {}, label);
    let timer;
    const copy = async () => {
        if (!(await copyText(text()))) return;
        words.textContent = t("copied");
        clearTimeout(timer);
        timer = setTimeout(() => (words.textContent = label), 1500);
    };
    return h("button", { type: "button", class: name, on: { click: copy } }, icon("copy"), words);
}

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
    showText(text, { file, decorate, beside = [] } = {}) {
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
        const save = () => this.#download(new Blob([text], { type: value === undefined ? "text/plain" : "application/json" }), file);
        replace(
            this,
            h(
                "div",
                { class: "answer-bar row apart" },
                value === undefined ? h("span", {}) : h("div", { class: "choice", role: "group", "aria-label": t("view") }, views),
                h("div", { class: "row" }, beside, copyButton(() => text), this.#downloadButton(save)),
            ),
            body,
        );
        return value;
    }

    showBlob(blob, { file } = {}) {
        this.#forget();
        const isPicture = blob.type.startsWith("image/");
        if (isPicture) this.#address = URL.createObjectURL(blob);
        replace(
            this,
            h("div", { class: "answer-bar row apart" }, h("span", {}), this.#downloadButton(() => this.#download(blob, file))),
            isPicture ? h("img", { class: "answer-picture", src: this.#address, alt: t("picture") }) : h("p", { class: "muted" }, t("binary")),
        );
    }

    #downloadButton(save) {
        return h("button", { type: "button", class: "quiet small", on: { click: save } }, icon("download"), t("download"));
    }

    #download(blob, file = "answer") {
        const address = URL.createObjectURL(blob);
        const link = h("a", { href: address, download: file });
        link.click();
        // The browser has begun to read it by then.
        setTimeout(() => URL.revokeObjectURL(address), 10_000);
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
