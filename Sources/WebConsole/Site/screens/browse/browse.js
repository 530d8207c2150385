// SPDX-License-Identifier: Apache-2.0

import { go, href, note } from "../../base/address.js";
import { debounce, h, replace } from "../../base/dom.js";
import { isTenanted, pictureProperties } from "../../base/schema.js";
import { Screen } from "../../base/screen.js";
import { recall, remember } from "../../base/session.js";
import { texts } from "../../base/texts.js";
import { button } from "../../parts/button.js";
import { CollectionChoice, noCollections } from "../../parts/collection-choice.js";
import { filterable, FilterRows, whereOf } from "../../parts/filters.js";
import { openObject } from "../../parts/object-dialog.js";
import { similarLink } from "../../parts/object-overview.js";
import { SelectionBar } from "../../parts/selection.js";
import { toast } from "../../parts/toasts.js";
import { chosenColumns, columnsOf, orderOf } from "./columns.js";
import { browseKeys } from "./keys.js";
import { newObject } from "./new-object.js";
import { ObjectsPane } from "./objects-pane.js";
import { BrowseTools } from "./tools.js";

const t = texts({
    en: {
        title: "Browse",
        create: "New object",
        none: "{name} has no objects yet",
        noneText: "Bring pictures in from a folder, an archive or a table, or fill in one object by hand.",
        import: "Import pictures",
        nothing: "No object matches",
        nothingText: "The filter, or the words, leave none of the objects of {name}.",
        clear: "Show all",
        noTenants: "{name} has no tenants yet",
        noTenantsText: "Its objects belong to tenants, and there is none to show the objects of.",
        tenants: "Make tenants",
        stored: "The object was stored",
        show: "Show it",
    },
});

/** The filter that an address holds; `null` if it holds none that can be read. */
function filterOf(text) {
    try {
        const { join, rows } = JSON.parse(text);
        const readable = rows.filter(({ property, operator, value }) => [property, operator, value].every((each) => typeof each === "string"));
        return readable.length ? { join, rows: readable } : null;
    } catch {
        return null;
    }
}

/** The objects of a collection as a table or a gallery: sorted, filtered, chosen, changed. */
export default class BrowseScreen extends Screen {
    #choice = new CollectionChoice();
    #tools = new BrowseTools();
    #filters = new FilterRows();
    #bar = new SelectionBar();
    #pane = new ObjectsPane();
    #state = {};
    /** What the list that is shown is of; another text means another list. */
    #shown = null;
    #filterText = "";
    #collection = null;
    #dialog = null;
    #endKeys = () => {};

    connectedCallback() {
        const create = button(t("create"), () => this.#create(), { drawing: "add", kind: "create-object" });
        this.#filters.id = "browse-filters";
        this.#choice.addEventListener("change", () => {
            const { definition, tenant } = this.#choice;
            go(href("browse", { class: definition.class, tenant, view: this.#state.view }));
        });
        this.#filters.addEventListener("change", debounce(300, () => this.#filterChanged()));
        this.#tools.find = (words) => this.#set({ q: words });
        this.#tools.sortBy = (name, order) => this.#set({ sort: name && (order === "desc" ? `-${name}` : name) });
        this.#tools.showColumns = (names) => this.#set({ columns: names?.join(",") });
        this.#tools.showAs = (view) => this.#showAs(view);
        this.#tools.toggleFilter = (isOpen) => this.#toggleFilter(isOpen);
        Object.assign(this.#pane, {
            selection: this.#bar.selection,
            open: (index) => this.#open(index),
            sortBy: (name) => this.#sortBy(name),
            nothing: () => this.#nothing(),
        });
        replace(
            this,
            h("div", { class: "screen-head" }, h("h1", {}, t("title")), this.#choice, create),
            this.#tools,
            h("div", { class: "filter-place", hidden: true }, this.#filters),
            this.#pane,
            this.#bar,
        );
        this.#bar.shown = () => this.#pane.objects;
        this.#bar.takeOut = (ids) => this.#pane.takeOut(ids);
        this.#bar.changed = (objects) => objects.forEach((each) => this.#pane.replaceObject(each));
        this.#endKeys = browseKeys({
            object: () => this.#pane.active,
            open: (tab) => this.#open(this.#pane.activeIndex, tab),
            toggle: (isRange) => this.#pane.toggle(this.#pane.activeIndex, isRange),
            remove: () => this.#remove(),
            similar: (object) => go(similarLink(this.#choice.definition, object.id, this.#choice.tenant)),
            filter: () => this.#tools.openFilter(),
            switchView: () => this.#showAs(this.#state.view === "table" ? "gallery" : "table"),
            create: () => this.#create(),
        });
    }

    leave() {
        this.#endKeys();
    }

    refresh() {
        this.#shown = null;
        return this.show(new URLSearchParams(location.search));
    }

    async show(query) {
        const className = query.get("class") ?? this.#choice.definition?.class ?? recall("browse.class", undefined);
        await this.#choice.set({ className, tenant: query.get("tenant") ?? undefined });
        if (this.left.aborted) return;
        const { definition } = this.#choice;
        if (!definition) return this.#showNoCollections();
        await this.#present(query);
        if (this.left.aborted) return;
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
        const filterText = query.get("filter") ?? "";
        const filter = filterOf(filterText);
        const words = query.get("q")?.trim() ?? "";
        const view = query.get("view") ?? recall("browse.view", null);
        const names = chosenColumns(definition, query.get("columns"));
        const all = columnsOf(definition);
        this.#state = {
            filter,
            words,
            view: ["table", "gallery"].includes(view) ? view : pictureProperties(definition).length ? "gallery" : "table",
            order: words ? undefined : orderOf(definition, query.get("sort")),
            columns: names.map((name) => all.find((each) => each.name === name)).map((each) => (words ? { ...each, sort: undefined } : each)),
        };
        note({ class: definition.class, tenant });
        this.#tools.set({ definition, ...this.#state });
        const isOther = this.#collection !== JSON.stringify([definition.class, tenant]);
        this.#collection = JSON.stringify([definition.class, tenant]);
        if (isOther || filterText !== this.#filterText) this.#filters.set(definition, filter);
        if (isOther) this.#bar.selection.clear();
        if (filter) this.#toggleFilter(true);
        this.#filterText = filterText;
        const shown = JSON.stringify([this.#collection, this.#state.order, filter, words]);
        if (shown === this.#shown) return this.#pane.draw(this.#state);
        this.#shown = shown;
        Object.assign(this.#bar, { definition, tenant });
        return this.#load();
    }

    #load() {
        const { definition, tenant } = this.#choice;
        const { order, filter, words } = this.#state;
        if (isTenanted(definition) && !tenant) {
            return this.#pane.showNothing({
                drawing: "collections",
                title: t("noTenants", { name: definition.class }),
                text: t("noTenantsText"),
                actions: [h("a", { class: "button", href: href("collections", { tab: "tenants" }, [definition.class]) }, t("tenants"))],
            });
        }
        return this.#pane.load({ definition, tenant, where: whereOf(definition, filter), words, order }, this.#state);
    }

    get #isFiltered() {
        return this.#state.words !== "" || whereOf(this.#choice.definition, this.#state.filter) !== undefined;
    }

    #showNoCollections() {
        this.#shown = null;
        this.#tools.hidden = true;
        this.querySelector(".create-object").hidden = true;
        this.#pane.showNothing(noCollections());
    }

    /** Why no object is shown, and what to do. */
    #nothing() {
        const { definition, tenant } = this.#choice;
        if (this.#isFiltered) {
            const clear = () => {
                this.#filters.set(definition, null);
                this.#tools.focusFilter();
                this.#set({ filter: null, q: null });
            };
            const text = t("nothingText", { name: definition.class });
            return { drawing: "filter", title: t("nothing"), text, actions: [button(t("clear"), clear, { kind: "primary" })] };
        }
        return {
            title: t("none", { name: definition.class }),
            text: t("noneText"),
            actions: [
                h("a", { class: "button primary", href: href("import", { class: definition.class, tenant }) }, t("import")),
                button(t("create"), () => this.#create()),
            ],
        };
    }

    // MARK: What the user does

    #filterChanged() {
        if (this.left.aborted) return;
        const { state } = this.#filters;
        this.#filterText = state.rows.length ? JSON.stringify(state) : "";
        this.#set({ filter: this.#filterText });
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

    #remove() {
        if (this.#bar.selection.size) this.#bar.delete();
        else if (this.#pane.active) this.#bar.delete([this.#pane.active]);
    }

    #open(index, tab) {
        const id = this.#pane.ids[index];
        if (!id) return;
        note({ object: id }, { replace: false });
        this.#openID(id, tab);
    }

    async #openID(id, tab) {
        const { definition, tenant } = this.#choice;
        const list = this.#pane.ids;
        const shown = { id, close: () => {} };
        this.#dialog = shown;
        let restore = () => {};
        let place = list.indexOf(id);
        const dialog = await openObject(definition.class, id, {
            tenant,
            tab,
            ...(place >= 0 ? { list, index: place, total: () => this.#pane.total } : {}),
            moved: (to, index) => {
                shown.id = to;
                place = index;
                note({ object: to });
                this.#pane.reach(index);
            },
            changed: (object) => this.#pane.replaceObject(tenant ? { ...object, tenant } : object),
            deleted: (gone) => (restore = this.#pane.takeOut([gone])),
            restored: () => restore(),
            closed: (last) => {
                if (this.#dialog === shown) this.#dialog = null;
                if (!this.isConnected) return;
                note({ object: null });
                this.#pane.focusObject(last, place);
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
