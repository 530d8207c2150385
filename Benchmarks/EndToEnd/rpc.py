#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures gRPC beside REST and GraphQL, on the same server in the same run; prints a table and writes JSON.

- import: objects with 2048-d vectors in batches, durable and found by the next query: BatchObjects, BatchStream and
  POST /v1/batch/objects, with one and with two clients, each into a class of its own;
- search: the ten nearest, by Search and by GraphQL, one and two clients: milliseconds at the median and the 99th
  percentile, queries a second, recall@10 against exact search;
- small: objects of 64 dimensions with a text, and what one costs the server's processors;
- calls: many searches, and the server's memory before and after them.

Requests are built beforehand and replies read afterwards; client_ms is what a request cost the client itself.
The environment has to have the messages of weaviate-client 4 (Tests/requirements-grpc.txt).

usage: .venv-grpc/bin/python Benchmarks/EndToEnd/rpc.py [--smoke] [--json FILE] [--objects N] [--queries N] [--seconds S] [--calls N]
"""
from __future__ import annotations

import argparse
import json
import os
import queue
import sys
import tempfile
import time
import uuid
from pathlib import Path

import grpc
import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "Tests/EndToEnd"), str(ROOT / "Benchmarks")]
from clients import post, run  # noqa: E402
from dataset import Exact, Vectors, texts  # noqa: E402
from machine import machine  # noqa: E402
from measure import show  # noqa: E402
from running_server import TEST_DATA, Server  # noqa: E402
from vectors import wait_until_linked  # noqa: E402
from weaviate.proto.v1 import base_search_pb2, batch_pb2, search_get_pb2  # noqa: E402

MIB = 1 << 20
BATCH = 100
LIMITS = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]


class Caller:
    """A unary method on a channel of its own; requests and replies are bytes."""

    method = ""

    def __init__(self, port: int) -> None:
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", LIMITS)
        self.call = self.channel.unary_unary(f"/weaviate.v1.Weaviate/{self.method}")

    def exchange(self, request: bytes) -> bytes:
        return self.call(request, timeout=600)

    def __enter__(self) -> "Caller":
        grpc.channel_ready_future(self.channel).result(30)
        return self

    def __exit__(self, *_) -> None:
        self.channel.close()


class Searcher(Caller):
    method = "Search"


class Batcher(Caller):
    method = "BatchObjects"


class Streamer(Caller):
    """BatchStream: a message is sent, and its results are waited for; the next one is on its way meanwhile."""

    def __enter__(self) -> "Streamer":
        super().__enter__()
        self.outgoing: queue.SimpleQueue = queue.SimpleQueue()
        self.outgoing.put(message(start=batch_pb2.BatchStreamRequest.Start()))
        stream = self.channel.stream_stream("/weaviate.v1.Weaviate/BatchStream")
        self.replies = stream(iter(self.outgoing.get, None), timeout=600)
        assert batch_pb2.BatchStreamReply.FromString(next(self.replies)).WhichOneof("message") == "started"
        self.ahead = 0
        return self

    def exchange(self, request: bytes) -> bytes:
        self.outgoing.put(request)
        self.ahead += 1
        if self.ahead < 2:  # One is stored while the next one comes.
            return b""
        return self.result()

    def result(self) -> bytes:
        self.ahead -= 1
        for reply in self.replies:
            told = batch_pb2.BatchStreamReply.FromString(reply)
            if told.WhichOneof("message") == "results":
                if told.results.errors:
                    raise RuntimeError(told.results.errors[0].error)
                return b""
        raise RuntimeError("the stream ended before its results")

    def __exit__(self, *_) -> None:
        while self.ahead:
            self.result()
        self.outgoing.put(message(stop=batch_pb2.BatchStreamRequest.Stop()))
        self.outgoing.put(None)
        for _ in self.replies:
            pass
        super().__exit__()


def message(**content) -> bytes:
    return batch_pb2.BatchStreamRequest(**content).SerializeToString()


def identifier(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012x}"


def refuse_errors(reply: bytes) -> None:
    errors = batch_pb2.BatchObjectsReply.FromString(reply).errors
    if errors:
        raise RuntimeError(errors[0].error)


class RPCMeasurement:
    """One server, and everything that is asked of it."""

    def __init__(self, folder: Path, arguments: argparse.Namespace) -> None:
        self.folder, self.arguments = folder, arguments
        self.vectors = Vectors.load(TEST_DATA / "vectors" if TEST_DATA else None, arguments.objects, arguments.queries)
        self.exact = Exact(self.vectors)
        self.result: dict = {"vectors": self.vectors.origin, "dimensions": self.vectors.base.shape[1], "batch": BATCH}

    def measure(self) -> dict:
        with Server(self.folder / "rpc") as server:
            self.server = server
            for number, name in enumerate(("BatchObjects", "BatchStream", "REST")):
                for clients in (1, 2):
                    self.result[f"import {name}, {clients} clients"] = self.take_in(f"Vector{number}{clients}", name, clients)
            wait_until_linked(server)
            for clients in (1, 2):
                self.result[f"Search, {clients} clients"] = self.search(clients)
                self.result[f"GraphQL, {clients} clients"] = self.graphql(clients)
            for name in ("BatchObjects", "REST"):
                self.result[f"small objects with a text, {name}"] = self.small(name)
            self.result["memory over calls"] = self.memory()
        return self.result

    def cpu(self) -> float:
        """Processor seconds of the server so far."""
        fields = Path(f"/proc/{self.server.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    # ------------------------------------------------------------ in
    def take_in(self, collection: str, name: str, clients: int) -> dict:
        self.create(collection)
        requests = self.batches(collection, self.vectors.base, [None] * len(self.vectors.base), name)
        before = self.cpu()
        came = self.send(requests, name, clients)
        count = len(self.vectors.base)
        return {"objects_per_second": round(count / came.seconds, 1),
                "server_cpu_ms_an_object": round((self.cpu() - before) / count * 1000, 3),
                "found_at_once": self.found(collection, count)}

    def create(self, collection: str) -> None:
        status, answer = self.server.request("POST", "/v1/schema", {"class": collection, "vectorizer": "none", "properties": [
            {"name": "n", "dataType": ["int"]}, {"name": "text", "dataType": ["text"]}]})
        assert status == 200, answer

    def send(self, requests: list[bytes], name: str, clients: int):
        if name == "REST":
            return run(self.server.port, requests, clients)
        connect, check = (Batcher, refuse_errors) if name == "BatchObjects" else (Streamer, None)
        return run(self.server.grpc_port, requests, clients, check=check, connect=connect)

    def found(self, collection: str, count: int) -> int:
        """How many objects there are, by a count, and the last one by its vector."""
        answer = self.server.graphql("{Aggregate {%s {meta {count}}}}" % collection)
        found = answer["Aggregate"][collection][0]["meta"]["count"]
        assert found == count, f"{found} of {count} objects are there"
        nearest = self.nearest(collection, self.vectors.base[-1:].astype(np.float32))
        assert nearest[0][:1] == [count - 1], f"object {count - 1} is not the nearest to its vector, but {nearest[0][:1]}"
        return found

    def batches(self, collection: str, rows: np.ndarray, words: list[str | None], name: str) -> list[bytes]:
        requests = []
        for start in range(0, len(rows), BATCH):
            part = rows[start:start + BATCH].astype(np.float32)
            numbered = list(enumerate(zip(part, words[start:start + BATCH]), start))
            if name == "REST":
                vectors = texts(rows[start:start + BATCH].astype(np.float16))
                objects = [
                    json.dumps({"class": collection, "id": identifier(n), "properties": properties(n, word)})[:-1].encode()
                    + b', "vector": ' + vectors[n - start] + b"}" for n, (_, word) in numbered]
                requests.append(post("/v1/batch/objects", b'{"objects": [' + b", ".join(objects) + b"]}"))
                continue
            objects = [self.object(collection, n, row, word) for n, (row, word) in numbered]
            if name == "BatchObjects":
                requests.append(batch_pb2.BatchObjectsRequest(objects=objects).SerializeToString())
            else:
                data = batch_pb2.BatchStreamRequest.Data(
                    objects=batch_pb2.BatchStreamRequest.Data.Objects(values=objects))
                requests.append(message(data=data))
        return requests

    @staticmethod
    def object(collection: str, number: int, row: np.ndarray, word: str | None) -> batch_pb2.BatchObject:
        found = batch_pb2.BatchObject(uuid=identifier(number), collection=collection, vector_bytes=row.tobytes())
        found.properties.non_ref_properties.update(properties(number, word))
        return found

    def small(self, name: str) -> dict:
        """Objects of 64 dimensions with a text of forty words, as they come with texts."""
        collection, count = f"Small{name}", self.arguments.objects
        self.create(collection)
        generator = np.random.default_rng(7)
        rows = generator.standard_normal((count, 64)).astype(np.float16)
        known = [f"word{n}" for n in range(5_000)]
        words = [" ".join(known[i] for i in generator.zipf(1.3, 40) % len(known)) for _ in range(count)]
        requests = self.batches(collection, rows, words, name)
        before = self.cpu()
        came = self.send(requests, name, 2)
        return {"objects_per_second": round(count / came.seconds, 1),
                "server_cpu_us_an_object": round((self.cpu() - before) / count * 1e6, 1)}

    # ------------------------------------------------------------ searches
    def requests(self, collection: str, queries: np.ndarray) -> list[bytes]:
        return [
            search_get_pb2.SearchRequest(
                collection=collection, limit=10, uses_123_api=True, uses_125_api=True, uses_127_api=True,
                metadata=search_get_pb2.MetadataRequest(uuid=True, distance=True),
                properties=search_get_pb2.PropertiesRequest(non_ref_properties=["n"]),
                near_vector=base_search_pb2.NearVector(vector_bytes=row.astype(np.float32).tobytes()),
            ).SerializeToString() for row in queries]

    def nearest(self, collection: str, queries: np.ndarray) -> list[list[int]]:
        came = run(self.server.grpc_port, self.requests(collection, queries), connect=Searcher)
        return [ids_of(came.bodies[n]) for n in range(len(queries))]

    def search(self, clients: int) -> dict:
        requests = self.requests("Vector02", self.vectors.queries)
        before = self.cpu()
        came = run(self.server.grpc_port, requests, clients, self.arguments.seconds, connect=Searcher)
        hits = {number: ids_of(body) for number, body in came.bodies.items()}
        return {**came.summary(), "server_cpu_us": round((self.cpu() - before) / len(came.times) * 1e6, 1),
                "recall_at_10": round(self.exact.recall(hits, 10, None), 4)}

    def graphql(self, clients: int) -> dict:
        query = "{Get {Vector02(nearVector: {vector: %s}, limit: 10) {n _additional {id distance}}}}"
        requests = [post("/v1/graphql", json.dumps({"query": query % text.decode()}).encode())
                    for text in texts(self.vectors.queries)]
        before = self.cpu()
        came = run(self.server.port, requests, clients, self.arguments.seconds)
        hits = {number: [hit["n"] for hit in json.loads(body)["data"]["Get"]["Vector02"]] for number, body in came.bodies.items()}
        return {**came.summary(), "server_cpu_us": round((self.cpu() - before) / len(came.times) * 1e6, 1),
                "recall_at_10": round(self.exact.recall(hits, 10, None), 4)}

    def memory(self) -> dict:
        """Of the server, before and after many calls by two clients."""
        requests = self.requests("Vector02", self.vectors.queries)
        sizes = [self.server.memory_bytes() // MIB]
        for _ in range(4):
            rounds = max(1, self.arguments.calls // 4 // len(requests))
            run(self.server.grpc_port, requests * rounds, 2, check=ids_of, connect=Searcher)
            sizes.append(self.server.memory_bytes() // MIB)
        return {"calls": 4 * rounds * len(requests), "mib_after_each_quarter": sizes}


def properties(number: int, word: str | None) -> dict:
    return {"n": number} if word is None else {"n": number, "text": word}


def ids_of(reply: bytes) -> list[int]:
    return [uuid.UUID(bytes=hit.metadata.id_as_bytes).int & 0xFFFF_FFFF_FFFF
            for hit in search_get_pb2.SearchReply.FromString(reply).results]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="few objects and calls: only shows that it runs")
    parser.add_argument("--json", type=Path, help="where the figures are written as JSON")
    parser.add_argument("--objects", type=int, default=10_000, help="how many objects each class gets (%(default)s)")
    parser.add_argument("--queries", type=int, default=500, help="how many different queries (%(default)s)")
    parser.add_argument("--seconds", type=float, default=5, help="of each round of queries (%(default)s)")
    parser.add_argument("--calls", type=int, default=100_000, help="how many calls memory is watched over (%(default)s)")
    arguments = parser.parse_args()
    if arguments.smoke:
        arguments.objects, arguments.queries, arguments.seconds, arguments.calls = 300, 20, 0.2, 400
    with tempfile.TemporaryDirectory(prefix="needletail-rpc-") as temporary:
        began = time.monotonic()
        result = {"machine": machine(), **RPCMeasurement(Path(temporary), arguments).measure()}
        result["seconds"] = round(time.monotonic() - began, 1)
    show(result)
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
