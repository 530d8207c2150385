// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../../base/dom.js";
import { bytes, duration, number, share } from "../../base/format.js";
import { count, texts } from "../../base/texts.js";
import { button, iconButton } from "../../parts/button.js";
import { csvField } from "../../parts/export.js";
import { saveBlob } from "../../parts/save.js";
import { announce } from "../../parts/toasts.js";
import { VirtualGrid } from "../../parts/virtual-grid.js";
import { resultLinks } from "./result-links.js";

const t = texts({
    en: {
        running: "Importing into {name}",
        paused: "Paused",
        away: "Waiting for the server",
        stopped: "Stopped",
        done: "Done",
        awayText: "The server can't be reached. The import goes on by itself when it is back; nothing is stored twice.",
        stoppedText: "What is stored stays. You can go on from here.",
        leaveText: "You can use the other screens meanwhile. Keep this tab open.",
        progress: "All pictures",
        of: ({ done, total }) => `${number(done)} of ${number(total)}`,
        rate: ({ rate }) => `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} pictures/s`,
        left: "{time} left",
        took: "in {time}",
        stored: "stored",
        skipped: "there already",
        failed: "failed",
        pause: "Pause",
        resume: "Go on",
        stop: "Stop",
        retry: ({ n }) => `Try the ${count(n, "failed one")} again`,
        again: "Try {name} again",
        report: "Failures as CSV",
        next: "Import more",
        files: "Pictures",
        all: "All",
        onlyFailed: "Failed",
        which: "Which pictures are listed",
        waiting: "waiting",
        reading: "reading",
        sending: "sending",
        decoding: "being looked at",
    },
});

const stateWords = (file) => (file.state === "sending" && file.share === 1 ? t("decoding") : t(file.state));

/** An import under way, and what came of it. */
export class RunView {
    element = h("div", { class: "stack run" });

    #run;
    #end;
    #listed;
    #isFailedOnly = false;
    #grid = new VirtualGrid();
    #title = h("h2", { tabindex: "-1" });
    #text = h("p", { class: "note", role: "status" });
    #bar = h("progress", { "aria-label": t("progress") });
    #line = h("p", { class: "row run-line" });
    #actions = h("div", { class: "row run-actions" });
    #filter;
    #shownActions = "";
    #clock = setInterval(() => this.#showLine(), 1000);

    /** @param {() => void} end called when the user wants another import */
    constructor(run, end) {
        this.#run = run;
        this.#end = end;
        this.#listed = run.files;
        this.#bar.max = run.files.length;
        this.#grid.layout = () => ({ columns: 1, height: 44, gap: 0 });
        this.#grid.render = (index) => this.#row(this.#listed[index]);
        this.#filter = ["all", "onlyFailed"].map((name) =>
            h("button", { type: "button", class: "small", data: { filter: name }, on: { click: () => this.#list(name === "onlyFailed") } }),
        );
        replace(
            this.element,
            h("section", { class: "card stack", "aria-label": t("progress") }, this.#title, this.#text, this.#bar, this.#line, this.#actions),
            h(
                "section",
                { class: "card stack" },
                h("div", { class: "row apart" }, h("h3", {}, t("files")), h("div", { class: "choice", role: "group", "aria-label": t("which") }, this.#filter)),
                h("div", { class: "run-list", role: "list" }, this.#grid),
            ),
        );
        // In between grid and list there is no role.
        this.#grid.setAttribute("role", "presentation");
        run.addEventListener("progress", this.#progressed);
        run.addEventListener("state", this.#stateChanged);
        this.#list(false);
        this.#showState();
        this.#showLine();
    }

    leave() {
        clearInterval(this.#clock);
        this.#run.removeEventListener("progress", this.#progressed);
        this.#run.removeEventListener("state", this.#stateChanged);
    }

    #progressed = () => {
        const run = this.#run;
        if (this.#isFailedOnly) {
            const { failed } = run;
            if (failed.length !== this.#listed.length) this.#list(true);
        } else {
            for (const index of run.changed) this.#fill(this.#grid.cell(index), run.files[index]);
        }
        this.#showLine();
        this.#showActions();
    };

    #stateChanged = () => {
        const { state } = this.#run;
        const hadFocus = this.#actions.contains(document.activeElement);
        this.#showState();
        this.#showActions();
        announce(this.#title.textContent);
        // At the end the way goes on from the links; what had the focus is gone.
        if (hadFocus && !this.#actions.contains(document.activeElement)) this.#actions.querySelector("button, a")?.focus();
        if (state === "done") this.#showLine();
    };

    #showState() {
        const { state, job } = this.#run;
        this.#title.textContent = state === "running" ? t("running", { name: job.className }) : t(state);
        const text = { away: t("awayText"), stopped: t("stoppedText"), running: t("leaveText") }[state] ?? "";
        this.#text.textContent = text;
        this.#text.hidden = !text;
        this.#text.classList.toggle("muted", state === "running");
        this.element.dataset.state = state;
    }

    #showLine() {
        const { counts, done, files } = this.#run;
        this.#bar.value = done;
        const chip = (name) => (counts[name] ? h("span", { class: `chip ${name}` }, `${number(counts[name])} ${t(name)}`) : null);
        replace(
            this.#line,
            h("strong", { class: "number" }, `${t("of", { done, total: files.length })} (${share(done / files.length)})`),
            ["stored", "skipped", "failed"].map(chip),
            h("span", { class: "muted number" }, this.#paceWords()),
        );
    }

    #paceWords() {
        const { done, files, pace, state } = this.#run;
        const { rate, seconds } = pace;
        if (state === "running" && rate) return `${t("rate", { rate })}, ${t("left", { time: duration((files.length - done) / rate) })}`;
        return state === "done" ? `${t("took", { time: duration(seconds) })}, ${t("rate", { rate: done / Math.max(seconds, 0.001) })}` : "";
    }

    #showActions() {
        const run = this.#run;
        const { failed } = run.counts;
        const [all, onlyFailed] = this.#filter;
        all.textContent = `${t("all")} ${number(run.files.length)}`;
        onlyFailed.textContent = `${t("onlyFailed")} ${number(failed)}`;
        onlyFailed.disabled = !failed && !this.#isFailedOnly;
        // Buttons are made anew only when other ones are meant: the focus stays.
        const key = `${run.state} ${run.state === "done" || run.state === "stopped" ? failed : failed > 0}`;
        if (key === this.#shownActions) return;
        this.#shownActions = key;
        const action = (name, drawing, act, kind) => list.push(button(t(name), act, { drawing, kind, data: { action: name } }));
        const isDone = run.state === "done";
        const isOver = isDone || run.state === "stopped";
        const { className, tenant } = run.job;
        const list = [];
        if (isDone) list.push(...resultLinks(className, tenant));
        if (run.state === "running" || run.state === "away") action("pause", "pause", () => run.pause());
        if (run.state === "paused" || run.state === "stopped") action("resume", "play", () => run.resume(), "primary");
        if (run.isActive) action("stop", "stop", () => run.stop());
        if (failed && isOver) {
            const words = t("retry", { n: failed });
            list.push(button(words, () => run.retry(run.failed), { drawing: "refresh", data: { action: "retry" } }));
        }
        if (failed) action("report", "download", () => this.#saveReport());
        if (isOver) action("next", "import", () => this.#end());
        replace(this.#actions, list);
    }

    #list(isFailedOnly) {
        this.#isFailedOnly = isFailedOnly;
        const [all, onlyFailed] = this.#filter;
        all.setAttribute("aria-pressed", String(!isFailedOnly));
        onlyFailed.setAttribute("aria-pressed", String(isFailedOnly));
        this.#listed = isFailedOnly ? this.#run.failed : this.#run.files;
        this.#grid.count = this.#listed.length;
        this.#grid.reset();
        this.#showActions();
    }

    #row(file) {
        const row = h(
            "div",
            { class: "run-row", role: "listitem", "data-focus": true, tabindex: "-1" },
            h("span", { class: "run-name" }, file.path),
            h("span", { class: "run-size muted small number" }, bytes(file.file.size)),
            h("progress", { max: 1, "aria-label": file.name }),
            h("span", { class: "run-state small" }),
        );
        this.#fill(row, file);
        return row;
    }

    #fill(row, file) {
        if (!row) return;
        row.dataset.state = file.state;
        const bar = row.querySelector("progress");
        bar.value = file.share;
        const words = file.state === "failed" ? file.reason : stateWords(file);
        const state = row.querySelector(".run-state");
        state.title = file.state === "failed" ? words : "";
        const retry = () => this.#run.retry([file]);
        const again = file.state === "failed" ? iconButton("refresh", t("again", { name: file.name }), retry) : null;
        const hadFocus = row.contains(document.activeElement) && document.activeElement !== row;
        replace(state, h("span", { class: "run-words" }, words), again);
        if (hadFocus) (again ?? row).focus();
    }

    #saveReport() {
        const rows = [["file", "reason"], ...this.#run.failed.map((file) => [file.path, file.reason])];
        const text = rows.map((row) => `${row.map(csvField).join(",")}\r\n`).join("");
        saveBlob(new Blob([text], { type: "text/csv" }), `${this.#run.job.className}-failures.csv`);
    }
}
