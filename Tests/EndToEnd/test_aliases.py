# SPDX-License-Identifier: Apache-2.0
"""An alias in the hands of the official Python client: written, searched and listed under, switched, and kept by a restart."""
from __future__ import annotations

import uuid

import pytest
import weaviate
from running_server import Server

ID = str(uuid.uuid5(uuid.NAMESPACE_DNS, "news"))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("aliases") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def client(server):
    client = weaviate.Client(server.url, startup_period=10, timeout_config=(5, 60))
    for name in ("News_1", "News_2"):
        client.schema.create_class(
            {"class": name, "vectorizer": "none", "properties": [{"name": "title", "dataType": ["text"]}]}
        )
    assert server.request("POST", "/v1/aliases", {"alias": "News", "class": "News_1"})[0] == 200
    return client


def titles(client, name: str = "News") -> list[str]:
    return [article["title"] for article in client.query.get(name, ["title"]).do()["data"]["Get"][name]]


def test_written_and_read(client):
    client.data_object.create({"title": "old"}, "News", ID, vector=[1, 0])
    assert titles(client) == ["old"]
    assert titles(client, "News_1") == ["old"]
    assert client.data_object.get_by_id(ID, class_name="News")["class"] == "News"
    assert client.data_object.exists(ID, class_name="News")
    client.data_object.update({"title": "older"}, "News", ID)
    near = client.query.get("News", ["title"]).with_near_vector({"vector": [1, 0]}).do()
    assert near["data"]["Get"]["News"] == [{"title": "older"}]


def test_batches(client):
    client.batch.configure(batch_size=10)
    with client.batch as batch:
        for number in range(3):
            batch.add_data_object({"title": "more"}, "News", str(uuid.uuid5(uuid.NAMESPACE_DNS, str(number))))
    assert sorted(titles(client)) == ["more", "more", "more", "older"]
    where = {"path": ["title"], "operator": "Equal", "valueText": "more"}
    assert client.batch.delete_objects("News", where=where)["results"]["successful"] == 3


def test_switched(client, server):
    client.data_object.create({"title": "new"}, "News_2", ID)
    assert server.request("PUT", "/v1/aliases/News", {"class": "News_2"}) == (
        200,
        {"alias": "News", "class": "News_2"},
    )
    assert titles(client) == ["new"]
    server.kill()
    server.start()
    assert titles(client) == ["new"]
    assert server.request("GET", "/v1/aliases")[1] == {"aliases": [{"alias": "News", "class": "News_2"}]}


def test_names_are_not_taken_twice(client, server):
    with pytest.raises(weaviate.UnexpectedStatusCodeException, match="already exists"):
        client.schema.create_class({"class": "News"})
    assert server.request("POST", "/v1/aliases", {"alias": "News_1", "class": "News_2"})[0] == 500
    client.schema.delete_class("News_2")
    assert client.query.raw("{ Get { News { title } } }")["errors"][0]["message"].startswith("Cannot query field")
