# SPDX-License-Identifier: Apache-2.0
"""What the tests of weaviate-client 4.x share: running servers, connected clients, collections that vanish after a test."""
from __future__ import annotations

import csv
import itertools
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "EndToEnd"))

from running_server import PROGRAM, ROOT, TEST_DATA, Server  # noqa: E402

import weaviate  # noqa: E402
from weaviate.classes.config import Configure, DataType, Property  # noqa: E402


def pytest_configure(config) -> None:
    if not PROGRAM.exists():
        pytest.exit(f"{PROGRAM.relative_to(ROOT)} is not built: run make build first", returncode=1)


def connect(server: Server, **arguments) -> weaviate.WeaviateClient:
    """A client as the guides make one."""
    return weaviate.connect_to_local(
        host="127.0.0.1", port=server.port, grpc_port=server.grpc_port, **arguments)


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Server:
    """A server that the tests share; each uses collections of its own."""
    folder = tmp_path_factory.mktemp("grpc")
    settings = {"BACKUP_FILESYSTEM_PATH": str(folder / "backups"), "ASYNC_INDEXING": "true"}
    with Server(folder / "data", settings) as server:
        yield server


@pytest.fixture(scope="session")
def client(server) -> weaviate.WeaviateClient:
    with connect(server) as client:
        yield client


@pytest.fixture
def own_server(tmp_path) -> Server:
    """A server for one test, which may stop and kill it."""
    with Server(tmp_path / "data", {"BACKUP_FILESYSTEM_PATH": str(tmp_path / "backups")}) as server:
        yield server


class Factory:
    """Makes collections with names of their own."""

    numbers = itertools.count(1)

    def __init__(self, client: weaviate.WeaviateClient) -> None:
        self.client = client
        self.names: list[str] = []

    def name(self) -> str:
        name = f"Kind{next(self.numbers)}"
        self.names.append(name)
        return name

    def __call__(self, *properties: Property, **arguments):
        """A collection with these properties; with vectors given by the objects unless something else is said."""
        arguments.setdefault("vector_config", Configure.Vectors.self_provided())
        return self.client.collections.create(self.name(), properties=list(properties), **arguments)


@pytest.fixture
def make(client) -> Factory:
    factory = Factory(client)
    yield factory
    for name in reversed(factory.names):
        client.collections.delete(name)


@pytest.fixture(scope="module")
def make_for_module(client) -> Factory:
    factory = Factory(client)
    yield factory
    for name in reversed(factory.names):
        client.collections.delete(name)


@pytest.fixture(scope="session")
def pets() -> list[tuple[Path, str]]:
    """Photographs of cats and dogs with their breeds, in steady order."""
    folder = TEST_DATA / "images/pets-mini" if TEST_DATA else None
    if folder is None or not folder.exists():
        pytest.skip("needs images/pets-mini in the folder that NEEDLETAIL_TEST_DATA names")
    with (folder / "labels.csv").open() as file:
        return [(folder / row["file"], row["label"]) for row in csv.DictReader(file)]


def text(name: str, **arguments) -> Property:
    return Property(name=name, data_type=DataType.TEXT, **arguments)


def integer(name: str, **arguments) -> Property:
    return Property(name=name, data_type=DataType.INT, **arguments)


def number_id(number: int) -> str:
    """The id that ends in `number`."""
    return f"00000000-0000-4000-8000-{number:012d}"


def numbers_of(result) -> list[int]:
    """The last digits of the ids found, in order."""
    return [int(str(item.uuid)[-12:]) for item in result.objects]
