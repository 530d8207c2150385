// SPDX-License-Identifier: Apache-2.0
// What the page remembers: the key for as long as the page is open, or the tab if the user asks for that; small things such as the theme
// in the browser. A browser that allows no storage forgets, and nothing else changes.

const keyName = "needletail.key";
let key = stored(() => sessionStorage.getItem(keyName));

function stored(read) {
    try {
        return read();
    } catch {
        return null;
    }
}

/** The API key, or `null`. */
export const apiKey = () => key;

/** @param {boolean} keep whether the tab keeps it when the page is loaded again */
export function setAPIKey(value, keep) {
    key = value;
    stored(() => (keep && value ? sessionStorage.setItem(keyName, value) : sessionStorage.removeItem(keyName)));
}

/** What was kept under `name`; `fallback` if nothing was or it can't be read. */
export function recall(name, fallback) {
    const text = stored(() => localStorage.getItem(`needletail.${name}`));
    if (text === null) return fallback;
    try {
        return JSON.parse(text);
    } catch {
        return fallback;
    }
}

/** Keeps a value that JSON can hold; `undefined` forgets it. */
export function remember(name, value) {
    stored(() =>
        value === undefined
            ? localStorage.removeItem(`needletail.${name}`)
            : localStorage.setItem(`needletail.${name}`, JSON.stringify(value)),
    );
}
