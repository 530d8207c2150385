// SPDX-License-Identifier: Apache-2.0
// Pictures that are dropped anywhere on the page, or pasted.

import { h, isTyping, replace } from "../../base/dom.js";
import { texts } from "../../base/texts.js";
import { icon } from "../../parts/icons.js";
import { vectorIn } from "./pictures.js";

const t = texts({
    en: {
        replace: "Search with this",
        plus: "Search with this as well",
        minus: "Lead away from this",
    },
});

const drawings = { replace: "image", plus: "add", minus: "minus" };

/**
 * Listens until `signal`.
 *
 * @param {object} takers `hasQuery()`: whether there is something that can be added to; `files(list, mode)`, `url(text, mode)`,
 *     `vector(numbers)`: take what came. `mode` is "replace", "plus" or "minus"
 */
export function takeFiles({ signal, hasQuery, files, url, vector }) {
    const overlay = h("div", { class: "drop-overlay", hidden: true, "aria-hidden": "true" });
    let depth = 0;

    const hide = () => {
        depth = 0;
        overlay.hidden = true;
    };
    const isTaken = (event) => {
        const types = event.dataTransfer?.types ?? [];
        return (types.includes("Files") || types.includes("text/uri-list")) && !document.querySelector("dialog[open]");
    };
    const modeOf = (event) => event.target.closest?.("[data-mode]")?.dataset.mode ?? "replace";
    const on = (name, run) => document.addEventListener(name, run, { signal });

    on("dragenter", (event) => {
        if (!isTaken(event)) return;
        event.preventDefault();
        depth += 1;
        if (!overlay.hidden) return;
        const modes = hasQuery() ? ["replace", "plus", "minus"] : ["replace"];
        replace(overlay, modes.map((mode) => h("div", { class: "drop-target", data: { mode } }, icon(drawings[mode]), h("span", {}, t(mode)))));
        overlay.hidden = false;
    });
    on("dragover", (event) => {
        if (!isTaken(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        for (const target of overlay.children) target.classList.toggle("over", target.contains(event.target));
    });
    on("dragleave", (event) => {
        if (overlay.hidden) return;
        depth -= 1;
        if (depth <= 0 || !event.relatedTarget) hide();
    });
    on("drop", (event) => {
        hide();
        if (!isTaken(event)) return;
        event.preventDefault();
        if (event.dataTransfer.files.length) return files([...event.dataTransfer.files], modeOf(event));
        const address = event.dataTransfer.getData("text/uri-list").split("\n").find((line) => /^https?:/i.test(line));
        if (address) url(address.trim(), modeOf(event));
    });
    on("paste", (event) => {
        if (document.querySelector("dialog[open]")) return;
        const pasted = [...(event.clipboardData?.files ?? [])];
        if (pasted.length) {
            event.preventDefault();
            return files(pasted, "replace");
        }
        if (isTyping(event)) return;
        const text = event.clipboardData?.getData("text/plain").trim() ?? "";
        const numbers = vectorIn(text);
        if (numbers) vector(numbers);
        else if (/^https?:\/\/\S+$/i.test(text)) url(text, "replace");
    });
    document.body.append(overlay);
    signal.addEventListener("abort", () => overlay.remove());
}
