// SPDX-License-Identifier: Apache-2.0
// The import of this page goes on while other screens are shown, and is found again on return: it lives here and not in the screen.

import { number } from "../../base/format.js";
import { count, texts } from "../../base/texts.js";
import { announce, toast } from "../../parts/toasts.js";
import { ImportRun } from "./run.js";

const t = texts({
    en: {
        done: ({ stored, className }) => `${count(stored, "picture")} imported into ${className}`,
        failed: ({ failed }) => `, ${number(failed)} failed`,
    },
});

let run = null;

/** The import that is under way or was the last, or `null`. */
export const currentRun = () => run;

/** @returns {ImportRun} begun */
export function beginRun(job) {
    forgetRun();
    run = new ImportRun(job);
    const own = run;
    own.addEventListener("state", () => {
        if (own.state !== "done") return;
        const { stored, failed } = own.counts;
        const text = t("done", { stored, className: job.className }) + (failed ? t("failed", { failed }) : "");
        // Where it is to be seen anyway, it is said only.
        if (location.pathname.startsWith("/console/import")) announce(text);
        else toast(text, { kind: failed ? "info" : "good" });
    });
    return own;
}

export function forgetRun() {
    run?.close();
    run = null;
}
