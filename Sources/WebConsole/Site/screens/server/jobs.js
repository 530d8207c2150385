// SPDX-License-Identifier: Apache-2.0

import { href } from "../../base/address.js";
import { get, send, url } from "../../base/api.js";
import { h, replace } from "../../base/dom.js";
import { duration, number, share } from "../../base/format.js";
import { count, texts } from "../../base/texts.js";
import { icon } from "../../parts/icons.js";
import { showError } from "../../parts/toasts.js";

const t = texts({
    en: {
        lead: "What the server does beside requests. Maps and measurements are shown where they were asked for.",
        imports: "Imports from the server's folders",
        importsOff: "Imports inside the server are off; NEEDLETAIL_IMPORT_ROOTS lists the folders that they may read.",
        STARTED: "under way",
        SUCCESS: "complete",
        FAILED: "failed",
        CANCELED: "cancelled",
        noImports: "There have been none since the server was started.",
        index: "Vectors that wait for their links",
        indexed: "Every vector is linked in its index.",
        waiting: ({ n }) => `${count(n, "vector")} ${n === 1 ? "waits" : "wait"}`,
        backups: "Backups",
        noBackups: "None is being made.",
        import: "{class}: {done} of {total}",
        left: "{time} left",
        cancel: "Cancel",
        cancelIt: "Cancel the import into {class}",
        notCancelled: "Not cancelled",
    },
});

/** Imports, indexes and backups that are under way. */
export class Jobs extends HTMLElement {
    #imports = h("section", { class: "card stack" });
    #index = h("section", { class: "card stack" });
    #backups = h("section", { class: "card stack" });
    #features = null;
    #shown = {};

    connectedCallback() {
        this.append(h("p", { class: "muted" }, t("lead")), this.#imports, this.#index, this.#backups);
    }

    async update(signal) {
        this.#features ??= (await get(["server"], {}, { signal })).features;
        const [imports, nodes, backups] = await Promise.all([
            this.#features.imports ? get(["imports"], {}, { signal }) : null,
            get(["nodes"], { output: "verbose" }, { signal }),
            this.#features.backups ? get(["backups", "filesystem"], {}, { signal }) : [],
        ]);
        this.#draw("imports", this.#imports, imports?.imports ?? null, (list) => this.#importRows(list));
        const queues = nodes.nodes.flatMap((node) => node.shards ?? []).filter((shard) => shard.vectorQueueLength > 0);
        this.#draw("index", this.#index, queues.map(({ class: name, name: shard, vectorQueueLength }) => ({ name, shard, vectorQueueLength })), (list) =>
            list.length
                ? h("ul", { role: "list", class: "stack" }, list.map((each) => h("li", { class: "row apart" }, each.name, h("span", { class: "number" }, t("waiting", { n: each.vectorQueueLength })))))
                : h("p", { class: "muted" }, t("indexed")),
        );
        const running = backups.filter((each) => !["SUCCESS", "FAILED", "CANCELED"].includes(each.status));
        this.#draw("backups", this.#backups, running.map(({ id, status }) => ({ id, status })), (list) =>
            list.length
                ? list.map((each) => h("p", {}, h("a", { href: href("server", { section: "backups" }) }, each.id), `: ${each.status}`))
                : h("p", { class: "muted" }, t("noBackups")),
        );
    }

    /** Draws a part anew when what it shows has changed, so that the focus stays otherwise. */
    #draw(name, element, value, content) {
        const text = JSON.stringify(value);
        if (this.#shown[name] === text) return;
        this.#shown[name] = text;
        const focused = element.contains(document.activeElement) ? document.activeElement.dataset.job : undefined;
        replace(element, h("h2", {}, t(name)), content(value));
        if (focused) element.querySelector(`[data-job="${CSS.escape(focused)}"]`)?.focus();
    }

    #importRows(imports) {
        if (!imports) return h("p", { class: "muted" }, t("importsOff"));
        if (!imports.length) return h("p", { class: "muted" }, t("noImports"));
        return h(
            "ul",
            { role: "list", class: "stack" },
            imports.map((job) => {
                const isRunning = job.state === "STARTED";
                const label = t("import", { class: job.class, done: number(job.done), total: job.total === null ? "?" : number(job.total) });
                return h(
                    "li",
                    { class: "stack job" },
                    h("div", { class: "row apart" }, h("strong", {}, label), h("span", { class: "small muted" }, t(job.state), isRunning && job.secondsLeft ? `, ${t("left", { time: duration(job.secondsLeft) })}` : null)),
                    isRunning ? h("progress", { max: 1, value: job.share ?? 0, "aria-label": label, "aria-valuetext": share(job.share ?? 0) }) : null,
                    job.error ? h("p", { class: "fault" }, job.error) : null,
                    isRunning
                        ? h("div", {}, h("button", { type: "button", "aria-label": t("cancelIt", { class: job.class }), data: { job: job.id }, on: { click: () => this.#cancel(job.id) } }, icon("stop"), t("cancel")))
                        : null,
                );
            }),
        );
    }

    async #cancel(id) {
        try {
            await send("DELETE", url(["imports", id]));
            this.askAgain?.();
        } catch (error) {
            showError(error, t("notCancelled"));
        }
    }
}

customElements.define("nt-server-jobs", Jobs);
