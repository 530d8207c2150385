// SPDX-License-Identifier: Apache-2.0

import { get } from "../../base/api.js";
import { freshID, h, replace } from "../../base/dom.js";
import { collection, collections, isTenanted, vectors } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { field } from "../../parts/field.js";
import { limitsText } from "./schema-tree.js";
import { prose } from "./prose.js";

const t = texts({
    en: {
        missing: "A value is needed here.",
        noNumber: "A number is needed here.",
        unset: "–",
        required: "required",
    },
});

/**
 * A field for a parameter of the path, the query or the headers.
 *
 * @param {object} parameter of the document
 * @param {string} value
 * @param {() => void} changed
 * @returns {{ element: HTMLElement, parameter: object, input: HTMLElement, value: string, check: () => boolean, suggest: (values: string[]) => void }}
 */
export function parameterField(parameter, value, changed) {
    const { name, schema = {}, required } = parameter;
    const listID = freshID("list");
    const list = h("datalist", { id: listID });
    const input = control(schema, required, listID, parameter.example);
    input.value = value;
    const about = [parameter.description, limitsText(schema)].filter((text) => text).join(" · ");
    const label = [h("span", { class: "mono" }, name), required ? h("span", { class: "muted rest-required" }, ` ${t("required")}`) : null];
    const { element, say } = field(label, input, { hint: h("span", {}, prose(about)) });
    element.dataset.parameter = name;
    element.append(list);
    input.addEventListener("input", () => {
        say("");
        changed();
    });
    return {
        element,
        parameter,
        input,
        get value() {
            return input.value.trim();
        },
        check() {
            const fault = input.validity.badInput ? t("noNumber") : required && !this.value ? t("missing") : "";
            say(fault);
            return !fault;
        },
        suggest: (values) => replace(list, values.map((each) => h("option", { value: each }))),
    };
}

function control(schema, required, listID, example) {
    const common = { "aria-required": required ? "true" : null };
    const isBoolean = schema.type === "boolean";
    const values = isBoolean ? ["true", "false"] : schema.enum;
    if (values) {
        return h("select", common, required ? null : h("option", { value: "" }, t("unset")), values.map((each) => h("option", { value: each }, String(each))));
    }
    if (["integer", "number"].includes(schema.type)) {
        return h("input", { ...common, type: "number", min: schema.minimum, max: schema.maximum, step: schema.type === "integer" ? 1 : "any" });
    }
    return h("input", { ...common, type: "text", list: listID, autocomplete: "off", spellcheck: "false", placeholder: example === undefined ? null : String(example) });
}

/**
 * What may stand in a parameter, of what is stored: names of collections, their tenants and properties, ids of objects.
 *
 * @param {string} name of the parameter
 * @param {string} className the collection that the others are about
 * @returns {Promise<string[]>}
 */
export async function suggestions(name, className, signal) {
    if (name === "class") return (await collections()).map((each) => each.class);
    if (name === "alias") return (await get(["aliases"], {}, { signal })).aliases.map((each) => each.alias);
    const definition = await collection(className);
    if (!definition) return [];
    if (["property", "label", "color", "sort"].includes(name)) return (definition.properties ?? []).map((each) => each.name);
    if (name === "targetVector") return vectors(definition).map((each) => each.name).filter((each) => each);
    if (name === "tenant") return isTenanted(definition) ? (await get(["schema", className, "tenants"], {}, { signal })).map((each) => each.name) : [];
    if (["id", "after"].includes(name) && !isTenanted(definition)) {
        return (await get(["objects"], { class: className, limit: 20 }, { signal })).objects.map((each) => each.id);
    }
    return [];
}
