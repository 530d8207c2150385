#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks SQLite in this process what store.py asks the server, of the same objects: its processor time a question.

usage: store_yardstick.py [--smoke] [--objects N] [--small] [--seconds S] [--rows TEXT|TEXT…] [--json FILE] [--folder DIR]

A table with an index for each property, one of tags, and FTS5 over title and body that takes the texts from the table.
Write-ahead log with synchronous FULL, so that what is committed lasts, as in the server; 256 MiB of cache, a mapped file,
prepared statements, statistics for the planner (ANALYZE), FTS5 merged into one segment ('optimize'). There is no network, no
JSON and no check of rights: what is left is close to the least that a database in C takes, plus some 2 µs for Python.
FTS5 takes title and body for one text, so its scores are others than the server's; the matches are the same.
"""
from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable, Iterator

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "Tests/EndToEnd"), str(ROOT / "Benchmarks")]
import store_options  # noqa: E402
from store_data import CATEGORIES, WORDS, Items  # noqa: E402
from store_rows import VARIANTS, date_bounds, filter_cases, ranks, word_texts  # noqa: E402

MB = 1e6
BATCH = 200
INDEXED = ("rank", "price", "made", "isNew", "category")
Rows = list[tuple]


class Yardstick:
    """One database, and a row of figures for each question, by the names that store.py has."""

    def __init__(self, path: Path, items: Items, seconds: float, rows: str) -> None:
        self.path, self.items, self.seconds, self.parts = path, items, seconds, rows.split("|")
        self.database = sqlite3.connect(path, isolation_level=None)
        self.columns = [property["name"] for property in items.properties if property["name"] != "tags"]
        self.texts = [name for name in ("title", "body") if name in self.columns]
        self.result: dict[str, dict[str, float]] = {}
        for setting in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -262144", "mmap_size = 4294967296", "temp_store = MEMORY"):
            self.database.execute(f"PRAGMA {setting}").fetchall()

    def wants(self, name: str) -> bool:
        return any(part in name for part in self.parts)

    def note(self, name: str, **figures: float) -> None:
        self.result[name] = {key: round(float(value), 5) for key, value in figures.items()}
        print(f"{name:44} " + "   ".join(f"{key} {value:,.3f}" for key, value in figures.items()), flush=True)

    def ask(self, name: str, statement: str, parameters: list[tuple], check: Callable[[int, Rows], None]) -> None:
        """Runs the statement with the parameters in turn until the time is up, after each answer was looked at once."""
        if not self.wants(name):
            return
        for number, values in enumerate(parameters):
            check(number, self.database.execute(statement, values).fetchall())
        count, cpu, began = 0, time.process_time(), time.perf_counter()
        while count == 0 or time.perf_counter() - began < self.seconds:
            self.database.execute(statement, parameters[count % len(parameters)]).fetchall()
            count += 1
        self.note(name, cpu_ms=(time.process_time() - cpu) / count * 1e3)

    # MARK: Changes

    def create(self) -> None:
        self.database.execute(f"CREATE TABLE item (number INTEGER PRIMARY KEY, id TEXT UNIQUE, {', '.join(self.columns)}, vector BLOB)")
        for name in INDEXED:
            if name in self.columns:
                self.database.execute(f"CREATE INDEX item_{name} ON item ({name})")
        self.database.execute("CREATE TABLE tags (tag TEXT, number INTEGER, PRIMARY KEY (tag, number)) WITHOUT ROWID")
        self.database.execute("CREATE INDEX tags_number ON tags (number)")
        self.database.execute(
            f"CREATE VIRTUAL TABLE text USING fts5({', '.join(self.texts)}, content = 'item', content_rowid = 'number')")

    def batch(self, items: Items, start: int, size: int) -> tuple[list[tuple], list[tuple], list[tuple]]:
        """Rows of the three tables."""
        rows, tags, texts = [], [], []
        for place, item in enumerate(items.objects(start, start + size)):
            number, properties = items.first + start + place, item["properties"]
            properties["made"] = int(items.made[start + place])
            vector = items.vectors[start + place].tobytes()
            rows.append((number, item["id"], *(properties[name] for name in self.columns), vector))
            tags += [(tag, number) for tag in properties.get("tags", [])]
            texts.append((number, *(properties[name] for name in self.texts)))
        return rows, tags, texts

    def insert(self, rows: list[tuple], tags: list[tuple], texts: list[tuple]) -> None:
        """One transaction."""
        self.database.execute("BEGIN")
        self.database.executemany(f"INSERT INTO item VALUES ({','.join('?' * len(rows[0]))})", rows)
        self.database.executemany("INSERT INTO tags VALUES (?, ?)", tags)
        self.database.executemany(
            f"INSERT INTO text (rowid, {', '.join(self.texts)}) VALUES ({','.join('?' * len(texts[0]))})", texts)
        self.database.execute("COMMIT")

    def fill(self) -> None:
        self.create()
        cpu, spent = 0.0, 0.0
        for start in range(0, self.items.count, BATCH):
            tables = self.batch(self.items, start, BATCH)
            cpu_before, began = time.process_time(), time.perf_counter()
            self.insert(*tables)
            cpu, spent = cpu + time.process_time() - cpu_before, spent + time.perf_counter() - began
        cpu_before = time.process_time()
        self.database.execute("INSERT INTO text (text) VALUES ('optimize')")
        self.database.execute("ANALYZE")
        self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self.note("import, batches of 200", cpu_ms_an_object=cpu / self.items.count * 1e3, objects_per_second=self.items.count / spent,
                  preparing_cpu_ms_an_object=(time.process_time() - cpu_before) / self.items.count * 1e3)
        self.note("after the import", disk_mb=sum(file.stat().st_blocks * 512 for file in self.path.parent.iterdir()) / MB)

    def single_inserts(self) -> None:
        """One object a transaction, one after the other: SQLite has one writer, so further clients would wait."""
        if not self.wants("single POST, 32 clients"):
            return
        seconds = max(0.2, 2 * self.seconds)
        further = Items(int(4_000 * seconds), self.items.small, first=self.items.count)
        count, spent, cpu = 0, 0.0, 0.0
        while spent < seconds and count < further.count:
            tables = self.batch(further, count, 1)
            cpu_before, began = time.process_time(), time.perf_counter()
            self.insert(*tables)
            cpu, spent = cpu + time.process_time() - cpu_before, spent + time.perf_counter() - began
            count += 1
        self.note("single POST, 32 clients", objects_per_second=count / spent, cpu_ms_an_object=cpu / count * 1e3)

    def deletions(self) -> None:
        if not self.wants("delete by filter"):
            return
        gone, cpu, began = 0, time.process_time(), time.perf_counter()
        texts = ", ".join(self.texts)
        for rank in range(20):
            self.database.execute("BEGIN")
            self.database.execute(
                f"INSERT INTO text (text, rowid, {texts}) SELECT 'delete', number, {texts} FROM item WHERE rank = ?", (rank,))
            self.database.execute("DELETE FROM tags WHERE number IN (SELECT number FROM item WHERE rank = ?)", (rank,))
            gone += self.database.execute("DELETE FROM item WHERE rank = ?", (rank,)).rowcount
            self.database.execute("COMMIT")
        assert gone == int((self.items.rank < 20).sum()), gone
        self.note("delete by filter", cpu_ms_an_object=(time.process_time() - cpu) / max(1, gone) * 1e3,
                  objects_per_second=gone / (time.perf_counter() - began))

    # MARK: Questions

    def within(self, allowed: list[np.ndarray], limit: int = 10) -> Callable[[int, Rows], None]:
        def check(number: int, rows: Rows) -> None:
            found = [self.items.number_of(row[0]) for row in rows]
            assert len(set(found)) == len(found) == min(limit, int(allowed[number].sum())) and allowed[number][found].all(), rows
        return check

    def filters(self) -> None:
        items = self.items
        self.ask("floor: the first object", "SELECT id FROM item LIMIT 1", [()], self.within([np.ones(items.count, bool)], 1))
        numbers = [int(number) for number in items.random.integers(0, items.count, 200)]
        def same(number: int, rows: Rows) -> None:
            assert [row[0] for row in rows] == [numbers[number]], rows
        self.ask("get by id, REST", "SELECT * FROM item WHERE id = ?", [(items.id_of(number),) for number in numbers], same)
        truths = filter_cases(items)
        for name, condition, parameters in self.conditions():
            allowed = [truth for _, truth in truths[name]]
            assert len(allowed) == len(parameters), name
            source = "tags JOIN item USING (number)" if name == "filter: tags" else "item"
            self.ask(name, f"SELECT id FROM {source} WHERE {condition} LIMIT 10", parameters, self.within(allowed))

    def conditions(self) -> Iterator[tuple[str, str, list[tuple]]]:
        """Those of `filter_cases` in SQL: name, condition, parameters."""
        numbers = range(VARIANTS)
        yield "filter: int equal", "rank = ?", [(77 + n,) for n in numbers]
        for share in (10, 50):
            limits = range(10 * share - VARIANTS // 2, 10 * share + VARIANTS // 2)
            yield f"filter: int range of {share} %", "rank < ?", [(limit,) for limit in limits]
        for share in (1, 10, 50):
            bounds = [date_bounds(self.items, share, n / 50) for n in numbers]
            yield f"filter: two-sided date range of {share} %", "made >= ? AND made < ?", bounds
        if self.items.small:
            return
        yield "filter: category", "category = ?", [(CATEGORIES[n],) for n in numbers]
        yield "filter: tags", "tag = ?", [(f"tag{5 * n}",) for n in numbers]
        yield "filter: boolean", "isNew = ?", [(1,), (0,)]
        yield "filter: Like prefix", "category GLOB 'category1*'", [()]
        yield "filter: number range of 50 %", "price > ?", [(limit,) for limit in range(4_900, 5_100, 200 // VARIANTS)]

    def aggregations(self) -> None:
        items = self.items
        for share in (100, 10, 50):
            name, condition, parameters = ("all", "", ()) if share == 100 else (f"filter of {share} %", " WHERE rank < ?", (10 * share,))
            allowed = np.ones(items.count, bool) if share == 100 else ranks(items, share)[1]
            def counted(_: int, rows: Rows) -> None:
                assert rows == [(int(allowed.sum()),)], rows
            def mean(_: int, rows: Rows) -> None:
                assert abs(rows[0][0] - items.price[allowed].mean()) < 1e-6, rows
            self.ask(f"count, {name}", f"SELECT count(*) FROM item{condition}", [parameters], counted)
            if not items.small:
                self.ask(f"mean of a number, {name}", f"SELECT avg(price) FROM item{condition}", [parameters], mean)
        if items.small:
            return
        sizes = np.bincount(items.category, minlength=len(CATEGORIES))
        def grouped(_: int, rows: Rows) -> None:
            assert {row[0]: row[1] for row in rows} == dict(zip(CATEGORIES, sizes.tolist())), rows
        self.ask("groupedBy category, count", "SELECT category, count(*) FROM item GROUP BY category", [()], grouped)
        self.ask("groupedBy category, mean", "SELECT category, count(*), avg(price) FROM item GROUP BY category", [()], grouped)
        for name, column, table, right in [("tags", "tag", "tags", items.tag_counts()),
                                           ("category", "category", "item", dict(zip(CATEGORIES, sizes.tolist())))]:
            def occurrences(_: int, rows: Rows) -> None:
                assert [row[1] for row in rows] == sorted(right.values(), reverse=True)[:5], rows
            self.ask(f"topOccurrences of {name}", f"SELECT {column}, count(*) AS occurs FROM {table} GROUP BY {column} "
                     "ORDER BY occurs DESC LIMIT 5", [()], occurrences)

    def words(self) -> None:
        for name, searches in word_texts(self.items).items():
            def check(number: int, rows: Rows) -> None:
                scores = self.items.keyword_scores(searches[number])
                self.within([scores > 0])(0, rows)
            self.ask(name, "SELECT id FROM (SELECT rowid AS number FROM text WHERE text MATCH ? ORDER BY rank LIMIT 10) "
                     "JOIN item USING (number)", [(" OR ".join(WORDS[rank] for rank in search),) for search in searches], check)

    def sorts(self) -> None:
        columns = {"rank": self.items.rank, "made": self.items.made, "price": self.items.price}
        for property, column in columns.items():
            if property not in self.columns:
                continue
            for share in (1, 10, 50, 100):
                condition, parameters = ("", ()) if share == 100 else (" WHERE rank < ?", (10 * share,))
                allowed = np.ones(self.items.count, bool) if share == 100 else ranks(self.items, share)[1]
                right = np.sort(column[allowed])[:10]
                def check(_: int, rows: Rows) -> None:
                    assert (column[[self.items.number_of(row[0]) for row in rows]] == right).all(), rows
                self.ask(f"sort by {property}, " + ("all" if share == 100 else f"filter of {share} %"),
                         f"SELECT id FROM item{condition} ORDER BY {property} LIMIT 10", [parameters], check)

    def all_steps(self) -> dict[str, dict[str, float]]:
        self.fill()
        self.filters()
        self.aggregations()
        self.words()
        self.sorts()
        self.deletions()
        self.single_inserts()
        self.database.close()
        return self.result


def main() -> int:
    options = store_options.parser(__doc__, smoke="few objects and one run of each question", seconds=1).parse_args()
    items = store_options.items_of(options)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        result = Yardstick(Path(folder) / "items.db", items, store_options.seconds_of(options), options.rows).all_steps()
    store_options.write(options, items, result, sqlite=sqlite3.sqlite_version)
    return 0


if __name__ == "__main__":
    sys.exit(main())
