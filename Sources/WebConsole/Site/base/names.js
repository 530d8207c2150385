// SPDX-License-Identifier: Apache-2.0
// Which names collections and properties may have, and names made of what users call their folders and columns.

import { texts } from "./texts.js";

const t = texts({
    en: {
        noName: "Give it a name",
        className: "Begin with a letter; then only letters without accents, digits and _",
        classLong: "Take no more than 255 characters",
        classTaken: "There is a collection {name} already",
        property: "Take letters without accents, digits and _ only, and no digit first",
        propertyLong: "Take no more than 231 characters",
        reserved: "The name '{name}' is the server's own",
        suffix: "Names that end with '{suffix}' are the server's own",
        twice: "There is a property '{name}' already",
    },
});

const reserved = ["_additional", "_id", "id"];
const suffixes = ["_searchable", "_rangeable", "_temp", "__meta_count", "_propertyLength", "_nullState"];

/** As the server makes it: the first letter is raised. */
export const className = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** As the server makes it: the first letter is lowered. */
export const propertyName = (text) => text.slice(0, 1).toLowerCase() + text.slice(1);

/** Why a collection can't be called so; `""` if it can. `taken`: the names that are. */
export function classFault(text, taken = []) {
    if (!text) return t("noName");
    if (!/^[A-Za-z][_0-9A-Za-z]*$/.test(text)) return t("className");
    if (text.length > 255) return t("classLong");
    const same = taken.find((name) => name.toLowerCase() === text.toLowerCase());
    return same ? t("classTaken", { name: same }) : "";
}

/** Why a property can't be called so; `""` if it can. `others`: the names of the other properties. */
export function propertyFault(text, others = []) {
    if (!text) return t("noName");
    if (!/^[_A-Za-z][_0-9A-Za-z]*$/.test(text)) return t("property");
    if (text.length > 231) return t("propertyLong");
    if (reserved.includes(propertyName(text))) return t("reserved", { name: text });
    const suffix = suffixes.find((each) => text.endsWith(each));
    if (suffix) return t("suffix", { suffix });
    return others.some((name) => name.toLowerCase() === text.toLowerCase()) ? t("twice", { name: text }) : "";
}

const words = (text) =>
    text
        .normalize("NFKD")
        .replaceAll(/\p{M}/gu, "")
        .split(/[^_0-9A-Za-z]+/)
        .filter((word) => word);

/** `My cats (2024)` becomes `MyCats2024`; `fallback` if nothing is left. */
export function classNameFrom(text, fallback = "Pictures") {
    const name = words(text).map(className).join("").replace(/^[_0-9]+(?=[A-Za-z])/, "").slice(0, 100);
    return /^[A-Za-z]/.test(name) ? className(name) : fallback;
}

/** `Height (cm)` becomes `height_cm`. */
export function propertyNameFrom(text) {
    let name = propertyName(words(text).join("_").slice(0, 100));
    if (!name || /^\d/.test(name)) name = `_${name}`;
    return propertyFault(name) ? `${name}_` : name;
}
