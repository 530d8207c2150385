#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What ten thousand tenants cost, asked over REST: time, memory, mappings, threads and open files after each step.

    tenants.py [--smoke] [--tenants 10000] [--objects 20] [--dimensions 16] [--folder DIR]

The program is `.build/release/needletail`, or what NEEDLETAIL_PROGRAM names. Every number but the times of single
requests is of the whole step.
"""
from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "Tests/EndToEnd"))
from running_server import Server, Session  # noqa: E402

CLASS = {
    "class": "Note", "vectorizer": "none", "multiTenancyConfig": {"enabled": True},
    "properties": [{"name": "text", "dataType": ["text"]}, {"name": "number", "dataType": ["int"]}],
}
SEED = 7
SEARCHES = 2_000


class Run:
    """One server, and what each step took."""

    def __init__(self, server: Server, tenants: int, objects: int, dimensions: int) -> None:
        self.server = server
        self.names = [f"tenant{number}" for number in range(tenants)]
        self.objects = objects
        self.dimensions = dimensions
        self.random = random.Random(SEED)
        self.session = Session(server, 600)

    def send(self, method: str, path: str, body=None):
        status, answer = self.session.request(method, path, body)
        assert status == 200, (method, path, status, answer)
        return answer

    def step(self, name: str, work) -> None:
        """Does `work`, which may return the seconds of single requests, and prints a line."""
        began = time.monotonic()
        seconds = work()
        line = f"{name:34} {time.monotonic() - began:8.2f} s"
        process = Path(f"/proc/{self.server.process.pid}")
        line += f" {self.server.memory_bytes() / 1e6:7.0f} MB"
        line += f" {len(process.joinpath('maps').read_text().splitlines()):6} mappings"
        line += f" {len(list(process.joinpath('task').iterdir())):4} threads"
        line += f" {len(list(process.joinpath('fd').iterdir())):4} files"
        if seconds:
            seconds = sorted(seconds)
            middle, late = seconds[len(seconds) // 2], seconds[len(seconds) * 99 // 100]
            line += f"   p50 {middle * 1e3:.2f} ms, p99 {late * 1e3:.2f} ms"
        print(line, flush=True)

    def timed(self, count: int, ask) -> list[float]:
        seconds = []
        for _ in range(count):
            began = time.monotonic()
            ask()
            seconds.append(time.monotonic() - began)
        return seconds

    def vector(self) -> list[float]:
        return [round(self.random.gauss(0, 1), 4) for _ in range(self.dimensions)]

    # MARK: Steps

    def create(self) -> None:
        for start in range(0, len(self.names), 1_000):
            self.send("POST", "/v1/schema/Note/tenants", [{"name": name} for name in self.names[start:start + 1_000]])

    def fill(self) -> list[float]:
        """Batches of 1,000 objects, those of 50 tenants each."""
        seconds = []
        for start in range(0, len(self.names), 50):
            objects = [
                {"class": "Note", "tenant": name, "properties": {"text": f"note {number} of {name}", "number": number},
                 "vector": self.vector()}
                for name in self.names[start:start + 50] for number in range(self.objects)]
            body = json.dumps({"objects": objects}).encode()
            began = time.monotonic()
            answer = self.send("POST", "/v1/batch/objects", body)
            seconds.append(time.monotonic() - began)
            assert all(item["result"]["status"] == "SUCCESS" for item in answer), answer[:2]
        return seconds

    def search(self) -> None:
        query = '{ Get { Note(tenant: "%s" limit: 5 nearVector: {vector: %s}) { number } } }' % (
            self.random.choice(self.names), self.vector())
        answer = self.send("POST", "/v1/graphql", {"query": query})
        assert len(answer["data"]["Get"]["Note"]) == min(5, self.objects), answer

    def change(self, status: str) -> list[float]:
        """All tenants, a hundred a request."""
        def change(start: int) -> float:
            began = time.monotonic()
            self.send("PUT", "/v1/schema/Note/tenants", [
                {"name": name, "activityStatus": status} for name in self.names[start:start + 100]])
            return time.monotonic() - began
        return [change(start) for start in range(0, len(self.names), 100)]

    def list_tenants(self) -> None:
        assert len(self.send("GET", "/v1/schema/Note/tenants")) == len(self.names)

    def nodes(self) -> None:
        shards = self.send("GET", "/v1/nodes/Note?output=verbose")["nodes"][0]["shards"]
        assert len(shards) == len(self.names)
        assert sum(shard["objectCount"] for shard in shards) == len(self.names) * self.objects

    def restart(self) -> list[float]:
        self.session.connection.close()
        began = time.monotonic()
        assert self.server.stop(600) == 0
        stopped = time.monotonic()
        self.server.start()
        print(f"{'':34} stopped in {stopped - began:.2f} s, ready in {time.monotonic() - stopped:.2f} s")
        self.session = Session(self.server, 600)
        return []

    def delete(self) -> None:
        for start in range(0, len(self.names), 1_000):
            self.send("DELETE", "/v1/schema/Note/tenants", self.names[start:start + 1_000])

    def all_steps(self) -> None:
        searches = min(SEARCHES, 10 * len(self.names))
        self.step("an empty class", lambda: self.send("POST", "/v1/schema", CLASS) and None)
        self.step(f"{len(self.names):,} tenants created", self.create)
        self.step(f"{self.objects} objects in each", self.fill)
        self.step(f"{searches:,} searches in any tenant", lambda: self.timed(searches, self.search))
        self.step("list of tenants", lambda: self.timed(10, self.list_tenants))
        self.step("nodes with their shards", lambda: self.timed(10, self.nodes))
        self.step("all deactivated", lambda: self.change("INACTIVE"))
        self.step("all activated", lambda: self.change("ACTIVE"))
        self.step("restart", self.restart)
        self.step(f"{searches:,} searches in any tenant", lambda: self.timed(searches, self.search))
        self.step("all deleted", self.delete)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--smoke", action="store_true", help="a hundred tenants, to see that it runs")
    parser.add_argument("--tenants", type=int, default=10_000)
    parser.add_argument("--objects", type=int, default=20)
    parser.add_argument("--dimensions", type=int, default=16)
    parser.add_argument("--folder", type=Path, help="where the data lie; a temporary folder if not given")
    options = parser.parse_args()
    tenants = 100 if options.smoke else options.tenants
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        with Server(Path(folder) / "data", {"ENABLE_MODULES": "", "NEEDLETAIL_IMG2VEC_MODEL": ""}) as server:
            Run(server, tenants, options.objects, options.dimensions).all_steps()
    return 0


if __name__ == "__main__":
    sys.exit(main())
