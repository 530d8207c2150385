// SPDX-License-Identifier: Apache-2.0
// The pictures of the hits of an answer, beside them in the tree.

import { h, replace } from "../../base/dom.js";
import { collection, describe, isTenanted, pictureProperties } from "../../base/schema.js";
import { picture, pictureURL } from "../../parts/picture.js";

/**
 * @param {Map<string, string>} classes the classes of the members of `Get`, by what they are called in the answer
 * @returns {(value: object, path: Array<string|number>) => Node|null} for a tree of JSON
 */
export function thumbnails(classes) {
    return (value, path) => {
        const additional = value._additional;
        const isHit = path.length === 4 && path[0] === "data" && path[1] === "Get";
        const className = isHit ? classes.get(path[2]) : undefined;
        const isTold = typeof additional?.thumbnailUrl === "string";
        if (!isTold && !(className && typeof additional?.id === "string")) return null;
        const place = h("span", { class: "json-thumbnail" });
        fill(place, value, className).catch(() => place.remove());
        return place;
    };
}

async function fill(place, value, className) {
    const { id, thumbnailUrl } = value._additional;
    const definition = className && (await collection(className));
    const isKnown = definition && !isTenanted(definition) && pictureProperties(definition).length > 0;
    const src = thumbnailUrl ? ownPath(thumbnailUrl) : isKnown ? pictureURL(className, id, { size: 64 }) : null;
    if (src) replace(place, picture({ src, alt: describe(definition, value, id) }));
    else place.remove();
}

/** The path of an address of the server's, by whatever name it goes outside; `null` for any other. */
function ownPath(address) {
    const url = new URL(address, location.origin);
    if (!url.pathname.startsWith("/v1/objects/")) return null;
    url.searchParams.set("size", "64");
    return url.pathname + url.search;
}
