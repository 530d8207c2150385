# SPDX-License-Identifier: Apache-2.0
"""What Needletail means to reach, held against what a run measured.

Every goal becomes a line: what must be reached, what the yardstick of the same run did, what we did, the ratio, and
whether it is met. What the run did not measure says so. The goals of the store have a table of their own (`store_goals.py`).
"""
from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from curves import curves, rate_at, rows

NOT_MEASURED = "not measured"


@dataclass
class Line:
    what: str
    must: str
    yardstick: str = ""
    ours: str = ""
    ratio: str = ""
    verdict: str = NOT_MEASURED


class Run:
    """The files that one run left in a folder; parts may be missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.machine = self.read("machine.json")
        server = self.read("server.json")
        self.server: dict = server.get("vectors", {})
        self.pictures = {name: part for name, part in {**server, **self.read("pictures.json")}.items() if name.startswith("pictures_")}

    def read(self, name: str) -> dict:
        path = self.folder / name
        return json.loads(path.read_text()) if path.exists() else {}

    def files(self, data: str) -> list[Path]:
        return [path for path in (self.folder / f"{data}.json", self.folder / f"{data}-yardsticks.json") if path.exists()]

    def rows(self, data: str) -> dict[str, dict]:
        found: dict[str, dict] = {}
        for path in self.files(data):
            found |= rows(path)
        return found

    def rate_at(self, data: str, name: str, recall: float) -> float | None:
        points = curves(self.files(data)).get(name)
        return rate_at(points, recall) if points else None

    def value(self, data: str, row: str, number: str = "value") -> float | None:
        return self.rows(data).get(row, {}).get(number)


def text(value: float) -> str:
    """Three digits that count."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 0.001 or value == 0 else f"{value:.5f}"


def verdict(good: bool, better: bool) -> str:
    return "missed" if not good else "met, and the stretch" if better else "met"


def against(what: str, ours: float | None, peer: float | None, peer_name: str, must: float, stretch: float | None = None,
            recalls: tuple[float, float] | None = None, enough: bool = True) -> Line:
    """At least `must` times the peer's."""
    line = Line(what, f">= {must:g} x {peer_name}")
    if peer is not None:
        line.yardstick = f"{text(peer)}{f' ({recalls[1]:.4f})' if recalls else ''}"
    if ours is not None:
        line.ours = f"{text(ours)}{f' ({recalls[0]:.4f})' if recalls else ''}"
    if ours is not None and peer:
        ratio = ours / peer
        line.ratio = f"{ratio:.2f} x"
        line.verdict = verdict(enough and ratio >= must, enough and stretch is not None and ratio >= stretch)
    return line


def limit(what: str, ours: float | None, must: float, stretch: float | None, unit: str, upwards: bool = False,
          enough: bool = True, note: str = "") -> Line:
    """At most (`upwards`: at least) so much."""
    line = Line(what, f"{'>=' if upwards else '<='} {must:g} {unit}".strip())
    if ours is not None:
        def reached(bound: float | None) -> bool:
            return enough and bound is not None and (ours >= bound if upwards else ours <= bound)

        line.ours = f"{text(ours)} {unit}".strip() + note
        line.ratio = f"{ours / must:.2f} of it"
        line.verdict = verdict(reached(must), reached(stretch))
    return line


def all_goals(run: Run) -> list[Line]:
    return [*index_goals(run), *clustered_goals(run), *server_goals(run), *layout_goals(run)]


def index_goals(run: Run) -> list[Line]:
    def rate(name: str, recall: float) -> float | None:
        return run.rate_at("index", name, recall)

    count, dimensions = (run.read("index.json").get(key) for key in ("count", "dimensions"))
    of = f"{count:,} x {dimensions}" if count else "2048-d"
    lines = []
    for recall, must, most, stretch in ((0.95, 4, 2, 5.5), (0.99, 4.5, 2.2, 6.5)):
        ours = rate("needletail", recall)
        lines.append(against(f"{of}: QPS at recall {recall}", ours, rate("hnswlib", recall), "hnswlib", must, stretch))
        lines.append(against("the same, beside the best peer", ours, rate("faiss", recall), "faiss", most))
    recall, theirs = (run.value("index", f"{name}ef 100", "recall") for name in ("", "hnswlib "))
    lines.append(against(
        "QPS at ef 100 (recall >= 0.995)", run.value("index", "ef 100", "rate"), run.value("index", "hnswlib ef 100", "rate"),
        "hnswlib", 4.5, 6.5, (recall or 0, theirs or 0), (recall or 0) >= 0.995))
    cost = run.value("index", "two threads / one by processor time")
    lines.append(limit("two threads, by the clock", run.value("index", "two threads / one by the clock"), 1.8, 1.95, "x one",
                       upwards=True, note=f" ({text(cost)} by processor time)" if cost else ""))
    lines.append(build_goal(run, recall, theirs))
    lines.append(limit(
        "memory a vector beside the mapped floats", run.value("index", "memory bytes a vector"), 2700, 1700, "bytes"))
    for share, must, stretch in ((0.1, 0.25, 0.1), (0.5, 0.6, 0.35)):
        row = run.rows("index").get(f"filter {share}", {})
        recall = row.get("recall", 0)
        lines.append(limit(f"filter that allows {share:.0%} (recall >= 0.999)", row.get("ms"), must, stretch, "ms",
                           enough=recall >= 0.999, note=f" ({recall:.4f})"))
    return lines


def build_goal(run: Run, recall: float | None, theirs: float | None) -> Line:
    ours, peer = run.value("index", "build s"), run.value("index", "hnswlib build s")
    line = Line("build, one thread (recall at ef 100 >= hnswlib's - 0.002)", "<= 1/4 of hnswlib's s")
    if peer is not None:
        line.yardstick = f"{text(peer)} s"
    if ours is not None:
        line.ours = f"{text(ours)} s"
    if ours and peer:
        enough = (recall or 0) >= (theirs or 0) - 0.002
        line.ratio = f"1/{peer / ours:.2f}"
        line.verdict = verdict(enough and ours <= peer / 4, enough and ours <= peer / 5.5)
    return line


def clustered_goals(run: Run) -> list[Line]:
    count, dimensions = (run.read("clustered.json").get(key) for key in ("count", "dimensions"))
    of = f"{count:,} x {dimensions}" if count else "500,000 x 128"
    return [
        against(f"{of}: QPS at recall {recall}", run.rate_at("clustered", "needletail", recall),
                run.rate_at("clustered", "hnswlib", recall), "hnswlib", must, stretch)
        for recall, must, stretch in ((0.95, 1.5, 2), (0.99, 2, 3))]


def server_goals(run: Run) -> list[Line]:
    server = run.server

    def get(*path: str) -> float | None:
        value = server
        for name in path:
            value = value.get(name, {}) if isinstance(value, dict) else {}
        return value if isinstance(value, (int, float)) else None

    p50, p99 = get("near_vector", "p50_ms"), get("near_vector", "p99_ms")
    disk = max((get(name, "to_raw_floats") or 0 for name in ("disk_after_import", "disk_after_stop")), default=0) or None
    objects = f"{server['objects']:,} objects" if server else "59,000 objects"
    lines = [
        limit(f"{objects}: disk beside the raw floats", disk, 1.4, 1.33, "x"),
        limit("GraphQL nearVector over REST, one client, p50", p50, 0.6, 0.4, "ms"),
        limit("the same, p99", p99, 1.5, None, "ms"),
        limit("the same, two clients", get("near_vector_two_clients", "per_second"), 2000, 3500, "QPS", upwards=True),
        limit("import over REST, batches of 100, two clients", get("import", "objects_per_second"), 2500, 4000, "a second",
              upwards=True),
    ]
    for ending in ("stop", "kill", "batch_and_kill"):
        for network in ("without", "with"):
            lines.append(limit(
                f"first right answer after {ending.replace('_', ' ')}, {network} network",
                get("first_answer", f"after_{ending}_{network}_network_s"), 0.3, 0.11, "s"))
    lines.append(Line("gRPC Search, one client, p50", "<= 0.4 ms"))
    lines.append(Line("gRPC Search, two clients", ">= 3,000 QPS"))
    lines.append(Line("import over gRPC", ">= 4,000 a second"))
    return lines


def layout_goals(run: Run) -> list[Line]:
    report = run.read("layout.json")
    values = {row["name"]: row["value"] for row in report.get("rows", [])}
    of = f"{report['count']:,} x {report['dimensions']}" if report else "5,000 x 2048"
    kept = (values.get("neighbors kept"), values.get("scikit-learn neighbors kept"))
    return [
        limit(f"{of}: map, two threads", values.get("layout s"), 20, 10, "s"),
        against("neighbors that the map keeps", *kept, "scikit-learn", 0.95),
    ]
