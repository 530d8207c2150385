// SPDX-License-Identifier: Apache-2.0
// Parsed JSON as a tree that opens by mouse and keys. What is closed is not in the page, and long lists come a hundred at a time.

import { h, replace } from "../base/dom.js";
import { bytes } from "../base/format.js";
import { count, texts } from "../base/texts.js";
import { icon } from "./icons.js";
import { pictureType } from "./picture-bytes.js";

const t = texts({
    en: {
        members: ({ n }) => count(n, "member"),
        elements: ({ n }) => count(n, "element"),
        numbers: ({ n }) => count(n, "number"),
        more: ({ n }) => `Show ${count(n, "more", "more")}`,
        whole: "Show all of it",
        picture: "Show picture",
        hide: "Hide picture",
        blob: ({ size }) => `base64, ${size}`,
        shown: "The picture in this answer",
        broken: "The browser can't show this picture",
    },
});

/** How many rows are open at first. */
const firstRows = 160;
const pageLength = 100;
const longText = 400;

/**
 * Reads JSON so that no digit of a large whole number is lost: what a double can't hold becomes a `BigInt`.
 *
 * @throws {SyntaxError}
 */
export function parseJSON(text) {
    if (!/\d{16}/.test(text)) return JSON.parse(text);
    return JSON.parse(text, (key, value, context) =>
        Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "") ? BigInt(context.source) : value,
    );
}

/**
 * @param {any} value from `parseJSON`
 * @param {(value: object, path: Array<string|number>) => Node|null} [decorate] what stands beside an object, such as its picture
 * @returns {HTMLElement}
 */
export function jsonTree(value, decorate = () => null) {
    const budget = { rows: firstRows };
    const isObject = value !== null && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length > 0;
    const nodes = isObject ? Object.keys(value).map((name) => node(name, value[name], [name], decorate, budget)) : node(undefined, value, [], decorate, budget);
    return h("div", { class: "json-tree" }, nodes);
}

function node(key, value, path, decorate, budget) {
    budget.rows -= 1;
    if (value === null || typeof value !== "object") return leaf(key, value);
    const entries = Array.isArray(value) ? value.length : Object.keys(value).length;
    if (!entries) return leaf(key, value);
    const isVector = Array.isArray(value) && value.length > 8 && typeof value[0] === "number";
    const body = h("div", { class: "json-children" });
    let isFilled = false;
    const fill = (itsBudget) => {
        if (isFilled) return;
        isFilled = true;
        replace(body, Array.isArray(value) ? [] : Object.keys(value).map((name) => node(name, value[name], [...path, name], decorate, itsBudget)));
        if (Array.isArray(value)) page(body, value, 0, path, decorate, itsBudget);
    };
    const isOpen = !isVector && budget.rows >= Math.min(entries, pageLength) && path.length < 8;
    const element = h(
        "details",
        { open: isOpen, on: { toggle: () => element.open && fill({ rows: 40 }) } },
        h(
            "summary",
            {},
            label(key),
            h("span", { class: Array.isArray(value) ? "json-brief" : "json-brief json-preview" }, brief(value, isVector)),
            Array.isArray(value) ? null : decorate(value, path),
        ),
        body,
    );
    if (isOpen) fill(budget);
    return element;
}

/** Adds the next hundred elements of a list, and a button for those behind them. */
function page(body, list, from, path, decorate, budget) {
    const to = Math.min(list.length, from + pageLength);
    for (let index = from; index < to; index += 1) body.append(node(index, list[index], [...path, index], decorate, budget));
    if (to === list.length) return;
    const button = h(
        "button",
        {
            type: "button",
            class: "quiet small",
            on: {
                click: () => {
                    const last = body.lastElementChild.previousElementSibling;
                    button.remove();
                    page(body, list, to, path, decorate, { rows: 0 });
                    const next = last?.nextElementSibling;
                    (next?.querySelector("summary, button") ?? body.lastElementChild.closest("button") ?? body.closest("details").querySelector("summary")).focus();
                },
            },
        },
        t("more", { n: list.length - to }),
    );
    body.append(button);
}

const label = (key) => (key === undefined ? null : h("span", { class: "json-key" }, `${key}:`));

/** What is within, in a few words: the first short values of an object. */
function brief(value, isVector) {
    if (isVector) return t("numbers", { n: value.length });
    if (Array.isArray(value)) return t("elements", { n: value.length });
    const names = Object.keys(value);
    const shown = names
        .filter((name) => value[name] === null || typeof value[name] !== "object")
        .slice(0, 3)
        .map((name) => `${name}: ${text(value[name]).slice(0, 40)}`);
    return shown.length ? `{ ${shown.join(", ")}${names.length > shown.length ? ", …" : ""} }` : t("members", { n: names.length });
}

const text = (value) => (typeof value === "string" ? JSON.stringify(value) : typeof value === "object" && value ? (Array.isArray(value) ? "[]" : "{}") : String(value));

function leaf(key, value) {
    if (typeof value === "string" && value.length > longText) return h("div", { class: "json-leaf" }, label(key), " ", long(value));
    const kind = value === null ? "null" : typeof value === "bigint" ? "number" : typeof value;
    return h("div", { class: "json-leaf" }, label(key), " ", h("span", { class: `json-${kind}` }, text(value)));
}

function long(value) {
    const type = pictureType(value);
    const size = h("span", { class: "muted" }, ` (${isBase64(value) ? t("blob", { size: bytes(Math.floor(value.length * 0.75)) }) : count(value.length, "character")}) `);
    const words = h("span", { class: "json-string" }, `${JSON.stringify(value.slice(0, type ? 24 : longText))}…`);
    const whole = h(
        "button",
        {
            type: "button",
            class: "quiet small",
            on: {
                click: () => {
                    words.textContent = JSON.stringify(value);
                    words.tabIndex = -1;
                    words.focus();
                    whole.remove();
                },
            },
        },
        t("whole"),
    );
    return [words, size, type ? pictureButton(value, type) : whole];
}

const isBase64 = (value) => /^[A-Za-z0-9+/\s]{64}[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value.slice(0, 4096).replace(/=*$/, ""));

function pictureButton(value, type) {
    const place = h("span", { class: "json-picture" });
    const button = h(
        "button",
        {
            type: "button",
            class: "quiet small",
            "aria-expanded": "false",
            on: {
                click: () => {
                    const isShown = place.childElementCount > 0;
                    button.setAttribute("aria-expanded", String(!isShown));
                    replace(button, icon("image"), t(isShown ? "picture" : "hide"));
                    const failed = () => replace(place, h("span", { class: "muted" }, t("broken")));
                    replace(place, isShown ? null : h("img", { src: `data:${type};base64,${value}`, alt: t("shown"), on: { error: failed } }));
                },
            },
        },
        icon("image"),
        t("picture"),
    );
    return [button, place];
}
