// SPDX-License-Identifier: Apache-2.0

import { note } from "../../base/address.js";
import { get, post, send, url } from "../../base/api.js";
import { freshID, h, replace } from "../../base/dom.js";
import { features } from "../../base/features.js";
import { classFault, className, classNameFrom, propertyFault } from "../../base/names.js";
import { collections, forgetSchema, labelProperty } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { emptyState } from "../../parts/empty.js";
import { field, select, tick } from "../../parts/field.js";
import { announce, showError } from "../../parts/toasts.js";
import { JobCard } from "./job-card.js";

const t = texts({
    en: {
        offTitle: "The server may read no folders yet",
        off: "Name the folders that imports may read in NEEDLETAIL_IMPORT_ROOTS, with colons between them, and start the server again. For example:",
        title: "A folder of the server's machine",
        source: "Folder, archive or table",
        sourceHint: "Below a folder of NEEDLETAIL_IMPORT_ROOTS: an absolute path, or one relative to it",
        noSource: "Say where the pictures are",
        name: "Collection",
        nameHint: "It is made if it is missing",
        label: "Name of the folder becomes the property",
        labelHint: "Leave it empty for none",
        existing: "What is there already",
        skip: "Leave as it is",
        replace: "Replace",
        fail: "Count as failed",
        dry: "Only try: read everything, store nothing",
        begin: "Begin",
        jobs: "Imports of the server",
        none: "No import was begun since the server started.",
        begun: "The import has begun. It goes on when you leave this page.",
        ended: "Import into {name}: {state}",
        failed: "The import could not begin",
    },
});

/** Milliseconds between questions how far imports are, while one is under way. */
const pause = 1000;

/** Imports that the server carries out itself: begun here, and found again however the page was left. */
export class ServerImports {
    element = h("div", { class: "stack" });

    #left;
    #wanted;
    #jobs = h("section", { class: "stack" });
    #cards = new Map();
    #timer = 0;
    #isOver = false;
    #chosen = "";

    /** @param {string} wanted name of a collection @param {AbortSignal} left aborted when the screen is left */
    constructor(wanted, left) {
        this.#wanted = wanted;
        this.#left = left;
    }

    async show(job) {
        this.#chosen = job ?? "";
        try {
            if (!(await features()).imports) return this.#sayOff();
            const { imports } = await get(["imports"], {}, { signal: this.#left });
            if (this.#isOver) return;
            replace(this.element, await this.#form(), h("h2", { tabindex: "-1" }, t("jobs")), this.#jobs);
            this.#showJobs(imports);
            if (this.#chosen) this.#cards.get(this.#chosen)?.open();
        } catch (error) {
            showError(error);
        }
    }

    #sayOff() {
        replace(
            this.element,
            emptyState({ drawing: "folder", title: t("offTitle"), text: t("off") }),
            h("pre", { class: "code" }, "NEEDLETAIL_IMPORT_ROOTS=/srv/pictures:/mnt/scans needletail serve"),
        );
    }

    refresh() {
        return this.show(this.#chosen);
    }

    leave() {
        this.#isOver = true;
        clearTimeout(this.#timer);
    }

    // MARK: A new one

    async #form() {
        const all = await collections();
        const list = freshID("collections");
        const source = field(t("source"), h("input", { name: "source", autocomplete: "off", spellcheck: "false" }), {
            hint: t("sourceHint"),
            check: (text) => (text.trim() ? "" : t("noSource")),
        });
        const name = field(t("name"), h("input", { name: "class", value: this.#wanted, list, autocomplete: "off", spellcheck: "false" }), {
            hint: t("nameHint"),
            check: (text) => classFault(text.trim()),
        });
        const label = field(t("label"), h("input", { name: "label", autocomplete: "off", spellcheck: "false" }), {
            hint: t("labelHint"),
            check: (text) => (text ? propertyFault(text) : ""),
        });
        const existing = select(["skip", "replace", "fail"].map((each) => [each, t(each)]), "skip");
        let isDryRun = false;
        let isNamed = Boolean(this.#wanted);
        let isLabeled = false;
        const suggestLabel = () => {
            if (isLabeled) return;
            const there = all.find((each) => each.class === className(name.control.value.trim()));
            label.control.value = there ? (labelProperty(there) ?? "") : "label";
        };
        source.control.addEventListener("input", () => {
            if (!isNamed) name.control.value = classNameFrom(source.control.value.replace(/\/+$/, "").split("/").at(-1).replace(/\.\w+$/, ""), "");
            suggestLabel();
        });
        name.control.addEventListener("input", () => {
            isNamed = true;
            suggestLabel();
        });
        label.control.addEventListener("input", () => (isLabeled = true));
        suggestLabel();
        const button = h("button", { type: "submit", class: "primary" }, t("begin"));
        const submit = async (event) => {
            event.preventDefault();
            const faulty = [source, name, label].filter((each) => !each.isGood());
            if (faulty.length) return faulty[0].control.focus();
            button.disabled = true;
            const body = { source: source.control.value.trim(), class: className(name.control.value.trim()), existing: existing.value, dryRun: isDryRun };
            if (label.control.value) body.labelFromFolder = label.control.value;
            try {
                const job = await post(["imports"], body);
                announce(t("begun"));
                this.#chosen = job.id;
                note({ job: job.id });
                await this.#ask();
                this.#cards.get(job.id)?.open();
            } catch (error) {
                if (error.status === 403) source.say(error.message);
                else showError(error, t("failed"));
            }
            button.disabled = false;
        };
        return h(
            "form",
            { class: "card stack", novalidate: true, on: { submit } },
            h("h2", {}, t("title")),
            h("datalist", { id: list }, all.map((each) => h("option", { value: each.class }))),
            h("div", { class: "server-fields" }, source.element, name.element, label.element, field(t("existing"), existing).element),
            tick(t("dry"), false, (isOn) => (isDryRun = isOn)),
            h("div", {}, button),
        );
    }

    // MARK: Those that are there

    async #ask() {
        clearTimeout(this.#timer);
        try {
            const { imports } = await get(["imports"], {}, { signal: this.#left });
            if (!this.#isOver) this.#showJobs(imports);
        } catch (error) {
            // When the server is back, the page asks again.
            if (error.status !== 0) showError(error);
        }
    }

    #showJobs(imports) {
        const newest = imports.toReversed();
        if (!newest.length) replace(this.#jobs, h("p", { class: "muted" }, t("none")));
        for (const job of newest) {
            let card = this.#cards.get(job.id);
            if (!card) {
                card = new JobCard(job.id, { cancel: (id) => this.#cancel(id), left: this.#left });
                this.#cards.set(job.id, card);
            }
            const ended = card.update(job);
            if (!ended) continue;
            forgetSchema();
            announce(t("ended", { name: job.class, state: ended }));
        }
        const elements = newest.map((job) => this.#cards.get(job.id).element);
        if (elements.length && (elements.length !== this.#jobs.children.length || elements[0] !== this.#jobs.firstChild)) replace(this.#jobs, elements);
        if (imports.some((job) => job.state === "STARTED")) this.#timer = setTimeout(() => this.#ask(), pause);
    }

    async #cancel(id) {
        try {
            await send("DELETE", url(["imports", id]));
            await this.#ask();
        } catch (error) {
            showError(error);
        }
    }
}
