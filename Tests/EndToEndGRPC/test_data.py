# SPDX-License-Identifier: Apache-2.0
"""Single objects and small batches: put in, changed, found and removed."""
from __future__ import annotations

import uuid

import pytest
from conftest import integer, number_id, text
from weaviate.classes.config import Configure
from weaviate.classes.data import DataObject
from weaviate.classes.query import Filter
from weaviate.collections.classes.config import ConsistencyLevel
from weaviate.exceptions import (
    UnexpectedStatusCodeError, WeaviateInsertManyAllFailedError, WeaviateQueryError)
from weaviate.util import generate_uuid5


@pytest.fixture
def things(make):
    return make(text("title"), integer("year"))


def test_an_object_is_inserted_and_found_by_its_id(things):
    identity = things.data.insert({"title": "one", "year": 1}, vector=[0.5, 0.25])
    found = things.query.fetch_object_by_id(identity, include_vector=True)
    assert found.uuid == identity and found.properties == {"title": "one", "year": 1}
    assert found.vector == {"default": [0.5, 0.25]} and found.collection == things.name
    assert things.data.exists(identity)
    assert things.query.fetch_object_by_id(uuid.uuid4()) is None
    assert not things.data.exists(uuid.uuid4())


def test_an_id_of_ones_own_is_kept_and_taken_once(things):
    identity = generate_uuid5({"title": "one"}, things.name)
    assert str(things.data.insert({"title": "one"}, uuid=identity)) == identity
    with pytest.raises(UnexpectedStatusCodeError, match="already exists"):
        things.data.insert({"title": "again"}, uuid=identity)


def test_an_update_changes_what_it_names_and_a_replacement_everything(things):
    identity = things.data.insert({"title": "one", "year": 1}, vector=[1, 0])
    things.data.update(identity, {"year": 2})
    found = things.query.fetch_object_by_id(identity, include_vector=True)
    assert found.properties == {"title": "one", "year": 2} and found.vector["default"] == [1, 0]
    things.data.update(identity, vector=[0, 1])
    assert things.query.fetch_object_by_id(identity, include_vector=True).vector["default"] == [0, 1]
    things.data.replace(identity, {"title": "other"}, vector=[1, 1])
    found = things.query.fetch_object_by_id(identity, include_vector=True)
    assert found.properties == {"title": "other", "year": None} and found.vector["default"] == [1, 1]
    with pytest.raises(UnexpectedStatusCodeError):
        things.data.replace(uuid.uuid4(), {"title": "nobody"})


def test_an_object_is_deleted_by_its_id(things):
    identity = things.data.insert({"title": "one"})
    assert things.data.delete_by_id(identity)
    assert things.query.fetch_object_by_id(identity) is None and not things.data.exists(identity)
    # As in Weaviate, it is no error that there is no such object any more.
    assert things.data.delete_by_id(identity)


def test_many_objects_are_inserted_at_once_with_and_without_ids_and_vectors(things):
    result = things.data.insert_many([
        {"title": "plain"},
        DataObject(properties={"title": "with all", "year": 2}, uuid=number_id(2), vector=[1, 0]),
        DataObject(properties={"title": "named"}, vector={"default": [0, 1]}),
        DataObject(),
    ])
    assert not result.has_errors and sorted(result.uuids) == [0, 1, 2, 3]
    assert str(result.uuids[1]) == number_id(2) and len(result.all_responses) == 4
    found = things.query.fetch_object_by_id(result.uuids[2], include_vector=True)
    assert found.properties == {"title": "named", "year": None} and found.vector["default"] == [0, 1]
    assert [item.properties["title"] for item in things.query.near_vector([1, 0.1]).objects] == ["with all", "named"]


def test_a_bad_object_fails_alone_and_says_why(things):
    result = things.data.insert_many([
        DataObject(properties={"title": "good"}, vector=[1, 0]),
        DataObject(properties={"title": "bad", "year": "no number"}, vector=[1, 0]),
        DataObject(properties={"title": "too long"}, vector=[1, 0, 0]),
        DataObject(properties={"title": "good too"}, vector=[0, 1]),
    ])
    assert result.has_errors and sorted(result.errors) == [1, 2] and sorted(result.uuids) == [0, 3]
    assert "year" in result.errors[1].message
    assert "vector" in result.errors[2].message and "3" in result.errors[2].message
    assert len(things) == 2


def test_objects_that_all_fail_are_an_error(things):
    with pytest.raises(WeaviateInsertManyAllFailedError, match="year"):
        things.data.insert_many([{"year": "no"}, {"year": "number"}])


def test_an_empty_list_is_an_error_of_the_client_and_the_connection_stays_good(things):
    with pytest.raises(WeaviateInsertManyAllFailedError):
        things.data.insert_many([])
    assert len(things) == 0


def test_the_last_of_an_id_in_one_batch_wins(things):
    things.data.insert_many([
        DataObject(properties={"title": "first"}, uuid=number_id(1)),
        DataObject(properties={"title": "last"}, uuid=number_id(1))])
    assert [item.properties["title"] for item in things.query.fetch_objects().objects] == ["last"]


@pytest.fixture
def numbered(things):
    things.data.insert_many([
        DataObject(properties={"title": f"word{number % 3} common", "year": number}, uuid=number_id(number))
        for number in range(30)])
    return things


def test_objects_are_deleted_by_a_filter(numbered):
    result = numbered.data.delete_many(Filter.by_property("year").less_than(10))
    assert (result.matches, result.successful, result.failed, result.objects) == (10, 10, 0, None)
    assert len(numbered) == 20
    result = numbered.data.delete_many(
        Filter.by_property("title").equal("word1") & Filter.by_property("year").greater_or_equal(20))
    assert result.successful == len([n for n in range(20, 30) if n % 3 == 1])
    assert numbered.data.delete_many(Filter.by_property("year").equal(-1)).matches == 0


def test_a_deletion_tells_what_it_deleted_when_asked(numbered):
    result = numbered.data.delete_many(Filter.by_property("year").less_than(3), verbose=True)
    assert sorted(str(item.uuid) for item in result.objects) == [number_id(n) for n in range(3)]
    assert all(item.successful and not item.error for item in result.objects)


def test_a_dry_run_deletes_nothing(numbered):
    result = numbered.data.delete_many(Filter.by_property("year").less_than(3), dry_run=True, verbose=True)
    assert result.matches == 3 and sorted(str(item.uuid) for item in result.objects) == [
        number_id(n) for n in range(3)]
    assert len(numbered) == 30


def test_objects_are_deleted_by_their_ids(numbered):
    result = numbered.data.delete_many(Filter.by_id().contains_any([number_id(1), number_id(2), number_id(99)]))
    assert result.successful == 2 and not numbered.data.exists(number_id(1))


@pytest.mark.parametrize("level", list(ConsistencyLevel))
def test_every_consistency_level_is_taken(things, level):
    leveled = things.with_consistency_level(level)
    identity = leveled.data.insert({"title": "one"}, vector=[1, 0])
    assert not leveled.data.insert_many([DataObject(properties={"title": "two"}, vector=[0, 1])]).has_errors
    assert leveled.query.fetch_object_by_id(identity).properties["title"] == "one"
    assert len(leveled.query.near_vector([1, 0]).objects) == 2
    leveled.data.delete_by_id(identity)
    assert leveled.data.delete_many(Filter.by_property("title").equal("two")).successful == 1


def test_auto_schema_makes_a_collection_of_what_it_is_given(client, make):
    name = make.name()
    unknown = client.collections.use(name)
    result = unknown.data.insert_many([{
        "title": "one", "count": 3, "share": 0.5, "isGood": True, "words": ["a", "b"],
        "when": "2024-05-06T07:08:09Z", "inner": {"word": "x"}}])
    assert not result.has_errors
    kinds = {p.name: p.data_type.value for p in unknown.config.get().properties}
    assert kinds == {"title": "text", "count": "number", "share": "number", "isGood": "boolean", "words": "text[]",
                     "when": "date", "inner": "object"}


def test_a_vector_for_no_place_is_refused(make):
    named = make(text("title"), vector_config=[Configure.Vectors.self_provided(name="first"),
                                              Configure.Vectors.self_provided(name="second")])
    result = named.data.insert_many([
        DataObject(properties={"title": "good"}, vector={"first": [1, 0]}),
        DataObject(properties={"title": "bad"}, vector={"third": [1, 0]})])
    assert sorted(result.errors) == [1] and "third" in result.errors[1].message


def test_an_unknown_collection_is_named_in_the_refusal(client):
    with pytest.raises(WeaviateQueryError, match="Nosuch"):
        client.collections.use("Nosuch").query.fetch_objects()
