// SPDX-License-Identifier: Apache-2.0

import { href } from "../../base/address.js";
import { h } from "../../base/dom.js";
import { number } from "../../base/format.js";
import { texts } from "../../base/texts.js";
import { copyButton } from "../../parts/copy.js";
import { notice } from "../../parts/notice.js";

const t = texts({
    en: {
        title: "Network",
        none: "There is none, so pictures get no vectors.",
        log: "Look into the log",
        size: "{dimensions} dimensions, {precision}",
        streams: ", {streams}",
        license: "License: {name}",
        nonCommercial: "Not for commercial use",
        unknown: "Nobody knows whether it may be used commercially: look at where it comes from",
        copy: "Copy the checksum",
    },
});

/** The network with what its license allows. */
export function networkCard({ network, networkReason }) {
    if (!network) {
        return [
            h("h2", {}, t("title")),
            h("p", {}, t("none")),
            networkReason ? h("p", { class: "small muted wrap-anywhere" }, networkReason) : null,
            h("p", {}, h("a", { href: href("server", { section: "log" }) }, t("log"))),
        ];
    }
    const license = network.licence;
    const warning = license.nonCommercial === true ? t("nonCommercial") : license.nonCommercial === null ? t("unknown") : null;
    return [
        h("h2", {}, t("title")),
        h("p", {}, h("strong", { class: "wrap-anywhere" }, network.name)),
        h("p", { class: "small muted" }, t("size", { ...network, dimensions: number(network.dimensions) }), network.streams ? t("streams", network) : null),
        network.source ? h("p", { class: "small muted wrap-anywhere" }, network.source) : null,
        warning ? notice(`${warning}. ${t("license", license)}`) : h("p", { class: "small" }, t("license", license)),
        license.note ? h("p", { class: "small muted" }, license.note) : null,
        h("p", { class: "row small muted" }, h("code", {}, `sha256 ${network.sha256.slice(0, 16)}…`), copyButton(network.sha256, { label: t("copy") })),
    ];
}
