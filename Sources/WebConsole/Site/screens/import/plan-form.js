// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../../base/dom.js";
import { bytes, number } from "../../base/format.js";
import { count, texts } from "../../base/texts.js";
import { button } from "../../parts/button.js";
import { chooserButtons } from "./choosing.js";
import { EachForm } from "./each-form.js";
import { FieldsForm } from "./fields.js";
import { Previews } from "./previews.js";
import { TargetForm } from "./target.js";

const t = texts({
    en: {
        chosen: ({ n }) => count(n, "picture"),
        size: ({ size, folders }) => `${size}${folders ? ` in ${count(folders, "folder")}` : ""}`,
        more: ({ n }) => `and ${number(n)} more`,
        passedOver: ({ n }) => `${count(n, "other file")} passed over`,
        archives: "Archives are taken by the command: needletail import photos.zip --class Photo",
        begin: ({ n }) => `Import ${count(n, "picture")}`,
        into: "into {name}",
        clear: "Start over",
    },
});

const previewCount = 24;

/** What was chosen, where it goes, and what else is known of it: before anything is sent. */
export class PlanForm {
    element = h("form", { class: "plan", novalidate: true });

    #selection;
    #wanted;
    #actions;
    #before;
    #previews = new Previews();
    #target;
    #fields;
    #each;
    #into = h("span", { class: "wrap-anywhere" });
    #button;

    /**
     * @param {{ className?: string, tenant?: string }} wanted from the address
     * @param {{ begin: (plan: object) => Promise<void>, more: (found: Iterable) => void, clear: () => void }} actions
     * @param {PlanForm} [before] the form as it was, before more files were added
     */
    constructor(selection, wanted, actions, before) {
        this.#selection = selection;
        this.#wanted = before ? { className: before.plan.className, tenant: before.plan.tenant } : wanted;
        this.#before = before;
        this.#actions = actions;
    }

    async load(all) {
        const changed = () => this.#update();
        this.#target = new TargetForm(all, () => {
            this.#fields.show(this.#target.definition, this.#target.pictureProperty);
            changed();
        });
        this.#fields = new FieldsForm(this.#selection, changed);
        if (this.#before) this.#fields.takeOver(this.#before.#fields);
        this.#before = null;
        this.#each = new EachForm(this.#selection, () => this.plan);
        await this.#target.begin(this.#selection.title, this.#wanted);
        this.#fields.show(this.#target.definition, this.#target.pictureProperty);
        this.#button = h("button", { type: "submit", class: "primary" }, t("begin", { n: this.#selection.files.length }));
        replace(
            this.element,
            h(
                "div",
                { class: "plan-columns" },
                h("div", { class: "stack" }, this.#summary(), this.#each.element),
                h("div", { class: "stack" }, this.#target.element, this.#fields.element),
            ),
            h("div", { class: "plan-foot row" }, this.#button, this.#into),
        );
        this.element.addEventListener("input", changed);
        this.element.addEventListener("submit", (event) => this.#submit(event));
        this.#update();
    }

    /** @type {import("./plan.js").Plan} */
    get plan() {
        const { definition, className, tenant, pictureProperty, isBetter } = this.#target;
        const { labelProperty, fileProperty, constants, duplicates, table } = this.#fields;
        return { definition, className, tenant, pictureProperty, isBetter, labelProperty, fileProperty, constants, duplicates, table: table.table };
    }

    async refresh() {
        await this.#target.refresh();
    }

    leave() {
        this.#previews.leave();
        this.#each?.leave();
    }

    #update() {
        this.#into.textContent = t("into", { name: this.#target.className });
        this.#each.update();
    }

    async #submit(event) {
        event.preventDefault();
        if (!this.#target.isGood() || !this.#fields.isGood()) return;
        this.#button.disabled = true;
        await this.#actions.begin(this.plan);
        this.#button.disabled = false;
    }

    #summary() {
        const { files, folders, passedOver } = this.#selection;
        const shown = files.slice(0, previewCount);
        return h(
            "section",
            { class: "card stack" },
            h(
                "div",
                { class: "row apart" },
                h("h2", { tabindex: "-1" }, t("chosen", { n: files.length })),
                h("span", { class: "muted" }, t("size", { size: bytes(this.#selection.bytes), folders: folders.size })),
            ),
            h("div", { class: "previews" }, shown.map((file) => this.#previews.show(file))),
            files.length > shown.length ? h("p", { class: "muted small" }, t("more", { n: files.length - shown.length })) : null,
            passedOver.count
                ? h(
                      "details",
                      { class: "small passed-over" },
                      h("summary", {}, t("passedOver", { n: passedOver.count })),
                      passedOver.archives ? h("p", {}, t("archives")) : null,
                      h("p", { class: "mono wrap-anywhere" }, passedOver.paths.join("\n")),
                  )
                : null,
            h(
                "div",
                { class: "row" },
                chooserButtons((found) => this.#actions.more(found)),
                button(t("clear"), () => this.#actions.clear(), { kind: "quiet" }),
            ),
        );
    }
}
