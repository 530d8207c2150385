# SPDX-License-Identifier: Apache-2.0
"""The commands of README.md do what it says: its blocks for curl and Python are run as they stand."""
from __future__ import annotations

import re
import shutil

import pytest
from documents import Block, blocks, missing_links, run, tells_of_an_error
from running_server import ROOT, Server

README = (ROOT / "README.md").read_text()


def first_search(language: str) -> list[Block]:
    """The fenced blocks of the section 'A first search' in a language."""
    section = re.search(r"^## A first search\n(.*?)(?=^## )", README, re.M | re.S)
    assert section, "README.md has no section 'A first search'"
    return [block for block in blocks(section[1]) if block.language == language]


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
    told = "".join(run(block, *place) for block in first_search("sh"))
    assert '"distance"' in told and not tells_of_an_error(told)


@pytest.mark.parametrize("client", ["weaviate.connect_to_local", "weaviate.Client"])
def test_the_python_lines_find_a_picture(place, client):
    [script] = [block for block in first_search("python") if client in block.text]
    assert "distance" in run(script, *place)


def test_the_settings_that_it_names_exist():
    known = set(re.findall(r"^#([A-Z][A-Z0-9_]+)=", (ROOT / "Config/needletail.env").read_text(), re.M))
    named = set(re.findall(r"`((?:NEEDLETAIL|QUERY|PERSISTENCE|AUTHENTICATION|AUTOSCHEMA|DEFAULT)_[A-Z0-9_]+)`", README))
    assert named - known <= {"NEEDLETAIL_TEST_DATA"}


def test_the_files_that_it_links_exist():
    assert missing_links(ROOT / "README.md") == []
