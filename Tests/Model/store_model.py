# SPDX-License-Identifier: Apache-2.0
"""What the server should hold: a dictionary of objects for each class."""
from __future__ import annotations

import dataclasses
import random
import uuid

import numpy
from columns import ROWS, IntLists, Mask, Numbers, Texts, Vectors

# The properties of every class, with their types.
PROPERTIES = {
    "title": "text", "summary": "text", "kind": "text", "tags": "text[]", "rank": "int", "price": "number", "made": "date",
    "seen": "date", "live": "boolean", "marks": "int[]",
}
TEXTS = [name for name, kind in PROPERTIES.items() if kind.startswith("text")]
METRICS = ["l2-squared", "dot", "manhattan"]
Properties = dict[str, object]


def identities(count: int = ROWS) -> list[str]:
    """The ids that objects may have, ascending, so that the order of ids is that of rows. The same in every run."""
    chooser = random.Random(1)
    return sorted(str(uuid.UUID(int=chooser.getrandbits(128), version=4)) for _ in range(count))


IDENTITIES = identities()
ROW_OF = {identity: row for row, identity in enumerate(IDENTITIES)}


@dataclasses.dataclass(slots=True)
class Stored:
    """An object. Its properties are those that have a value."""

    properties: Properties
    vector: tuple[float, ...] | None
    # Documents are numbered in order of insertion; another vector makes another document.
    number: int = -1
    # Milliseconds since 1970 as the server has told them; None until it has.
    created: int | None = None
    updated: int | None = None

    def equals(self, other: "Stored | None") -> bool:
        return other is not None and self.properties == other.properties and self.vector == other.vector


@dataclasses.dataclass(frozen=True)
class Definition:
    """A class: what may differ between one and the next of the same name."""

    name: str
    index: str
    metric: str
    dimensions: int
    range_filters: frozenset[str]
    # Of the texts, in the order of `TEXTS`.
    tokenizations: tuple[str, ...]
    k1: float
    b: float
    # Few candidates, so that searches of small classes walk the graph too; None for what the server chooses.
    ef: int | None

    @staticmethod
    def chosen(name: str, chooser: random.Random) -> "Definition":
        ranged = [name for name, kind in PROPERTIES.items() if kind in ("int", "number", "date")]
        words = ["word", "word", "word", "lowercase", "whitespace"]
        return Definition(
            name, chooser.choice(["flat", "hnsw"]), chooser.choice(METRICS), chooser.choice([8, 12, 16]),
            frozenset(chooser.sample(ranged, chooser.randrange(len(ranged) + 1))),
            (chooser.choice(words), chooser.choice(words), "field", chooser.choice(["field", "word"])),
            *chooser.choice([(1.2, 0.75), (1.2, 0.75), (2.0, 0.3), (0.5, 1.0)]), chooser.choice([None, 24, 24]))

    def tokenization(self, name: str) -> str | None:
        return self.tokenizations[TEXTS.index(name)] if name in TEXTS else None

    def body(self) -> dict:
        properties = []
        for name, kind in PROPERTIES.items():
            described = {"name": name, "dataType": [kind]}
            if name in TEXTS:
                described["tokenization"] = self.tokenization(name)
            if name in self.range_filters:
                described["indexRangeFilters"] = True
            properties.append(described)
        index = {"ef": self.ef} if self.ef and self.index == "hnsw" else {}
        return {
            "class": self.name, "vectorizer": "none", "vectorIndexType": self.index,
            "vectorIndexConfig": {"distance": self.metric, **index},
            "invertedIndexConfig": {
                "indexNullState": True, "indexPropertyLength": True, "bm25": {"k1": self.k1, "b": self.b}},
            "properties": properties}


class Collection:
    """The objects of a class by row, and columns made of them."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.objects: dict[int, Stored] = {}
        self.next_number = 0
        self.alive = numpy.zeros(ROWS, bool)
        self.numbers = numpy.zeros(ROWS, "i8")
        self.columns: dict[str, Numbers | IntLists | Texts] = {}
        for name, kind in PROPERTIES.items():
            self.columns[name] = (
                Texts(definition.tokenization(name)) if name in TEXTS else IntLists() if kind == "int[]" else Numbers(kind))
        self.vectors = Vectors(definition.dimensions)
        self._stale: set[int] = set()

    @property
    def name(self) -> str:
        return self.definition.name

    def __len__(self) -> int:
        return len(self.objects)

    def put(self, row: int, new: Stored | None) -> None:
        """Replaces, inserts, or deletes."""
        old = self.objects.get(row)
        if new is None:
            self.objects.pop(row, None)
        else:
            new.created = old.created if old else None
            if old and old.vector == new.vector:
                new.number = old.number
            else:
                new.number, self.next_number = self.next_number, self.next_number + 1
            self.objects[row] = new
        self._stale.add(row)

    def settle(self) -> None:
        """Brings the columns up to the objects; what reads columns calls it first."""
        for row in self._stale:
            stored = self.objects.get(row)
            properties = stored.properties if stored else {}
            for name, column in self.columns.items():
                column.put(row, properties.get(name))
            self.vectors.put(row, stored.vector if stored else None)
            self.alive[row] = stored is not None
            if stored:
                self.numbers[row] = stored.number
        self._stale.clear()

    def renumber(self, rows: list[int]) -> None:
        """Numbers the documents anew, in the order of some rows, which are all there are."""
        for number, row in enumerate(rows):
            self.objects[row].number = number
            self.numbers[row] = number
        self.next_number = max(self.next_number, len(rows))

    # MARK: Order

    def listed(self, mask: Mask | None, keys: list[tuple[str, bool]] = ()) -> numpy.ndarray:
        """The rows of a listing in order: of sort keys (name, whether descending), then of ids, or under a filter of insertion."""
        rows = numpy.flatnonzero(self.alive if mask is None else mask & self.alive)
        return rows[self.order(rows, keys, rows if mask is None else self.numbers[rows])]

    def order(self, rows: numpy.ndarray, keys: list[tuple[str, bool]], ties: numpy.ndarray) -> numpy.ndarray:
        """Places in `rows`: by sort keys, equal ones by `ties`."""
        ranks = [ties]
        for name, is_descending in reversed(keys):
            found = self._ranks(name, rows)
            ranks.append(-found if is_descending else found)
        return numpy.lexsort(ranks)

    def _ranks(self, name: str, rows: numpy.ndarray) -> numpy.ndarray:
        if name == "id":
            return rows
        column = self.columns[name]
        if isinstance(column, Numbers):
            return column.ranks(rows)
        keys = [self._sort_key(self.objects[row].properties.get(name)) for row in rows.tolist()]
        rank_of = {key: rank for rank, key in enumerate(sorted(set(keys)))}
        return numpy.array([rank_of[key] for key in keys], "i8")

    @staticmethod
    def _sort_key(value: str | list | None) -> tuple:
        """Texts by their lower-cased bytes, lists element by element; no value and an empty list first."""
        if value is None or value == []:
            return ()
        if isinstance(value, str):
            return (1, value.lower().encode())
        return (1, tuple(element.lower().encode() if isinstance(element, str) else element for element in value))


class StoreModel:
    """All classes, by name."""

    def __init__(self) -> None:
        self.collections: dict[str, Collection] = {}

    def create(self, definition: Definition) -> None:
        self.collections[definition.name] = Collection(definition)

    def drop(self, name: str) -> None:
        self.collections.pop(name, None)


# MARK: Showing and comparing

def shown(row: int, stored: Stored, name: str) -> dict:
    """An object as it is sent."""
    body = {"class": name, "id": IDENTITIES[row], "properties": stored.properties}
    if stored.vector is not None:
        body["vector"] = list(stored.vector)
    return body


def read(answer: dict) -> Stored:
    """An object as it is answered."""
    vector = answer.get("vector")
    return Stored(
        answer.get("properties") or {}, tuple(vector) if vector else None, created=answer["creationTimeUnix"],
        updated=answer["lastUpdateTimeUnix"])


def note_times(stored: Stored, answered: Stored) -> str | None:
    """What is wrong with the times of an object that is otherwise as it should be; unknown ones are learned."""
    for name in ("created", "updated"):
        known, told = getattr(stored, name), getattr(answered, name)
        if known is not None and known != told:
            return f"{name} at {known}, told {told}"
        setattr(stored, name, told)
    return f"created at {stored.created}, updated before, at {stored.updated}" if stored.updated < stored.created else None
