// SPDX-License-Identifier: Apache-2.0

import { collection, describe, isTenanted, pictureProperties } from "../../base/schema.js";
import { thumbnail } from "../../parts/json-thumbnail.js";
import { pictureURL } from "../../parts/picture.js";

/**
 * The pictures of the hits of an answer, beside them in the tree.
 *
 * @param {Map<string, string>} classes the classes of the members of `Get`, by what they are called in the answer
 * @returns {(value: object, path: Array<string|number>) => Node|null} for a tree of JSON
 */
export function thumbnails(classes) {
    return (value, path) => {
        const { id, thumbnailUrl } = value._additional ?? {};
        const isHit = path.length === 4 && path[0] === "data" && path[1] === "Get";
        const className = isHit ? classes.get(path[2]) : undefined;
        // Asked for and `null`: the object has none.
        if (thumbnailUrl === null || (thumbnailUrl === undefined && !(className && typeof id === "string"))) return null;
        return thumbnail(async () => {
            const definition = className && (await collection(className));
            const isKnown = definition && !isTenanted(definition) && pictureProperties(definition).length > 0;
            const src = thumbnailUrl ?? (isKnown ? pictureURL(className, id) : null);
            return src && { src, alt: describe(definition, value, id) };
        });
    };
}
