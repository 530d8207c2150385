// SPDX-License-Identifier: Apache-2.0

import { send } from "../base/api.js";
import { h } from "../base/dom.js";

/** Hands a file to the user. */
export function saveBlob(blob, name) {
    const address = URL.createObjectURL(blob);
    h("a", { href: address, download: name }).click();
    // The browser has begun to read it when the next task runs.
    setTimeout(() => URL.revokeObjectURL(address));
}

const endings = { "image/jpeg": "jpg", "image/svg+xml": "svg", "application/octet-stream": "bin" };

/** Fetches something of the server's, with the key if there is one, and hands it to the user; its type makes the name's ending. */
export async function download(path, stem, { signal } = {}) {
    const blob = await send("GET", path, { as: "blob", signal });
    const type = blob.type.split(";")[0];
    saveBlob(blob, `${stem}.${endings[type] ?? type.split("/")[1] ?? "bin"}`);
}
