// SPDX-License-Identifier: Apache-2.0
// The string table. Each screen and part brings its own texts by language. There is English alone; for another one: tables beside `en`,
// here the choice of the first of `navigator.languages` that they have, and that language in `base/format.js` and `index.html`.
//
//     const t = texts({ en: { found: ({ n }) => `${n} pictures`, none: "Nothing in {class}" } });
//     t("none", { class: "Photo" })

import { number } from "./format.js";

/** @returns {(key: string, values?: object) => string} */
export function texts(tables) {
    return (key, values) => {
        const text = tables.en[key];
        if (text === undefined) throw new Error(`there is no text '${key}'`);
        if (typeof text === "function") return text(values);
        return values ? text.replaceAll(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole)) : text;
    };
}

/** `1 picture`, `2 pictures`. */
export function count(n, one, many = `${one}s`) {
    return `${number(n)} ${n === 1 ? one : many}`;
}
