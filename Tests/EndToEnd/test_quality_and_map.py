# SPDX-License-Identifier: Apache-2.0
"""Quality by label and the map of a class, against an independent computation."""
from __future__ import annotations

import base64
import csv
import json
import subprocess
import time

import numpy as np
import pytest
from conftest import data_folder
from running_server import PROGRAM, Server, environment

DEPTH = 10


def ended(server: Server, path: str, seconds: float = 120) -> dict:
    """The answer when the job has ended."""
    deadline = time.monotonic() + seconds
    while True:
        status, answer = server.request("GET", path)
        if status != 202:
            assert status == 200, answer
            return answer
        assert 0 <= answer["progress"] <= 1 and answer["state"] == "running"
        # Asked for anew it begins anew.
        path = path.replace("&refresh=true", "")
        assert time.monotonic() < deadline, f"{path} did not end: {answer}"
        # Nothing to wait on but the job: it is asked again soon.
        time.sleep(0.05)


def exported(server: Server, name: str) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Ids, unit vectors and labels of all objects, in order of their ids."""
    ids, vectors, labels, after = [], [], [], ""
    while True:
        _, page = server.request("GET", f"/v1/objects?class={name}&include=vector&limit=200&after={after}")
        if not page["objects"]:
            break
        for found in page["objects"]:
            ids.append(found["id"])
            vectors.append(found["vector"])
            labels.append(found["properties"]["category"])
        after = ids[-1]
    table = np.array(vectors, np.float64)
    return ids, table / np.linalg.norm(table, axis=1, keepdims=True), np.array(labels)


def expected(vectors: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Precision@k and mAP@10 of each object's neighbors, itself left out."""
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -np.inf)
    right = labels[np.argsort(-similarity, axis=1, kind="stable")[:, :DEPTH]] == labels[:, None]
    possible = np.minimum(DEPTH, np.array([(labels == label).sum() - 1 for label in labels]))
    precision = np.cumsum(right, axis=1) / np.arange(1, DEPTH + 1)
    return {
        "1": right[:, 0].mean(), "5": right[:, :5].mean(), "10": right.mean(),
        "mAP": ((precision * right).sum(axis=1) / possible).mean(),
    }


def agreement(answer: dict, ids: list[str], labels: np.ndarray) -> float:
    """Of the 10 nearest points on the map, how many have the same label."""
    assert [point["id"] for point in answer["points"]] == ids
    assert [point["color"] for point in answer["points"]] == list(labels)
    places = np.array([(point["x"], point["y"]) for point in answer["points"]])
    assert places.min() >= 0 and places.max() <= 1
    distances = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    return float((labels[np.argsort(distances, axis=1)[:, :DEPTH]] == labels[:, None]).mean())


def create(server: Server, vectorizer: dict) -> None:
    status, answer = server.request("POST", "/v1/schema", {
        "class": "Things", **vectorizer,
        "properties": [{"name": "category", "dataType": ["text"]}, {"name": "picture", "dataType": ["blob"]}]})
    assert status == 200, answer


def add(server: Server, objects: list[dict]) -> None:
    for start in range(0, len(objects), 50):
        status, answers = server.request("POST", "/v1/batch/objects", {"objects": objects[start:start + 50]})
        assert status == 200 and all(answer["result"]["status"] == "SUCCESS" for answer in answers), answers


@pytest.fixture
def heaps(server) -> Server:
    """600 own vectors in 12 heaps that touch."""
    generator = np.random.default_rng(5)
    centers = generator.normal(size=(12, 64))
    create(server, {"vectorizer": "none"})
    add(server, [
        {"class": "Things", "vector": (centers[number % 12] + 1.4 * generator.normal(size=64)).tolist(),
         "properties": {"category": f"heap {number % 12}"}} for number in range(600)])
    return server


def check(server: Server) -> tuple[dict, dict]:
    ids, vectors, labels = exported(server, "Things")
    answer = ended(server, "/v1/quality/Things?label=category&sample=all")
    wanted = expected(vectors, labels)
    found = {**answer["precision"], "mAP": answer["mAP"]}
    # Neighbors that are equally far but for rounding may stand in either order.
    assert found == pytest.approx(wanted, abs=0.002)
    assert answer["queries"] == answer["objects"] == len(ids)
    assert answer["recall"]["value"] > 0.98
    worst = [label["mAP"] for label in answer["byLabel"]]
    assert worst == sorted(worst) and len(worst) == len(set(labels))
    drawn = ended(server, "/v1/map/Things?color=category")
    assert agreement(drawn, ids, labels) >= 0.7
    return answer, drawn


def test_own_vectors_are_measured_and_drawn_as_computed_elsewhere(heaps):
    answer, drawn = check(heaps)
    assert 0.5 < answer["precision"]["1"] < 1
    again = heaps.request("GET", "/v1/quality/Things?label=category&sample=all")[1]
    assert again == answer
    assert ended(heaps, "/v1/map/Things?color=category&refresh=true")["points"] == drawn["points"]
    sampled = ended(heaps, "/v1/quality/Things?label=category&sample=100")
    assert sampled["queries"] == 100
    assert abs(sampled["precision"]["10"] - answer["precision"]["10"]) < 0.15


def test_the_command_measures_a_folder_as_the_server_does(heaps):
    answer = ended(heaps, "/v1/quality/Things?label=category&sample=all")
    asked = subprocess.run(
        [PROGRAM, "quality", "--server", heaps.url, "--class", "Things", "--label", "category", "--sample", "all", "--json"],
        env=environment({}), capture_output=True, text=True, check=True)
    assert json.loads(asked.stdout)["precision"] == answer["precision"]
    missing = subprocess.run(
        [PROGRAM, "quality", "--server", heaps.url, "--class", "Nothing", "--label", "category"],
        env=environment({}), capture_output=True, text=True)
    assert missing.returncode == 1 and "collection Nothing not found" in missing.stderr
    heaps.stop()
    command = [PROGRAM, "quality", "--data", heaps.folder, "--class", "Things", "--label", "category", "--sample", "all"]
    table = subprocess.run(command, env=environment({}), capture_output=True, text=True, check=True)
    assert f"{answer['precision']['1']:.4f}" in table.stdout and "heap 3" in table.stdout
    told = subprocess.run([*command, "--json"], env=environment({}), capture_output=True, text=True, check=True)
    assert json.loads(told.stdout)["precision"] == answer["precision"]
    refused = subprocess.run([*command[:-4], "--label", "colour"], env=environment({}), capture_output=True, text=True)
    assert refused.returncode == 1 and "has no property 'colour'" in refused.stderr
    heaps.start()


def test_a_server_that_stops_gives_up_what_is_being_worked_out(heaps):
    assert heaps.request("GET", "/v1/map/Things")[0] in (200, 202)
    assert heaps.stop() == 0
    heaps.start()


def test_photographs_of_the_same_things_are_near_each_other(server):
    folder = data_folder("images/caltech101-mini")
    with (folder / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    create(server, {"vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": ["picture"]}}})
    add(server, [
        {"class": "Things", "properties": {
            "category": row["label"], "picture": base64.b64encode((folder / row["file"]).read_bytes()).decode()}}
        for row in rows])
    answer, _ = check(server)
    assert answer["precision"]["1"] > 0.85


def test_a_map_is_there_after_a_restart_until_it_is_asked_for_anew(tmp_path):
    generator = np.random.default_rng(5)
    with Server(tmp_path / "data") as server:
        assert server.request("POST", "/v1/schema", {
            "class": "Dots", "vectorizer": "none", "properties": [{"name": "kind", "dataType": ["text"]}]})[0] == 200
        status, answer = server.request("POST", "/v1/batch/objects", {"objects": [
            {"class": "Dots", "vector": generator.normal(size=16).tolist(), "properties": {"kind": f"k{number % 3}"}}
            for number in range(300)]})
        assert status == 200, answer
        drawn = ended(server, "/v1/map/Dots?color=kind")
        assert server.stop() == 0
    with Server(tmp_path / "data") as server:
        status, kept = server.request("GET", "/v1/map/Dots?color=kind")
        assert status == 200 and kept["points"] == drawn["points"] and not kept["stale"]
        assert ended(server, "/v1/map/Dots?color=kind&refresh=true")["points"] == drawn["points"]
