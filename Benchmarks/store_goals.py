# SPDX-License-Identifier: Apache-2.0
"""What the server means to reach beside its vector index, held against Weaviate's figures and SQLite's.

Weaviate's are those of version 1.39.0 with such data, measured once on this kind of machine; SQLite's those of the same
run, in its own process, without network and JSON (`EndToEnd/store_yardstick.py`).
"""
from __future__ import annotations

from dataclasses import dataclass

from goals import NOT_MEASURED, Run, text, verdict

HEADER = ["the store over HTTP", "Weaviate 1.39.0", "SQLite", "goal", "ours", "of the goal", "Weaviate / ours", "verdict"]


@dataclass(frozen=True)
class Goal:
    """One figure of one row of store.json."""

    row: str
    weaviate: tuple[float, ...]  # one figure, or the least and the most of the kind; none if it has no number
    must: float
    figure: str = "cpu_ms"
    unit: str = "ms"
    upwards: bool = False
    #: What has to hold besides: a figure of the row, and the least that it may be.
    least: tuple[str, float] | None = None
    #: Figures of the row that are told beside ours, with their words.
    beside: tuple[tuple[str, str], ...] = ()
    #: Said of Weaviate's figure.
    remark: str = ""
    #: Whether Weaviate's figure is of the same thing, so that a ratio says something.
    is_comparable: bool = True
    #: In the table, if the row's own does not tell.
    name: str = ""


def goals() -> list[Goal]:
    """In the order of the table."""
    return [*writing(), *filtering(), *searching(), *aggregating(), *sorting_and_listing(), *operating()]


def writing() -> list[Goal]:
    return [
        Goal("import, batches of 200", (1.0,), 0.25, "cpu_ms_an_object", "ms an object",
             beside=(("objects_per_second", "a second"),)),
        Goal("single POST, 32 clients", (840,), 4_000, "objects_per_second", "a second", upwards=True,
             beside=(("cpu_ms_an_object", "ms an object"), ("flushes_per_second", "flushes a second the disk can do"))),
    ]


def filtering() -> list[Goal]:
    one = [Goal(f"filter: {kind}", (0.6, 1.9), 0.2) for kind in ("int equal", "category", "tags", "boolean", "Like prefix")]
    dates = [Goal(f"filter: two-sided date range of {share} %", (200, 320), 1) for share in (1, 10, 50)]
    return [Goal("floor: the first object", (0.6, 0.8), 0.12), Goal("get by id, REST", (0.11,), 0.04), *one,
            Goal("filter: int range of 10 %", (7,), 0.4), *dates]


def searching() -> list[Goal]:
    near = [Goal(f"nearVector, filter of {share} %", (theirs,), must, least=("recall", 0.99), beside=(("recall", "recall"),))
            for share, theirs, must in ((0.01, 1.7, 0.3), (1, 1.9, 0.4), (10, 10, 1), (50, 1.7, 0.6))]
    keyword = [Goal(f"BM25, {words}", (0.8, 3.9), must) for words, must in (
        ("1 medium word", 0.3), ("2 medium words", 0.6), ("4 medium words", 0.9),
        ("1 frequent word", 0.9), ("2 frequent words", 1.2), ("4 frequent words", 1.2))]
    hybrid = [Goal(f"hybrid, 2 medium words{filter}", (theirs,), must, least=("recall", 0.99), beside=(("recall", "recall"),))
              for filter, theirs, must in (("", 6.7, 1.5), (", filter of 10 %", 14.7, 2))]
    return [*near, *keyword, *hybrid]


def aggregating() -> list[Goal]:
    counts = [Goal(f"count, filter of {share} %", (theirs,), 0.3) for share, theirs in ((10, 81), (50, 379))]
    means = [Goal(f"mean of a number, {which}", (theirs,), must)
             for which, theirs, must in (("filter of 10 %", 92, 5), ("filter of 50 %", 429, 15), ("all", 281, 20))]
    return [*counts, *means, Goal("groupedBy category, count", (1_113,), 10), Goal("groupedBy category, mean", (1_571,), 30),
            Goal("topOccurrences of tags", (255,), 20), Goal("topOccurrences of category", (117,), 5)]


def sorting_and_listing() -> list[Goal]:
    sorts = [Goal(f"sort by {property}, filter of {share} %", (0.7, 1.3), 0.5, remark="at times wrong")
             for property in ("rank", "made") for share in (1, 10, 50)]
    return [*sorts, Goal("100 whole objects, GraphQL", (14,), 1.5), Goal("100 whole objects, REST list", (1.8,), 0.8),
            Goal("cursor through everything", (64_000,), 250_000, "objects_per_second", "objects a second", upwards=True),
            Goal("delete by filter", (0.22,), 0.04, "cpu_ms_an_object", "ms an object",
                 beside=(("cpu_ms_until_rest", "with what follows"),))]


def operating() -> list[Goal]:
    return [
        Goal("after the import", (1_012,), 350, "anonymous_mb", "MB", name="memory after the import, beside the map",
             remark="resident in all", is_comparable=False,
             beside=(("peak_anonymous_mb", "at its peak"), ("memory_mb", "with the pages of the map"))),
        Goal("after the import", (639,), 500, "disk_mb", "MB", name="disk after the import"),
        Goal("restart after a clean stop", (10.7,), 0.3, "seconds", "s", name="first right answer after a clean stop"),
        Goal("restart after kill -9", (14.7,), 0.3, "seconds", "s", name="first right answer after kill -9"),
        Goal("500 idle connections plus load", (), 0, "failures", "failures", remark="fine",
             beside=(("p99_ms", "ms at p99"), ("p99_without_ms", "without them"))),
    ]


def store_lines(run: Run) -> list[list[str]]:
    """The cells of the table; none if the run has nothing of the store."""
    ours, sqlite = (run.read(name).get("rows", {}) for name in ("store.json", "store-yardstick.json"))
    return [cells(goal, ours.get(goal.row, {}), sqlite.get(goal.row, {})) for goal in goals()] if ours else []


def cells(goal: Goal, ours: dict[str, float], sqlite: dict[str, float]) -> list[str]:
    theirs = " to ".join(text(value) for value in goal.weaviate)
    theirs = f"{theirs} ({goal.remark})" if theirs and goal.remark else theirs or goal.remark
    must = f"{'>=' if goal.upwards else '<='} {text(goal.must)} {goal.unit}" + (f", {goal.least[0]} >= {goal.least[1]:g}" if goal.least else "")
    peer = text(sqlite[goal.figure]) if goal.figure in sqlite else ""
    line = [goal.name or goal.row, theirs, peer, must]
    if goal.figure not in ours:
        return [*line, "", "", "", NOT_MEASURED]
    value = ours[goal.figure]
    beside = [f"{precise(name, ours[name])} {words}" for name, words in goal.beside if name in ours]
    good = value >= goal.must if goal.upwards else value <= goal.must
    enough = goal.least is None or ours.get(goal.least[0], 0) >= goal.least[1]
    return [*line, text(value) + (f" ({', '.join(beside)})" if beside else ""),
            f"{value / goal.must:.2f}" if goal.must else "", times(goal, value), verdict(good and enough, False)]


def precise(name: str, value: float) -> str:
    return f"{value:.4f}" if name == "recall" else text(value)


def times(goal: Goal, value: float) -> str:
    """How many times better than Weaviate, by the better of its figures."""
    if not goal.weaviate or not value or not goal.is_comparable:
        return ""
    return text(value / max(goal.weaviate) if goal.upwards else min(goal.weaviate) / value) + " x"
