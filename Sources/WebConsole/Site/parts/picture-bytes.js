// SPDX-License-Identifier: Apache-2.0

/** What choosers of pictures offer: not every browser counts the later ones among pictures. */
export const acceptedPictures = "image/*,.heic,.heif,.avif,.tif,.tiff";

/** How files of each kind begin, in base64. */
const beginnings = [
    ["/9j/", "image/jpeg"],
    ["iVBORw0KGgo", "image/png"],
    ["R0lGOD", "image/gif"],
    ["UklGR", "image/webp"],
    ["Qk0", "image/bmp"],
    ["SUkqA", "image/tiff"],
    ["TU0AK", "image/tiff"],
];

/** The media type of a picture in base64; `undefined` if it is none that is known. */
export function pictureType(text) {
    const found = beginnings.find(([beginning]) => text.startsWith(beginning));
    if (found) return found[1];
    // The name of the kind stands behind four bytes of length there.
    if (/^AAAA.{2}ZnR5c(GhlaW|G1pZj)/.test(text)) return "image/heic";
    return /^AAAA.{2}ZnR5cGF2aW/.test(text) ? "image/avif" : undefined;
}

/**
 * Bytes in base64, without a prefix.
 *
 * @param {Blob|ArrayBuffer} source
 * @returns {Promise<string>}
 */
export async function base64Of(source) {
    if (Uint8Array.prototype.toBase64) return new Uint8Array(source instanceof Blob ? await source.arrayBuffer() : source).toBase64();
    return new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
        reader.onerror = () => reject(reader.error);
        reader.readAsDataURL(new Blob([source]));
    });
}
