# SPDX-License-Identifier: Apache-2.0
"""Objects of every kind of property, made from a seed, and what is true of them: the answers that a server must give."""
from __future__ import annotations

import json
import uuid
from dataclasses import dataclass

import numpy as np

SEED = 20
VOCABULARY = 50_000
CATEGORIES = [f"category{number}" for number in range(20)]
TAGS = [f"tag{number}" for number in range(200)]
DIMENSIONS = 64
FIRST_SECOND = 1_600_000_000
#: The ranks of the words that searches ask for: Zipf's law makes them frequent or medium.
FREQUENT, MEDIUM = range(1, 12), range(300, 3_000)

CLASS = {
    "class": "Item", "vectorizer": "none", "vectorIndexConfig": {"distance": "cosine"},
    "properties": [
        {"name": "title", "dataType": ["text"]},
        {"name": "body", "dataType": ["text"]},
        {"name": "rank", "dataType": ["int"]},
        {"name": "price", "dataType": ["number"], "indexRangeFilters": True},
        {"name": "made", "dataType": ["date"], "indexRangeFilters": True},
        {"name": "isNew", "dataType": ["boolean"]},
        {"name": "category", "dataType": ["text"], "tokenization": "field"},
        {"name": "tags", "dataType": ["text[]"], "tokenization": "field"},
    ],
}


def word(rank: int) -> str:
    return f"w{rank}"


@dataclass
class Items:
    """`count` objects, a column each; the object `n` has the id that `id_of(n)` tells."""

    count: int

    def __post_init__(self) -> None:
        random = np.random.default_rng(SEED)
        weights = 1 / (np.arange(VOCABULARY) + 2.7)
        self.title_lengths = random.integers(3, 9, self.count)
        self.body_lengths = random.integers(10, 41, self.count)
        words = random.choice(VOCABULARY, int((self.title_lengths + self.body_lengths).sum()), p=weights / weights.sum())
        self.words = words.astype(np.uint16)
        self.starts = np.concatenate([[0], np.cumsum(self.title_lengths + self.body_lengths)])
        self.rank = random.integers(0, 1_000, self.count)
        self.price = np.round(random.uniform(0, 10_000, self.count), 2)
        # Nearly distinct: milliseconds over some three years.
        self.made = FIRST_SECOND * 1000 + random.integers(0, 100_000_000_000, self.count)
        self.is_new = random.random(self.count) < 0.5
        self.category = random.integers(0, len(CATEGORIES), self.count)
        self.tags = [random.choice(len(TAGS), size, replace=False) for size in random.integers(1, 5, self.count)]
        centers = random.normal(size=(500, DIMENSIONS))
        vectors = centers[random.integers(0, 500, self.count)] + 0.7 * random.normal(size=(self.count, DIMENSIONS))
        self.vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        queries = centers[random.integers(0, 500, 50)] + 0.7 * random.normal(size=(50, DIMENSIONS))
        self.queries = (queries / np.linalg.norm(queries, axis=1, keepdims=True)).astype(np.float32)
        self.random = random

    @staticmethod
    def id_of(number: int) -> str:
        return str(uuid.UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % (1 << 128)))

    def words_of(self, number: int) -> np.ndarray:
        return self.words[self.starts[number]:self.starts[number + 1]]

    def date_text(self, milliseconds: int) -> str:
        return np.datetime64(int(milliseconds), "ms").item().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def object(self, number: int) -> dict:
        words = [word(rank) for rank in self.words_of(number)]
        title = int(self.title_lengths[number])
        return {
            "class": "Item", "id": self.id_of(number),
            "properties": {
                "title": " ".join(words[:title]), "body": " ".join(words[title:]), "rank": int(self.rank[number]),
                "price": float(self.price[number]), "made": self.date_text(self.made[number]),
                "isNew": bool(self.is_new[number]), "category": CATEGORIES[self.category[number]],
                "tags": [TAGS[tag] for tag in self.tags[number]],
            },
            "vector": [round(float(value), 5) for value in self.vectors[number]],
        }

    def batch(self, start: int, size: int) -> bytes:
        numbers = range(start, min(self.count, start + size))
        return json.dumps({"objects": [self.object(number) for number in numbers]}).encode()

    # MARK: What is true

    def with_tag(self, tag: int) -> np.ndarray:
        return np.fromiter((tag in tags for tags in self.tags), bool, self.count)

    def with_any_word(self, ranks: list[int]) -> np.ndarray:
        has = np.isin(self.words, np.array(ranks, dtype=np.uint16))
        return np.add.reduceat(has, self.starts[:-1]) > 0

    def tag_counts(self) -> dict[str, int]:
        counts = np.bincount(np.concatenate(self.tags), minlength=len(TAGS))
        return {TAGS[tag]: int(count) for tag, count in enumerate(counts)}

    def nearest(self, query: np.ndarray, allowed: np.ndarray | None = None, k: int = 10) -> set[str]:
        similarities = self.vectors @ query
        if allowed is not None:
            similarities = np.where(allowed, similarities, -np.inf)
        best = np.argsort(-similarities)[:k]
        return {self.id_of(int(number)) for number in best if np.isfinite(similarities[number])}
