// SPDX-License-Identifier: Apache-2.0

import { get } from "../../base/api.js";
import { h } from "../../base/dom.js";
import { number } from "../../base/format.js";
import { count, texts } from "../../base/texts.js";
import { copyButton } from "../../parts/copy.js";
import { searchedTable } from "./searched-table.js";

const t = texts({
    en: {
        lead: "What Prometheus reads on the monitoring port (PROMETHEUS_MONITORING_ENABLED), as it is now.",
        metric: "Metric",
        labels: "Labels",
        value: "Value",
        copy: "Copy as Prometheus reads it",
        table: "Metrics",
        found: ({ n }) => count(n, "value"),
        buckets: "Show the buckets of histograms",
    },
});

/** All metrics as a table that can be searched. */
export class Metrics extends HTMLElement {
    #text = "";
    #table = searchedTable({
        caption: t("table"),
        columns: [
            {
                title: t("metric"),
                isHead: true,
                value: (row) => row.name,
                cell: (row) => [h("code", {}, row.name), row.help ? h("span", { class: "small muted block" }, row.help) : null],
            },
            { title: t("labels"), value: (row) => row.labels, cell: (row) => h("code", { class: "small" }, row.labels) },
            { title: t("value"), isNumber: true, value: (row) => row.value, cell: (row) => written(row.value) },
        ],
        words: (row) => `${row.name} ${row.labels} ${row.help}`,
        box: t("buckets"),
        isShown: (row, isTicked) => isTicked || !row.name.endsWith("_bucket"),
        found: (n) => t("found", { n }),
        tools: [copyButton(() => this.#text, { label: t("copy"), words: true })],
    });

    connectedCallback() {
        this.append(h("p", { class: "muted" }, t("lead")), ...this.#table.nodes);
    }

    async update(signal) {
        this.#text = await get(["server", "metrics"], {}, { signal, as: "text" });
        this.#table.show(samples(this.#text));
    }
}

/** Whole numbers in full, others by six digits; infinite ones are words. */
function written(value) {
    if (Number.isInteger(value)) return number(value);
    return Number.isFinite(value) ? value.toLocaleString("en", { maximumSignificantDigits: 6 }) : String(value);
}

/** The samples of Prometheus' text format, with the help of their metric. */
function samples(text) {
    const help = new Map();
    const rows = [];
    for (const line of text.split("\n")) {
        const helped = /^# HELP (\S+) (.*)$/.exec(line);
        if (helped) help.set(helped[1], helped[2]);
        const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
        if (!sample) continue;
        const [, name, labels = "", value] = sample;
        const stem = name.replace(/_(bucket|sum|count)$/, "");
        rows.push({ name, labels, value: Number(value.replace("Inf", "Infinity")), help: help.get(name) ?? help.get(stem) ?? "" });
    }
    return rows;
}

customElements.define("nt-server-metrics", Metrics);
