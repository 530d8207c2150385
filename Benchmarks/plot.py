# SPDX-License-Identifier: Apache-2.0
"""Draws recall against queries a second, from what IndexBenchmark and yardsticks.py wrote with --json.

    python3 Benchmarks/plot.py --title TEXT --svg FILE INDEX.json YARDSTICKS.json
"""
import argparse
import html
import math

from curves import curves

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 460, 70, 20, 46, 56
COLORS = {"needletail": "#c2410c", "hnswlib": "#2563eb", "faiss": "#15803d"}
NAMES = {"needletail": "Needletail", "hnswlib": "hnswlib", "faiss": "faiss HNSW-SQ8, refined"}
RECALLS = [0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--title", required=True)
    parser.add_argument("--svg", required=True)
    parser.add_argument("json", nargs="+")
    options = parser.parse_args()
    found = curves(options.json)
    # What is lost, on a logarithmic scale: the last per cent is the hard one.
    shown = {n: [p for p in ps if RECALLS[0] <= p[0] <= RECALLS[-1]] for n, ps in found.items()}
    rates = [rate for points in shown.values() for _, rate in points]
    low, high = 10 ** math.floor(math.log10(min(rates))), 10 ** math.ceil(math.log10(max(rates)))

    def x(recall):
        first, last = math.log(1 - RECALLS[0]), math.log(1 - RECALLS[-1])
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log(1 - recall) - first) / (last - first)

    def y(rate):
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * math.log(rate / low) / math.log(high / low)

    def text(px, py, words, anchor="middle", more=""):
        return f'<text x="{px:.1f}" y="{py:.1f}" text-anchor="{anchor}" {more}>{html.escape(words)}</text>'

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        text(LEFT, 24, options.title, "start", 'font-size="15" font-weight="bold"'),
    ]
    for recall in RECALLS:
        out.append(f'<path d="M{x(recall):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#e5e5e5"/>')
        out.append(text(x(recall), HEIGHT - BOTTOM + 18, f"{recall:g}"))
    for power in range(round(math.log10(low)), round(math.log10(high)) + 1):
        for factor in (1, 2, 5):
            rate = factor * 10**power
            if low <= rate <= high:
                out.append(f'<path d="M{LEFT} {y(rate):.1f}H{WIDTH - RIGHT}" stroke="#e5e5e5"/>')
                out.append(text(LEFT - 8, y(rate) + 4, f"{rate:,}", "end"))
    out.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, "recall of the ten nearest"))
    middle = (TOP + HEIGHT - BOTTOM) / 2
    out.append(text(14, middle, "queries a second, one thread", more=f'transform="rotate(-90 14 {middle:.0f})"'))
    for number, (name, points) in enumerate(shown.items()):
        color = COLORS.get(name, "#525252")
        line = "L".join(f"{x(r):.1f} {y(q):.1f}" for r, q in points)
        out.append(f'<path d="M{line}" fill="none" stroke="{color}" stroke-width="2"/>')
        out += [f'<circle cx="{x(r):.1f}" cy="{y(q):.1f}" r="3.5" fill="{color}"/>' for r, q in points]
        row = HEIGHT - BOTTOM - 16 - 18 * (len(shown) - 1 - number)
        out.append(f'<circle cx="{LEFT + 16}" cy="{row - 4}" r="4" fill="{color}"/>')
        out.append(text(LEFT + 28, row, NAMES.get(name, name), "start"))
    out.append("</svg>\n")
    with open(options.svg, "w") as file:
        file.write("\n".join(out))


main()
