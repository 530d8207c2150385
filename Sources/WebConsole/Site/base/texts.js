// SPDX-License-Identifier: Apache-2.0
// The string table. Each screen and part brings its own texts by language, English at least:
//
//     const t = texts({ en: { found: ({ n }) => `${n} pictures`, none: "Nothing in {class}" } });
//     t("none", { class: "Photo" })

/** The language of the page: the first of the browser's that some table has. */
let language = "en";

/** @returns {(key: string, values?: object) => string} */
export function texts(tables) {
    return (key, values) => {
        const text = tables[language]?.[key] ?? tables.en[key];
        if (text === undefined) throw new Error(`there is no text '${key}'`);
        if (typeof text === "function") return text(values);
        return values ? text.replaceAll(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole)) : text;
    };
}

/** `1 picture`, `2 pictures`. */
export function count(n, one, many = `${one}s`) {
    return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}

export function setLanguage(name) {
    language = name;
    document.documentElement.lang = name;
}
