// SPDX-License-Identifier: Apache-2.0
// A picture beside an object in a tree of JSON.

import { h, replace } from "../base/dom.js";
import { picture } from "./picture.js";

/**
 * @param {() => Promise<{ src: string, alt: string }|null>} find where the picture is; an address of the server's under whatever name
 * @returns {Node} empty until it is known, and gone if there is none
 */
export function thumbnail(find) {
    const place = h("span", { class: "json-thumbnail" });
    const show = (found) => {
        const src = found && ownPath(found.src);
        if (src) replace(place, picture({ src, alt: found.alt }));
        else place.remove();
    };
    find().then(show, () => show(null));
    return place;
}

/** The path of a small picture at an address of the server's; `null` for any other address. */
function ownPath(address) {
    const url = new URL(address, location.origin);
    if (!url.pathname.startsWith("/v1/objects/")) return null;
    url.searchParams.set("size", "64");
    return url.pathname + url.search;
}
