// SPDX-License-Identifier: Apache-2.0
// The address holds what a screen shows, so that back, reload and a shared link lead to the same: /console/SCREEN/MORE?NAME=VALUE

import { isLeftOut, withParameters } from "./parameters.js";

const base = "/console";

/** What the address says: the screen, what follows it in the path, and the parameters. */
export function address() {
    const segments = location.pathname
        .slice(base.length)
        .split("/")
        .filter((segment) => segment)
        .map((segment) => decodeURIComponent(segment));
    return { screen: segments[0] ?? "", rest: segments.slice(1), query: new URLSearchParams(location.search) };
}

/** Where a screen is. Parameters that are undefined, null or "" are left out. */
export function href(screen, query = {}, rest = []) {
    const path = [base, screen, ...rest.map((segment) => encodeURIComponent(segment))].filter((part) => part).join("/");
    return withParameters(path, query);
}

const changes = new EventTarget();

/** Calls `listener` whenever the address leads elsewhere. */
export const onAddress = (listener) => changes.addEventListener("change", listener);

/** Goes to an address of the console; `replace` leaves no step to go back to. */
export function go(to, { replace = false } = {}) {
    if (to === location.pathname + location.search) return;
    history[replace ? "replaceState" : "pushState"](null, "", to);
    changes.dispatchEvent(new Event("change"));
}

/**
 * Changes parameters of the address and nothing else; screens are not told, since it is they that call this.
 *
 * @param {object} parameters `undefined`, `null` and "" remove one
 */
export function note(parameters, { replace = true } = {}) {
    const query = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(parameters)) {
        if (isLeftOut(value)) query.delete(name);
        else query.set(name, value);
    }
    const to = location.pathname + (query.size ? `?${query}` : "");
    if (to !== location.pathname + location.search) history[replace ? "replaceState" : "pushState"](null, "", to);
}

/** Has links to the console go without loading it again, and back and forward as well. */
export function followLinks() {
    addEventListener("popstate", () => changes.dispatchEvent(new Event("change")));
    document.addEventListener("click", (event) => {
        const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
        if (!link || event.defaultPrevented || event.button !== 0 || link.target || link.hasAttribute("download")) return;
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        const target = new URL(link.href);
        const isOurs = target.origin === location.origin && (target.pathname === base || target.pathname.startsWith(`${base}/`));
        if (!isOurs || target.pathname.split("/").pop().includes(".")) return;
        event.preventDefault();
        go(target.pathname + target.search);
    });
}
