# SPDX-License-Identifier: Apache-2.0
"""Backups through the official Python client: made while writes go on, restored, and killed on the way."""
from __future__ import annotations

import random
import threading
import time

import pytest
import weaviate
from running_server import Server, check

OBJECTS = 4000


def fill(server: Server, name: str, count: int) -> None:
    assert server.request("POST", "/v1/schema", {"class": name, "vectorizer": "none", "properties": [
        {"name": "text", "dataType": ["text"]}, {"name": "number", "dataType": ["int"]}]})[0] == 200
    randomness = random.Random(7)
    for start in range(0, count, 500):
        objects = [{"class": name, "id": f"00000000-0000-0000-0000-{i:012d}",
                    "properties": {"text": f"word{i % 40} common", "number": i},
                    "vector": [randomness.random() for _ in range(48)]} for i in range(start, min(start + 500, count))]
        status, answer = server.request("POST", "/v1/batch/objects", {"objects": objects})
        assert status == 200 and all(item["result"]["status"] == "SUCCESS" for item in answer)


def answers(server: Server, name: str) -> list:
    vector = ",".join(["0.5"] * 48)
    return [server.graphql(query) for query in (
        "{Get{%s(nearVector:{vector:[%s]} limit:20){number text _additional{id distance}}}}" % (name, vector),
        '{Get{%s(bm25:{query:"word7"} limit:20){number _additional{id score}}}}' % name,
        "{Get{%s(where:{path:[\"number\"] operator:LessThan valueInt:50} sort:{path:[\"number\"]}){number}}}" % name,
        "{Aggregate{%s{meta{count}}}}" % name)]


def wait(server: Server, path: str) -> dict:
    while True:
        status, answer = server.request("GET", path)
        assert status == 200, answer
        if answer["status"] in ("SUCCESS", "FAILED", "CANCELED"):
            return answer
        # There is nothing to wait on but the status: clients ask for it in the same way.
        time.sleep(0.01)


@pytest.fixture
def filled(tmp_path):
    with Server(tmp_path / "data", {"BACKUP_FILESYSTEM_PATH": str(tmp_path / "backups")}) as server:
        fill(server, "First", OBJECTS)
        fill(server, "Second", 100)
        yield server


def test_what_the_client_saves_and_restores_answers_as_before(filled):
    client = weaviate.Client(filled.url, startup_period=10)
    before = answers(filled, "First")
    writing = threading.Event()
    stop = threading.Event()

    def write() -> None:
        number = OBJECTS
        while not stop.is_set():
            assert filled.request("POST", "/v1/objects", {
                "class": "First", "properties": {"text": "later", "number": number}, "vector": [2.0] * 48})[0] == 200
            number += 1
            writing.set()

    made = client.backup.create("first-1", "filesystem", include_classes=["First"], wait_for_completion=True)
    assert made["status"] == "SUCCESS"
    thread = threading.Thread(target=write)
    thread.start()
    writing.wait()
    during = client.backup.create("first-2", "filesystem", wait_for_completion=True)
    stop.set()
    thread.join()
    assert during["status"] == "SUCCESS"
    client.schema.delete_class("First")
    restored = client.backup.restore("first-1", "filesystem", wait_for_completion=True)
    assert restored["status"] == "SUCCESS"
    assert answers(filled, "First") == before
    # What was saved while writes went on has everything from before, and is sound.
    client.schema.delete_class("First")
    client.schema.delete_class("Second")
    assert client.backup.restore("first-2", "filesystem", wait_for_completion=True)["status"] == "SUCCESS"
    count = answers(filled, "First")[3]["Aggregate"]["First"][0]["meta"]["count"]
    assert count >= OBJECTS
    assert check(filled.folder).returncode == 0


def test_a_restore_over_a_class_that_is_there_fails_and_says_so(filled):
    assert filled.request("POST", "/v1/backups/filesystem", {"id": "a"})[0] == 200
    assert wait(filled, "/v1/backups/filesystem/a")["status"] == "SUCCESS"
    assert filled.request("POST", "/v1/backups/filesystem/a/restore", {})[0] == 200
    ended = wait(filled, "/v1/backups/filesystem/a/restore")
    assert ended["status"] == "FAILED" and "First already exists" in ended["error"]


def test_killed_during_a_restore_it_leaves_all_or_nothing(filled):
    assert filled.request("POST", "/v1/backups/filesystem", {"id": "a", "include": ["First"]})[0] == 200
    assert wait(filled, "/v1/backups/filesystem/a")["status"] == "SUCCESS"
    expected = answers(filled, "First")
    outcomes = set()
    for delay in (0.0, 0.005, 0.02, 0.05, 0.2):
        filled.request("DELETE", "/v1/schema/First")
        assert filled.request("POST", "/v1/backups/filesystem/a/restore", {})[0] == 200
        # The moment of the kill is what is varied.
        time.sleep(delay)
        filled.kill()
        filled.start()
        is_there = filled.request("GET", "/v1/schema/First")[0] == 200
        outcomes.add(is_there)
        if is_there:
            assert answers(filled, "First") == expected
        assert filled.request("GET", "/v1/backups/filesystem/a")[1]["status"] == "SUCCESS"
        assert check(filled.folder).returncode == 0
    assert False in outcomes, "no kill came early enough to show anything"


def test_killed_during_a_backup_its_id_is_free_again(filled):
    filled.request("POST", "/v1/backups/filesystem", {"id": "a"})
    filled.kill()
    filled.start()
    status, answer = filled.request("GET", "/v1/backups/filesystem/a")
    assert status == 200 and answer["status"] in ("CANCELED", "SUCCESS")
    if answer["status"] == "CANCELED":
        assert filled.request("POST", "/v1/backups/filesystem", {"id": "a"})[0] == 200
        assert wait(filled, "/v1/backups/filesystem/a")["status"] == "SUCCESS"
