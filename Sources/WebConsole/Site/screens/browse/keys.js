// SPDX-License-Identifier: Apache-2.0

import { texts } from "../../base/texts.js";
import { shortcuts } from "../../parts/shortcuts.js";

const t = texts({
    en: {
        title: "Browse",
        move: "Go from object to object",
        open: "Open the object",
        edit: "Edit the object",
        select: "Select it; with Shift all from the last one on",
        remove: "Delete it, or what is selected",
        similar: "Find similar",
        filter: "Filter",
        view: "Table or gallery",
        create: "New object",
    },
});

/**
 * The keys of the browser.
 *
 * @param {object} actions `object()`: the one that has the focus
 * @returns {() => void} ends them
 */
export function browseKeys({ object, open, toggle, remove, similar, filter, switchView, create }) {
    // On a button Enter and the space bar press it.
    const ofObject = (run) => (event) => {
        const isOther = event.target instanceof Element && event.target.closest("button, input, select, textarea, summary");
        return !isOther && object() ? run(event) : false;
    };
    return shortcuts(t("title"), [
        { keys: ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"], label: t("move"), run: () => false },
        { keys: ["Enter"], label: t("open"), run: ofObject(() => open()) },
        { keys: ["e"], label: t("edit"), run: ofObject(() => open("edit")) },
        { keys: [" ", "x", "X"], label: t("select"), run: ofObject((event) => toggle(event.shiftKey)) },
        { keys: ["Delete"], label: t("remove"), run: remove },
        { keys: ["s"], label: t("similar"), run: ofObject(() => similar(object())) },
        { keys: ["/"], label: t("filter"), run: filter },
        { keys: ["v"], label: t("view"), run: switchView },
        { keys: ["n"], label: t("create"), run: () => void create() },
    ]);
}
