# SPDX-License-Identifier: Apache-2.0
"""The arithmetic behind the tables of measurements."""
from __future__ import annotations

import json
import math
import sys
import uuid

import numpy as np
import pytest
from running_server import ROOT

sys.path[:0] = [str(ROOT / "Benchmarks"), str(ROOT / "Benchmarks/EndToEnd")]
import goals  # noqa: E402
import store_data  # noqa: E402
import store_goals  # noqa: E402
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


def store_report(rows: dict) -> dict:
    machine = {"date": "2026-01-01", "commit": "abc", "changed": False, "processor": "some", "family": "1", "model": "2",
               "extensions": [], "cores": 2, "memory_gib": 8.0, "load_before": 0.1}
    return {"machine": machine, "objects": 1000, "small": False, "dimensions": 64, "sqlite": "3.40.1", "rows": rows}


def test_goals_of_the_store_stand_beside_weaviate_and_sqlite(tmp_path):
    ours = {
        "filter: int equal": {"cpu_ms": 0.1, "p50_ms": 9}, "filter: tags": {"cpu_ms": 0.3},
        "nearVector, filter of 1 %": {"cpu_ms": 0.2, "recall": 0.98}, "nearVector, filter of 10 %": {"cpu_ms": 0.5, "recall": 0.9951},
        "cursor through everything": {"objects_per_second": 320_000}, "nearVector": {"cpu_ms": 0.25, "recall": 0.9972},
        "after the import": {"anonymous_mb": 300, "memory_mb": 700, "disk_mb": 600},
        "500 idle connections plus load": {"failures": 0, "p99_ms": 6.5},
    }
    (tmp_path / "store.json").write_text(json.dumps(store_report(ours)))
    (tmp_path / "store-yardstick.json").write_text(json.dumps(store_report({"filter: int equal": {"cpu_ms": 0.02}, "nearVector": {"cpu_ms": 1}})))
    lines = {line[0]: line[1:] for line in store_goals.store_lines(goals.Run(tmp_path))}
    assert lines["filter: int equal"] == ["0.6 to 1.9", "0.02", "<= 0.2 ms", "0.1", "0.50", "6 x", "met"]
    assert lines["filter: tags"][-1] == "missed" and lines["filter: tags"][1] == ""
    assert lines["nearVector, filter of 1 %"][-1] == "missed"  # fast enough, but it finds too little
    assert lines["nearVector, filter of 10 %"][3:] == ["0.5 (0.9951 recall)", "0.50", "20 x", "met"]
    assert lines["cursor through everything"][-2:] == ["5 x", "met"]
    assert lines["memory after the import, beside the map"][3:] == ["300 (700 with the pages of the map)", "0.86", "", "met"]
    assert lines["disk after the import"][-1] == "missed"
    assert lines["500 idle connections plus load"][3:] == ["0 (6.5 ms at p99)", "", "", "met"]
    assert lines["get by id, REST"][-1] == goals.NOT_MEASURED
    document = summary.document(goals.Run(tmp_path))
    assert "1,000 objects with vectors of 64 dimensions, SQLite 3.40.1" in document
    assert "| nearVector | 0.25 | 1 | 0.9972 |" in document  # without a goal
    assert "The store over HTTP" not in summary.document(goals.Run(tmp_path / "none"))


def test_every_goal_of_the_store_names_a_row_once():
    names = [goal.name or goal.row for goal in store_goals.goals()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("small", [False, True])
def test_objects_are_what_their_columns_say(small):
    items = store_data.Items(300, small)
    objects = items.objects(0, 300)
    for number, item in enumerate(objects):
        properties = item["properties"]
        assert items.number_of(item["id"]) == number and str(uuid.UUID(item["id"])) == item["id"]
        assert set(properties) == {property["name"] for property in items.properties}
        assert properties["made"] == items.date_text(items.made[number])
        assert np.float32(item["vector"]).tolist() == items.vectors[number].tolist()
        if not small:
            tags = properties["tags"]
            assert 1 <= len(set(tags)) == len(tags) <= store_data.MOST_TAGS
            assert all(items.with_tag(int(tag[3:]))[number] for tag in tags)
    assert objects[7] == items.objects(7, 8)[0] == store_data.Items(300, small).objects(7, 8)[0]
    assert store_data.Items(5, small, first=300).id_of(0) == items.id_of(300)


def test_the_truth_of_keyword_search_is_the_formula_written_out():
    items = store_data.Items(200)
    texts = [[item["properties"][name].split() for name in ("title", "body")] for item in items.objects(0, 200)]
    searched = [2, 9]
    right = np.zeros(200)
    for rank in searched:
        token = store_data.WORDS[rank]
        sizes = [sum(token in fields[field] for fields in texts) for field in (0, 1)]
        having = sum(sizes) // sum(size > 0 for size in sizes)
        weight = math.log(1 + (200 - having + 0.5) / (having + 0.5))
        for field in (0, 1):
            mean = np.mean([len(fields[field]) for fields in texts])
            for number, fields in enumerate(texts):
                frequency = fields[field].count(token)
                right[number] += weight * frequency / (frequency + 1.2 * (0.25 + 0.75 * len(fields[field]) / mean))
    assert np.allclose(items.keyword_scores(searched), right, rtol=1e-5) and right.any()


def test_recall_counts_what_is_as_near_as_the_last_and_nothing_not_allowed():
    items = store_data.Items(100)
    allowed = items.rank < 500
    query = items.queries[0]
    nearest = items.nearest(query, allowed)
    assert allowed[nearest].all() and items.recall(query, nearest, allowed) == 1
    assert items.recall(query, nearest[:4], allowed) == pytest.approx(0.4)
    assert items.recall(query, [], np.zeros(100, bool)) == 1


def test_hybrid_scores_are_those_of_both_searches_between_nought_and_their_weights():
    items = store_data.Items(400)
    query, searched = items.queries[1], [2, 9]
    fused = items.hybrid_scores(searched, query)
    nearest, words = items.nearest(query)[0], items.keyword_scores(searched)
    assert fused[nearest] >= 0.75 and fused[int(words.argmax())] >= 0.25 and fused.max() <= 1
    assert 100 <= (fused > 0).sum() + 2 <= 200
    allowed = items.rank < 30
    assert not items.hybrid_scores(searched, query, allowed)[~allowed].any()
