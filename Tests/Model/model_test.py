#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sends a server random operations and holds every answer against a plain dictionary, through restarts and kills.

Two classes with properties of all common types and small vectors grow, shrink, run empty, and are dropped and made again with another
index. Objects are written alone and in batches, deleted alone and by filter, and read back; listings with filters and sort keys,
aggregations, keyword searches and searches by vector must answer what the model does, order included. Only where a search walks a graph
may it miss something of what is nearest.

From time to time the server is stopped or killed, often in the middle of a write. What it had acknowledged must be there afterwards;
of the write whose answer never came, each object is as it was before or as it was sent, and the model learns which. Everything
is listed and compared, and now and then `needletail check` looks at the folder.

Each step is drawn by the seed and its number, so a run can be repeated; where a kill leaves it open what was stored, later steps may
differ a little. What was sent last is printed when something is wrong, and the folder is kept.

usage: model_test.py [--operations 1000000] [--seed N] [--restarts-every 10000] [--smoke]
"""
from __future__ import annotations

import argparse
import collections
import dataclasses
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "EndToEnd"), str(TESTS / "Crash")]
import crash  # noqa: E402
from operations import Request, Writes  # noqa: E402
from queries import Reads, page_of  # noqa: E402
from running_server import Server, check  # noqa: E402
from store_model import IDENTITIES, ROW_OF, Collection, StoreModel, Stored, note_times, read  # noqa: E402
from values import Values  # noqa: E402
from wire import Connection, Gone  # noqa: E402

CLASSES = ["Things", "Others"]
SETTINGS = {"ENABLE_MODULES": "", "NEEDLETAIL_IMG2VEC_MODEL": ""}
REMEMBERED = 20
PAGE = 1000
LEAST_RECALL = 0.95
# The server is ended within so many times what a write in flight usually takes; so many seconds if that is not known.
LONGEST_WAIT, USUAL_SECONDS = 1.3, 0.002


class Divergence(Exception):
    """The server is not where the model is."""


@dataclasses.dataclass
class Tally:
    """What was done."""

    operations: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    requests: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    seconds: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    endings: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    kept: int = 0
    lost: int = 0
    checks: int = 0
    largest: int = 0

    def note(self, request: Request, seconds: float) -> None:
        self.operations[request.kind] += request.count
        self.requests[request.kind] += 1
        self.seconds[request.kind] += seconds

    def usual_seconds(self, request: Request) -> float:
        known = self.operations[request.kind]
        return request.count * self.seconds[request.kind] / known if known else USUAL_SECONDS


class Run:
    """One server, one model, and what goes on between them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.seed = seed
        self.server = Server(folder / "data", SETTINGS)
        self.model = StoreModel()
        self.values = Values(seed)
        self.writes = Writes(self.values)
        self.reads = Reads(self.values)
        self.tally = Tally()
        self.recent: collections.deque[str] = collections.deque(maxlen=REMEMBERED)
        self.step_number = 0
        self.operation = 0
        self.server.start()
        self.connection = Connection(self.server.port)

    @property
    def random(self) -> random.Random:
        return self.values.random

    def begin_step(self) -> None:
        self.step_number += 1
        self.random.seed(f"{self.seed}/{self.step_number}")

    # MARK: Steps

    def step(self) -> None:
        self.begin_step()
        self.send(self.drawn())

    def drawn(self) -> Request:
        name = self.random.choices(CLASSES, [2, 1])[0]
        collection = self.model.collections.get(name)
        if collection is None:
            return self.writes.define(name)
        chance = self.random.random()
        if chance < (0.0001 if name == CLASSES[0] else 0.0006):
            return self.writes.drop(name)
        if chance < 0.27:
            return self.reads.single(collection, self.writes.any_row(collection))
        if chance < 0.62:
            return self.reads.query(collection)
        return self.write(collection)

    def write(self, collection: Collection) -> Request:
        writes = self.writes
        surplus = len(collection) > writes.target(collection)
        kinds = [
            (writes.create, 5), (writes.replace, 7), (writes.merge, 8), (writes.delete, 5), (writes.batch, 10),
            (writes.batch_delete, 10 if surplus else 1)]
        return self.random.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0](collection)

    def send(self, request: Request) -> None:
        self.recent.append(f"#{self.operation} {request}")
        began = time.monotonic()
        try:
            answer = self.connection.ask(request.method, request.path, request.body)
        except Gone as error:
            raise Divergence(f"the server has gone: {error}\n{self.server.log_tail()}") from error
        self.finish(request, *answer, time.monotonic() - began)

    def finish(self, request: Request, status: int, answer: object, seconds: float) -> None:
        if problem := request.judge(status, answer):
            raise Divergence(f"{request.kind}: {problem}\nasked: {request.method} {request.path} {(request.body or b'').decode()[:3000]}")
        request.apply(self.model)
        self.operation += request.count
        self.tally.note(request, seconds)
        self.tally.largest = max(self.tally.largest, *map(len, self.model.collections.values()), 0)

    # MARK: Restarts

    def restart(self) -> None:
        """Ends the server in one of several ways, starts it again, and compares everything."""
        self.begin_step()
        ending = self.random.choices(
            ["stopped", "stopped in a write", "killed", "killed in a write"], [25, 10, 15, 50])[0]
        pending = self.pending_write() if ending.endswith("write") else None
        if pending:
            self.recent.append(f"#{self.operation} {ending}: {pending}")
            self.connection.send(pending.method, pending.path, pending.body)
            # The random moment itself.
            time.sleep(self.random.random() * LONGEST_WAIT * self.tally.usual_seconds(pending))
        else:
            self.recent.append(f"#{self.operation} {ending}")
        if ending.startswith("stopped"):
            code = self.server.stop()
            if code:
                raise Divergence(f"SIGTERM ended it with {code}:\n{self.server.log_tail()}")
        else:
            self.server.kill()
        pending = self.last_answer(pending)
        self.connection.close()
        if self.random.random() < 0.2:
            self.check_folder()
        crash.start(self.server, self.random)
        self.connection = Connection(self.server.port)
        self.tally.endings[ending] += 1
        self.compare(pending)
        if self.random.random() < 0.1:
            # Of a running server, which keeps the folder.
            self.check_folder()

    def pending_write(self) -> Request:
        name = self.random.choice(CLASSES)
        collection = self.model.collections.get(name)
        if collection is None:
            return self.writes.define(name)
        if self.random.random() < 0.05:
            return self.writes.drop(name)
        return self.random.choice([self.writes.batch, self.write])(collection)

    def last_answer(self, pending: Request | None) -> Request | None:
        """Reads the answer to a write if it came before the end; then it is acknowledged like any other."""
        if pending is None:
            return None
        try:
            status, answer = self.connection.receive(pending.method)
        except Gone:
            return pending
        if status == 503:
            return pending
        self.finish(pending, status, answer, self.tally.usual_seconds(pending))
        return None

    def check_folder(self) -> None:
        result = check(self.server.folder)
        self.tally.checks += 1
        if result.returncode:
            raise Divergence(f"needletail check: {(result.stdout + result.stderr).strip()[-3000:]}")

    # MARK: Comparison

    def compare(self, pending: Request | None = None) -> None:
        """Holds all that is stored against the model, and settles a write that was not answered."""
        if pending and pending.schema:
            self.settle_schema(pending)
            pending = None
        for name, collection in self.model.collections.items():
            found = self.everything(collection)
            self.settle(collection, found, pending.changes if pending and pending.collection == name else [])
            self.send(page_of(collection, "", 1, sorted(collection.objects)[:1]))
            for _ in range(3):
                self.send(self.reads.query(collection))

    def everything(self, collection: Collection) -> dict[int, Stored]:
        found: dict[int, Stored] = {}
        after = ""
        while True:
            path = f"/v1/objects?class={collection.name}&limit={PAGE}&include=vector{after}"
            status, answer = self.connection.ask("GET", path)
            if status != 200:
                raise Divergence(f"{path}: {status} {answer}")
            objects = answer["objects"]
            found.update((ROW_OF[item["id"]], read(item)) for item in objects)
            if len(objects) < PAGE:
                return found
            after = f"&after={objects[-1]['id']}"

    def settle(self, collection: Collection, found: dict[int, Stored], changes: list[tuple[int, Stored | None]]) -> None:
        """Every object is as it was, or as the last of the changes to it would have it."""
        last = dict(changes)
        carried_out = set()
        for row in last:
            old, new, here = collection.objects.get(row), last[row], found.get(row)
            if is_same(here, new):
                carried_out.add(row)
            elif not is_same(here, old):
                raise Divergence(f"{IDENTITIES[row]} is {here}, neither {old} as before nor {new} as sent")
        self.tally.kept += len(carried_out)
        self.tally.lost += len(last) - len(carried_out)
        for row, new in changes:
            if row in carried_out:
                collection.put(row, new)
        if lost := [IDENTITIES[row] for row in collection.objects if row not in found]:
            raise Divergence(f"{collection.name} has lost {len(lost)} of {len(collection)} objects: {lost[:5]}")
        for row, here in found.items():
            stored = collection.objects.get(row)
            if stored is None:
                raise Divergence(f"{collection.name} has {IDENTITIES[row]}, which should not be there: {here}")
            problem = note_times(stored, here) if stored.equals(here) else f"it is {here}, not {stored}"
            if problem:
                raise Divergence(f"{collection.name} {IDENTITIES[row]}: {problem}")

    def settle_schema(self, pending: Request) -> None:
        """A class whose making or dropping was not answered is there, whole, or it is not."""
        (name, definition), = pending.schema.items()
        status, _ = self.connection.ask("GET", f"/v1/schema/{name}")
        if (status == 200) == (definition is not None):
            pending.apply(self.model)

    # MARK: Report

    def report(self, seconds: float) -> None:
        tally = self.tally
        print(f"{self.operation} operations in {sum(tally.requests.values())} requests, {seconds:.0f} s; seed {self.seed}")
        for kind, count in sorted(tally.operations.items()):
            print(f"  {kind:24} {count:8} operations {tally.requests[kind]:7} requests {tally.seconds[kind]:8.1f} s")
        endings = ", ".join(f"{kind} {count}" for kind, count in sorted(tally.endings.items())) or "none"
        print(f"restarts: {endings}; unanswered writes: {tally.kept} objects stored, {tally.lost} as before")
        numbers = {name: collection.next_number for name, collection in self.model.collections.items()}
        print(f"needletail check {tally.checks} times; at most {tally.largest} objects; document numbers up to {numbers}")
        print(f"recall where a graph is walked: {self.reads.recall.share:.4f} of {self.reads.recall.wanted}", flush=True)


def is_same(one: Stored | None, other: Stored | None) -> bool:
    return other is None if one is None else one.equals(other)


def carry_out(run: Run, operations: int, restarts_every: int) -> None:
    began, next_restart, next_line = time.monotonic(), restarts_every, 50_000
    while run.operation < operations:
        run.step()
        if restarts_every and run.operation >= next_restart:
            run.restart()
            next_restart = run.operation + round(restarts_every * random.Random(f"{run.seed}/{run.operation}").uniform(0.2, 1.8))
        if run.operation >= next_line:
            sizes = {name: len(collection) for name, collection in run.model.collections.items()}
            print(f"{run.operation} operations, {time.monotonic() - began:.0f} s, {sizes}", flush=True)
            next_line += 50_000
    run.compare()
    if code := run.server.stop():
        raise Divergence(f"SIGTERM ended it with {code}")
    run.check_folder()
    run.report(time.monotonic() - began)
    if run.reads.recall.share < LEAST_RECALL:
        raise Divergence(f"the recall of graphs is {run.reads.recall.share}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--operations", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--restarts-every", type=int, default=10_000, help="operations between two restarts, on average; 0 for none")
    parser.add_argument("--smoke", action="store_true", help="15,000 operations, with a restart about every 1,500")
    parser.add_argument("--folder", type=Path, help="where data goes; kept. Without it a temporary folder, kept after a failure")
    arguments = parser.parse_args()
    operations, restarts_every = (15_000, 1_500) if arguments.smoke else (arguments.operations, arguments.restarts_every)
    print(f"model: {operations} operations, a restart about every {restarts_every}, seed {arguments.seed}", flush=True)
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="needletail-model-"))
    run = Run(folder, arguments.seed)
    try:
        carry_out(run, operations, restarts_every)
    except Divergence as divergence:
        print(f"DIVERGENCE at operation {run.operation}, step {run.step_number}, seed {run.seed}: {divergence}")
        print("\n".join(["the last requests:", *run.recent]))
        print(f"the data is in {folder}; again: --seed {run.seed} --operations {operations} --restarts-every {restarts_every}")
        return 1
    finally:
        run.server.kill()
    if not arguments.folder:
        shutil.rmtree(folder)
    print("model: passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
