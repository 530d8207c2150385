// SPDX-License-Identifier: Apache-2.0

import { texts } from "../../base/texts.js";
import { shortcuts } from "../../parts/shortcuts.js";

const t = texts({
    en: {
        title: "Search",
        focus: "Go to the words",
        move: "Go from picture to picture",
        open: "Open the object",
        similar: "Search with this one",
        plus: "Search with this one as well",
        minus: "Lead away from this one",
        select: "Select, with Shift all from the last one on",
        delete: "Delete this one, or what is selected",
        none: "Select none",
    },
});

/** @returns {() => void} ends it */
export function registerKeys({ focusWords, results }) {
    const onHit = (run) => (event) => {
        const index = results.focused;
        return index < 0 ? false : run(index, event);
    };
    return shortcuts(t("title"), [
        { keys: ["/"], label: t("focus"), run: focusWords },
        // The grid and the browser do these themselves.
        { keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], label: t("move"), run: () => false },
        { keys: ["Enter"], label: t("open"), run: () => false },
        { keys: ["s"], label: t("similar"), run: onHit((index) => results.similar(index)) },
        { keys: ["+"], label: t("plus"), run: onHit((index) => results.add(index, false)) },
        { keys: ["-"], label: t("minus"), run: onHit((index) => results.add(index, true)) },
        { keys: ["x", "X", " "], label: t("select"), run: onHit((index, event) => (event.key === " " && event.target.matches("button, input") ? false : results.toggle(index, event.shiftKey))) },
        { keys: ["Delete"], label: t("delete"), run: () => results.delete() },
        { keys: ["Escape"], label: t("none"), run: () => results.selectNone() },
    ]);
}
