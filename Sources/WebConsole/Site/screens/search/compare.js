// SPDX-License-Identifier: Apache-2.0

import { send } from "../../base/api.js";
import { freshID, h, replace } from "../../base/dom.js";
import { describe } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { openDialog } from "../../parts/dialog.js";
import { pictureURL } from "../../parts/picture.js";
import { showError } from "../../parts/toasts.js";
import { drawn, keptUnder } from "./pictures.js";
import { entry } from "./state.js";

const t = texts({
    en: {
        title: "Compare",
        beside: "Side by side",
        swipe: "Swipe",
        how: "How they are shown",
        slider: "How much of the first picture covers the second",
        searched: "Searched with",
        failed: "The pictures could not be loaded",
    },
});

/** The place of the picture that hits are compared with: the first that leads toward them and that the page can draw; -1 if none. */
export const drawableEntry = (state) =>
    state.entries.findIndex((each) => !each.isMinus && (each.kind === "object" || (each.kind === "file" && keptUnder(each.ref)?.isShown === true)));

export const comparable = (state) => drawableEntry(state) >= 0;

/**
 * The picture of an entry as it is searched with: turned, mirrored and cut.
 *
 * @returns {Promise<HTMLCanvasElement>}
 */
export async function canvasOf(each, definition, tenant, side, signal) {
    if (each.kind === "file") return drawn(keptUnder(each.ref), each, side, true);
    const path = pictureURL(definition.class, each.ref, { size: 1024, tenant });
    const address = URL.createObjectURL(await send("GET", path, { as: "blob", signal }));
    try {
        return await drawn({ address }, each, side, true);
    } finally {
        URL.revokeObjectURL(address);
    }
}

/** Shows a hit and what was searched with beside each other, or one over the other with a slider between them. */
export async function compare(hit, state, definition) {
    const leaving = new AbortController();
    const title = describe(definition, hit.properties, hit.id);
    const stage = h("div", { class: "compare beside" });
    const slider = h("input", { type: "range", min: 0, max: 100, value: 50, "aria-label": t("slider"), id: freshID(), hidden: true });
    const buttons = ["beside", "swipe"].map((way) => h("button", { type: "button", data: { way }, on: { click: () => choose(way) } }, t(way)));
    const choose = (way) => {
        stage.className = `compare ${way}`;
        slider.hidden = way !== "swipe";
        for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.way === way));
    };
    const cover = (share) => {
        slider.value = share;
        stage.style.setProperty("--covered", `${share}%`);
    };
    slider.addEventListener("input", () => cover(slider.value));
    // The picture itself is the slider for a mouse or finger.
    stage.addEventListener("pointermove", (event) => {
        if (!stage.classList.contains("swipe") || (event.pointerType !== "mouse" && !event.buttons)) return;
        const { left, width } = stage.getBoundingClientRect();
        cover(Math.min(100, Math.max(0, (100 * (event.clientX - left)) / width)));
    });
    openDialog({
        title: t("title"),
        wide: true,
        body: [h("div", { class: "choice", role: "group", "aria-label": t("how") }, buttons), stage, slider],
        closed: () => leaving.abort(),
    });
    choose("beside");
    cover(50);
    try {
        const each = state.entries[drawableEntry(state)];
        const [one, other] = await Promise.all([
            canvasOf(each, definition, state.tenant, 1024, leaving.signal),
            hitCanvas(hit, definition, 1024, leaving.signal),
        ]);
        replace(stage, figure(one, t("searched")), figure(other, title));
    } catch (error) {
        showError(error, t("failed"));
    }
}

/** A picture with its name; `over` lies over it. */
export function figure(canvas, caption, over = null) {
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", caption);
    return h("figure", {}, h("div", { class: "compare-frame" }, canvas, over), h("figcaption", { class: "muted small" }, caption));
}

/** The picture of a hit. */
export const hitCanvas = (hit, definition, side, signal) => canvasOf(entry("object", hit.id), definition, hit.tenant, side, signal);
