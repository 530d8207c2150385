# SPDX-License-Identifier: Apache-2.0
"""Objects of every kind of property, made from a seed, and what is true of them: the answers that a server must give."""
from __future__ import annotations

import json
import uuid
from functools import cached_property

import numpy as np

SEED = 20
VOCABULARY = 50_000
WORDS = [f"w{rank}" for rank in range(VOCABULARY)]
CATEGORIES = [f"category{number}" for number in range(20)]
TAGS = [f"tag{number}" for number in range(200)]
MOST_TAGS = 4
FIRST_SECOND = 1_600_000_000
#: The ranks of the words that searches ask for: Zipf's law makes them frequent or medium.
FREQUENT, MEDIUM = range(1, 12), range(300, 3_000)
#: BM25 as the server's defaults have it.
K1, B = 1.2, 0.75

PROPERTIES = [
    {"name": "title", "dataType": ["text"]},
    {"name": "body", "dataType": ["text"]},
    {"name": "rank", "dataType": ["int"]},
    {"name": "price", "dataType": ["number"], "indexRangeFilters": True},
    {"name": "made", "dataType": ["date"], "indexRangeFilters": True},
    {"name": "isNew", "dataType": ["boolean"]},
    {"name": "category", "dataType": ["text"], "tokenization": "field"},
    {"name": "tags", "dataType": ["text[]"], "tokenization": "field"},
]
#: What small objects have.
SMALL = ("body", "rank", "made")
# Ids are multiples of an odd number, so that they lie anywhere and yet tell their object.
FACTOR, ID_RANGE = 0x9E3779B97F4A7C15F39CC0605CEDC835, 1 << 128
INVERSE = pow(FACTOR, -1, ID_RANGE)


class Items:
    """`count` objects, a column each; the object `n` has the id that `id_of(n)` tells.

    Small objects are a text of eight words, an int, a date and a vector of 32 dimensions.
    """

    def __init__(self, count: int, small: bool = False, first: int = 0) -> None:
        """`first` is the number of the first object: further ones with ids and contents of their own."""
        self.count, self.small, self.first = count, small, first
        self.dimensions = 32 if small else 64
        self.properties = [property for property in PROPERTIES if not small or property["name"] in SMALL]
        random = np.random.default_rng(SEED + first)
        weights = 1 / (np.arange(VOCABULARY) + 2.7)
        self.title_lengths = np.zeros(count, np.int64) if small else random.integers(3, 9, count)
        self.body_lengths = np.full(count, 8) if small else random.integers(10, 41, count)
        self.starts = np.concatenate([[0], np.cumsum(self.title_lengths + self.body_lengths)])
        shares = np.cumsum(weights / weights.sum())
        parts = [np.searchsorted(shares, random.random(min(1 << 22, int(self.starts[-1]) - start))).astype(np.uint16)
                 for start in range(0, int(self.starts[-1]), 1 << 22)]
        self.words = np.minimum(np.concatenate(parts), VOCABULARY - 1)
        self.rank = random.integers(0, 1_000, count)
        self.price = np.round(random.uniform(0, 10_000, count), 2)
        # Nearly distinct: milliseconds over some three years.
        self.made = FIRST_SECOND * 1000 + random.integers(0, 100_000_000_000, count)
        self.is_new = random.random(count) < 0.5
        self.category = random.integers(0, len(CATEGORIES), count)
        self.tags = self.distinct_tags(random)
        centers = np.random.default_rng(SEED).normal(size=(500, self.dimensions))
        self.vectors = np.concatenate([self.around(centers, min(100_000, count - start), random)
                                       for start in range(0, count, 100_000)])
        self.lengths = np.linalg.norm(self.vectors, axis=1)
        self.queries = self.around(centers, 50, random)
        self.random = random

    def distinct_tags(self, random: np.random.Generator) -> np.ndarray:
        """One to four different tags of each object, shape [count, 4]; -1 where there is none."""
        tags = np.empty((self.count, MOST_TAGS), np.int16)
        for place in range(MOST_TAGS):
            # Among those that are left, whose numbers grow past each one that is taken.
            tag = random.integers(0, len(TAGS) - place, self.count)
            for taken in np.sort(tags[:, :place], axis=1).T:
                tag += tag >= taken
            tags[:, place] = tag
        tags[np.arange(MOST_TAGS) >= random.integers(1, MOST_TAGS + 1, (self.count, 1))] = -1
        return tags

    def around(self, centers: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
        """Vectors near some centers, nearly of length 1, with the five digits that are sent."""
        vectors = centers[random.integers(0, len(centers), count)] + 0.7 * random.normal(size=(count, self.dimensions))
        return np.round(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), 5).astype(np.float32)

    # MARK: What is sent

    def id_of(self, number: int) -> str:
        return str(uuid.UUID(int=(self.first + number) * FACTOR % ID_RANGE))

    def number_of(self, identifier: str) -> int:
        return uuid.UUID(identifier).int * INVERSE % ID_RANGE - self.first

    @property
    def collection(self) -> dict:
        return {"class": "Item", "vectorizer": "none", "vectorIndexConfig": {"distance": "cosine"}, "properties": self.properties}

    @staticmethod
    def date_text(milliseconds: int) -> str:
        return str(np.datetime64(int(milliseconds), "ms")) + "Z"

    def objects(self, start: int, end: int) -> list[dict]:
        end = min(end, self.count)
        rows = slice(start, end)
        words = [WORDS[rank] for rank in self.words[self.starts[start]:self.starts[end]].tolist()]
        base = int(self.starts[start])
        firsts = (self.starts[start:end + 1] - base).tolist()
        dates = np.datetime_as_string(self.made[rows].astype("datetime64[ms]"), timezone="UTC").tolist()
        columns = zip(self.title_lengths[rows].tolist(), self.rank[rows].tolist(), self.price[rows].tolist(), dates,
                      self.is_new[rows].tolist(), self.category[rows].tolist(), self.tags[rows].tolist(),
                      np.round(self.vectors[rows].astype(np.float64), 5).tolist())
        objects = []
        for place, (title, rank, price, made, is_new, category, tags, vector) in enumerate(columns):
            first, last = firsts[place], firsts[place + 1]
            properties = {"body": " ".join(words[first + title:last]), "rank": rank, "made": made}
            if not self.small:
                properties |= {"title": " ".join(words[first:first + title]), "price": price, "isNew": is_new,
                               "category": CATEGORIES[category], "tags": [TAGS[tag] for tag in tags if tag >= 0]}
            objects.append({"class": "Item", "id": self.id_of(start + place), "properties": properties, "vector": vector})
        return objects

    def batch(self, start: int, size: int) -> bytes:
        return json.dumps({"objects": self.objects(start, start + size)}).encode()

    # MARK: What is true

    def with_tag(self, tag: int) -> np.ndarray:
        return (self.tags == tag).any(axis=1)

    def tag_counts(self) -> dict[str, int]:
        counts = np.bincount(self.tags[self.tags >= 0], minlength=len(TAGS))
        return {TAGS[tag]: int(count) for tag, count in enumerate(counts)}

    def similarities(self, query: np.ndarray, allowed: np.ndarray | None = None) -> np.ndarray:
        """The cosine of each object, times the length of the query; -inf where it is not allowed."""
        values = (self.vectors @ query) / self.lengths
        return values if allowed is None else np.where(allowed, values, -np.inf)

    def nearest(self, query: np.ndarray, allowed: np.ndarray | None = None, k: int = 10) -> list[int]:
        values = self.similarities(query, allowed)
        best = np.argpartition(-values, min(k, self.count) - 1)[:k]
        return [int(number) for number in best[np.argsort(-values[best])] if np.isfinite(values[number])]

    def recall(self, query: np.ndarray, found: list[int], allowed: np.ndarray | None = None, k: int = 10) -> float:
        """The share of the k nearest that was found; what is as near as the last of them counts."""
        values = self.similarities(query, allowed)
        k = min(k, int(np.isfinite(values).sum()))
        if k == 0:
            return 1.0
        bound = np.partition(values, len(values) - k)[-k]
        return float((values[found] >= bound - 1e-6).sum()) / k

    def occurrences(self, rank: int) -> list[np.ndarray]:
        """How often each object has the word, in its title and in its body."""
        places = np.flatnonzero(self.words == rank)
        owners = np.searchsorted(self.starts, places, "right") - 1
        in_title = places - self.starts[owners] < self.title_lengths[owners]
        return [np.bincount(owners[part], minlength=self.count) for part in (in_title, ~in_title)]

    @cached_property
    def saturations(self) -> list[np.ndarray]:
        """What BM25 adds to the frequency below the line, for titles and for bodies."""
        parts = []
        for lengths in (self.title_lengths, self.body_lengths):
            mean = lengths[lengths > 0].mean() if lengths.any() else 1
            parts.append(K1 * (1 - B + B * lengths / mean))
        return parts

    def keyword_scores(self, ranks: list[int]) -> np.ndarray:
        """BM25 of every object over title and body, as `InvertedIndexSchema.search` says; 0 where no word is."""
        fields = [np.zeros(self.count), np.zeros(self.count)]
        for rank in ranks:
            frequencies = self.occurrences(rank)
            sizes = [int((frequency > 0).sum()) for frequency in frequencies]
            if not any(sizes):
                continue
            having = sum(sizes) // sum(size > 0 for size in sizes)
            weight = np.log(1 + (self.count - having + 0.5) / (having + 0.5))
            for scores, frequency, saturation in zip(fields, frequencies, self.saturations):
                scores += weight * frequency / (frequency + saturation)
        return sum(scores.astype(np.float32) for scores in fields)

    def hybrid_scores(self, ranks: list[int], query: np.ndarray, allowed: np.ndarray | None = None) -> np.ndarray:
        """Relative score fusion, alpha 0.75, of the hundred best of both searches; 0 of what neither has."""
        fused = np.zeros(self.count)
        words = self.keyword_scores(ranks)
        words = np.where((words > 0) & (True if allowed is None else allowed), words, -np.inf)
        for values, weight in ((words, 0.25), (self.similarities(query, allowed), 0.75)):
            best = np.argpartition(-values, min(100, self.count) - 1)[:100]
            best = best[np.isfinite(values[best])]
            if len(best):
                least, span = values[best].min(), np.ptp(values[best])
                fused[best] += weight * ((values[best] - least) / span if span > 0 else 1)
        return fused
