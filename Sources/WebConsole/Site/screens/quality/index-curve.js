// SPDX-License-Identifier: Apache-2.0

import { note } from "../../base/address.js";
import { get, send, url } from "../../base/api.js";
import { freshID, h, replace } from "../../base/dom.js";
import { milliseconds, number } from "../../base/format.js";
import { forgetSchema } from "../../base/schema.js";
import { count, texts } from "../../base/texts.js";
import { BackgroundJob } from "../../parts/background-job.js";
import { lineChart } from "../../parts/chart.js";
import { confirmation } from "../../parts/dialog.js";
import { emptyState } from "../../parts/empty.js";
import { notice } from "../../parts/notice.js";
import { SortedTable } from "../../parts/sorted-table.js";
import { announce, showError, toast } from "../../parts/toasts.js";
import { carryOutJob, measureForm } from "./measuring.js";

const t = texts({
    en: {
        lead: "Searches the index with stored vectors, and compares what it finds with what exact search finds: the more candidates (ef) a search keeps, the more it finds, and the longer it takes.",
        queries: "Searches",
        neighbors: "Neighbors (k)",
        measure: "Measure",
        running: "The index of {name} is being measured",
        failed: "The index could not be measured",
        stale: "Objects came or went since this was measured.",
        noCurve: "There is no ef to choose",
        recallChart: "Recall by ef",
        timeChart: "Time of a search by ef, in the median",
        recall: "Recall",
        ef: "ef",
        median: "Median",
        slow: "99th per cent",
        time: "Time",
        rate: "Searches a second, one thread",
        how: "How",
        scan: "all vectors",
        graph: "links",
        summary: ({ queries, objects, k, exact }) => `${count(queries, "search", "searches")} for ${k} neighbors among ${count(objects, "vector")}. An exact search takes ${exact}.`,
        nowFixed: "Searches use ef {ef} now.",
        nowDynamic: "Searches choose ef by how much is asked for; for {k} neighbors it is {ef} now.",
        target: "Recall that is wanted",
        reaches: "ef {ef} is the smallest measured that reaches it: recall {recall}, {time} in the median.",
        unreached: "No ef that was measured reaches it; the best has recall {recall}.",
        set: "Set ef to {ef}",
        isSet: "ef is {ef} already",
        dynamic: "Let the server choose ef",
        askTitle: "Change ef of {name}?",
        askText: "From the next search on. Nothing stored changes, and it can be changed back at any time.",
        before: "now",
        after: "then",
        chosen: "chosen by the server (-1)",
        confirm: "Change it",
        changed: "Searches in {name} use ef {ef} from now on",
        notChanged: "ef was not changed",
        done: ({ n }) => `Measured with ${count(n, "value")} of ef`,
    },
});

const defaultTarget = 0.95;

/** Recall against time by ef, and a way to choose it. */
export class IndexCurve extends HTMLElement {
    #target;
    #signal;
    #queries = h("input", { type: "number", min: "10", max: "1000", step: "10", value: "200", required: true });
    #neighbors = h("input", { type: "number", min: "1", max: "100", value: "10", required: true });
    #button = h("button", { type: "submit", class: "primary" }, t("measure"));
    #result = h("div", { class: "stack" });
    #isMeasured = false;
    /** The ef in the definition: -1 where the server chooses. */
    #setting = null;

    async show(target, query, signal) {
        this.#target = target;
        this.#signal = signal;
        if (!this.firstChild) this.#build(query);
        if (query.get("run") && !this.#isMeasured) await this.#measure(false);
    }

    #build(query) {
        for (const [field, name] of [[this.#queries, "queries"], [this.#neighbors, "k"]]) if (query.get(name)) field.value = query.get(name);
        const fields = [[t("queries"), this.#queries], [t("neighbors"), this.#neighbors]];
        const form = measureForm(fields, this.#button, () => this.#measure(true, true));
        this.append(h("p", { class: "muted" }, t("lead")), form, this.#result);
    }

    /** @param {boolean} hasAsked whether somebody pressed a button, whose focus must not be lost */
    async #measure(refresh, hasAsked = false) {
        const { definition, tenant, vector } = this.#target;
        const [queries, limit] = [this.#queries.value, this.#neighbors.value];
        note({ queries: queries === "200" ? null : queries, k: limit === "10" ? null : limit, run: "1" });
        this.#isMeasured = true;
        const job = new BackgroundJob(t("running", { name: definition.class }), ["recall", definition.class], { tenant, targetVector: vector, queries, limit });
        const place = { button: this.#button, result: this.#result, failed: t("failed") };
        this.#isMeasured = await carryOutJob(place, job, { signal: this.#signal, refresh, hasAsked }, async (answer) => {
            this.#setting = settingsOf(await get(["schema", definition.class], {}, { signal: this.#signal }), vector)?.ef ?? null;
            this.#present(answer);
            announce(t("done", { n: answer.curve.length }));
        });
    }

    #present(answer) {
        if (!answer.curve.length) return replace(this.#result, emptyState({ drawing: "quality", title: t("noCurve"), text: answer.note ?? "" }));
        const charts = h("div", { class: "charts" });
        const draw = (target) => replace(charts, this.#recallChart(answer, target), this.#timeChart(answer));
        const summary = { queries: answer.queries, objects: answer.objects, k: answer.k, exact: milliseconds(answer.exactMs) };
        draw(defaultTarget);
        replace(
            this.#result,
            answer.stale ? notice(t("stale")) : null,
            answer.note ? notice(answer.note[0].toUpperCase() + answer.note.slice(1)) : null,
            charts,
            this.#chooser(answer, draw),
            this.#table(answer),
            h("p", { class: "small muted" }, t("summary", summary)),
        );
    }

    #recallChart({ curve, currentEf }, target) {
        const least = Math.min(target, ...curve.map((point) => point.recall));
        return h(
            "div",
            { class: "card" },
            lineChart({
                title: t("recallChart"),
                x: { label: t("ef"), values: curve.map((point) => point.ef), format: String, isLog: true },
                y: { label: t("recall"), min: Math.max(0, least - 0.02), max: 1, format: (value) => value.toFixed(3).replace(/0$/, ""), target },
                series: [{ name: t("recall"), values: curve.map((point) => point.recall) }],
                marked: curve.findIndex((point) => point.ef === currentEf),
            }),
        );
    }

    #timeChart({ curve, currentEf }) {
        return h(
            "div",
            { class: "card" },
            lineChart({
                title: t("timeChart"),
                x: { label: t("ef"), values: curve.map((point) => point.ef), format: String, isLog: true },
                y: { label: t("time"), min: 0, format: milliseconds },
                series: [{ name: t("median"), values: curve.map((point) => point.p50Ms) }],
                marked: curve.findIndex((point) => point.ef === currentEf),
            }),
        );
    }

    #table({ curve }) {
        const table = new SortedTable(
            t("recallChart"),
            [
                { title: t("ef"), isHead: true, value: (point) => point.ef, cell: (point) => number(point.ef) },
                { title: t("recall"), isNumber: true, value: (point) => point.recall, cell: (point) => point.recall.toFixed(4) },
                { title: t("median"), isNumber: true, value: (point) => point.p50Ms, cell: (point) => milliseconds(point.p50Ms) },
                { title: t("slow"), isNumber: true, value: (point) => point.p99Ms, cell: (point) => milliseconds(point.p99Ms) },
                { title: t("rate"), isNumber: true, value: (point) => point.qps, cell: (point) => number(point.qps) },
                { title: t("how"), value: (point) => (point.scan ? t("scan") : t("graph")) },
            ],
            { sort: 0 },
        );
        table.rows = curve;
        return table.element;
    }

    // MARK: Choosing

    #chooser(answer, draw) {
        const { curve, currentEf, k } = answer;
        const id = freshID("target");
        const wanted = h("output", { for: id, class: "number" });
        const words = h("p", { "aria-live": "polite" });
        const place = h("div", { class: "row" });
        const best = curve.reduce((one, other) => (other.recall > one.recall ? other : one));
        const choose = (target) => {
            wanted.textContent = target.toFixed(3);
            const found = curve.find((point) => point.recall >= target);
            words.textContent = found
                ? t("reaches", { ef: found.ef, recall: found.recall.toFixed(4), time: milliseconds(found.p50Ms) })
                : t("unreached", { recall: best.recall.toFixed(4) });
            const isSet = found && this.#setting === found.ef;
            replace(
                place,
                found ? h("button", { type: "button", class: "primary", disabled: isSet, on: { click: () => this.#set(found.ef) } }, isSet ? t("isSet", { ef: found.ef }) : t("set", { ef: found.ef })) : null,
                this.#setting > 0 ? h("button", { type: "button", on: { click: () => this.#set(-1) } }, t("dynamic")) : null,
            );
        };
        const slider = h("input", {
            id,
            type: "range",
            min: "0.8",
            max: "1",
            step: "0.005",
            value: String(defaultTarget),
            on: {
                input: () => {
                    choose(Number(slider.value));
                    draw(Number(slider.value));
                },
            },
        });
        choose(defaultTarget);
        const now = this.#setting > 0 ? t("nowFixed", { ef: this.#setting }) : t("nowDynamic", { ef: currentEf, k });
        return h(
            "section",
            { class: "card stack ef-choice" },
            h("div", { class: "field" }, h("div", { class: "row apart" }, h("label", { for: id, class: "label" }, t("target")), wanted), slider),
            words,
            h("p", { class: "small muted" }, now),
            place,
        );
    }

    async #set(ef) {
        const { definition, vector } = this.#target;
        const name = definition.class;
        const words = (value) => (value === -1 ? t("chosen") : String(value));
        const agreed = await confirmation({
            title: t("askTitle", { name }),
            text: t("askText"),
            body: h("p", {}, h("code", {}, "vectorIndexConfig.ef"), ` ${t("before")}: `, h("strong", {}, words(this.#setting)), ` → ${t("after")}: `, h("strong", {}, words(ef))),
            confirm: t("confirm"),
        });
        if (!agreed) return;
        try {
            const changed = await get(["schema", name]);
            settingsOf(changed, vector).ef = ef;
            await send("PUT", url(["schema", name]), { json: changed });
            forgetSchema();
            toast(t("changed", { name, ef: words(ef) }), { kind: "good" });
            await this.#measure(true, true);
        } catch (error) {
            showError(error, t("notChanged"));
        }
    }
}

/** The settings of a vector's index, in the definition as the server gives it. */
const settingsOf = (definition, vector) => (vector ? definition.vectorConfig[vector].vectorIndexConfig : definition.vectorIndexConfig);

customElements.define("nt-index-curve", IndexCurve);
