# SPDX-License-Identifier: Apache-2.0
"""What the tests of the console share: one browser, servers with pictures in them, and what must hold on every screen."""
from __future__ import annotations

import base64
import csv
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "EndToEnd"))

from browser import Console, chromium  # noqa: E402
from running_server import PROGRAM, ROOT, STARTER_NETWORK, TEST_DATA, Server  # noqa: E402


def pytest_configure(config) -> None:
    if not PROGRAM.exists():
        pytest.exit(f"{PROGRAM.relative_to(ROOT)} is not built: run make build first", returncode=1)


@pytest.fixture(scope="session")
def driver():
    """One Chromium for all tests."""
    driver = chromium()
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def pets() -> list[tuple[Path, str]]:
    """Photographs of cats and dogs with their breeds, in steady order."""
    if TEST_DATA is None:
        pytest.skip("needs the folder that NEEDLETAIL_TEST_DATA names")
    folder = TEST_DATA / "images/pets-mini"
    with (folder / "labels.csv").open() as file:
        return [(folder / row["file"], row["label"]) for row in csv.DictReader(file)]


def start(folder: Path, settings: dict[str, str] | None = None) -> Server:
    """A server with the starter network, which is quick. NEEDLETAIL_CONSOLE_PATH lets it show a site that is being worked on."""
    site = {name: os.environ[name] for name in ("NEEDLETAIL_CONSOLE_PATH",) if name in os.environ}
    return Server(folder, {"NEEDLETAIL_IMG2VEC_MODEL": STARTER_NETWORK, **site, **(settings or {})})


@pytest.fixture(scope="module")
def server(tmp_path_factory, pets):
    """A server with a class `Pet` of 60 photographs: `image`, `breed` (label), `name` (text), `weight` (int), `tame` (boolean)."""
    with start(tmp_path_factory.mktemp("console") / "data") as server:
        fill(server, pets)
        yield server


@pytest.fixture(scope="module")
def empty_server(tmp_path_factory):
    with start(tmp_path_factory.mktemp("console-empty") / "data") as server:
        yield server


@pytest.fixture
def console(driver, server):
    """The console of `server`; at the end the browser must have nothing to complain about."""
    with Console(driver, server) as console:
        yield console


@pytest.fixture
def empty_console(driver, empty_server):
    with Console(driver, empty_server) as console:
        yield console


PET = {
    "class": "Pet", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}},
    "properties": [
        {"name": "image", "dataType": ["blob"]}, {"name": "breed", "dataType": ["text"], "tokenization": "field"},
        {"name": "name", "dataType": ["text"]}, {"name": "weight", "dataType": ["int"]},
        {"name": "tame", "dataType": ["boolean"]}, {"name": "tags", "dataType": ["text[]"]},
    ],
}


# Vectors of photographs by path: the first server that is filled makes them, the others are given them.
known_vectors: dict[Path, list[float]] = {}


def fill(server: Server, pets: list[tuple[Path, str]], number: int = 60) -> list[str]:
    """Makes the class `Pet` and stores photographs, spread over the breeds; returns their ids in order."""
    status, answer = server.request("POST", "/v1/schema", PET)
    assert status == 200, answer
    chosen = pets[:: max(1, len(pets) // number)][:number]
    objects = [
        {
            "class": "Pet", "id": f"00000000-0000-4000-8000-{index:012d}",
            "properties": {
                "image": base64.b64encode(path.read_bytes()).decode(), "breed": breed,
                "name": f"{breed.replace('_', ' ')} number {index}", "weight": index, "tame": index % 2 == 0,
            },
            **({"vector": known_vectors[path]} if path in known_vectors else {}),
        }
        for index, (path, breed) in enumerate(chosen)
    ]
    status, answer = server.request("POST", "/v1/batch/objects", {"objects": objects})
    assert status == 200 and all(each["result"].get("status") == "SUCCESS" for each in answer), str(answer)[:500]
    known_vectors.update((path, each["vector"]) for (path, _), each in zip(chosen, answer))
    return [each["id"] for each in objects]
