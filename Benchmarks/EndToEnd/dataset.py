# SPDX-License-Identifier: Apache-2.0
"""The vectors of the end-to-end measurement: real ones, further ones mixed from them, or made ones."""
from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

DIMENSIONS = 2048


@dataclass
class Vectors:
    base: np.ndarray  # [objects, dimensions], float16: what is sent is what that widens to
    queries: np.ndarray  # [queries, dimensions], float16
    origin: str  # for whoever reads the figures

    @staticmethod
    def load(folder: Path | None, count: int, queries: int) -> "Vectors":
        """Those of the folder; when more are wanted, further ones of coordinates of two real ones with the same label."""
        if not folder or not (folder / "base.f16.npy").exists():
            return made(count, queries)
        base, labels = np.load(folder / "base.f16.npy"), np.load(folder / "labels.i16.npy")
        asked = np.load(folder / "queries.f16.npy")[:queries]
        real = min(count, len(base))
        if count <= real:
            return Vectors(base[:count], asked, f"{count} real")
        mixed = mix(base, labels, count - real)
        return Vectors(np.concatenate([base, mixed]), asked, f"{real} real, {len(mixed)} mixed from pairs of the same label")


@functools.cache
def numbers() -> list[bytes]:
    """The text of every float16, by its bits: 65,536 numbers, each turned into text once."""
    return [str(value).encode() for value in np.arange(65_536, dtype=np.uint16).view(np.float16).astype(float)]


def texts(rows: np.ndarray) -> list[bytes]:
    """Each row as a JSON array."""
    table = numbers()
    return [b"[" + b",".join([table[bits] for bits in row]) + b"]" for row in rows.view(np.uint16).tolist()]


def mix(base: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    generator = np.random.default_rng(5)
    of_label = {label: np.flatnonzero(labels == label) for label in np.unique(labels)}
    mixed = np.empty((count, base.shape[1]), base.dtype)
    for i in range(count):
        first = generator.integers(len(base))
        mates = of_label[labels[first]]
        second = mates[generator.integers(len(mates))]
        mixed[i] = np.where(generator.random(base.shape[1]) < 0.5, base[first], base[second])
    return mixed


def made(count: int, queries: int) -> Vectors:
    """Points near a piece of space of 24 dimensions around each of 64 centers, as hard as those of a network."""
    generator = np.random.default_rng(1)
    centers = 0.5 * generator.standard_normal((64, DIMENSIONS), dtype=np.float32)
    axes = generator.standard_normal((64, 24, DIMENSIONS), dtype=np.float32) / 24**0.5

    def some(number: int) -> np.ndarray:
        rows = np.empty((number, DIMENSIONS), np.float16)
        for i, center in enumerate(generator.integers(0, 64, number)):
            rows[i] = centers[center] + generator.standard_normal(24, dtype=np.float32) @ axes[center]
            rows[i] += 0.2 * generator.standard_normal(DIMENSIONS, dtype=np.float32)
        return rows

    return Vectors(some(count), some(queries), f"{count} made, around 64 centers")


class Exact:
    """The similarities of all queries to all objects: what answers are held against."""

    def __init__(self, vectors: Vectors) -> None:
        asked = normalized(vectors.queries)
        self.similarity = np.concatenate(
            [asked @ normalized(vectors.base[start:start + 4096]).T for start in range(0, len(vectors.base), 4096)], axis=1)

    def worst(self, k: int, allowed: np.ndarray | None = None) -> np.ndarray:
        """The similarity of the k-th nearest of each query, among the allowed objects."""
        there = self.similarity if allowed is None else self.similarity[:, allowed]
        k = min(k, there.shape[1])
        return -np.partition(-there, k - 1, axis=1)[:, k - 1]

    def recall(self, answers: dict[int, list[int]], k: int, allowed: np.ndarray | None = None) -> float:
        """Of the k nearest, how many were found; what is as near as the last of them counts."""
        worst = self.worst(k, allowed)
        wanted = min(k, self.similarity.shape[1] if allowed is None else int(allowed.sum()))
        found = 0
        for query, hits in answers.items():
            good = [n for n in set(hits) if allowed is None or allowed[n]]
            found += int((self.similarity[query, good] >= worst[query] - 1e-6).sum())
        return found / (wanted * len(answers))


def normalized(rows: np.ndarray) -> np.ndarray:
    rows = rows.astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
