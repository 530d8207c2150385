# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share."""
from __future__ import annotations

import csv
from pathlib import Path

import pytest
from running_server import PROGRAM, ROOT, TEST_DATA, Server


def pytest_configure(config) -> None:
    if not PROGRAM.exists():
        pytest.exit(f"{PROGRAM.relative_to(ROOT)} is not built: run make build first", returncode=1)


@pytest.fixture
def server(tmp_path) -> Server:
    """A running server on an empty folder; killed at the end of the test."""
    with Server(tmp_path / "data") as server:
        yield server


@pytest.fixture(scope="session")
def pets() -> list[tuple[Path, str]]:
    """Photographs of cats and dogs with their breeds, in steady order."""
    folder = data_folder("images/pets-mini")
    with (folder / "labels.csv").open() as file:
        return [(folder / row["file"], row["label"]) for row in csv.DictReader(file)]


def data_folder(path: str) -> Path:
    """A folder of the test data; the test is skipped where there is none."""
    if TEST_DATA is None or not (TEST_DATA / path).exists():
        pytest.skip(f"needs {path} in the folder that NEEDLETAIL_TEST_DATA names")
    return TEST_DATA / path
