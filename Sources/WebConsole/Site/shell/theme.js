// SPDX-License-Identifier: Apache-2.0

import { h } from "../base/dom.js";
import { texts } from "../base/texts.js";
import { icon } from "../parts/icons.js";

const t = texts({ en: { light: "Light", dark: "Dark", system: "As the system", colors: "Colors" } });

const name = "needletail.theme";

const current = () => document.documentElement.dataset.theme ?? "system";

function choose(theme) {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
        if (theme === "system") localStorage.removeItem(name);
        else localStorage.setItem(name, theme);
    } catch {
        // It counts until the page is left.
    }
    document.dispatchEvent(new Event("themechange"));
}

/** Three buttons: light, dark, by system. */
export function themeChoice() {
    const buttons = [
        ["light", "light"],
        ["dark", "dark"],
        ["system", "system"],
    ].map(([theme, drawing]) =>
        h(
            "button",
            {
                type: "button",
                class: "bare",
                "aria-label": t(theme),
                title: t(theme),
                "aria-pressed": String(current() === theme),
                data: { theme },
                on: {
                    click: () => {
                        choose(theme);
                        for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.theme === theme));
                    },
                },
            },
            icon(drawing),
        ),
    );
    return h("div", { class: "choice", role: "group", "aria-label": t("colors") }, buttons);
}
