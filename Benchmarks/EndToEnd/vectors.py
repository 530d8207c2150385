# SPDX-License-Identifier: Apache-2.0
"""Objects with vectors of their own: taken in, searched, filtered, kept on disk, there again after a restart."""
from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from clients import Connection, Measured, post, run
from dataset import Exact, Vectors, texts
from running_server import TEST_DATA, Server

MIB = 1 << 20
FILTERS = (1, 10, 50)


@dataclass
class Sizes:
    objects: int = 10_000
    queries: int = 500
    batch: int = 100
    seconds: float = 5  # of each round of queries


class VectorMeasurement:
    """One server, from empty to its last restart."""

    def __init__(self, folder: Path, sizes: Sizes) -> None:
        self.folder, self.sizes = folder, sizes
        vectors = Vectors.load(TEST_DATA / "vectors" if TEST_DATA else None, sizes.objects, sizes.queries)
        # A hundred values, at random: `percent < 10` allows a tenth.
        self.sure: tuple[int, set[int]] = (0, set())
        self.percent = np.random.default_rng(3).integers(0, 100, len(vectors.base))
        self.exact = Exact(vectors)
        self.questions = texts(vectors.queries)
        self.batches = self.import_requests(vectors)
        self.raw_bytes = 4 * vectors.base.size
        self.result: dict = {"objects": len(vectors.base), "vectors": vectors.origin, "dimensions": vectors.base.shape[1],
                             "queries": len(vectors.queries), "batch": sizes.batch}

    def measure(self) -> dict:
        result = self.result
        server = Server(self.folder / "vectors")
        with server:
            self.take_in(server)
            self.search(server)
            result["memory_mib"] = server.memory_bytes() // MIB
            result["memory_peak_mib"] = server.memory_bytes("VmHWM") // MIB
            result["disk_after_import"] = self.disk(server)
            result["first_answer"] = self.restarts(server)
            result["near_vector_after_kill"] = self.near_vector(server, 1, None)
            result["memory_after_start_mib"] = server.memory_bytes() // MIB
            server.stop()
        return result

    # ------------------------------------------------------------ in
    def import_requests(self, vectors: Vectors) -> list[bytes]:
        requests = []
        for start in range(0, len(vectors.base), self.sizes.batch):
            objects = [
                b'{"class":"Vector","id":"00000000-0000-4000-8000-%012x","properties":{"n":%d,"percent":%d},"vector":%s}'
                % (n, n, self.percent[n], text)
                for n, text in enumerate(texts(vectors.base[start:start + self.sizes.batch]), start)]
            requests.append(post("/v1/batch/objects", b'{"objects":[' + b",".join(objects) + b"]}"))
        return requests

    def take_in(self, server: Server) -> None:
        properties = [{"name": name, "dataType": ["int"]} for name in ("n", "percent")]
        schema = {"class": "Vector", "vectorizer": "none", "properties": properties}
        assert server.request("POST", "/v1/schema", schema)[0] == 200
        count = self.result["objects"]
        came = run(server.port, self.batches, clients=2, check=all_stored)
        self.result["import"] = {"clients": 2, "objects_per_second": round(count / came.seconds, 1),
                                 "client_ms_an_object": round(came.client_seconds / count * 1000, 3), **came.summary()}
        self.result["near_vector_at_once"] = self.near_vector(server, 1, None)
        self.result["seconds_until_linked"] = wait_until_linked(server)

    # ------------------------------------------------------------ searches
    def search(self, server: Server) -> None:
        seconds = self.sizes.seconds
        warm = run(server.port, self.search_requests(), 1, None)
        self.sure = self.answered_right(answers(warm))
        self.result["near_vector"] = self.near_vector(server, 1, seconds)
        self.result["near_vector_two_clients"] = self.near_vector(server, 2, seconds)
        for percent in FILTERS:
            self.result[f"near_vector_{percent}_percent_allowed"] = self.near_vector(server, 1, seconds, percent)

    def near_vector(self, server: Server, clients: int, seconds: float | None, percent: int | None = None) -> dict:
        came = run(server.port, self.search_requests(percent), clients, seconds)
        allowed = None if percent is None else self.percent < percent
        return {"clients": clients, **came.summary(), "recall_at_10": round(self.exact.recall(answers(came), 10, allowed), 4)}

    def answered_right(self, hits: dict[int, list[int]]) -> tuple[int, set[int]]:
        """A query whose answer was the truth, and what may be in that answer: the restarted server is asked it."""
        worst = self.exact.worst(10)
        for query, found in hits.items():
            right = set(np.flatnonzero(self.exact.similarity[query] >= worst[query] - 1e-6).tolist())
            if set(found) <= right:
                return query, right
        raise RuntimeError("no query was answered right")

    def search_requests(self, percent: int | None = None) -> list[bytes]:
        where = "" if percent is None else f', where: {{path: ["percent"], operator: LessThan, valueInt: {percent}}}'
        query = "{Get {Vector(nearVector: {vector: %s}, limit: 10" + where + ") {n _additional {id distance}}}}"
        return [post("/v1/graphql", json.dumps({"query": query % text.decode()}).encode()) for text in self.questions]

    # ------------------------------------------------------------ disk and restart
    def disk(self, server: Server) -> dict:
        """What the files of the data folder take, beside four bytes a number."""
        files = [path.stat() for path in server.folder.rglob("*") if path.is_file()]
        taken = sum(file.st_blocks * 512 for file in files)
        return {"mib": round(taken / MIB, 1), "apparent_mib": round(sum(file.st_size for file in files) / MIB, 1),
                "to_raw_floats": round(taken / self.raw_bytes, 3)}

    def restarts(self, server: Server) -> dict:
        """Seconds from the start of the process to the first right answer, after each way to end.

        Each is measured twice: as users start it, and without a network for pictures, whose loading takes part of it.
        """
        plain = server.settings
        without = {**plain, "NEEDLETAIL_IMG2VEC_MODEL": str(self.folder / "none.onnx")}
        result = {}
        for ending in ("kill", "stop", "batch and kill"):
            for name, settings in (("without network", without), ("with network", plain)):
                if ending.startswith("batch"):
                    run(server.port, self.batches[:1])
                if ending == "stop":
                    server.stop()
                    self.result["disk_after_stop"] = self.disk(server)
                else:
                    server.kill()
                server.settings = settings
                result[f"after_{ending}_{name}_s".replace(" ", "_")] = self.first_answer(server)
        return result

    def first_answer(self, server: Server) -> float:
        """Seconds from the start of the process until a query is answered with the ten that are truly nearest."""
        query, right = self.sure
        request = self.search_requests()[query]
        began = time.monotonic()
        server.launch()
        while time.monotonic() - began < 120:
            try:
                with Connection(server.port) as connection:
                    hits = hits_of(connection.exchange(request))
            except (OSError, RuntimeError):
                # Not listening, or not ready: asked again soon.
                assert server.process.poll() is None, server.log_tail()
                time.sleep(0.001)
                continue
            if len(hits) >= min(10, len(right)) and set(hits) <= right:
                return round(time.monotonic() - began, 3)
        raise RuntimeError("no right answer in 120 s")


def hits_of(body: bytes) -> list[int]:
    answer = json.loads(body)
    assert not answer.get("errors"), answer
    return [hit["n"] for hit in answer["data"]["Get"]["Vector"]]


def answers(came: Measured) -> dict[int, list[int]]:
    return {number: hits_of(body) for number, body in came.bodies.items()}


def all_stored(body: bytes) -> None:
    if b'"FAILED"' in body:
        failed = [item["result"] for item in json.loads(body) if item["result"]["status"] != "SUCCESS"]
        raise RuntimeError(f"not stored: {failed[:1]}")


def wait_until_linked(server: Server, limit: float = 600) -> float | None:
    """Seconds until the vector queue is empty, as /v1/nodes tells; `None` if it does not get empty."""
    began = time.monotonic()
    while time.monotonic() - began < limit:
        _, answer = server.request("GET", "/v1/nodes?output=verbose")
        if not any(shard.get("vectorQueueLength") for node in answer["nodes"] for shard in node.get("shards") or []):
            return round(time.monotonic() - began, 1)
        time.sleep(0.1)
    return None
