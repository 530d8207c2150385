// SPDX-License-Identifier: Apache-2.0

import { connection } from "../base/api.js";
import { h } from "../base/dom.js";
import { texts } from "../base/texts.js";
import { icon } from "../parts/icons.js";
import { toast } from "../parts/toasts.js";

const t = texts({
    en: {
        lost: "The server can't be reached. What you see may be old; this page tries again by itself.",
        back: "The server is back.",
    },
});

/** Milliseconds between questions whether the server is back; the last one counts from then on. */
const pauses = [500, 1000, 2000, 3000];

/**
 * The banner that shows while the server can't be reached. Fires `serverback` on the document when it answers again: what is shown
 * should be asked for anew.
 */
export function connectionBanner() {
    const banner = h("div", { class: "connection-banner", role: "alert", hidden: true });
    let attempt = 0;

    const ask = async () => {
        const pause = pauses[Math.min(attempt, pauses.length - 1)];
        attempt += 1;
        await new Promise((resolve) => setTimeout(resolve, pause));
        try {
            const answer = await fetch("/v1/.well-known/ready", { cache: "no-store" });
            if (answer.ok) return found();
        } catch {
            // Not yet.
        }
        ask();
    };

    const found = () => {
        banner.hidden = true;
        banner.replaceChildren();
        toast(t("back"), { kind: "good" });
        document.dispatchEvent(new Event("serverback"));
    };

    connection.addEventListener("unreachable", () => {
        if (!banner.hidden) return;
        banner.hidden = false;
        banner.replaceChildren(icon("alert"), t("lost"));
        attempt = 0;
        ask();
    });
    return banner;
}
