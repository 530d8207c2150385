# SPDX-License-Identifier: Apache-2.0
"""Draws requests that change something, with what they make of the model and what must be answered."""
from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Callable

from columns import ROWS
from conditions import EVERYTHING, Combination, Filter, rows_of
from store_model import IDENTITIES, Collection, Definition, StoreModel, Stored, read, shown
from values import Values

# Sizes that classes grow and shrink to. The last is below the 10,000 objects that one answer may have.
SIZES = [0, 20, 300, 600, 1500, 2500, 4000, 6000, 9000]
BATCH_SIZES = [1, 5, 20, 20, 50, 100, 100, 300]
# What is wrong with an answer, given its status and body; None if nothing is.
Judge = Callable[[int, object], str | None]


@dataclasses.dataclass
class Request:
    """One request."""

    kind: str
    method: str
    path: str
    body: bytes | None
    judge: Judge
    # How many operations it counts for.
    count: int = 1
    collection: str = ""
    # What becomes of rows, in order.
    changes: list[tuple[int, Stored | None]] = dataclasses.field(default_factory=list)
    # What becomes of classes: their definition, or None if it goes.
    schema: dict[str, Definition | None] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        body = (self.body or b"").decode(errors="replace")
        return f"{self.kind} ({self.count}): {self.method} {self.path} {body[:600]}{'…' if len(body) > 600 else ''}"

    def apply(self, model: StoreModel) -> None:
        for row, stored in self.changes:
            model.collections[self.collection].put(row, stored)
        for name, definition in self.schema.items():
            model.drop(name)
            if definition:
                model.create(definition)


def status_is(*expected: int) -> Judge:
    return lambda status, answer: None if status in expected else f"status {status}, not {expected}: {str(answer)[:500]}"


def encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


class Writes:
    """Draws writes. Each class grows and shrinks towards a size that is drawn anew from time to time."""

    def __init__(self, values: Values, largest: int = SIZES[-1]) -> None:
        self.values = values
        self.largest = largest
        self.targets: dict[str, int] = {}

    @property
    def random(self) -> random.Random:
        return self.values.random

    def target(self, collection: Collection) -> int:
        if collection.name not in self.targets or self.random.random() < 0.01:
            self.targets[collection.name] = self.random.choice([size for size in SIZES if size <= self.largest])
        return self.targets[collection.name]

    def existing(self, collection: Collection) -> int | None:
        """A row that is there; mostly the same one after small differences between two runs."""
        if not collection.objects:
            return None
        if len(collection) < ROWS // 50:
            return self.random.choice(sorted(collection.objects))
        while (row := self.random.randrange(ROWS)) not in collection.objects:
            pass
        return row

    def fresh(self, collection: Collection) -> int:
        while (row := self.random.randrange(ROWS)) in collection.objects:
            pass
        return row

    def any_row(self, collection: Collection) -> int:
        """Mostly one that is there."""
        row = self.existing(collection) if self.random.random() < 0.9 else None
        return self.random.randrange(ROWS) if row is None else row

    def stored(self, collection: Collection) -> Stored:
        return Stored(self.values.properties(), self.values.vector_or_none(collection.definition.dimensions))

    # MARK: Single objects

    def create(self, collection: Collection) -> Request:
        row = self.existing(collection) if self.random.random() < 0.05 else None
        row = self.fresh(collection) if row is None else row
        new = self.stored(collection)
        body = encoded(shown(row, new, collection.name))
        if row in collection.objects:
            return Request("POST", "POST", "/v1/objects", body, status_is(422), collection=collection.name)
        return Request(
            "POST", "POST", "/v1/objects", body, answering(new), collection=collection.name, changes=[(row, new)])

    def replace(self, collection: Collection) -> Request:
        row = self.any_row(collection)
        new, old = self.stored(collection), collection.objects.get(row)
        if old and self.random.random() < 0.3:
            new.vector = old.vector
        path, body = path_of(collection, row), encoded(shown(row, new, collection.name))
        if old is None:
            return Request("PUT", "PUT", path, body, status_is(404), collection=collection.name)
        return Request("PUT", "PUT", path, body, answering(new), collection=collection.name, changes=[(row, new)])

    def merge(self, collection: Collection) -> Request:
        row = self.any_row(collection)
        given = self.values.properties()
        names = self.random.sample(sorted(given), self.random.randrange(len(given) + 1))
        patch = {name: given[name] if self.random.random() < 0.85 else None for name in names}
        vector = self.values.vector(collection.definition.dimensions) if self.random.random() < 0.4 else None
        path, body = path_of(collection, row), encoded(shown(row, Stored(patch, vector), collection.name))
        old = collection.objects.get(row)
        if old is None:
            return Request("PATCH", "PATCH", path, body, status_is(404), collection=collection.name)
        merged = {name: value for name, value in {**old.properties, **patch}.items() if value is not None}
        new = Stored(merged, old.vector if vector is None else vector)
        return Request("PATCH", "PATCH", path, body, status_is(204), collection=collection.name, changes=[(row, new)])

    def delete(self, collection: Collection) -> Request:
        row = self.any_row(collection)
        changes = [(row, None)] if row in collection.objects else []
        return Request(
            "DELETE", "DELETE", path_of(collection, row), None, status_is(204), collection=collection.name, changes=changes)

    # MARK: Batches

    def batch(self, collection: Collection) -> Request:
        room = self.target(collection) - len(collection)
        size = min(self.random.choice(BATCH_SIZES), self.largest // 10)
        if room > 2500 and self.random.random() < 0.05:
            size = 2500 if room < 5000 else 5000
        inserts = 0.85 if room > size else 0.1
        objects, changes, outcomes = [], [], []
        taken: set[int] = set()
        total = len(collection)
        for _ in range(size):
            if not collection.objects or self.random.random() < inserts and total < self.largest:
                row = self.fresh(collection)
                total += row not in taken
            else:
                row = self.existing(collection)
            taken.add(row)
            new = self.stored(collection)
            if old := collection.objects.get(row):
                new.vector = old.vector if self.random.random() < 0.3 else new.vector
            body = shown(row, new, collection.name)
            is_good = self.random.random() > 0.003 or not self.spoil(body, collection)
            objects.append(body)
            outcomes.append((IDENTITIES[row], is_good))
            if is_good:
                changes.append((row, new))
        if self.random.random() < 0.05 and changes:
            # The same object once more, as the last one.
            row, new = changes[0][0], self.stored(collection)
            objects.append(shown(row, new, collection.name))
            outcomes.append((IDENTITIES[row], True))
            changes.append((row, new))
        return Request(
            "batch", "POST", "/v1/batch/objects", encoded({"objects": objects}), batch_answering(outcomes), len(objects),
            collection.name, changes)

    def spoil(self, body: dict, collection: Collection) -> bool:
        """Makes an object wrong; False if that cannot be known to be wrong."""
        if self.random.random() < 0.5:
            body["properties"] = {**body["properties"], "rank": "no number"}
            return True
        if not any(stored.vector for stored in collection.objects.values()):
            return False
        body["vector"] = [0.5] * (collection.definition.dimensions + 1)
        return True

    def batch_delete(self, collection: Collection) -> Request:
        """Of about as many objects as are too many; of a few otherwise."""
        surplus = len(collection) - self.target(collection)
        condition: Filter
        if not collection.objects:
            condition = self.values.filter()
        elif surplus > 0 and self.target(collection) == 0 and self.random.random() < 0.5:
            condition = EVERYTHING
        else:
            condition = self.values.filter()
            most = max(surplus, len(collection) // 20, 3)
            if len(rows_of(condition, collection)) > most:
                condition = Combination("And", (condition, self.values.slice_of(collection, most)))
        rows = rows_of(condition, collection)
        rows = rows[collection.numbers[rows].argsort()].tolist()
        output = self.random.choice(["minimal", "verbose"])
        body = {"match": {"class": collection.name, "where": condition.body()}, "output": output}
        return Request(
            "batch delete", "DELETE", "/v1/batch/objects", encoded(body), deletion_answering(rows, output == "verbose"),
            max(len(rows), 1), collection.name, [(row, None) for row in rows])

    # MARK: Classes

    def drop(self, name: str) -> Request:
        return Request("drop class", "DELETE", f"/v1/schema/{name}", None, status_is(200), schema={name: None})

    def define(self, name: str) -> Request:
        definition = Definition.chosen(name, self.random)
        return Request(
            "create class", "POST", "/v1/schema", encoded(definition.body()), status_is(200), schema={name: definition})


# MARK: Answers

def path_of(collection: Collection, row: int) -> str:
    return f"/v1/objects/{collection.name}/{IDENTITIES[row]}"


def answering(new: Stored) -> Judge:
    """The object as it was sent."""
    def judge(status: int, answer: object) -> str | None:
        if status != 200:
            return f"status {status}, not 200: {str(answer)[:500]}"
        return None if new.equals(read(answer)) else f"answered {answer}, sent {new}"
    return judge


def batch_answering(outcomes: list[tuple[str, bool]]) -> Judge:
    """In order, each with its outcome."""
    def judge(status: int, answer: object) -> str | None:
        if status != 200:
            return f"status {status}, not 200: {str(answer)[:500]}"
        told = [(item["id"], item["result"]["status"] == "SUCCESS") for item in answer]
        if told == outcomes:
            return None
        wrong = [(item, wanted) for item, found, wanted in zip(answer, told, outcomes) if found != wanted]
        return f"{len(told)} outcomes of {len(outcomes)}; first wrong ones: {str(wrong[:2])[:1500]}"
    return judge


def deletion_answering(rows: list[int], is_verbose: bool) -> Judge:
    """Of exactly these objects, in order of insertion."""
    def judge(status: int, answer: object) -> str | None:
        if status != 200:
            return f"status {status}, not 200: {str(answer)[:500]}"
        results = answer["results"]
        told = (results["matches"], results["successful"], results["failed"])
        if told != (len(rows), len(rows), 0):
            return f"matches, successful, failed {told}, expected {len(rows)}"
        listed = [item["id"] for item in results["objects"] or []]
        return None if listed == [IDENTITIES[row] for row in rows] or not is_verbose else f"listed {listed[:5]}…, not {rows[:5]}…"
    return judge
