# SPDX-License-Identifier: Apache-2.0
"""The arithmetic behind the tables of measurements."""
from __future__ import annotations

import json
import math
import sys

import pytest
from running_server import ROOT

sys.path.insert(0, str(ROOT / "Benchmarks"))
import goals  # noqa: E402
import summary  # noqa: E402
from curves import front, rate_at  # noqa: E402


def test_between_two_points_the_rate_goes_with_the_logarithm_of_the_loss():
    points = [(0.9, 4000.0), (0.99, 1000.0)]
    middle = 1 - math.sqrt(0.1 * 0.01)
    assert rate_at(points, middle) == pytest.approx(2000)
    assert rate_at(points, 0.99) == pytest.approx(1000)


def test_the_hastiest_point_counts_where_all_find_more_and_nothing_where_none_does():
    points = [(0.97, 4000.0), (1.0, 1000.0)]
    assert rate_at(points, 0.95) == 4000
    assert rate_at(points, 0.99) < 4000
    assert rate_at([(0.9, 10.0)], 0.95) is None
    assert rate_at([], 0.95) is None


def test_points_beaten_in_both_are_left_out():
    assert front([(0.9, 10.0), (0.95, 20.0), (0.99, 5.0)]) == [(0.95, 20.0), (0.99, 5.0)]


def measured(prefix: str, factor: float) -> list[dict]:
    sweep = [{"name": f"{prefix}ef {ef}", "recall": 1 - 1 / ef, "rate": factor * 10_000 / ef} for ef in (10, 40, 100, 448)]
    return [*sweep, {"name": f"{prefix}build s", "value": 1 / factor}]


def test_a_run_becomes_a_table_and_what_it_lacks_is_told(tmp_path):
    header = {"data": "real", "count": 1000, "dimensions": 64, "queries": 20, "m": 16, "efConstruction": 100}
    for name, rows in (("index", measured("", 5)), ("index-yardsticks", measured("hnswlib ", 1) + measured("faiss ", 3))):
        (tmp_path / f"{name}.json").write_text(json.dumps({**header, "rows": rows}))
    run = goals.Run(tmp_path)
    lines = {line.what: line for line in goals.all_goals(run)}
    at_95 = lines["1,000 x 64: QPS at recall 0.95"]
    assert (at_95.ratio, at_95.verdict) == ("5.00 x", "met")
    assert lines["build, one thread (recall at ef 100 >= hnswlib's - 0.002)"].ratio == "1/5.00"
    assert lines["QPS at ef 100 (recall >= 0.995)"].verdict == "missed"  # fast enough, but its recall is 0.99
    assert lines["the same, two clients"].verdict == goals.NOT_MEASURED
    page = summary.put_into(f"before\n{summary.BEGIN}\nold\n{summary.END}\nafter\n", summary.document(run))
    assert page.startswith("before\n") and page.endswith("after\n") and "old" not in page
    assert "| 1,000 x 64: QPS at recall 0.95 | >= 4 x hnswlib |" in page
