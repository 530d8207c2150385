// SPDX-License-Identifier: Apache-2.0

import { href } from "../../base/address.js";
import { h } from "../../base/dom.js";
import { texts } from "../../base/texts.js";
import { icon } from "../../parts/icons.js";

const t = texts({ en: { search: "Search in it", browse: "Browse it" } });

/** Where one goes on from an import: to the search, which most want, and to all that is there. */
export const resultLinks = (className, tenant) =>
    ["search", "browse"].map((name) =>
        h("a", { class: name === "search" ? "button primary" : "button", href: href(name, { class: className, tenant }) }, icon(name), t(name)),
    );
