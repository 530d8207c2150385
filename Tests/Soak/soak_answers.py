# SPDX-License-Identifier: Apache-2.0
"""Chapters of the soak about what an index that lies still answers: distances, filters, thresholds, windows, oddities."""
from __future__ import annotations

import http.client
import json
import math
import socket
import statistics
import time

import numpy
from soak_model import METRICS, Hit, Model, Vectors
from soak_server import Findings, Session, SoakServer, body_of, hits_of, search_text

LEAST_RECALL = 0.99
# Below the others. By manhattan faiss finds 0.956 to 0.982 of the same vectors with the same M, efConstruction and ef. For
# hamming there is no such yardstick: the figure lies under what was seen, and only guards against less.
METRIC_RECALL = {"manhattan": 0.96, "hamming": 0.93}


class Judge:
    """Judges a series of answers: what is wrong in one is a finding, and so is a low mean recall."""

    def __init__(self, findings: Findings, label: str, least: float = LEAST_RECALL) -> None:
        self.findings, self.label, self.least = findings, label, least
        self.recalls: list[float] = []
        self.seconds: list[float] = []
        self.expected = 0

    def ask(
        self, server: SoakServer, session: Session, model: Model, query: numpy.ndarray, count: int = 10,
        near: str = "", more: str = "", allowed: numpy.ndarray | None = None,
    ) -> list[Hit]:
        began = time.monotonic()
        hits = server.search(session, model.name, query, count, near, more)
        self.seconds.append(time.monotonic() - began)
        recall, wrong = model.judge(query, hits, count, allowed)
        self.recalls.append(recall)
        self.expected += len(hits)
        for problem in wrong:
            self.findings.expect(False, f"{self.label}: {problem}")
        return hits

    def note(self, found: int, expected: int) -> None:
        """Takes note of an answer that was judged elsewhere."""
        self.recalls.append(found / expected)
        self.expected += expected

    @property
    def recall(self) -> float:
        return statistics.mean(self.recalls) if self.recalls else 1.0

    def close(self, line: str = "") -> float:
        # Three standard deviations of as many neighbors, each of which is found as often as it must be.
        luck = 3 * math.sqrt(self.least * (1 - self.least) / max(self.expected, 1))
        self.findings.expect(
            self.recall >= self.least - luck, f"{self.label}: recall {self.recall:.4f}, not {self.least} (± {luck:.4f})")
        speed = f" {statistics.median(self.seconds) * 1000:.1f} ms a query," if self.seconds else ""
        print(f"  {self.label}: recall {self.recall:.4f},{speed} {len(self.recalls)} queries {line}".rstrip(), flush=True)
        return self.recall


def distances_and_recall(server: SoakServer, vectors: Vectors, findings: Findings, smoke: bool) -> None:
    """Each metric in several dimensions: right as soon as it is stored, and right when all is linked."""
    print("distances and recall", flush=True)
    count, asked = (1500, 20) if smoke else (5000, 100)
    dimensions = [128, 600] if smoke else [4, 128, 300, 600, 2048]
    for number in dimensions:
        for metric in METRICS:
            base, queries = vectors.take(count, asked, number, metric)
            model = Model(f"Metric{METRICS.index(metric)}Of{number}", metric, base)
            server.create(model.name, metric)
            server.fill(model)
            with Session(server, timeout=600) as session:
                least = METRIC_RECALL.get(metric, LEAST_RECALL)
                at_once = Judge(findings, f"{metric}, {number} dimensions, at once", least)
                for query in queries[:asked // 2]:
                    at_once.ask(server, session, model, query)
                at_once.close(f"(tail {server.figures(model.name)['tail']:.0f})")
                seconds = server.wait_until_linked(model.name)
                linked = Judge(findings, f"{metric}, {number} dimensions, linked", least)
                for query in queries:
                    linked.ask(server, session, model, query)
                linked.close(f"(waited {seconds:.1f} s)")
            assert server.request("DELETE", f"/v1/schema/{model.name}")[0] == 200


def filters(server: SoakServer, vectors: Vectors, findings: Findings, smoke: bool) -> None:
    """Filters of every selectivity, such as have to do with the distance, and both among deleted objects."""
    print("filters", flush=True)
    count, asked, dimensions = (1500, 10, 600) if smoke else (16_000, 40, 2048)
    base, queries = vectors.take(count, asked, dimensions, "cosine")
    model = Model("Filtered", "cosine", base)
    # The objects that lie in the farther half, and in the farthest tenth, from each of the first queries.
    halves, tenths = [], []
    model.is_there[:] = True
    for query in queries:
        rows, _ = model.ranked(query)
        for share, lists in ((2, halves), (10, tenths)):
            far = numpy.zeros(count, dtype=bool)
            far[rows[count - count // share:]] = True
            lists.append(far)
    model.is_there[:] = False
    # Numbers at random, so that ranges of them have nothing to do with order of insertion.
    lot = vectors.random.permutation(count)

    def properties(row: int) -> dict:
        return {
            "lot": int(lot[row]), "half": [query for query in range(asked) if halves[query][row]],
            "tenth": [query for query in range(asked) if tenths[query][row]]}

    names = [("lot", "int"), ("row", "int"), ("half", "int[]"), ("tenth", "int[]")]
    server.create(model.name, properties=[{"name": name, "dataType": [kind]} for name, kind in names])
    server.fill(model, properties=properties)
    server.wait_until_linked(model.name)
    with Session(server, timeout=600) as session:
        for phase in ("", ", a third deleted"):
            if phase:
                for row in vectors.random.permutation(count)[:count // 3].tolist():
                    server.delete(session, model.name, row)
                    model.is_there[row] = False
            for share in (0.0001, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1):
                end = max(1, round(count * share))
                judge = Judge(findings, f"filter that lets {share:.2%} through{phase}")
                where = f'where: {{path: ["lot"], operator: LessThan, valueInt: {end}}}'
                for query in queries:
                    judge.ask(server, session, model, query, more=where, allowed=lot < end)
                judge.close()
            # Few queries say little where the edge of the filter goes through the densest region.
            least = 0.97 if smoke else LEAST_RECALL
            for name, lists, share in (("half", halves, "half"), ("tenth", tenths, "tenth")):
                judge = Judge(findings, f"filter that lets the farther {share} through{phase}", least)
                for number, query in enumerate(queries):
                    where = f'where: {{path: ["{name}"], operator: Equal, valueInt: {number}}}'
                    judge.ask(server, session, model, query, more=where, allowed=lists[number])
                judge.close()


# MARK: Thresholds and windows

def cut(values: list[float], jumps: int) -> int:
    """How many of an answer autocut leaves: up to the `jumps`-th peak of distance against place, both scaled to 0...1."""
    if jumps <= 0 or len(values) < 2 or values[0] == values[-1]:
        return len(values)
    single = numpy.array(values, dtype=numpy.float32)
    places = numpy.arange(len(values), dtype=numpy.float32) * (numpy.float32(1) / numpy.float32(len(values) - 1))
    bends = (single - single[0]) / (single[-1] - single[0]) - places
    peaks = [place for place in range(1, len(bends) - 1) if bends[place - 1] < bends[place] > bends[place + 1]]
    if len(bends) > 2 and bends[-1] > bends[-2] and bends[-1] > bends[-3]:
        peaks.append(len(bends) - 1)
    return peaks[jumps - 1] if len(peaks) >= jumps else len(values)


def windows(server: SoakServer, vectors: Vectors, findings: Findings, smoke: bool) -> None:
    """Thresholds, autocut, windows, the largest answer, and documents of many searches."""
    print("thresholds, autocut and windows", flush=True)
    count, asked, dimensions = (1500, 5, 600) if smoke else (16_000, 20, 2048)
    base, queries = vectors.take(count, asked, dimensions, "cosine")
    model = Model("Windowed", "cosine", base)
    server.create(model.name)
    server.fill(model)
    server.wait_until_linked(model.name)
    within = {rank: Judge(findings, f"all within a distance, about {rank} objects") for rank in (1, 10, 100, 1000, 16_000)}
    pages = Judge(findings, "pages of 10 up to 100")
    with Session(server, timeout=600) as session:
        for number, query in enumerate(queries):
            ranked = model.ranked(query)
            thresholds(server, session, model, query, ranked, within, findings)
            autocut(server, session, model, query, findings)
            for offset, limit in ((5, 20), (90, 100), (290, 10)):
                part = server.search(session, model.name, query, limit, more=f"offset: {offset}")
                whole = server.search(session, model.name, query, offset + limit)
                findings.expect(
                    part == whole[offset:], f"offset {offset}, limit {limit} is no part of limit {offset + limit}")
            paged = {hit.row for offset in range(0, 100, 10)
                     for hit in server.search(session, model.name, query, 10, more=f"offset: {offset}")}
            pages.note(len(paged & set(ranked[0][:100].tolist())), 100)
            if number < 5:
                largest(server, session, model, query, ranked, findings)
        for judge in [*within.values(), pages]:
            judge.close()
        many_searches(server, session, model, queries, findings)


def autocut(server: SoakServer, session: Session, model: Model, query: numpy.ndarray, findings: Findings) -> None:
    whole = server.search(session, model.name, query, 300)
    for jumps in (1, 2, 3, 7):
        kept = server.search(session, model.name, query, 300, more=f"autocut: {jumps}")
        wanted = cut([hit.distance for hit in whole], jumps)
        findings.expect(kept == whole[:wanted], f"autocut {jumps}: {len(kept)} of 300, not {wanted}")


def thresholds(
    server: SoakServer, session: Session, model: Model, query: numpy.ndarray, ranked, judges: dict[int, Judge],
    findings: Findings,
) -> None:
    """All objects within a distance, and no others, for thresholds between two objects."""
    _, exact = ranked
    for rank, judge in judges.items():
        # In the middle of the widest gap near this rank, so that rounding decides nothing.
        last = min(rank, len(exact) - 1)
        near_ranks = numpy.arange(max(last - 5, 1), min(last + 6, len(exact)))
        place = near_ranks[numpy.argmax(exact[near_ranks] - exact[near_ranks - 1])]
        limit = (exact[place] + exact[place - 1]) / 2
        expected = min(int(place), 10_000)
        for kind, value in (("distance", limit), ("certainty", 1 - limit / 2)):
            hits = server.search(session, model.name, query, None, near=f"{kind}: {value!r}")
            _, wrong = model.judge(query, hits, len(hits), ranked=ranked)
            for problem in wrong:
                findings.expect(False, f"{kind} {value}: {problem}")
            findings.expect(
                len(hits) <= expected and all(hit.distance <= limit + 1e-6 for hit in hits),
                f"{kind} {value}: {len(hits)} objects, and there are {expected}")
            judge.note(len(hits), expected)
            some = server.search(session, model.name, query, 7, near=f"{kind}: {value!r}")
            findings.expect(some == hits[:7], f"{kind} {value}: limit 7 gives others than the first 7")


def largest(server: SoakServer, session: Session, model: Model, query, ranked, findings: Findings) -> None:
    """The largest answer that is allowed."""
    judge = Judge(findings, "limit 10,000")
    began = time.monotonic()
    hits = server.search(session, model.name, query, 10_000)
    judge.seconds.append(time.monotonic() - began)
    recall, wrong = model.judge(query, hits, 10_000, ranked=ranked)
    for problem in wrong:
        findings.expect(False, f"limit 10,000: {problem}")
    judge.recalls.append(recall)
    judge.close()
    findings.expect(judge.seconds[0] < 2, f"limit 10,000 took {judge.seconds[0]:.2f} s")


def many_searches(server: SoakServer, session: Session, model: Model, queries, findings: Findings) -> None:
    """A document with a field for each query under an alias answers as the queries do one by one."""
    alone = [server.search(session, model.name, query, 10) for query in queries]
    fields = " ".join(
        search_text(model.name, query, 10, alias=f"q{number}: ") for number, query in enumerate(queries))
    status, answer = session.request("POST", "/v1/graphql", body_of(fields))
    findings.expect(status == 200 and not answer.get("errors"), f"many searches: {status} {str(answer)[:300]}")
    together = [hits_of(answer["data"]["Get"][f"q{number}"]) for number in range(len(queries))]
    findings.expect(together == alone, "searches in one document are answered otherwise than alone")


# MARK: Oddities

def oddities(server: SoakServer, vectors: Vectors, findings: Findings, smoke: bool) -> None:
    """Vectors that repeat, zero vectors, hardly any objects, wrong dimensions, and clients that go away."""
    print("oddities", flush=True)
    for dimensions in (128,) if smoke else (4, 128, 600, 2048):
        repeated(server, vectors, findings, dimensions, 500 if smoke else 3000)
    few_and_zero(server, vectors, findings)
    wrong_dimensions(server, findings)
    clients_that_leave(server, vectors, findings, smoke)


def repeated(server: SoakServer, vectors: Vectors, findings: Findings, dimensions: int, count: int) -> None:
    """The same vector many times: each of its objects is found."""
    others = 300 if count < 1000 else 2000
    base, queries = vectors.random_vectors(others + 1, 5, dimensions, "cosine")
    for metric in ("cosine", "l2-squared"):
        model = Model(f"Repeated{dimensions}{metric[0]}", metric, numpy.concatenate([base, numpy.repeat(base[:1], count - 1, axis=0)]))
        same = numpy.flatnonzero((model.vectors == base[0]).all(axis=1))
        server.create(model.name, metric)
        server.fill(model, rows=vectors.random.permutation(len(model.vectors)))
        with Session(server, timeout=600) as session:
            for phase in ("at once", "linked"):
                label = f"{count} equal vectors of {dimensions} dimensions, {metric}, {phase}"
                hits = server.search(session, model.name, base[0], count)
                _, wrong = model.judge(base[0], hits, count)
                for problem in wrong:
                    findings.expect(False, f"{label}: {problem}")
                found = {hit.row for hit in hits} & set(same.tolist())
                findings.expect(len(found) == count, f"{label}: {len(found)} found with that limit")
                within = server.search(session, model.name, base[0], None, near="distance: 0.000001")
                findings.expect(len(within) == count, f"{label}: {len(within)} found within a distance")
                judge = Judge(findings, f"others beside {label}")
                for query in queries:
                    judge.ask(server, session, model, query)
                for row in vectors.random.permutation(others)[:20].tolist():
                    judge.ask(server, session, model, model.vectors[row + 1])
                judge.close()
                server.wait_until_linked(model.name)


def few_and_zero(server: SoakServer, vectors: Vectors, findings: Findings) -> None:
    """No object, one object, zero vectors among others."""
    for dimensions in (4, 600):
        base, queries = vectors.random_vectors(40, 3, dimensions, "cosine")
        base[10:20] = 0
        for metric in METRICS:
            model = Model(f"Few{METRICS.index(metric)}Of{dimensions}", metric, base)
            server.create(model.name, metric)
            asked = [*queries, numpy.zeros(dimensions, dtype=numpy.float16)]
            with Session(server, timeout=600) as session:
                judge = Judge(findings, f"few vectors and zero vectors, {metric}, {dimensions} dimensions")
                for rows in ([], [0], range(1, 12), range(12, 40)):
                    if len(rows):
                        server.fill(model, rows=numpy.array(rows))
                    for query in asked:
                        judge.ask(server, session, model, query)
                        judge.ask(server, session, model, query, count=100)
                for row in range(40):
                    server.delete(session, model.name, row)
                    model.is_there[row] = False
                    judge.ask(server, session, model, asked[row % len(asked)])
                judge.close()


def wrong_dimensions(server: SoakServer, findings: Findings) -> None:
    """Vectors and queries of another length are refused in the words that clients look for, and change nothing."""
    model = Model("Narrow", "cosine", numpy.ones((1, 4), dtype=numpy.float16))
    server.create(model.name)
    server.fill(model)
    for length in (1, 3, 5, 2048):
        message = server.refusal(search_text(model.name, numpy.ones(length, dtype=numpy.float16), 10))
        findings.expect(
            message.endswith("vector lengths don't match: 4 vs %d" % length), f"a query of {length}: {message!r}")
        body = {"class": model.name, "vector": [1] * length}
        status, answer = server.request("POST", "/v1/objects", body)
        findings.expect(status == 500 and f"length {length}" in str(answer), f"a vector of {length}: {status} {answer}")
        status, answer = server.request("POST", "/v1/batch/objects", {"objects": [body]})
        findings.expect(answer[0]["result"]["status"] == "FAILED", f"a vector of {length} in a batch: {answer}")
    findings.expect(server.figures(model.name)["live"] == 1, "refused vectors are in the index")


def clients_that_leave(server: SoakServer, vectors: Vectors, findings: Findings, smoke: bool) -> None:
    """Connections dropped in the middle of large documents: the work ends soon, and nothing is left behind."""
    count, dimensions = (1500, 600) if smoke else (16_000, 2048)
    base, queries = vectors.take(count, 20, dimensions, "cosine")
    model = Model("Left", "cosine", base)
    server.create(model.name)
    server.fill(model)
    server.wait_until_linked(model.name)
    fields = " ".join(
        search_text(model.name, queries[number % len(queries)], 5000, alias=f"q{number}: ") for number in range(40))
    data = json.dumps(body_of(fields)).encode()
    with Session(server, timeout=600) as session:
        began = time.monotonic()
        assert session.request("POST", "/v1/graphql", data)[0] == 200
        whole = time.monotonic() - began
        before = server.memory_bytes()
        began = time.monotonic()
        leaving = 10 if smoke else 40
        for number in range(leaving):
            client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            client.request("POST", "/v1/graphql", data, {"Content-Type": "application/json"})
            # The moment it leaves: while the document is read, or in the middle of its searches.
            time.sleep(vectors.random.random() * min(whole, 0.2))
            if number % 2:
                client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.close()
        left = time.monotonic() - began
        judge = Judge(findings, "answers after clients have left")
        for query in queries:
            judge.ask(server, session, model, query)
        judge.close()
        settled = time.monotonic() - began
        print(f"  a document of 40 searches takes {whole:.2f} s; {leaving} clients left within {left:.2f} s, and all was "
              f"answered after {settled:.2f} s; memory grew by {(server.memory_bytes() - before) / 2**20:.0f} MiB", flush=True)
        findings.expect(
            settled < left + max(whole * leaving / 4, 3), f"what {leaving} clients left behind kept the server for {settled:.1f} s")
