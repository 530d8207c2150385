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

import argparse
import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "Tests/EndToEnd"), str(ROOT / "Benchmarks")]
import store_rows  # noqa: E402
import store_steps  # noqa: E402
from machine import machine  # noqa: E402
from running_server import Server  # noqa: E402
from store_data import Items  # noqa: E402
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


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="few objects and one request each, to see that it runs and is right")
    parser.add_argument("--objects", type=int, default=200_000)
    parser.add_argument("--small", action="store_true", help="objects of eight words, an int, a date and 32 dimensions")
    parser.add_argument("--seconds", type=float, default=2, help="for each row (%(default)s)")
    parser.add_argument("--rows", default="", help="only the rows that have this in their name; several with | between them")
    parser.add_argument("--json", type=Path, help="where the figures are written as JSON")
    parser.add_argument("--folder", type=Path, help="where the data lie; a temporary folder if not given")
    parser.add_argument("--reuse", type=Path, metavar="DIR", help="a folder that is filled if it is empty, and kept: no import the next "
                        "time, no deletions and no single objects")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    items = Items(2_000 if options.smoke else options.objects, options.small)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        folder = options.reuse or Path(folder)
        with Server(folder / "data", {"ENABLE_MODULES": "", "NEEDLETAIL_IMG2VEC_MODEL": ""}) as server:
            run = StoreRun(server, items, 0.01 if options.smoke else options.seconds, options.rows)
            result = all_steps(run, options.reuse is not None)
            if options.reuse:
                server.stop()
    if options.json:
        about = {"machine": machine(), "objects": items.count, "small": items.small, "dimensions": items.dimensions}
        options.json.write_text(json.dumps({**about, "rows": result}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
