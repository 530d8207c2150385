// SPDX-License-Identifier: Apache-2.0

import { get } from "../../base/api.js";
import { h } from "../../base/dom.js";
import { count, texts } from "../../base/texts.js";
import { copyButton } from "../../parts/copy.js";
import { SortedTable } from "../../parts/sorted-table.js";
import { searchField } from "./search-field.js";

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
    #search = searchField(() => this.#draw());
    #buckets = h("input", { type: "checkbox", on: { change: () => this.#draw() } });
    #count = h("p", { class: "small muted", role: "status" });
    #table = new SortedTable(t("table"), [
        {
            title: t("metric"),
            isHead: true,
            value: (row) => row.name,
            cell: (row) => [h("code", {}, row.name), row.help ? h("span", { class: "small muted block" }, row.help) : null],
        },
        { title: t("labels"), value: (row) => row.labels, cell: (row) => h("code", { class: "small" }, row.labels) },
        { title: t("value"), isNumber: true, value: (row) => row.value, cell: (row) => written(row.value) },
    ]);

    connectedCallback() {
        this.append(
            h("p", { class: "muted" }, t("lead")),
            h(
                "div",
                { class: "row server-tools" },
                this.#search.element,
                h("label", { class: "check" }, this.#buckets, t("buckets")),
                copyButton(() => this.#text, { label: t("copy"), words: true }),
            ),
            this.#count,
            this.#table.element,
        );
    }

    async update(signal) {
        this.#text = await get(["server", "metrics"], {}, { signal, as: "text" });
        this.#draw();
    }

    #draw() {
        const rows = samples(this.#text).filter((row) => {
            if (!this.#buckets.checked && row.name.endsWith("_bucket")) return false;
            return this.#search.matches(`${row.name} ${row.labels} ${row.help}`);
        });
        this.#table.rows = rows;
        const found = t("found", { n: rows.length });
        if (this.#count.textContent !== found) this.#count.textContent = found;
    }
}

const written = (value) => (Number.isInteger(value) ? value.toLocaleString("en") : Number.isFinite(value) ? Number(value.toPrecision(6)).toLocaleString("en", { maximumSignificantDigits: 6 }) : String(value));

/** The samples of Prometheus' text format, with the help of their metric. */
export function samples(text) {
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
