// SPDX-License-Identifier: Apache-2.0
// Keys that do something, and the page that lists them.

import { h, isTyping } from "../base/dom.js";
import { texts } from "../base/texts.js";
import { openDialog } from "./dialog.js";

const t = texts({ en: { title: "Keys", help: "Show this list", leave: "Close, or leave a field" } });

const groups = new Set();

/**
 * Has keys do something while the returned function is not called.
 *
 * @param {string} title what the keys are about
 * @param {Array<{ keys: string[], label: string, run: (event: KeyboardEvent) => boolean|void }>} shortcuts `keys` as `KeyboardEvent.key` has them;
 *     `run` returns `false` if the key means nothing now
 * @returns {() => void} ends it
 */
export function shortcuts(title, list) {
    const group = { title, list };
    groups.add(group);
    return () => groups.delete(group);
}

function showHelp() {
    openDialog({
        title: t("title"),
        body: [...groups].map((group) =>
            h(
                "section",
                { class: "stack" },
                h("h3", {}, group.title),
                h(
                    "dl",
                    { class: "keys" },
                    group.list.map((each) => [
                        h("dt", {}, each.keys.map((key) => h("kbd", {}, names[key] ?? key))),
                        h("dd", {}, each.label),
                    ]),
                ),
            ),
        ),
    });
}

const names = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc", Delete: "Del", " ": "Space" };

/** Begins to listen; called once. */
export function listenForShortcuts(title) {
    shortcuts(title, [
        { keys: ["?"], label: t("help"), run: showHelp },
        {
            keys: ["Escape"],
            label: t("leave"),
            run: () => {
                if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
            },
        },
    ]);
    document.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
        if (isTyping(event) && event.key !== "Escape") return;
        if (document.querySelector("dialog[open]") && event.key !== "?") return;
        // The newest first: a screen's keys count before those of the page.
        for (const group of [...groups].reverse()) {
            for (const each of group.list) {
                if (!each.keys.includes(event.key) || each.run(event) === false) continue;
                event.preventDefault();
                return;
            }
        }
    });
}
