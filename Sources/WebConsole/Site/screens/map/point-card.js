// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../../base/dom.js";
import { pictureProperties } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { icon } from "../../parts/icons.js";
import { picture, pictureURL } from "../../parts/picture.js";
import { categoryName } from "./legend.js";
import { sign } from "./shapes.js";

const t = texts({
    en: { open: "Open", similar: "Similar", select: "Select", unselect: "Don't select", close: "Close the card", object: "Object on the map" },
});

const width = 216;

/**
 * The card of a point: it goes with the pointer, or stays with buttons when the point was clicked.
 *
 * `actions` is that of `PointList`.
 */
export class PointCard {
    element = h("div", { class: "map-card", hidden: true });
    /** Whether it stays. */
    isPinned = false;
    #plot;
    #actions;
    #point = -1;

    constructor(plot, actions) {
        this.#plot = plot;
        this.#actions = actions;
        this.element.addEventListener("keydown", (event) => {
            if (event.key !== "Escape") return;
            event.stopPropagation();
            this.hide();
            plot.focus();
        });
    }

    /** @param {{ definition: object, tenant?: string, isPinned?: boolean }} options */
    show(point, { definition, tenant, isPinned = false }) {
        this.#point = point;
        this.isPinned = isPinned;
        const { points } = this.#plot;
        const id = points.ids[point];
        const category = points.categoryOf(point);
        const words = h("p", { class: "map-card-text" }, "…");
        this.#actions.details.text(id).then((text) => (words.textContent = text), () => (words.textContent = id));
        this.element.hidden = false;
        this.element.classList.toggle("pinned", isPinned);
        if (isPinned) this.element.setAttribute("role", "group");
        else this.element.removeAttribute("role");
        this.element.setAttribute("aria-label", t("object"));
        if (!isPinned) this.element.removeAttribute("aria-label");
        replace(
            this.element,
            pictureProperties(definition).length
                ? picture({ src: pictureURL(definition.class, id, { size: 256, tenant }), alt: "", class: "map-card-picture" })
                : null,
            h(
                "div",
                { class: "map-card-body" },
                words,
                category.kind === "all" ? null : h("p", { class: "small muted row" }, sign(category.look), points.values[point] ?? categoryName(category)),
                isPinned ? this.#buttons(point, id) : null,
            ),
        );
        this.place();
    }

    hide() {
        this.#point = -1;
        this.isPinned = false;
        this.element.hidden = true;
        this.element.replaceChildren();
    }

    /** Puts it beside its point, inside the plot. */
    place() {
        if (this.#point < 0) return;
        const { x, y } = this.#plot.placeOf(this.#point);
        const { width: viewWidth, height: viewHeight } = this.#plot.viewport;
        const height = this.element.offsetHeight;
        const left = x + width + 24 < viewWidth ? x + 18 : x - width - 18;
        this.element.style.left = `${Math.max(4, Math.min(viewWidth - width - 4, left))}px`;
        this.element.style.top = `${Math.max(4, Math.min(viewHeight - height - 4, y - height / 2))}px`;
    }

    #buttons(point, id) {
        const { open, toggle, similar, isSelected } = this.#actions;
        const select = h(
            "button",
            {
                type: "button",
                class: "small",
                on: {
                    click: () => {
                        toggle(point);
                        select.textContent = isSelected(point) ? t("unselect") : t("select");
                    },
                },
            },
            isSelected(point) ? t("unselect") : t("select"),
        );
        return h(
            "div",
            { class: "row" },
            h("button", { type: "button", class: "small", on: { click: () => open(point) } }, t("open")),
            h("a", { class: "button small", href: similar(id) }, t("similar")),
            select,
            h("button", { type: "button", class: "bare small map-card-close", "aria-label": t("close"), on: { click: () => { this.hide(); this.#plot.focus(); } } }, icon("close")),
        );
    }
}
