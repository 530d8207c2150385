// SPDX-License-Identifier: Apache-2.0

import { h } from "../../base/dom.js";
import { describe } from "../../base/schema.js";
import { openDialog } from "../../parts/dialog.js";
import { picture } from "../../parts/picture.js";
import { hitPicture } from "./card.js";

/** Shows a hit with all that is stored of it. */
export function openHit(hit, definition) {
    const title = describe(definition, hit.properties, hit.id);
    openDialog({
        title,
        wide: true,
        body: [
            hit.hasPicture ? picture({ src: hitPicture(hit, definition, 1024), alt: title, class: "whole" }) : null,
            h("dl", {}, Object.entries(hit.properties).map(([name, value]) => [h("dt", {}, name), h("dd", {}, String(value))])),
        ],
    });
}
