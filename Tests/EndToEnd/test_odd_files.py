# SPDX-License-Identifier: Apache-2.0
"""Odd, damaged and hostile pictures through the whole server: the stated result, an ordinary answer, little memory."""
from __future__ import annotations

import csv
import json

import pytest
from conftest import data_folder
from running_server import ROOT, Server, base64_of

# The network, its weights and the engine take some 300 MB; what pictures may add to that.
MEMORY_LIMIT = 1 << 30


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("odd") / "data") as server:
        schema = json.loads((ROOT / "Schemas/Meme.json").read_text())
        assert server.request("POST", "/v1/schema", schema)[0] == 200
        yield server


def rows() -> list[dict]:
    folder = data_folder("images/odd")
    with (folder / "expected.csv").open() as file:
        return [{**row, "path": folder / row["file"]} for row in csv.DictReader(file)]


def test_each_file_gives_its_stated_result(running):
    wrong = []
    for row in rows():
        body = {"class": "Meme", "properties": {"image": base64_of(row["path"]), "text": row["file"]}}
        if row["path"].stat().st_size == 0:
            continue  # base64 of nothing is no blob: another test
        status, answer = running.request("POST", "/v1/objects", body, timeout=30)
        outcome = "decodes" if status == 200 else "rejects"
        if status not in (200, 422, 500):
            wrong.append((row["file"], status, "no ordinary answer"))
        elif row["strict"] == "yes" and outcome != row["outcome"]:
            wrong.append((row["file"], status, answer if status != 200 else "taken"))
        elif outcome == "rejects" and "image" not in json.dumps(answer):
            wrong.append((row["file"], status, f"the message does not name the property: {answer}"))
    assert wrong == []
    assert running.request("GET", "/v1/.well-known/ready")[0] == 200


def test_a_bad_picture_fails_its_own_item_of_a_batch(running, pets):
    bad = next(row for row in rows() if row["strict"] == "yes" and row["outcome"] == "rejects"
               and row["path"].stat().st_size)
    pictures = [pets[0][0], bad["path"], pets[1][0]]
    items = [{"class": "Meme", "properties": {"image": base64_of(path), "text": "in a batch"}} for path in pictures]
    status, answer = running.request("POST", "/v1/batch/objects", {"objects": items})
    assert status == 200
    assert [item["result"]["status"] for item in answer] == ["SUCCESS", "FAILED", "SUCCESS"]
    where = '{path: ["text"], operator: Equal, valueText: "in a batch"}'
    stored = running.graphql(f"{{Get {{Meme(where: {where}) {{_additional {{id}}}}}}}}")
    assert len(stored["Get"]["Meme"]) == 2


def test_an_empty_picture_is_refused(running):
    status, answer = running.request("POST", "/v1/objects", {"class": "Meme", "properties": {"image": ""}})
    assert status == 422, answer


def test_memory_stays_within_its_limit(running):
    for row in rows():
        if row["group"] == "bomb":
            running.request("POST", "/v1/objects", {"class": "Meme", "properties": {"image": base64_of(row["path"])}})
    assert running.memory_bytes("VmHWM") < MEMORY_LIMIT
