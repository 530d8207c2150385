# SPDX-License-Identifier: Apache-2.0
"""Compares a layout that LayoutBenchmark left in a folder with scikit-learn's TSNE of the same vectors.

    python layout_yardstick.py FOLDER [--prepare FOLDER_WITH_NPY --count N]

First `--prepare` writes FOLDER/input.f32, unit vectors of base.f16.npy, for `LayoutBenchmark --vectors`. Without it the
layout in FOLDER is measured: of the 15 nearest neighbors of a vector by cosine, how many are among the 15 nearest in the
plane; and trustworthiness (Venna & Kaski 2001) over 2,000 of them. Adds rows to FOLDER/layout.json.
"""
from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

NEIGHBORS = 15
# Trustworthiness ranks all pairs.
TRUSTED = 2_000


def prepare(source: Path, folder: Path, count: int) -> None:
    vectors = np.load(source / "base.f16.npy", mmap_mode="r")[:count].astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)
    folder.mkdir(parents=True, exist_ok=True)
    vectors.tofile(folder / "input.f32")


def nearest(points: np.ndarray, rows: np.ndarray) -> np.ndarray:
    found = []
    norms = (points * points).sum(axis=1)
    for row in rows:
        distances = norms - 2 * (points @ points[row])
        distances[row] = np.inf
        found.append(np.argpartition(distances, NEIGHBORS)[:NEIGHBORS])
    return np.array(found)


def agreement(vectors: np.ndarray, positions: np.ndarray) -> float:
    rows = np.arange(0, len(vectors), max(1, len(vectors) // 1_000))
    pairs = zip(nearest(vectors, rows), nearest(positions, rows))
    return float(np.mean([len(np.intersect1d(high, low)) / NEIGHBORS for high, low in pairs]))


def measure(folder: Path) -> None:
    import sklearn
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE, trustworthiness

    report = json.loads((folder / "layout.json").read_text())
    vectors = np.fromfile(folder / "vectors.f32", np.float32).reshape(report["count"], report["dimensions"])
    ours = np.fromfile(folder / "positions.f32", np.float32).reshape(-1, 2)
    began = time.monotonic()
    coordinates = PCA(report["components"], random_state=0).fit_transform(vectors)
    theirs = TSNE(init="pca", perplexity=30, n_jobs=report["threads"], random_state=0).fit_transform(coordinates)
    seconds = time.monotonic() - began
    part = slice(0, TRUSTED)
    report["yardstick"] = f"scikit-learn {sklearn.__version__}"
    report["rows"] += [{"name": "scikit-learn layout s", "value": seconds}]
    for name, positions in (("", ours), ("scikit-learn ", theirs)):
        report["rows"] += [
            {"name": f"{name}neighbors kept", "value": agreement(vectors, positions)},
            {"name": f"{name}trustworthiness", "value": float(trustworthiness(vectors[part], positions[part], n_neighbors=NEIGHBORS))},
        ]
    (folder / "layout.json").write_text(json.dumps(report, indent=2))
    for row in report["rows"]:
        print(f"{row['name']}: {row['value']:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--prepare", type=Path)
    parser.add_argument("--count", type=int, default=5_000)
    arguments = parser.parse_args()
    if arguments.prepare:
        prepare(arguments.prepare, arguments.folder, arguments.count)
    else:
        measure(arguments.folder)


if __name__ == "__main__":
    main()
