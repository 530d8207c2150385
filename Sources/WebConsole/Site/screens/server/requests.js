// SPDX-License-Identifier: Apache-2.0

import { get } from "../../base/api.js";
import { h, replace } from "../../base/dom.js";
import { milliseconds, number } from "../../base/format.js";
import { texts } from "../../base/texts.js";
import { SortedTable } from "../../parts/sorted-table.js";

const t = texts({
    en: {
        lead: "Since the server was started. A failure is the server's (5xx); a refusal is a request that was wrong (4xx).",
        perSecond: "a second, lately",
        inProgress: "in progress",
        connections: "connections",
        total: "altogether",
        failed: "failed",
        refused: "refused",
        failedColumn: "Failed",
        refusedColumn: "Refused",
        table: "Requests by endpoint",
        method: "Method",
        path: "Endpoint",
        count: "Requests",
        median: "Median",
        p95: "95th per cent",
        p99: "99th per cent",
    },
});

/** Requests and how long they took, by endpoint. */
export class Requests extends HTMLElement {
    #figures = h("ul", { role: "list", class: "figures server-figures" });
    #table = new SortedTable(
        t("table"),
        [
            { title: t("path"), isHead: true, value: (row) => row.path, cell: (row) => h("code", {}, row.path) },
            { title: t("method"), value: (row) => row.method },
            { title: t("count"), isNumber: true, value: (row) => row.count, cell: (row) => number(row.count) },
            { title: t("failedColumn"), isNumber: true, value: (row) => row.failed, cell: (row) => number(row.failed) },
            { title: t("refusedColumn"), isNumber: true, value: (row) => row.refused, cell: (row) => number(row.refused ?? 0) },
            ...[["p50Ms", "median"], ["p95Ms", "p95"], ["p99Ms", "p99"]].map(([member, title]) => ({
                title: t(title),
                isNumber: true,
                value: (row) => row[member],
                cell: (row) => (row[member] === null ? "–" : milliseconds(row[member])),
            })),
        ],
        { sort: 2, isDescending: true },
    );

    connectedCallback() {
        this.append(h("p", { class: "muted" }, t("lead")), this.#figures, this.#table.element);
    }

    async update(signal) {
        const { requests } = await get(["server"], {}, { signal });
        const figure = (value, title) => h("li", { class: "card figure" }, h("p", { class: "figure-value" }, value), h("p", { class: "small muted" }, title));
        replace(
            this.#figures,
            figure(requests.perSecond.toFixed(1), t("perSecond")),
            ["inProgress", "connections", "total", "failed", "refused"].map((name) => figure(number(requests[name] ?? 0), t(name))),
        );
        this.#table.rows = requests.byEndpoint;
    }
}

customElements.define("nt-server-requests", Requests);
