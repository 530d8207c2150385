// SPDX-License-Identifier: Apache-2.0

import { href, note } from "../../base/address.js";
import { h, replace } from "../../base/dom.js";
import { number } from "../../base/format.js";
import { collections, forgetSchema } from "../../base/schema.js";
import { Screen } from "../../base/screen.js";
import { texts } from "../../base/texts.js";
import { icon } from "../../parts/icons.js";
import { announce, showError, toast } from "../../parts/toasts.js";
import { begin } from "./begin.js";
import { DropPlace } from "./choosing.js";
import { dropped } from "./picking.js";
import { PlanForm } from "./plan-form.js";
import { RunView } from "./run-view.js";
import { beginRun, currentRun, forgetRun } from "./runs.js";
import { Selection } from "./selection.js";
import { ServerImports } from "./server-imports.js";

const t = texts({
    en: {
        title: "Import pictures",
        here: "From this computer",
        server: "From a folder of the server",
        from: "Where pictures come from",
        none: "There was no picture among what you chose. JPEG, PNG, GIF, BMP, WebP, TIFF, HEIC and AVIF are read.",
        busy: "An import is under way. Wait until it has ended, or stop it.",
        failed: "The import could not begin",
        looking: ({ n }) => `${number(n)} pictures so far …`,
        found: ({ n }) => `${number(n)} pictures chosen`,
    },
});

/** Pictures go in: from this computer (chosen, planned, sent) or from a folder of the server. */
export default class ImportScreen extends Screen {
    #selection = new Selection();
    #wanted = {};
    #body = h("div", { class: "import-body" });
    #links = {};
    #view = null;
    #isReading = false;

    connectedCallback() {
        const link = (name, from) => (this.#links[name] = h("a", { class: "button", href: href("import", { from }) }, t(name)));
        replace(
            this,
            h("div", { class: "screen-head" }, h("h1", {}, t("title")), h("nav", { class: "row", "aria-label": t("from") }, link("here"), link("server", "server"))),
            this.#body,
        );
        const options = { signal: this.left };
        document.addEventListener("dragover", (event) => this.#over(event), options);
        document.addEventListener("dragleave", (event) => event.relatedTarget ?? this.#mark(false), options);
        document.addEventListener("drop", (event) => this.#dropped(event), options);
    }

    async show(query) {
        this.#wanted = { className: query.get("class") ?? "", tenant: query.get("tenant") ?? "" };
        const isServer = query.get("from") === "server";
        this.#links.here.setAttribute("aria-current", String(!isServer));
        this.#links.server.setAttribute("aria-current", String(isServer));
        if (isServer) {
            this.#put(new ServerImports(this.#wanted.className, this.left));
            return this.#view.show(query.get("job"));
        }
        if (currentRun()) return this.#showRun();
        if (this.#selection.files.length) return this.#showPlan();
        this.#showPlace();
    }

    async refresh() {
        if (this.#view instanceof ServerImports || this.#view instanceof DropPlace) this.#view.refresh?.();
        else if (this.#view instanceof PlanForm) await this.#view.refresh();
    }

    leave() {
        this.#view?.leave?.();
    }

    // MARK: What is shown

    #put(view) {
        this.#view?.leave?.();
        this.#view = view;
        replace(this.#body, view.element);
    }

    #showPlace() {
        this.#put(new DropPlace((found) => this.#take(found)));
    }

    /** @param {PlanForm} [before] the form before more files were added */
    async #showPlan(before) {
        const actions = {
            begin: (plan) => this.#begin(plan),
            more: (found) => this.#take(found),
            clear: () => {
                this.#selection = new Selection();
                this.#showPlace();
                this.querySelector(".drop-place button").focus();
            },
        };
        const form = new PlanForm(this.#selection, this.#wanted, actions, before);
        try {
            await form.load(await collections());
        } catch (error) {
            return showError(error);
        }
        this.#put(form);
    }

    #showRun() {
        this.#put(
            new RunView(currentRun(), () => {
                forgetRun();
                this.#selection = new Selection();
                this.#showPlace();
                this.querySelector(".drop-place button").focus();
            }),
        );
    }

    async #begin(plan) {
        try {
            const job = await begin(plan, this.#selection);
            forgetSchema();
            beginRun(job);
            this.#selection = new Selection();
            this.#showRun();
            this.querySelector(".run-actions button")?.focus();
        } catch (error) {
            showError(error, t("failed"));
        }
    }

    // MARK: Files come in

    #over(event) {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        this.#mark(true);
    }

    #mark(isOver) {
        this.classList.toggle("dragging", isOver);
    }

    #dropped(event) {
        this.#mark(false);
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        this.#take(dropped(event.dataTransfer));
    }

    /** Takes files in as they are found; the first of thousands are there at once. */
    async #take(found) {
        if (this.#isReading) return;
        const run = currentRun();
        if (run?.isActive) return toast(t("busy"), { kind: "error" });
        if (run) forgetRun();
        if (location.search.includes("from=server")) note({ from: null });
        this.#isReading = true;
        const said = h("p", { class: "row muted", role: "status" }, icon("history"), t("looking", { n: 0 }));
        const selection = this.#selection;
        const before = this.#view instanceof PlanForm ? this.#view : undefined;
        this.#put({ element: said });
        try {
            let told = performance.now();
            for await (const each of found) {
                selection.add(each);
                if (this.left.aborted) return;
                if (performance.now() - told < 100) continue;
                said.lastChild.data = t("looking", { n: selection.files.length });
                // The page stays alive while a long list is gone through.
                await new Promise((resolve) => setTimeout(resolve));
                told = performance.now();
            }
        } finally {
            this.#isReading = false;
        }
        selection.settle();
        if (!selection.files.length) {
            toast(t("none"), { kind: "error" });
            this.#selection = new Selection();
            return this.#showPlace();
        }
        announce(t("found", { n: selection.files.length }));
        await this.#showPlan(before);
        this.querySelector("h2")?.focus();
    }
}

