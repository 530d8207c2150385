// SPDX-License-Identifier: Apache-2.0

import { go, href } from "../../base/address.js";
import { h, replace } from "../../base/dom.js";
import { number } from "../../base/format.js";
import { classFault, className } from "../../base/names.js";
import { collections, forgetSchema } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { button } from "../../parts/button.js";
import { openDialog } from "../../parts/dialog.js";
import { field, tick } from "../../parts/field.js";
import { announce, showError, toast } from "../../parts/toasts.js";
import { CloneRun } from "./clone-run.js";

const t = texts({
    en: {
        title: "Clone {name}",
        name: "Name of the clone",
        objects: ({ n }) => `With its ${number(n)} objects`,
        objectsHint: "Under the same ids, with pictures, properties and vectors; nothing is computed again. Times of making are new.",
        begin: "Clone",
        stop: "Stop",
        resume: "Go on",
        close: "Close",
        progress: "Copied objects",
        copied: ({ done, total }) => `${number(done)} of ${number(total)} objects copied`,
        stopped: "Stopped. What was copied stays.",
        done: "{name} is there",
        omitted: ({ names }) => `The objects of tenants that are out of use were not copied: ${names.join(", ")}`,
    },
});

/** Asks for the name of a clone, and makes it. @param {number} total how many objects there are */
export async function askForClone(definition, total) {
    let names;
    try {
        names = (await collections()).map((each) => each.class);
    } catch (error) {
        return showError(error);
    }
    let suggested = `${definition.class}Copy`;
    for (let n = 2; names.includes(suggested); n += 1) suggested = `${definition.class}Copy${n}`;
    let withObjects = true;
    let run = null;
    let aborting = new AbortController();
    const input = h("input", { name: "clone", value: suggested, autocomplete: "off", spellcheck: "false" });
    const name = field(t("name"), input, { check: (text) => classFault(text.trim(), names) });
    const bar = h("progress", { "aria-label": t("progress"), max: Math.max(total, 1), value: 0 });
    const line = h("p", { class: "number" });
    const fault = h("p", { class: "note", role: "alert", hidden: true });
    const body = h("div", { class: "stack" });
    const actions = h("div", { class: "row dialog-actions" });

    const progressed = () => {
        bar.value = run.copied;
        line.textContent = t("copied", { done: run.copied, total: Math.max(total, run.copied) });
    };
    const say = (text) => {
        fault.textContent = text;
        fault.hidden = !text;
    };
    const carryOut = async () => {
        aborting = new AbortController();
        say("");
        replace(body, withObjects ? [bar, line] : null, fault);
        const stop = button(t("stop"), () => aborting.abort());
        replace(actions, stop);
        stop.focus();
        const made = className(name.control.value.trim());
        try {
            await run.run(aborting.signal, progressed);
            forgetSchema();
            dialog.close();
            toast(run.omitted.length ? t("omitted", { names: run.omitted }) : t("done", { name: made }), { kind: run.omitted.length ? "info" : "good" });
            go(href("collections", {}, [made]));
        } catch (error) {
            forgetSchema();
            say(error.name === "AbortError" ? t("stopped") : error.message);
            const resume = button(t("resume"), carryOut, { kind: "primary" });
            replace(actions, button(t("close"), () => dialog.close()), resume);
            resume.focus();
            announce(line.textContent);
        }
    };
    const submit = (event) => {
        event.preventDefault();
        if (!name.isGood()) return name.control.focus();
        run = new CloneRun(definition, className(name.control.value.trim()), withObjects);
        carryOut();
    };
    const form = h(
        "form",
        { class: "stack", novalidate: true, on: { submit } },
        name.element,
        tick(t("objects", { n: total }), true, (isOn) => (withObjects = isOn), t("objectsHint")),
        h("div", { class: "row dialog-actions" }, h("button", { type: "submit", class: "primary" }, t("begin"))),
    );
    replace(body, form);
    const dialog = openDialog({ title: t("title", { name: definition.class }), body: [body, actions], closed: () => aborting.abort() });
    name.control.select();
    name.control.focus();
}
