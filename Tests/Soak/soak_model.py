# SPDX-License-Identifier: Apache-2.0
"""What a class holds, kept in numpy, and the exact answers that the server's are held to."""
from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy

METRICS = ["cosine", "dot", "l2-squared", "manhattan", "hamming"]
# How far a distance may lie from the exact one, in parts of the largest term that its sum goes through.
TOLERANCE = 1e-5
# Every float16 as the shortest text that reads back as the same float32.
NUMBERS = numpy.array(
    [repr(float(value)).encode() if numpy.isfinite(value) else b"0"
     for value in numpy.arange(1 << 16, dtype=numpy.uint16).view(numpy.float16)], dtype=object)


def identity(row: int) -> str:
    return f"00000000-0000-4000-8000-{row:012x}"


def row_of(identity: str) -> int:
    return int(identity[24:], 16)


def text_of(vector: numpy.ndarray) -> bytes:
    """A float16 vector as JSON."""
    return b"[" + b",".join(NUMBERS[vector.view(numpy.uint16)].tolist()) + b"]"


def distances(metric: str, query: numpy.ndarray, vectors: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Exact distances in float64, and how far a float32 computation may be from each."""
    query, vectors = query.astype(numpy.float64), vectors.astype(numpy.float64)
    if metric == "manhattan":
        found = numpy.abs(vectors - query).sum(axis=1)
        return found, TOLERANCE * numpy.maximum(found, 1)
    if metric == "hamming":
        return (vectors != query).sum(axis=1).astype(numpy.float64), numpy.zeros(len(vectors))
    if metric == "l2-squared":
        found = ((vectors - query) ** 2).sum(axis=1)
        return found, TOLERANCE * numpy.maximum(found, 1)
    products = vectors @ query
    lengths = numpy.sqrt((vectors ** 2).sum(axis=1) * (query ** 2).sum())
    if metric == "dot":
        return -products, TOLERANCE * numpy.maximum(lengths, 1)
    cosines = numpy.divide(products, lengths, out=numpy.zeros_like(products), where=lengths > 0)
    return 1 - cosines, numpy.full(len(vectors), TOLERANCE)


@dataclasses.dataclass
class Hit:
    row: int
    distance: float


class Model:
    """The objects of a class: a vector for each row, which rows are there, and an int property."""

    def __init__(self, name: str, metric: str, vectors: numpy.ndarray) -> None:
        assert vectors.dtype == numpy.float16
        self.name = name
        self.metric = metric
        self.vectors = vectors
        self.is_there = numpy.zeros(len(vectors), dtype=bool)
        self.wide: numpy.ndarray | None = None
        self.norms: numpy.ndarray | None = None

    def change(self, vectors: numpy.ndarray) -> None:
        self.vectors, self.wide = vectors, None

    def coarse(self, query: numpy.ndarray) -> numpy.ndarray:
        """The distances of all rows in float32: they choose whose exact distance is computed."""
        if self.wide is None:
            self.wide = self.vectors.astype(numpy.float32)
            self.norms = numpy.einsum("ij,ij->i", self.wide, self.wide)
        query = query.astype(numpy.float32)
        if self.metric == "manhattan":
            return numpy.abs(self.wide - query).sum(axis=1)
        if self.metric == "hamming":
            return (self.wide != query).sum(axis=1).astype(numpy.float32)
        products = self.wide @ query
        if self.metric == "dot":
            return -products
        if self.metric == "l2-squared":
            return self.norms - 2 * products
        return -products / numpy.maximum(numpy.sqrt(self.norms), 1e-20)

    def ranked(
        self, query: numpy.ndarray, allowed: numpy.ndarray | None = None, depth: int | None = None
    ) -> tuple[numpy.ndarray, numpy.ndarray]:
        """Rows that may be found, nearest first, and their exact distances: all of them, or at least `depth`."""
        rows = numpy.flatnonzero(self.is_there if allowed is None else self.is_there & allowed)
        wanted = len(rows) if depth is None else depth + 64
        if wanted < len(rows):
            rows = rows[numpy.argpartition(self.coarse(query)[rows], wanted)[:wanted]]
        found, _ = distances(self.metric, query, self.vectors[rows])
        order = numpy.argsort(found, kind="stable")
        return rows[order], found[order]

    def judge(
        self, query: numpy.ndarray, hits: list[Hit], count: int, allowed: numpy.ndarray | None = None,
        ranked: tuple[numpy.ndarray, numpy.ndarray] | None = None,
    ) -> tuple[float, list[str]]:
        """The recall of an answer, and everything in it that is wrong whatever the recall."""
        rows, exact = ranked if ranked is not None else self.ranked(query, allowed, count)
        expected = min(count, len(rows))
        wrong: list[str] = []
        if len(hits) != expected:
            wrong.append(f"{len(hits)} hits, not {expected}")
        if not hits:
            return float(expected == 0), wrong
        found = numpy.array([hit.row for hit in hits])
        told = numpy.array([hit.distance for hit in hits])
        if len(set(found.tolist())) != len(found):
            wrong.append("an object is there twice")
        if stray := [row for row in found.tolist() if not self.is_there[row]]:
            wrong.append(f"deleted objects: rows {stray[:5]}")
        if allowed is not None and (stray := [row for row in found.tolist() if not allowed[row]]):
            wrong.append(f"objects that the filter leaves out: rows {stray[:5]}")
        if (numpy.diff(told) < 0).any():
            wrong.append("not nearest first")
        true, error = distances(self.metric, query, self.vectors[found])
        for place in numpy.flatnonzero(numpy.abs(true - told) > error)[:3]:
            wrong.append(f"row {found[place]} is {true[place]} away, told {told[place]}")
        if expected == 0:
            return 1.0, wrong
        last = exact[expected - 1]
        _, slack = distances(self.metric, query, self.vectors[rows[expected - 1]][None])
        return float((true <= last + slack[0] / 10).sum()) / expected, wrong


class Vectors:
    """Where vectors come from: ResNet50's of pictures if they are there, else clustered random ones."""

    def __init__(self, data: Path | None, seed: int) -> None:
        self.random = numpy.random.default_rng(seed)
        self.base = self.queries = None
        folder = data / "vectors" if data else None
        if folder and (folder / "base.f16.npy").exists():
            self.base = numpy.load(folder / "base.f16.npy", mmap_mode="r")
            self.queries = numpy.load(folder / "queries.f16.npy", mmap_mode="r")

    @property
    def are_real(self) -> bool:
        return self.base is not None

    def take(self, count: int, queries: int, dimensions: int, metric: str) -> tuple[numpy.ndarray, numpy.ndarray]:
        """`count` different vectors and some queries."""
        # Few real values repeat in few dimensions; where places are compared for equality, most would be all different.
        if self.are_real and dimensions >= 128 and count <= len(self.base):
            base = numpy.array(self.base[:count, :dimensions])
            asked = numpy.array(self.queries[:queries, :dimensions])
            if metric == "hamming":
                base, asked = (numpy.floor(array.astype(numpy.float32) * 3).clip(0, 7) for array in (base, asked))
            return base.astype(numpy.float16), asked.astype(numpy.float16)
        return self.random_vectors(count, queries, dimensions, metric)

    def random_vectors(self, count: int, queries: int, dimensions: int, metric: str) -> tuple[numpy.ndarray, numpy.ndarray]:
        """Around random centers, within a few directions of their own and a little beside them."""
        total = count + queries
        inner = min(dimensions, 16)
        centers = self.random.normal(size=(50, dimensions))
        directions = self.random.normal(size=(inner, dimensions)) / numpy.sqrt(inner)
        vectors = (
            centers[self.random.integers(50, size=total)] + self.random.normal(size=(total, inner)) @ directions
            + 0.1 * self.random.normal(size=(total, dimensions)))
        if metric == "hamming":
            vectors = numpy.floor(vectors * 1.5)
        vectors = vectors.astype(numpy.float16)
        return vectors[:count], vectors[count:]
