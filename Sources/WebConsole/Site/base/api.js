// SPDX-License-Identifier: Apache-2.0
// The only door to the server: its public interface under /v1. Requests carry the key, if there is one, and the header by which the
// server knows that no foreign page sends them. Every failure is an `APIError` with a sentence for the user.

import { withParameters } from "./parameters.js";
import { apiKey } from "./session.js";

/** Why there is no answer that helps. `status` is 0 if the server could not be reached. */
class APIError extends Error {
    constructor(status, message, body) {
        super(message);
        this.name = "APIError";
        this.status = status;
        this.body = body;
    }
}

/** Fires `unreachable` when the server can't be reached, `reachable` when it answers. */
export const connection = new EventTarget();

/** Whether the server answers; tells `connection`. */
export async function isReachable() {
    try {
        await fetch("/v1/.well-known/live", { cache: "no-store" });
        return true;
    } catch {
        connection.dispatchEvent(new Event("unreachable"));
        return false;
    }
}

let askForKey = async () => false;

/** Has `ask(message)` called when a key is wanted; it resolves to whether there is another one to try. */
export function onKeyWanted(ask) {
    askForKey = ask;
}

export function headers(more = {}) {
    const key = apiKey();
    return { "X-Needletail-Console": "1", ...(key ? { Authorization: `Bearer ${key}` } : {}), ...more };
}

/** `/v1/objects/Photo?limit=5`: segments are escaped, members of `query` that are undefined, null or "" left out. */
export function url(segments, query = {}) {
    const path = segments.map((segment) => encodeURIComponent(segment)).join("/");
    return withParameters(`/v1/${path}`, query);
}

/**
 * Sends a request and gives the answer whatever its status is; asks for a key first if one is wanted.
 *
 * @param {string} path from `url`
 * @param {object} [options] `body`: whatever `fetch` takes; `more`: headers; `signal`
 * @returns {Promise<Response>}
 * @throws {APIError} if the server can't be reached; `AbortError` if `signal` says so
 */
export async function exchange(method, path, { body, more = {}, signal } = {}) {
    let response;
    try {
        response = await fetch(path, { method, body, signal, headers: headers(more), cache: "no-store" });
    } catch (error) {
        if (error.name === "AbortError") throw error;
        connection.dispatchEvent(new Event("unreachable"));
        throw new APIError(0, "The server can't be reached. Is it running? This page tries again by itself.");
    }
    connection.dispatchEvent(new Event("reachable"));
    const isRefused = response.status === 401 && (await askForKey(await messageOf(response.clone())));
    return isRefused ? exchange(method, path, { body, more, signal }) : response;
}

/**
 * Sends a request and waits for the whole answer.
 *
 * @param {string} method
 * @param {string} path from `url`
 * @param {object} [options] `json`: a body; `body`: a FormData or Blob instead; `signal`; `as`: "json" (default), "text", "blob" or "response"
 * @throws {APIError}; `AbortError` if `signal` says so
 */
export async function send(method, path, { json, body, signal, as = "json", more = {} } = {}) {
    const isJSON = json !== undefined;
    const response = await exchange(method, path, {
        body: isJSON ? JSON.stringify(json) : body,
        more: isJSON ? { ...more, "Content-Type": "application/json" } : more,
        signal,
    });
    if (!response.ok) throw await errorOf(response);
    if (as === "response") return response;
    if (as === "blob") return response.blob();
    const text = await response.text();
    if (as === "text") return text;
    return text ? JSON.parse(text) : null;
}

export const get = (segments, query, options) => send("GET", url(segments, query), options);
export const post = (segments, json, options) => send("POST", url(segments), { json, ...options });

/**
 * Answers a GraphQL query.
 *
 * @returns {Promise<object>} its `data`
 * @throws {APIError} with all its messages, also if there is data beside them
 */
export async function graphql(query, variables, options) {
    const answer = await send("POST", "/v1/graphql", { json: { query, variables }, ...options });
    if (answer.errors?.length) throw new APIError(200, answer.errors.map((each) => each.message).join("\n"), answer);
    return answer.data;
}

/**
 * Sends a body and tells how much of it has gone.
 *
 * @param {(sent: number, total: number) => void} progress
 * @returns {Promise<object|null>}
 */
export function upload(method, path, body, { progress, signal } = {}) {
    return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open(method, path);
        for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
        if (progress) request.upload.addEventListener("progress", (event) => progress(event.loaded, event.total));
        const abort = () => request.abort();
        signal?.addEventListener("abort", abort);
        request.addEventListener("loadend", async () => {
            signal?.removeEventListener("abort", abort);
            if (signal?.aborted) return reject(new DOMException("Cancelled", "AbortError"));
            if (request.status === 0) {
                connection.dispatchEvent(new Event("unreachable"));
                return reject(new APIError(0, "The server can't be reached. Is it running?"));
            }
            const parsed = parse(request.responseText);
            if (request.status === 401 && (await askForKey(sentence(parsed, request.responseText)))) {
                return upload(method, path, body, { progress, signal }).then(resolve, reject);
            }
            if (request.status >= 400) return reject(new APIError(request.status, sentence(parsed, request.responseText), parsed));
            resolve(parsed);
        });
        request.send(body);
    });
}

function parse(text) {
    try {
        return text ? JSON.parse(text) : null;
    } catch {
        return undefined;
    }
}

async function messageOf(response) {
    const text = await response.text();
    return sentence(parse(text), text);
}

async function errorOf(response) {
    const text = await response.text();
    const body = parse(text);
    return new APIError(response.status, sentence(body, text) || `The server answered with status ${response.status}.`, body);
}

/** The words in an error of the interface, whichever shape it has. */
function sentence(body, text) {
    const list = body?.error ?? body?.errors;
    if (Array.isArray(list) && list.length) return list.map((each) => each.message ?? String(each)).join("\n");
    if (typeof body?.message === "string") return body.message;
    if (typeof body?.error?.message === "string") return body.error.message;
    if (typeof body?.error === "string") return body.error;
    return text.slice(0, 500);
}
