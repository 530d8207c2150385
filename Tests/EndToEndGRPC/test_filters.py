# SPDX-License-Identifier: Apache-2.0
"""Every operator of every kind of filter, held to the same condition in Python."""
from __future__ import annotations

import datetime
import uuid

import pytest
from conftest import integer, number_id, numbers_of, text
from weaviate.classes.config import Configure, DataType, Property, ReferenceProperty, Tokenization
from weaviate.classes.data import DataObject, GeoCoordinate, ReferenceToMulti
from weaviate.classes.query import Filter
from weaviate.exceptions import WeaviateQueryError

UTC = datetime.timezone.utc
COUNT = 24


def day(number: int) -> datetime.datetime:
    return datetime.datetime(2024, 1, 1 + number, 12, tzinfo=UTC)


def row(n: int) -> dict:
    properties = {
        "title": f"word{n % 4} common", "code": f"AB-{n:02d}", "number": n, "share": n / 8, "isGood": n % 2 == 0,
        "day": day(n), "key": uuid.UUID(int=n), "words": [f"w{n % 3}", f"w{n % 5}"], "numbers": [n, n + 1],
        "place": GeoCoordinate(latitude=50 + n / 100, longitude=8)}
    if n % 6 == 5:
        del properties["title"], properties["share"]
    if n % 8 == 7:
        properties["words"] = []
    return properties


ROWS = {n: row(n) for n in range(COUNT)}


@pytest.fixture(scope="module")
def things(make_for_module):
    target = make_for_module(
        text("name"), integer("size"),
        inverted_index_config=Configure.inverted_index(index_timestamps=True, index_property_length=True))
    target.data.insert_many([
        DataObject(properties={"name": f"n{n}", "size": n}, uuid=number_id(1000 + n)) for n in range(4)])
    made = make_for_module(
        text("title"), text("code", tokenization=Tokenization.FIELD), integer("number"),
        Property(name="share", data_type=DataType.NUMBER, index_range_filters=True),
        Property(name="isGood", data_type=DataType.BOOL), Property(name="day", data_type=DataType.DATE),
        Property(name="key", data_type=DataType.UUID), Property(name="words", data_type=DataType.TEXT_ARRAY),
        Property(name="numbers", data_type=DataType.INT_ARRAY),
        Property(name="place", data_type=DataType.GEO_COORDINATES),
        references=[ReferenceProperty(name="to", target_collection=target.name),
                    ReferenceProperty.MultiTarget(name="any", target_collections=[target.name])],
        inverted_index_config=Configure.inverted_index(
            index_timestamps=True, index_null_state=True, index_property_length=True))
    result = made.data.insert_many([DataObject(
        properties=properties, uuid=number_id(n), vector=[n, 1],
        references={"to": [number_id(1000 + t) for t in range(n % 4)]} if n % 4 else None) for n, properties in ROWS.items()])
    assert not result.has_errors, result.errors
    made.target_name = target.name
    return made


def tokens(n: int) -> list[str]:
    return ROWS[n].get("title", "").split()


P = Filter.by_property
CASES = {
    "text equal": (P("title").equal("word1"), lambda n: "word1" in tokens(n)),
    "text equal all words": (P("title").equal("common WORD2"), lambda n: "word2" in tokens(n)),
    "text not equal": (P("title").not_equal("word1"), lambda n: "word1" not in tokens(n)),
    "text like": (P("title").like("wor*3"), lambda n: "word3" in tokens(n)),
    "field equal": (P("code").equal("AB-07"), lambda n: n == 7),
    "field like": (P("code").like("AB-1?"), lambda n: 10 <= n < 20),
    "text greater": (P("code").greater_than("AB-20"), lambda n: n > 20),
    "text contains any": (P("title").contains_any(["word0", "word3"]), lambda n: {"word0", "word3"} & set(tokens(n))),
    "text contains all": (P("title").contains_all(["word0", "common"]), lambda n: "word0" in tokens(n)),
    "text contains none": (P("title").contains_none(["word0", "word3"]), lambda n: not {"word0", "word3"} & set(tokens(n))),
    "int equal": (P("number").equal(7), lambda n: n == 7),
    "int not equal": (P("number").not_equal(7), lambda n: n != 7),
    "int less": (P("number").less_than(7), lambda n: n < 7),
    "int less or equal": (P("number").less_or_equal(7), lambda n: n <= 7),
    "int greater": (P("number").greater_than(7), lambda n: n > 7),
    "int greater or equal": (P("number").greater_or_equal(7), lambda n: n >= 7),
    "int contains any": (P("number").contains_any([1, 5, 99]), lambda n: n in (1, 5)),
    "number equal": (P("share").equal(1.5), lambda n: n == 12),
    "number less": (P("share").less_than(1.5), lambda n: n < 12 and "share" in ROWS[n]),
    "number range": (P("share").greater_or_equal(1) & P("share").less_or_equal(2),
                     lambda n: 8 <= n <= 16 and "share" in ROWS[n]),
    "bool equal": (P("isGood").equal(True), lambda n: n % 2 == 0),
    "bool not equal": (P("isGood").not_equal(True), lambda n: n % 2),
    "date equal": (P("day").equal(day(3)), lambda n: n == 3),
    "date greater": (P("day").greater_than(day(3)), lambda n: n > 3),
    "date less or equal": (P("day").less_or_equal(day(3)), lambda n: n <= 3),
    "date in another zone": (P("day").equal(day(3).astimezone(datetime.timezone(datetime.timedelta(hours=5)))),
                             lambda n: n == 3),
    "date contains any": (P("day").contains_any([day(3), day(4)]), lambda n: n in (3, 4)),
    "uuid equal": (P("key").equal(uuid.UUID(int=9)), lambda n: n == 9),
    "uuid contains any": (P("key").contains_any([uuid.UUID(int=9), uuid.UUID(int=2)]), lambda n: n in (2, 9)),
    "list equal": (P("words").equal("w4"), lambda n: "w4" in ROWS[n]["words"]),
    "list contains any": (P("words").contains_any(["w1", "w4"]), lambda n: {"w1", "w4"} & set(ROWS[n]["words"])),
    "list contains all": (P("words").contains_all(["w1", "w4"]), lambda n: {"w1", "w4"} <= set(ROWS[n]["words"])),
    "list contains none": (P("words").contains_none(["w1", "w4"]), lambda n: not {"w1", "w4"} & set(ROWS[n]["words"])),
    "numbers contain all": (P("numbers").contains_all([4, 5]), lambda n: n == 4),
    "none": (P("title").is_none(True), lambda n: "title" not in ROWS[n]),
    "not none": (P("share").is_none(False), lambda n: "share" in ROWS[n]),
    "empty list is none": (P("words").is_none(True), lambda n: n % 8 == 7),
    "length equal": (P("words", length=True).equal(2), lambda n: n % 8 != 7),
    "length less": (P("words", length=True).less_than(1), lambda n: n % 8 == 7),
    "length of text": (P("title", length=True).greater_than(10), lambda n: "title" in ROWS[n]),
    "geo": (P("place").within_geo_range(GeoCoordinate(latitude=50, longitude=8), distance=5600), lambda n: n <= 5),
    "id equal": (Filter.by_id().equal(number_id(5)), lambda n: n == 5),
    "id not equal": (Filter.by_id().not_equal(number_id(5)), lambda n: n != 5),
    "id contains any": (Filter.by_id().contains_any([number_id(5), number_id(6), number_id(99)]), lambda n: n in (5, 6)),
    "id contains none": (Filter.by_id().contains_none([number_id(5), number_id(6)]), lambda n: n not in (5, 6)),
    "and": (P("isGood").equal(True) & P("number").less_than(9), lambda n: n % 2 == 0 and n < 9),
    "or": (P("number").equal(3) | P("number").equal(4) | P("code").equal("AB-09"), lambda n: n in (3, 4, 9)),
    "not": (~P("number").less_than(20), lambda n: n >= 20),
    "nested": ((P("isGood").equal(True) | P("number").equal(3)) & ~(P("number").greater_than(8)),
               lambda n: (n % 2 == 0 or n == 3) and n <= 8),
    "all of": (Filter.all_of([P("isGood").equal(True), P("number").less_than(9), P("title").equal("word0")]),
               lambda n: n % 2 == 0 and n < 9 and "word0" in tokens(n)),
    "any of": (Filter.any_of([P("number").equal(1), P("number").equal(2)]), lambda n: n in (1, 2)),
    "not of": (Filter.not_(Filter.any_of([P("number").less_than(3), P("number").greater_than(5)])), lambda n: 3 <= n <= 5),
    "reference property": (Filter.by_ref("to").by_property("name").equal("n1"), lambda n: n % 4 >= 2),
    "reference number": (Filter.by_ref("to").by_property("size").greater_or_equal(2), lambda n: n % 4 == 3),
    "reference length": (Filter.by_ref("to").by_property("name", length=True).equal(2), lambda n: n % 4 >= 1),
    "reference id": (Filter.by_ref("to").by_id().equal(number_id(1002)), lambda n: n % 4 == 3),
    "reference count": (Filter.by_ref_count("to").equal(2), lambda n: n % 4 == 2),
    "reference count greater": (Filter.by_ref_count("to").greater_than(1), lambda n: n % 4 >= 2),
    "reference count none": (Filter.by_ref_count("to").equal(0), lambda n: n % 4 == 0),
    "reference and own": (Filter.by_ref("to").by_property("name").equal("n0") & P("number").less_than(6),
                          lambda n: n % 4 and n < 6),
}


@pytest.mark.parametrize("case", CASES)
def test_a_filter_leaves_the_objects_that_fulfill_it(things, case):
    condition, expected = CASES[case]
    wanted = [n for n in ROWS if expected(n)]
    assert 0 < len(wanted) < COUNT
    assert sorted(numbers_of(things.query.fetch_objects(filters=condition, limit=100))) == wanted
    assert sorted(numbers_of(things.query.near_vector([1, 1], filters=condition, limit=100))) == wanted
    assert things.aggregate.over_all(filters=condition).total_count == len(wanted)


def test_times_of_creation_and_update_are_compared(things):
    times = {}
    for item in things.query.fetch_objects(limit=100, return_metadata=["creation_time", "last_update_time"]).objects:
        times[item.uuid] = item.metadata
    first = min(value.creation_time for value in times.values())
    after = first + datetime.timedelta(hours=1)
    for by in (Filter.by_creation_time(), Filter.by_update_time()):
        assert len(things.query.fetch_objects(filters=by.greater_or_equal(first), limit=100).objects) == COUNT
        assert len(things.query.fetch_objects(filters=by.less_than(after), limit=100).objects) == COUNT
        assert things.query.fetch_objects(filters=by.greater_than(after)).objects == []
        assert things.query.fetch_objects(filters=by.less_than(first)).objects == []
    assert len(things.query.fetch_objects(filters=Filter.by_creation_time().equal(first), limit=100).objects) == len(
        [value for value in times.values() if value.creation_time == first])
    found = things.query.fetch_objects(filters=Filter.by_ref("to").by_creation_time().less_than(after), limit=100)
    assert sorted(numbers_of(found)) == [n for n in ROWS if n % 4]


def test_a_reference_with_several_targets_is_filtered_by_one(things):
    things.data.reference_add(
        number_id(3), "any", ReferenceToMulti(target_collection=things.target_name, uuids=number_id(1001)))
    condition = Filter.by_ref_multi_target("any", things.target_name).by_property("name").equal("n1")
    assert numbers_of(things.query.fetch_objects(filters=condition)) == [3]


BAD = {
    "unknown property": (P("nosuch").equal(1), "nosuch"),
    "wrong type": (P("number").equal("seven"), "(?i)number|int|valueText"),
    "bool for a text": (P("title").equal(True), "(?i)title|text|bool"),
    "unknown reference": (Filter.by_ref("nosuch").by_property("name").equal("x"), "nosuch"),
    "unknown property behind a reference": (Filter.by_ref("to").by_property("nosuch").equal("x"), "nosuch"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_filter_that_makes_no_sense_is_refused_with_words_that_help(things, case):
    condition, words = BAD[case]
    with pytest.raises(WeaviateQueryError, match=words):
        things.query.fetch_objects(filters=condition)
    assert len(things.query.fetch_objects(limit=3).objects) == 3


def test_null_state_and_length_need_their_index(make):
    made = make(text("title"))
    made.data.insert({"title": "x"})
    for condition in (P("title").is_none(True), P("title", length=True).equal(1),
                      Filter.by_creation_time().greater_than(day(1))):
        with pytest.raises(WeaviateQueryError, match="(?i)index"):
            made.query.fetch_objects(filters=condition)
