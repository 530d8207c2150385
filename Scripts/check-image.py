#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks Dockerfile and docker-compose.yml as far as that goes without Docker.

Dockerfile: every instruction is known, bases are pinned, what is copied and run is there, and the last stage has a
user without rights, a health check, a volume and no toolchain. Compose file: every setting exists.
"""
from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KNOWN = {"FROM", "RUN", "COPY", "WORKDIR", "ENV", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD", "LABEL"}


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile, with continued lines joined."""
    joined = re.sub(r"\\\n\s*", " ", text)
    lines = [line.strip() for line in joined.splitlines()]
    return [tuple(line.split(None, 1)) for line in lines if line and not line.startswith("#")]


def stages(found: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    out: list[list[tuple[str, str]]] = []
    for name, rest in found:
        if name == "FROM":
            out.append([])
        if out:
            out[-1].append((name, rest))
    return out


def dockerfile_problems(text: str) -> list[str]:
    found = instructions(text)
    problems = [f"unknown instruction {name}" for name, _ in found if name not in KNOWN]
    for name, rest in found:
        if name == "FROM" and not re.match(r"\S+:[\w.-]*\d[\w.-]*", rest):
            problems.append(f"FROM {rest}: no pinned version")
        if name == "COPY" and not rest.startswith("--from="):
            problems += [f"COPY {source}: not there" for source in rest.split()[:-1] if not (ROOT / source).exists()]
        if name == "RUN":
            scripts = re.findall(r"Scripts/[\w.-]+", rest)
            problems += [f"RUN {script}: not there" for script in scripts if not (ROOT / script).exists()]
    last = stages(found)[-1]
    have = {name for name, _ in last}
    problems += [f"the last stage has no {name}" for name in ("USER", "HEALTHCHECK", "VOLUME", "ENTRYPOINT") if name not in have]
    if any(name == "USER" and rest in ("root", "0") for name, rest in last):
        problems.append("the last stage runs as root")
    if "swift" in last[0][1]:
        problems.append("the last stage holds the toolchain")
    return problems


def compose_problems(text: str) -> list[str]:
    settings = set(re.findall(r"^#([A-Z][A-Z0-9_]+)=", (ROOT / "Config/needletail.env").read_text(), re.M))
    names = re.findall(r"^\s+([A-Z][A-Z0-9_]+):", text, re.M)
    return [f"docker-compose.yml: {name} is no setting" for name in names if name not in settings]


def main() -> int:
    problems = dockerfile_problems((ROOT / "Dockerfile").read_text())
    problems += compose_problems((ROOT / "docker-compose.yml").read_text())
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
