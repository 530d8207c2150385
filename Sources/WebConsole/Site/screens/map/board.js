// SPDX-License-Identifier: Apache-2.0

import { go, href } from "../../base/address.js";
import { debounce, h, replace } from "../../base/dom.js";
import { number } from "../../base/format.js";
import { describe } from "../../base/schema.js";
import { count, texts } from "../../base/texts.js";
import { icon } from "../../parts/icons.js";
import { openObject } from "../../parts/object-dialog.js";
import { saveBlob } from "../../parts/save.js";
import { tabs } from "../../parts/tabs.js";
import { announce } from "../../parts/toasts.js";
import { Gestures } from "./gestures.js";
import { categoryName, drawLegend } from "./legend.js";
import { MapPlot } from "./plot.js";
import { PointCard } from "./point-card.js";
import { PointDetails } from "./point-details.js";
import { PointList } from "./point-list.js";
import { Thumbnails } from "./thumbnails.js";

const t = texts({
    en: {
        plot: ({ n, name }) =>
            `Map of ${count(n, "object")} of ${name}. Arrow keys move it, plus and minus zoom, Enter opens the object in the middle, Space selects it, b draws a box. The lists beside it hold the same.`,
        tools: "Tools of the map",
        lasso: "Lasso",
        lassoHint: "Draw around objects to select them (also with Shift pressed)",
        box: "Box",
        boxHint: "Begin a box in the middle of the map; move the map, then press again",
        pictures: "Pictures",
        zoomIn: "Zoom in",
        zoomOut: "Zoom out",
        whole: "Show the whole map",
        lists: "Objects of the map",
        selected: ({ n }) => `Selected (${number(n)})`,
        inView: ({ n }) => `In view (${number(n)})`,
        selection: "Objects that are selected",
        view: "Objects in view",
        noneSelected: "Nothing is selected. Draw around objects with the lasso, select them in the list of what is in view, or press Space on the map.",
        noneInView: "No object is in view. Zoom out or move the map.",
        nowSelected: ({ n }) => `${count(n, "object")} selected`,
        partOfView: ({ n, of }) => `The ${number(n)} nearest to the middle of ${number(of)} in view. Zoom in to list fewer.`,
        exportIDs: "Export ids",
        show: "Show on the map",
        similar: "Search with them",
        clear: "Select none",
        boxBegun: "A box begins here. Move the map, then press b again, or Esc to give it up.",
        boxGivenUp: "No box",
        at: ({ text, value }) => (value ? `${text}, ${value}` : text),
        nothing: "No object here",
        legend: "Legend",
    },
});

/** How many rows the list of what is in view has, and how many pictures a search takes. */
const listLimit = 500;
const searchLimit = 8;

/** A map that is there: plot, tools, legend and lists, and what ties them. */
export class MapBoard {
    element;
    #options;
    #points;
    #plot = new MapPlot();
    #leaving = new AbortController();
    #gestures;
    #details;
    #card;
    #selected = new Set();
    #selectedList;
    #viewList;
    #tabs;
    #legend = h("div", {});
    #selectionBar = h("div", { class: "row map-selection-bar" });
    #viewNote = h("p", { class: "small muted map-note" });
    #selectionNote = h("p", { class: "small muted map-note" }, t("noneSelected"));
    #lasso;
    #box;
    /** Counts what is to be said, so that what comes late is known to be old. */
    #turn = 0;

    constructor(options) {
        this.#options = options;
        this.#points = options.points;
        const { signal } = this.#leaving;
        const { definition, tenant } = options;
        this.#details = new PointDetails(definition, tenant, signal);
        const actions = {
            details: this.#details,
            open: (point) => this.#open(point),
            toggle: (point) => this.#select([point], this.#selected.has(point) ? "less" : "more"),
            find: (point) => this.#find(point),
            similar: (id) => this.#searchFor([id]),
            isSelected: (point) => this.#selected.has(point),
        };
        this.#card = new PointCard(this.#plot, actions);
        this.#selectedList = new PointList(t("selection"), actions);
        this.#viewList = new PointList(t("view"), actions);
        this.#plot.points = this.#points;
        this.#plot.selected = this.#selected;
        this.#plot.tabIndex = 0;
        this.#plot.setAttribute("role", "application");
        this.#plot.setAttribute("aria-label", t("plot", { n: this.#points.count, name: definition.class }));
        this.#gestures = new Gestures(this.#plot, signal);
        this.#connect();
        for (const point of options.state?.selected ?? []) {
            const index = this.#points.ids.indexOf(point);
            if (index >= 0) this.#selected.add(index);
        }
        this.element = this.#build();
    }

    /** When it is in the page. */
    begin() {
        if (this.#options.hasPictures) this.#showPictures(true);
        this.view = this.#options.state?.view;
        drawLegend(this.#legend, this.#points, () => this.#changedVisible());
        this.#tabs.choose(this.#selected.size ? "selected" : "view");
        this.#updateSelection();
    }

    close() {
        this.#leaving.abort();
        this.#plot.thumbnails?.close();
    }

    /** What stays when the colors change: the view, and the ids of what is selected. */
    get state() {
        return { view: this.#plot.viewport.toString(), selected: [...this.#selected].map((point) => this.#points.ids[point]) };
    }

    set view(text) {
        this.#plot.viewport.read(text);
        this.#plot.redraw();
        this.#updateView();
    }

    get hasFocus() {
        return document.activeElement === this.#plot;
    }

    focus() {
        this.#plot.focus({ focusVisible: true });
    }

    switchLasso() {
        this.#gestures.isLasso = !this.#gestures.isLasso;
        this.#lasso.setAttribute("aria-pressed", String(this.#gestures.isLasso));
        this.#plot.classList.toggle("lasso", this.#gestures.isLasso);
    }

    openCurrent() {
        if (this.#plot.current < 0) return false;
        this.#open(this.#plot.current);
    }

    toggleCurrent() {
        const { current } = this.#plot;
        if (current < 0) return false;
        this.#select([current], this.#selected.has(current) ? "less" : "more");
    }

    searchCurrent() {
        if (this.#plot.current < 0) return false;
        go(this.#searchFor([this.#points.ids[this.#plot.current]]));
    }

    // MARK: Parts

    #build() {
        const button = (drawing, label, run) =>
            h("button", { type: "button", class: "bare", "aria-label": label, title: label, on: { click: run } }, icon(drawing));
        this.#lasso = h("button", { type: "button", title: t("lassoHint"), "aria-pressed": "false", on: { click: () => this.switchLasso() } }, t("lasso"));
        this.#box = h("button", { type: "button", title: t("boxHint"), "aria-pressed": "false", on: { click: () => this.#gestures.box() } }, t("box"));
        const pictures = h("input", { type: "checkbox", checked: true, on: { change: () => this.#showPictures(pictures.checked) } });
        const tools = h(
            "div",
            { class: "map-tools row", role: "toolbar", "aria-label": t("tools") },
            this.#lasso,
            this.#box,
            button("add", t("zoomIn"), () => this.#gestures.zoom(1.5)),
            button("minus", t("zoomOut"), () => this.#gestures.zoom(1 / 1.5)),
            button("browse", t("whole"), () => this.#gestures.showAll()),
            this.#options.hasPictures ? h("label", { class: "check" }, pictures, t("pictures")) : null,
        );
        this.#tabs = tabs(
            t("lists"),
            [
                { name: "view", title: t("inView", { n: 0 }) },
                { name: "selected", title: t("selected", { n: 0 }) },
            ],
            (name, panel) => {
                if (panel.firstChild) return;
                if (name === "view") panel.append(this.#viewNote, this.#viewList.element);
                else panel.append(this.#selectionNote, this.#selectionBar, this.#selectedList.element);
            },
        );
        return h(
            "div",
            { class: "map-board" },
            h("div", { class: "map-main" }, tools, h("div", { class: "map-frame" }, this.#plot, this.#card.element)),
            h(
                "div",
                { class: "map-side stack" },
                h("section", { class: "card map-legend-card" }, h("h2", { class: "visually-hidden" }, t("legend")), this.#legend),
                h("section", { class: "card map-lists" }, h("h2", { class: "visually-hidden" }, t("lists")), this.#tabs.tabs, this.#tabs.panels),
            ),
        );
    }

    #connect() {
        this.#gestures.moved = () => {
            this.#card.place();
            this.#updateViewSoon();
            this.#options.moved(this.#plot.viewport.toString());
        };
        this.#gestures.pointed = (point, byKeys) => {
            if (byKeys) this.#say(point, ++this.#turn);
            if (this.#card.isPinned && !byKeys) return;
            if (point < 0) this.#card.hide();
            else this.#card.show(point, this.#options);
        };
        this.#gestures.clicked = (point) => {
            if (point < 0) this.#card.hide();
            else this.#card.show(point, { ...this.#options, isPinned: true });
        };
        this.#gestures.enclosed = (points, isMore) => {
            this.#box.setAttribute("aria-pressed", "false");
            this.#select(points, isMore ? "more" : "instead");
            this.#tabs.choose("selected");
        };
        this.#gestures.boxed = (isBegun) => {
            this.#box.setAttribute("aria-pressed", String(isBegun));
            this.#report(t(isBegun ? "boxBegun" : "boxGivenUp"));
        };
    }

    #showPictures(isShown) {
        this.#plot.thumbnails?.close();
        this.#plot.thumbnails = null;
        if (isShown) {
            this.#plot.thumbnails = new Thumbnails(this.#options.definition.class, this.#options.tenant);
            this.#plot.thumbnails.arrived = () => this.#plot.remark();
        }
        this.#plot.redraw();
    }

    /** Says which object the crosshair is at, when it rests. */
    #say = debounce(250, async (point, turn) => {
        if (this.#leaving.signal.aborted || this.#turn !== turn) return;
        if (point < 0) return announce(t("nothing"));
        const category = this.#points.categoryOf(point);
        const value = category.kind === "all" ? "" : (this.#points.values[point] ?? categoryName(category));
        const properties = await this.#details.properties(this.#points.ids[point]).catch(() => null);
        if (this.#plot.current !== point || this.#turn !== turn) return;
        announce(t("at", { text: describe(this.#options.definition, properties, this.#points.ids[point]), value }));
    });

    /** Says what keys or a button have done. It stays said: an object that the crosshair came to before is not named any more. */
    #report(text) {
        this.#turn += 1;
        announce(text);
    }

    #open(point) {
        const ids = this.#listAround(point).map((each) => this.#points.ids[each]);
        const { definition, tenant } = this.#options;
        openObject(definition.class, this.#points.ids[point], { tenant, list: ids, index: ids.indexOf(this.#points.ids[point]) });
    }

    /** What the arrow keys of the dialog lead along. */
    #listAround(point) {
        return this.#selected.has(point) ? [...this.#selected] : [point];
    }

    #find(point) {
        const { viewport } = this.#plot;
        viewport.zoom = Math.max(viewport.zoom, 4);
        viewport.moveTo(this.#points.x[point], this.#points.y[point]);
        this.#plot.current = point;
        this.#plot.redraw();
        this.#gestures.moved();
        this.#card.show(point, { ...this.#options, isPinned: true });
    }

    #searchFor(ids) {
        const { definition, tenant, vector } = this.#options;
        return href("search", { class: definition.class, tenant, vector, like: ids.slice(0, searchLimit).join("_") });
    }

    // MARK: Selection

    /** @param {"instead"|"more"|"less"} how */
    #select(points, how) {
        if (how === "instead") this.#selected.clear();
        for (const point of points) {
            if (how === "less") this.#selected.delete(point);
            else this.#selected.add(point);
        }
        this.#updateSelection();
        this.#report(t("nowSelected", { n: this.#selected.size }));
    }

    #updateSelection() {
        const n = this.#selected.size;
        const { definition, tenant } = this.#options;
        this.#title("selected", t("selected", { n }));
        this.#selectionNote.hidden = n > 0;
        this.#selectionBar.hidden = n === 0;
        const list = [...this.#selected];
        this.#selectedList.show(this.#points, list, definition, tenant);
        this.#viewList.refresh();
        this.#plot.redraw();
        if (!n) return replace(this.#selectionBar);
        const ids = list.map((point) => this.#points.ids[point]);
        replace(
            this.#selectionBar,
            h("button", { type: "button", class: "small", on: { click: () => this.#export(ids) } }, icon("download"), t("exportIDs")),
            h("button", { type: "button", class: "small", on: { click: () => this.#showOnMap(list) } }, icon("map"), t("show")),
            n <= searchLimit ? h("a", { class: "button small", href: this.#searchFor(ids) }, icon("similar"), t("similar")) : null,
            h("button", { type: "button", class: "small", on: { click: () => this.#clear() } }, icon("close"), t("clear")),
        );
    }

    #clear() {
        this.#select([], "instead");
        this.#tabs.choose("selected", true);
    }

    #export(ids) {
        saveBlob(new Blob(ids.map((id) => `${id}\n`), { type: "text/plain" }), `${this.#options.definition.class}-ids.txt`);
    }

    #showOnMap(list) {
        const xs = list.map((point) => this.#points.x[point]);
        const ys = list.map((point) => this.#points.y[point]);
        this.#plot.viewport.show(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys));
        this.#plot.redraw();
        this.#gestures.moved();
    }

    // MARK: View

    #changedVisible() {
        this.#card.hide();
        this.#plot.current = -1;
        this.#plot.redraw();
        this.#updateView();
    }

    #updateViewSoon = debounce(150, () => this.#updateView());

    #updateView() {
        if (this.#leaving.signal.aborted) return;
        const { center } = this.#plot.viewport;
        const bounds = this.#plot.viewport.bounds();
        let n = 0;
        this.#points.visit(...bounds, () => (n += 1));
        this.#title("view", t("inView", { n }));
        const list = n > listLimit ? this.#points.nearestOf(center.x, center.y, listLimit, bounds) : this.#points.inBox(...bounds);
        this.#viewNote.hidden = n > 0 && n <= listLimit;
        this.#viewNote.textContent = n ? t("partOfView", { n: listLimit, of: n }) : t("noneInView");
        this.#viewList.show(this.#points, list, this.#options.definition, this.#options.tenant);
    }

    #title(name, text) {
        this.#tabs.tabs.querySelector(`[data-tab="${name}"]`).textContent = text;
    }
}
