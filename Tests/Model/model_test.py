#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sends a server random operations and holds every answer against a plain dictionary, through restarts and kills.

Two classes with properties of all common types and small vectors grow, shrink, run empty, and are dropped and made again with another
index. Objects are written alone and in batches, deleted alone and by filter, and read back; listings with filters and sort keys,
aggregations, keyword searches and searches by vector must answer what the model does, order included. Only where a search walks a graph
may it miss something of what is nearest.

From time to time the server is stopped or killed, often in the middle of a write. What it had acknowledged must be there afterwards;
of the write whose answer never came, each object is as it was before or as it was sent, and the model learns which. Everything
is listed and compared, and now and then `needletail check` looks at the folder.

Each step is drawn by the seed and its number, so a run can be repeated; where a kill leaves it open what was stored, later steps may
differ a little. What was sent last is printed when something is wrong, and the folder is kept.

usage: model_test.py [--operations 1000000] [--seed N] [--restarts-every 10000] [--smoke]
"""
from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from model_run import Divergence, Run
from operations import SIZES

LEAST_RECALL = 0.95


def report(run: Run, seconds: float) -> None:
    tally = run.tally
    print(f"{run.operation} operations in {sum(tally.requests.values())} requests, {seconds:.0f} s; seed {run.seed}")
    for kind, count in sorted(tally.operations.items()):
        print(f"  {kind:24} {count:8} operations {tally.requests[kind]:7} requests {tally.seconds[kind]:8.1f} s")
    endings = ", ".join(f"{kind} {count}" for kind, count in sorted(tally.endings.items())) or "none"
    print(f"restarts: {endings}; unanswered writes: {tally.kept} objects stored, {tally.lost} as before")
    numbers = {name: collection.next_number for name, collection in run.model.collections.items()}
    print(f"needletail check {tally.checks} times; at most {tally.largest} objects; document numbers beyond {numbers}")
    print(f"recall where a graph is walked: {run.reads.recall.share:.4f} of {run.reads.recall.wanted}", flush=True)


def carry_out(run: Run, operations: int, restarts_every: int) -> None:
    began, next_restart, next_line = time.monotonic(), restarts_every, 50_000
    while run.operation < operations:
        run.step()
        if restarts_every and run.operation >= next_restart:
            run.restart()
            next_restart = run.operation + round(restarts_every * random.Random(f"{run.seed}/{run.operation}").uniform(0.2, 1.8))
        if run.operation >= next_line:
            sizes = {name: len(collection) for name, collection in run.model.collections.items()}
            print(f"{run.operation} operations, {time.monotonic() - began:.0f} s, {sizes}", flush=True)
            next_line += 50_000
    run.compare()
    if code := run.server.stop():
        raise Divergence(f"SIGTERM ended it with {code}")
    run.check_folder()
    report(run, time.monotonic() - began)
    if run.reads.recall.share < LEAST_RECALL:
        raise Divergence(f"the recall of graphs is {run.reads.recall.share}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--operations", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--restarts-every", type=int, default=10_000, help="operations between two restarts, on average; 0 for none")
    parser.add_argument("--smoke", action="store_true", help="6,000 operations on small classes, with a restart about every 1,000")
    parser.add_argument("--folder", type=Path, help="where data goes; kept. Without it a temporary folder, kept after a failure")
    arguments = parser.parse_args()
    operations, restarts_every, largest = (
        (6_000, 1_000, SIZES[4]) if arguments.smoke else (arguments.operations, arguments.restarts_every, SIZES[-1]))
    again = "--smoke" if arguments.smoke else f"--operations {operations} --restarts-every {restarts_every}"
    print(f"model: {operations} operations, a restart about every {restarts_every}, seed {arguments.seed}", flush=True)
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="needletail-model-"))
    run = Run(folder, arguments.seed, largest)
    try:
        carry_out(run, operations, restarts_every)
    except Exception as problem:  # noqa: BLE001  whatever it was, it has to be repeated
        print(f"FAILED at operation {run.operation}, step {run.step_number}, seed {run.seed}: {type(problem).__name__}: {problem}")
        print("\n".join(["the last requests:", *run.recent]))
        print(f"the data is in {folder}; again: --seed {run.seed} {again}", flush=True)
        if isinstance(problem, Divergence):
            return 1
        raise
    finally:
        run.server.kill()
    if not arguments.folder:
        shutil.rmtree(folder)
    print("model: passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
