// SPDX-License-Identifier: Apache-2.0

import { get } from "../../base/api.js";
import { h } from "../../base/dom.js";
import { milliseconds } from "../../base/format.js";
import { texts } from "../../base/texts.js";
import { SortedTable } from "../../parts/sorted-table.js";

const t = texts({
    en: {
        lead: "The slowest requests of the last hour, at most a hundred.",
        at: "Ended",
        method: "Method",
        path: "Endpoint",
        time: "Took",
        status: "Status",
    },
});

/** The slowest requests of the last hour. */
export class SlowRequests extends HTMLElement {
    #table = new SortedTable(
        t("lead"),
        [
            { title: t("time"), isNumber: true, value: (row) => row.ms, cell: (row) => milliseconds(row.ms) },
            { title: t("method"), value: (row) => row.method },
            { title: t("path"), isHead: true, value: (row) => row.path, cell: (row) => h("code", {}, row.path) },
            { title: t("status"), isNumber: true, value: (row) => row.status },
            { title: t("at"), value: (row) => row.at, cell: (row) => new Date(row.at).toLocaleTimeString("en-GB") },
        ],
        { sort: 0, isDescending: true },
    );

    connectedCallback() {
        this.append(h("p", { class: "muted" }, t("lead")), this.#table.element);
    }

    async update(signal) {
        this.#table.rows = (await get(["server", "slow-requests"], {}, { signal })).requests;
    }
}

customElements.define("nt-server-slow-requests", SlowRequests);
