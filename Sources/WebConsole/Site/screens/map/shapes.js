// SPDX-License-Identifier: Apache-2.0
// The signs of categories: each has a shape of its own beside its color.

import { svg } from "../../base/dom.js";

/** Outlines in a square from -1 to 1. */
const outlines = {
    circle: "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z",
    square: "M-.85-.85H.85V.85H-.85Z",
    triangle: "M0-1L1 .8H-1Z",
    diamond: "M0-1.1L1.1 0L0 1.1L-1.1 0Z",
    drop: "M0 1L1-.8H-1Z",
    plus: "M-.36-1H.36V-.36H1V.36H.36V1H-.36V.36H-1V-.36H-.36Z",
    hexagon: "M-.5-.9H.5L1 0L.5.9H-.5L-1 0Z",
    bar: "M-1-.45H1V.45H-1Z",
    ring: "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0ZM.5 0A.5.5 0 1 0-.5 0A.5.5 0 1 0 .5 0Z",
};

/** By category; the last is for objects without a value. */
const shapeNames = ["circle", "square", "triangle", "diamond", "drop", "plus", "hexagon", "bar", "ring"];

/** The place of what has no value in lists of shapes and colors. */
export const noValue = shapeNames.length - 1;

/** The token of a category's color. */
const colorOf = (look) => (look === noValue ? "var(--line-strong)" : `var(--category-${look + 1})`);

/** The sign of a category for legends and lists; it says nothing to screen readers. */
export function sign(look) {
    return svg(
        "svg",
        { class: "map-sign", viewBox: "-1.2 -1.2 2.4 2.4", "aria-hidden": "true", focusable: "false", style: { color: colorOf(look) } },
        svg("path", { d: outlines[shapeNames[look]] }),
    );
}

export const outline = (look) => new Path2D(outlines[shapeNames[look]]);

/**
 * The pixels of a shape, from its middle: those that it covers, and those at its edge with how far it covers them.
 *
 * @param {number} radius in pixels of the canvas
 * @returns {{ reach: number, solid: Int16Array, edge: Int16Array, cover: Float32Array }} `solid` and `edge` hold x, y by turns
 */
export function stamp(look, radius) {
    const reach = Math.ceil(radius * 1.15) + 1;
    const size = 2 * reach + 1;
    const canvas = document.createElement("canvas");
    canvas.width = size;
    canvas.height = size;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.translate(reach + 0.5, reach + 0.5);
    context.scale(radius, radius);
    context.fill(outline(look));
    const { data } = context.getImageData(0, 0, size, size);
    const solid = [];
    const edge = [];
    const cover = [];
    for (let y = -reach; y <= reach; y += 1) {
        for (let x = -reach; x <= reach; x += 1) {
            const alpha = data[4 * ((y + reach) * size + x + reach) + 3];
            if (alpha > 250) solid.push(x, y);
            else if (alpha > 10) {
                edge.push(x, y);
                cover.push(alpha / 255);
            }
        }
    }
    return { reach, solid: Int16Array.from(solid), edge: Int16Array.from(edge), cover: Float32Array.from(cover) };
}
