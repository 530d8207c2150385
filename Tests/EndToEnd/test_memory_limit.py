# SPDX-License-Identifier: Apache-2.0
"""What happens when the server has come to its memory limit: writes are refused, nothing ends, nothing is lost."""
from __future__ import annotations

import http.client
import json
import random
import subprocess
import threading
import time
import uuid

from running_server import PROGRAM, Monitored, environment

LIMIT = 160 << 20
DIMENSIONS = 2048
PER_BATCH = 100


class Sampling(threading.Thread):
    """Keeps the most that the process has held."""

    def __init__(self, server: Monitored) -> None:
        super().__init__(daemon=True)
        self.server, self.most, self.ended = server, 0, threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.005):
            self.most = max(self.most, self.server.memory_bytes("RssAnon") + self.server.memory_bytes("VmSwap"))

    def __enter__(self) -> "Sampling":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.ended.set()
        self.join()


def vector(number: int) -> list[int]:
    return random.Random(number).choices(range(10), k=DIMENSIONS)


def identifier(number: int) -> str:
    return str(uuid.UUID(int=number))


def make_class(server: Monitored) -> None:
    definition = {"class": "Note", "vectorIndexType": "flat", "vectorIndexConfig": {"distance": "manhattan"},
                  "properties": [{"name": "text", "dataType": ["text"]}]}
    assert server.request("POST", "/v1/schema", definition)[0] == 200


def batch(start: int) -> dict:
    return {"objects": [
        {"class": "Note", "id": identifier(number), "vector": vector(number), "properties": {"text": f"word{number} of many"}}
        for number in range(start, start + PER_BATCH)]}


def send(server: Monitored, start: int) -> tuple[int, str | None, object]:
    """Status, `Retry-After` and body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        connection.request("POST", "/v1/batch/objects", json.dumps(batch(start)), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Retry-After"), json.loads(answer.read())
    finally:
        connection.close()


def fill(server: Monitored) -> tuple[int, object]:
    """Imports until that is refused; returns how many objects were acknowledged, and the refusal."""
    for start in range(0, 40_000, PER_BATCH):
        status, retry, answer = send(server, start)
        if status == 503:
            assert retry == "1"
            return start, answer
        assert status == 200 and all(item["result"]["status"] == "SUCCESS" for item in answer), answer
    raise AssertionError("nothing was refused")


def count(server: Monitored) -> int:
    return server.graphql("{Aggregate {Note {meta {count}}}}")["Aggregate"]["Note"][0]["meta"]["count"]


def test_at_its_memory_limit_the_server_refuses_writes_and_goes_on(tmp_path):
    settings = {"NEEDLETAIL_MEMORY_LIMIT": "160MiB", "NEEDLETAIL_IMG2VEC_MODEL": "/no/such/network.onnx"}
    with Monitored(tmp_path / "data", settings) as server:
        with Sampling(server) as sampling:
            make_class(server)
            stored, refusal = fill(server)
            assert stored > 1_000
            message = refusal["error"][0]["message"]
            assert "its limit is 160 MiB (NEEDLETAIL_MEMORY_LIMIT)" in message and "delete objects" in message
            metrics = server.metrics()
            assert metrics["needletail_memory_limit_bytes"] == LIMIT
            assert metrics["needletail_memory_refused_writes_total"] == 1
            assert abs(metrics["needletail_memory_held_bytes"] - server.memory_bytes("RssAnon")) < 16 << 20
            memory = server.request("GET", "/v1/server")[1]["memory"]
            assert memory["limitBytes"] == LIMIT and memory["requestBudgetBytes"] == LIMIT // 4

            # What was acknowledged is there, and nothing else; searches and deletions go on.
            assert count(server) == stored
            for number in (0, stored // 2, stored - 1):
                query = f"{{Get {{Note(nearVector: {{vector: {vector(number)}}}, limit: 1) {{_additional {{id distance}}}}}}}}"
                found = server.graphql(query)["Get"]["Note"][0]["_additional"]
                assert found == {"id": identifier(number), "distance": 0}
            assert server.request("DELETE", f"/v1/objects/Note/{identifier(0)}")[0] == 204
            assert server.request("GET", f"/v1/objects/Note/{identifier(0)}")[0] == 404
            match = {"class": "Note", "where": {"path": ["text"], "operator": "Equal", "valueText": "word1"}}
            assert server.request("DELETE", "/v1/batch/objects", {"match": match})[1]["results"]["successful"] == 1
            assert count(server) == stored - 2

            assert server.request("DELETE", "/v1/schema/Note")[0] == 200
            make_class(server)
            status, _, answer = send(server, 0)
            assert status == 200 and all(item["result"]["status"] == "SUCCESS" for item in answer)
            assert count(server) == PER_BATCH
            log = server.log_tail(1_000)
            assert "memory is limited" in log and "memory is full" in log and "memory is no longer tight" in log
        assert server.stop() == 0
    assert sampling.most < LIMIT


def test_a_limit_that_is_too_small_stops_the_start(tmp_path):
    settings = {"NEEDLETAIL_MEMORY_LIMIT": "63MiB", "PERSISTENCE_DATA_PATH": str(tmp_path)}
    ended = subprocess.run(
        [PROGRAM, "serve"], capture_output=True, text=True, env=environment(settings), timeout=60)
    assert ended.returncode == 2
    assert "NEEDLETAIL_MEMORY_LIMIT: '63MiB' does not do; give auto, or a size from 64MiB" in ended.stderr
