// SPDX-License-Identifier: Apache-2.0

import { h } from "../../base/dom.js";
import { bytes, share } from "../../base/format.js";
import { texts } from "../../base/texts.js";

const t = texts({ en: { of: "{used} of {all} ({share})", unknown: "not known" } });

/** From here on there is little left. */
const tight = 0.9;

const small = (part) => (part > 0 && part < 0.001 ? "< 0.1 %" : share(part, part > 0 && part < 0.1 ? 1 : 0));

/** How much of something is used, as a bar with words. Bytes that are `null` are not known. */
export function meter(label, used, all) {
    const isKnown = used !== null && used !== undefined && all;
    const part = isKnown ? used / all : 0;
    const words = isKnown ? t("of", { used: bytes(used), all: bytes(all), share: small(part) }) : t("unknown");
    return h(
        "div",
        {},
        h("p", { class: "row apart small" }, h("span", {}, label), h("span", { class: "muted" }, words)),
        h("div", { class: part > tight ? "bar meter low" : "bar meter", "aria-hidden": "true" }, h("span", { style: { width: `${Math.min(100, 100 * part)}%` } })),
    );
}
