// SPDX-License-Identifier: Apache-2.0

import { h, svg } from "../base/dom.js";

const [width, height] = [440, 260];
const frame = { left: 58, right: 16, top: 14, bottom: 46 };

/**
 * A chart of lines. Its points take the focus and say what they are; put a table with the same figures beneath.
 *
 * @param {object} options
 * @param {string} options.title what it shows, in words
 * @param {{ label: string, values: number[], format: (value: number) => string, isLog?: boolean }} options.x rising
 * @param {{ label: string, min?: number, max?: number, format: (value: number) => string, target?: number }} options.y `target`: a line across
 * @param {Array<{ name: string, values: Array<number|null> }>} options.series each with its own sign and dash
 * @param {number} [options.marked] the index of a point that is marked
 */
export function lineChart({ title, x, y, series, marked }) {
    const known = series.flatMap((each) => each.values).filter((value) => value !== null);
    const low = y.min ?? Math.min(...known);
    const high = y.max ?? Math.max(...known);
    const { ticks, least, most } = scaleOf(low, high);
    const xValue = (value) => (x.isLog ? Math.log(value) : value);
    const [first, last] = [xValue(x.values[0]), xValue(x.values.at(-1))];
    const xPlace = (value) => frame.left + (first === last ? 0.5 : (xValue(value) - first) / (last - first)) * (width - frame.left - frame.right);
    const yPlace = (value) => height - frame.bottom - ((value - least) / (most - least)) * (height - frame.top - frame.bottom);

    const drawing = svg(
        "svg",
        { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": title },
        ticks.map((tick) => [
            svg("line", { class: "chart-grid", x1: frame.left, x2: width - frame.right, y1: yPlace(tick), y2: yPlace(tick) }),
            svg("text", { x: frame.left - 6, y: yPlace(tick) + 4, "text-anchor": "end", "aria-hidden": "true" }, y.format(tick)),
        ]),
        x.values.map((value) =>
            svg("text", { x: xPlace(value), y: height - frame.bottom + 18, "text-anchor": "middle", "aria-hidden": "true" }, x.format(value)),
        ),
        svg("text", { x: (width + frame.left) / 2, y: height - 6, "text-anchor": "middle" }, x.label),
        svg("text", { x: -(height - frame.bottom) / 2, y: 13, transform: "rotate(-90)", "text-anchor": "middle" }, y.label),
        y.target === undefined
            ? null
            : svg("line", { class: "chart-target", x1: frame.left, x2: width - frame.right, y1: yPlace(y.target), y2: yPlace(y.target) }),
        series.map((each, index) => line(each, index)),
    );

    function line(each, index) {
        const places = each.values.map((value, place) => (value === null ? null : [xPlace(x.values[place]), yPlace(value)]));
        const drawn = places.filter((place) => place);
        return svg(
            "g",
            { class: `chart-series series-${index + 1}` },
            svg("polyline", { points: drawn.map((place) => place.join(",")).join(" ") }),
            places.map((place, at) => {
                if (!place) return null;
                const words = `${each.name}: ${y.format(each.values[at])} (${x.label} ${x.format(x.values[at])})`;
                const isRight = place[0] > width * 0.6;
                return svg(
                    "g",
                    { class: at === marked ? "chart-point marked" : "chart-point", tabindex: "0", role: "img", "aria-label": words },
                    svg("circle", { class: "chart-reach", cx: place[0], cy: place[1], r: 14 }),
                    sign(index, ...place),
                    svg("text", { class: "chart-words", x: place[0] + (isRight ? -10 : 10), y: Math.max(14, place[1] - 10), "text-anchor": isRight ? "end" : "start", "aria-hidden": "true" }, words),
                );
            }),
        );
    }

    const legend =
        series.length < 2
            ? null
            : h(
                  "ul",
                  { role: "list", class: "row chart-legend", "aria-hidden": "true" },
                  series.map((each, index) => h("li", { class: "row" }, svg("svg", { class: `chart-series series-${index + 1}`, viewBox: "0 0 24 12" }, svg("line", { x1: 0, x2: 24, y1: 6, y2: 6 }), sign(index, 12, 6)), each.name)),
              );
    return h("figure", { class: "chart-figure" }, h("figcaption", {}, title), drawing, legend);
}

/** Circles for the first line, squares for the second, so that color is not all there is. */
function sign(index, x, y) {
    return index === 0
        ? svg("circle", { class: "chart-sign", cx: x, cy: y, r: 4 })
        : svg("rect", { class: "chart-sign", x: x - 4, y: y - 4, width: 8, height: 8 });
}

/** About five round values from one number to another. */
function scaleOf(low, high) {
    const span = high - low || Math.abs(high) || 1;
    const rough = span / 4;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = power * [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * 0.999);
    const least = Math.floor(low / step + 1e-9) * step;
    const ticks = [];
    for (let tick = least; tick < high + step * 0.999; tick += step) ticks.push(Number(tick.toPrecision(12)));
    return { ticks, least, most: ticks.at(-1) };
}
