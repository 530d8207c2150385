// SPDX-License-Identifier: Apache-2.0

import { go, href, note } from "../../base/address.js";
import { debounce, h, replace } from "../../base/dom.js";
import { number } from "../../base/format.js";
import { isTenanted, pictureProperties } from "../../base/schema.js";
import { Screen } from "../../base/screen.js";
import { recall, remember } from "../../base/session.js";
import { count, texts } from "../../base/texts.js";
import { CollectionChoice, noCollections } from "../../parts/collection-choice.js";
import { emptyState } from "../../parts/empty.js";
import { filterable, FilterRows, whereOf } from "../../parts/filters.js";
import { icon } from "../../parts/icons.js";
import { openObject } from "../../parts/object-dialog.js";
import { similarLink } from "../../parts/object-overview.js";
import { SelectionBar } from "../../parts/selection.js";
import { announce, showError, toast } from "../../shell/toasts.js";
import { browseKeys } from "./keys.js";
import { chosenColumns, columnsOf, orderOf } from "./columns.js";
import { newObject } from "./new-object.js";
import { ObjectList } from "./object-list.js";
import { BrowseTools } from "./tools.js";
import { galleryView, tableView } from "./views.js";

const t = texts({
    en: {
        title: "Browse",
        create: "New object",
        all: ({ n }) => count(n, "object"),
        matching: ({ n }) => `${count(n, "object")} match`,
        limit: "Only the first {n} in this order can be reached. A filter, or no order, leads to the others.",
        reading: "Reading …",
        failed: "The objects could not be read",
        again: "Try again",
        none: "{name} has no objects yet",
        noneText: "Bring pictures in from a folder, an archive or a table, or fill in one object by hand.",
        import: "Import pictures",
        nothing: "No object matches the filter",
        nothingText: "There are objects, but the filter leaves none of them.",
        clear: "Clear the filter",
        noTenants: "{name} has no tenants yet",
        noTenantsText: "Its objects belong to tenants, and there is none to show the objects of.",
        tenants: "Go to the collections",
        stored: "The object was stored",
        show: "Show it",
    },
});

const parse = (text) => {
    try {
        return JSON.parse(text);
    } catch {
        return null;
    }
};

/** The objects of a collection as a table or a gallery: sorted, filtered, chosen, changed. */
export default class BrowseScreen extends Screen {
    static title = t("title");

    #choice = new CollectionChoice();
    #tools = new BrowseTools();
    #filters = new FilterRows();
    #bar = new SelectionBar();
    #status = h("p", { class: "muted small", role: "status" });
    #place = h("div", { class: "browse-list" });
    #list = null;
    #view = null;
    #total = null;
    #state = {};
    /** What the list that is shown is of; another text means another list. */
    #shown = null;
    #dialog = null;
    #loading = new AbortController();
    #endKeys = () => {};

    connectedCallback() {
        const create = h("button", { type: "button", class: "create-object", on: { click: () => this.#create() } }, icon("add"), t("create"));
        this.#filters.id = "browse-filters";
        replace(
            this,
            h("div", { class: "screen-head" }, h("h1", {}, t("title")), this.#choice, create),
            this.#tools,
            h("div", { class: "filter-place", hidden: true }, this.#filters),
            this.#status,
            this.#place,
            this.#bar,
        );
        this.#choice.addEventListener("change", () => go(href("browse", { class: this.#choice.definition.class, tenant: this.#choice.tenant, view: this.#state.view })));
        this.#filters.addEventListener("change", debounce(300, () => this.#set({ filter: this.#filters.state.rows.length ? JSON.stringify(this.#filters.state) : null })));
        this.#tools.sortBy = (name, order) => this.#set({ sort: name && (order === "desc" ? `-${name}` : name) });
        this.#tools.showColumns = (names) => this.#set({ columns: names?.join(",") });
        this.#tools.showAs = (view) => this.#showAs(view);
        this.#tools.toggleFilter = (isOpen) => this.#toggleFilter(isOpen);
        this.#bar.shown = () => this.#list?.objects ?? [];
        this.#bar.takeOut = (ids) => this.#takeOut(ids);
        this.#bar.changed = (objects) => objects.forEach((each) => this.#replaceObject(each));
        this.#bar.selection.addEventListener("change", () => this.#markSelected());
        this.#endKeys = browseKeys({
            object: () => this.#active,
            open: (tab) => this.#open(this.#activeIndex, tab),
            toggle: (isRange) => this.#toggle(this.#activeIndex, isRange),
            remove: () => this.#remove(),
            similar: (object) => go(similarLink(this.#choice.definition, object.id, this.#choice.tenant)),
            filter: () => this.#tools.openFilter(),
            switchView: () => this.#showAs(this.#state.view === "table" ? "gallery" : "table"),
            create: () => this.#create(),
        });
    }

    leave() {
        this.#endKeys();
        this.#loading.abort();
    }

    refresh() {
        this.#shown = null;
        return this.show(new URLSearchParams(location.search));
    }

    async show(query) {
        const [className, tenant] = [query.get("class") ?? this.#choice.definition?.class ?? recall("browse.class", undefined), query.get("tenant") ?? undefined];
        await this.#choice.set({ className, tenant });
        const { definition } = this.#choice;
        if (!definition) return this.#showNoCollections();
        this.#present(query);
        const id = query.get("object");
        if (!id) this.#dialog?.close();
        else if (id !== this.#dialog?.id) this.#openID(id);
    }

    /** Changes the address, and what is shown by it. */
    #set(parameters) {
        note(parameters);
        this.#present(new URLSearchParams(location.search));
    }

    #present(query) {
        const { definition, tenant } = this.#choice;
        this.querySelector(".create-object").hidden = false;
        remember("browse.class", definition.class);
        const filter = parse(query.get("filter") ?? "null");
        const view = query.get("view") ?? recall("browse.view", null);
        const names = chosenColumns(definition, query.get("columns"));
        const all = columnsOf(definition);
        this.#state = {
            filter,
            view: ["table", "gallery"].includes(view) ? view : pictureProperties(definition).length ? "gallery" : "table",
            order: orderOf(definition, query.get("sort")),
            columns: names.map((name) => all.find((each) => each.name === name)),
        };
        note({ class: definition.class, tenant });
        this.#tools.set({ definition, ...this.#state });
        const shown = JSON.stringify([definition.class, tenant, this.#state.order, filter]);
        if (shown === this.#shown) return this.#draw();
        if (JSON.stringify(this.#filters.state) !== JSON.stringify(filter ?? { join: "And", rows: [] })) this.#filters.set(definition, filter);
        if (!this.#shown?.startsWith(JSON.stringify([definition.class, tenant]).slice(0, -1))) {
            this.#filters.set(definition, filter);
            this.#bar.selection.clear();
            if (filter) this.#toggleFilter(true);
        }
        this.#shown = shown;
        Object.assign(this.#bar, { definition, tenant });
        return this.#load();
    }

    /** Begins the list anew. */
    async #load() {
        const { definition, tenant } = this.#choice;
        this.#loading.abort();
        this.#loading = new AbortController();
        const { signal } = this.#loading;
        this.#view = null;
        if (isTenanted(definition) && !tenant) {
            return this.#showEmpty({ drawing: "collections", title: t("noTenants", { name: definition.class }), text: t("noTenantsText"), actions: [h("a", { class: "button", href: href("collections") }, t("tenants"))] });
        }
        this.#status.textContent = t("reading");
        const list = new ObjectList(definition, { tenant, where: whereOf(definition, this.#state.filter), sort: this.#state.order, signal });
        try {
            const [, total] = await Promise.all([list.more(), list.total()]);
            if (signal.aborted) return;
            this.#list = list;
            this.#total = total;
            this.#draw();
            announce(this.#words);
        } catch (error) {
            if (error.name === "AbortError" || signal.aborted) return;
            this.#showEmpty({ drawing: "alert", title: t("failed"), text: error.message, actions: [h("button", { type: "button", on: { click: () => this.#load() } }, icon("refresh"), t("again"))] });
        }
    }

    get #isFiltered() {
        return whereOf(this.#choice.definition, this.#state.filter) !== undefined;
    }

    get #words() {
        return t(this.#isFiltered ? "matching" : "all", { n: this.#total });
    }

    #draw() {
        const { definition } = this.#choice;
        if (!this.#list) return;
        if (!this.#list.ids.length) return this.#showNone();
        const focused = this.#place.contains(document.activeElement) ? (document.activeElement.dataset.sort ?? null) : undefined;
        const context = {
            definition,
            list: this.#list,
            selection: this.#bar.selection,
            columns: this.#state.columns,
            order: this.#state.order,
            open: (index) => this.#open(index),
            toggle: (index, isRange) => this.#toggle(index, isRange),
            sortBy: (name) => this.#sortBy(name),
        };
        this.#view = this.#state.view === "table" ? tableView(context) : galleryView(context);
        const { grid } = this.#view;
        const render = grid.render;
        grid.render = (index) => {
            if (!this.#list.at(index)) this.#readAgain(index);
            return render(index);
        };
        grid.nearEnd = () => this.#more();
        grid.count = this.#list.ids.length;
        this.#place.className = `browse-list ${this.#state.view}`;
        this.#place.scrollTop = 0;
        replace(this.#place, this.#view.element);
        this.#showStatus();
        if (focused) this.#place.querySelector(`[data-sort="${CSS.escape(focused)}"]`)?.focus();
        else if (focused === null) grid.focusCell(0);
    }

    #showStatus() {
        const isCut = this.#list.isComplete && this.#list.limit !== null && this.#total > this.#list.limit;
        replace(this.#status, this.#words, isCut ? ` · ${t("limit", { n: number(this.#list.limit) })}` : null);
        if (this.#state.view === "table") this.#view?.element.setAttribute("aria-rowcount", this.#total + 1);
    }

    async #more() {
        const list = this.#list;
        if (!list || list.isComplete || list.hasFailed) return;
        try {
            if (!(await list.more()) || list !== this.#list) return;
            this.#view.grid.count = list.ids.length;
            list.trim(this.#view.grid.indexOf(this.#view.grid.querySelector("[data-id]")));
        } catch (error) {
            if (error.name === "AbortError") return;
            // Every scrolling would ask again, and fail again.
            list.hasFailed = true;
            showError(error, t("failed"));
        } finally {
            if (list === this.#list) this.#showStatus();
        }
    }

    async #readAgain(index) {
        const list = this.#list;
        try {
            const places = await list.read(index);
            if (list === this.#list) for (const place of places) this.#view.grid.refresh(place);
        } catch (error) {
            showError(error, t("failed"));
        }
    }

    // MARK: Nothing to show

    #showEmpty(options) {
        this.#list = null;
        this.#view = null;
        this.#status.textContent = "";
        this.#place.className = "browse-list";
        replace(this.#place, emptyState(options));
    }

    #showNoCollections() {
        this.#shown = null;
        this.#list = null;
        this.#view = null;
        this.#tools.hidden = true;
        this.querySelector(".create-object").hidden = true;
        this.#status.textContent = "";
        replace(this.#place, noCollections());
    }

    #showNone() {
        const { definition, tenant } = this.#choice;
        const list = this.#list;
        if (this.#isFiltered) {
            const clear = () => {
                this.#filters.set(definition, null);
                this.#set({ filter: null });
                this.#tools.focusFilter();
            };
            this.#showEmpty({ drawing: "filter", title: t("nothing"), text: t("nothingText"), actions: [h("button", { type: "button", class: "primary", on: { click: clear } }, t("clear"))] });
        } else {
            this.#showEmpty({
                title: t("none", { name: definition.class }),
                text: t("noneText"),
                actions: [
                    h("a", { class: "button primary", href: href("import", { class: definition.class, tenant }) }, t("import")),
                    h("button", { type: "button", on: { click: () => this.#create() } }, t("create")),
                ],
            });
        }
        this.#list = list;
    }

    // MARK: What the user does

    get #activeIndex() {
        return this.#view ? this.#view.grid.indexOf(document.activeElement) : -1;
    }

    get #active() {
        return this.#list?.at(this.#activeIndex);
    }

    #showAs(view) {
        remember("browse.view", view);
        this.#set({ view });
    }

    #sortBy(name) {
        const { order } = this.#state;
        const isSorted = order?.name === name;
        // Up, down, and as stored.
        this.#set({ sort: !isSorted ? name : order.order === "asc" ? `-${name}` : null });
    }

    #toggleFilter(isOpen) {
        this.querySelector(".filter-place").hidden = !isOpen;
        this.#tools.isFilterOpen = isOpen;
        const { definition } = this.#choice;
        if (isOpen && !this.#filters.state.rows.length && filterable(definition).length) this.#filters.querySelector("button.quiet")?.click();
    }

    #toggle(index, isRange = false) {
        if (!this.#list?.at(index)) return;
        const rows = this.#list.ids.map((id, place) => this.#list.at(place) ?? { id, properties: {} });
        this.#bar.selection.toggle(rows, index, isRange);
    }

    #markSelected() {
        const { selection } = this.#bar;
        for (const element of this.#place.querySelectorAll("[data-id]")) {
            const isOn = selection.has(element.dataset.id);
            const box = element.querySelector("input[type=checkbox]");
            if (box) box.checked = isOn;
            if (element.role === "row") element.setAttribute("aria-selected", String(isOn));
            element.classList.toggle("selected", isOn);
        }
    }

    #remove() {
        if (this.#bar.selection.size) this.#bar.delete();
        else if (this.#active) this.#bar.delete([this.#active]);
    }

    /** Takes deleted objects out; what is returned puts them back. */
    #takeOut(ids) {
        const list = this.#list;
        const index = Math.max(0, list.ids.indexOf(ids[0]));
        const restore = list.remove(ids);
        this.#total -= ids.length;
        this.#redraw(list, index);
        return () => {
            restore();
            if (list !== this.#list) return;
            this.#total += ids.length;
            this.#redraw(list, index);
        };
    }

    #redraw(list, index) {
        if (list !== this.#list) return;
        const hadView = this.#view !== null;
        if (!list.ids.length || !hadView) this.#draw();
        this.#more();
        if (!this.#view) return;
        const { grid } = this.#view;
        grid.count = list.ids.length;
        grid.reset();
        this.#showStatus();
        grid.focusCell(Math.min(index, list.ids.length - 1));
    }

    #replaceObject(object) {
        this.#list?.replace(object);
        const index = this.#list?.ids.indexOf(object.id) ?? -1;
        if (index >= 0) this.#view?.grid.refresh(index);
    }

    #open(index, tab) {
        const id = this.#list?.ids[index];
        if (!id) return;
        note({ object: id }, { replace: false });
        this.#openID(id, tab);
    }

    async #openID(id, tab) {
        const { definition, tenant } = this.#choice;
        const list = this.#list?.ids;
        const shown = { id, close: () => {} };
        this.#dialog = shown;
        let restore = () => {};
        let place = 0;
        const dialog = await openObject(definition.class, id, {
            tenant,
            tab,
            ...(list?.includes(id) ? { list, index: list.indexOf(id) } : {}),
            moved: (to) => {
                shown.id = to;
                note({ object: to });
            },
            changed: (object) => this.#replaceObject(tenant ? { ...object, tenant } : object),
            deleted: (gone) => {
                place = Math.max(0, list?.indexOf(gone) ?? 0);
                if (this.#list) restore = this.#takeOut([gone]);
            },
            restored: () => restore(),
            closed: (last) => {
                if (this.#dialog === shown) this.#dialog = null;
                if (!this.isConnected) return;
                note({ object: null });
                const index = this.#list?.ids.indexOf(last) ?? -1;
                this.#view?.grid.focusCell(index >= 0 ? index : Math.min(place, this.#list.ids.length - 1));
            },
        });
        if (dialog) shown.close = dialog.close;
        else if (this.#dialog === shown) this.#dialog = null;
    }

    async #create() {
        const { definition, tenant } = this.#choice;
        if (!definition) return;
        const id = await newObject(definition, { tenant });
        if (!id) return;
        toast(t("stored"), { kind: "good", action: { label: t("show"), run: () => this.#openID(id) } });
        await this.#load();
    }
}
