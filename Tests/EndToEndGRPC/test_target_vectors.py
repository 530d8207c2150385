# SPDX-License-Identifier: Apache-2.0
"""Objects with several named vectors, searched by one of them, by several, and by several queries for one."""
from __future__ import annotations

import numpy
import pytest
from conftest import integer, number_id, numbers_of
from weaviate.classes.config import Configure, VectorDistances
from weaviate.classes.data import DataObject
from weaviate.classes.query import Filter, NearVector, TargetVectors
from weaviate.exceptions import WeaviateQueryError

COUNT = 60
FIRST = numpy.random.default_rng(1).normal(size=(COUNT, 6)).astype("float32")
SECOND = numpy.random.default_rng(2).normal(size=(COUNT, 4)).astype("float32")
QUERIES = {"first": FIRST[5] + 0.1, "second": SECOND[9] + 0.1}


def distances(query, vectors) -> numpy.ndarray:
    query, vectors = query.astype("float64"), vectors.astype("float64")
    return 1 - vectors @ query / numpy.linalg.norm(vectors, axis=1) / numpy.linalg.norm(query)


ONE = distances(QUERIES["first"], FIRST)
TWO = distances(QUERIES["second"], SECOND)


@pytest.fixture(scope="module")
def things(make_for_module):
    made = make_for_module(integer("number"), vector_config=[
        Configure.Vectors.self_provided(name="first"),
        Configure.Vectors.self_provided(name="second", vector_index_config=Configure.VectorIndex.flat()),
        Configure.Vectors.self_provided(name="rare", vector_index_config=Configure.VectorIndex.hnsw(
            distance_metric=VectorDistances.L2_SQUARED))])
    result = made.data.insert_many([DataObject(
        uuid=number_id(n), properties={"number": n},
        vector={"first": FIRST[n].tolist(), "second": SECOND[n].tolist()} | ({"rare": [n, n]} if n < 3 else {}))
        for n in range(COUNT)])
    assert not result.has_errors
    return made


def check(found, expected: numpy.ndarray) -> None:
    order = numpy.argsort(expected, kind="stable")[:len(found.objects)]
    assert len(order) >= 10
    assert numbers_of(found) == order.tolist()
    assert [item.metadata.distance for item in found.objects] == pytest.approx(expected[order], abs=1e-4)


def test_one_of_the_vectors_is_searched(things):
    found = things.query.near_vector(QUERIES["first"], target_vector="first", limit=10, return_metadata=["distance"])
    check(found, ONE)
    found = things.query.near_vector(QUERIES["second"], target_vector="second", limit=10, return_metadata=["distance"])
    check(found, TWO)
    assert numbers_of(things.query.near_vector([2, 2], target_vector="rare")) == [2, 1, 0]


def test_the_vectors_asked_for_are_returned(things):
    found = things.query.fetch_object_by_id(number_id(1), include_vector=True)
    assert {name: len(vector) for name, vector in found.vector.items()} == {"first": 6, "second": 4, "rare": 2}
    found = things.query.fetch_objects(limit=1, include_vector=["second"]).objects[0]
    assert found.vector == {"second": pytest.approx(SECOND[0])}
    assert set(things.query.fetch_object_by_id(number_id(9), include_vector=True).vector) == {"first", "second"}


def test_a_search_without_a_target_is_refused(things):
    with pytest.raises(WeaviateQueryError, match="(?i)target"):
        things.query.near_vector(QUERIES["first"])
    with pytest.raises(WeaviateQueryError, match="nosuch"):
        things.query.near_vector(QUERIES["first"], target_vector="nosuch")


COMBINATIONS = {
    "sum": (TargetVectors.sum(["first", "second"]), ONE + TWO),
    "average": (TargetVectors.average(["first", "second"]), (ONE + TWO) / 2),
    "minimum": (TargetVectors.minimum(["first", "second"]), numpy.minimum(ONE, TWO)),
    "list": (["first", "second"], numpy.minimum(ONE, TWO)),
    "weights": (TargetVectors.manual_weights({"first": 0.2, "second": 3}), 0.2 * ONE + 3 * TWO),
}


@pytest.mark.parametrize("name", COMBINATIONS)
def test_distances_to_several_targets_are_combined(things, name):
    # With a limit of all: the nearest by a sum are looked for among the nearest of each target.
    target, expected = COMBINATIONS[name]
    check(things.query.near_vector(QUERIES, target_vector=target, limit=COUNT, return_metadata=["distance"]), expected)


def test_relative_scores_put_the_nearest_of_both_first(things):
    found = things.query.near_vector(
        QUERIES, target_vector=TargetVectors.relative_score({"first": 1, "second": 1}), limit=COUNT,
        return_metadata=["distance"])
    combined = [item.metadata.distance for item in found.objects]
    assert combined == sorted(combined) and len(found.objects) == COUNT
    scaled = sum((d - d.min()) / (d.max() - d.min()) for d in (ONE, TWO))
    assert numbers_of(found)[0] == int(numpy.argmin(scaled))


def test_a_sum_leaves_out_objects_that_lack_a_vector(things):
    query = QUERIES["first"]
    found = things.query.near_vector(
        {"first": query, "rare": [0, 0]}, target_vector=TargetVectors.sum(["first", "rare"]), limit=COUNT)
    assert sorted(numbers_of(found)) == [0, 1, 2]


def test_several_vectors_are_given_for_one_target(things):
    queries = [FIRST[5] + 0.1, FIRST[20] + 0.1]
    expected = sum(distances(query, FIRST) for query in queries)
    given = {"first": NearVector.list_of_vectors(*[query.tolist() for query in queries])}
    found = things.query.near_vector(
        given, target_vector=TargetVectors.sum(["first"]), limit=COUNT, return_metadata=["distance"])
    check(found, expected)
    found = things.query.near_vector(
        {"first": [query.tolist() for query in queries], "second": QUERIES["second"].tolist()},
        target_vector=TargetVectors.average(["first", "second"]), limit=COUNT, return_metadata=["distance"])
    check(found, (expected + TWO) / 3)
    found = things.query.near_vector(
        {"first": [query.tolist() for query in queries], "second": QUERIES["second"].tolist()},
        target_vector=TargetVectors.manual_weights({"first": [1, 2], "second": 0.5}), limit=COUNT,
        return_metadata=["distance"])
    check(found, distances(queries[0], FIRST) + 2 * distances(queries[1], FIRST) + 0.5 * TWO)


def test_an_object_is_searched_by_its_named_vectors(things):
    found = things.query.near_object(
        number_id(7), target_vector="second", limit=COUNT, return_metadata=["distance"])
    check(found, distances(SECOND[7], SECOND))
    found = things.query.near_object(
        number_id(7), target_vector=TargetVectors.sum(["first", "second"]), limit=COUNT, return_metadata=["distance"])
    check(found, distances(FIRST[7], FIRST) + distances(SECOND[7], SECOND))


def test_filters_and_hybrid_searches_take_targets_too(things):
    found = things.query.near_vector(
        QUERIES, target_vector=["first", "second"], filters=Filter.by_property("number").less_than(20), limit=5)
    assert numbers_of(found) == [n for n in numpy.argsort(numpy.minimum(ONE, TWO), kind="stable") if n < 20][:5]
    hybrid = things.query.hybrid(query=None, vector=QUERIES["second"], target_vector="second", alpha=1, limit=5)
    assert numbers_of(hybrid) == numpy.argsort(TWO, kind="stable")[:5].tolist()


def test_one_vector_is_changed_and_the_others_stay(make):
    made = make(integer("number"), vector_config=[
        Configure.Vectors.self_provided(name="a"), Configure.Vectors.self_provided(name="b")])
    identity = made.data.insert({"number": 1}, vector={"a": [1, 0], "b": [0, 1, 0]})
    made.data.update(identity, vector={"b": [1, 1, 1]})
    assert made.query.fetch_object_by_id(identity, include_vector=True).vector == {"a": [1, 0], "b": [1, 1, 1]}


def test_a_vector_of_many_vectors_is_searched_by_its_best_matches(make):
    made = make(integer("number"), vector_config=[
        Configure.MultiVectors.self_provided(name="tokens"), Configure.Vectors.self_provided(name="plain")])
    rows = {1: [[1, 0], [0, 1]], 2: [[1, 0]], 3: [[-1, 0], [0, 2]]}
    result = made.data.insert_many([DataObject(
        uuid=number_id(n), properties={"number": n}, vector={"tokens": row, "plain": [n, 1]}) for n, row in rows.items()])
    assert not result.has_errors
    found = made.query.near_vector([[1, 0], [0, 1]], target_vector="tokens", return_metadata=["distance"], include_vector=True)
    # The third matches the first query by 0 and the second by 2.
    assert {n: item.metadata.distance for n, item in zip(numbers_of(found), found.objects)} == {1: -2, 3: -2, 2: -1}
    assert numbers_of(found)[2] == 2
    assert {n: item.vector["tokens"] for n, item in zip(numbers_of(found), found.objects)} == rows
    own = made.query.near_object(number_id(1), target_vector="tokens", return_metadata=["distance"])
    assert own.objects[0].metadata.distance == pytest.approx(-2)
    with pytest.raises(WeaviateQueryError, match="regular vector"):
        made.query.near_vector([1.0, 0.0], target_vector="tokens")
