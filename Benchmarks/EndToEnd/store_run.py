# SPDX-License-Identifier: Apache-2.0
"""A server with the objects, and a row of figures for each question."""
from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Callable

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "Tests/EndToEnd"), str(ROOT / "Benchmarks")]
from clients import Connection, post  # noqa: E402
from running_server import Server  # noqa: E402
from store_data import PROPERTIES, SMALL, Items  # noqa: E402

#: Looks at the answer to the request with this number, and fails if it is wrong.
Check = Callable[[int, bytes], None]


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def graphql(arguments: str, fields: str = "_additional { id }") -> bytes:
    return post("/v1/graphql", json.dumps({"query": f"{{ Get {{ Item({arguments}) {{ {fields} }} }} }}"}).encode())


def aggregate(arguments: str, fields: str) -> bytes:
    arguments = f"({arguments})" if arguments else ""
    query = f"{{ Aggregate {{ Item{arguments} {{ {fields} }} }} }}"
    return post("/v1/graphql", json.dumps({"query": query}).encode())


def answer_of(body: bytes, kind: str = "Get") -> list:
    answer = json.loads(body)
    assert not answer.get("errors"), answer
    return answer["data"][kind]["Item"]


def ids_of(body: bytes) -> list[str]:
    return [hit["_additional"]["id"] for hit in answer_of(body)]


def vector_text(vector: np.ndarray) -> str:
    return ",".join(f"{value:.5f}" for value in vector)


class StoreRun:
    """One server, one connection to it, and the figures."""

    def __init__(self, server: Server, items: Items, seconds: float, rows: str = "") -> None:
        """`rows`: only those that have one of these texts, with `|` between them, in their name."""
        self.server, self.items, self.seconds = server, items, seconds
        self.parts = rows.split("|")
        self.result: dict[str, dict[str, float]] = {}
        self.connection = Connection(server.port)

    def wants(self, name: str) -> bool:
        return any(part in name for part in self.parts)

    def cpu(self) -> float:
        """Seconds of processor time of the server: the clock that `clock_getcpuclockid` names."""
        return time.clock_gettime(~self.server.process.pid << 3 | 2)

    def note(self, name: str, **figures: float) -> None:
        self.result[name] = {key: round(float(value), 5) for key, value in figures.items()}
        print(f"{name:44} " + "   ".join(f"{key} {value:,.3f}" for key, value in figures.items()), flush=True)

    def ask(self, name: str, requests: list[bytes], check: Check, further: Callable[[], dict] = dict) -> None:
        """Sends the requests in turn until the time is up, after each was answered once and its answer looked at.

        `further` gives figures that the check gathered. Questions about what small objects lack are left out.
        """
        missing = [property["name"] for property in PROPERTIES if self.items.small and property["name"] not in SMALL]
        if not self.wants(name) or any(property.encode() in requests[0] for property in missing):
            return
        for number, request in enumerate(requests):
            body = self.connection.exchange(request)
            try:
                check(number, body)
            except AssertionError as error:
                raise SystemExit(f"{name}: a wrong answer: {error}\n{request[:600]!r}\n{body[:600]!r}") from error
        times, cpu, began = [], self.cpu(), time.perf_counter()
        while not times or time.perf_counter() - began < self.seconds:
            start = time.perf_counter()
            self.connection.exchange(requests[len(times) % len(requests)])
            times.append(time.perf_counter() - start)
        spent = (self.cpu() - cpu) / len(times)
        self.note(name, cpu_ms=spent * 1e3, p50_ms=np.median(times) * 1e3, p99_ms=np.percentile(times, 99) * 1e3, **further())

    def rest(self, limit: float = 300) -> None:
        """Waits until the vector queue is empty and the server takes less than a twentieth of a core for a while."""
        began, quiet, cpu = time.monotonic(), 0, self.cpu()
        while quiet < 3 and time.monotonic() - began < limit:
            # There is nothing to wait on: what a server does by itself shows only in its processor time.
            time.sleep(0.1)
            now = self.cpu()
            queued = False
            if now - cpu < 0.005:
                _, answer = self.server.request("GET", "/v1/nodes?output=verbose")
                queued = any(shard.get("vectorQueueLength") for node in answer["nodes"] for shard in node.get("shards") or [])
            quiet = 0 if queued or now - cpu >= 0.005 else quiet + 1
            cpu = self.cpu()

    def reconnect(self) -> None:
        self.connection.close()
        self.connection = Connection(self.server.port)

    def disk_bytes(self) -> int:
        return sum(file.stat().st_blocks * 512 for file in self.server.folder.rglob("*") if file.is_file())
