# SPDX-License-Identifier: Apache-2.0
"""One server, one model, and what goes on between them: steps, restarts, and the comparison after each."""
from __future__ import annotations

import collections
import dataclasses
import random
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "EndToEnd"), str(TESTS / "Crash")]
import crash  # noqa: E402
from conditions import EVERYTHING, where  # noqa: E402
from operations import Request, Writes  # noqa: E402
from queries import ALL, Reads, graphql, page_of  # noqa: E402
from running_server import Server, check  # noqa: E402
from store_model import IDENTITIES, ROW_OF, Collection, StoreModel, Stored, note_times, read  # noqa: E402
from values import Values  # noqa: E402
from wire import Connection, Gone  # noqa: E402

CLASSES = ["Things", "Others"]
SETTINGS = {"ENABLE_MODULES": "", "NEEDLETAIL_IMG2VEC_MODEL": ""}
REMEMBERED = 20
PAGE = 1000
# The server is ended within so many times what a write in flight usually takes; so many seconds if that is not known.
LONGEST_WAIT, USUAL_SECONDS = 1.3, 0.002
# Writes at the same time leave room for one another.
MOST_TOGETHER = 9_500


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

    def __init__(self, folder: Path, seed: int, largest: int) -> None:
        self.seed = seed
        self.server = Server(folder / "data", SETTINGS)
        self.model = StoreModel()
        self.values = Values(seed)
        self.writes = Writes(self.values, largest)
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
        if self.random.random() < 0.01:
            self.write_together()
        else:
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

    # MARK: Writes at the same time

    def drawn_together(self) -> list[Request]:
        """One write of any kind, or several that touch different objects, so that their order decides nothing but document numbers."""
        name = self.random.choice(CLASSES)
        collection = self.model.collections.get(name)
        if collection is None:
            return [self.writes.define(name)]
        if self.random.random() < 0.03:
            return [self.writes.drop(name)]
        writes = self.writes
        requests = [self.random.choice([writes.batch, self.write])(collection)]
        if requests[0].kind == "batch delete" or not requests[0].changes:
            return requests
        for _ in range(self.random.randrange(4)):
            collection = self.random.choice(list(self.model.collections.values()))
            kind = self.random.choice([writes.batch, writes.batch, writes.create, writes.replace, writes.merge, writes.delete])
            more = kind(collection)
            taken = {(request.collection, row) for request in requests for row, _ in request.changes}
            size = len(collection) + more.count + sum(request.count for request in requests)
            if more.changes and size <= MOST_TOGETHER and taken.isdisjoint((collection.name, row) for row, _ in more.changes):
                requests.append(more)
        return requests

    def send_together(self, requests: list[Request]) -> list[tuple[Request, Connection]]:
        """Sends each on a connection of its own, and waits for none."""
        sent = [(request, Connection(self.server.port)) for request in requests]
        for request, connection in sent:
            connection.send(request.method, request.path, request.body)
        return sent

    def write_together(self) -> None:
        requests = self.drawn_together()
        self.recent.append(f"#{self.operation} together: {'; '.join(map(str, requests))}")
        for request, connection in self.send_together(requests):
            self.finish(request, *connection.receive(request.method), self.tally.usual_seconds(request))
            connection.close()
        for name in {request.collection for request in requests} & self.model.collections.keys():
            self.learn_order(self.model.collections[name], {row for request in requests for row, _ in request.changes})

    def learn_order(self, collection: Collection, moved: set[int]) -> None:
        """Numbers the documents as a listing in order of insertion has them; only those of some rows may have another place than known."""
        collection.settle()
        known = [row for row in collection.listed(collection.alive).tolist() if row not in moved]
        request = graphql("Get where", collection, [f"limit:{ALL}", where(EVERYTHING)], "", lambda hits: None)
        _, answer = self.connection.ask(request.method, request.path, request.body)
        rows = [ROW_OF[hit["_additional"]["id"]] for hit in answer["data"]["Get"][collection.name]]
        if [row for row in rows if row not in moved] != known or set(rows) != set(collection.objects):
            raise Divergence(f"{collection.name} lists {len(rows)} objects of {len(collection)} in another order of insertion")
        collection.renumber(rows)

    # MARK: Restarts

    def restart(self) -> None:
        """Ends the server in one of several ways, starts it again, and compares everything."""
        self.begin_step()
        ending = self.random.choices(
            ["stopped", "stopped in writes", "killed", "killed in writes"], [25, 10, 15, 50])[0]
        pending = self.drawn_together() if ending.endswith("writes") else []
        self.recent.append(f"#{self.operation} {ending}: {'; '.join(map(str, pending))}")
        sent = self.send_together(pending)
        # The random moment itself.
        time.sleep(self.random.random() * LONGEST_WAIT * sum(map(self.tally.usual_seconds, pending)))
        if ending.startswith("stopped"):
            code = self.server.stop()
            if code:
                raise Divergence(f"SIGTERM ended it with {code}:\n{self.server.log_tail()}")
        else:
            self.server.kill()
        unanswered = [request for request, connection in sent if not self.was_answered(request, connection)]
        self.connection.close()
        if self.random.random() < 0.2:
            self.check_folder()
        crash.start(self.server, self.random)
        self.connection = Connection(self.server.port)
        self.tally.endings[ending] += 1
        self.compare(unanswered, knows_order=len(pending) < 2)
        if self.random.random() < 0.1:
            # Of a running server, which keeps the folder.
            self.check_folder()

    def was_answered(self, request: Request, connection: Connection) -> bool:
        """Whether the answer to a write came before the end; then it is acknowledged like any other."""
        try:
            status, answer = connection.receive(request.method)
        except Gone:
            return False
        finally:
            connection.close()
        if status == 503:
            return False
        self.finish(request, status, answer, self.tally.usual_seconds(request))
        return True

    def check_folder(self) -> None:
        result = check(self.server.folder)
        self.tally.checks += 1
        if result.returncode:
            raise Divergence(f"needletail check: {(result.stdout + result.stderr).strip()[-3000:]}")

    # MARK: Comparison

    def compare(self, unanswered: list[Request] = (), knows_order: bool = True) -> None:
        """Holds all that is stored against the model, and settles the writes that were not answered."""
        for request in unanswered:
            if request.schema:
                self.settle_schema(request)
        for name, collection in self.model.collections.items():
            found = self.everything(collection)
            changes = [change for request in unanswered if request.collection == name for change in request.changes]
            self.settle(collection, found, changes)
            if not knows_order:
                self.learn_order(collection, set(collection.objects))
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


def is_same(one: Stored | None, other: Stored | None) -> bool:
    return other is None if one is None else one.equals(other)
