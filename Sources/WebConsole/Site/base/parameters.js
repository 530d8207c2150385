// SPDX-License-Identifier: Apache-2.0

/** Whether a parameter is left out of an address. */
export const isLeftOut = (value) => value === undefined || value === null || value === "";

/** A path with parameters behind it; those that are undefined, null or "" are left out. */
export function withParameters(path, query) {
    const kept = Object.entries(query).filter(([, value]) => !isLeftOut(value));
    return kept.length ? `${path}?${new URLSearchParams(kept)}` : path;
}
