// SPDX-License-Identifier: Apache-2.0

import { texts } from "../base/texts.js";

const t = texts({
    en: {
        value: "a value is missing",
        word: ({ word }) => `'${word}' is no value; texts stand in quotation marks`,
        name: "the name of a member is missing; it stands in quotation marks",
        colon: "a colon is missing behind the name of a member",
        comma: ({ close }) => `a comma or ${close} is missing`,
        open: ({ close }) => `${close} is missing at the end`,
        string: "a text has no closing quotation mark",
        character: "a text has a line end or a wrong escape in it",
        more: "something follows the end",
    },
});

const string = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)\b/y;

class Fault extends Error {
    constructor(offset, key, values) {
        super(t(key, values));
        this.offset = offset;
    }
}

/** Where and why a text is no JSON, which `JSON.parse` says in some browsers only; `null` if it is. */
export function jsonFault(text) {
    try {
        JSON.parse(text);
        return null;
    } catch {
        try {
            read(text);
        } catch (fault) {
            if (fault instanceof Fault) return { offset: Math.min(fault.offset, Math.max(0, text.length - 1)), why: fault.message };
        }
        return { offset: 0, why: t("value") };
    }
}

function read(text) {
    let place = 0;
    const skip = () => {
        while (place < text.length && " \t\n\r".includes(text[place])) place += 1;
    };
    const matches = (pattern) => {
        pattern.lastIndex = place;
        const found = pattern.exec(text);
        if (found) place += found[0].length;
        return found !== null;
    };
    const readString = () => {
        if (matches(string)) return;
        const end = /"[^"\\\n]*(?:\\.[^"\\\n]*)*"/y;
        end.lastIndex = place;
        throw new Fault(place, end.test(text) ? "character" : "string");
    };
    const skipAndIs = (character) => {
        skip();
        if (text[place] !== character) return false;
        place += 1;
        return true;
    };
    const list = (close, element) => {
        place += 1;
        if (skipAndIs(close)) return;
        for (;;) {
            element();
            if (skipAndIs(close)) return;
            if (place >= text.length) throw new Fault(place, "open", { close });
            if (!skipAndIs(",")) throw new Fault(place, "comma", { close });
        }
    };
    const member = () => {
        skip();
        if (text[place] !== '"') throw new Fault(place, place >= text.length ? "open" : "name", { close: "}" });
        readString();
        if (!skipAndIs(":")) throw new Fault(place, "colon");
        value();
    };
    const value = () => {
        skip();
        if (text[place] === "{") list("}", member);
        else if (text[place] === "[") list("]", value);
        else if (text[place] === '"') readString();
        else if (!matches(scalar)) {
            const word = /^[^\s,:{}[\]"]+/.exec(text.slice(place, place + 60))?.[0];
            throw new Fault(place, word ? "word" : "value", { word });
        }
    };
    value();
    skip();
    if (place < text.length) throw new Fault(place, "more");
}
