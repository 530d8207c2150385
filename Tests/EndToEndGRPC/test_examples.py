# SPDX-License-Identifier: Apache-2.0
"""The example on the official client does what it says, as it stands."""
from __future__ import annotations

import json
import re
import subprocess
import sys

import numpy
from running_server import ROOT, Server

SCRIPT = ROOT / "Examples/official-client/search.py"


def test_ten_lines_on_the_official_client_find_what_is_alike(tmp_path):
    generator = numpy.random.default_rng(12)
    centers = generator.standard_normal((6, 2048))
    rows = [centers[number % 6] + 0.3 * generator.standard_normal(2048) for number in range(60)]
    numpy.save(tmp_path / "vectors.npy", numpy.array(rows, dtype=numpy.float32))
    (tmp_path / "products.jsonl").write_text(
        "".join(json.dumps({"url": f"https://pictures.example.org/{number}.jpg"}) + "\n" for number in range(60)))
    with Server(tmp_path / "data") as server:
        # The script connects to where a server usually is.
        code = SCRIPT.read_text().replace(
            "connect_to_local()", f"connect_to_local(port={server.port}, grpc_port={server.grpc_port})")
        assert len([line for line in code.split('"""\n', 1)[1].splitlines() if line.strip()]) <= 11
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "vectors.npy"), str(tmp_path / "products.jsonl")],
            capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    hits = re.findall(r"^ *([0-9.]+) %  https://pictures\.example\.org/(\d+)\.jpg$", done.stdout, re.M)
    assert len(hits) == 5, done.stdout
    assert all(int(number) % 6 == 0 for _, number in hits) and int(hits[0][1]) == 0
    assert float(hits[0][0]) > 99
