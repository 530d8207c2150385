#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sees the vector indexes through a server: fills, changes, kills and damages it, and holds every answer to numpy.

What must hold in every answer: as many objects as there are, none that is deleted or that a filter leaves out, nearest
first, each distance the exact one. What must hold on average: recall@10 of 0.99 and more against the exact answer. What must
hold after each chapter: `needletail check` finds nothing wrong.

usage: index_soak.py [--smoke] [--seed N] [--only CHAPTER...] [--folder FOLDER]
       chapters: distances changes restarts damage filters windows settings oddities
The vectors are ResNet50's of 16,000 pictures where NEEDLETAIL_TEST_DATA/vectors has them, else random ones around centers.
Prints its seed; ends with 1 if something was wrong.
"""
from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from soak_answers import distances_and_recall, filters, oddities, windows
from soak_changes import changes, damage, restarts
from soak_model import Vectors
from soak_server import Findings, SoakServer, check
from soak_settings import settings
from running_server import TEST_DATA

CHAPTERS = {
    "distances": distances_and_recall, "changes": changes, "restarts": restarts, "damage": damage, "filters": filters,
    "windows": windows, "settings": settings, "oddities": oddities,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="fewer and shorter vectors: half a minute")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--only", nargs="+", choices=list(CHAPTERS), default=list(CHAPTERS))
    parser.add_argument("--folder", type=Path, help="where data goes; kept. Without it a temporary folder")
    arguments = parser.parse_args()
    findings = Findings()
    vectors = Vectors(TEST_DATA, arguments.seed)
    kind = "ResNet50's" if vectors.are_real else "random"
    print(f"index soak: seed {arguments.seed}, {kind} vectors", flush=True)
    with tempfile.TemporaryDirectory(prefix="needletail-soak-") as temporary:
        for name in arguments.only:
            began = time.monotonic()
            server = SoakServer((arguments.folder or Path(temporary)) / name)
            try:
                server.start()
                CHAPTERS[name](server, vectors, findings, arguments.smoke)
                findings.expect(server.stop() == 0, f"{name}: the server did not stop cleanly")
                verdict = check(server.folder)
                findings.expect(verdict.returncode == 0, f"needletail check after {name}: {verdict.stdout[-1000:]}")
            except Exception as problem:  # noqa: BLE001  the other chapters are run all the same
                findings.expect(False, f"{name} ended early: {type(problem).__name__}: {problem}\n{server.log_tail(5)}")
            finally:
                server.kill()
            print(f"  {name}: {time.monotonic() - began:.1f} s", flush=True)
    print(f"{len(findings.lines)} findings", flush=True)
    return 1 if findings.lines else 0


if __name__ == "__main__":
    sys.exit(main())
