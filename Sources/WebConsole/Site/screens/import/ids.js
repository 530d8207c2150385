// SPDX-License-Identifier: Apache-2.0
// Ids of objects: from the content, equal to those that `needletail import` gives (UUIDs of version 5 of the SHA-256, in a namespace of
// the class), or at random. Where the page is neither on localhost nor under https, browsers have no `crypto.subtle`; the page then has
// SHA of its own, slower and equal.

import { sha1, sha256 } from "./digests.js";

const namespace = "6e6565646c654a019d0b7461696c0001";

async function digest(algorithm, bytes) {
    if (globalThis.crypto?.subtle) return new Uint8Array(await crypto.subtle.digest(algorithm, bytes));
    return algorithm === "SHA-1" ? sha1(bytes) : sha256(bytes);
}

const hexadecimal = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const bytesOf = (text) => Uint8Array.from(text.match(/../g), (pair) => Number.parseInt(pair, 16));
const uuid = (digits) => digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

async function version5(name, within) {
    const prefix = bytesOf(within.replaceAll("-", ""));
    const text = new TextEncoder().encode(name);
    const all = new Uint8Array(prefix.length + text.length);
    all.set(prefix);
    all.set(text, prefix.length);
    const hash = (await digest("SHA-1", all)).slice(0, 16);
    hash[6] = (hash[6] & 0x0f) | 0x50;
    hash[8] = (hash[8] & 0x3f) | 0x80;
    return uuid(hexadecimal(hash));
}

/**
 * The ids of pictures in a class: `const idOf = await contentIDs("Photo"); await idOf(buffer)`.
 *
 * @returns {Promise<(content: ArrayBuffer) => Promise<string>>}
 */
export async function contentIDs(className) {
    const own = await version5(className, namespace);
    return async (content) => version5(`content:${hexadecimal(await digest("SHA-256", content))}`, own);
}

/** A UUID of version 4. */
export function randomID() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    return uuid(hexadecimal(bytes));
}
