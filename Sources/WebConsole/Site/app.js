// SPDX-License-Identifier: Apache-2.0
// Begins here: the shell, then the screen that the address names, loaded when it is wanted.

import { address, followLinks, go, href, onAddress } from "./base/address.js";
import { isReachable, onKeyWanted } from "./base/api.js";
import { h, loadStyle, replace } from "./base/dom.js";
import { forgetSchema } from "./base/schema.js";
import { texts } from "./base/texts.js";
import { announce, showError } from "./parts/toasts.js";
import { askForKey } from "./shell/login.js";
import { screens } from "./shell/screens.js";
import { shell } from "./shell/shell.js";

const t = texts({
    en: {
        unknown: "There is no screen '{name}' in this console.",
        home: "Go to the search",
        failed: "This screen could not be loaded",
        again: "Try again",
    },
});

const { main, mark } = shell();
let shown = { name: null, element: null };

async function show() {
    const { screen, rest, query } = address();
    if (!screen) return go(href("search") + location.search, { replace: true });
    const entry = screens.find((each) => each.name === screen);
    mark(entry?.name);
    if (!entry) {
        shown = { name: null, element: null };
        document.title = "Needletail";
        return replace(main, h("div", { class: "empty" }, h("p", {}, t("unknown", { name: screen })), h("a", { href: href("search") }, t("home"))));
    }
    if (shown.name === screen) return present(shown.element, query, rest);
    shown = { name: screen, element: null };
    try {
        const [module] = await Promise.all([
            import(`/console/screens/${screen}/${screen}.js`),
            loadStyle(`screens/${screen}/${screen}.css`),
        ]);
        // Somebody has gone on meanwhile.
        if (shown.name !== screen || shown.element) return;
        const tag = `nt-${screen}-screen`;
        if (!customElements.get(tag)) customElements.define(tag, module.default);
        shown.element = document.createElement(tag);
        replace(main, shown.element);
        document.title = `${entry.title} · Needletail`;
        announce(entry.title);
        main.scrollTo(0, 0);
        await present(shown.element, query, rest);
    } catch (error) {
        if (shown.name !== screen) return;
        shown = { name: null, element: null };
        // A module that could not be fetched is not fetched again until the page is.
        const again = h("button", { type: "button", on: { click: () => location.reload() } }, t("again"));
        replace(main, h("div", { class: "empty" }, h("p", {}, t("failed")), again));
        if (await isReachable()) showError(error);
    }
}

async function present(element, query, rest) {
    try {
        await element?.show(query, rest);
    } catch (error) {
        showError(error);
    }
}

function refresh() {
    forgetSchema();
    if (shown.element) shown.element.refresh();
    else location.reload();
}

onKeyWanted(askForKey);
followLinks();
onAddress(show);
document.addEventListener("serverback", refresh);
show();
