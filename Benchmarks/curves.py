# SPDX-License-Identifier: Apache-2.0
"""Curves of recall against queries a second, read the same way for every index."""
from __future__ import annotations

import json
import math
import re
from pathlib import Path

# Half a neighbor missed among 500 queries of ten: beyond that the sweep can not tell.
LEAST_LOSS = 1 / 10_000


def rows(path: Path) -> dict[str, dict]:
    """The measurements of a file, by name."""
    return {row["name"]: row for row in json.loads(Path(path).read_text())["rows"]}


def curves(paths: list[Path]) -> dict[str, list[tuple[float, float]]]:
    """Name to points (recall, queries a second), without those that another point of the curve beats in both."""
    found: dict[str, list[tuple[float, float]]] = {}
    for path in paths:
        for name, row in rows(path).items():
            match = re.fullmatch(r"(?:(\w+) )?ef \d+", name)
            if match:
                found.setdefault(match[1] or "needletail", []).append((row["recall"], row["rate"]))
    return {name: front(points) for name, points in found.items()}


def front(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    points = sorted(set(points))
    return [p for p in points if not any(q[0] >= p[0] and q[1] > p[1] for q in points)]


def rate_at(points: list[tuple[float, float]], recall: float) -> float | None:
    """Queries a second at a recall: between the two neighboring points of the sweep, by the logarithm of the rate over
    that of what is lost. Where even the hastiest point finds more, its rate; where none finds that much, `None`."""
    points = front(points)
    if not points or points[-1][0] < recall:
        return None
    if points[0][0] >= recall:
        return points[0][1]
    after = next(i for i, point in enumerate(points) if point[0] >= recall)
    (low, fast), (high, slow) = points[after - 1], points[after]

    def loss(value: float) -> float:
        return math.log(max(1 - value, LEAST_LOSS))

    share = (loss(low) - loss(recall)) / (loss(low) - loss(high)) if loss(low) != loss(high) else 1
    return math.exp(math.log(fast) + share * (math.log(slow) - math.log(fast)))
