// SPDX-License-Identifier: Apache-2.0

import { href } from "../base/address.js";
import { h } from "../base/dom.js";
import { bytes, dateTime } from "../base/format.js";
import { describe, isBlob, lacksPicture, pictureProperties } from "../base/schema.js";
import { texts } from "../base/texts.js";
import { copyButton } from "./copy.js";
import { icon } from "./icons.js";
import { replacePicture } from "./objects.js";
import { acceptedPictures } from "./picture-bytes.js";
import { noPicture, picture, pictureURL } from "./picture.js";
import { download } from "./save.js";
import { showError, toast } from "./toasts.js";
import { valueNode } from "./values.js";

const t = texts({
    en: {
        id: "Id",
        copyID: "Copy the id",
        created: "Created",
        changed: "Changed",
        tenant: "Tenant",
        replace: "Replace the picture",
        replaceNamed: "Replace the picture in {property}",
        download: "Download the original",
        downloadNamed: "Download the original of {property}",
        replaced: "The picture was replaced ({size})",
        notReplaced: "The picture was not replaced",
        notDownloaded: "The picture could not be downloaded",
        sending: "Sending the picture",
        several: "Drop one picture, not several",
        properties: "Properties",
    },
});

/** The link to what looks like an object. */
export const similarLink = (definition, id, tenant) => href("search", { class: definition.class, tenant, like: id });

/** The pictures of an object, large, each with what can be done to it; a file that is dropped replaces it. */
export function objectPictures(context) {
    const { definition } = context;
    const names = pictureProperties(definition);
    return names.length ? h("div", { class: "object-pictures" }, names.map((name) => one(context, name, names.length > 1))) : null;
}

function one({ definition, object, tenant, left, replaced }, property, isOneOfSeveral) {
    const address = (size) => pictureURL(definition.class, object.id, { size, property, tenant, version: String(object.changed) });
    const progress = h("progress", { max: "1", value: 0, hidden: true, "aria-label": t("sending") });
    const hidden = { class: "visually-hidden", tabindex: "-1", "aria-hidden": "true" };
    const input = h("input", { type: "file", accept: acceptedPictures, ...hidden });
    const send = async (file) => {
        progress.hidden = false;
        try {
            const moved = (sent, total) => (progress.value = sent / total);
            await replacePicture(definition, object.id, property, file, { tenant, signal: left, progress: moved });
            toast(t("replaced", { size: bytes(file.size) }), { kind: "good" });
            await replaced();
        } catch (error) {
            showError(error, t("notReplaced"));
        }
        progress.hidden = true;
        input.value = "";
    };
    input.addEventListener("change", () => input.files[0] && send(input.files[0]));
    const words = (plain, named) => (isOneOfSeveral ? t(named, { property }) : t(plain));
    const figure = h(
        "figure",
        { class: "object-picture" },
        lacksPicture(definition, object, property)
            ? noPicture()
            : picture({ src: address(1024), alt: describe(definition, object.properties, object.id), class: "whole" }),
        progress,
        h(
            "figcaption",
            { class: "row" },
            isOneOfSeveral ? h("span", { class: "mono grow wrap-anywhere" }, property) : null,
            input,
            h(
                "button",
                { type: "button", class: "quiet", "aria-label": words("replace", "replaceNamed"), on: { click: () => input.click() } },
                icon("image"),
                t("replace"),
            ),
            h(
                "button",
                {
                    type: "button",
                    class: "quiet",
                    "aria-label": words("download", "downloadNamed"),
                    on: { click: () => download(address(), object.id, { signal: left }).catch((error) => showError(error, t("notDownloaded"))) },
                },
                icon("download"),
                t("download"),
            ),
        ),
    );
    figure.addEventListener("dragover", (event) => {
        event.preventDefault();
        figure.classList.add("dropping");
    });
    figure.addEventListener("dragleave", () => figure.classList.remove("dropping"));
    figure.addEventListener("drop", (event) => {
        event.preventDefault();
        event.stopPropagation();
        figure.classList.remove("dropping");
        const { files } = event.dataTransfer;
        if (files.length > 1) toast(t("several"), { kind: "error" });
        else if (files.length) send(files[0]);
    });
    return figure;
}

/** Properties and times of an object as a table. */
export function objectTable({ definition, object, tenant, follow }) {
    const row = (name, ...value) => h("tr", {}, h("th", { scope: "row" }, name), h("td", { class: "wrap-anywhere" }, value));
    const time = (value) => h("time", { datetime: new Date(value).toISOString(), title: new Date(value).toISOString() }, dateTime(value));
    const properties = (definition.properties ?? []).filter((property) => !isBlob(property));
    return h(
        "div",
        { class: "table-frame" },
        h(
            "table",
            { class: "object-table", "aria-label": t("properties") },
            h(
                "tbody",
                {},
                properties.map((property) => row(property.name, valueNode(property, object.properties[property.name], follow))),
                row(t("id"), h("span", { class: "row id-row" }, h("code", {}, object.id), copyButton(object.id, { label: t("copyID") }))),
                tenant ? row(t("tenant"), tenant) : null,
                row(t("created"), time(object.created)),
                row(t("changed"), time(object.changed)),
            ),
        ),
    );
}

