# SPDX-License-Identifier: Apache-2.0
"""What the figures were measured on: processor, cores, memory, load before the start, commit, date."""
from __future__ import annotations

import datetime
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXTENSIONS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "asimddp")


def machine() -> dict:
    fields: dict[str, str] = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    known = (fields.get("flags") or fields.get("Features") or "").split()
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": fields.get("model name") or platform.machine(), "family": fields.get("cpu family", ""),
        "model": fields.get("model", ""), "extensions": [name for name in EXTENSIONS if name in known],
        "cores": len(os.sched_getaffinity(0)), "memory_gib": round(pages / (1 << 30), 1),
        "load_before": round(os.getloadavg()[0], 2), "commit": git("rev-parse", "--short", "HEAD"),
        "changed": bool(git("status", "--porcelain", "--untracked-files=no")),
        "date": datetime.date.today().isoformat(),
    }


def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(machine(), indent=1) + "\n")
