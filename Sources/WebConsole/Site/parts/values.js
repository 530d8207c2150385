// SPDX-License-Identifier: Apache-2.0
// Values of properties for people: as a text in one line, or as nodes.

import { h } from "../base/dom.js";
import { dateTime } from "../base/format.js";
import { isReference, typeOf } from "../base/schema.js";
import { texts } from "../base/texts.js";

const t = texts({ en: { yes: "yes", no: "no", none: "–", invalid: "{number} (no valid number)" } });

const isMissing = (value) => value === null || value === undefined;

/** In one line; "" if there is none. */
export function valueText(property, value) {
    if (isMissing(value)) return "";
    if (Array.isArray(value)) return value.map((each) => scalarText(property, each)).join(", ");
    return scalarText(property, value);
}

function scalarText(property, value) {
    if (isReference(property)) return referenceText(value);
    switch (typeOf(property).replace("[]", "")) {
        case "date":
            return dateTime(value);
        case "boolean":
            return t(value ? "yes" : "no");
        case "geoCoordinates":
            return `${value.latitude}, ${value.longitude}`;
        case "phoneNumber":
            return value.valid === false ? t("invalid", { number: value.input }) : value.internationalFormatted || value.input || "";
        case "object":
            return JSON.stringify(value);
        default:
            return String(value);
    }
}

const referenceText = ({ __typename, _additional, ...properties }) =>
    Object.values(properties).find((each) => typeof each === "string" && each.trim()) ?? `${__typename} ${_additional.id}`;

/**
 * A value as nodes.
 *
 * @param {(reference: { className: string, id: string }) => void} [follow] called when a reference is chosen
 */
export function valueNode(property, value, follow) {
    if (isMissing(value) || (Array.isArray(value) && !value.length)) return h("span", { class: "muted" }, t("none"));
    if (isReference(property)) return h("ul", { class: "values", role: "list" }, value.map((each) => h("li", {}, referenceNode(each, follow))));
    const type = typeOf(property);
    if (type.startsWith("object")) return h("pre", { class: "code" }, JSON.stringify(value, null, 2));
    if (Array.isArray(value)) {
        return h("ul", { class: "values", role: "list" }, value.map((each) => h("li", { class: "chip" }, scalarText(property, each))));
    }
    if (type === "date") return h("time", { datetime: value, title: value }, dateTime(value));
    if (type === "uuid") return h("code", {}, value);
    return h("span", { class: "value-text" }, scalarText(property, value));
}

function referenceNode(reference, follow) {
    const className = reference.__typename;
    const { id } = reference._additional;
    return h(
        "button",
        { type: "button", class: "link", title: `${className} ${id}`, on: { click: () => follow?.({ className, id }) } },
        referenceText(reference),
    );
}
