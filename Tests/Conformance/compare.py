#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares fresh servers with the recorded answers of a real Weaviate 1.39.0: one case a feature, many random requests, and gRPC.

The comparers and the cases are test data (NEEDLETAIL_TEST_DATA/conformance, /differential for the random requests, and /grpc). Every case must
pass, but for those on the lists beside this file:
- except.tsv, except-differential.tsv and except-grpc.tsv: cases that are answered otherwise on purpose, each with the reason;
- not-yet.tsv: cases of features that are not there yet, each with the feature. A case on it that passes fails the run,
  so that the list stays true.

usage: compare.py
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
from running_server import ROOT, TEST_DATA, Server  # noqa: E402

# The folders of test data with cases and answers, each with its list of exceptions.
RECORDINGS = {"conformance": "except.tsv", "differential": "except-differential.tsv", "grpc": "except-grpc.tsv"}
# It has the messages of the client for gRPC, which the comparer reads.
GRPC_PYTHON = ROOT / ".venv-grpc/bin/python"
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


def command(data: Path, recording: str, server: Server, exceptions: Path) -> list[str]:
    """What compares a server with a recording."""
    folder = data / recording
    cases = [str(folder / "golden.jsonl"), "--cases", str(folder / "cases.jsonl"), "-v"]
    if recording == "grpc":
        comparer = [str(GRPC_PYTHON), str(folder / "grpc_conformance.py"), "compare", *cases, "--part", "dev"]
        return [*comparer, "--rest", server.url, "--grpc", f"127.0.0.1:{server.grpc_port}"]
    comparer = [sys.executable, str(data / "conformance/conformance.py"), "compare", server.url]
    return [*comparer, *cases, "--except", str(exceptions)]


def compare(data: Path, recording: str) -> str:
    """The comparer's output against a fresh server."""
    with tempfile.TemporaryDirectory(prefix="needletail-conformance-") as temporary:
        exceptions = Path(temporary) / "except.tsv"
        exceptions.write_text("".join(f"{name}\t{why}\n" for name, why in rows(HERE / RECORDINGS[recording]).items()))
        with Server(Path(temporary) / "data", SETTINGS) as server:
            result = subprocess.run(
                command(data, recording, server, exceptions), capture_output=True, text=True, timeout=600)
            if not result.stdout:
                sys.exit(f"the comparer said nothing:\n{result.stderr}\n{server.log_tail()}")
            return result.stdout


def excepted(found: dict[str, str], exceptions: dict[str, str]) -> list[str]:
    """Marks what differs on purpose, where the comparer knows no exceptions; tells of those that are none."""
    problems = []
    for name in exceptions:
        if found.get(name) == "failed":
            found[name] = "on purpose"
        else:
            problems.append(f"{name}: is on the list of exceptions, and {found.get(name, 'no case')}")
    return problems


def problems_of(data: Path, recording: str, not_yet: dict[str, str]) -> list[str]:
    """What is not as it should be in one recording; prints what there is."""
    output = compare(data, recording)
    found = outcomes(output)
    groups: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
    problems = excepted(found, rows(HERE / RECORDINGS[recording])) if recording == "grpc" else []
    for name, outcome in found.items():
        is_listed = name in not_yet
        groups[name.split("/")[0]]["not yet" if is_listed and outcome == "failed" else outcome] += 1
        if outcome == "failed" and not is_listed:
            match = re.search(rf"^FAIL {re.escape(name)}\n((?:       .*\n)*)", output, re.M)
            problems.append(f"{name}: differs, and is on no list\n{match[1].rstrip() if match else ''}")
        if outcome == "passed" and is_listed:
            problems.append(f"{name}: passes, take it off not-yet.tsv")
    for group, counted in sorted(groups.items()):
        print(f"{group:14} " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(counted.items())))
    total = sum(groups.values(), collections.Counter())
    print(f"{recording}: " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(total.items())))
    return problems


def main() -> int:
    if TEST_DATA is None or not (TEST_DATA / "conformance").exists():
        print("conformance: skipped, needs NEEDLETAIL_TEST_DATA/conformance")
        return 0
    not_yet = rows(HERE / "not-yet.tsv")
    problems = []
    for recording in RECORDINGS:
        if (TEST_DATA / recording).exists():
            problems += problems_of(TEST_DATA, recording, not_yet)
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
