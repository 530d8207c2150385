#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills the server at random moments under load, again and again, and checks what is there after each restart.

Several workers, each with objects of its own, insert, replace, change and delete them, one by one and in batches. A
worker knows for each of its objects what the server has acknowledged, and what it was asked for and has not answered.
After a kill and a restart every object must be in one of these states:

- lost: an acknowledged write is not there, or an older state of the object is;
- phantom: an object is there that was never sent, or that was deleted and acknowledged, or a state never sent.

Objects have a vector and a multi-vector. Both counts must be zero. The listing, the count of objects, the searches by vector
and by multi-vector and `needletail check` must agree.

usage: crash.py [--rounds 100] [--seed N] [--workers 4] [--smoke]
"""
from __future__ import annotations

import argparse
import dataclasses
import http.client
import random
import statistics
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "EndToEnd"))
from running_server import Server, Session, check  # noqa: E402

DIMENSIONS = 64
TOKEN_DIMENSIONS = 24
OBJECTS_PER_WORKER = 400
PAGE = 500
CLASS = {
    "class": "Crash",
    "vectorConfig": {
        "single": {"vectorizer": {"none": {}}},
        "tokens": {"vectorizer": {"none": {}}, "vectorIndexConfig": {"multivector": {"enabled": True}}},
    },
    "properties": [
        {"name": "revision", "dataType": ["int"]},
        {"name": "text", "dataType": ["text"]},
    ],
}
GONE = None  # the state of an object that is not there


@dataclasses.dataclass(frozen=True)
class State:
    """What is stored of one object. Vectors hold multiples of 1/256, which float32 keeps exactly."""

    revision: int
    text: str
    vector: tuple[float, ...]
    tokens: tuple[tuple[float, ...], ...] = ()

    def body(self, identity: str) -> dict:
        properties = {"revision": self.revision, "text": self.text}
        return {"class": "Crash", "id": identity, "properties": properties,
                "vectors": {"single": list(self.vector), "tokens": [list(row) for row in self.tokens]}}


class Stopping(Exception):
    """A server that was asked to stop takes no more requests; this one changed nothing."""


class Worker:
    """Writes to its own objects until the server goes away."""

    def __init__(self, number: int, seed: int) -> None:
        self.random = random.Random(seed * 1000 + number)
        self.number = number
        self.identities = [str(uuid.UUID(int=self.random.getrandbits(128), version=4)) for _ in range(OBJECTS_PER_WORKER)]
        self.known: dict[str, State | None] = {identity: GONE for identity in self.identities}
        self.pending: dict[str, State | None] = {}
        self.revision = 0
        self.acknowledged = 0
        self.refused: list[str] = []

    def fresh(self) -> State:
        self.revision += 1
        tokens = tuple(self.numbers(TOKEN_DIMENSIONS) for _ in range(self.random.choice([0, 1, 2, 5, 60])))
        return State(
            self.revision, f"worker {self.number} revision {self.revision}", self.numbers(DIMENSIONS), tokens)

    def numbers(self, count: int) -> tuple[float, ...]:
        return tuple(self.random.randrange(-256, 257) / 256 for _ in range(count))

    def run(self, server: Server, stop: threading.Event) -> None:
        try:
            with Session(server, timeout=30) as session:
                while not stop.is_set():
                    self.step(session)
        except (OSError, http.client.HTTPException, ValueError):
            return  # the server was killed: what is pending may have been stored or not
        except Stopping:
            self.pending = {}

    def step(self, session: Session) -> None:
        choice = self.random.random()
        if choice < 0.3:
            self.batch(session)
            return
        identity = self.random.choice(self.identities)
        path = f"/v1/objects/Crash/{identity}"
        state = self.known[identity]
        if state is GONE:
            new = self.fresh()
            self.send(session, "POST", "/v1/objects", new.body(identity), {identity: new}, 200)
        elif choice < 0.5:
            self.send(session, "DELETE", path, None, {identity: GONE}, 204)
        elif choice < 0.75:
            new = self.fresh()
            self.send(session, "PUT", path, new.body(identity), {identity: new}, 200)
        else:
            new = dataclasses.replace(self.fresh(), vector=state.vector)
            body = {"class": "Crash", "id": identity, "properties": {"revision": new.revision, "text": new.text}}
            if new.tokens:
                # Another document, which takes the vector along.
                body["vectors"] = {"tokens": [list(row) for row in new.tokens]}
            else:
                new = dataclasses.replace(new, tokens=state.tokens)
            self.send(session, "PATCH", path, body, {identity: new}, 204)

    def batch(self, session: Session) -> None:
        chosen = self.random.sample(self.identities, self.random.choice([1, 7, 40]))
        news = {identity: self.fresh() for identity in chosen}
        objects = [new.body(identity) for identity, new in news.items()]
        self.pending = dict(news)
        status, answer = self.request(session, "POST", "/v1/batch/objects", {"objects": objects})
        if status != 200:
            self.refused.append(f"batch: {status} {answer}")
            return
        for item in answer:
            if item["result"]["status"] == "SUCCESS":
                self.acknowledge({item["id"]: news[item["id"]]})
            else:
                self.refused.append(f"batch item: {item['result']}")
        self.pending = {}

    def send(self, session, method: str, path: str, body, changes: dict[str, State | None], expected: int) -> None:
        self.pending = changes
        status, answer = self.request(session, method, path, body)
        if status == expected:
            self.acknowledge(changes)
            self.pending = {}
        else:
            self.refused.append(f"{method} {path}: {status} {answer}")

    @staticmethod
    def request(session: Session, method: str, path: str, body) -> tuple[int, object]:
        status, answer = session.request(method, path, body)
        if status == 503 and isinstance(answer, dict) and answer.get("message") == "the server is stopping":
            raise Stopping
        return status, answer

    def acknowledge(self, changes: dict[str, State | None]) -> None:
        self.known.update(changes)
        self.acknowledged += len(changes)


def stored(server: Server) -> dict[str, State]:
    """Everything that the server lists, page by page."""
    found: dict[str, State] = {}
    after = ""
    with Session(server) as session:
        while True:
            cursor = f"&after={after}" if after else ""
            path = f"/v1/objects?class=Crash&limit={PAGE}&include=vector{cursor}"
            status, answer = session.request("GET", path)
            assert status == 200, (status, answer)
            for item in answer["objects"]:
                properties, vectors = item.get("properties", {}), item.get("vectors", {})
                found[item["id"]] = State(
                    properties.get("revision"), properties.get("text"), tuple(vectors.get("single") or ()),
                    tuple(tuple(row) for row in vectors.get("tokens") or ()))
            if len(answer["objects"]) < PAGE:
                return found
            after = answer["objects"][-1]["id"]


@dataclasses.dataclass
class Verdict:
    lost: list[str] = dataclasses.field(default_factory=list)
    phantoms: list[str] = dataclasses.field(default_factory=list)
    wrong: list[str] = dataclasses.field(default_factory=list)

    def add(self, other: "Verdict") -> None:
        self.lost += other.lost
        self.phantoms += other.phantoms
        self.wrong += other.wrong

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.phantoms or self.wrong)


def compare(workers: list[Worker], found: dict[str, State]) -> Verdict:
    """Holds what is there against what was acknowledged, and settles what was pending."""
    verdict = Verdict()
    rest = dict(found)
    for worker in workers:
        for identity, known in worker.known.items():
            here = rest.pop(identity, GONE)
            allowed = [known] + ([worker.pending[identity]] if identity in worker.pending else [])
            if here in allowed:
                worker.known[identity] = here
            elif here is GONE:
                verdict.lost.append(f"{identity}: not there, was {known}")
            elif known is GONE:
                verdict.phantoms.append(f"{identity}: {here}, was deleted or never sent")
            elif here.revision < known.revision:
                verdict.lost.append(f"{identity}: {here}, was {known}")
            else:
                verdict.phantoms.append(f"{identity}: {here}, was {known}")
        worker.pending = {}
    verdict.phantoms += [f"{identity}: {state}, never sent" for identity, state in rest.items()]
    return verdict


def nearest_by_tokens(found: dict[str, State], query: tuple[tuple[float, ...], ...]) -> list[float]:
    """The three least distances to a multi-vector: the sum of the best matches, negated."""
    def distance(rows: tuple[tuple[float, ...], ...]) -> float:
        return -sum(max(sum(a * b for a, b in zip(one, row)) for row in rows) for one in query)

    return sorted(distance(state.tokens) for state in found.values() if state.tokens)[:3]


def check_tokens(server: Server, found: dict[str, State], chooser: random.Random) -> list[str]:
    having = sorted(identity for identity, state in found.items() if state.tokens)
    wrong = []
    for identity in chooser.sample(having, min(2, len(having))):
        query = found[identity].tokens[:2]
        rows = [list(row) for row in query]
        hits = server.graphql("{Get {Crash(nearVector: {vectorPerTarget: {tokens: %s}}, limit: 3) {"
                              "_additional {distance}}}}" % rows)["Get"]["Crash"]
        distances = [hit["_additional"]["distance"] for hit in hits]
        expected = nearest_by_tokens(found, query)
        if len(distances) != len(expected) or any(abs(a - b) > 1e-4 for a, b in zip(distances, expected)):
            wrong.append(f"by the tokens of {identity} {distances} were found, not {expected}")
    return wrong


def cross_check(server: Server, found: dict[str, State], chooser: random.Random) -> Verdict:
    """Count and vector search must agree with the listing, and the invariants hold."""
    verdict = Verdict()
    counted = server.graphql("{Aggregate {Crash {meta {count}}}}")["Aggregate"]["Crash"][0]["meta"]["count"]
    if counted != len(found):
        verdict.wrong.append(f"count says {counted}, the listing {len(found)}")
    for identity in chooser.sample(sorted(found), min(20, len(found))):
        vector = list(found[identity].vector)
        query = f"{{Get {{Crash(nearVector: {{vectorPerTarget: {{single: {vector}}}}}, limit: 1) {{_additional {{id distance}}}}}}}}"
        hits = server.graphql(query)["Get"]["Crash"]
        if not hits or hits[0]["_additional"]["id"] != identity:
            verdict.wrong.append(f"{identity} is not the nearest to its own vector: {hits}")
    verdict.wrong += check_tokens(server, found, chooser)
    result = check(server.folder)
    if result.returncode != 0:
        verdict.wrong.append(f"needletail check: {(result.stdout + result.stderr).strip()[-1000:]}")
    return verdict


def load(server: Server, workers: list[Worker], seconds: float, is_clean_stop: bool) -> None:
    """Lets the workers write for a while, then ends the server under them."""
    stop = threading.Event()
    threads = [threading.Thread(target=worker.run, args=(server, stop)) for worker in workers]
    for thread in threads:
        thread.start()
    time.sleep(seconds)  # the random moment itself
    if is_clean_stop:
        code = server.stop()
        assert code == 0, f"SIGTERM ended it with {code}:\n{server.log_tail()}"
    else:
        server.kill()
    stop.set()
    for thread in threads:
        thread.join()


def start(server: Server, chooser: random.Random) -> float:
    """Starts the server; now and then it is killed while it starts, and started again."""
    if chooser.random() < 0.1:
        server.ready_seconds, usual = chooser.random() * 0.2, server.ready_seconds
        try:
            server.start()
        except Exception:  # noqa: BLE001  not ready in that little time: it was killed, as intended
            pass
        server.ready_seconds = usual
        server.kill()
    return server.start()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--smoke", action="store_true", help="5 rounds")
    parser.add_argument("--folder", type=Path, help="where data goes; kept. Without it a temporary folder")
    arguments = parser.parse_args()
    rounds = 5 if arguments.smoke else arguments.rounds
    print(f"crash: {rounds} rounds, seed {arguments.seed}", flush=True)

    chooser = random.Random(arguments.seed)
    workers = [Worker(number, arguments.seed) for number in range(arguments.workers)]
    total, ready, kills = Verdict(), [], 0
    with tempfile.TemporaryDirectory(prefix="needletail-crash-") as temporary:
        server = Server((arguments.folder or Path(temporary)) / "data")
        server.start()
        try:
            status, answer = server.request("POST", "/v1/schema", CLASS)
            assert status == 200, answer
            for number in range(1, rounds + 1):
                is_clean_stop = chooser.random() < 0.1
                load(server, workers, chooser.uniform(0.02, 1.5), is_clean_stop)
                kills += not is_clean_stop
                ready.append(start(server, chooser))
                found = stored(server)
                verdict = compare(workers, found)
                verdict.add(cross_check(server, found, chooser))
                total.add(verdict)
                if not verdict.is_clean:
                    print(f"round {number}: {verdict}", flush=True)
                if number % 10 == 0:
                    print(f"round {number}: {len(found)} objects", flush=True)
        finally:
            server.kill()

    refused = [line for worker in workers for line in worker.refused]
    print(f"writes acknowledged {sum(worker.acknowledged for worker in workers)}, refused {len(refused)}")
    for line in refused[:5]:
        print(f"  refused: {line[:300]}")
    print(f"kills {kills}, clean stops {rounds - kills}")
    print(f"start to ready: median {statistics.median(ready):.3f} s, longest {max(ready):.3f} s")
    print(f"lost {len(total.lost)}, phantoms {len(total.phantoms)}, wrong {len(total.wrong)}")
    return 0 if total.is_clean and not refused else 1


if __name__ == "__main__":
    sys.exit(main())
