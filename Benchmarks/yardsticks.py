# SPDX-License-Identifier: Apache-2.0
"""Measures hnswlib and faiss (HNSW-SQ8 with float32 refinement) on the vectors that IndexBenchmark measures.

    python3 -m venv V && V/bin/pip install numpy hnswlib faiss-cpu
    V/bin/python Benchmarks/yardsticks.py --vectors FOLDER [--count N] [--m 32] [--efc 128] [--json FILE]

FOLDER holds base and queries as .f16.npy, or as .f32.npy, which `IndexBenchmark --write FOLDER` makes of the vectors
it generates. One thread, cosine, k = 10, M 32, efConstruction 128 unless told otherwise; times are processor time of the one thread, rates the
best of three rounds over all queries.
"""
import argparse
import json
import os
import time

import faiss
import hnswlib
import numpy as np

EFS = [10, 14, 20, 28, 40, 56, 80, 100, 112, 160, 224, 320, 448]


def normalized(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-30)


def load(folder, name):
    for kind in ("f32", "f16"):
        path = f"{folder}/{name}.{kind}.npy"
        if os.path.exists(path):
            return normalized(np.load(path).astype(np.float32))
    raise SystemExit(f"{folder} holds neither {name}.f32.npy nor {name}.f16.npy")


def nearest(base, queries, count=10):
    """The true neighbours, a few queries at a time to save memory."""
    rows = []
    for start in range(0, len(queries), 50):
        products = queries[start : start + 50] @ base.T
        best = np.argpartition(-products, count, axis=1)[:, :count]
        order = np.argsort(-np.take_along_axis(products, best, axis=1), axis=1)
        rows.append(np.take_along_axis(best, order, axis=1))
    return np.concatenate(rows)


def measure(search, queries, truth):
    """Recall@10, and queries a second."""
    best = float("inf")
    for _ in range(3):
        start = time.thread_time()
        answers = [search(query) for query in queries]
        best = min(best, time.thread_time() - start)
    hits = sum(len(set(a) & set(t)) for a, t in zip(answers, truth))
    return hits / truth.size, len(queries) / best


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--vectors", required=True)
    parser.add_argument("--count", type=int)
    parser.add_argument("--m", type=int, default=32)
    parser.add_argument("--efc", type=int, default=128)
    parser.add_argument("--json")
    options = parser.parse_args()
    faiss.omp_set_num_threads(1)
    base, queries = load(options.vectors, "base")[: options.count], load(options.vectors, "queries")
    truth = nearest(base, queries)
    rows = []

    def report(name, recall, rate):
        print(f"{name}: recall {recall:.4f}, {rate:.0f} a second", flush=True)
        rows.append({"name": name, "recall": recall, "rate": rate})

    start = time.thread_time()
    index = hnswlib.Index(space="cosine", dim=base.shape[1])
    index.init_index(max_elements=len(base), M=options.m, ef_construction=options.efc, random_seed=1)
    index.set_num_threads(1)
    index.add_items(base, num_threads=1)
    print(f"hnswlib build s: {time.thread_time() - start:.2f}", flush=True)
    rows.append({"name": "hnswlib build s", "value": time.thread_time() - start})
    for ef in EFS:
        index.set_ef(ef)
        report(f"hnswlib ef {ef}", *measure(lambda q: index.knn_query(q, k=10, num_threads=1)[0][0], queries, truth))

    start = time.thread_time()
    coarse = faiss.IndexHNSWSQ(
        base.shape[1], faiss.ScalarQuantizer.QT_8bit, options.m, faiss.METRIC_INNER_PRODUCT)
    coarse.hnsw.efConstruction = options.efc
    refined = faiss.IndexRefineFlat(coarse)
    refined.train(base)
    refined.add(base)
    print(f"faiss build s: {time.thread_time() - start:.2f}", flush=True)
    rows.append({"name": "faiss build s", "value": time.thread_time() - start})
    refined.k_factor = 2
    for ef in EFS:
        coarse.hnsw.efSearch = ef
        report(f"faiss ef {ef}", *measure(lambda q: refined.search(q[None], 10)[1][0], queries, truth))
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"count": len(base), "dimensions": base.shape[1], "rows": rows}, file, indent=2)


main()
