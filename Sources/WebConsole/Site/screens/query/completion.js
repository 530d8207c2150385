// SPDX-License-Identifier: Apache-2.0
// What may stand at the cursor: by the types of the server, and by the definitions of the collections where a text names their properties.

import { h } from "../../base/dom.js";
import { collection, isBlob, isReference, vectors } from "../../base/schema.js";
import { follow, inner, input, isList, notation, typeNamed } from "./types.js";
import { positionAt } from "./scan.js";

/** @returns {Promise<{ list: object[], from: number, to: number }|null>} for an editor's `hints` */
export async function completions(editor) {
    const text = editor.value;
    const place = positionAt(text, editor.offset);
    if (!place) return null;
    const typed = place.prefix.replace(/^["$]/, "").toLowerCase();
    let found;
    try {
        found = await candidates(place);
    } catch {
        // The banner says so if the server is away; without collections there are no types.
        return null;
    }
    const rank = (each) => (each.label.toLowerCase().startsWith(typed) ? 0 : each.label.toLowerCase().includes(typed) ? 1 : 2);
    const list = found
        .filter((each) => rank(each) < 2 && !(each.label.toLowerCase() === typed && found.length === 1))
        .sort((one, other) => rank(one) - rank(other));
    const after = text.slice(place.to).trimStart()[0];
    return { list: list.map((each) => entry(editor, each, place, after)), from: place.from, to: place.to };
}

async function candidates(place) {
    switch (place.kind) {
        case "definition":
            return [plain("{ }", "", "{ | }"), plain("query", "", "query ($name: String) { | }"), plain("fragment", "", "fragment Name on Type { | }")];
        case "field":
            return fields(place);
        case "spread":
            return [...(await possibleTypes(place)).map((name) => plain(`on ${name}`, "", `on ${name} { | }`)), ...place.fragments.map((name) => plain(name, "fragment"))];
        case "type":
            return (await possibleTypes(place)).map((name) => plain(name, "", `${name} { | }`));
        case "argument":
            return argumentsAt(place);
        case "value":
            return values(place);
        case "variableType":
            return ["String", "Int", "Float", "Boolean"].map((name) => plain(name));
        default:
            return [];
    }
}

/** @param {string} insert with `|` where the cursor goes; it is left out where a bracket follows already */
const plain = (label, detail = "", insert = label) => ({ label, detail, insert });

async function fields({ steps, root, taken }) {
    const { type } = await follow(steps, root);
    if (type?.kind === "UNION") return type.possibleTypes.map(({ name }) => plain(`... on ${name}`, "", `... on ${name} { | }`));
    const definition = type && (await collection(type.name));
    return (type?.fields ?? [])
        .filter((each) => !taken.has(each.name))
        .map((each) => {
            const isComposite = ["OBJECT", "UNION", "INTERFACE"].includes(inner(each.type).kind);
            return { ...plain(each.name, detailOf(each, definition), isComposite ? `${each.name} { | }` : each.name), isComposite };
        });
}

/** A property's type as the definition has it says more than GraphQL's. */
function detailOf(field, definition) {
    const property = definition?.properties?.find((each) => each.name === field.name);
    const type = property ? property.dataType.join(" | ") : notation(field.type);
    const about = property ? (isReference(property) ? `to ${type}` : isBlob(property) ? "picture (blob)" : type) : type;
    return field.description ? `${about} – ${field.description}` : about;
}

async function possibleTypes({ steps, root }) {
    const { type } = await follow(steps, root);
    return type?.kind === "UNION" ? type.possibleTypes.map((each) => each.name) : type ? [type.name] : [];
}

async function argumentsAt({ steps, root, inputs, taken }) {
    const { field } = await follow(steps, root);
    const last = await input(field, inputs);
    const known = inputs.length ? (await typeNamed(inner(last?.type)?.name ?? ""))?.inputFields : field?.args;
    return (known ?? [])
        .filter((each) => !taken.has(each.name))
        .map((each) => ({ ...plain(each.name, notation(each.type), `${each.name}: ${openingOf(each)}`), isArgument: true }));
}

/** Members whose values are lists of texts, or of numbers, though their types do not say so. */
const vectorNames = new Set(["vector"]);

function openingOf({ name, type }) {
    const { kind, name: typeName } = inner(type);
    const isText = kind === "SCALAR" && (typeName === "String" || /^(Text|String|Date)(Get|Aggregate)Objects/.test(typeName));
    const one = kind === "INPUT_OBJECT" ? "{ | }" : isText && !["image"].includes(name) ? '"|"' : "|";
    return isList(type) || vectorNames.has(name) ? `[${one}]` : one;
}

async function values(place) {
    const { field } = await follow(place.steps, place.root);
    const definition = await input(field, place.inputs);
    const name = place.inputs.at(-1);
    const ofTexts = (await texts(place, name)).map((each) => ({ ...each, insert: JSON.stringify(each.label) }));
    if (place.isString) return ofTexts;
    const type = definition && (await typeNamed(inner(definition.type).name));
    const variables = [...place.variables].map(([variable, its]) => plain(`$${variable}`, its, `$${variable}`));
    if (place.prefix.startsWith("$")) return variables;
    const own =
        type?.kind === "ENUM"
            ? type.enumValues.map((each) => plain(each.name))
            : type?.name === "Boolean" || name === "valueBoolean"
              ? [plain("true"), plain("false")]
              : type?.kind === "INPUT_OBJECT"
                ? [plain("{ }", type.name, "{ | }")]
                : ofTexts;
    return [...own, ...variables];
}

/** The texts that mean something in a place: names of properties and of vectors. */
async function texts({ steps }, name) {
    const definition = await collection(steps.find((step) => step.field && !["Get", "Aggregate"].includes(step.field))?.field);
    if (!definition) return [];
    const ofType = (fits) => (definition.properties ?? []).filter(fits).map((each) => plain(each.name, each.dataType.join(" | ")));
    if (name === "path") return [...ofType(() => true), plain("id"), plain("_creationTimeUnix"), plain("_lastUpdateTimeUnix")];
    if (name === "properties") return ofType((each) => /^(text|string)/.test(each.dataType[0]));
    if (name === "groupBy") return ofType(() => true);
    if (name === "targetVectors") return vectors(definition).filter((each) => each.name).map((each) => plain(each.name, each.vectorizer));
    return [];
}

/** As the list of CodeMirror wants it. */
function entry(editor, { label, detail, insert, isComposite, isArgument }, place, after) {
    return {
        text: label,
        displayText: label,
        render: (element) => element.append(h("span", {}, label), detail ? h("span", { class: "hint-detail" }, detail) : ""),
        hint: (cm) => {
            let text = insert;
            if ((isComposite && ["{", "("].includes(after)) || (isArgument && after === ":")) text = label;
            // The editor has put the other quote already.
            const to = place.isString && cm.getValue()[place.prefix.length + place.from] === '"' ? 1 : 0;
            const cursor = text.indexOf("|");
            const end = editor.offset + to;
            cm.replaceRange(text.replace("|", ""), cm.posFromIndex(place.from), cm.posFromIndex(end), "complete");
            if (cursor < 0) return;
            editor.offset = place.from + cursor;
            // What comes next is known as well.
            setTimeout(() => editor.complete());
        },
    };
}
