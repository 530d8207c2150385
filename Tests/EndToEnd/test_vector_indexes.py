# SPDX-License-Identifier: Apache-2.0
"""Classes with a dynamic index, and with named vectors beside the one of the class, over REST and GraphQL and after a restart."""
from __future__ import annotations

import random

from running_server import Server


def identity(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012x}"


def nearest(server, name: str, arguments: str) -> list[int]:
    data = server.graphql("{ Get { %s(limit: 3 nearVector: {%s}) { number } } }" % (name, arguments))
    return [hit["number"] for hit in data["Get"][name]]


def send(server, method: str, path: str, body=None):
    status, answer = server.request(method, path, body)
    assert status == 200, answer
    return answer


def fill(server, objects: list[dict]) -> None:
    answer = send(server, "POST", "/v1/batch/objects", {"objects": objects})
    assert all(item["result"]["status"] == "SUCCESS" for item in answer), answer[:1]


def test_a_dynamic_index_answers_before_and_after_it_becomes_a_graph(tmp_path) -> None:
    chance = random.Random(5)
    vectors = [[chance.gauss(0, 1) for _ in range(16)] for _ in range(900)]
    objects = [{"class": "Thing", "id": identity(number), "properties": {"number": number}, "vector": vector}
               for number, vector in enumerate(vectors)]
    with Server(tmp_path / "data", {"ASYNC_INDEXING": "true"}) as server:
        send(server, "POST", "/v1/schema", {
            "class": "Thing", "vectorizer": "none", "vectorIndexType": "dynamic", "vectorIndexConfig": {"threshold": 500},
            "properties": [{"name": "number", "dataType": ["int"]}]})
        for start in range(0, 900, 300):
            fill(server, objects[start:start + 300])
            for number in (start, start + 299):
                assert nearest(server, "Thing", f"vector: {vectors[number]}")[0] == number
        definition = send(server, "GET", "/v1/schema/Thing")
        definition["vectorIndexConfig"]["hnsw"]["ef"] = 77
        send(server, "PUT", "/v1/schema/Thing", definition)
        assert server.stop() == 0
        server.start()
        assert send(server, "GET", "/v1/schema/Thing") == definition
        for number in (0, 450, 899):
            assert nearest(server, "Thing", f"vector: {vectors[number]}")[0] == number


def test_named_vectors_come_beside_the_vector_of_a_class(server) -> None:
    definition = send(server, "POST", "/v1/schema", {
        "class": "Thing", "vectorizer": "none", "properties": [{"name": "number", "dataType": ["int"]}]})
    fill(server, [{"class": "Thing", "id": identity(1), "properties": {"number": 1}, "vector": [1, 0]}])
    definition["vectorConfig"] = {"side": {"vectorizer": {"none": {}}}}
    changed = send(server, "PUT", "/v1/schema/Thing", definition)
    assert changed["vectorizer"] == "none" and changed["vectorConfig"]["side"]["vectorIndexType"] == "hnsw"
    fill(server, [
        {"class": "Thing", "id": identity(2), "properties": {"number": 2}, "vector": [0, 1], "vectors": {"side": [1, 0, 0]}},
        {"class": "Thing", "id": identity(3), "properties": {"number": 3}, "vectors": {"side": [0, 0, 1]}}])
    for round in range(2):
        assert nearest(server, "Thing", "vector: [1, 0]") == [1, 2]
        assert nearest(server, "Thing", 'vector: [0, 0, 1] targetVectors: ["side"]') == [3, 2]
        both = send(server, "GET", f"/v1/objects/Thing/{identity(2)}?include=vector")
        assert both["vector"] == [0, 1] and both["vectors"] == {"side": [1, 0, 0]}
        data = server.graphql("{ Get { Thing { number _additional { vector vectors { side } } } } }")["Get"]["Thing"]
        assert [(hit["_additional"]["vector"], hit["_additional"]["vectors"]["side"]) for hit in data] == [
            ([1, 0], []), ([0, 1], [1, 0, 0]), ([], [0, 0, 1])]
        if round == 0:
            assert server.stop() == 0
            server.start()


def test_a_vector_of_the_class_does_not_come_beside_named_ones(server) -> None:
    definition = send(server, "POST", "/v1/schema", {"class": "Thing", "vectorConfig": {"side": {"vectorizer": {"none": {}}}}})
    definition |= {"vectorizer": "none", "vectorIndexType": "hnsw"}
    status, answer = server.request("PUT", "/v1/schema/Thing", definition)
    assert status == 422 and "cannot get a class level vector" in answer["error"][0]["message"], answer
    plain = {"class": "Other", "vectorizer": "none"}
    definition = send(server, "POST", "/v1/schema", plain)
    definition["vectorConfig"] = {"default": {"vectorizer": {"none": {}}}}
    status, answer = server.request("PUT", "/v1/schema/Other", definition)
    assert status == 422 and "'default'" in answer["error"][0]["message"], answer
