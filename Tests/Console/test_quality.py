# SPDX-License-Identifier: Apache-2.0
"""Quality: figures by label, the index by ef, per cents, and a picture that is changed."""
from __future__ import annotations

import json
import random
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import Console
from conftest import start
from selenium.webdriver.common.keys import Keys


@pytest.fixture(scope="module")
def dots(tmp_path_factory):
    """A server with 4,000 own vectors in 12 heaps: enough for an index with links."""
    generator = random.Random(3)
    centers = [[generator.gauss(0, 1) for _ in range(32)] for _ in range(12)]
    with start(tmp_path_factory.mktemp("dots") / "data") as server:
        properties = [{"name": "kind", "dataType": ["text"], "tokenization": "field"}]
        assert server.request("POST", "/v1/schema", {"class": "Dot", "vectorizer": "none", "properties": properties})[0] == 200
        for _ in range(2):
            objects = [
                {"class": "Dot", "vector": [value + 1.2 * generator.gauss(0, 1) for value in centers[n % 12]], "properties": {"kind": f"kind {n % 12}"}}
                for n in range(2_000)]
            assert server.request("POST", "/v1/batch/objects", {"objects": objects})[0] == 200
        yield server


@pytest.fixture
def dot_console(driver, dots):
    with Console(driver, dots) as console:
        yield console


def measured(server, path: str) -> dict:
    while True:
        status, answer = server.request("GET", path)
        if status == 200:
            return answer


def table(console: Console, index: int = 0) -> list[list[str]]:
    """The cells of a table on the screen, row by row."""
    return console.run(
        "return [...document.querySelectorAll('main table')[arguments[0]].tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.innerText.trim()))", index)


def slide(console: Console, value: float) -> None:
    console.run(
        "const slider = document.querySelector('input[type=range]'); slider.value = arguments[0];"
        "slider.dispatchEvent(new Event('input', {bubbles: true}))", value)


def test_labels_are_measured_with_what_each_figure_says(console, server):
    console.open("quality?class=Pet")
    assert console.find("form select").get_attribute("value") == "breed"
    console.click("form button", "Measure")
    figures = {each.text.split("\n")[0]: each.text.split("\n")[1:] for each in (console.find(".figure"), *console.all(".figure"))}
    answer = measured(server, "/v1/quality/Pet?label=breed&sample=1000")
    assert figures["precision@1"][0] == f"{answer['precision']['1']:.3f}" and "nearest" in figures["precision@1"][1]
    assert figures["mAP@10"][0] == f"{answer['mAP']:.3f}" and figures["recall of the index"][0] == "1.000"
    assert {"precision@5", "precision@10"} <= set(figures)
    rows = table(console)
    assert [row[0] for row in rows] == [each["label"] for each in answer["byLabel"]], "the worst label is not first"
    console.wait(lambda: "label=breed" in console.path and "run=1" in console.path)
    console.assert_accessible()
    console.screenshot("quality-labels")
    # Sorted by another column by a click on its head, and back again.
    console.click("th button", "Label")
    names = [row[0] for row in table(console)]
    assert names == sorted(names, key=str.lower) and console.find("th[aria-sort=ascending]").text.startswith("Label")
    console.click("th button", "Label")
    assert [row[0] for row in table(console)] == names[::-1]


def test_confusions_lead_to_the_objects(console, server):
    console.open("quality?class=Pet&label=breed&run=1")
    console.find(".figure")
    worst = measured(server, "/v1/quality/Pet?label=breed&sample=1000")["confusions"][0]
    row = table(console, 1)[0]
    assert row[:3] == [worst["label"], worst["found"], str(worst["count"])]
    link = console.find("a", "Look at both").get_attribute("href")
    query = parse_qs(urlsplit(link).query)
    wanted = json.loads(query["filter"][0])
    assert urlsplit(link).path == "/console/browse" and query["class"] == ["Pet"] and wanted["join"] == "Or"
    assert {each["value"] for each in wanted["rows"]} == {worst["label"], worst["found"]}


def test_the_recall_of_the_index_is_shown_by_ef_and_the_slider_names_the_smallest(dot_console, dots):
    console = dot_console
    console.open("quality?class=Dot&section=index")
    console.click("form button", "Measure")
    console.find(".chart-point", seconds=60)
    curve = measured(dots, "/v1/recall/Dot?queries=200&limit=10")["curve"]
    rows = table(console)
    assert [int(row[0]) for row in rows] == [point["ef"] for point in curve]
    assert [float(row[1]) for row in rows] == pytest.approx([point["recall"] for point in curve], abs=1e-4)
    assert len(console.all(".chart")) == 2 and len(console.all(".chart-point")) == 2 * len(curve)
    first = console.find(".chart-point")
    assert first.get_attribute("tabindex") == "0" and "Recall" in first.get_attribute("aria-label")
    for target in (0.8, 0.95, 1.0):
        slide(console, target)
        reached = next((point["ef"] for point in curve if point["recall"] >= target), None)
        console.find(".ef-choice p", f"ef {reached} is the smallest" if reached else "No ef that was measured")
    console.assert_accessible()
    console.size(360, 740)
    console.assert_fits()
    console.screenshot("quality-index-phone")


def test_ef_is_set_on_the_server_after_asking_and_back(dot_console, dots):
    console = dot_console
    console.open("quality?class=Dot&section=index&run=1")
    console.find(".chart-point", seconds=60)
    slide(console, 0.8)
    button = console.find(".ef-choice .row button", "Set ef to")
    ef = int(button.text.rsplit(" ", 1)[1])
    button.click()
    dialog = console.find("dialog[open]")
    assert "chosen by the server (-1)" in dialog.text and str(ef) in dialog.text
    console.assert_accessible()
    console.click("dialog button", "Cancel")
    console.gone("dialog[open]")
    assert dots.request("GET", "/v1/schema/Dot")[1]["vectorIndexConfig"]["ef"] == -1
    console.click(".ef-choice .row button", "Set ef to")
    console.click("dialog button", "Change it")
    console.wait(lambda: dots.request("GET", "/v1/schema/Dot")[1]["vectorIndexConfig"]["ef"] == ef)
    console.find(".ef-choice", f"Searches use ef {ef} now", seconds=60)
    console.click(".ef-choice button", "Let the server choose")
    console.click("dialog button", "Change it")
    console.wait(lambda: dots.request("GET", "/v1/schema/Dot")[1]["vectorIndexConfig"]["ef"] == -1)
    console.find(".ef-choice", "Searches choose ef", seconds=60)


def test_an_index_without_links_says_that_ef_does_nothing(console):
    console.open("quality?class=Pet&section=index&run=1")
    console.find(".empty", "no links yet")


def test_per_cents_are_compared_with_labels(console):
    console.open("quality?class=Pet&section=percent")
    console.click("form button", "Measure")
    console.find("table", seconds=60)
    rows = table(console)
    shares = [int(row[2].split("\n")[-1].rstrip(" %")) for row in rows]
    counts = [int(row[1]) for row in rows]
    assert sum(counts) == 50 * 20
    # Sorted from high per cents down: the nearest have the same label more often than the farthest.
    assert shares[counts.index(max(counts))] < max(shares) and shares[-1] < 50
    console.assert_accessible()
    console.screenshot("quality-percent")


def test_a_stored_picture_is_searched_with_in_ten_versions(console, server):
    console.open("quality?class=Pet&section=picture")
    console.click("button", "Take a stored one")
    console.find(".variant-name", seconds=60)
    console.wait(lambda: "object=" in console.path)
    rows = table(console)
    assert [row[0] for row in rows][:3] == ["Saved again", "Mirrored", "Turned by a quarter"] and len(rows) == 10
    again = rows[0]
    assert again[1] == "found first" and float(again[3]) < 0.05 and int(again[2].split()[0]) >= 8
    assert len({row[3] for row in rows}) > 5, "versions are no different"
    console.settle()
    console.assert_accessible()
    console.screenshot("quality-picture")
    console.click(".picture-hit")
    console.find("dialog[open]")
    console.press(Keys.ESCAPE)


def test_a_dropped_picture_is_tested_and_one_that_is_none_refused_in_words(console, pets, tmp_path):
    console.open("quality?class=Pet&section=picture")
    console.drop(".picture-drop", pets[1][0])
    console.find(".variant-name", seconds=60)
    assert "object=" not in console.path
    broken = tmp_path / "broken.jpg"
    broken.write_text("this is no picture")
    console.drop(".picture-drop", broken)
    console.find(".empty", "can't read this picture")


def test_what_can_not_be_measured_says_why(dot_console, dots):
    console = dot_console
    assert dots.request("POST", "/v1/schema", {"class": "Bare", "vectorizer": "none", "properties": [{"name": "size", "dataType": ["number"]}]})[0] == 200
    console.open("quality?class=Bare")
    console.find(".empty", "no property that could be a label")
    console.open("quality?class=Dot&section=picture")
    console.find(".empty", "can't be searched with pictures")
    dots.request("DELETE", "/v1/schema/Bare")


def test_a_measurement_shows_progress_and_can_be_cancelled(dot_console, dots):
    """All of 20,000 vectors are compared with all: that takes a while."""
    console, generator = dot_console, random.Random(4)
    assert dots.request("POST", "/v1/schema", {"class": "Many", "vectorizer": "none", "vectorIndexType": "flat", "properties": [{"name": "kind", "dataType": ["text"]}]})[0] == 200
    for _ in range(5):
        objects = [{"class": "Many", "vector": [generator.random() for _ in range(16)], "properties": {"kind": str(n % 9)}} for n in range(4_000)]
        assert dots.request("POST", "/v1/batch/objects", {"objects": objects})[0] == 200
    console.open("quality?class=Many&label=kind&sample=all&run=1")
    console.find("nt-background-job progress[value]")
    console.click("nt-background-job button", "Cancel")
    console.find("main p", "was cancelled")
