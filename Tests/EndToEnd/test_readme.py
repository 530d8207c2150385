# SPDX-License-Identifier: Apache-2.0
"""The commands of README.md do what it says: its blocks for curl and Python are run as they stand."""
from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest
from running_server import ROOT, Server

README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    """The fenced blocks of the section 'A first search' in a language."""
    section = re.search(r"^## A first search\n(.*?)(?=^## )", README, re.M | re.S)
    assert section, "README.md has no section 'A first search'"
    return re.findall(rf"^```{language}\n(.*?)^```", section[1], re.M | re.S)


@pytest.fixture(scope="module")
def place(tmp_path_factory, pets):
    """A folder with the pictures that README speaks of and a copy of Schemas, and a server."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "pictures").mkdir()
    for path, _ in pets[:30]:
        shutil.copy(path, folder / "pictures" / path.name)
    shutil.copy(pets[4][0], folder / "query.jpg")
    shutil.copytree(ROOT / "Schemas", folder / "Schemas")
    with Server(folder / "data") as server:
        yield folder, server


def test_the_curl_lines_find_a_picture(place):
    folder, server = place
    script = "set -euo pipefail\n" + "\n".join(blocks("sh"))
    assert "curl" in script
    script = script.replace("localhost:8080", f"127.0.0.1:{server.port}")
    result = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    assert '"errors"' not in result.stdout and '"error"' not in result.stdout, result.stdout
    assert '"distance"' in result.stdout


@pytest.mark.parametrize("client", ["weaviate.connect_to_local", "weaviate.Client"])
def test_the_python_lines_find_a_picture(place, client):
    folder, server = place
    [script] = [block for block in blocks("python") if client in block]
    script = script.replace("localhost:8080", f"127.0.0.1:{server.port}")
    script = script.replace("connect_to_local()", f"connect_to_local(port={server.port}, grpc_port={server.grpc_port})")
    # Each has an environment of its own: the two clients are versions of one package.
    python = sys.executable if client == "weaviate.Client" else ROOT / ".venv-grpc/bin/python"
    result = subprocess.run([python, "-c", script], cwd=folder, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "distance" in result.stdout


def test_the_settings_that_it_names_exist():
    known = set(re.findall(r"^#([A-Z][A-Z0-9_]+)=", (ROOT / "Config/needletail.env").read_text(), re.M))
    named = set(re.findall(r"`((?:NEEDLETAIL|QUERY|PERSISTENCE|AUTHENTICATION|AUTOSCHEMA|DEFAULT)_[A-Z0-9_]+)`", README))
    assert named - known <= {"NEEDLETAIL_TEST_DATA"}


def test_the_files_that_it_links_exist():
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", README)
    missing = [link for link in links if "://" not in link and not (ROOT / link).exists()]
    assert missing == []
