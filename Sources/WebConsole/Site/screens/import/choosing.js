// SPDX-License-Identifier: Apache-2.0

import { h } from "../../base/dom.js";
import { texts } from "../../base/texts.js";
import { icon } from "../../parts/icons.js";
import { accepted, chosen } from "./picking.js";

const t = texts({
    en: {
        drop: "Drop pictures or whole folders here",
        more: "They stay on your computer until you begin the import.",
        files: "Choose pictures",
        folder: "Choose a folder",
        addFiles: "Add pictures",
        addFolder: "Add a folder",
        formats: "JPEG, PNG, GIF, BMP, WebP, TIFF, HEIC and AVIF. A CSV table beside them gives them properties.",
        archives: "For archives (.zip, .tar) and millions of files: ",
        orServer: ", or put them into a folder of the server.",
    },
});

/** Buttons that open the browser's choosers. @param {(found: Iterable) => void} take */
export function chooserButtons(take, { isFirst = false } = {}) {
    const words = { folder: t(isFirst ? "folder" : "addFolder"), files: t(isFirst ? "files" : "addFiles") };
    const chooser = (name, attributes) => {
        const input = h("input", {
            type: "file",
            multiple: true,
            hidden: true,
            class: `chooser-${name}`,
            "aria-label": words[name],
            ...attributes,
            on: {
                change: () => {
                    // Read before the field is emptied, so that the same may be chosen again.
                    const found = chosen(input.files);
                    input.value = "";
                    if (found.length) take(found);
                },
            },
        });
        const button = h("button", { type: "button", class: isFirst && name === "folder" ? "primary" : null, on: { click: () => input.click() } });
        button.append(icon(name === "folder" ? "folder" : "image"), words[name]);
        return [button, input];
    };
    return [chooser("folder", { webkitdirectory: true }), chooser("files", { accept: accepted })];
}

/** Where pictures are dropped when there are none yet. */
export class DropPlace {
    constructor(take) {
        this.element = h(
            "div",
            { class: "drop-place" },
            icon("import"),
            h("h2", {}, t("drop")),
            h("p", { class: "muted" }, t("more")),
            h("div", { class: "row" }, chooserButtons(take, { isFirst: true })),
            h("p", { class: "muted small" }, t("formats")),
            h("p", { class: "muted small" }, t("archives"), h("code", {}, "needletail import photos.zip --class Photo"), t("orServer")),
        );
    }
}
