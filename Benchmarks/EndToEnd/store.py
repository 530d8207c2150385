#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what is not the vector index, over HTTP: import, filters, keyword search, sorting, aggregation, listings,
deletions, restarts, many clients; the server's processor time a request beside the time that passes. Every answer is
held against what is true of the data.

usage: store.py [--smoke] [--objects N] [--small] [--seconds S] [--rows TEXT|TEXT…] [--json FILE]
                [--folder DIR | --reuse DIR]

The program is `.build/release/needletail`, or what NEEDLETAIL_PROGRAM names.
"""
from __future__ import annotations

import sys
import tempfile
from argparse import Namespace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "Tests/EndToEnd"), str(ROOT / "Benchmarks")]
import store_options  # noqa: E402
import store_rows  # noqa: E402
import store_steps  # noqa: E402
from running_server import Server  # noqa: E402
from store_run import StoreRun  # noqa: E402


def all_steps(run: StoreRun, keeps: bool) -> dict[str, dict[str, float]]:
    """`keeps`: objects that are there already stay there, unchanged, for the next run."""
    if not (keeps and store_steps.is_filled(run)):
        store_steps.fill(run)
    store_steps.restart(run, "restart after kill -9", run.server.kill)
    store_steps.restart(run, "restart after a clean stop", run.server.stop)
    store_rows.filters(run)
    store_rows.vectors(run)
    store_rows.aggregations(run)
    store_rows.words(run)
    store_rows.hybrids(run)
    store_rows.sorts(run)
    store_rows.listings(run)
    store_steps.idle_connections(run)
    store_steps.memory(run, "after the questions")
    if not keeps:
        store_steps.deletions(run)
        store_steps.single_posts(run)
    return run.result


def arguments() -> Namespace:
    parser = store_options.parser(__doc__, smoke="few objects and one request each, to see that it runs and is right", seconds=2)
    parser.add_argument("--reuse", type=Path, metavar="DIR", help="a folder that is filled if it is empty, and kept: no import the next "
                        "time, no deletions and no single objects")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    items = store_options.items_of(options)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        folder = options.reuse or Path(folder)
        with Server(folder / "data", {"ENABLE_MODULES": "", "NEEDLETAIL_IMG2VEC_MODEL": ""}) as server:
            run = StoreRun(server, items, store_options.seconds_of(options), options.rows)
            result = all_steps(run, options.reuse is not None)
            if options.reuse:
                server.stop()
    store_options.write(options, items, result, dimensions=items.dimensions)
    return 0


if __name__ == "__main__":
    sys.exit(main())
