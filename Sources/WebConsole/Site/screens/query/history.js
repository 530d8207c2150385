// SPDX-License-Identifier: Apache-2.0
// The queries that were run, in the browser's storage. Pictures are not kept, only the names of their variables.

import { h, freshID, replace } from "../../base/dom.js";
import { dateTime, milliseconds } from "../../base/format.js";
import { recall, remember } from "../../base/session.js";
import { count, texts } from "../../base/texts.js";
import { button, iconButton } from "../../parts/button.js";
import { openDialog } from "../../parts/dialog.js";
import { emptyState } from "../../parts/empty.js";
import { announce } from "../../parts/toasts.js";

const t = texts({
    en: {
        title: "History",
        search: "Search in it",
        none: "No query was run yet",
        noneText: "The last 50 are kept in this browser, without pictures.",
        nothing: "No query has these words",
        found: ({ n }) => count(n, "query", "queries"),
        use: "Open",
        run: "Run",
        delete: "Delete this query",
        deleted: "Deleted",
        clear: "Delete all",
        failed: "with errors",
    },
});

const name = "query.history";
const most = 50;
/** Longer queries have vectors or pictures in them, which fill the storage. */
const longest = 20_000;

const list = () => recall(name, []);

/** @param {{ query: string, variables: string, pictures: string[], ms: number, ok: boolean }} entry */
export function keep(entry) {
    if (entry.query.length + entry.variables.length > longest) return;
    const others = list().filter((each) => each.query !== entry.query || each.variables !== entry.variables);
    remember(name, [{ ...entry, at: Date.now() }, ...others].slice(0, most));
}

/**
 * Shows what was run.
 *
 * @param {(entry: object, run: boolean) => void} use
 */
export function showHistory(use) {
    const inputID = freshID("history");
    const place = h("div", {});
    const input = h("input", { id: inputID, type: "search", on: { input: () => draw() } });
    const clear = button(t("clear"), () => remove(list()), { kind: "danger" });
    const dialog = openDialog({
        title: t("title"),
        wide: true,
        body: [h("div", { class: "field" }, h("label", { for: inputID }, t("search")), input), place],
        actions: [clear],
    });

    const remove = (entries) => {
        const gone = new Set(entries.map((entry) => entry.at));
        remember(name, list().filter((entry) => !gone.has(entry.at)));
        draw();
        announce(t("deleted"));
    };

    const row = (entry, index) =>
        h(
            "li",
            { class: "history-row" },
            h(
                "div",
                { class: "grow" },
                h("p", { class: "mono history-query" }, entry.query.replaceAll(/\s+/g, " ").trim()),
                h(
                    "p",
                    { class: "small muted" },
                    [dateTime(entry.at), milliseconds(entry.ms), entry.ok ? null : t("failed"), ...entry.pictures.map((each) => `$${each}`)].filter((part) => part).join(" · "),
                ),
            ),
            ["use", "run"].map((action) =>
                button(t(action), () => {
                    dialog.close();
                    use(entry, action === "run");
                }),
            ),
            iconButton("trash", t("delete"), () => {
                remove([entry]);
                const rows = place.querySelectorAll(".history-row");
                (rows[Math.min(index, rows.length - 1)]?.querySelector("button.bare") ?? input).focus();
            }),
        );

    const draw = () => {
        const words = input.value.toLowerCase().split(/\s+/);
        const all = list();
        const found = all.filter((entry) => words.every((word) => `${entry.query} ${entry.variables}`.toLowerCase().includes(word)));
        clear.hidden = !all.length;
        announce(t("found", { n: found.length }));
        if (found.length) replace(place, h("ul", { role: "list", class: "history" }, found.map(row)));
        else replace(place, all.length ? h("p", { class: "muted" }, t("nothing")) : emptyState({ drawing: "history", title: t("none"), text: t("noneText") }));
    };
    draw();
    input.focus();
}
