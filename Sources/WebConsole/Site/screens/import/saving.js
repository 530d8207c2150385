// SPDX-License-Identifier: Apache-2.0

import { h } from "../../base/dom.js";

/** A line of a CSV table. What a spreadsheet would take for a formula is kept from being one. */
export function csvRow(values) {
    const field = (value) => {
        const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
        return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    return `${values.map((value) => field(String(value))).join(",")}\r\n`;
}

/** Has the browser save a text as a file. */
export function save(name, text, type) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    const link = h("a", { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
