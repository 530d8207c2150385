# SPDX-License-Identifier: Apache-2.0
"""Chapters of the soak about an index that changes: vectors replaced and removed under searches, kills, and damage."""
from __future__ import annotations

import dataclasses
import random
import re
import threading
import time

import numpy
from soak_answers import Judge
from soak_model import Model, Vectors, distances
from soak_server import BATCH, Findings, Session, SoakServer, check, shown


@dataclasses.dataclass
class Version:
    """Which vector a row has, from when it was sent on; `None`: it is deleted."""

    vector: int | None
    sent: float
    acknowledged: float = float("inf")


class History:
    """What each row may be at each moment. The vector of a row is a row of `vectors`."""

    def __init__(self, name: str, vectors: numpy.ndarray) -> None:
        self.name = name
        self.vectors = vectors
        self.versions = [[Version(None, 0, 0)] for _ in range(len(vectors))]

    def send(self, rows: numpy.ndarray, vectors: numpy.ndarray | None) -> None:
        now = time.monotonic()
        for place, row in enumerate(rows.tolist()):
            self.versions[row].append(Version(None if vectors is None else int(vectors[place]), now))

    def acknowledge(self, rows: numpy.ndarray) -> None:
        now = time.monotonic()
        for row in rows.tolist():
            self.versions[row][-1].acknowledged = now

    def possible(self, row: int, began: float, ended: float) -> list[int]:
        """The vectors that a row may have had for a search that ran from `began` to `ended`."""
        versions = list(self.versions[row])
        ends = [later.acknowledged for later in versions[1:]] + [float("inf")]
        return [version.vector for version, end in zip(versions, ends)
                if version.vector is not None and version.sent <= ended and end >= began]

    def settle(self, rows: numpy.ndarray, vectors: list[int | None]) -> None:
        """Takes over what is there after a kill."""
        for row, vector in zip(rows.tolist(), vectors):
            self.versions[row] = [Version(vector, 0, 0)]

    def model(self) -> Model:
        """What is there when nothing is pending."""
        current = [versions[-1].vector for versions in self.versions]
        model = Model(self.name, "cosine", self.vectors[[0 if vector is None else vector for vector in current]])
        model.is_there[:] = [vector is not None for vector in current]
        return model


class Searchers:
    """Threads that search all the while, and hold each answer to what could be true when it was made."""

    def __init__(self, server: SoakServer, history: History, queries: numpy.ndarray, findings: Findings, seed: int) -> None:
        self.server, self.history, self.queries, self.findings = server, history, queries, findings
        self.stop = threading.Event()
        self.count = 0
        self.seconds: list[float] = []
        self.threads = [threading.Thread(target=self.run, args=(seed + number,)) for number in range(2)]

    def __enter__(self) -> "Searchers":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def run(self, seed: int) -> None:
        chooser = random.Random(seed)
        with Session(self.server, timeout=600) as session:
            while not self.stop.is_set():
                query = self.queries[chooser.randrange(len(self.queries))]
                began = time.monotonic()
                hits = self.server.search(session, self.history.name, query, 10)
                ended = time.monotonic()
                self.seconds.append(ended - began)
                self.count += 1
                if len(hits) != 10:
                    self.findings.expect(False, f"a search while vectors are replaced found {len(hits)} of 10")
                for hit in hits:
                    possible = self.history.possible(hit.row, began, ended)
                    exact, error = distances("cosine", query, self.history.vectors[possible])
                    self.findings.expect(
                        bool((numpy.abs(exact - hit.distance) <= error).any()),
                        f"row {hit.row} was found {hit.distance} away, and could be {exact.tolist()}")


def replace_all(
    server: SoakServer, history: History, rows: numpy.ndarray, vectors: numpy.ndarray, findings: Findings,
    chooser: random.Random,
) -> None:
    """Stores rows with other vectors (`vectors[row]` is a row of the history's), and looks for some of each batch at once."""
    with Session(server, timeout=600) as session:
        for start in range(0, len(rows), BATCH):
            some = rows[start:start + BATCH]
            history.send(some, vectors[some])
            server.put(session, history.name, some, history.vectors[vectors[some]])
            history.acknowledge(some)
            for row in chooser.sample(some.tolist(), 3):
                hits = server.search(session, history.name, history.vectors[vectors[row]], 3)
                # Several rows may have the same vector for a while; then any three of them will do.
                is_one_of_many = len(hits) == 3 and hits[-1].distance < 1e-5
                findings.expect(
                    is_one_of_many or row in [hit.row for hit in hits],
                    f"row {row} is not found by the search after it was stored")


def delete_some(
    server: SoakServer, history: History, rows: numpy.ndarray, findings: Findings, chooser: random.Random
) -> None:
    """Deletes rows one by one, and looks for some of them right after."""
    with Session(server, timeout=600) as session:
        for row in rows.tolist():
            vector = history.versions[row][-1].vector
            one = numpy.array([row])
            history.send(one, None)
            server.delete(session, history.name, row)
            history.acknowledge(one)
            if chooser.random() < 0.02:
                hits = server.search(session, history.name, history.vectors[vector], 10)
                findings.expect(row not in [hit.row for hit in hits], f"row {row} is found after it was deleted")


def recall_of(server: SoakServer, model: Model, queries: numpy.ndarray, findings: Findings, label: str) -> float:
    judge = Judge(findings, label)
    with Session(server, timeout=600) as session:
        for query in queries:
            judge.ask(server, session, model, query)
    return judge.close()


def changes(server: SoakServer, vectors: Vectors, findings: Findings, smoke: bool) -> None:
    """All vectors are replaced three times over, half of them deleted and stored again, and searches run all the while."""
    print("changes", flush=True)
    count, asked, dimensions = (1000, 50, 600) if smoke else (16_000, 300, 2048)
    base, queries = vectors.take(count, asked, dimensions, "cosine")
    chooser = random.Random(int(vectors.random.integers(1 << 31)))
    history = History("Changed", base)
    server.create(history.name)
    first = None
    for number in range(4):
        began = time.monotonic()
        searchers = Searchers(server, history, queries, findings, seed=number)
        rows, content = vectors.random.permutation(count), vectors.random.permutation(count)
        if number == 0:
            replace_all(server, history, rows, content, findings, chooser)
        else:
            with searchers:
                replace_all(server, history, rows, content, findings, chooser)
        now = server.figures(history.name)
        server.wait_until_linked(history.name, tombstones=max(100, count // 10))
        settled = server.figures(history.name)
        print(f"  round {number}: {shown(now)}; settled: {shown(settled)}; {time.monotonic() - began:.1f} s, "
              f"{searchers.count} searches meanwhile", flush=True)
        first = first or settled
        recall_of(server, history.model(), queries, findings, f"round {number}")
        bounded(first, settled, findings, f"round {number}")
    half = vectors.random.permutation(count)[:count // 2]
    with Searchers(server, history, queries, findings, seed=9) as searchers:
        delete_some(server, history, half, findings, chooser)
        now = server.figures(history.name)
    print(f"  half deleted: {shown(now)}", flush=True)
    recall_of(server, history.model(), queries, findings, "half deleted")
    with Searchers(server, history, queries, findings, seed=10):
        replace_all(server, history, half, vectors.random.permutation(count), findings, chooser)
    server.wait_until_linked(history.name, tombstones=max(100, count // 10))
    settled = server.figures(history.name)
    print(f"  half stored again: {shown(settled)}", flush=True)
    bounded(first, settled, findings, "half stored again")
    model = history.model()
    recall = recall_of(server, model, queries, findings, "half stored again")
    fresh = Model("Fresh", "cosine", model.vectors)
    server.create(fresh.name)
    server.fill(fresh)
    server.wait_until_linked(fresh.name)
    best = recall_of(server, fresh, queries, findings, "a fresh build of the same")
    luck = 3 * (0.005 / (10 * asked)) ** 0.5
    findings.expect(
        recall >= best - 0.005 - luck, f"recall {recall:.4f} after changes, {best:.4f} of a fresh build")
    assert server.request("DELETE", "/v1/schema/Fresh")[0] == 200


def bounded(first: dict[str, float], now: dict[str, float], findings: Findings, label: str) -> None:
    """What is settled after changes may be a bounded part larger than after the first build."""
    for name, factor, allowance in (("index", 2.5, 8 << 20), ("process", 2, 200 << 20), ("folder", 4, 64 << 20)):
        findings.expect(
            now[name] <= first[name] * factor + allowance,
            f"{label}: {name} has grown from {first[name] / 2**20:.0f} to {now[name] / 2**20:.0f} MiB")


# MARK: Kills and damage

def answers(server: SoakServer, name: str, queries: numpy.ndarray) -> list:
    with Session(server, timeout=600) as session:
        return [server.search(session, name, query, 10) for query in queries]


def restarts(server: SoakServer, vectors: Vectors, findings: Findings, smoke: bool) -> None:
    """Killed in the middle of changes, started, stopped, started: what is stored is what is found."""
    print("kills and restarts", flush=True)
    count, asked, dimensions = (1000, 50, 600) if smoke else (16_000, 300, 2048)
    base, queries = vectors.take(count, asked, dimensions, "cosine")
    chooser = random.Random(int(vectors.random.integers(1 << 31)))
    history = History("Killed", base)
    server.create(history.name)
    replace_all(server, history, vectors.random.permutation(count), numpy.arange(count), findings, chooser)
    for number in range(2 if smoke else 5):
        # What is there after a kill is read back: of the last batch all may be there or nothing.
        killed_while_replacing(server, history, vectors, findings, chooser)
        seconds = server.start()
        settle(server, history)
        print(f"  kill {number}: ready after {seconds:.2f} s, {shown(server.figures(history.name))}", flush=True)
        recall_of(server, history.model(), queries, findings, f"after kill {number}")
        server.wait_until_linked(history.name)
        before = answers(server, history.name, queries)
        findings.expect(server.stop() == 0, "the server did not stop cleanly")
        checked(server, history.name, findings)
        seconds = server.start()
        after = answers(server, history.name, queries)
        changed = sum(left != right for left, right in zip(before, after))
        print(f"  clean stop {number}: ready after {seconds:.2f} s, {changed} of {asked} answers differ", flush=True)
        findings.expect(changed <= asked // 50, f"{changed} of {asked} answers differ after a clean restart")
        recall_of(server, history.model(), queries, findings, f"after clean stop {number}")


def killed_while_replacing(
    server: SoakServer, history: History, vectors: Vectors, findings: Findings, chooser: random.Random
) -> None:
    count = len(history.versions)
    killed = threading.Event()

    def write() -> None:
        try:
            replace_all(
                server, history, vectors.random.permutation(count), vectors.random.permutation(count), findings, chooser)
        except Exception:  # noqa: BLE001  whatever a connection throws whose server is killed
            findings.expect(killed.is_set(), "writes failed before the server was killed")

    writer = threading.Thread(target=write)
    writer.start()
    time.sleep(chooser.uniform(0.1, 0.5) if count < 5000 else chooser.uniform(0.5, 8))  # the random moment itself
    killed.set()
    server.kill()
    writer.join()


def settle(server: SoakServer, history: History) -> None:
    """Finds out which of its possible vectors each row has that was pending."""
    pending = [row for row, versions in enumerate(history.versions) if versions[-1].acknowledged == float("inf")]
    with Session(server) as session:
        for row in pending:
            status, answer = session.request(
                "GET", f"/v1/objects/{history.name}/00000000-0000-4000-8000-{row:012x}?include=vector")
            assert status == 200, (status, answer)
            stored = numpy.array(answer["vector"], dtype=numpy.float32).astype(numpy.float16)
            possible = [version.vector for version in history.versions[row][-2:] if version.vector is not None]
            fitting = [vector for vector in possible if (history.vectors[vector] == stored).all()]
            assert fitting, f"row {row} has a vector that was never sent"
            history.settle(numpy.array([row]), fitting[:1])


def checked(server: SoakServer, name: str, findings: Findings) -> None:
    """`needletail check` and `check --recall` find nothing in the folder of a stopped server."""
    result = check(server.folder, "--recall", "100")
    findings.expect(result.returncode == 0, f"check --recall: {(result.stdout + result.stderr)[-1000:]}")
    found = re.search(rf"collection {name}, .*recall@10 ([0-9.]+)", result.stdout)
    findings.expect(found is not None and float(found[1]) >= 0.985, f"check --recall: {result.stdout[-500:]}")
    if found:
        print(f"  {found[0]}", flush=True)


CASTAGNOLI = []
for number in range(256):
    for _ in range(8):
        number = number >> 1 ^ (0x82F63B78 if number & 1 else 0)
    CASTAGNOLI.append(number)


def crc32c(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value = CASTAGNOLI[(value ^ byte) & 255] ^ value >> 8
    return value ^ 0xFFFFFFFF


SEGMENT_KINDS = ["header", "slots", "codes", "residuals", "links", "upperLinks"]


def segments(content: bytes) -> dict[str, list[tuple[int, int]]]:
    """Where whole segments of snapshots lie in a file, and their lengths, by kind. Docs/formats/vector-index.md."""
    found: dict[str, list[tuple[int, int]]] = {kind: [] for kind in SEGMENT_KINDS}
    place = content.find(b"NVIX")
    while place >= 0:
        frame = content[place:place + 32]
        rows, stride = (int.from_bytes(frame[at:at + 4], "little") for at in (16, 20))
        # A frame whose rows were overwritten since is of no snapshot any more, and what is there is something else.
        if len(frame) == 32 and crc32c(frame[:28]) == int.from_bytes(frame[28:], "little"):
            payload = content[place + 32:place + 32 + rows * stride]
            if crc32c(payload) == int.from_bytes(frame[24:28], "little"):
                found[SEGMENT_KINDS[frame[6]]].append((place, 32 + len(payload)))
        place = content.find(b"NVIX", place + 4)
    return found


def damage(server: SoakServer, vectors: Vectors, findings: Findings, smoke: bool) -> None:
    """Bits of snapshots are flipped in the file: it is told by name, never served, and mended by the next snapshot."""
    print("damaged snapshots", flush=True)
    count, asked, dimensions = (1000, 30, 600) if smoke else (6000, 100, 2048)
    base, queries = vectors.take(count, asked, dimensions, "cosine")
    model = Model("Damaged", "cosine", base)
    server.create(model.name)
    server.fill(model)
    server.wait_until_linked(model.name)
    text = "the snapshot of a vector index cannot be used; the index is built again from the vectors"
    for kind in SEGMENT_KINDS:
        findings.expect(server.stop() == 0, "the server did not stop cleanly")
        path = server.folder / "data.mdb"
        content = path.read_bytes()
        places = segments(content)[kind]
        findings.expect(bool(places), f"there is no segment of kind {kind} in the file")
        with path.open("r+b") as file:
            for place, length in places:
                at = place + int(vectors.random.integers(32 if kind != "header" else 0, length))
                file.seek(at)
                file.write(bytes([content[at] ^ 1 << int(vectors.random.integers(8))]))
        result = check(server.folder)
        findings.expect(
            result.returncode == 3 and f"segment {kind} " in result.stdout,
            f"check of a damaged {kind}: {result.returncode}, {result.stdout[-500:]}")
        told = server.log_path.read_text().count(text)
        seconds = server.start()
        log = server.log_path.read_text()
        named = [line for line in log.splitlines() if text in line][told:]
        findings.expect(
            any(model.name in line and kind in line for line in named), f"damage of {kind} is not told: {named}")
        recall_of(server, model, queries, findings, f"{len(places)} damaged segments of {kind}, ready after {seconds:.2f} s")
        server.wait_until_linked(model.name)
        recall_of(server, model, queries, findings, f"damaged {kind}, linked again")
        findings.expect(server.stop() == 0, "the server did not stop cleanly")
        result = check(server.folder)
        findings.expect(result.returncode == 0, f"check after a new snapshot: {result.stdout[-500:]}")
        told = server.log_path.read_text().count(text)
        seconds = server.start()
        findings.expect(server.log_path.read_text().count(text) == told, f"the snapshot after a damaged {kind} is not used")
