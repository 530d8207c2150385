#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills imports at random moments until they come to their end, and checks that everything is there once.

A round takes one kind of ids (content, path, uuid), vectors or pictures, and a way in:

- `folder`: `needletail import --data` is killed and run again;
- `importer`: the same with `--server`;
- `server`: the server is killed and started again while the importer goes on;
- `job`: an import inside the server, whose server is killed; the request is sent again after each restart.

At the end of each round must hold: every row or picture is there exactly once, and `needletail check` finds nothing.

usage: imports.py [--rounds 24] [--vectors 20000] [--pictures 200] [--seed N] [--smoke]
"""
from __future__ import annotations

import argparse
import http.client
import json
import random
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Tests/EndToEnd"))
from running_server import PROGRAM, STARTER_NETWORK, Server, check, environment  # noqa: E402

WAYS = ("folder", "importer", "server", "job")
SCHEMES = ("content", "path", "uuid")
ENDED = ("SUCCESS", "FAILED", "CANCELED")
# So often an import is killed at most before it is let run to its end.
MOST_KILLS = 12


def write_vectors(folder: Path, count: int) -> None:
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({count}, 8), }}".ljust(117) + "\n"
    chooser = random.Random(count)
    rows = b"".join(struct.pack("<8f", *(chooser.gauss(0, 1) for _ in range(8))) for _ in range(count))
    (folder / "v.npy").write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + rows)
    with (folder / "v.jsonl").open("w") as file:
        for number in range(count):
            file.write(json.dumps({"number": number}) + "\n")


def write_pictures(folder: Path, count: int) -> None:
    """Bitmaps of 16 x 16 pixels, each another."""
    (folder / "p").mkdir()
    head = b"BM" + struct.pack("<IIIIiiHHIIiiII", 54 + 768, 0, 54, 40, 16, 16, 1, 24, 0, 768, 0, 0, 0, 0)
    chooser = random.Random(count)
    with (folder / "p.csv").open("w") as table:
        table.write("path,number\n")
        for number in range(count):
            (folder / "p" / f"{number}.bmp").write_bytes(head + chooser.randbytes(764) + struct.pack("<I", number))
            table.write(f"p/{number}.bmp,{number}\n")


class Round:
    """One import that is killed until it is whole."""

    def __init__(self, folder: Path, way: str, scheme: str, kind: str, count: int, chooser: random.Random) -> None:
        self.folder, self.way, self.scheme, self.kind, self.count, self.random = folder, way, scheme, kind, count, chooser
        self.kills = 0
        self.server = Server(folder / "data", {
            "NEEDLETAIL_IMG2VEC_MODEL": STARTER_NETWORK, "NEEDLETAIL_IMPORT_ROOTS": str(folder)})
        self.source = ["v.npy", "--properties", "v.jsonl"] if kind == "vectors" else ["p.csv"]

    def start(self) -> subprocess.Popen:
        target = ["--data", "data"] if self.way == "folder" else ["--server", self.server.url]
        return subprocess.Popen(
            [PROGRAM, "import", *self.source, "--class", "Thing", "--id", self.scheme, "--json", *target],
            cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env=environment({"NEEDLETAIL_IMG2VEC_MODEL": STARTER_NETWORK, "XDG_STATE_HOME": str(self.folder / "state")}))

    def patience(self) -> float | None:
        """How long it is let run; longer each time, and in the end as long as it likes."""
        return None if self.kills >= MOST_KILLS else self.random.uniform(0, 0.2 + 0.25 * self.kills)

    def run(self) -> None:
        if self.way != "folder":
            self.server.start()
        if self.way == "server":
            self.kill_servers()
        elif self.way == "job":
            self.kill_jobs()
        else:
            self.kill_importers()

    def kill_importers(self) -> None:
        while True:
            process = self.start()
            try:
                _, err = process.communicate(timeout=self.patience())
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                self.kills += 1
                continue
            if process.returncode != 0:
                raise AssertionError(f"the import ended with {process.returncode}:\n{err[-2000:]}")
            return

    def kill_servers(self) -> None:
        process = self.start()
        while (patience := self.patience()) is not None:
            try:
                process.wait(timeout=patience)
                break
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.kills += 1
                self.server.start()
        _, err = process.communicate(timeout=600)
        if process.returncode != 0:
            raise AssertionError(f"the import ended with {process.returncode}:\n{err[-2000:]}")

    def kill_jobs(self) -> None:
        wanted = {"source": self.source[0], "class": "Thing", "id": self.scheme}
        if self.kind == "vectors":
            wanted["properties"] = "v.jsonl"
        while True:
            status, answer = self.server.request("POST", "/v1/imports", wanted)
            assert status == 202, answer
            patience = self.patience()
            end = time.monotonic() + (600 if patience is None else patience)
            while time.monotonic() < end:
                state = self.server.request("GET", f"/v1/imports/{answer['id']}")[1]
                if state["state"] in ENDED:
                    assert state["state"] == "SUCCESS" and state["failed"] == 0, state
                    return
                time.sleep(0.02)
            self.server.kill()
            self.kills += 1
            self.server.start()

    def problems(self) -> list[str]:
        if not self.server.process:
            self.server.start()
        numbers, after = [], ""
        while True:
            status, answer = self.server.request("GET", f"/v1/objects?class=Thing&limit=1000{after}")
            assert status == 200, answer
            if not answer["objects"]:
                break
            numbers += [one["properties"]["number"] for one in answer["objects"]]
            after = f"&after={answer['objects'][-1]['id']}"
        self.server.stop()
        problems = []
        if len(set(numbers)) != self.count:
            problems.append(f"{self.count - len(set(numbers))} of {self.count} are missing")
        if len(numbers) != len(set(numbers)):
            problems.append(f"{len(numbers) - len(set(numbers))} are there twice")
        checked = check(self.folder / "data")
        if checked.returncode != 0:
            problems.append(checked.stdout[-1000:])
        return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=24)
    parser.add_argument("--vectors", type=int, default=20000)
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--smoke", action="store_true", help="4 rounds, one for each way in")
    arguments = parser.parse_args()
    rounds = 4 if arguments.smoke else arguments.rounds
    print(f"crash of imports: {rounds} rounds, seed {arguments.seed}", flush=True)
    chooser = random.Random(arguments.seed)
    failed, kills = 0, 0
    for number in range(rounds):
        way = WAYS[number % len(WAYS)]
        scheme = chooser.choice(SCHEMES)
        kind = ("vectors", "pictures")[(number + number // len(WAYS)) % 2]
        count = arguments.vectors if kind == "vectors" else arguments.pictures
        with tempfile.TemporaryDirectory(prefix="needletail-import-crash-") as temporary:
            folder = Path(temporary)
            write_vectors(folder, count) if kind == "vectors" else write_pictures(folder, count)
            one = Round(folder, way, scheme, kind, count, chooser)
            try:
                one.run()
                problems = one.problems()
            except (AssertionError, OSError, http.client.HTTPException) as error:
                problems = [f"{type(error).__name__}: {error}", one.server.log_tail()]
            finally:
                one.server.kill()
        kills += one.kills
        print(f"{way}, {kind}, {scheme}: {one.kills} kills{'' if not problems else '; WRONG'}", flush=True)
        for problem in problems:
            print(f"  {problem}", flush=True)
        failed += bool(problems)
    print(f"{kills} kills, {failed} of {rounds} rounds wrong")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
