// SPDX-License-Identifier: Apache-2.0
// What a file is by its first bytes, whatever its name claims.

/** Formats that the server reads, with their signatures. */
const signatures = [
    ["JPEG", (bytes) => starts(bytes, [0xff, 0xd8, 0xff])],
    ["PNG", (bytes) => starts(bytes, [0x89, 0x50, 0x4e, 0x47])],
    ["GIF", (bytes) => ascii(bytes, 0, 4) === "GIF8"],
    ["BMP", (bytes) => ascii(bytes, 0, 2) === "BM"],
    ["WebP", (bytes) => ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 12) === "WEBP"],
    ["TIFF", (bytes) => ["II*\0", "MM\0*", "II+\0", "MM\0+"].includes(ascii(bytes, 0, 4))],
    ["AVIF", (bytes) => isMedia(bytes, ["avif", "avis"])],
    ["HEIC", (bytes) => isMedia(bytes, ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"])],
];

const starts = (bytes, signature) => signature.every((byte, index) => bytes[index] === byte);
const ascii = (bytes, from, to) => String.fromCharCode(...bytes.slice(from, to));

/** An ISO media file (ISO/IEC 14496-12) of one of these brands. */
function isMedia(bytes, brands) {
    if (ascii(bytes, 4, 8) !== "ftyp") return false;
    const all = [ascii(bytes, 8, 12)];
    for (let at = 16; at + 4 <= bytes.length; at += 4) all.push(ascii(bytes, at, at + 4));
    return all.some((brand) => brands.includes(brand));
}

/**
 * What a file is.
 *
 * @returns {Promise<string|null>} "JPEG", …; "SVG", which the server does not read; `null` for anything else
 */
export async function formatOf(file) {
    const bytes = new Uint8Array(await file.slice(0, 64).arrayBuffer());
    const found = signatures.find(([, matches]) => matches(bytes));
    if (found) return found[0];
    const beginning = await file.slice(0, 4096).text();
    return /<svg[\s>]/i.test(beginning) ? "SVG" : null;
}

/**
 * How a JPEG is to be turned, 1 to 8 as in EXIF; 1 if it does not say.
 *
 * @param {ArrayBuffer} buffer its beginning: what stands before the pixels
 */
export function exifOrientation(buffer) {
    const view = new DataView(buffer);
    let at = 2;
    while (at + 10 < view.byteLength && view.getUint8(at) === 0xff) {
        const marker = view.getUint8(at + 1);
        if (marker === 0xda) return 1;
        if (marker === 0xe1 && view.getUint32(at + 4) === 0x45786966) return tiffOrientation(view, at + 10);
        at += 2 + view.getUint16(at + 2);
    }
    return 1;
}

function tiffOrientation(view, start) {
    if (start + 8 > view.byteLength) return 1;
    const isLittle = view.getUint16(start) === 0x4949;
    const directory = start + view.getUint32(start + 4, isLittle);
    if (directory + 2 > view.byteLength) return 1;
    const entries = view.getUint16(directory, isLittle);
    for (let index = 0; index < entries; index += 1) {
        const at = directory + 2 + 12 * index;
        if (at + 12 > view.byteLength) return 1;
        if (view.getUint16(at, isLittle) !== 0x0112) continue;
        const value = view.getUint16(at + 8, isLittle);
        return value >= 1 && value <= 8 ? value : 1;
    }
    return 1;
}

/** A part of a picture as it is shown, as the same part of its pixels as they are stored. */
export function storedCrop({ x, y, width, height }, orientation) {
    const [right, bottom] = [1 - x - width, 1 - y - height];
    const corners = { 2: [right, y], 3: [right, bottom], 4: [x, bottom], 5: [y, x], 6: [y, right], 7: [bottom, right], 8: [bottom, x] };
    const [left, top] = corners[orientation] ?? [x, y];
    // From 5 on it is turned by a quarter.
    return orientation > 4 ? { x: left, y: top, width: height, height: width } : { x: left, y: top, width, height };
}
