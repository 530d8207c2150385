# SPDX-License-Identifier: Apache-2.0
"""Batches of every kind: sized by the client, by its user, by the clock, and by the server on one stream."""
from __future__ import annotations

import random

import pytest
from conftest import integer, number_id, numbers_of, text
from weaviate.classes.config import Configure, ReferenceProperty
from weaviate.classes.data import DataObject, DataReference
from weaviate.classes.query import Filter, QueryReference

KINDS = {
    "dynamic": lambda batch: batch.dynamic(),
    "fixed": lambda batch: batch.fixed_size(batch_size=50, concurrent_requests=2),
    "rate": lambda batch: batch.rate_limit(requests_per_minute=6000),
    "stream": lambda batch: batch.stream(),
}


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


@pytest.fixture
def things(make):
    return make(text("title"), integer("number"))


def test_a_collections_batch_stores_what_it_is_given(things, kind):
    randomness = random.Random(1)
    vectors = [[randomness.random() for _ in range(8)] for _ in range(300)]
    with kind(things.batch) as batch:
        for number, vector in enumerate(vectors):
            batch.add_object({"title": f"t{number}", "number": number}, uuid=number_id(number), vector=vector)
    assert things.batch.failed_objects == []
    assert len(things) == 300
    found = things.query.near_vector(vectors[123], limit=1, include_vector=True).objects[0]
    assert found.properties == {"title": "t123", "number": 123}
    assert found.vector["default"] == pytest.approx(vectors[123], abs=1e-7)


def test_a_clients_batch_fills_several_collections(client, make, kind):
    first, second = make(integer("number")), make(text("title"))
    with kind(client.batch) as batch:
        for number in range(100):
            batch.add_object(first.name, {"number": number})
            batch.add_object(second.name, {"title": f"t{number}"})
    assert client.batch.failed_objects == []
    assert (len(first), len(second)) == (100, 100)


def test_objects_that_fail_are_reported_and_the_others_stored(things, kind):
    with kind(things.batch) as batch:
        for number in range(100):
            value = "no number" if number % 10 == 3 else number
            batch.add_object({"title": "t", "number": value}, uuid=number_id(number))
    failed = things.batch.failed_objects
    assert sorted(str(item.object_.uuid) for item in failed) == [number_id(n) for n in range(3, 100, 10)]
    assert all("number" in item.message for item in failed)
    assert len(things) == 90


def test_a_batch_ends_early_when_its_user_has_seen_too_many_errors(things):
    sent = 0
    with things.batch.fixed_size(batch_size=10, concurrent_requests=1) as batch:
        for _ in range(2000):
            batch.add_object({"number": "no"})
            sent += 1
            if batch.number_errors > 20:
                break
    assert 20 < len(things.batch.failed_objects) <= sent < 2000


def test_references_are_made_in_batches_beside_their_objects(client, make, kind):
    target = make(text("name"))
    things = make(integer("number"), references=[ReferenceProperty(name="to", target_collection=target.name)])
    with kind(client.batch) as batch:
        for number in range(60):
            batch.add_object(target.name, {"name": f"n{number}"}, uuid=number_id(1000 + number))
        for number in range(60):
            batch.add_object(things.name, {"number": number}, uuid=number_id(number))
    assert client.batch.failed_objects == []
    with kind(client.batch) as batch:
        for number in range(60):
            batch.add_reference(from_collection=things.name, from_uuid=number_id(number), from_property="to",
                                to=number_id(1000 + number))
    assert client.batch.failed_references == []
    found = things.query.fetch_objects(
        filters=Filter.by_ref("to").by_property("name").equal("n7"), return_references=QueryReference(link_on="to"))
    assert numbers_of(found) == [7]
    assert found.objects[0].references["to"].objects[0].properties == {"name": "n7"}


def test_objects_and_their_references_go_in_together(make, kind):
    target = make(text("name"))
    things = make(integer("number"), references=[ReferenceProperty(name="to", target_collection=target.name)])
    target.data.insert_many([DataObject(properties={"name": f"n{n}"}, uuid=number_id(n)) for n in range(5)])
    with kind(things.batch) as batch:
        for number in range(50):
            batch.add_object({"number": number}, references={"to": number_id(number % 5)}, uuid=number_id(100 + number))
    assert things.batch.failed_objects == []
    found = things.query.fetch_objects(filters=Filter.by_ref("to").by_property("name").equal("n3"), limit=100)
    assert sorted(numbers_of(found)) == [103 + 5 * n for n in range(10)]


def test_references_that_fail_are_reported(make, kind):
    target = make(text("name"))
    things = make(integer("number"), references=[ReferenceProperty(name="to", target_collection=target.name)])
    things.data.insert_many([DataObject(properties={"number": n}, uuid=number_id(n)) for n in range(4)])
    target.data.insert({"name": "n"}, uuid=number_id(10))
    with kind(things.batch) as batch:
        for number in range(6):
            # There are objects 0 to 3.
            batch.add_reference(from_uuid=number_id(number), from_property="to", to=number_id(10))
    failed = things.batch.failed_references
    assert sorted(str(item.reference.from_object_uuid) for item in failed) == [number_id(4), number_id(5)]
    assert all(str(item.reference.from_object_uuid) in item.message for item in failed)
    assert len(things.query.fetch_objects(filters=Filter.by_ref_count("to").equal(1)).objects) == 4


def test_a_batch_goes_to_a_tenant(make, kind):
    things = make(integer("number"), multi_tenancy_config=Configure.multi_tenancy(enabled=True))
    things.tenants.create(["a", "b"])
    with kind(things.with_tenant("a").batch) as batch:
        for number in range(40):
            batch.add_object({"number": number})
    assert (len(things.with_tenant("a")), len(things.with_tenant("b"))) == (40, 0)


@pytest.mark.parametrize("name", ["dynamic", "stream"])
def test_ten_thousand_objects_are_all_there_right_after(things, name):
    randomness = random.Random(2)
    with KINDS[name](things.batch) as batch:
        for number in range(10_000):
            batch.add_object({"title": f"word{number % 100}", "number": number}, uuid=number_id(number),
                             vector=[randomness.gauss(0, 1) for _ in range(32)])
    assert things.batch.failed_objects == []
    assert len(things) == 10_000
    probe = things.query.fetch_object_by_id(number_id(4321), include_vector=True)
    assert numbers_of(things.query.near_vector(probe.vector["default"], limit=1)) == [4321]
    found = things.query.fetch_objects(filters=Filter.by_property("title").equal("word42"), limit=200)
    assert sorted(numbers_of(found)) == list(range(42, 10_000, 100))


def test_ingest_takes_any_iterable(things):
    result = things.data.ingest({"title": "t", "number": number} for number in range(500))
    assert not result.has_errors and len(things) == 500


def test_many_references_are_added_at_once(make):
    target = make(text("name"))
    things = make(integer("number"), references=[ReferenceProperty(name="to", target_collection=target.name)])
    targets = target.data.insert_many([{"name": f"n{n}"} for n in range(20)]).uuids
    source = things.data.insert({"number": 1})
    result = things.data.reference_add_many(
        [DataReference(from_uuid=source, from_property="to", to_uuid=identity) for identity in targets.values()])
    assert not result.has_errors
    found = things.query.fetch_object_by_id(source, return_references=QueryReference(link_on="to"))
    assert len(found.references["to"].objects) == 20


def test_an_object_without_an_id_gets_one_and_says_which(things):
    with things.batch.dynamic() as batch:
        given = [str(batch.add_object({"number": number})) for number in range(5)]
    assert sorted(str(item.uuid) for item in things.query.fetch_objects().objects) == sorted(given)
    assert sorted(str(identity) for identity in things.batch.results.objs.uuids.values()) == sorted(given)
