#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures a server from outside, over HTTP, as clients meet it; prints a table and writes JSON.

- pictures: pictures/s through POST /v1/batch/objects (two clients), nearImage latency, memory; for the network that
  NEEDLETAIL_IMG2VEC_MODEL names (else the test data's ResNet50, else the starter network), or each of --networks;
- vectors: objects/s with own 2048-d vectors (two clients), nearVector latency, rate and recall@10 with one and with two
  clients, with filters that allow 1, 10 and 50 %, the size of the data folder beside the raw floats, memory, and the
  seconds from the start of the process to the first right answer: after kill -9, after a clean stop, and after a batch
  and kill -9; what a query cost the client itself (client_ms) is part of its time;
- size of the program.

Pictures and vectors come from NEEDLETAIL_TEST_DATA; without it they are made, which measures speed all the same but
says nothing about recall on real data. When more vectors are wanted than are there, further ones are mixed from pairs
of the same label, and the output says so.

usage: measure.py [--smoke] [--json FILE] [--only pictures|vectors] [--networks NAME_OR_PATH ...]
                  [--objects N] [--queries N] [--batch N] [--seconds S]
"""
from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "Tests/EndToEnd"), str(ROOT / "Benchmarks")]
from machine import machine  # noqa: E402
from pictures import measure_pictures  # noqa: E402
from running_server import PROGRAM, network  # noqa: E402
from vectors import Sizes, VectorMeasurement  # noqa: E402

MIB = 1 << 20


def program_size() -> dict:
    with tempfile.TemporaryDirectory() as temporary:
        stripped = Path(temporary) / "needletail"
        subprocess.run(["strip", "-o", stripped, PROGRAM], check=True)
        return {"program_mib": round(PROGRAM.stat().st_size / MIB, 1), "program_stripped_mib": round(stripped.stat().st_size / MIB, 1)}


def show(value, indent: int = 0) -> None:
    for name, part in value.items():
        if isinstance(part, dict):
            print(" " * indent + name)
            show(part, indent + 2)
        else:
            print(f"{' ' * indent}{name:<{34 - indent}} {part}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="few pictures and vectors: only shows that it runs")
    parser.add_argument("--json", type=Path, help="where the figures are written as JSON")
    parser.add_argument("--only", choices=["pictures", "vectors"])
    parser.add_argument("--objects", type=int, default=Sizes.objects, help="how many vectors (%(default)s)")
    parser.add_argument("--queries", type=int, default=Sizes.queries, help="how many different queries (%(default)s)")
    parser.add_argument("--batch", type=int, default=Sizes.batch, help="objects a batch (%(default)s)")
    parser.add_argument("--seconds", type=float, default=Sizes.seconds, help="of each round of queries (%(default)s)")
    parser.add_argument("--networks", nargs="+", default=[os.environ.get("NEEDLETAIL_IMG2VEC_MODEL") or network()])
    arguments = parser.parse_args()
    result: dict = {"machine": machine(), **program_size()}
    for number, name in enumerate(arguments.networks if arguments.only != "vectors" else []):
        with tempfile.TemporaryDirectory(prefix="needletail-measure-") as temporary:
            result[f"pictures_{number + 1}"] = measure_pictures(Path(temporary), name, arguments.smoke)
    if arguments.only != "pictures":
        with tempfile.TemporaryDirectory(prefix="needletail-measure-") as temporary:
            sizes = Sizes(arguments.objects, arguments.queries, arguments.batch, arguments.seconds)
            sizes = Sizes(300, 20, 50, 0.2) if arguments.smoke else sizes
            result["vectors"] = VectorMeasurement(Path(temporary), sizes).measure()
    show(result)
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
