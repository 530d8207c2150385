// SPDX-License-Identifier: Apache-2.0
// Figures as people read them.

const whole = new Intl.NumberFormat("en");

/** 12,345 */
export const number = (value) => whole.format(value);

/** 87 % from 0.87 */
export const share = (value, digits = 0) => `${(100 * value).toFixed(digits)} %`;

/** Four significant digits: distances of all metrics. */
export const distance = (value) => (value === 0 ? "0" : Number(value).toPrecision(4));

/** 1.4 MB from bytes. */
export function bytes(value) {
    if (value < 1000) return `${value} B`;
    const units = ["kB", "MB", "GB", "TB"];
    let size = value / 1000;
    let unit = 0;
    while (size >= 999.5 && unit < units.length - 1) {
        size /= 1000;
        unit += 1;
    }
    return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

/** 3 h 20 min from seconds; the two largest units. */
export function duration(seconds) {
    if (!Number.isFinite(seconds)) return "–";
    if (seconds < 1) return "less than a second";
    const parts = [
        [Math.floor(seconds / 86400), "d"],
        [Math.floor(seconds / 3600) % 24, "h"],
        [Math.floor(seconds / 60) % 60, "min"],
        [Math.floor(seconds) % 60, "s"],
    ];
    const first = parts.findIndex(([value]) => value > 0);
    return parts
        .slice(first, first + 2)
        .filter(([value]) => value > 0)
        .map(([value, unit]) => `${value} ${unit}`)
        .join(" ");
}

/** 0.12 ms, 4.1 ms, 320 ms, 2.3 s from milliseconds. */
export function milliseconds(value) {
    if (value < 1) return `${Number(value.toPrecision(2))} ms`;
    if (value < 10) return `${value.toFixed(1)} ms`;
    if (value < 1000) return `${Math.round(value)} ms`;
    return `${(value / 1000).toFixed(1)} s`;
}

/** Date and time in the browser's zone, from milliseconds since 1970 or a text in ISO 8601. */
export function dateTime(value) {
    const date = new Date(typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value);
    return Number.isNaN(date.getTime()) ? String(value) : date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
