// SPDX-License-Identifier: Apache-2.0

import { note } from "../../base/address.js";
import { exchange } from "../../base/api.js";
import { h, replace } from "../../base/dom.js";
import { bytes, milliseconds } from "../../base/format.js";
import { collection, collections, describe, forgetSchema } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { Answer } from "../../parts/answer.js";
import { copyButton } from "../../parts/copy.js";
import { confirmation } from "../../parts/dialog.js";
import { icon } from "../../parts/icons.js";
import { thumbnail } from "../../parts/json-thumbnail.js";
import { announce, showError } from "../../parts/toasts.js";
import { BodyForm } from "./body.js";
import { curl } from "./curl.js";
import { parameterField, suggestions } from "./fields.js";
import { breakable, prose } from "./prose.js";
import { schemaTree } from "./schema-tree.js";

const t = texts({
    en: {
        open: "needs no key",
        read: "reads",
        write: "changes data",
        admin: "for administrators",
        parameters: "Parameters",
        more: ({ n }) => `More parameters (${n})`,
        send: "Send",
        cancel: "Cancel",
        command: "As a command",
        answers: "What is answered",
        answer: "Answer",
        headers: "Headers",
        header: "Header",
        value: "Value",
        figures: "{time} · {size}",
        waiting: "Waiting for the answer…",
        cancelled: "Cancelled",
        failed: "Not sent",
        nothing: "The answer has no body.",
        deleteTitle: "Send this deletion?",
        deleteText: "{method} {path} deletes or stops something, which can't be undone.",
    },
});

/** So many optional parameters are shown at once; the others on demand. */
const shownAtOnce = 8;

/** The mark of a method, in its color. */
export const methodMark = (method) => h("span", { class: "method", data: { method } }, method);

/** One operation: what it does, a form for what it takes, the command that does the same, and what was answered. */
export class OperationView extends HTMLElement {
    #operation;
    #fields = [];
    #body = null;
    #answer = new Answer();
    #status = h("div", { class: "rest-status row" });
    #headers = h("div", {});
    #command = h("pre", { class: "code", tabindex: "0" });
    #running = null;
    #leaving = new AbortController();
    #send = h("button", { type: "submit", class: "primary rest-send" }, icon("play"), t("send"));
    #cancel = h("button", { type: "button", hidden: true, on: { click: () => this.#running?.abort() } }, icon("stop"), t("cancel"));

    /** @param {URLSearchParams} query values of parameters by their names */
    async make(document, operation, query) {
        this.#operation = operation;
        const first = (await collections().catch(() => []))[0]?.class;
        this.#fields = operation.parameters.map((parameter) => {
            const isName = parameter.name === "class" && parameter.in === "path";
            const only = parameter.required && parameter.schema?.enum?.length === 1 ? parameter.schema.enum[0] : "";
            const value = (parameter.in !== "header" && query.get(parameter.name)) || (isName ? first : only) || "";
            return parameterField(parameter, value, () => this.#changed());
        });
        if (operation.body) {
            this.#body = new BodyForm();
            await this.#body.make(document, operation.body, query.get("content"));
            this.#body.addEventListener("change", () => this.#changed());
        }
        const form = h(
            "form",
            { class: "stack", novalidate: true, on: { submit: (event) => this.#submit(event) } },
            this.#parameters(),
            this.#body,
            h("div", { class: "row" }, this.#send, this.#cancel),
        );
        replace(
            this,
            this.#head(),
            form,
            h(
                "section",
                { class: "stack" },
                h("div", { class: "row apart" }, h("h3", {}, t("command")), copyButton(() => this.#command.textContent, { words: true })),
                this.#command,
            ),
            h("section", { class: "stack rest-answer", hidden: true }, h("div", { class: "row apart" }, h("h3", {}, t("answer")), this.#status), this.#headers, this.#answer),
            this.#responses(document),
        );
        this.#draw();
        this.#suggest();
    }

    #head() {
        const { method, path, summary, description, permission } = this.#operation;
        return h(
            "div",
            { class: "stack rest-head" },
            h("h2", {}, summary),
            h("p", { class: "row" }, methodMark(method), h("code", { class: "rest-path wrap-anywhere" }, breakable(path)), this.#chip(permission)),
            description ? h("p", { class: "rest-description" }, prose(description)) : null,
        );
    }

    #chip(permission) {
        const { changes } = this.#operation;
        const words = permission === "admin" ? "admin" : changes ? "write" : permission === "open" ? "open" : "read";
        return h("span", { class: changes ? "chip rest-changes" : "chip" }, changes ? icon("edit") : null, t(words));
    }

    #parameters() {
        if (!this.#fields.length) return null;
        const needed = this.#fields.filter(({ parameter }) => parameter.required);
        const others = this.#fields.filter(({ parameter }) => !parameter.required);
        // What was given by the address is not hidden.
        const given = others.filter((field) => field.value);
        const shown = others.length <= shownAtOnce ? others : given;
        const rest = others.filter((field) => !shown.includes(field));
        const grid = (fields) => h("div", { class: "rest-fields" }, fields.map((field) => field.element));
        return h(
            "section",
            { class: "stack" },
            h("h3", {}, t("parameters")),
            needed.length + shown.length ? grid([...needed, ...shown]) : null,
            rest.length ? h("details", {}, h("summary", {}, t("more", { n: rest.length })), grid(rest)) : null,
        );
    }

    #responses(document) {
        return h(
            "details",
            {},
            h("summary", {}, t("answers")),
            h(
                "ul",
                { role: "list", class: "stack rest-responses" },
                this.#operation.responses.map(([status, response]) => {
                    const schema = response.content?.["application/json"]?.schema;
                    const types = Object.keys(response.content ?? {}).filter((type) => type !== "application/json");
                    return h(
                        "li",
                        {},
                        h("p", {}, h("span", { class: "mono rest-code" }, status), " ", prose(response.description ?? ""), types.length ? h("span", { class: "muted mono" }, ` ${types.join(", ")}`) : null),
                        schema && Object.keys(schema).length ? h("div", { class: "rest-response-schema" }, schemaTree(document, schema)) : null,
                    );
                }),
            ),
        );
    }

    // MARK: The request

    get #class() {
        return this.#fields.find(({ parameter }) => parameter.name === "class")?.value ?? "";
    }

    async #suggest() {
        const signal = this.#leaving.signal;
        for (const field of this.#fields) {
            suggestions(field.parameter.name, this.#class, signal).then((values) => field.suggest(values), () => {});
        }
        const definition = await collection(this.#class).catch(() => null);
        if (definition) this.#body?.suggest((definition.properties ?? []).map((property) => property.name));
    }

    #suggested = null;

    #changed() {
        this.#draw();
        note(Object.fromEntries(this.#fields.filter(({ parameter }) => parameter.in !== "header").map((field) => [field.parameter.name, field.value])));
        if (this.#suggested === this.#class) return;
        this.#suggested = this.#class;
        this.#suggest();
    }

    #request() {
        const { method } = this.#operation;
        let path = this.#operation.path;
        const query = new URLSearchParams();
        const headers = {};
        for (const { parameter, value } of this.#fields) {
            if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, value ? encodeURIComponent(value) : `{${parameter.name}}`);
            else if (!value) continue;
            else if (parameter.in === "query") query.append(parameter.name, value);
            else headers[parameter.name] = value;
        }
        const text = query.toString();
        return { method, path: text ? `${path}?${text}` : path, headers, body: this.#body?.body ?? null };
    }

    #draw() {
        const answers = Object.keys(this.#operation.responses.find(([status]) => status === "200")?.[1].content ?? {});
        const isPicture = this.#operation.method === "GET" && answers.length > 0 && !answers.includes("application/json");
        this.#command.textContent = curl({ ...this.#request(), isPicture });
    }

    #isReady() {
        const faulty = this.#fields.filter((field) => !field.check());
        faulty[0]?.element.closest("details")?.setAttribute("open", "");
        faulty[0]?.input.focus();
        return !faulty.length && (this.#body?.check() ?? true);
    }

    async #submit(event) {
        event.preventDefault();
        if (!this.#isReady()) return;
        const request = this.#request();
        if (request.method === "DELETE") {
            const isMeant = await confirmation({ title: t("deleteTitle"), text: t("deleteText", request), confirm: t("send"), danger: true });
            if (!isMeant) return;
        }
        this.#running?.abort();
        const running = new AbortController();
        this.#running = running;
        this.#busy(true);
        try {
            const signal = AbortSignal.any([running.signal, this.#leaving.signal]);
            const began = performance.now();
            const { body } = request;
            const response = await exchange(request.method, request.path, {
                body: body?.data ?? body?.file ?? body?.text,
                more: { ...request.headers, ...(body && !body.data ? { "Content-Type": body.type } : {}) },
                signal,
            });
            const blob = await response.blob();
            await this.#show(response, blob, performance.now() - began);
            if (this.#operation.changes && response.ok) forgetSchema();
        } catch (error) {
            replace(this.#status, error.name === "AbortError" ? t("cancelled") : null);
            showError(error, t("failed"));
        } finally {
            if (this.#running === running) this.#busy(false);
        }
    }

    #busy(isBusy) {
        this.#cancel.hidden = !isBusy;
        if (isBusy) {
            this.querySelector(".rest-answer").hidden = false;
            replace(this.#status, h("span", { class: "muted small" }, t("waiting")));
        } else {
            this.#running = null;
            if (document.activeElement === document.body) this.#send.focus();
        }
    }

    async #show(response, blob, ms) {
        const { status } = response;
        const type = response.headers.get("Content-Type") ?? "";
        // Read first, so that the status never stands above an older answer.
        const text = /json|^text\//.test(type) ? await blob.text() : null;
        const words = `${status} ${response.statusText}`.trim();
        const kind = status < 300 ? "good" : status < 400 ? "other" : "bad";
        replace(
            this.#status,
            h("span", { class: `chip rest-result ${kind}` }, icon(kind === "bad" ? "alert" : "check"), words),
            h("span", { class: "muted small" }, t("figures", { time: milliseconds(ms), size: bytes(blob.size) })),
        );
        replace(
            this.#headers,
            h(
                "details",
                {},
                h("summary", {}, t("headers")),
                h(
                    "div",
                    { class: "table-frame", tabindex: "0", role: "region", "aria-label": t("headers") },
                    h("table", {}, h("thead", {}, h("tr", {}, h("th", {}, t("header")), h("th", {}, t("value")))), h("tbody", {}, [...response.headers].map(([name, value]) => h("tr", {}, h("td", { class: "mono" }, name), h("td", { class: "mono wrap-anywhere" }, value))))),
                ),
            ),
        );
        const file = `${this.#operation.id}${/json/.test(type) ? ".json" : ""}`;
        if (!blob.size) replace(this.#answer, h("p", { class: "muted" }, t("nothing")));
        else if (text !== null) this.#answer.showText(text, { file, decorate: besideHit });
        else this.#answer.showBlob(new Blob([blob], { type }), { file });
        announce(words);
    }

    disconnectedCallback() {
        this.#running?.abort();
        this.#leaving.abort();
    }
}

customElements.define("nt-rest-operation", OperationView);

/** The picture of a hit of a search. */
function besideHit({ class: className, id, properties, thumbnailUrl }) {
    if (typeof thumbnailUrl !== "string" || typeof className !== "string") return null;
    return thumbnail(async () => ({ src: thumbnailUrl, alt: describe(await collection(className), properties, id) }));
}
