// SPDX-License-Identifier: Apache-2.0
// Elements are made by `h`, never from text as HTML: what users store is shown as it is and can do nothing.

import { texts } from "./texts.js";

const t = texts({ en: { notLoaded: "The file {path} of the console could not be loaded. Load the page again." } });

const svgNamespace = "http://www.w3.org/2000/svg";

/**
 * Makes an element.
 *
 *     h("button", { class: "primary", on: { click: save }, disabled: !isValid }, "Save")
 *
 * @param {string} tag name of the element
 * @param {object} [properties] attributes; `on` holds listeners, `style` properties of the style, `data` data attributes. `true` is an
 *     attribute without value; `false`, `null` and `undefined` leave it out. Names of DOM properties that are no attributes work as
 *     well: `value`, `checked`, `indeterminate`, `srcObject`.
 * @param {...(Node|string|number|Array|null|undefined|false)} children
 */
export function h(tag, properties, ...children) {
    return fill(document.createElement(tag), properties, children);
}

/** The same for elements of SVG. */
export function svg(tag, properties, ...children) {
    return fill(document.createElementNS(svgNamespace, tag), properties, children);
}

const liveProperties = new Set(["value", "checked", "indeterminate", "srcObject", "muted"]);

function fill(element, properties, children) {
    for (const [name, value] of Object.entries(properties ?? {})) {
        if (name === "on") {
            for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
        } else if (name === "style") {
            for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
        } else if (name === "data") {
            Object.assign(element.dataset, value);
        } else if (liveProperties.has(name) && name in element) {
            if (value !== undefined && value !== null) element[name] = value;
        } else if (value === true) {
            element.setAttribute(name, "");
        } else if (value !== false && value !== null && value !== undefined) {
            element.setAttribute(name, value);
        }
    }
    append(element, children);
    return element;
}

function append(element, children) {
    for (const child of children) {
        if (Array.isArray(child)) append(element, child);
        else if (child !== null && child !== undefined && child !== false) element.append(child);
    }
}

/** Puts children in place of those that an element has. */
export function replace(element, ...children) {
    element.replaceChildren();
    append(element, children);
    return element;
}

const loaded = new Map();

/** Puts an element that loads a file of the site into the page, once for each `path` below `/console`; resolves when it counts. */
function load(path, make) {
    if (!loaded.has(path)) {
        const loading = new Promise((resolve, reject) => {
            const failed = () => reject(new Error(t("notLoaded", { path })));
            document.head.append(make(`/console/${path}`, { load: resolve, error: failed }));
        });
        loaded.set(path, loading);
        // Whoever asks again has it tried again.
        loading.catch(() => loaded.delete(path));
    }
    return loaded.get(path);
}

/** Loads a style sheet. */
export const loadStyle = (path) => load(path, (href, on) => h("link", { rel: "stylesheet", href, on }));

/** Loads and runs a script that is no module (those of /console/vendor). */
export const loadScript = (path) => load(path, (src, on) => h("script", { src, on }));

/** Calls `run` when nobody has called for `milliseconds`. */
export function debounce(milliseconds, run) {
    let timer;
    return (...values) => {
        clearTimeout(timer);
        timer = setTimeout(() => run(...values), milliseconds);
    };
}

let lastID = 0;

/** An id for an element that a label or description refers to. */
export function freshID(stem = "nt") {
    lastID += 1;
    return `${stem}-${lastID}`;
}

/** Whether keys that are pressed now mean a text. */
export function isTyping(event) {
    const element = event.target;
    if (!(element instanceof HTMLElement)) return false;
    if (element.isContentEditable || element.closest(".CodeMirror")) return true;
    if (element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement) return true;
    return element instanceof HTMLInputElement && !["checkbox", "radio", "button", "range", "file"].includes(element.type);
}
