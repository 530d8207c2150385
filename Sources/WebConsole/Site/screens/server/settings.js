// SPDX-License-Identifier: Apache-2.0

import { get } from "../../base/api.js";
import { h } from "../../base/dom.js";
import { count, texts } from "../../base/texts.js";
import { SortedTable } from "../../parts/sorted-table.js";
import { searchField } from "./search-field.js";

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
    #settings = null;
    #search = searchField(() => this.#draw());
    #setOnly = h("input", { type: "checkbox", on: { change: () => this.#draw() } });
    #count = h("p", { class: "small muted", role: "status" });
    #table = new SortedTable(t("table"), [
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
    ]);

    connectedCallback() {
        this.append(
            h("p", { class: "muted" }, t("lead")),
            h(
                "div",
                { class: "row server-tools" },
                this.#search.element,
                h("label", { class: "check" }, this.#setOnly, t("setOnly")),
            ),
            this.#count,
            this.#table.element,
        );
    }

    async update(signal) {
        const { settings } = await get(["server", "settings"], {}, { signal });
        // They don't change while the server runs, but it may have been started again.
        if (JSON.stringify(settings) === JSON.stringify(this.#settings)) return;
        this.#settings = settings;
        this.#draw();
    }

    #draw() {
        const rows = (this.#settings ?? []).filter((row) => {
            if (this.#setOnly.checked && row.source === "default") return false;
            return this.#search.matches(`${row.name} ${row.value} ${row.help} ${row.section}`);
        });
        this.#table.rows = rows;
        this.#count.textContent = t("found", { n: rows.length });
    }
}

function shown(value) {
    if (value === "***") return h("em", { class: "muted" }, t("hidden"));
    return value === "" ? h("span", { class: "muted" }, t("nothing")) : h("code", {}, value);
}

customElements.define("nt-server-settings", Settings);
