# SPDX-License-Identifier: Apache-2.0
"""References through the official Python client: alone, in batches, in filters, and after a restart."""
from __future__ import annotations

import uuid

import pytest
import weaviate
from running_server import Server


def identity(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("references") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def client(server):
    client = weaviate.Client(server.url, startup_period=10, timeout_config=(5, 60))
    client.schema.create_class(
        {"class": "Country", "vectorizer": "none", "properties": [{"name": "name", "dataType": ["text"]}]}
    )
    client.schema.create_class(
        {
            "class": "City",
            "vectorizer": "none",
            "properties": [
                {"name": "name", "dataType": ["text"]},
                {"name": "inCountry", "dataType": ["Country"]},
                {"name": "twins", "dataType": ["City"]},
            ],
        }
    )
    for name in ("Atlantis", "Utopia"):
        client.data_object.create({"name": name}, "Country", identity(name))
    for name in ("Ys", "Kitezh", "Lemuria"):
        client.data_object.create({"name": name}, "City", identity(name))
    return client


def cities(client, path: list[str], value: str) -> list[str]:
    answer = (
        client.query.get("City", ["name", "inCountry { ... on Country { name } }"])
        .with_where({"path": path, "operator": "Equal", "valueText": value})
        .do()
    )
    return sorted(city["name"] for city in answer["data"]["Get"]["City"])


def test_one_by_one(client):
    reference = client.data_object.reference
    reference.add(identity("Ys"), "inCountry", identity("Atlantis"), "City", "Country")
    reference.add(identity("Kitezh"), "inCountry", identity("Atlantis"), "City", "Country")
    assert cities(client, ["inCountry", "Country", "name"], "atlantis") == ["Kitezh", "Ys"]
    reference.update(identity("Kitezh"), "inCountry", [identity("Utopia")], "City", "Country")
    assert cities(client, ["inCountry", "Country", "name"], "utopia") == ["Kitezh"]
    reference.delete(identity("Ys"), "inCountry", identity("Atlantis"), "City", "Country")
    assert cities(client, ["inCountry", "Country", "name"], "atlantis") == []
    with pytest.raises(weaviate.UnexpectedStatusCodeException, match="no object with id"):
        reference.add(identity("Ys"), "inCountry", identity("nowhere"), "City", "Country")


def test_in_batches(client):
    failures = []

    def note(results):
        failures.extend(item for item in results or [] if item["result"].get("errors"))

    client.batch.configure(batch_size=100, callback=note)
    with client.batch as batch:
        for name in ("Ys", "Kitezh", "Lemuria"):
            for other in ("Ys", "Kitezh", "Lemuria"):
                batch.add_reference(identity(name), "City", "twins", identity(other), "City")
    assert failures == []
    counted = client.query.get("City", ["name"]).with_where(
        {"path": ["twins"], "operator": "GreaterThan", "valueInt": 2}
    )
    assert len(counted.do()["data"]["Get"]["City"]) == 3
    assert cities(client, ["twins", "City", "twins", "City", "inCountry", "Country", "name"], "utopia") == [
        "Kitezh",
        "Lemuria",
        "Ys",
    ]


def test_fields_of_fields(client):
    query = "{ Get { City(where: {path: [\"name\"], operator: Equal, valueText: \"Ys\"}) " \
        "{ twins { ... on City { name inCountry { ... on Country { name _additional { id } } } } } } } }"
    twins = client.query.raw(query)["data"]["Get"]["City"][0]["twins"]
    assert {twin["name"]: twin["inCountry"] for twin in twins} == {
        "Ys": None,
        "Kitezh": [{"name": "Utopia", "_additional": {"id": identity("Utopia")}}],
        "Lemuria": None,
    }


def test_after_a_restart(client, server):
    before = client.data_object.get_by_id(identity("Kitezh"), class_name="City")
    server.kill()
    server.start()
    assert client.data_object.get_by_id(identity("Kitezh"), class_name="City") == before
    assert cities(client, ["inCountry", "Country", "name"], "utopia") == ["Kitezh"]


def test_delete_by_what_is_referred_to(client):
    result = client.batch.delete_objects(
        "City",
        where={"path": ["inCountry", "Country", "name"], "operator": "Equal", "valueText": "utopia"},
        output="verbose",
    )
    assert [item["id"] for item in result["results"]["objects"]] == [identity("Kitezh")]
    # What referred to it refers to nothing.
    city = client.data_object.get_by_id(identity("Ys"), class_name="City")
    assert len(city["properties"]["twins"]) == 3
