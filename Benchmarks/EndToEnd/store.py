#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what is not the vector index, over HTTP: import, filters, keyword search, sorting, aggregation, listings,
deletions, restarts; the server's processor time a request beside the time that passes. Every answer is held against
what is true of the data.

usage: store.py [--smoke] [--objects N] [--seconds S] [--rows TEXT] [--json FILE] [--folder DIR]

The program is `.build/release/needletail`, or what NEEDLETAIL_PROGRAM names.
"""
from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "Tests/EndToEnd"), str(ROOT / "Benchmarks")]
from clients import Connection, post  # noqa: E402
from machine import machine  # noqa: E402
from running_server import Server  # noqa: E402
from store_data import CATEGORIES, CLASS, FREQUENT, MEDIUM, TAGS, Items, word  # noqa: E402

MIB = 1 << 20
BATCH = 200
TICKS = os.sysconf("SC_CLK_TCK")


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


class Store:
    """A server with the objects, and a row of figures for each question."""

    def __init__(self, server: Server, items: Items, seconds: float, rows: str) -> None:
        self.server, self.items, self.seconds, self.rows = server, items, seconds, rows
        self.result: dict[str, dict] = {}
        self.connection = Connection(server.port)
        self.numbers = {items.id_of(number): number for number in range(items.count)}

    def cpu(self) -> float:
        fields = Path(f"/proc/{self.server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def note(self, name: str, **figures: float) -> None:
        self.result[name] = figures
        print(f"{name:44} " + "   ".join(f"{key} {value:,.3f}" for key, value in figures.items()), flush=True)

    def ask(self, name: str, requests: list[bytes], check) -> None:
        """Sends the requests in turn until the time is up, after each was answered once and its answer looked at."""
        if self.rows not in name:
            return
        for number, request in enumerate(requests):
            try:
                check(number, self.connection.exchange(request))
            except AssertionError as error:
                raise SystemExit(f"{name}: a wrong answer: {error}\n{request[:600]!r}") from error
        times, cpu, began = [], self.cpu(), time.perf_counter()
        while time.perf_counter() - began < self.seconds:
            start = time.perf_counter()
            self.connection.exchange(requests[len(times) % len(requests)])
            times.append(time.perf_counter() - start)
        self.note(name, cpu_ms=(self.cpu() - cpu) / len(times) * 1e3, p50_ms=float(np.median(times)) * 1e3)

    # MARK: Steps

    def fill(self) -> None:
        self.connection.exchange(post("/v1/schema", json.dumps(CLASS).encode()))
        cpu, spent = self.cpu(), 0.0
        for start in range(0, self.items.count, BATCH):
            request = post("/v1/batch/objects", self.items.batch(start, BATCH))
            began = time.perf_counter()
            body = self.connection.exchange(request)
            spent += time.perf_counter() - began
            assert body.count(b'"SUCCESS"') == min(BATCH, self.items.count - start), body[:500]
        self.note("import, batches of 200", cpu_ms_an_object=(self.cpu() - cpu) / self.items.count * 1e3,
                  objects_per_second=self.items.count / spent)
        disk = sum(file.stat().st_blocks * 512 for file in self.server.folder.rglob("*") if file.is_file())
        self.note("after the import", memory_mib=self.server.memory_bytes() / MIB,
                  anonymous_mib=self.server.memory_bytes("RssAnon") / MIB, disk_mib=disk / MIB)

    def restart(self, name: str, stop) -> None:
        if self.rows not in name:
            return
        self.connection.close()
        stop()
        began = time.monotonic()
        self.server.start()
        self.connection = Connection(self.server.port)
        body = self.connection.exchange(aggregate("", "meta { count }"))
        assert answer_of(body, "Aggregate")[0]["meta"]["count"] == self.items.count, body
        self.note(name, seconds=time.monotonic() - began)

    def found(self, allowed: np.ndarray, limit: int = 10):
        """A check: as many as there are of those allowed, no others."""
        def check(_, body: bytes) -> None:
            ids = [hit["_additional"]["id"] for hit in answer_of(body)]
            assert len(set(ids)) == len(ids) == min(limit, int(allowed.sum())), (len(ids), int(allowed.sum()))
            assert all(allowed[self.numbers[id]] for id in ids), ids
        return check

    def filters(self) -> None:
        items = self.items
        where = "limit: 10 where: {%s}"
        self.ask("floor: the first object", [graphql("limit: 1")], self.found(np.ones(items.count, bool), 1))
        ids = [items.id_of(int(number)) for number in items.random.integers(0, items.count, 200)]
        def same(number: int, body: bytes) -> None:
            assert json.loads(body)["id"] == ids[number]
        self.ask("get by id, REST", [get(f"/v1/objects/Item/{id}") for id in ids], same)
        for name, condition, allowed in [
            ("filter: int equal", 'path: "rank" operator: Equal valueInt: 77', items.rank == 77),
            ("filter: category", 'path: "category" operator: Equal valueText: "category3"', items.category == 3),
            ("filter: tags", 'path: "tags" operator: ContainsAny valueText: ["tag5"]', items.with_tag(5)),
            ("filter: boolean", 'path: "isNew" operator: Equal valueBoolean: true', items.is_new),
            ("filter: Like of half", 'path: "category" operator: Like valueText: "category1*"',
             np.isin(items.category, [1, *range(10, 20)])),
            ("filter: int range of 10 %", 'path: "rank" operator: LessThan valueInt: 100', items.rank < 100),
            ("filter: int range of 50 %", 'path: "rank" operator: LessThan valueInt: 500', items.rank < 500),
            ("filter: number range of 50 %", 'path: "price" operator: GreaterThan valueNumber: 5000', items.price > 5000),
        ]:
            self.ask(name, [graphql(where % condition)], self.found(allowed))
        for share in (1, 10, 50):
            condition, allowed = self.dates(share)
            self.ask(f"filter: two-sided date range of {share} %", [graphql("limit: 10 where: " + condition)], self.found(allowed))

    def dates(self, share: int) -> tuple[str, np.ndarray]:
        made = self.items.made
        low, high = (int(value) for value in np.quantile(made, [0.3, 0.3 + share / 100]))
        condition = ('{operator: And operands: [{path: "made" operator: GreaterThanEqual valueDate: "%s"} '
                     '{path: "made" operator: LessThan valueDate: "%s"}]}')
        return condition % (self.items.date_text(low), self.items.date_text(high)), (made >= low) & (made < high)

    def ranks(self, share: float) -> tuple[str, np.ndarray]:
        """About `share` % of the objects, by their ints."""
        if share < 0.1:
            return ('{operator: And operands: [{path: "rank" operator: Equal valueInt: 7} {path: "category" operator: Equal '
                    'valueText: "category7"}]}', (self.items.rank == 7) & (self.items.category == 7))
        limit = int(10 * share)
        return '{path: "rank" operator: LessThan valueInt: %d}' % limit, self.items.rank < limit

    def vectors(self) -> None:
        for share in (100, 0.01, 1, 10, 50):
            where, allowed = ("", None) if share == 100 else self.ranks(share)
            arguments = "limit: 10 nearVector: {vector: [%s]}" + (f" where: {where}" if where else "")
            requests = [graphql(arguments % ",".join(f"{value:.5f}" for value in query)) for query in self.items.queries]
            recalls = []
            def check(number: int, body: bytes) -> None:
                right = self.items.nearest(self.items.queries[number], allowed)
                ids = {hit["_additional"]["id"] for hit in answer_of(body)}
                assert len(ids) == len(right)
                recalls.append(len(right & ids) / len(right) if right else 1)
            name = "nearVector" if share == 100 else f"nearVector, filter of {share} %"
            self.ask(name, requests, check)
            if name in self.result:
                self.note(f"{name}: recall@10", recall=float(np.mean(recalls)))

    def aggregations(self) -> None:
        items, everything = self.items, np.ones(self.items.count, bool)
        cases = [("all", "", everything)]
        cases += [(f"filter of {share} %", "where: " + self.ranks(share)[0], self.ranks(share)[1]) for share in (10, 50)]
        for name, arguments, allowed in cases:
            def counted(_, body: bytes) -> None:
                assert answer_of(body, "Aggregate")[0]["meta"]["count"] == int(allowed.sum()), body
            def mean(_, body: bytes) -> None:
                value = answer_of(body, "Aggregate")[0]["price"]["mean"]
                assert abs(value - items.price[allowed].mean()) < 1e-6, body
            self.ask(f"count, {name}", [aggregate(arguments, "meta { count }")], counted)
            self.ask(f"mean of a number, {name}", [aggregate(arguments, "price { mean }")], mean)
        sizes = np.bincount(items.category, minlength=len(CATEGORIES))
        sums = np.bincount(items.category, items.price, minlength=len(CATEGORIES))
        def grouped(_, body: bytes) -> None:
            groups = answer_of(body, "Aggregate")
            assert len(groups) == int((sizes > 0).sum())
            for group in groups:
                number = CATEGORIES.index(group["groupedBy"]["value"])
                assert group["meta"]["count"] == sizes[number], group
                if "price" in group:
                    assert abs(group["price"]["mean"] - sums[number] / sizes[number]) < 1e-6, group
        fields = "groupedBy { value } meta { count }"
        self.ask("groupedBy category, count", [aggregate('groupBy: ["category"]', fields)], grouped)
        self.ask("groupedBy category, mean", [aggregate('groupBy: ["category"]', fields + " price { mean }")], grouped)
        for property, right in [("tags", items.tag_counts()), ("category", dict(zip(CATEGORIES, sizes.tolist())))]:
            def occurrences(_, body: bytes) -> None:
                top = answer_of(body, "Aggregate")[0][property]["topOccurrences"]
                assert [entry["occurs"] for entry in top] == sorted(right.values(), reverse=True)[:5], top
                assert all(right[entry["value"]] == entry["occurs"] for entry in top), top
            request = aggregate("", f"{property} {{ topOccurrences(limit: 5) {{ value occurs }} }}")
            self.ask(f"topOccurrences of {property}", [request], occurrences)

    def words(self) -> None:
        random = self.items.random
        def texts(ranks: range, count: int) -> list[list[int]]:
            return [[int(rank) for rank in random.choice(ranks, count, replace=False)] for _ in range(20)]
        where, allowed = self.ranks(10)
        for name, words, template, within in [
            ("BM25, 1 medium word", texts(MEDIUM, 1), 'bm25: {query: "%s"}', None),
            ("BM25, 2 medium words", texts(MEDIUM, 2), 'bm25: {query: "%s"}', None),
            ("BM25, 4 medium words", texts(MEDIUM, 4), 'bm25: {query: "%s"}', None),
            ("BM25, 4 frequent words", texts(FREQUENT, 4), 'bm25: {query: "%s"}', None),
            ("hybrid, 2 medium words", texts(MEDIUM, 2), 'hybrid: {query: "%s" vector: [VECTOR]}', None),
            ("hybrid, 4 frequent words", texts(FREQUENT, 4), 'hybrid: {query: "%s" vector: [VECTOR]}', None),
            ("hybrid, 2 medium words, filter of 10 %", texts(MEDIUM, 2), 'hybrid: {query: "%s" vector: [VECTOR]} where: ' + where, allowed),
        ]:
            requests = []
            for number, ranks in enumerate(words):
                vector = ",".join(f"{value:.5f}" for value in self.items.queries[number])
                arguments = "limit: 10 " + (template % " ".join(map(word, ranks))).replace("VECTOR", vector)
                requests.append(graphql(arguments, "_additional { id score }"))
            def check(number: int, body: bytes) -> None:
                hits = answer_of(body)
                scores = [float(hit["_additional"]["score"]) for hit in hits]
                assert scores == sorted(scores, reverse=True), scores
                right = self.items.with_any_word(words[number])
                if within is not None:
                    right &= within
                found = [self.numbers[hit["_additional"]["id"]] for hit in hits]
                if "VECTOR" not in template:
                    assert len(found) == min(10, int(right.sum())) and all(right[number] for number in found), found
                assert within is None or all(within[number] for number in found), found
            self.ask(name, requests, check)

    def sorts(self) -> None:
        columns = {"rank": self.items.rank, "made": self.items.made, "price": self.items.price}
        for property in columns:
            for share in (1, 10, 50, 100):
                where, allowed = ("", np.ones(self.items.count, bool)) if share == 100 else self.ranks(share)
                right = np.sort(columns[property][allowed])[:10]
                def check(_, body: bytes) -> None:
                    found = [self.numbers[hit["_additional"]["id"]] for hit in answer_of(body)]
                    assert all(allowed[found]) and len(set(found)) == len(found)
                    assert (columns[property][found] == right).all(), (columns[property][found], right)
                arguments = f'limit: 10 sort: [{{path: "{property}" order: asc}}]' + (f" where: {where}" if where else "")
                name = f"sort by {property}, " + ("all" if share == 100 else f"filter of {share} %")
                self.ask(name, [graphql(arguments)], check)

    def listings(self) -> None:
        names = " ".join(property["name"] for property in CLASS["properties"])
        count = min(100, self.items.count)
        def whole(_, body: bytes) -> None:
            assert len(answer_of(body)) == count
        self.ask("100 whole objects, GraphQL", [graphql("limit: 100", f"{names} _additional {{ id vector }}")], whole)
        def listed(_, body: bytes) -> None:
            assert len(json.loads(body)["objects"]) == count
        self.ask("100 whole objects, REST list", [get("/v1/objects?class=Item&limit=100&include=vector")], listed)
        if self.rows not in "cursor through everything":
            return
        after, seen, spent, cpu = "", 0, 0.0, self.cpu()
        while True:
            began = time.perf_counter()
            body = self.connection.exchange(get(f"/v1/objects?class=Item&limit=1000&after={after}"))
            spent += time.perf_counter() - began
            objects = json.loads(body)["objects"]
            if not objects:
                break
            seen, after = seen + len(objects), objects[-1]["id"]
        assert seen == self.items.count, seen
        self.note("cursor through everything", objects_per_second=seen / spent, cpu_ms_an_object=(self.cpu() - cpu) / seen * 1e3)

    def deletions(self) -> None:
        if self.rows not in "delete by filter":
            return
        gone, cpu, began = 0, self.cpu(), time.perf_counter()
        for rank in range(20):
            match = {"class": "Item", "where": {"path": ["rank"], "operator": "Equal", "valueInt": rank}}
            body = json.dumps({"match": match, "output": "minimal"}).encode()
            request = post("/v1/batch/objects", body).replace(b"POST", b"DELETE", 1)
            results = json.loads(self.connection.exchange(request))["results"]
            assert results["successful"] == results["matches"] == int((self.items.rank == rank).sum()), results
            gone += results["successful"]
        self.note("delete by filter", cpu_ms_an_object=(self.cpu() - cpu) / max(1, gone) * 1e3,
                  objects_per_second=gone / (time.perf_counter() - began))

    def all_steps(self) -> dict:
        self.fill()
        self.restart("restart after kill -9", self.server.kill)
        self.restart("restart after a clean stop", self.server.stop)
        self.filters()
        self.vectors()
        self.aggregations()
        self.words()
        self.sorts()
        self.listings()
        self.deletions()
        return self.result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="few objects and one request each, to see that it runs and is right")
    parser.add_argument("--objects", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=2, help="for each row (%(default)s)")
    parser.add_argument("--rows", default="", help="only the rows that have this in their name")
    parser.add_argument("--json", type=Path, help="where the figures are written as JSON")
    parser.add_argument("--folder", type=Path, help="where the data lie; a temporary folder if not given")
    options = parser.parse_args()
    items = Items(2_000 if options.smoke else options.objects)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        with Server(Path(folder) / "data", {"ENABLE_MODULES": "", "NEEDLETAIL_IMG2VEC_MODEL": ""}) as server:
            result = Store(server, items, 0.01 if options.smoke else options.seconds, options.rows).all_steps()
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), "objects": items.count, "rows": result}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
