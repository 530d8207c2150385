// SPDX-License-Identifier: Apache-2.0

import { get } from "../../base/api.js";
import { h, replace } from "../../base/dom.js";
import { duration, number, share } from "../../base/format.js";
import { count, texts } from "../../base/texts.js";
import { button } from "../../parts/button.js";
import { showError } from "../../parts/toasts.js";
import { resultLinks } from "./result-links.js";

const t = texts({
    en: {
        STARTED: "under way",
        SUCCESS: "done",
        FAILED: "failed",
        CANCELED: "stopped",
        into: "{source} into {name}",
        dry: "only tried",
        progress: "Progress of {name}",
        rate: "{rate} pictures/s",
        left: "{time} left",
        took: "in {time}",
        stored: "stored",
        skipped: "there already",
        failed: "failed",
        ignored: "passed over",
        stop: "Stop",
        details: "Notes and failures",
        failures: ({ n, all }) => (n < all ? `The first ${number(n)} of ${count(all, "failure")}` : count(n, "failure")),
        nothing: "Nothing to report.",
    },
});

const pace = ({ rate, secondsLeft }) =>
    t("rate", { rate: rate.toFixed(1) }) + (secondsLeft === null ? "" : `, ${t("left", { time: duration(secondsLeft) })}`);

/** One import of the server's. */
export class JobCard {
    #id;
    #actions;
    #state = "";
    #title = h("h3", { class: "grow wrap-anywhere" });
    #chip = h("span", { class: "chip" });
    #bar = h("progress", { max: 1 });
    #line = h("p", { class: "row" });
    #error = h("p", { class: "note", hidden: true });
    #buttons = h("div", { class: "row" });
    #body = h("div", { class: "stack" });
    #details = h("details", {}, h("summary", {}, t("details")), this.#body);
    element = h(
        "article",
        { class: "card stack job" },
        h("div", { class: "row" }, this.#title, this.#chip),
        this.#bar,
        this.#line,
        this.#error,
        this.#details,
        this.#buttons,
    );

    /** @param {{ cancel: (id: string) => void, left: AbortSignal }} actions */
    constructor(id, actions) {
        this.#id = id;
        this.#actions = actions;
        this.#details.addEventListener("toggle", () => this.#details.open && this.#load());
    }

    open() {
        this.#details.open = true;
    }

    /** @returns {string} words for the state if it has ended since the last time; "" otherwise */
    update(job) {
        const before = this.#state;
        this.#state = job.state;
        this.element.dataset.state = job.state;
        this.#title.textContent = t("into", { source: job.sources.join(", "), name: job.class });
        this.#chip.textContent = t(job.state) + (job.dryRun ? `, ${t("dry")}` : "");
        this.#bar.setAttribute("aria-label", t("progress", { name: job.class }));
        const isRunning = job.state === "STARTED";
        const part = job.total ? job.done / job.total : job.share;
        this.#bar.value = job.state === "SUCCESS" ? 1 : part;
        const chips = ["stored", "skipped", "failed", "ignored"].filter((name) => job[name]);
        replace(
            this.#line,
            h("strong", { class: "number" }, job.total ? `${number(job.done)} / ${number(job.total)} (${share(part)})` : number(job.done)),
            chips.map((name) => h("span", { class: `chip ${name}` }, `${number(job[name])} ${t(name)}`)),
            h("span", { class: "muted number" }, isRunning ? pace(job) : t("took", { time: duration(job.seconds) })),
        );
        this.#error.hidden = !job.error;
        this.#error.textContent = job.error ?? "";
        if (before === job.state) return "";
        this.#showButtons(job, isRunning);
        if (this.#details.open) this.#load();
        return before && !isRunning ? t(job.state) : "";
    }

    #showButtons(job, isRunning) {
        const hadFocus = this.#buttons.contains(document.activeElement);
        replace(
            this.#buttons,
            isRunning
                ? button(t("stop"), () => this.#actions.cancel(this.#id), { drawing: "stop", data: { action: "stop" } })
                : job.stored + job.skipped && !job.dryRun
                  ? resultLinks(job.class)
                  : null,
        );
        if (hadFocus) (this.#buttons.firstChild ?? this.#details.firstChild).focus();
    }

    async #load() {
        try {
            const { notes, failures, failed } = await get(["imports", this.#id], {}, { signal: this.#actions.left });
            const rows = failures.map((each) => h("tr", {}, h("td", { class: "wrap-anywhere" }, each.path), h("td", { class: "wrap-anywhere" }, each.reason)));
            replace(
                this.#body,
                notes.map((text) => h("p", {}, text)),
                rows.length
                    ? [
                          h("p", {}, t("failures", { n: rows.length, all: failed })),
                          h("div", { class: "table-frame" }, h("table", {}, h("tbody", {}, rows))),
                      ]
                    : null,
                notes.length || rows.length ? null : h("p", { class: "muted" }, t("nothing")),
            );
        } catch (error) {
            showError(error);
        }
    }
}
