// SPDX-License-Identifier: Apache-2.0

import { post } from "../../base/api.js";
import { h, replace } from "../../base/dom.js";
import { milliseconds } from "../../base/format.js";
import { texts } from "../../base/texts.js";
import { icon } from "../../parts/icons.js";
import { announce, showError } from "../../parts/toasts.js";

const t = texts({
    en: {
        title: "Self-test",
        lead: "Writes and reads a little, sends a picture through the network, and asks each index for a vector that it holds. It takes a second or so and changes nothing.",
        run: "Run the self-test",
        again: "Run it again",
        running: "Running…",
        passed: "Everything passed",
        failed: ({ n, names }) => `${n} failed: ${names}`,
        good: "passed",
        bad: "failed",
        notRun: "The self-test was not run",
    },
});

/** A button that has the server try itself, and what came of it. */
export class SelfTest extends HTMLElement {
    #button = h("button", { type: "button", class: "primary", on: { click: () => this.#run() } }, t("run"));
    #result = h("div", { class: "stack" });

    connectedCallback() {
        this.className = "card stack self-test";
        this.append(h("div", { class: "row apart" }, h("div", { class: "grow" }, h("h2", {}, t("title")), h("p", { class: "small muted" }, t("lead"))), this.#button), this.#result);
    }

    async #run() {
        // A button that is disabled would lose the focus.
        if (this.#button.ariaDisabled === "true") return;
        this.#button.ariaDisabled = "true";
        this.#button.textContent = t("running");
        try {
            this.#present(await post(["server", "self-test"]));
            this.#button.textContent = t("again");
        } catch (error) {
            showError(error, t("notRun"));
            this.#button.textContent = t("run");
        } finally {
            this.#button.ariaDisabled = "false";
        }
    }

    #present({ passed, checks }) {
        const failures = checks.filter((check) => !check.passed);
        const words = passed ? t("passed") : t("failed", { n: failures.length, names: failures.map((check) => check.name).join(", ") });
        replace(
            this.#result,
            h("p", { class: passed ? "health good" : "health bad" }, icon(passed ? "check" : "alert"), words),
            h(
                "ul",
                { role: "list", class: "check-list" },
                checks.map((check) =>
                    h(
                        "li",
                        { class: check.passed ? "good" : "bad" },
                        icon(check.passed ? "check" : "close"),
                        h("div", { class: "grow wrap-anywhere" }, h("strong", {}, check.name), h("span", { class: "visually-hidden" }, `: ${t(check.passed ? "good" : "bad")}`), h("p", { class: "small muted" }, check.detail)),
                        h("span", { class: "small muted number" }, milliseconds(check.ms)),
                    ),
                ),
            ),
        );
        announce(words);
    }
}

customElements.define("nt-self-test", SelfTest);
