# SPDX-License-Identifier: Apache-2.0
"""Measures hnswlib and faiss (HNSW-SQ8 with float32 refinement) on the vectors that IndexBenchmark measures.

    python yardsticks.py --vectors FOLDER [--count N] [--m 32] [--efc 128] [--json FILE] [--smoke]

The packages are in requirements.txt. FOLDER holds base and queries as .f16.npy, or as .f32.npy, which
`IndexBenchmark --write FOLDER` makes of the vectors it generates. One thread, cosine, k = 10, M 32 and efConstruction
128 unless told otherwise; times are processor time of the one thread, rates the best of all rounds over the queries,
three at least and half a second.

Each library is used as it is fastest: all queries in one call, so that Python costs nothing, distances by inner product
of normalized vectors, twenty candidates refined (k_factor 2) in faiss. As with our own index, what is as near as the
last of the true neighbors counts as found.
"""
from __future__ import annotations

import argparse
import importlib.metadata
import json
import time
from pathlib import Path

import faiss
import hnswlib
import numpy as np

EFS = [10, 14, 20, 28, 40, 56, 80, 100, 112, 160, 224, 320, 448]
# Distances this much behind the last of the true neighbors count as ties: single precision tells no more.
TIE = 1e-6
K = 10
# Seconds of rounds over all queries, of which the best counts; three rounds at least.
ENOUGH = 0.5


def normalized(values: np.ndarray) -> np.ndarray:
    return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-30)


def load(folder: Path, name: str, count: int | None) -> np.ndarray:
    for kind in ("f32", "f16"):
        path = folder / f"{name}.{kind}.npy"
        if path.exists():
            return normalized(np.load(path, mmap_mode="r")[:count].astype(np.float32))
    raise SystemExit(f"{folder} holds neither {name}.f32.npy nor {name}.f16.npy")


def resident_bytes() -> int:
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * 4096


class Truth:
    """The similarity of the last of the true neighbors of each query."""

    def __init__(self, base: np.ndarray, queries: np.ndarray) -> None:
        self.base, self.queries = base, queries
        self.worst = np.concatenate(
            [-np.partition(-(queries[start:start + 50] @ base.T), K - 1, axis=1)[:, K - 1] for start in range(0, len(queries), 50)])

    def recall(self, answers: np.ndarray) -> float:
        found = 0
        for query, worst, ids in zip(self.queries, self.worst, answers):
            ids = np.unique(ids[ids >= 0])
            found += int((self.base[ids] @ query >= worst - TIE).sum())
        return min(found / (K * len(self.queries)), 1.0)


class Hnswlib:
    name = "hnswlib"
    version = importlib.metadata.version("hnswlib")

    def __init__(self, base: np.ndarray, m: int, efc: int) -> None:
        self.index = hnswlib.Index(space="cosine", dim=base.shape[1])
        self.index.init_index(max_elements=len(base), M=m, ef_construction=efc, random_seed=1)
        self.index.set_num_threads(1)
        self.index.add_items(base, num_threads=1)
        self.threads = 1

    def set_ef(self, ef: int) -> None:
        self.index.set_ef(ef)

    def set_threads(self, threads: int) -> None:
        self.threads = threads

    def search(self, queries: np.ndarray) -> np.ndarray:
        return self.index.knn_query(queries, k=K, num_threads=self.threads)[0].astype(np.int64)


class Faiss:
    name = "faiss"
    version = faiss.__version__

    def __init__(self, base: np.ndarray, m: int, efc: int) -> None:
        faiss.omp_set_num_threads(1)
        self.coarse = faiss.IndexHNSWSQ(base.shape[1], faiss.ScalarQuantizer.QT_8bit, m, faiss.METRIC_INNER_PRODUCT)
        self.coarse.hnsw.efConstruction = efc
        self.refined = faiss.IndexRefineFlat(self.coarse)
        self.refined.train(base)
        self.refined.add(base)
        self.refined.k_factor = 2

    def set_ef(self, ef: int) -> None:
        self.coarse.hnsw.efSearch = ef

    def set_threads(self, threads: int) -> None:
        faiss.omp_set_num_threads(threads)

    def search(self, queries: np.ndarray) -> np.ndarray:
        return self.refined.search(queries, K)[1]


class Report:
    def __init__(self) -> None:
        self.rows: list[dict] = []

    def add(self, name: str, **numbers: float) -> None:
        print(f"{name}: " + ", ".join(f"{key} {value:.4f}" if value < 100 else f"{key} {value:.0f}" for key, value in numbers.items()), flush=True)
        self.rows.append({"name": name, **numbers})


def measure(kind: type, base: np.ndarray, truth: Truth, m: int, efc: int, report: Report) -> None:
    before, start = resident_bytes(), time.thread_time()
    index = kind(base, m, efc)
    report.add(f"{kind.name} build s", value=time.thread_time() - start)
    # Both keep the vectors themselves; what they take beside them is what counts.
    report.add(f"{kind.name} memory bytes a vector", value=(resident_bytes() - before - base.nbytes) / len(base))
    queries = truth.queries
    for ef in EFS:
        index.set_ef(ef)
        best, rounds, spent = float("inf"), 0, 0.0
        while rounds < 3 or spent < ENOUGH:
            start = time.thread_time()
            answers = index.search(queries)
            took = time.thread_time() - start
            best, rounds, spent = min(best, took), rounds + 1, spent + took
        report.add(f"{kind.name} ef {ef}", recall=truth.recall(answers), rate=len(queries) / best, ms=best / len(queries) * 1000)
    index.set_ef(100)
    many = np.concatenate([queries] * 8)
    rates = {}
    for threads in (1, 2):
        index.set_threads(threads)
        index.search(queries)
        start = time.perf_counter()
        index.search(many)
        rates[threads] = len(many) / (time.perf_counter() - start)
    report.add(f"{kind.name} two threads", rate=rates[2])
    report.add(f"{kind.name} two threads / one by the clock", value=rates[2] / rates[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", required=True, type=Path)
    parser.add_argument("--count", type=int)
    parser.add_argument("--m", type=int, default=32)
    parser.add_argument("--efc", type=int, default=128)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--smoke", action="store_true", help="500 vectors and 20 queries: only shows that it runs")
    options = parser.parse_args()
    count = min(options.count or 500, 500) if options.smoke else options.count
    base, queries = load(options.vectors, "base", count), load(options.vectors, "queries", 20 if options.smoke else None)
    truth, report = Truth(base, queries), Report()
    header = {"count": len(base), "dimensions": base.shape[1], "queries": len(queries), "m": options.m,
              "efConstruction": options.efc, "versions": {kind.name: kind.version for kind in (Hnswlib, Faiss)}}
    for kind in (Hnswlib, Faiss):
        measure(kind, base, truth, options.m, options.efc, report)
        if options.json:
            options.json.write_text(json.dumps({**header, "rows": report.rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
