#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares a fresh server with the recorded answers of a real Weaviate 1.39.0, for what this version does.

The comparer and its cases are test data (NEEDLETAIL_TEST_DATA/conformance). Lists lie beside this file:
- except.tsv: cases that are answered otherwise on purpose, each with the reason (except-differential.tsv: those of the
  random requests in NEEDLETAIL_TEST_DATA/differential, for the comparer's own --except, without the comment line);
- not-yet.tsv: cases of features that are not there yet, each with the feature. A case on it that passes fails the run,
  so that the list stays true.

usage: compare.py [--all]      --all: show the groups that are not held yet too
"""
from __future__ import annotations

import collections
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "EndToEnd"))
from running_server import TEST_DATA, Server  # noqa: E402

# Groups whose every case must pass, but for those on the two lists.
HELD = ("meta", "img2vec", "objects", "batch", "schema")
SETTINGS = {
    "CLUSTER_HOSTNAME": "node1",
    "DEFAULT_VECTORIZER_MODULE": "none",
    "ENABLE_MODULES": "img2vec-neural,backup-filesystem",
}
MARKS = {"ok": "passed", "text": "passed", "FAIL": "failed", "skip": "skipped", "own": "on purpose"}


def rows(path: Path) -> dict[str, str]:
    """Name and reason of each line; lines that begin with # are comments."""
    lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return dict(line.split("\t", 1) for line in lines)


def outcomes(output: str) -> dict[str, str]:
    """The outcome of each case that the comparer told with -v."""
    found = {}
    for line in output.splitlines():
        match = re.match(r"(ok|text|FAIL|skip|own)\s+(\S.*)$", line)
        if match and not line.startswith(" "):
            found[match[2].strip()] = MARKS[match[1]]
    return found


def compare(folder: Path) -> str:
    """The comparer's output against a fresh server."""
    with tempfile.TemporaryDirectory(prefix="needletail-conformance-") as temporary:
        exceptions = Path(temporary) / "except.tsv"
        exceptions.write_text("".join(f"{name}\t{why}\n" for name, why in rows(HERE / "except.tsv").items()))
        with Server(Path(temporary) / "data", SETTINGS) as server:
            command = [sys.executable, str(folder / "conformance.py"), "compare", server.url, "-v", "--except", str(exceptions)]
            result = subprocess.run(command, capture_output=True, text=True, timeout=600)
            if not result.stdout:
                sys.exit(f"the comparer said nothing:\n{result.stderr}\n{server.log_tail()}")
            return result.stdout


def main() -> int:
    folder = TEST_DATA / "conformance" if TEST_DATA else None
    if folder is None or not folder.exists():
        print("conformance: skipped, needs NEEDLETAIL_TEST_DATA/conformance")
        return 0
    output = compare(folder)
    found = outcomes(output)
    not_yet = rows(HERE / "not-yet.tsv")
    groups: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
    problems = []
    for name, outcome in found.items():
        group = name.split("/")[0]
        is_listed = name in not_yet
        groups[group]["not yet" if is_listed and outcome == "failed" else outcome] += 1
        if outcome == "failed" and not is_listed and group in HELD:
            problems.append(f"{name}: differs, and is on no list")
        if outcome == "passed" and is_listed:
            problems.append(f"{name}: passes, take it off not-yet.tsv")
    problems += [f"{name}: on not-yet.tsv, and no case" for name in not_yet if name not in found]
    for group, counted in sorted(groups.items()):
        if group in HELD or "--all" in sys.argv:
            print(f"{group:12} " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(counted.items())))
    total = sum((counted for counted in groups.values()), collections.Counter())
    print("all groups   " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(total.items())))
    details = output if problems else ""
    for problem in problems:
        print(problem)
        name = problem.split(": ")[0]
        match = re.search(rf"^FAIL {re.escape(name)}\n((?:       .*\n)*)", details, re.M)
        if match:
            print(match[1].rstrip())
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
