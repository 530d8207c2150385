# SPDX-License-Identifier: Apache-2.0
"""The fenced blocks of Markdown pages, and how they are run as they stand.

The words after the language of a fence say what becomes of the block; readers see nothing of them:

    sh try              run by bash, which ends at the first command that fails
    python try          run by Python, with the client of the version that the block uses
    … try stopped       run while the server is stopped
    sh try serve        starts the server in place of the one before: the block ends with `needletail serve`
    … file=NAME         written to a file of this name
    text answer         what the block before it printed: these lines, in this order; `…` stands for anything
    … untried           not run, and the page says why
"""
from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from running_server import PROGRAM, ROOT, Server, environment

# What pages call the server that some move away from.
OLD_ADDRESS = "http://old.example:8080"


@dataclass
class Block:
    """One fenced block."""
    language: str
    words: list[str]
    text: str
    line: int

    @property
    def file_name(self) -> str | None:
        return next((word.removeprefix("file=") for word in self.words if word.startswith("file=")), None)


def blocks(text: str) -> list[Block]:
    """All fenced blocks of a page, in their order."""
    found = []
    for match in re.finditer(r"^```(\w*)([^\n`]*)\n(.*?)^```$", text, re.M | re.S):
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(match[1], match[2].split(), match[3], line))
    return found


def missing_links(page: Path) -> list[str]:
    """Relative links of a page that lead nowhere, headings within pages included."""
    missing = []
    for link in re.findall(r"\]\(([^()\s]+)\)", without_code(page.read_text())):
        path, _, heading = link.partition("#")
        if "://" in link:
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (heading and heading not in headings(target)):
            missing.append(link)
    return missing


def headings(page: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", without_code(page.read_text()), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)


def run(block: Block, folder: Path, server: Server, old: Server | None = None) -> str:
    """Runs a block with the addresses of `server` and returns what it printed; a failure of it fails."""
    text = block.text.replace("localhost:8080", f"127.0.0.1:{server.port}")
    text = text.replace("localhost:2112", f"127.0.0.1:{getattr(server, 'metrics_port', 0)}")
    if old:
        text = text.replace(OLD_ADDRESS, old.url)
    if block.language == "python":
        text = text.replace("connect_to_local()", f"connect_to_local(port={server.port}, grpc_port={server.grpc_port})")
        # The two clients are versions of one package, each in an environment of its own.
        python = sys.executable if "weaviate.Client(" in text else ROOT / ".venv-grpc/bin/python"
        command = [str(python), "-c", text]
    else:
        command = ["bash", "-c", f"set -euo pipefail\n{text}"]
    settings = environment({**server.settings, **commands(folder, server)})
    result = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, timeout=120)
    told = result.stdout + result.stderr
    assert result.returncode == 0, f"line {block.line} ended with {result.returncode}:\n{block.text}\n{told}"
    # What modules warn of when they are imported is not the block's.
    return result.stdout if block.language == "python" else told


def commands(folder: Path, server: Server) -> dict[str, str]:
    """A PATH on which `needletail` is the program that is tested, talking to `server` where it is told of no other."""
    place = folder / ".commands"
    place.mkdir(exist_ok=True)
    wrapper = place / "needletail"
    wrapper.write_text(
        "#!/usr/bin/env bash\n"
        f'case "$1: $* " in import:*|quality:*) [[ "$* " == *" --server "* || "$* " == *" --data "* ]] || '
        f'set -- "$@" --server {server.url};; esac\n'
        f'exec {PROGRAM} "$@"\n')
    wrapper.chmod(0o755)
    return {"PATH": f"{place}:{environment({})['PATH']}"}


def tells_of_an_error(told: str) -> bool:
    """Whether a server refused something; GraphQL does so with status 200."""
    return bool(re.search(r'"errors?":\s*\[', told))


def holds(told: str, expected: str) -> bool:
    """Whether the lines of an `answer` block are among those that were printed, in their order."""
    lines = iter(told.splitlines())
    patterns = [".*".join(map(re.escape, line.split("…"))) for line in expected.splitlines() if line.strip()]
    return all(any(re.fullmatch(pattern, line.rstrip()) for line in lines) for pattern in patterns)
