// SPDX-License-Identifier: Apache-2.0

import { href } from "../base/address.js";
import { h } from "../base/dom.js";
import { apiKey } from "../base/session.js";
import { texts } from "../base/texts.js";
import { icon } from "../parts/icons.js";
import { listenForShortcuts } from "../parts/shortcuts.js";
import { messagePlaces } from "../parts/toasts.js";
import { connectionBanner } from "./connection.js";
import { logOut } from "./login.js";
import { screens } from "./screens.js";
import { themeChoice } from "./theme.js";

const t = texts({
    en: { skip: "Skip to the content", menu: "Menu", screens: "Screens", logOut: "Log out", keys: "Everywhere", name: "Needletail" },
});

/**
 * Puts navigation, banner and messages into the page.
 *
 * @returns {{ main: HTMLElement, mark: (screen: string|undefined) => void }} where a screen goes, and how the navigation learns which
 */
export function shell() {
    const links = new Map(
        screens.map((screen) => [
            screen.name,
            h("a", { class: "nav-link", href: href(screen.name) }, icon(screen.icon), h("span", {}, screen.title)),
        ]),
    );
    const logout = h("button", { type: "button", class: "quiet small", hidden: !apiKey(), on: { click: logOut } }, icon("key"), t("logOut"));
    document.addEventListener("keychange", () => (logout.hidden = !apiKey()));

    const toggle = h(
        "button",
        { type: "button", class: "bare nav-toggle", "aria-label": t("menu"), "aria-expanded": "false", "aria-controls": "nav-body" },
        icon("menu"),
    );
    const nav = h(
        "header",
        { class: "nav" },
        h("a", { class: "nav-brand", href: href("search") }, h("img", { src: "/console/icon.svg", alt: "", width: "28", height: "28" }), t("name")),
        toggle,
        h(
            "div",
            { class: "nav-body", id: "nav-body" },
            h("nav", { "aria-label": t("screens") }, h("ul", { role: "list" }, [...links.values()].map((link) => h("li", {}, link)))),
            h("div", { class: "nav-foot" }, logout, themeChoice()),
        ),
    );
    const open = (isOpen) => {
        nav.classList.toggle("open", isOpen);
        toggle.setAttribute("aria-expanded", String(isOpen));
    };
    toggle.addEventListener("click", () => open(!nav.classList.contains("open")));
    nav.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !nav.classList.contains("open")) return;
        open(false);
        toggle.focus();
    });

    const main = h("main", { id: "main", tabindex: "-1" });
    const skip = h("a", { class: "skip", href: "#main" }, t("skip"));
    skip.addEventListener("click", (event) => {
        event.preventDefault();
        main.focus();
    });
    document.body.append(skip, nav, h("div", { class: "content" }, connectionBanner(), main), ...messagePlaces());
    listenForShortcuts(t("keys"));
    return {
        main,
        mark: (name) => {
            open(false);
            for (const [screen, link] of links) {
                if (screen === name) link.setAttribute("aria-current", "page");
                else link.removeAttribute("aria-current");
            }
        },
    };
}
