# SPDX-License-Identifier: Apache-2.0
"""Fills a server until it refuses, empties it while it is full, and fills it again: by the limit of the map and of the disk.

usage: full.py [--smoke] [--rounds N] [--seed N]        --smoke takes some twenty seconds; else 200 rounds a limit
The half with a full disk mounts a tmpfs, which needs root; without it that half is left out, and said so.
Prints its seed; ends with 1 if something was not right.
"""
from __future__ import annotations

import argparse
import base64
import os
import random
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "EndToEnd"))
from running_server import STARTER_NETWORK, Server, Session, check  # noqa: E402

SIZES = [20_000, 4_000, 500, 10]
MAP_SIZE = 16 << 20
DISK_SIZE = 24 << 20


class Rounds:
    """Fills and empties one server."""

    def __init__(self, name: str, folder: Path, settings: dict[str, str], seed: int) -> None:
        self.name = name
        self.random = random.Random(seed)
        self.server = Server(folder, {"NEEDLETAIL_IMG2VEC_MODEL": STARTER_NETWORK, **settings})
        self.findings: list[str] = []
        # How many of the largest blobs went in, by round.
        self.counts: list[int] = []

    def expect(self, is_right: bool, problem: str) -> None:
        if not is_right:
            self.findings.append(problem)
            print(f"{self.name}, round {len(self.counts)}: {problem}", file=sys.stderr)

    def run(self, rounds: int) -> None:
        self.server.start()
        with Session(self.server) as self.session:
            for number in range(rounds):
                ids = self.fill()
                self.read(ids)
                [self.drop, self.delete_all, self.delete_and_write][number % 3](ids)
                if self.findings:
                    break
        # Background work of a full database may be refused; what was dropped is no reason to complain.
        self.expect(self.server.stop() == 0, "the server did not stop cleanly")
        # A start on what is left, which may be a full disk.
        self.server.start()
        self.expect(self.server.stop() == 0, "the server did not stop cleanly after another start")
        checked = check(self.server.folder)
        self.expect(checked.returncode == 0, f"the check found damage: {checked.stdout}{checked.stderr}")
        least = min(self.counts)
        self.expect(least >= self.counts[0] * 0.8, f"less and less went in: {self.counts}")
        print(f"{self.name}: {len(self.counts)} rounds, {least} to {max(self.counts)} blobs of {SIZES[0]} bytes each time")

    def fill(self) -> list[str]:
        """Objects of ever smaller blobs, until each size is refused."""
        status, answer = self.session.request("POST", "/v1/schema", {
            "class": "Full", "vectorizer": "none", "properties": [
                {"name": "b", "dataType": ["blob"]}, {"name": "n", "dataType": ["int"]}]})
        self.expect(status == 200, f"making the class gave {status}: {answer}")
        ids: list[str] = []
        for size in SIZES:
            status = 200
            while status == 200:
                identity = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
                status, answer = self.session.request("POST", "/v1/objects", self.new_object(identity, size, len(ids)))
                if status == 200:
                    ids.append(identity)
            self.expect(status == 507, f"{size} bytes were refused with {status}: {answer}")
            self.expect("delete" in str(answer), f"the refusal does not say what to do: {answer}")
            if size == SIZES[0]:
                self.counts.append(len(ids))
        status, answer = self.session.request(
            "POST", "/v1/batch/objects", {"objects": [self.new_object(str(uuid.uuid4()), 100_000, -1)]})
        told = status == 200 and "delete" in str(answer[0]["result"].get("errors"))
        self.expect(told, f"a batch into a full database gave {status}: {str(answer)[:300]}")
        return ids

    def new_object(self, identity: str, size: int, number: int) -> dict:
        blob = base64.b64encode(self.random.randbytes(size)).decode()
        return {"class": "Full", "id": identity, "properties": {"b": blob, "n": number},
                "vector": [self.random.random() for _ in range(4)]}

    def read(self, ids: list[str]) -> None:
        """Reads work whatever is full."""
        found = self.server.graphql(
            "{Aggregate{Full{meta{count}}} Get{Full(limit:3 nearVector:{vector:[1,0,0,0]}){n _additional{id}}}}")
        count = found["Aggregate"]["Full"][0]["meta"]["count"]
        self.expect(count == len(ids), f"{count} objects are counted, {len(ids)} were stored")
        self.expect(len(found["Get"]["Full"]) == min(3, len(ids)), f"a search gave {found['Get']['Full']}")
        identity = self.random.choice(ids)
        status, _ = self.session.request("GET", f"/v1/objects/Full/{identity}?include=vector")
        self.expect(status == 200, f"reading {identity} gave {status}")

    # Ways of emptying

    def drop(self, ids: list[str]) -> None:
        for identity in self.random.sample(ids, min(5, len(ids))):
            self.delete(identity)
        status, answer = self.session.request("DELETE", "/v1/schema/Full")
        self.expect(status == 200, f"dropping the class gave {status}: {answer}")
        self.wait_for_room()

    def delete_all(self, ids: list[str]) -> None:
        """By filter, as many a request as it takes, then one by one."""
        singles = ids[-5:]
        for identity in singles:
            self.delete(identity)
        left = len(ids) - len(singles)
        while left > 0:
            status, answer = self.session.request("DELETE", "/v1/batch/objects", {"match": {"class": "Full", "where": {
                "path": ["n"], "operator": "GreaterThanEqual", "valueInt": 0}}})
            results = answer["results"] if status == 200 else answer
            self.expect(status == 200 and results["failed"] == 0 and results["successful"] > 0,
                        f"a filtered delete gave {status}: {str(results)[:300]}")
            if self.findings:
                return
            left -= results["successful"]
        self.read_empty()
        self.drop_empty()

    def delete_and_write(self, ids: list[str]) -> None:
        """What was deleted makes room at once."""
        shuffled = self.random.sample(ids, len(ids))
        for identity in shuffled[:len(shuffled) // 2]:
            self.delete(identity)
            if self.findings:
                return
        for _ in range(10):
            status, answer = self.session.request("POST", "/v1/objects", self.new_object(str(uuid.uuid4()), 500, 0))
            self.expect(status == 200, f"after half was deleted a write gave {status}: {answer}")
        self.drop_empty()

    def delete(self, identity: str) -> None:
        status, answer = self.session.request("DELETE", f"/v1/objects/Full/{identity}")
        self.expect(status == 204, f"deleting {identity} gave {status}: {answer}")

    def read_empty(self) -> None:
        found = self.server.graphql("{Aggregate{Full{meta{count}}}}")
        self.expect(found["Aggregate"]["Full"][0]["meta"]["count"] == 0, f"objects are left: {found}")

    def drop_empty(self) -> None:
        status, answer = self.session.request("DELETE", "/v1/schema/Full")
        self.expect(status == 200, f"dropping the class gave {status}: {answer}")
        self.wait_for_room()

    def wait_for_room(self) -> None:
        """Purging goes on behind the answer; room is there when a large object goes in."""
        self.session.request("POST", "/v1/schema", {"class": "Room", "vectorizer": "none"})
        deadline = time.monotonic() + 30
        status, answer = 0, None
        while status != 200 and time.monotonic() < deadline:
            status, answer = self.session.request(
                "POST", "/v1/objects", {"class": "Room", "vector": [self.random.random() for _ in range(60_000)]})
        self.expect(status == 200, f"no room came back after a class was dropped: {status} {answer}")
        self.session.request("DELETE", "/v1/schema/Room")


def full_disk(folder: Path, rounds: int, seed: int) -> list[str]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_SIZE}", "none", folder], check=True)
    try:
        run = Rounds("disk", folder / "data", {}, seed)
        # The log lies beside the data, and is not what fills the disk.
        run.server.log_path = folder.with_name("disk.log")
        try:
            run.run(rounds)
        finally:
            run.server.kill()
        return run.findings
    finally:
        subprocess.run(["umount", folder], check=True)


def full_map(folder: Path, rounds: int, seed: int) -> list[str]:
    run = Rounds("map", folder, {"NEEDLETAIL_MAP_SIZE": str(MAP_SIZE)}, seed)
    try:
        run.run(rounds)
    finally:
        run.server.kill()
    size = (folder / "data.mdb").stat().st_size
    run.expect(size <= MAP_SIZE, f"the file has {size} bytes")
    return run.findings


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--smoke", action="store_true")
    arguments.add_argument("--rounds", type=int)
    arguments.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = arguments.parse_args()
    rounds = options.rounds or (3 if options.smoke else 200)
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory() as folder:
        findings = full_map(Path(folder) / "map", rounds, options.seed)
        if os.geteuid() == 0:
            findings += full_disk(Path(folder) / "disk", rounds, options.seed)
        else:
            print("the half with a full disk is left out: mounting a tmpfs needs root")
    print("ok" if not findings else f"{len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
