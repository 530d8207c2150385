# SPDX-License-Identifier: Apache-2.0
"""Listing objects: windows, orders, cursors, what is returned of each."""
from __future__ import annotations

import datetime
import uuid

import pytest
from conftest import integer, number_id, numbers_of, text
from weaviate.classes.config import DataType, Property
from weaviate.classes.data import DataObject
from weaviate.classes.query import Filter, MetadataQuery, Sort
from weaviate.exceptions import WeaviateInvalidInputError, WeaviateQueryError

WORDS = ["pear", "Apple", "fig", "banana", "apple", "cherry", None]


@pytest.fixture(scope="module")
def things(make_for_module):
    made = make_for_module(
        text("word"), integer("number"), integer("group"), Property(name="share", data_type=DataType.NUMBER),
        Property(name="isGood", data_type=DataType.BOOL), Property(name="day", data_type=DataType.DATE))
    made.data.insert_many([DataObject(
        uuid=number_id(number), vector=[number, 1],
        properties={"word": WORDS[number % 7], "number": number, "group": number % 3, "share": (number * 7 % 20) / 8,
                    "isGood": number % 2 == 0,
                    "day": datetime.datetime(2024, 1, 1 + number * 11 % 20, tzinfo=datetime.timezone.utc)})
        for number in range(20)])
    return made


def test_without_a_limit_ten_objects_come_in_the_order_of_their_ids(things):
    assert numbers_of(things.query.fetch_objects()) == list(range(10))


def test_limit_and_offset_cut_a_window(things):
    assert numbers_of(things.query.fetch_objects(limit=5)) == [0, 1, 2, 3, 4]
    assert numbers_of(things.query.fetch_objects(limit=5, offset=17)) == [17, 18, 19]
    assert numbers_of(things.query.fetch_objects(limit=100)) == list(range(20))


def test_a_cursor_goes_through_all(things):
    seen, after = [], None
    while True:
        page = things.query.fetch_objects(limit=7, after=after)
        if not page.objects:
            break
        seen += numbers_of(page)
        after = page.objects[-1].uuid
    assert seen == list(range(20))


def test_objects_are_sorted_by_a_property(things):
    up = things.query.fetch_objects(sort=Sort.by_property("share"), limit=20)
    assert [o.properties["share"] for o in up.objects] == sorted((n * 7 % 20) / 8 for n in range(20))
    down = things.query.fetch_objects(sort=Sort.by_property("share", ascending=False), limit=3)
    assert [o.properties["share"] for o in down.objects] == [19 / 8, 18 / 8, 17 / 8]


def test_texts_are_sorted_by_their_letters_and_nothing_comes_first(things):
    found = things.query.fetch_objects(sort=Sort.by_property("word").by_property("number"), limit=20)
    words = [o.properties["word"] for o in found.objects]
    assert words[:2] == [None, None]
    assert [word.lower() for word in words[2:]] == sorted(word.lower() for word in words[2:])


def test_orders_are_chained(things):
    found = things.query.fetch_objects(
        sort=Sort.by_property("group").by_property("number", ascending=False), limit=20)
    assert numbers_of(found) == sorted(range(20), key=lambda n: (n % 3, -n))
    found = things.query.fetch_objects(sort=Sort.by_property("isGood", ascending=False).by_property("day"), limit=20)
    assert numbers_of(found) == sorted(range(20), key=lambda n: (n % 2, n * 11 % 20))


def test_objects_are_sorted_by_id_and_by_time(things):
    assert numbers_of(things.query.fetch_objects(sort=Sort.by_id(ascending=False), limit=3)) == [19, 18, 17]
    for sort in (Sort.by_creation_time(), Sort.by_update_time(ascending=False)):
        assert len(things.query.fetch_objects(sort=sort, limit=100).objects) == 20


def test_a_filter_goes_before_sort_and_limit(things):
    found = things.query.fetch_objects(
        filters=Filter.by_property("group").equal(1), sort=Sort.by_property("number", ascending=False), limit=3)
    assert numbers_of(found) == [19, 16, 13]


def test_only_what_is_named_is_returned(things):
    found = things.query.fetch_objects(return_properties=["number", "word"], limit=1)
    assert found.objects[0].properties == {"number": 0, "word": "pear"}
    assert things.query.fetch_objects(return_properties=False, limit=1).objects[0].properties == {}
    assert things.query.fetch_objects(return_properties=[], limit=1).objects[0].properties == {}
    assert set(things.query.fetch_objects(return_properties=True, limit=1).objects[0].properties) == {
        "word", "number", "group", "share", "isGood", "day"}


def test_vectors_come_when_they_are_asked_for(things):
    assert things.query.fetch_objects(limit=1).objects[0].vector == {}
    assert things.query.fetch_objects(limit=1, include_vector=True).objects[0].vector == {"default": [0, 1]}
    assert things.query.fetch_objects(limit=1, include_vector=["default"]).objects[0].vector == {"default": [0, 1]}


def test_metadata_comes_when_it_is_asked_for(things):
    plain = things.query.fetch_objects(limit=1).objects[0].metadata
    assert plain.creation_time is None and plain.distance is None and plain.score is None
    before = datetime.datetime.now(datetime.timezone.utc)
    full = things.query.fetch_objects(limit=1, return_metadata=MetadataQuery.full()).objects[0].metadata
    assert full.creation_time <= full.last_update_time <= before
    assert before - full.creation_time < datetime.timedelta(hours=1)
    named = things.query.fetch_objects(limit=1, return_metadata=["creation_time"]).objects[0].metadata
    assert named.creation_time == full.creation_time and named.last_update_time is None


def test_objects_are_fetched_by_their_ids(things):
    wanted = [number_id(3), number_id(17), str(uuid.uuid4()), number_id(5)]
    found = things.query.fetch_objects_by_ids(wanted)
    assert sorted(numbers_of(found)) == [3, 5, 17]
    assert numbers_of(things.query.fetch_objects_by_ids(wanted, limit=1, sort=Sort.by_id(ascending=False))) == [17]
    assert things.query.fetch_objects_by_ids([]).objects == []


def test_one_object_is_fetched_with_all_there_is(things):
    found = things.query.fetch_object_by_id(number_id(4), include_vector=True, return_properties=["number"])
    assert found.properties == {"number": 4} and found.vector == {"default": [4, 1]}
    assert found.metadata.creation_time is not None


def test_an_unknown_property_is_named(things):
    with pytest.raises(WeaviateQueryError, match="nosuch"):
        things.query.fetch_objects(return_properties=["nosuch"])
    with pytest.raises(WeaviateQueryError, match="nosuch"):
        things.query.fetch_objects(sort=Sort.by_property("nosuch"))


def test_a_window_beyond_the_limit_is_refused(things):
    with pytest.raises(WeaviateQueryError, match="(?i)limit|maximum|results"):
        things.query.fetch_objects(limit=5, offset=10_000)


def test_a_cursor_beside_a_filter_is_refused(things):
    with pytest.raises((WeaviateQueryError, WeaviateInvalidInputError)):
        things.query.fetch_objects(after=number_id(1), limit=2, offset=3)
    with pytest.raises((WeaviateQueryError, WeaviateInvalidInputError)):
        things.query.fetch_objects(after=number_id(1), filters=Filter.by_property("group").equal(1))
