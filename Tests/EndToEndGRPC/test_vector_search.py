# SPDX-License-Identifier: Apache-2.0
"""Searches by vectors and objects, held to distances computed here."""
from __future__ import annotations

import numpy
import pytest
from conftest import integer, number_id, numbers_of, text
from weaviate.classes.config import Configure, VectorDistances
from weaviate.classes.data import DataObject
from weaviate.classes.query import Filter, GroupBy, MetadataQuery
from weaviate.exceptions import WeaviateQueryError

VECTORS = numpy.random.default_rng(3).normal(size=(200, 16)).astype("float32")
QUERY = numpy.random.default_rng(4).normal(size=16).astype("float32")


def cosine(query=QUERY, vectors=VECTORS) -> numpy.ndarray:
    query, vectors = query.astype("float64"), vectors.astype("float64")
    return 1 - vectors @ query / numpy.linalg.norm(vectors, axis=1) / numpy.linalg.norm(query)


def fill(made, vectors=VECTORS):
    result = made.data.insert_many([DataObject(
        uuid=number_id(n), properties={"title": f"word{n % 5}", "number": n}, vector=vector.tolist())
        for n, vector in enumerate(vectors)])
    assert not result.has_errors
    return made


@pytest.fixture(scope="module")
def things(make_for_module):
    return fill(make_for_module(text("title"), integer("number")))


def test_the_nearest_come_first_with_their_distances(things):
    found = things.query.near_vector(QUERY.tolist(), limit=20, return_metadata=["distance", "certainty"])
    expected = numpy.argsort(cosine(), kind="stable")[:20]
    assert numbers_of(found) == expected.tolist()
    for item, distance in zip(found.objects, cosine()[expected]):
        assert item.metadata.distance == pytest.approx(distance, abs=1e-5)
        assert item.metadata.certainty == pytest.approx(1 - distance / 2, abs=1e-5)


def test_a_vector_may_be_a_list_or_an_array(things):
    assert numbers_of(things.query.near_vector(QUERY, limit=5)) == numbers_of(
        things.query.near_vector(QUERY.tolist(), limit=5))


def test_limit_and_offset_cut_a_window_of_the_nearest(things):
    expected = numpy.argsort(cosine(), kind="stable")
    assert numbers_of(things.query.near_vector(QUERY, limit=5, offset=10)) == expected[10:15].tolist()
    assert len(things.query.near_vector(QUERY).objects) == 10


def test_a_distance_or_a_certainty_is_a_limit(things):
    distances = cosine()
    border = float(numpy.sort(distances)[29:31].mean())
    expected = numpy.argsort(distances, kind="stable")[:30].tolist()
    assert numbers_of(things.query.near_vector(QUERY, distance=border, limit=100)) == expected
    assert numbers_of(things.query.near_vector(QUERY, certainty=1 - border / 2, limit=100)) == expected
    with pytest.raises(WeaviateQueryError, match="(?i)distance and certainty"):
        things.query.near_vector(QUERY, distance=0.5, certainty=0.5)


def test_a_filter_leaves_the_nearest_of_those_that_fulfill_it(things):
    found = things.query.near_vector(QUERY, limit=7, filters=Filter.by_property("title").equal("word3"))
    assert numbers_of(found) == [n for n in numpy.argsort(cosine(), kind="stable") if n % 5 == 3][:7]


def test_an_object_is_as_good_as_its_vector(things):
    found = things.query.near_object(number_id(42), limit=10, return_metadata=["distance"])
    expected = numpy.argsort(cosine(VECTORS[42]), kind="stable")[:10]
    assert numbers_of(found) == expected.tolist()
    assert found.objects[0].metadata.distance == pytest.approx(0, abs=1e-6)
    with pytest.raises(WeaviateQueryError, match="(?i)not found|vector"):
        things.query.near_object(number_id(9999))


def test_autocut_cuts_after_jumps(make):
    made = make(integer("number"), vector_config=Configure.Vectors.self_provided(
        vector_index_config=Configure.VectorIndex.hnsw(distance_metric=VectorDistances.L2_SQUARED)))
    places = [0.0, 0.01, 0.02, 5.0, 5.01, 5.02]
    made.data.insert_many([DataObject(properties={"number": n}, uuid=number_id(n), vector=[place, 0])
                           for n, place in enumerate(places)])
    assert numbers_of(made.query.near_vector([0, 0], auto_limit=1)) == [0, 1, 2]


@pytest.mark.parametrize("metric,formula", [
    (VectorDistances.COSINE, cosine),
    (VectorDistances.DOT, lambda: -(VECTORS.astype("float64") @ QUERY.astype("float64"))),
    (VectorDistances.L2_SQUARED, lambda: ((VECTORS.astype("float64") - QUERY) ** 2).sum(axis=1)),
    (VectorDistances.MANHATTAN, lambda: numpy.abs(VECTORS.astype("float64") - QUERY).sum(axis=1)),
    (VectorDistances.HAMMING, lambda: (VECTORS != QUERY).sum(axis=1))])
def test_every_metric_gives_its_distances(make, metric, formula):
    made = fill(make(text("title"), integer("number"), vector_config=Configure.Vectors.self_provided(
        vector_index_config=Configure.VectorIndex.hnsw(distance_metric=metric))))
    found = made.query.near_vector(QUERY, limit=10, return_metadata=["distance"])
    assert [item.metadata.distance for item in found.objects] == pytest.approx(numpy.sort(formula())[:10], rel=1e-4)
    if metric != VectorDistances.HAMMING:
        assert numbers_of(found) == numpy.argsort(formula(), kind="stable")[:10].tolist()


def test_results_are_grouped_by_a_property(things):
    found = things.query.near_vector(
        QUERY, limit=50, group_by=GroupBy(prop="title", objects_per_group=2, number_of_groups=3),
        return_metadata=MetadataQuery(distance=True), return_properties=["number"])
    nearest = numpy.argsort(cosine(), kind="stable")[:50].tolist()
    order = list(dict.fromkeys(f"word{n % 5}" for n in nearest))[:3]
    assert list(found.groups) == order
    for name, group in found.groups.items():
        members = [n for n in nearest if f"word{n % 5}" == name][:2]
        assert [o.properties["number"] for o in group.objects] == members and group.number_of_objects == 2
        assert group.min_distance == pytest.approx(cosine()[members[0]], abs=1e-5)
        assert group.max_distance == pytest.approx(cosine()[members[-1]], abs=1e-5)
        assert all(o.belongs_to_group == name for o in group.objects)
    assert [o.properties["number"] for o in found.objects] == [
        o.properties["number"] for group in found.groups.values() for o in group.objects]
    by_object = things.query.near_object(
        number_id(1), limit=20, group_by=GroupBy(prop="number", objects_per_group=1, number_of_groups=4))
    assert list(by_object.groups) == [str(n) for n in numpy.argsort(cosine(VECTORS[1]), kind="stable")[:4]]


def test_a_wrong_dimension_is_refused_and_the_connection_stays_good(things):
    with pytest.raises(WeaviateQueryError, match="vector lengths don't match"):
        things.query.near_vector([1.0, 2.0])
    assert len(things.query.near_vector(QUERY).objects) == 10


def test_changed_and_deleted_objects_are_found_as_they_are_now(make):
    made = fill(make(text("title"), integer("number")))
    nearest = int(numpy.argmin(cosine()))
    made.data.delete_by_id(number_id(nearest))
    second = int(numpy.argsort(cosine(), kind="stable")[1])
    assert numbers_of(made.query.near_vector(QUERY, limit=1)) == [second]
    made.data.update(number_id(7), vector=QUERY.tolist())
    assert numbers_of(made.query.near_vector(QUERY, limit=2)) == [7, second]


def test_thousands_of_vectors_are_found_as_an_exact_search_finds_them(make):
    vectors = numpy.random.default_rng(5).normal(size=(5000, 24)).astype("float32")
    made = make(integer("number"))
    with made.batch.dynamic() as batch:
        for n, vector in enumerate(vectors):
            batch.add_object({"number": n}, uuid=number_id(n), vector=vector.tolist())
    assert made.batch.failed_objects == []
    hits = 0
    for query in numpy.random.default_rng(6).normal(size=(50, 24)).astype("float32"):
        expected = set(numpy.argsort(cosine(query, vectors))[:10].tolist())
        hits += len(expected & set(numbers_of(made.query.near_vector(query, limit=10))))
    assert hits >= 0.97 * 500
