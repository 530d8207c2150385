// SPDX-License-Identifier: Apache-2.0

import { get, post, send, url } from "../../base/api.js";
import { h, replace } from "../../base/dom.js";
import { bytes, dateTime } from "../../base/format.js";
import { collections, forgetSchema } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { emptyState } from "../../parts/empty.js";
import { field } from "../../parts/field.js";
import { icon } from "../../parts/icons.js";
import { announce, showError, toast } from "../../parts/toasts.js";
import { askToRestore } from "./restore-dialog.js";

const t = texts({
    en: {
        lead: "A backup is a folder with everything that the collections hold, made while requests go on. Restoring makes collections that are not there.",
        off: "Backups are off",
        offText: "Name a folder for them and start the server again:",
        make: "Make a backup",
        name: "Name",
        nameHint: "Lower-case letters, digits, - and _",
        nameFault: "A name has lower-case letters, digits, - and _ only.",
        nameTaken: "There is a backup of this name already.",
        what: "Collections",
        whatFault: "Choose one at least.",
        start: "Make it",
        started: "The backup {id} is being made",
        notStarted: "The backup was not begun",
        list: "Backups",
        none: "There are none yet.",
        noCollections: "There is no collection to keep.",
        begun: "Begun {time}",
        restore: "Restore",
        restoreIt: "Restore from {id}",
        cancel: "Cancel",
        cancelIt: "Cancel the backup {id}",
        notCancelled: "Not cancelled",
        restoring: "The restore from {id} is under way",
        restored: "Restored from {id}",
        restoreFailed: "The restore from {id} failed: {why}",
        notRestored: "The restore was not begun",
        folder: "The server keeps them in {path}.",
        STARTED: "begun",
        TRANSFERRING: "being made",
        TRANSFERRED: "being made",
        FINALIZING: "being made",
        SUCCESS: "complete",
        FAILED: "failed",
        CANCELED: "cancelled",
        CANCELLING: "being cancelled",
        done: "The backup {id} is complete",
    },
});

const ended = ["SUCCESS", "FAILED", "CANCELED"];
const gibibyte = 2 ** 30;

/** Backups: making, watching, restoring. */
export class Backups extends HTMLElement {
    #form = h("div", {});
    #list = h("div", { class: "stack", "aria-live": "off" });
    #isOn = null;
    #shown = "";
    #states = new Map();
    /** Restores that are under way, by id of the backup. */
    #restores = new Set();
    #known = [];

    async update(signal) {
        if (this.#isOn === null) await this.#build(signal);
        if (!this.#isOn) return;
        const backups = await get(["backups", "filesystem"], {}, { signal });
        for (const { id, status } of backups) {
            const before = this.#states.get(id);
            if (before && before !== status && status === "SUCCESS") announce(t("done", { id }));
            this.#states.set(id, status);
        }
        this.#known = backups;
        this.#draw();
        for (const id of this.#restores) await this.#watchRestore(id, signal);
    }

    async #build(signal) {
        const [{ features }, meta, all] = await Promise.all([get(["server"], {}, { signal }), get(["meta"], {}, { signal }), collections()]);
        this.#isOn = features.backups;
        if (!this.#isOn) {
            this.append(
                emptyState({ drawing: "save", title: t("off"), text: t("offText") }),
                h("pre", { class: "code" }, "ENABLE_MODULES=img2vec-neural,backup-filesystem\nBACKUP_FILESYSTEM_PATH=/srv/backups"),
            );
            return;
        }
        const path = meta.modules?.["backup-filesystem"]?.backupsPath;
        this.append(
            h("p", { class: "muted" }, t("lead"), path ? ` ${t("folder", { path })}` : null),
            h("section", { class: "card stack" }, h("h2", {}, t("make")), this.#form),
            h("h2", {}, t("list")),
            this.#list,
        );
        this.#drawForm(all);
    }

    #drawForm(all) {
        if (!all.length) return replace(this.#form, h("p", { class: "muted" }, t("noCollections")));
        const check = (value) => (!/^[a-z0-9_-]+$/.test(value) ? t("nameFault") : this.#known.some((each) => each.id === value) ? t("nameTaken") : "");
        const name = field(t("name"), h("input", { value: freshName(), autocomplete: "off", spellcheck: "false" }), { hint: t("nameHint"), check });
        const boxes = all.map((each) => h("input", { type: "checkbox", value: each.class, checked: true }));
        const fault = h("p", { class: "fault", role: "alert", hidden: true }, t("whatFault"));
        replace(
            this.#form,
            h(
                "form",
                {
                    class: "stack",
                    on: {
                        submit: (event) => {
                            event.preventDefault();
                            const include = boxes.filter((box) => box.checked).map((box) => box.value);
                            fault.hidden = include.length > 0;
                            if (!name.isGood()) return name.control.focus();
                            if (include.length) this.#start(name.control, include);
                        },
                    },
                },
                name.element,
                h(
                    "fieldset",
                    { class: "field" },
                    h("legend", {}, t("what")),
                    h("div", { class: "row backup-classes" }, all.map((each, index) => h("label", { class: "check" }, boxes[index], each.class))),
                    fault,
                ),
                h("div", {}, h("button", { type: "submit", class: "primary" }, t("start"))),
            ),
        );
    }

    async #start(control, include) {
        try {
            await post(["backups", "filesystem"], { id: control.value, include });
            toast(t("started", { id: control.value }));
            control.value = freshName();
            this.askAgain?.();
        } catch (error) {
            showError(error, t("notStarted"));
        }
    }

    #draw() {
        const text = JSON.stringify([this.#known, [...this.#restores]]);
        if (text === this.#shown) return;
        this.#shown = text;
        const focused = this.#list.contains(document.activeElement) ? document.activeElement.dataset.backup : undefined;
        replace(
            this.#list,
            this.#known.length
                ? h("ul", { role: "list", class: "stack" }, this.#known.map((backup) => this.#row(backup)))
                : h("p", { class: "muted" }, t("none")),
        );
        if (focused) this.#list.querySelector(`[data-backup="${CSS.escape(focused)}"]`)?.focus();
    }

    #row(backup) {
        const { id, status, classes = [], size, startedAt } = backup;
        const isRestoring = this.#restores.has(id);
        return h(
            "li",
            { class: "card row apart backup" },
            h(
                "div",
                { class: "grow" },
                h("p", {}, h("strong", { class: "wrap-anywhere" }, id), " ", h("span", { class: `chip ${status.toLowerCase()}` }, t(status))),
                h("p", { class: "small muted wrap-anywhere" }, `${classes.join(", ")} · ${t("begun", { time: dateTime(startedAt) })}${size ? ` · ${bytes(Math.round(size * gibibyte))}` : ""}`),
                isRestoring ? h("p", { class: "small" }, t("restoring", { id })) : null,
            ),
            status === "SUCCESS"
                ? h("button", { type: "button", disabled: isRestoring, "aria-label": t("restoreIt", { id }), data: { backup: id }, on: { click: () => this.#restore(backup) } }, icon("history"), t("restore"))
                : null,
            ended.includes(status)
                ? null
                : h("button", { type: "button", "aria-label": t("cancelIt", { id }), data: { backup: id }, on: { click: () => this.#cancel(id) } }, icon("stop"), t("cancel")),
        );
    }

    async #cancel(id) {
        try {
            await send("DELETE", url(["backups", "filesystem", id]));
            this.askAgain?.();
        } catch (error) {
            showError(error, t("notCancelled"));
        }
    }

    async #restore(backup) {
        forgetSchema();
        const include = await askToRestore(backup, (await collections()).map((each) => each.class));
        if (!include) return;
        try {
            await post(["backups", "filesystem", backup.id, "restore"], { include });
            this.#restores.add(backup.id);
            this.askAgain?.();
        } catch (error) {
            showError(error, t("notRestored"));
        }
    }

    async #watchRestore(id, signal) {
        const { status, error } = await get(["backups", "filesystem", id, "restore"], {}, { signal });
        if (!ended.includes(status)) return;
        this.#restores.delete(id);
        forgetSchema();
        if (status === "SUCCESS") toast(t("restored", { id }), { kind: "good" });
        else toast(t("restoreFailed", { id, why: error ?? t(status) }), { kind: "error" });
        this.#drawForm(await collections());
        this.#draw();
    }
}

/** backup-2026-11-29-2131 */
function freshName() {
    const digits = (value) => String(value).padStart(2, "0");
    const now = new Date();
    return `backup-${now.getFullYear()}-${digits(now.getMonth() + 1)}-${digits(now.getDate())}-${digits(now.getHours())}${digits(now.getMinutes())}${digits(now.getSeconds())}`;
}

customElements.define("nt-server-backups", Backups);
