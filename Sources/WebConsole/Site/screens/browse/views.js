// SPDX-License-Identifier: Apache-2.0
// The two ways in which the objects are shown. Either gives `{ element, grid }`; the rows have `data-id`.

import { href } from "../../base/address.js";
import { h } from "../../base/dom.js";
import { describe, labelProperty, lacksPicture, pictureProperties } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { icon } from "../../parts/icons.js";
import { noPicture, picture, pictureURL } from "../../parts/picture.js";
import { VirtualGrid } from "../../parts/virtual-grid.js";

const t = texts({
    en: {
        objects: "Objects of {name}",
        select: "Select {name}",
        selection: "Selected",
        picture: "Picture",
        sort: "Sort by {name}",
        loading: "Loading …",
    },
});

const thumbnail = ({ definition }, object, size, alt, property) =>
    lacksPicture(definition, object, property)
        ? noPicture()
        : picture({ src: pictureURL(definition.class, object.id, { size, property, tenant: object.tenant, version: String(object.changed) }), alt });

function checkbox({ definition, selection, toggle }, object, index) {
    return h("input", {
        type: "checkbox",
        tabindex: "-1",
        checked: selection.has(object.id),
        "aria-label": t("select", { name: describe(definition, object.properties, object.id) }),
        on: {
            click: (event) => {
                event.stopPropagation();
                toggle(index, event.shiftKey);
            },
        },
    });
}

/**
 * Rows with a column for each property that is chosen.
 *
 * @param {{ definition: object, list: ObjectList, selection: Selection, toggle: (index: number, isRange: boolean) => void,
 *     open: (index: number) => void, columns: object[], order?: object, sortBy: (name: string) => void }} context
 */
export function tableView(context) {
    const { definition, list, columns, order, sortBy } = context;
    const [property] = pictureProperties(definition);
    const tracks = ["40px", ...(property ? ["56px"] : []), ...columns.map((each) => `minmax(${each.width}px, ${each.width}fr)`)].join(" ");
    const width = columns.reduce((sum, each) => sum + each.width, property ? 96 : 40);
    const height = property ? 52 : 40;
    const head = h(
        "div",
        { role: "row", class: "browse-head", "aria-rowindex": "1" },
        h("span", { role: "columnheader" }, h("span", { class: "visually-hidden" }, t("selection"))),
        property ? h("span", { role: "columnheader" }, h("span", { class: "visually-hidden" }, t("picture"))) : null,
        columns.map((column) => headCell(column, order, sortBy)),
    );
    const grid = new VirtualGrid();
    grid.setAttribute("role", "rowgroup");
    grid.covered = 36;
    grid.layout = () => ({ columns: 1, height, gap: 0 });
    grid.render = (index) => {
        const object = list.at(index);
        const data = { focus: "", id: list.ids[index] };
        const row = h("div", { role: "row", class: "browse-row", tabindex: "-1", "aria-rowindex": index + 2, data });
        if (!object) {
            row.append(h("span", { role: "gridcell", class: "muted" }, t("loading")));
            return row;
        }
        row.setAttribute("aria-selected", String(context.selection.has(object.id)));
        row.append(h("span", { role: "gridcell" }, checkbox(context, object, index)));
        if (property) {
            row.append(h("span", { role: "gridcell" }, thumbnail(context, object, 64, describe(definition, object.properties, object.id), property)));
        }
        for (const column of columns) {
            const text = column.text(object).slice(0, 300);
            row.append(h("span", { role: "gridcell", class: column.isNumber ? "number" : null, title: text.length > 16 ? text : null }, text));
        }
        row.addEventListener("click", () => context.open(list.ids.indexOf(object.id)));
        return row;
    };
    const sheet = h(
        "div",
        {
            role: "grid",
            class: "browse-sheet",
            "aria-label": t("objects", { name: definition.class }),
            "aria-multiselectable": "true",
            style: { "--tracks": tracks, "min-width": `${width}px` },
        },
        h("div", { role: "rowgroup", class: "browse-heads" }, head),
        grid,
    );
    return { element: sheet, grid };
}

function headCell(column, order, sortBy) {
    const isSorted = order?.name === column.name;
    const sort = isSorted ? (order.order === "asc" ? "ascending" : "descending") : column.sort ? "none" : null;
    return h(
        "span",
        { role: "columnheader", "aria-sort": sort, class: column.isNumber ? "number" : null },
        column.sort
            ? h(
                  "button",
                  {
                      type: "button",
                      class: "quiet",
                      title: t("sort", { name: column.title }),
                      data: { sort: column.name },
                      on: { click: () => sortBy(column.name) },
                  },
                  h("span", {}, column.title),
                  isSorted ? icon(order.order === "asc" ? "arrowUp" : "arrowDown") : null,
              )
            : h("span", { class: "head-words" }, column.title),
    );
}

/** Cards, with the picture large or else the first texts. Takes what `tableView` does. */
export function galleryView(context) {
    const { definition, list, columns } = context;
    const [property] = pictureProperties(definition);
    const group = labelProperty(definition);
    const grid = new VirtualGrid();
    grid.className = "browse-gallery";
    grid.setAttribute("role", "list");
    grid.setAttribute("aria-label", t("objects", { name: definition.class }));
    const words = property ? 56 : 132;
    grid.layout = (width) => {
        const count = Math.max(2, Math.floor((width + 12) / (property ? 192 : 252)));
        return { columns: count, height: (property ? Math.round((width - 12 * (count - 1)) / count) : 0) + words, gap: 12 };
    };
    grid.render = (index) => {
        const object = list.at(index);
        if (!object) {
            const data = { focus: "", id: list.ids[index] };
            return h("div", { role: "listitem", class: "browse-card muted", tabindex: "-1", data }, t("loading"));
        }
        const title = describe(definition, object.properties, object.id);
        const link = h(
            "a",
            {
                class: "browse-card",
                href: href("browse", { class: definition.class, tenant: object.tenant, object: object.id }),
                data: { focus: "" },
                on: {
                    click: (event) => {
                        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                        event.preventDefault();
                        context.open(list.ids.indexOf(object.id));
                    },
                },
            },
            property ? thumbnail(context, object, 256, "", property) : null,
            h("span", { class: "card-title" }, title),
            property ? label(object.properties[group], title) : lines(columns, object, title),
        );
        return h(
            "div",
            { role: "listitem", class: context.selection.has(object.id) ? "browse-cell selected" : "browse-cell", data: { id: object.id } },
            link,
            checkbox(context, object, index),
        );
    };
    return { element: grid, grid };
}

const label = (text, title) =>
    typeof text === "string" && text !== title ? h("span", { class: "card-more small muted" }, text) : null;

/** The first values that the title does not say. */
function lines(columns, object, title) {
    return columns
        .map((column) => [column.title, column.text(object)])
        .filter(([, text]) => text && text !== title)
        .slice(0, 4)
        .map(([name, text]) => h("span", { class: "card-line small" }, h("span", { class: "muted" }, `${name}: `), text.slice(0, 120)));
}
