// SPDX-License-Identifier: Apache-2.0

import { number } from "../base/format.js";
import { texts } from "../base/texts.js";

const t = texts({ en: { shortened: "{start}… ({n} characters)" } });

const isScalar = (value) => value === null || typeof value !== "object";

/** JSON for people: lists of numbers and texts on one line, pictures cut short. */
export function readableJSON(value, indent = "") {
    if (typeof value === "string") {
        const text = value.length > 2000 ? t("shortened", { start: value.slice(0, 48), n: number(value.length) }) : value;
        return JSON.stringify(text);
    }
    if (isScalar(value)) return JSON.stringify(value);
    const inner = `${indent}  `;
    if (Array.isArray(value)) {
        if (value.every(isScalar)) return `[${value.map((each) => readableJSON(each)).join(", ")}]`;
        return `[\n${value.map((each) => inner + readableJSON(each, inner)).join(",\n")}\n${indent}]`;
    }
    const members = Object.entries(value).map(([name, each]) => `${inner}${JSON.stringify(name)}: ${readableJSON(each, inner)}`);
    return members.length ? `{\n${members.join(",\n")}\n${indent}}` : "{}";
}
