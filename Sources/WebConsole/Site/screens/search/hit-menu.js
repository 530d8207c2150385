// SPDX-License-Identifier: Apache-2.0

import { h } from "../../base/dom.js";
import { icon } from "../../parts/icons.js";

/**
 * A list of actions beside the button that asks for it. Esc and a click elsewhere close it; the focus goes back to the button.
 *
 * @param {HTMLElement} button
 * @param {Array<{ drawing: string, label: string, run: () => void } | { drawing: string, label: string, to: string }>} actions `to`: a link
 */
export function openMenu(button, actions) {
    const close = () => menu.hidePopover();
    const menu = h(
        "div",
        { class: "hit-menu", popover: "auto" },
        actions.map(({ drawing, label, run, to }) =>
            to
                ? h("a", { class: "button quiet", href: to, target: "_blank", rel: "noopener", on: { click: close } }, icon(drawing), label)
                : h("button", { type: "button", class: "quiet", on: { click: () => (close(), run()) } }, icon(drawing), label),
        ),
    );
    menu.addEventListener("keydown", (event) => {
        const list = [...menu.children];
        const at = list.indexOf(document.activeElement);
        const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
        // Keys of the screen mean nothing here.
        event.stopPropagation();
        if (to === undefined) return;
        event.preventDefault();
        list[(to + list.length) % list.length].focus();
    });
    menu.addEventListener("toggle", (event) => {
        if (event.newState !== "closed") return;
        const hadFocus = menu.contains(document.activeElement) || document.activeElement === document.body;
        menu.remove();
        button.setAttribute("aria-expanded", "false");
        if (hadFocus && button.isConnected && !document.querySelector("dialog[open]")) button.focus();
    });
    document.body.append(menu);
    menu.showPopover();
    button.setAttribute("aria-expanded", "true");
    const { left, bottom, top } = button.getBoundingClientRect();
    const fits = bottom + menu.offsetHeight < innerHeight;
    menu.style.left = `${Math.max(4, Math.min(left, innerWidth - menu.offsetWidth - 4))}px`;
    menu.style.top = `${fits ? bottom : Math.max(4, top - menu.offsetHeight)}px`;
    menu.firstElementChild.focus();
}
