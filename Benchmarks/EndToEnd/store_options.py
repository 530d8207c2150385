# SPDX-License-Identifier: Apache-2.0
"""What the measurements of the store and of its yardstick have in common: options, objects, and the file of figures."""
from __future__ import annotations

import argparse
import json
from pathlib import Path

from machine import machine
from store_data import Items


def parser(description: str, smoke: str, seconds: float) -> argparse.ArgumentParser:
    """`smoke`: what the short form does; `seconds`: for each row, unless told."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help=smoke)
    parser.add_argument("--objects", type=int, default=200_000)
    parser.add_argument("--small", action="store_true", help="objects of eight words, an int, a date and 32 dimensions")
    parser.add_argument("--seconds", type=float, default=seconds, help="for each row (%(default)s)")
    parser.add_argument("--rows", default="", help="only the rows that have this in their name; several with | between them")
    parser.add_argument("--json", type=Path, help="where the figures are written as JSON")
    parser.add_argument("--folder", type=Path, help="where the data lie; a temporary folder if not given")
    return parser


def items_of(options: argparse.Namespace) -> Items:
    return Items(2_000 if options.smoke else options.objects, options.small)


def seconds_of(options: argparse.Namespace) -> float:
    """For each row."""
    return 0.01 if options.smoke else options.seconds


def write(options: argparse.Namespace, items: Items, rows: dict, **about) -> None:
    """Writes the figures, if they are wanted."""
    if options.json:
        about = {"machine": machine(), "objects": items.count, "small": items.small, **about}
        options.json.write_text(json.dumps({**about, "rows": rows}, indent=1) + "\n")
