// SPDX-License-Identifier: Apache-2.0

import { note } from "../../base/address.js";
import { graphql, send, url } from "../../base/api.js";
import { h, replace } from "../../base/dom.js";
import { number, share } from "../../base/format.js";
import { labelProperties, labelProperty } from "../../base/schema.js";
import { count, texts } from "../../base/texts.js";
import { lineChart } from "../../parts/chart.js";
import { emptyState } from "../../parts/empty.js";
import { SortedTable, barCell } from "../../parts/sorted-table.js";
import { announce } from "../../parts/toasts.js";
import { carryOut, measureForm, progressCard } from "./measuring.js";

const t = texts({
    en: {
        lead: "What a per cent is worth here: of the neighbors with so many per cent, how many have the same label? Where the line falls is a good threshold for searches.",
        label: "Label",
        measure: "Measure",
        running: "Searching with {n} objects",
        failed: "It could not be measured",
        few: "There is too little to measure",
        fewText: "Fewer than two objects have a value of '{label}'.",
        noPercent: "These vectors have no per cents",
        noPercentText: "The server gives none for this metric, or for so few objects.",
        chart: "Neighbors with the same label, by per cent",
        range: "Per cent",
        right: "Same label",
        neighbors: "Neighbors",
        precise: "Precise to about",
        plus: "± {n} points",
        advice: "With a threshold of {percent} %, {right} of what these searches found has the right label, and {kept} of the right ones are kept.",
        summary: ({ searches, neighbors }) => `${count(searches, "search", "searches")} with stored objects, ${count(neighbors, "neighbor")} looked at.`,
        done: ({ n }) => `Measured by ${count(n, "neighbor")}`,
    },
});

const searches = 50;
const neighbors = 20;
const atOnce = 4;
const binWidth = 10;
/** With fewer neighbors a range is in the table alone. */
const fewest = 5;
/** What a threshold that is recommended keeps right. */
const wantedShare = 0.9;

/** Per cents against how often they mean what they should, by searches with stored objects. */
export class Calibration extends HTMLElement {
    #target;
    #signal;
    #label = h("select", {});
    #button = h("button", { type: "submit", class: "primary" }, t("measure"));
    #result = h("div", { class: "stack" });
    #isMeasured = false;

    async show(target, query, signal) {
        this.#target = target;
        this.#signal = signal;
        if (!this.firstChild) this.#build(query.get("label"));
        if (query.get("run") && !this.#isMeasured) await this.#measure();
    }

    #build(wanted) {
        const usable = labelProperties(this.#target.definition);
        const preferred = usable.some(({ name }) => name === wanted) ? wanted : labelProperty(this.#target.definition);
        replace(this.#label, usable.map(({ name }) => h("option", { value: name, selected: name === preferred }, name)));
        const form = measureForm([[t("label"), this.#label]], this.#button, () => this.#measure(true));
        this.append(h("p", { class: "muted" }, t("lead")), form, this.#result);
    }

    /** @param {boolean} hasAsked whether somebody pressed a button, whose focus must not be lost */
    async #measure(hasAsked = false) {
        const label = this.#label.value;
        note({ label, run: "1" });
        this.#isMeasured = true;
        const cancelling = new AbortController();
        const signal = AbortSignal.any([cancelling.signal, this.#signal]);
        const { element, bar } = progressCard(t("running", { n: searches }), searches, () => cancelling.abort());
        const place = { button: this.#button, result: this.#result, failed: t("failed") };
        const run = async () => this.#present(await this.#pairs(label, signal, (done) => (bar.value = done)), label);
        this.#isMeasured = await carryOut(place, element, run, hasAsked);
    }

    /** Searches with objects that have a label, spread over the class. */
    async #pairs(label, signal, progress) {
        const { definition, tenant, vector } = this.#target;
        const chosen = await labeled(definition, tenant, label, signal);
        const pairs = [];
        let done = 0;
        const search = async ({ id, labels }) => {
            const json = { id, excludeSelf: true, limit: neighbors, properties: [label], tenant, targetVector: vector || undefined };
            const { hits } = await send("POST", url(["search", definition.class, "near-object"]), { json, signal });
            for (const hit of hits) {
                const others = asLabels(hit.properties?.[label]);
                if (hit.percent === undefined || hit.percent === null || !others.length) continue;
                pairs.push({ percent: hit.percent, isRight: others.some((each) => labels.includes(each)) });
            }
            done += 1;
            progress((done * searches) / chosen.length);
        };
        const waiting = [...chosen];
        const work = async () => {
            while (waiting.length) await search(waiting.shift());
        };
        await Promise.all(Array.from({ length: atOnce }, work));
        return { pairs, searches: chosen.length };
    }

    #present({ pairs, searches: made }, label) {
        if (!made) return replace(this.#result, emptyState({ drawing: "quality", title: t("few"), text: t("fewText", { label }) }));
        if (!pairs.length) return replace(this.#result, emptyState({ drawing: "quality", title: t("noPercent"), text: t("noPercentText") }));
        const bins = binned(pairs);
        const drawn = bins.filter((bin) => bin.count >= fewest);
        const table = new SortedTable(
            t("chart"),
            [
                { title: t("range"), isHead: true, value: (bin) => bin.from, cell: (bin) => `${bin.from} – ${bin.from + binWidth}` },
                { title: t("neighbors"), isNumber: true, value: (bin) => bin.count, cell: (bin) => number(bin.count) },
                { title: t("right"), isNumber: true, value: (bin) => bin.share, cell: (bin) => barCell(bin.share, share(bin.share)) },
                { title: t("precise"), isNumber: true, value: (bin) => bin.error, cell: (bin) => t("plus", { n: Math.ceil(100 * bin.error) }) },
            ],
            { sort: 0, isDescending: true },
        );
        table.rows = bins;
        const advice = threshold(pairs);
        replace(
            this.#result,
            advice ? h("p", { class: "calibration-advice" }, t("advice", { percent: advice.percent, right: share(advice.right), kept: share(advice.kept) })) : null,
            drawn.length > 1
                ? h(
                      "div",
                      { class: "card calibration-chart" },
                      lineChart({
                          title: t("chart"),
                          x: { label: t("range"), values: drawn.map((bin) => bin.from + binWidth / 2), format: (value) => String(Math.round(value)) },
                          y: { label: t("right"), min: 0, max: 1, format: (value) => share(value) },
                          series: [{ name: t("right"), values: drawn.map((bin) => bin.share) }],
                      }),
                  )
                : null,
            table.element,
            h("p", { class: "small muted" }, t("summary", { searches: made, neighbors: pairs.length })),
        );
        announce(t("done", { n: pairs.length }));
    }
}

const asLabels = (value) => (value === null || value === undefined || value === "" ? [] : [].concat(value).map(String));

/** Objects with a label, spread evenly over the first thousand. */
async function labeled(definition, tenant, label, signal) {
    const conditions = `limit: 1000${tenant ? `, tenant: ${JSON.stringify(tenant)}` : ""}`;
    const data = await graphql(`{ Get { ${definition.class}(${conditions}) { ${label} _additional { id } } } }`, undefined, { signal });
    const all = data.Get[definition.class].map((each) => ({ id: each._additional.id, labels: asLabels(each[label]) })).filter((each) => each.labels.length);
    if (all.length < 2) return [];
    const step = Math.max(1, all.length / searches);
    return Array.from({ length: Math.min(searches, all.length) }, (_, index) => all[Math.floor(index * step)]);
}

/** Tenths of a hundred with how many pairs are in each, what share is right, and how precise that is (one standard error, twice). */
function binned(pairs) {
    const bins = new Map();
    for (const { percent, isRight } of pairs) {
        const from = Math.min(100 - binWidth, Math.max(0, Math.floor(percent / binWidth) * binWidth));
        const bin = bins.get(from) ?? { from, count: 0, right: 0 };
        bin.count += 1;
        bin.right += isRight ? 1 : 0;
        bins.set(from, bin);
    }
    return [...bins.values()]
        .sort((one, other) => one.from - other.from)
        .map((bin) => {
            const value = bin.right / bin.count;
            // With one added to either side, so that few pairs that agree are not taken for certain.
            const smoothed = (bin.right + 1) / (bin.count + 2);
            return { ...bin, share: value, error: 2 * Math.sqrt((smoothed * (1 - smoothed)) / (bin.count + 2)) };
        });
}

/** The lowest whole per cent from which on what is found is right as often as it should be; `null` if there is none. */
function threshold(pairs) {
    const right = pairs.filter((pair) => pair.isRight).length;
    if (!right) return null;
    for (let percent = 0; percent < 100; percent += 1) {
        const kept = pairs.filter((pair) => pair.percent >= percent);
        const keptRight = kept.filter((pair) => pair.isRight).length;
        if (kept.length < 10) return null;
        if (keptRight / kept.length >= wantedShare) return { percent, right: keptRight / kept.length, kept: keptRight / right };
    }
    return null;
}

customElements.define("nt-calibration", Calibration);
