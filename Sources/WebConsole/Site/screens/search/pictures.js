// SPDX-License-Identifier: Apache-2.0
// Pictures and vectors to search with, which no address can hold: kept while the page is open, so that back and forward find them.

import { bytes as sizeText } from "../../base/format.js";
import { vectors } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { base64Of } from "../../parts/picture-bytes.js";
import { exifOrientation, formatOf, storedCrop } from "./formats.js";

const t = texts({
    en: {
        empty: "“{name}” is empty.",
        svg: "“{name}” is an SVG drawing, which is a program and no picture of pixels. Save it as PNG and search with that.",
        none: "“{name}” is no picture that can be searched with. JPEG, PNG, GIF, BMP, WebP, TIFF, HEIC and AVIF files can.",
    },
});

/** How many are kept; the oldest go. */
const limit = 24;
/** The longer side of what is sent after turning, in pixels: networks look at a few hundred. */
const sentSide = 1600;
/** What the page shows; a larger one is searched with unseen. */
const shownPixels = 120_000_000;

const kept = new Map();

/** What is kept under a reference: `file`, `name`, `address`, `format`, `width`, `height`, `isShown`; or `vector`. */
export const keptUnder = (ref) => kept.get(ref);

function keep(value) {
    const ref = [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    kept.set(ref, value);
    while (kept.size > limit) {
        const [oldest, { address }] = kept.entries().next().value;
        if (address) URL.revokeObjectURL(address);
        kept.delete(oldest);
    }
    return ref;
}

/** @param {number[]} vector */
export const keepVector = (vector) => keep({ vector });

/** The numbers of a text such as `[0.1, -2e-3]`; `null` if it is something else. */
export function vectorIn(text) {
    if (!/^\s*\[[\d\s.,eE+-]+\]\s*$/.test(text)) return null;
    try {
        const vector = JSON.parse(text);
        return vector.length ? vector : null;
    } catch {
        return null;
    }
}

/**
 * Keeps a file.
 *
 * @returns {Promise<string>} the reference
 * @throws {Error} with a sentence, if it is no picture that the server reads
 */
export async function keepPicture(file, name = file.name || "picture") {
    if (!file.size) throw new Error(t("empty", { name }));
    const format = await formatOf(file);
    if (format === null || format === "SVG") throw new Error(t(format ? "svg" : "none", { name }));
    const orientation = format === "JPEG" ? exifOrientation(await file.slice(0, 262_144).arrayBuffer()) : 1;
    const address = URL.createObjectURL(file);
    const image = await loaded(address);
    const isShown = image !== null && image.naturalWidth * image.naturalHeight <= shownPixels;
    return keep({
        file, name, address, format, orientation, isShown,
        size: sizeText(file.size), width: image?.naturalWidth, height: image?.naturalHeight,
    });
}

/** An image that the browser can show; `null` if it can't. */
function loaded(address) {
    return new Promise((resolve) => {
        const image = new Image();
        image.addEventListener("load", () => resolve(image.naturalWidth ? image : null));
        image.addEventListener("error", () => resolve(null));
        image.src = address;
    });
}

// MARK: Turned, mirrored, cut

/**
 * The picture as an entry has it turned and mirrored, and cut if `isCut`.
 *
 * @returns {Promise<HTMLCanvasElement>} its longer side at most `side`
 */
export async function drawn({ address }, { turn, isMirrored, crop }, side, isCut = false) {
    const image = await loaded(address);
    const isUpright = turn % 2 === 0;
    const [width, height] = isUpright ? [image.naturalWidth, image.naturalHeight] : [image.naturalHeight, image.naturalWidth];
    const part = (isCut && crop) || { x: 0, y: 0, width: 1, height: 1 };
    const scale = Math.min(1, side / Math.max(part.width * width, part.height * height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(part.width * width * scale));
    canvas.height = Math.max(1, Math.round(part.height * height * scale));
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.translate(-part.x * width * scale, -part.y * height * scale);
    context.scale(scale, scale);
    if (isMirrored) context.transform(-1, 0, 0, 1, width, 0);
    context.translate(width / 2, height / 2);
    context.rotate((turn * Math.PI) / 2);
    context.drawImage(image, -image.naturalWidth / 2, -image.naturalHeight / 2);
    return canvas;
}

const blobOf = (canvas) => new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.94));

/** The bytes of a blob or canvas in base64. */
export const base64 = async (source) => base64Of(source instanceof Blob ? source : await blobOf(source));

// MARK: What is sent

/** An entry as `images` of a search has it. */
export async function imageOf(entry, definition, vectorName) {
    const weight = (entry.isMinus ? -1 : 1) * entry.weight;
    if (entry.kind === "object") return { id: entry.ref, weight };
    if (entry.kind === "url") return { imageUrl: entry.ref, weight };
    const picture = kept.get(entry.ref);
    if (entry.turn || entry.isMirrored) {
        return { image: await base64(await drawn(picture, entry, sentSide)), weight, crop: entry.crop ?? undefined };
    }
    picture.base64 ??= base64(picture.file);
    // The server counts in the picture as the class sees it: turned as the camera says, or not.
    const orientation = turnsByEXIF(definition, vectorName) ? 1 : picture.orientation;
    return { image: await picture.base64, weight, crop: entry.crop ? storedCrop(entry.crop, orientation) : undefined };
}

const vectorOf = (definition, name) => vectors(definition).find((each) => each.name === name) ?? vectors(definition)[0];

/** Whether pictures can be searched with by this vector: the server makes it from pictures. */
export const sees = (definition, vectorName) => vectorOf(definition, vectorName).vectorizer === "img2vec-neural";

function turnsByEXIF(definition, vectorName) {
    const vector = vectorOf(definition, vectorName);
    const settings = definition.vectorConfig?.[vector.name]?.vectorizer?.[vector.vectorizer] ?? definition.moduleConfig?.[vector.vectorizer];
    const all = settings?.preprocess ?? {};
    const own = { ...all, ...all[vector.imageFields[0]] };
    return own.exif ?? own.better ?? false;
}
