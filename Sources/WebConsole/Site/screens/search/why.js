// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../../base/dom.js";
import { distance, share } from "../../base/format.js";
import { describe } from "../../base/schema.js";
import { texts } from "../../base/texts.js";
import { openDialog } from "../../parts/dialog.js";
import { showError } from "../../parts/toasts.js";
import { canvasOf, drawableEntry, figure, hitCanvas } from "./compare.js";
import { base64 } from "./pictures.js";
import { distanceTo } from "./request.js";

const t = texts({
    en: {
        title: "Why is it alike?",
        how: "One square of the searched picture after the other is painted gray: where the distance to the result grows, in red, is what makes them alike.",
        searched: "Searched with; red is what counts",
        progress: "Squares measured",
        cancel: "Cancel",
        cancelled: "Cancelled: what was measured is marked.",
        done: ({ from, to, place }) => `Without what lies ${place}, the distance would grow from ${from} to ${to}.`,
        flat: "No square counts by itself.",
        failed: "Not measured",
        rows: ({ row }) => ["at the top", "in the middle", "at the bottom"][row],
        columns: ({ column }) => ["on the left", "in the center", "on the right"][column],
    },
});

/** Squares in a row, and the longer side of what is sent, in pixels. */
const squares = 7;
const side = 400;
/** How many requests are under way at a time. */
const lanes = 2;

/** Shows which parts of the searched picture make a hit near: a heat map by occlusion (Zeiler & Fergus 2014). */
export async function explain(hit, state, definition) {
    const stopping = new AbortController();
    const { signal } = stopping;
    const title = describe(definition, hit.properties, hit.id);
    const progress = h("progress", { max: squares ** 2, value: 0, "aria-label": t("progress") });
    const cancel = h("button", { type: "button", on: { click: () => stopping.abort() } }, t("cancel"));
    const verdict = h("p", { role: "status", class: "why-verdict" });
    const stage = h("div", { class: "compare beside" });
    const working = h("div", { class: "row" }, h("div", { class: "grow" }, progress), cancel);
    openDialog({ title: t("title"), wide: true, body: [h("p", { class: "muted" }, t("how")), stage, working, verdict], closed: () => stopping.abort() });
    try {
        const index = drawableEntry(state);
        const [source, found] = await Promise.all([
            canvasOf(state.entries[index], definition, state.tenant, side, signal),
            hitCanvas(hit, definition, 800, signal),
        ]);
        const heat = h("canvas", { width: source.width, height: source.height, class: "why-heat", "aria-hidden": "true" });
        replace(stage, figure(source, t("searched"), heat), figure(found, title));
        const ask = (image) => distanceTo(state, definition, hit.id, index, image, signal);
        const moved = (grown) => {
            progress.value = grown.filter((each) => each !== undefined).length;
            draw(heat, grown);
        };
        const measured = await measure(source, { signal, ask, moved });
        working.remove();
        replace(verdict, signal.aborted ? t("cancelled") : sentence(measured));
    } catch (error) {
        working.remove();
        if (error.name === "AbortError") replace(verdict, t("cancelled"));
        else showError(error, t("failed"));
    }
}

/** @returns {Promise<{ base: number, grown: number[] }>} the distance, and by how much it grows without each square, row by row */
async function measure(source, { signal, ask, moved }) {
    const base = await ask(await base64(source));
    const grown = new Array(squares ** 2).fill(undefined);
    const gray = meanColor(source);
    const waiting = [...grown.keys()];
    const lane = async () => {
        for (let at = waiting.shift(); at !== undefined && !signal.aborted; at = waiting.shift()) {
            const covered = occluded(source, at, gray);
            grown[at] = (await ask(await base64(covered))) - base;
            moved(grown);
        }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    return { base, grown };
}

function boxOf({ width, height }, at) {
    const [column, row] = [at % squares, Math.floor(at / squares)];
    return [(column * width) / squares, (row * height) / squares, width / squares, height / squares];
}

function occluded(source, at, color) {
    const canvas = h("canvas", { width: source.width, height: source.height });
    const context = canvas.getContext("2d");
    context.drawImage(source, 0, 0);
    context.fillStyle = color;
    context.fillRect(...boxOf(source, at));
    return canvas;
}

/** The mean of all pixels, which says least. */
function meanColor(source) {
    const canvas = h("canvas", { width: 1, height: 1 });
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(source, 0, 0, 1, 1);
    return `rgb(${[...context.getImageData(0, 0, 1, 1).data.slice(0, 3)].join(" ")})`;
}

function draw(heat, grown) {
    const context = heat.getContext("2d");
    const most = Math.max(...grown.map((each) => each ?? 0), 1e-6);
    context.clearRect(0, 0, heat.width, heat.height);
    for (const [at, value] of grown.entries()) {
        if (value === undefined || value <= 0) continue;
        context.fillStyle = `rgb(220 30 20 / ${share(0.72 * (value / most)).replace(" ", "")})`;
        context.fillRect(...boxOf(heat, at));
    }
}

function sentence({ base, grown }) {
    const most = Math.max(...grown);
    if (!(most > 1e-4)) return t("flat");
    const at = grown.indexOf(most);
    const third = (index) => Math.floor((3 * index) / squares);
    const place = `${t("rows", { row: third(Math.floor(at / squares)) })}, ${t("columns", { column: third(at % squares) })}`;
    return t("done", { place, from: distance(base), to: distance(base + most) });
}
