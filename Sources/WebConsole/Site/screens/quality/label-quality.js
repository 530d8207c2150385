// SPDX-License-Identifier: Apache-2.0

import { href, note } from "../../base/address.js";
import { h, replace } from "../../base/dom.js";
import { number, share } from "../../base/format.js";
import { isArray, labelProperties, labelProperty } from "../../base/schema.js";
import { count, texts } from "../../base/texts.js";
import { BackgroundJob } from "../../parts/background-job.js";
import { emptyState } from "../../parts/empty.js";
import { notice } from "../../parts/notice.js";
import { SortedTable, barCell } from "../../parts/sorted-table.js";
import { announce } from "../../parts/toasts.js";
import { carryOutJob, measureForm } from "./measuring.js";

const t = texts({
    en: {
        lead: "Searches with stored objects, and looks whether their neighbors have the same label.",
        label: "Label",
        sample: "Searches",
        all: "with all objects",
        some: "with {n} of them",
        measure: "Measure",
        running: "{name} is being measured",
        noLabels: "{name} has no property that could be a label",
        noLabelsText: "A label is a text, a whole number, a boolean, or a list of these: what says which objects belong together.",
        failed: "It could not be measured",
        stale: "Objects came or went since this was measured.",
        p1: "how often the nearest other object has the same label",
        p5: "how much of the first five neighbors is right",
        p10: "how much of a page of ten results is right",
        mAP: "the same, where early places count more and small labels are not at a disadvantage",
        recall: "what the index finds of what exact search finds",
        recallTitle: "recall of the index",
        summary: ({ queries, objects, labels, chance }) =>
            `${count(queries, "search", "searches")}, ${count(objects, "object")} with ${count(labels, "label")}. By chance a neighbor would be right in about ${chance} of the cases.`,
        lone: ({ n }) => `${count(n, "object")} with a label that no other has ${n === 1 ? "takes" : "take"} no part.`,
        byLabel: "By label",
        objects: "Objects",
        confusions: "What is taken for what",
        confusionsText: "Of the neighbors of objects with the first label, so many have the second instead.",
        noConfusions: "No neighbor had another label.",
        found: "Found instead",
        neighbors: "Neighbors",
        shareOf: "Share",
        look: "Look at both",
        lookAt: ({ one, other }) => `Look at objects with ${one} and with ${other}`,
        done: ({ precision, mAP }) => `Measured: precision at 1 is ${precision}, mean average precision ${mAP}`,
    },
});

const samples = ["1000", "5000", "all"];

/** Precision and confusions by a property that says what belongs together. */
export class LabelQuality extends HTMLElement {
    #target;
    #signal;
    #label = h("select", {});
    #sample = h("select", {});
    #button = h("button", { type: "submit", class: "primary" }, t("measure"));
    #result = h("div", { class: "stack" });
    #measured = null;

    async show(target, query, signal) {
        this.#target = target;
        this.#signal = signal;
        if (!this.firstChild && !this.#build()) return;
        if (query.get("label")) this.#label.value = query.get("label");
        if (samples.includes(query.get("sample"))) this.#sample.value = query.get("sample");
        if (query.get("run") && this.#measured !== this.#key()) await this.#measure(false);
    }

    #key() {
        return `${this.#label.value} ${this.#sample.value}`;
    }

    #build() {
        const { definition } = this.#target;
        const usable = labelProperties(definition);
        if (!usable.length) {
            this.append(emptyState({ drawing: "tag", title: t("noLabels", { name: definition.class }), text: t("noLabelsText") }));
            return false;
        }
        const preferred = labelProperty(definition);
        replace(this.#label, usable.map(({ name }) => h("option", { value: name, selected: name === preferred }, name)));
        replace(this.#sample, samples.map((value) => h("option", { value }, value === "all" ? t("all") : t("some", { n: number(Number(value)) }))));
        const fields = [[t("label"), this.#label], [t("sample"), this.#sample]];
        const form = measureForm(fields, this.#button, () => this.#measure(this.#measured === this.#key(), true));
        this.append(h("p", { class: "muted" }, t("lead")), form, this.#result);
        return true;
    }

    /** @param {boolean} hasAsked whether somebody pressed a button, whose focus must not be lost */
    async #measure(refresh, hasAsked = false) {
        const { definition, tenant, vector } = this.#target;
        const label = this.#label.value;
        const sample = this.#sample.value;
        note({ label, sample: sample === samples[0] ? null : sample, run: "1" });
        this.#measured = this.#key();
        const job = new BackgroundJob(t("running", { name: definition.class }), ["quality", definition.class], { label, sample, tenant, targetVector: vector });
        const place = { button: this.#button, result: this.#result, failed: t("failed") };
        const options = { signal: this.#signal, refresh, hasAsked };
        if (!(await carryOutJob(place, job, options, (answer) => this.#present(answer)))) this.#measured = null;
    }

    #present(answer) {
        const three = (value) => value.toFixed(3);
        const figure = (title, value, text) => h("li", { class: "card figure" }, h("p", { class: "small muted" }, h("strong", {}, title)), h("p", { class: "figure-value" }, value), h("p", { class: "small muted" }, text));
        const sizes = answer.byLabel.map((each) => each.objects);
        const total = sizes.reduce((sum, size) => sum + size, 0);
        const chance = total > 1 ? sizes.reduce((sum, size) => sum + (size / total) * ((size - 1) / (total - 1)), 0) : 0;
        const links = answer.confusions.length ? this.#confusions(answer.confusions) : h("p", { class: "muted" }, t("noConfusions"));
        replace(
            this.#result,
            answer.stale ? notice(t("stale")) : null,
            h(
                "ul",
                { role: "list", class: "figures" },
                Object.entries(answer.precision).map(([rank, value]) => figure(`precision@${rank}`, three(value), t(`p${rank}`))),
                figure(`mAP@${answer.depth}`, three(answer.mAP), t("mAP")),
                answer.recall ? figure(t("recallTitle"), three(answer.recall.value), t("recall")) : null,
            ),
            h(
                "p",
                { class: "small muted" },
                t("summary", { queries: answer.queries, objects: answer.objects, labels: answer.labels, chance: share(chance, 1) }),
                answer.withoutPeers ? ` ${t("lone", { n: answer.withoutPeers })}` : null,
            ),
            h("h2", {}, t("byLabel")),
            this.#byLabel(answer),
            h("h2", {}, t("confusions")),
            h("p", { class: "small muted" }, t("confusionsText")),
            links,
        );
        announce(t("done", { precision: three(answer.precision[1] ?? Object.values(answer.precision)[0]), mAP: three(answer.mAP) }));
    }

    #byLabel(answer) {
        const ranks = Object.keys(answer.precision);
        const columns = [
            { title: t("label"), isHead: true, value: (row) => row.label, cell: (row) => h("a", { href: this.#browse([row.label]) }, row.label) },
            { title: t("objects"), isNumber: true, value: (row) => row.objects, cell: (row) => number(row.objects) },
            ...ranks.map((rank) => ({ title: `precision@${rank}`, isNumber: true, value: (row) => row.precision[rank], cell: (row) => row.precision[rank].toFixed(3) })),
            { title: `mAP@${answer.depth}`, isNumber: true, value: (row) => row.mAP, cell: (row) => barCell(row.mAP, row.mAP.toFixed(3)) },
        ];
        const table = new SortedTable(t("byLabel"), columns, { sort: columns.length - 1 });
        table.rows = answer.byLabel;
        return table.element;
    }

    #confusions(confusions) {
        const most = Math.max(...confusions.map((each) => each.share));
        const table = new SortedTable(
            t("confusions"),
            [
                { title: t("label"), isHead: true, value: (row) => row.label },
                { title: t("found"), value: (row) => row.found },
                { title: t("neighbors"), isNumber: true, value: (row) => row.count, cell: (row) => number(row.count) },
                { title: t("shareOf"), isNumber: true, value: (row) => row.share, cell: (row) => barCell(row.share / most, share(row.share, 1)) },
                {
                    title: t("look"),
                    value: (row) => row.label,
                    cell: (row) => h("a", { href: this.#browse([row.label, row.found]), "aria-label": t("lookAt", { one: row.label, other: row.found }) }, t("look")),
                },
            ],
            { sort: 3, isDescending: true },
        );
        table.rows = confusions;
        return table.element;
    }

    /** Where objects with one of these labels are. */
    #browse(labels) {
        const { definition, tenant } = this.#target;
        const property = this.#label.value;
        const operator = isArray(definition.properties.find((each) => each.name === property)) ? "ContainsAny" : "Equal";
        const rows = labels.map((value) => ({ property, operator, value }));
        return href("browse", { class: definition.class, tenant, filter: JSON.stringify({ join: "Or", rows }) });
    }
}

customElements.define("nt-label-quality", LabelQuality);
