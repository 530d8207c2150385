// SPDX-License-Identifier: Apache-2.0
// Versions of a picture as people make them, drawn on a canvas.

import { texts } from "../../base/texts.js";

const t = texts({
    en: {
        same: "Saved again",
        mirrored: "Mirrored",
        turned: "Turned by a quarter",
        brighter: "Brighter",
        darker: "Darker",
        gray: "Without color",
        blurred: "Blurred",
        cropped: "Cropped to 80 %",
        small: "Scaled to 96 pixels",
        jpeg: "JPEG of quality 30",
    },
});

/** Larger pictures are made smaller first: the network sees less anyway. */
const largestSide = 1024;
const quality = 0.95;

/** `draw` fills a canvas from a picture and its size; none: as it is. */
export const variants = [
    { name: "same" },
    {
        name: "mirrored",
        draw: (canvas, picture, width, height) => {
            const context = sized(canvas, width, height);
            context.translate(width, 0);
            context.scale(-1, 1);
            context.drawImage(picture, 0, 0, width, height);
        },
    },
    {
        name: "turned",
        draw: (canvas, picture, width, height) => {
            const context = sized(canvas, height, width);
            context.translate(height, 0);
            context.rotate(Math.PI / 2);
            context.drawImage(picture, 0, 0, width, height);
        },
    },
    { name: "brighter", draw: filtered(() => "brightness(1.5)") },
    { name: "darker", draw: filtered(() => "brightness(0.55)") },
    { name: "gray", draw: filtered(() => "grayscale(1)") },
    { name: "blurred", draw: filtered((width, height) => `blur(${Math.max(1, Math.min(width, height) / 60)}px)`) },
    {
        name: "cropped",
        draw: (canvas, picture, width, height) => {
            const [keptWidth, keptHeight] = [0.8 * width, 0.8 * height];
            const context = sized(canvas, keptWidth, keptHeight);
            context.drawImage(picture, -(width - keptWidth) / 2, -(height - keptHeight) / 2, width, height);
        },
    },
    {
        name: "small",
        draw: (canvas, picture, width, height) => {
            const factor = Math.min(1, 96 / Math.max(width, height));
            sized(canvas, width * factor, height * factor).drawImage(picture, 0, 0, width * factor, height * factor);
        },
    },
    { name: "jpeg", quality: 0.3 },
].map((variant) => ({ quality, draw: filtered(() => "none"), ...variant, title: t(variant.name) }));

function sized(canvas, width, height) {
    canvas.width = Math.max(1, Math.round(width));
    canvas.height = Math.max(1, Math.round(height));
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    return context;
}

function filtered(filter) {
    return (canvas, picture, width, height) => {
        const context = sized(canvas, width, height);
        context.filter = filter(width, height);
        context.drawImage(picture, 0, 0, width, height);
    };
}

/**
 * Reads a picture as the browser shows it, turned as the camera says.
 *
 * @returns {Promise<ImageBitmap>} close it
 * @throws if the browser can't read it
 */
export const readPicture = (blob) => createImageBitmap(blob, { imageOrientation: "from-image" });

/** A version of a picture as a JPEG. @returns {Promise<Blob>} */
export function version(picture, { draw, quality: wanted }) {
    const factor = Math.min(1, largestSide / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    draw(canvas, picture, Math.round(picture.width * factor), Math.round(picture.height * factor));
    return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The canvas can't be saved."))), "image/jpeg", wanted));
}
