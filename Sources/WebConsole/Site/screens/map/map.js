// SPDX-License-Identifier: Apache-2.0

import { href, note } from "../../base/address.js";
import { debounce, freshID, h, replace } from "../../base/dom.js";
import { number } from "../../base/format.js";
import { isArray, isNumeric, labelProperties, labelProperty, pictureProperties } from "../../base/schema.js";
import { Screen } from "../../base/screen.js";
import { texts } from "../../base/texts.js";
import { BackgroundJob } from "../../parts/background-job.js";
import { CollectionChoice, noCollections } from "../../parts/collection-choice.js";
import { emptyState } from "../../parts/empty.js";
import { icon } from "../../parts/icons.js";
import { notice } from "../../parts/notice.js";
import { countObjects } from "../../parts/objects.js";
import { shortcuts } from "../../parts/shortcuts.js";
import { showError } from "../../parts/toasts.js";
import { MapBoard } from "./board.js";
import { MapPoints } from "./points.js";

const t = texts({
    en: {
        title: "Map",
        color: "Color by",
        noColor: "nothing",
        drawing: "The map of {name} is being drawn",
        again: "Draw it anew",
        draw: "Draw the map",
        cancelled: "The map was not drawn",
        cancelledText: "You cancelled it. It takes a few seconds for a thousand objects, minutes for a hundred thousand.",
        stale: "Objects came or went since this map was drawn.",
        some: "{n} of {of} objects are shown.",
        none: "{name} has no objects yet",
        noneText: "Import pictures, and each gets a place on the map: what looks alike lies together.",
        import: "Import pictures",
        few: "{name} has too few objects for a map",
        fewText: "There are {n} with a vector; from four on they can be laid out by what they have in common.",
        failed: "There is no map",
        failedText: "The server says: {why}",
        keys: "On the map (when it has the focus)",
        move: "Move the map; with Shift in small steps",
        zoomIn: "Zoom in",
        zoomOut: "Zoom out",
        whole: "Show the whole map",
        open: "Open the object at the crosshair",
        select: "Select the object at the crosshair",
        box: "Begin a box at the crosshair; again: select what is in it",
        similar: "Search for what is similar",
        focus: "Go to the map",
        lasso: "Draw around objects, or move the map",
    },
});

/** With fewer points there is nothing to see. */
const fewest = 4;

/** Every object as a point: near vectors, near points. */
export default class MapScreen extends Screen {
    #choice = new CollectionChoice();
    #colorID = freshID("color");
    #color = h("select", { id: this.#colorID, on: { change: () => this.#load() } });
    #notice = h("div", { class: "map-notice", "aria-live": "polite" });
    #body = h("div", {});
    #board = null;
    #reading = new AbortController();
    #shownKey = null;
    #dropShortcuts = () => {};

    async show(query) {
        if (!this.firstChild) this.#build();
        await this.#choice.set(
            { className: query.get("class"), tenant: query.get("tenant"), vector: query.get("vector") },
            { vectors: true },
        );
        if (!this.#choice.definition) {
            this.#drop();
            this.querySelector(".screen-head > .row").hidden = true;
            return replace(this.#body, noCollections());
        }
        this.querySelector(".screen-head > .row").hidden = false;
        this.#fillColors(query.get("color"));
        const isSame = this.#shownKey === this.#key() && this.#board;
        if (isSame) this.#board.view = query.get("view");
        else await this.#load({ view: query.get("view") });
    }

    refresh() {
        this.show(new URLSearchParams(location.search)).catch(showError);
    }

    leave() {
        this.#dropShortcuts();
        this.#reading.abort();
        this.#board?.close();
    }

    #build() {
        this.#choice.addEventListener("change", () => {
            this.#fillColors(null);
            this.#load();
        });
        this.append(
            h(
                "div",
                { class: "screen-head" },
                h("h1", {}, t("title")),
                h(
                    "div",
                    { class: "row map-controls" },
                    this.#choice,
                    h("div", { class: "field" }, h("label", { for: this.#colorID }, t("color")), this.#color),
                    h("button", { type: "button", class: "map-again", on: { click: () => this.#load({ refresh: true }) } }, icon("refresh"), t("again")),
                ),
            ),
            this.#notice,
            this.#body,
        );
        const onPlot = (run) => () => (this.#board?.hasFocus ? run(this.#board) : false);
        this.#dropShortcuts = shortcuts(t("keys"), [
            { keys: ["m"], label: t("focus"), run: () => this.#board?.focus() ?? false },
            { keys: ["l"], label: t("lasso"), run: () => this.#board?.switchLasso() ?? false },
            // These are heard by the plot itself, before they come here.
            { keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], label: t("move"), run: () => false },
            { keys: ["+"], label: t("zoomIn"), run: () => false },
            { keys: ["-"], label: t("zoomOut"), run: () => false },
            { keys: ["0"], label: t("whole"), run: () => false },
            { keys: ["b"], label: t("box"), run: () => false },
            { keys: ["Enter"], label: t("open"), run: onPlot((board) => board.openCurrent()) },
            { keys: [" "], label: t("select"), run: onPlot((board) => board.toggleCurrent()) },
            { keys: ["s"], label: t("similar"), run: onPlot((board) => board.searchCurrent()) },
        ]);
    }

    #fillColors(wanted) {
        const names = labelProperties(this.#choice.definition).map((property) => property.name);
        const preferred = labelProperty(this.#choice.definition);
        const chosen = wanted === "-" ? "" : names.includes(wanted) ? wanted : names.includes(preferred) ? preferred : (names[0] ?? "");
        replace(
            this.#color,
            h("option", { value: "" }, t("noColor")),
            names.map((name) => h("option", { value: name, selected: name === chosen }, name)),
        );
    }

    #key() {
        const { definition, tenant, vector } = this.#choice;
        return JSON.stringify([definition.class, tenant, vector, this.#color.value]);
    }

    #drop() {
        this.#reading.abort();
        this.#reading = new AbortController();
        this.#board?.close();
        this.#board = null;
        this.#shownKey = null;
        replace(this.#notice);
        replace(this.#body);
    }

    async #load({ refresh = false, view } = {}) {
        const kept = this.#board?.state;
        const sameMap = this.#shownKey !== null && JSON.parse(this.#shownKey).slice(0, 3).join() === JSON.parse(this.#key()).slice(0, 3).join();
        this.#drop();
        const { definition, tenant, vector } = this.#choice;
        const color = this.#color.value;
        const keptView = sameMap && !refresh ? kept : {};
        note({ class: definition.class, tenant, vector, color: color || "-", view: view ?? keptView?.view });
        const key = this.#key();
        const { signal } = this.#reading;
        const left = AbortSignal.any([signal, this.left]);
        try {
            const objects = await countObjects(definition, { tenant, signal: left });
            if (!objects) return replace(this.#body, this.#empty());
            const job = new BackgroundJob(t("drawing", { name: definition.class }), ["map", definition.class], {
                tenant,
                targetVector: vector,
                color,
            });
            replace(this.#body, h("div", { class: "card" }, job));
            const hadFocus = document.activeElement?.matches(".map-again, .notice button");
            const answer = await job.ended(left, { refresh });
            if (hadFocus && document.activeElement === document.body) this.querySelector(".map-again").focus();
            this.#shownKey = key;
            if (answer.state === "cancelled") return replace(this.#body, this.#cancelled());
            if (answer.points.length < fewest) return replace(this.#body, this.#tooFew(answer.points.length));
            this.#present(answer, { view: view ?? keptView?.view, selected: keptView?.selected });
        } catch (error) {
            if (error.name === "AbortError") return;
            if (error.status !== 422 && error.status !== 404) showError(error, t("failed"));
            const text = t("failedText", { why: error.message });
            replace(this.#body, emptyState({ drawing: "map", title: t("failed"), text, actions: [this.#drawButton()] }));
        }
    }

    #present(answer, state) {
        const { definition, tenant, vector } = this.#choice;
        const property = definition.properties.find((each) => each.name === answer.color);
        const points = new MapPoints(answer.points, {
            isColored: answer.color !== undefined,
            isNumeric: property !== undefined && isNumeric(property) && !isArray(property),
        });
        this.#board = new MapBoard({
            points,
            definition,
            tenant,
            vector,
            hasPictures: pictureProperties(definition).length > 0,
            state,
            moved: debounce(200, (text) => this.isConnected && this.#board && note({ view: text })),
        });
        replace(this.#body, this.#board.element);
        this.#board.begin();
        const notes = [];
        if (answer.stale) {
            const again = h("button", { type: "button", class: "small", on: { click: () => this.#load({ refresh: true }) } }, t("again"));
            notes.push(notice(t("stale"), again));
        }
        if (answer.vectors > answer.points.length) {
            notes.push(h("p", { class: "small muted" }, t("some", { n: number(answer.points.length), of: number(answer.vectors) })));
        }
        replace(this.#notice, notes);
    }

    // MARK: Nothing to show

    #drawButton() {
        return h("button", { type: "button", class: "primary", on: { click: () => this.#load({ refresh: true }) } }, t("draw"));
    }

    #empty() {
        const name = this.#choice.definition.class;
        const link = h("a", { class: "button primary", href: href("import", { class: name }) }, t("import"));
        return emptyState({ drawing: "map", title: t("none", { name }), text: t("noneText"), actions: [link] });
    }

    #tooFew(n) {
        const name = this.#choice.definition.class;
        const link = h("a", { class: "button primary", href: href("import", { class: name }) }, t("import"));
        return emptyState({ drawing: "map", title: t("few", { name }), text: t("fewText", { n }), actions: [link, this.#drawButton()] });
    }

    #cancelled() {
        return emptyState({ drawing: "map", title: t("cancelled"), text: t("cancelledText"), actions: [this.#drawButton()] });
    }
}
