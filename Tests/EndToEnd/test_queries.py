# SPDX-License-Identifier: Apache-2.0
"""Aggregate, groups and several target vectors, through the query builders of the official Python client and as GraphQL tools see them."""
from __future__ import annotations

import uuid

import pytest
import requests
import weaviate
from running_server import Server

BOOK = {
    "class": "Book",
    "vectorizer": "none",
    "properties": [
        {"name": "title", "dataType": ["text"]},
        {"name": "pages", "dataType": ["int"]},
        {"name": "price", "dataType": ["number"]},
        {"name": "sold", "dataType": ["boolean"]},
        {"name": "printed", "dataType": ["date"]},
        {"name": "tags", "dataType": ["text[]"]},
        {"name": "by", "dataType": ["Writer"]},
    ],
}
PAIR = {
    "class": "Pair",
    "vectorConfig": {name: {"vectorizer": {"none": {}}, "vectorIndexType": "hnsw"} for name in "ab"},
    "properties": [{"name": "label", "dataType": ["text"]}],
}
INTROSPECTION = """
query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name }
  types { ...FullType } directives { name description locations args { ...InputValue } } } }
fragment FullType on __Type { kind name description
  fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
  inputFields { ...InputValue } interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }
"""


def identity(number: int) -> str:
    return str(uuid.UUID(int=number))


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("queries") / "data") as server:
        fill(server)
        yield server


@pytest.fixture
def client(running) -> weaviate.Client:
    return weaviate.Client(running.url, startup_period=10, timeout_config=(5, 60))


def fill(server: Server) -> None:
    """Three writers and twelve books, every third of them blue, each a little further from [1, 0]; five pairs and one without b."""
    writer = {"class": "Writer", "vectorizer": "none", "properties": [{"name": "name", "dataType": ["text"]}]}
    for definition in (writer, BOOK, PAIR):
        requests.post(f"{server.url}/v1/schema", json=definition, timeout=60).raise_for_status()
    objects = [
        {"class": "Writer", "id": identity(100 + n), "properties": {"name": f"Writer {n}"}} for n in range(3)
    ]
    for n in range(12):
        properties = {
            "title": f"red book {n}" if n % 3 else "blue book",
            "pages": 100 + 10 * n,
            "price": n + 0.5,
            "sold": n % 2 == 0,
            "printed": f"{2010 + n}-01-01T00:00:00+02:00",
            "tags": ["x", "y"] if n % 2 else ["x"],
            "by": [{"beacon": f"weaviate://localhost/Writer/{identity(100 + n % 3)}"}],
        }
        objects.append({"class": "Book", "id": identity(n + 1), "properties": properties, "vector": [1, n / 10]})
    for n in range(6):
        vectors = {"a": [1, n], "b": [n, 1, 2]} if n < 5 else {"a": [1, n]}
        objects.append({"class": "Pair", "id": identity(200 + n), "properties": {"label": f"p{n}"}, "vectors": vectors})
    answer = requests.post(f"{server.url}/v1/batch/objects", json={"objects": objects}, timeout=60)
    answer.raise_for_status()
    assert all(item["result"]["status"] == "SUCCESS" for item in answer.json())


def only(answer: dict, *path: str):
    assert "errors" not in answer, answer
    value = answer["data"]
    for name in path:
        value = value[name]
    return value


def test_every_type_is_aggregated(client):
    query = client.query.aggregate("Book").with_meta_count().with_fields(
        "pages { count minimum maximum mean median mode sum type } price { sum } "
        "sold { totalTrue totalFalse percentageTrue percentageFalse } printed { count minimum median } "
        "title { count topOccurrences(limit: 1) { value occurs } } tags { count type } by { type pointingTo }"
    )
    assert only(query.do(), "Aggregate", "Book") == [
        {
            "meta": {"count": 12},
            "pages": {
                "count": 12, "minimum": 100, "maximum": 210, "mean": 155, "median": 155, "mode": 100, "sum": 1860,
                "type": "int",
            },
            "price": {"sum": 72},
            "sold": {"totalTrue": 6, "totalFalse": 6, "percentageTrue": 0.5, "percentageFalse": 0.5},
            "printed": {"count": 12, "minimum": "2009-12-31T22:00:00Z", "median": "2015-07-02T10:00:00Z"},
            "title": {"count": 12, "topOccurrences": [{"value": "blue book", "occurs": 4}]},
            "tags": {"count": 18, "type": "text[]"},
            "by": {"type": "cref", "pointingTo": ["Writer"]},
        }
    ]


def test_aggregates_follow_writes(client, running):
    def total() -> list:
        return only(client.query.aggregate("Book").with_fields("pages { sum }").do(), "Aggregate", "Book")

    assert total() == [{"pages": {"sum": 1860}}]
    client.data_object.create({"pages": 9_007_199_254_740_993}, "Book", identity(99))
    assert total() == [{"pages": {"sum": 9_007_199_254_742_853}}]
    client.data_object.delete(identity(99), "Book")
    assert total() == [{"pages": {"sum": 1860}}]


def test_filters_and_searches_are_aggregated(client):
    where = {"path": ["pages"], "operator": "GreaterThan", "valueInt": 150}
    near = {"vector": [1, 0]}
    books = client.query.aggregate
    assert only(books("Book").with_where(where).with_fields("pages { minimum }").do(), "Aggregate", "Book") == [
        {"pages": {"minimum": 160}}
    ]
    limited = books("Book").with_near_vector(near).with_object_limit(3).with_fields("pages { maximum }")
    assert only(limited.do(), "Aggregate", "Book") == [{"pages": {"maximum": 120}}]
    both = books("Book").with_where(where).with_near_object({"id": identity(1)}).with_object_limit(2).with_meta_count()
    assert only(both.do(), "Aggregate", "Book") == [{"meta": {"count": 2}}]
    unbounded = books("Book").with_near_vector(near).with_meta_count().do()
    assert unbounded["errors"][0]["message"] == "must provide certainty or objectLimit with vector search"


@pytest.mark.parametrize(
    "name, expected",
    [
        ("sold", [("false", 6, 960), ("true", 6, 900)]),
        ("tags", [("x", 12, 1860), ("y", 6, 960)]),
        ("by", [(f"weaviate://localhost/Writer/{identity(100 + n)}", 4, 580 + 40 * n) for n in range(3)]),
    ],
)
def test_aggregates_are_grouped(client, name, expected):
    query = client.query.aggregate("Book").with_group_by_filter([name]).with_meta_count()
    groups = only(query.with_fields("groupedBy { value path } pages { sum }").do(), "Aggregate", "Book")
    assert all(group["groupedBy"]["path"] == [name] for group in groups)
    found = [(group["groupedBy"]["value"], group["meta"]["count"], group["pages"]["sum"]) for group in groups]
    assert found == expected


def test_hits_are_grouped(client):
    query = (
        client.query.get("Book", ["title"])
        .with_near_vector({"vector": [1, 0]})
        .with_group_by(properties=["sold"], groups=2, objects_per_group=2)
        .with_additional("group { id count groupedBy { value path } hits { title pages _additional { id distance } } }")
    )
    groups = [hit["_additional"]["group"] for hit in only(query.do(), "Get", "Book")]
    assert [group["groupedBy"] for group in groups] == [
        {"value": "true", "path": ["sold"]}, {"value": "false", "path": ["sold"]},
    ]
    assert [[hit["pages"] for hit in group["hits"]] for group in groups] == [[100, 120], [110, 130]]
    assert [group["count"] for group in groups] == [2, 2]


@pytest.mark.parametrize("method, pages", [("closest", [100]), ("merge", [155])])
def test_close_hits_become_one(client, method, pages):
    answer = client.query.raw(f"{{ Get {{ Book(group: {{type: {method}, force: 0.3}}) {{ pages }} }} }}")
    assert [book["pages"] for book in only(answer, "Get", "Book")] == pages


@pytest.mark.parametrize(
    "method, labels",
    [("minimum", "p0 p1 p2 p5 p4 p3"), ("sum", "p0 p1 p2 p3 p4"), ("average", "p0 p1 p2 p3 p4")],
)
def test_several_targets_are_searched(client, method, labels):
    answer = client.query.raw(
        f"""{{ Get {{ Pair(nearVector: {{vectorPerTarget: {{a: [1, 0], b: [0, 1, 2]}}
            targets: {{targetVectors: ["a", "b"], combinationMethod: {method}}}}})
            {{ label _additional {{ distance vectors {{ a b }} }} }} }} }}"""
    )
    pairs = only(answer, "Get", "Pair")
    assert {pair["label"] for pair in pairs} == set(labels.split())
    distances = [pair["_additional"]["distance"] for pair in pairs]
    assert distances == sorted(distances)
    assert pairs[0]["label"] == "p0"
    assert distances[0] == 0


def test_a_target_takes_several_vectors_with_weights(client):
    answer = client.query.raw(
        """{ Get { Pair(nearVector: {vectorPerTarget: {a: [[1, 0], [1, 4]]}
            targets: {targetVectors: ["a", "a"], combinationMethod: manualWeights, weights: {a: [0, 1]}}} limit: 1)
            { label } } }"""
    )
    assert only(answer, "Get", "Pair") == [{"label": "p4"}]


def test_pages_sorts_and_searches_of_the_builders(client):
    def books(change) -> list:
        return only(change(client.query.get("Book", ["pages"])).do(), "Get", "Book")

    descending = {"path": ["pages"], "order": "desc"}
    assert books(lambda q: q.with_sort(descending).with_limit(2)) == [{"pages": 210}, {"pages": 200}]
    assert books(lambda q: q.with_limit(2).with_offset(3)) == [{"pages": 130}, {"pages": 140}]
    assert books(lambda q: q.with_limit(1).with_after(identity(4))) == [{"pages": 140}]
    assert len(books(lambda q: q.with_bm25("blue", properties=["title"]))) == 4
    assert len(books(lambda q: q.with_hybrid("blue", alpha=0.5, vector=[1, 0]).with_limit(5))) == 5
    aliased = client.query.multi_get(
        [client.query.get("Book", ["pages"]).with_limit(1).with_alias(alias) for alias in ("one", "two")]
    )
    assert set(only(aliased.do(), "Get")) == {"one", "two"}


def test_tools_can_read_the_schema(client):
    schema = only(client.query.raw(INTROSPECTION), "__schema")
    types = {entry["name"]: entry for entry in schema["types"]}
    fields = {field["name"] for field in types["AggregateBookpagesObj"]["fields"]}
    assert fields == {"count", "type", "sum", "minimum", "maximum", "mean", "mode", "median"}

    def names(reference: dict | None):
        while reference:
            if reference["name"]:
                yield reference["name"]
            reference = reference.get("ofType")

    # Whatever a field or an argument refers to is described too.
    for entry in types.values():
        for field in (entry["fields"] or []) + (entry["inputFields"] or []):
            for name in names(field["type"]):
                assert name in types, (entry["name"], field["name"])
            for argument in field.get("args", []):
                for name in names(argument["type"]):
                    assert name in types, (entry["name"], field["name"], argument["name"])
