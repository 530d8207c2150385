// SPDX-License-Identifier: Apache-2.0
// Reads GraphQL that is still being written: what it cannot make sense of it passes over.

// Runs of letters are taken at once, since a picture in a query is a text of millions.
const pattern = /(?<space>[\s,\uFEFF]+)|(?<comment>#[^\n\r]*)|(?<string>"""[^]*?(?:"""|$)|"[^"\\\n\r]*(?:\\.[^"\\\n\r]*)*(?:"|(?=[\n\r])|\\?$))|(?<variable>\$\w*)|(?<name>[_A-Za-z]\w*)|(?<number>-?\d[\w.+-]*)|(?<punctuation>\.\.\.|[^])/gy;

/** Every token with its kind, text and place; spaces and commas are left out. */
export function tokens(text) {
    const found = [];
    for (const match of text.matchAll(pattern)) {
        const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
        if (kind !== "space") found.push({ kind, text: match[0], from: match.index, to: match.index + match[0].length });
    }
    return found;
}

const closing = { ")": ["arguments", "variables", "directive"], "}": ["selection", "object"], "]": ["list"] };

/**
 * What a text says up to an offset, or all of it.
 *
 * @returns {{ frames: object[], operations: object[], classes: Map<string, string>, variables: Map<string, string>, fragments: string[] }}
 *     `frames`: what is open at the end, the innermost last; `operations` with name, `from` and `to`; `classes`: what members of `Get` in
 *     the answer are called, and of which class they are; `variables` that are declared, with their types
 */
export function scan(text, end = Infinity) {
    const frames = [];
    const result = { frames, operations: [], classes: new Map(), variables: new Map(), fragments: [], root: null };
    let definition = null;
    let before = null;
    const top = () => frames[frames.length - 1];
    const open = (kind, more) => frames.push({ kind, steps: [], inputs: [], taken: new Set(), expects: false, root: top()?.root, ...more });

    const close = (bracket) => {
        const place = frames.findLastIndex((frame) => closing[bracket].includes(frame.kind));
        if (place < 0) return;
        frames.length = place;
        const outer = top();
        if (outer) outer.expects = false;
        if (!frames.length && bracket === "}") definition = null;
    };

    const begin = (token, kind) => {
        definition = { kind, name: "", on: null, from: token.from, to: Infinity };
        if (kind === "operation") result.operations.push(definition);
    };

    /** Between definitions. */
    const outside = (token) => {
        if (token.kind === "name" && !definition) return begin(token, token.text === "fragment" ? "fragment" : "operation");
        if (token.kind === "name" && before?.text === "on" && definition.kind === "fragment") definition.on = token.text;
        else if (token.kind === "name" && !definition.name) {
            definition.name = token.text;
            if (definition.kind === "fragment") result.fragments.push(token.text);
        } else if (token.text === "(" && definition) open("variables");
        else if (token.text === "{") {
            if (!definition) begin(token, "operation");
            result.root = definition.on;
            open("selection", { root: definition.on });
        }
    };

    const selection = (frame, token) => {
        if (token.text === "...") frame.field = { spread: true };
        else if (token.text === "@") frame.directive = true;
        else if (token.kind === "name") {
            if (frame.directive && before?.text === "@") return;
            if (frame.field?.spread && token.text === "on" && before?.text === "...") frame.field.isTyped = true;
            else if (frame.field?.isTyped && before?.text === "on") frame.field.on = token.text;
            else if (frame.field?.spread && before?.text === "...") frame.field = null;
            else if (before?.text === ":") frame.field = { name: token.text, key: frame.field?.key };
            else frame.field = { name: token.text, key: token.text };
            if (frame.field?.name) frame.taken.add(frame.field.key);
            frame.directive = false;
            if (frame.steps.length === 1 && frame.steps[0].field === "Get" && frame.field?.name) {
                result.classes.set(frame.field.key, frame.field.name);
            }
        } else if (token.text === "(") {
            if (frame.directive) open("directive");
            else open("arguments", { steps: [...frame.steps, { field: frame.field?.name }] });
        } else if (token.text === "{") {
            const step = frame.field?.on ? [{ on: frame.field.on }] : frame.field?.name ? [{ field: frame.field.name }] : [];
            open("selection", { steps: [...frame.steps, ...step] });
        }
    };

    /** Arguments, and members of input objects. */
    const members = (frame, token) => {
        const inputs = [...frame.inputs, frame.name];
        if (token.text === ":") frame.expects = true;
        else if (token.text === "[") open("list", { steps: frame.steps, inputs, expects: true });
        else if (token.text === "{" && frame.expects) open("object", { steps: frame.steps, inputs });
        else if (token.text === "{") {
            // The parenthesis before was forgotten.
            close(")");
            return read(token);
        } else if (frame.expects) frame.expects = false;
        else if (token.kind === "name") {
            frame.name = token.text;
            frame.taken.add(token.text);
        }
    };

    const read = (token) => {
        if (closing[token.text]) {
            if (frames.length === 1 && token.text === "}" && definition) definition.to = token.to;
            return close(token.text);
        }
        const frame = top();
        if (!frame) return outside(token);
        if (frame.kind === "selection") return selection(frame, token);
        if (frame.kind === "arguments" || frame.kind === "object") return members(frame, token);
        if (frame.kind === "list") {
            if (token.text === "{") open("object", { steps: frame.steps, inputs: frame.inputs });
            else if (token.text === "[") open("list", { steps: frame.steps, inputs: frame.inputs, expects: true });
        } else if (frame.kind === "variables") {
            if (token.kind === "variable") frame.variable = token.text.slice(1);
            else if (token.kind === "name" && frame.variable && !result.variables.has(frame.variable)) result.variables.set(frame.variable, token.text);
            frame.expects = token.text === ":" || (frame.expects && token.text === "[");
        }
    };

    for (const token of tokens(text)) {
        if (token.from >= end) break;
        if (token.kind === "comment") continue;
        read(token);
        before = token;
    }
    result.before = before;
    return result;
}

/**
 * What may stand at an offset.
 *
 * @returns {object|null} `kind`: "definition", "field", "spread", "type", "argument", "value" or "variableType"; `prefix`: what is there
 *     already, from `from`; `steps`: the fields that lead here, `{ field }` or `{ on }` (a type); `inputs`: argument and members that lead
 *     here; `taken`: what stands beside it; `root`: the type of a fragment
 */
export function positionAt(text, offset) {
    const all = tokens(text);
    const here = all.find((token) => token.from < offset && offset <= token.to);
    if (here?.kind === "comment" && offset <= here.to) return null;
    const isClosed = here?.kind === "string" && offset === here.to && here.text.length > 1 && here.text.endsWith('"');
    const isTyped = here && ["name", "variable", "string"].includes(here.kind) && !isClosed;
    if (here?.kind === "number" || isClosed) return null;
    const from = isTyped ? here.from : offset;
    const { frames, before } = scan(text, from);
    const prefix = text.slice(from, offset);
    const whole = scan(text);
    const frame = frames[frames.length - 1];
    const more = { prefix, from, to: offset, variables: whole.variables, fragments: whole.fragments };
    if (!frame) return before && before.text !== "}" ? null : { kind: "definition", ...more };
    const { steps, inputs, taken, root, name } = frame;
    const place = { ...more, steps, inputs, taken, root, isString: prefix.startsWith('"') };
    switch (frame.kind) {
        case "selection":
            if (place.isString || prefix.startsWith("$")) return null;
            if (before?.text === "...") return { kind: "spread", ...place };
            if (before?.text === "on" && frame.field?.isTyped) return { kind: "type", ...place };
            return { kind: "field", ...place };
        case "arguments":
        case "object":
            if (frame.expects) return { kind: "value", ...place, inputs: [...inputs, name] };
            return place.isString ? null : { kind: "argument", ...place };
        case "list":
            return { kind: "value", ...place, isElement: true };
        case "variables":
            return frame.expects ? { kind: "variableType", ...place } : null;
        default:
            return null;
    }
}
