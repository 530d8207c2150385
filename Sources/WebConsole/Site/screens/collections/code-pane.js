// SPDX-License-Identifier: Apache-2.0

import { h } from "../../base/dom.js";
import { apiKey, recall, remember } from "../../base/session.js";
import { texts } from "../../base/texts.js";
import { button } from "../../parts/button.js";
import { copyButton } from "../../parts/copy.js";
import { notations, serverPlace } from "./samples.js";

const t = texts({
    en: {
        title: "The same as code",
        which: "Notation",
        port: "The port of gRPC is GRPC_PORT of the server.",
    },
});

/** A definition as JSON and as code, to be copied; `show(definition)` changes it. */
export class CodePane {
    #definition = null;
    #chosen = recall("notation", "JSON");
    #code = h("pre", { class: "code", tabindex: "0", "aria-label": t("title") });
    #hint = h("p", { class: "muted small" }, t("port"));
    #buttons = notations.map(({ name }) => button(name, () => this.#choose(name), { kind: "small", data: { notation: name } }));

    element = h(
        "section",
        { class: "code-pane stack", "aria-label": t("title") },
        h("div", { class: "row apart" }, h("div", { class: "choice", role: "group", "aria-label": t("which") }, this.#buttons), copyButton(() => this.#code.textContent, { words: true })),
        this.#code,
        this.#hint,
    );

    show(definition) {
        this.#definition = definition;
        this.#draw();
    }

    #choose(name) {
        this.#chosen = name;
        remember("notation", name);
        this.#draw();
    }

    #draw() {
        const notation = notations.find((each) => each.name === this.#chosen) ?? notations[0];
        for (const button of this.#buttons) button.setAttribute("aria-pressed", String(button.dataset.notation === notation.name));
        this.#code.textContent = notation.text(this.#definition, serverPlace(Boolean(apiKey())));
        this.#hint.hidden = !["Python", "TypeScript"].includes(notation.name);
    }
}
