// SPDX-License-Identifier: Apache-2.0

import { href } from "../../base/address.js";
import { get } from "../../base/api.js";
import { h, replace } from "../../base/dom.js";
import { bytes, dateTime, duration, number } from "../../base/format.js";
import { apiKey } from "../../base/session.js";
import { texts } from "../../base/texts.js";
import { icon } from "../../parts/icons.js";
import { SortedTable } from "../../parts/sorted-table.js";
import { meter } from "./meter.js";
import { networkCard } from "./network.js";
import { SelfTest } from "./self-test.js";

const t = texts({
    en: {
        status: "Health",
        ready: "Live and ready",
        notReady: "Live, and not ready yet",
        version: "Needletail {version}, which speaks Weaviate {weaviate}",
        uptime: "Up for {time}, since {since}",
        processor: "{name}, {cores} cores, {kernels}",
        memory: "Memory",
        resident: "The process, of the machine",
        held: "Its own memory, of the memory limit",
        requests: "Requests under way, of their budget",
        indexes: "Of the process, {size} are vector indexes.",
        disk: "Disk",
        data: "The database, of the most it may take",
        full: "The disk, of all",
        free: "{size} are free.",
        access: "Access",
        keysOff: "API keys are off: whoever reaches this address may read, change and delete everything.",
        keysOffHint: "To switch them on, set AUTHENTICATION_APIKEY_ENABLED and AUTHENTICATION_APIKEY_ALLOWED_KEYS.",
        keysOn: "API keys are on, and a request without one is refused.",
        keysMixed: "API keys are on, and requests without one are answered as well.",
        keysHidden: "Your key may not see the settings.",
        withKey: "This page uses a key.",
        open: "It listens on {host}, so other machines reach it.",
        local: "It listens on {host}, so only this machine reaches it.",
        features: "Features",
        imports: "Imports from folders of the server",
        fetchHosts: "Pictures by URL",
        backups: "Backups",
        thumbnails: "Thumbnails that are kept",
        on: "on",
        off: "off: {setting}",
        collections: "Collections",
        class: "Collection",
        objects: "Objects",
        total: "On disk",
        pictures: "Pictures",
        vectors: "Vectors",
        inMemory: "Indexes in memory",
        unlinked: "Not linked yet",
        unmeasured: "being measured",
    },
});

const settingOf = {
    imports: "NEEDLETAIL_IMPORT_ROOTS",
    fetchHosts: "NEEDLETAIL_FETCH_HOSTS",
    backups: "BACKUP_FILESYSTEM_PATH",
    thumbnails: "NEEDLETAIL_THUMBNAIL_CACHE",
};

const sum = (row, member) => row.vectors.reduce((all, vector) => all + (vector[member] ?? 0), 0);
const size = (value) => (value === null || value === undefined ? h("span", { class: "muted" }, t("unmeasured")) : bytes(value));

/** Health, memory, disk, network, access and what collections take. */
export class Overview extends HTMLElement {
    #cards = Object.fromEntries(["status", "memory", "disk", "access", "features"].map((name) => [name, h("section", { class: "card stack" })]));
    #network = h("section", { class: "card stack" });
    #networkText = "";
    #accessText = "";
    #access = null;
    #table = new SortedTable(
        t("collections"),
        [
            {
                title: t("class"),
                isHead: true,
                value: (row) => row.class,
                cell: (row) => h("a", { href: href("collections", {}, [row.class]) }, row.class),
            },
            { title: t("objects"), isNumber: true, value: (row) => row.objects, cell: (row) => number(row.objects) },
            { title: t("total"), isNumber: true, value: (row) => row.bytes.total, cell: (row) => size(row.bytes.total) },
            { title: t("pictures"), isNumber: true, value: (row) => row.bytes.pictures, cell: (row) => size(row.bytes.pictures) },
            { title: t("vectors"), isNumber: true, value: (row) => row.bytes.vectors, cell: (row) => size(row.bytes.vectors) },
            { title: t("inMemory"), isNumber: true, value: (row) => sum(row, "memoryBytes"), cell: (row) => bytes(sum(row, "memoryBytes")) },
            { title: t("unlinked"), isNumber: true, value: (row) => sum(row, "unlinked"), cell: (row) => number(sum(row, "unlinked")) },
        ],
        { sort: 0 },
    );
    #tableText = "";

    connectedCallback() {
        const { status, memory, disk, access, features } = this.#cards;
        this.append(
            h("div", { class: "server-cards" }, status, memory, disk, this.#network, access, features),
            new SelfTest(),
            h("h2", {}, t("collections")),
            this.#table.element,
        );
    }

    async update(signal) {
        const [server, sizes] = await Promise.all([get(["server"], {}, { signal }), get(["server", "collections"], {}, { signal })]);
        this.#draw(server);
        // Drawn anew only when it has changed, as there are links in it.
        const text = JSON.stringify(sizes.collections);
        if (text !== this.#tableText) this.#table.rows = sizes.collections;
        this.#tableText = text;
        this.#access ??= await readAccess(signal);
        this.#drawAccess();
    }

    #draw(server) {
        const { status, memory, disk, features } = this.#cards;
        const line = (words) => h("p", { class: "small muted" }, words);
        replace(
            status,
            h("h2", {}, t("status")),
            h("p", { class: server.isReady ? "health good" : "health" }, icon(server.isReady ? "check" : "alert"), t(server.isReady ? "ready" : "notReady")),
            line(t("version", { version: server.version, weaviate: server.weaviateVersion })),
            line(t("uptime", { time: duration(server.uptimeSeconds), since: dateTime(server.startedAt) })),
            line(t("processor", server.processor)),
        );
        const { residentBytes, machineBytes, heldBytes, limitBytes, requestUsedBytes, requestBudgetBytes, indexBytes } = server.memory;
        replace(
            memory,
            h("h2", {}, t("memory")),
            meter(t("resident"), residentBytes, machineBytes),
            meter(t("held"), heldBytes, limitBytes),
            meter(t("requests"), requestUsedBytes, requestBudgetBytes),
            line(t("indexes", { size: bytes(indexBytes) })),
        );
        const { usedBytes, freeBytes, totalBytes, mapBytes } = server.disk;
        replace(
            disk,
            h("h2", {}, t("disk")),
            meter(t("data"), usedBytes, mapBytes),
            meter(t("full"), totalBytes === null ? null : totalBytes - freeBytes, totalBytes),
            freeBytes === null ? null : line(t("free", { size: bytes(freeBytes) })),
        );
        const networkText = JSON.stringify([server.network, server.networkReason]);
        if (networkText !== this.#networkText) replace(this.#network, networkCard(server));
        this.#networkText = networkText;
        replace(
            features,
            h("h2", {}, t("features")),
            h(
                "ul",
                { role: "list", class: "feature-list" },
                Object.keys(settingOf).map((name) =>
                    h(
                        "li",
                        {},
                        icon(server.features[name] ? "check" : "close"),
                        h("span", { class: "wrap-anywhere" }, `${t(name)}: `, h("span", { class: "muted" }, server.features[name] ? t("on") : t("off", { setting: settingOf[name] }))),
                    ),
                ),
            ),
        );
    }

    #drawAccess() {
        const text = JSON.stringify([this.#access, apiKey() !== null]);
        if (text === this.#accessText) return;
        this.#accessText = text;
        const { keys, host } = this.#access;
        const isOpen = host && !["127.0.0.1", "::1", "localhost"].includes(host);
        replace(
            this.#cards.access,
            h("h2", {}, t("access")),
            keys === "off" && isOpen
                ? h("div", { class: "notice" }, icon("alert"), h("p", {}, t("keysOff")))
                : h("p", {}, t({ off: "keysOff", on: "keysOn", mixed: "keysMixed", hidden: "keysHidden" }[keys])),
            keys === "off" ? h("p", { class: "small muted wrap-anywhere" }, t("keysOffHint")) : null,
            apiKey() ? h("p", { class: "small muted" }, t("withKey")) : null,
            host ? h("p", { class: "small muted" }, t(isOpen ? "open" : "local", { host })) : null,
        );
    }
}

/** Whether keys are wanted, and which address is listened on; "hidden" if the key may not see that. */
async function readAccess(signal) {
    try {
        const { settings } = await get(["server", "settings"], {}, { signal });
        const value = (name) => settings.find((setting) => setting.name === name)?.value ?? "";
        const host = value("HOST");
        if (value("AUTHENTICATION_APIKEY_ENABLED") !== "true") return { keys: "off", host };
        return { keys: value("AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED") === "true" ? "mixed" : "on", host };
    } catch (error) {
        if (error.status !== 403) throw error;
        return { keys: "hidden" };
    }
}

customElements.define("nt-server-overview", Overview);
