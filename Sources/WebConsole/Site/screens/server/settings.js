// SPDX-License-Identifier: Apache-2.0

import { get } from "../../base/api.js";
import { h } from "../../base/dom.js";
import { count, texts } from "../../base/texts.js";
import { searchedTable } from "./searched-table.js";

const t = texts({
    en: {
        lead: "What is in effect, and where each value comes from. A change takes effect when the server is started again.",
        setOnly: "Only those that were set",
        table: "Settings",
        name: "Setting",
        value: "Value",
        fallback: "Default",
        source: "From",
        section: "About",
        default: "default",
        environment: "environment",
        flag: "flag",
        hidden: "hidden",
        nothing: "nothing",
        found: ({ n }) => count(n, "setting"),
    },
});

/** Every setting in effect. */
export class Settings extends HTMLElement {
    #known = "";
    #table = searchedTable({
        caption: t("table"),
        columns: [
            {
                title: t("name"),
                isHead: true,
                value: (row) => row.name,
                cell: (row) => [h("code", {}, row.name), h("span", { class: "small muted block" }, row.help)],
            },
            { title: t("value"), value: (row) => row.value, cell: (row) => shown(row.value) },
            { title: t("source"), value: (row) => row.source, cell: (row) => h("span", { class: row.source === "default" ? "muted" : "chip" }, t(row.source)) },
            { title: t("fallback"), value: (row) => row.default, cell: (row) => shown(row.default) },
            { title: t("section"), value: (row) => row.section },
        ],
        words: (row) => `${row.name} ${row.value} ${row.help} ${row.section}`,
        box: t("setOnly"),
        isShown: (row, isTicked) => !isTicked || row.source !== "default",
        found: (n) => t("found", { n }),
    });

    connectedCallback() {
        this.append(h("p", { class: "muted" }, t("lead")), ...this.#table.nodes);
    }

    async update(signal) {
        const { settings } = await get(["server", "settings"], {}, { signal });
        // They don't change while the server runs, but it may have been started again.
        const text = JSON.stringify(settings);
        if (text === this.#known) return;
        this.#known = text;
        this.#table.show(settings);
    }
}

function shown(value) {
    if (value === "***") return h("em", { class: "muted" }, t("hidden"));
    return value === "" ? h("span", { class: "muted" }, t("nothing")) : h("code", {}, value);
}

customElements.define("nt-server-settings", Settings);
