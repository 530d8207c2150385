// SPDX-License-Identifier: Apache-2.0

import { h } from "../../base/dom.js";
import { texts } from "../../base/texts.js";
import { field } from "../../parts/field.js";

const t = texts({ en: { search: "Search" } });

/**
 * A field for words, all of which must be in what is shown.
 *
 * @param {() => void} changed
 * @returns {{ element: HTMLElement, matches: (text: string) => boolean }}
 */
export function searchField(changed) {
    const { element, control } = field(t("search"), h("input", { type: "search", on: { input: changed } }));
    element.classList.add("grow");
    return {
        element,
        matches: (text) => {
            const lower = text.toLowerCase();
            return control.value.toLowerCase().split(/\s+/).every((word) => lower.includes(word));
        },
    };
}
