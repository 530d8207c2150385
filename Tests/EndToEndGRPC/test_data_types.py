# SPDX-License-Identifier: Apache-2.0
"""Every data type, there and back: inserted alone (over HTTP) and in a batch (over gRPC)."""
from __future__ import annotations

import base64
import datetime
import hashlib
import uuid

import numpy
import pytest
from conftest import integer, text
from weaviate.classes.config import DataType, Property
from weaviate.classes.data import DataObject, GeoCoordinate, PhoneNumber
from weaviate.classes.query import QueryNested

UTC = datetime.timezone.utc
PLUS2 = datetime.timezone(datetime.timedelta(hours=2))
IDS = [uuid.UUID(int=5), uuid.uuid5(uuid.NAMESPACE_DNS, "needletail")]
DAYS = [datetime.datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC),
        datetime.datetime(1912, 6, 23, 1, 2, 3, 450000, tzinfo=PLUS2)]

VALUES = [
    (DataType.TEXT, "plain"), (DataType.TEXT, ""), (DataType.TEXT, "Grüße, 世界 🐦 \u0000 \"\\\n"),
    (DataType.INT, 0), (DataType.INT, -5), (DataType.INT, 2**31 + 7), (DataType.INT, 2**53 - 1),
    (DataType.NUMBER, 0.0), (DataType.NUMBER, 0.1), (DataType.NUMBER, -1.5e300), (DataType.NUMBER, 7.0),
    (DataType.BOOL, True), (DataType.BOOL, False),
    (DataType.DATE, DAYS[0]), (DataType.DATE, DAYS[1]),
    (DataType.UUID, IDS[0]), (DataType.UUID, IDS[1]),
    (DataType.BLOB, base64.b64encode(bytes(range(256))).decode()),
    (DataType.TEXT_ARRAY, ["a", "", "ü"]), (DataType.INT_ARRAY, [3, -1, 2**40]), (DataType.NUMBER_ARRAY, [0.5, 3.0]),
    (DataType.BOOL_ARRAY, [True, False, True]), (DataType.DATE_ARRAY, DAYS), (DataType.UUID_ARRAY, IDS),
    (DataType.TEXT_ARRAY, []), (DataType.INT_ARRAY, []), (DataType.NUMBER_ARRAY, []), (DataType.BOOL_ARRAY, []),
    (DataType.DATE_ARRAY, []), (DataType.UUID_ARRAY, []),
]


@pytest.mark.parametrize("kind,value", VALUES, ids=[f"{kind.value}-{number}" for number, (kind, _) in enumerate(VALUES)])
def test_a_value_comes_back_as_it_was_given(make, kind, value):
    made = make(Property(name="value", data_type=kind))
    alone = made.data.insert({"value": value})
    (batched,) = made.data.insert_many([{"value": value}]).uuids.values()
    for identity in (alone, batched):
        found = made.query.fetch_object_by_id(identity, return_properties=["value"]).properties["value"]
        assert found == value and type(found) is type(value)


def test_nothing_is_none(make):
    made = make(text("word"), integer("number"), Property(name="numbers", data_type=DataType.NUMBER_ARRAY))
    alone = made.data.insert({"word": "x", "number": None, "numbers": None})
    (batched,) = made.data.insert_many([{"word": "x", "number": None, "numbers": None}]).uuids.values()
    for identity in (alone, batched):
        assert made.query.fetch_object_by_id(identity).properties == {"word": "x", "number": None, "numbers": None}


def test_places_come_back_in_single_precision(make):
    made = make(Property(name="place", data_type=DataType.GEO_COORDINATES))
    place = GeoCoordinate(latitude=52.52, longitude=-13.405)
    alone = made.data.insert({"place": place})
    (batched,) = made.data.insert_many([{"place": place}]).uuids.values()
    for identity in (alone, batched):
        found = made.query.fetch_object_by_id(identity).properties["place"]
        assert isinstance(found, GeoCoordinate)
        assert (found.latitude, found.longitude) == pytest.approx((52.52, -13.405), abs=1e-5)


def test_telephone_numbers_come_back_with_all_that_is_known_of_them(make):
    made = make(Property(name="phone", data_type=DataType.PHONE_NUMBER))
    phone = PhoneNumber(number="020 1234567", default_country="nl")
    alone = made.data.insert({"phone": phone})
    (batched,) = made.data.insert_many([{"phone": phone}]).uuids.values()
    for identity in (alone, batched):
        found = made.query.fetch_object_by_id(identity).properties["phone"]
        assert (found.number, found.default_country, found.country_code, found.valid) == ("020 1234567", "NL", 31, True)
        assert (found.international_formatted, found.national_formatted, found.national) == (
            "+31 20 123 4567", "020 123 4567", 201234567)


@pytest.fixture
def nested(make):
    inner = [text("name"), integer("count"), Property(name="when", data_type=DataType.DATE),
             Property(name="words", data_type=DataType.TEXT_ARRAY),
             Property(name="deep", data_type=DataType.OBJECT, nested_properties=[
                 text("word"), Property(name="flags", data_type=DataType.BOOL_ARRAY)])]
    return make(Property(name="one", data_type=DataType.OBJECT, nested_properties=inner),
                Property(name="many", data_type=DataType.OBJECT_ARRAY, nested_properties=inner))


FULL = {"name": "n", "count": 3, "when": DAYS[0], "words": ["a", "b"], "deep": {"word": "w", "flags": [True, False]}}


def test_objects_inside_objects_come_back_whole(nested):
    given = {"one": FULL, "many": [FULL, {"name": "only"}]}
    alone = nested.data.insert(given)
    (batched,) = nested.data.insert_many([given]).uuids.values()
    for identity in (alone, batched):
        assert nested.query.fetch_object_by_id(identity).properties == given


def test_parts_of_nested_objects_are_asked_for(nested):
    identity = nested.data.insert({"one": FULL, "many": [FULL, {"name": "only"}]})
    found = nested.query.fetch_object_by_id(identity, return_properties=[
        QueryNested(name="one", properties=["count", QueryNested(name="deep", properties=["word"])]),
        QueryNested(name="many", properties=["name"])])
    assert found.properties == {
        "one": {"count": 3, "deep": {"word": "w"}}, "many": [{"name": "n"}, {"name": "only"}]}


def test_blobs_come_only_when_they_are_named(make):
    made = make(text("title"), Property(name="picture", data_type=DataType.BLOB))
    made.data.insert({"title": "one", "picture": "aGVsbG8="})
    assert made.query.fetch_objects().objects[0].properties == {"title": "one"}
    found = made.query.fetch_objects(return_properties=["picture"]).objects[0]
    assert found.properties == {"picture": "aGVsbG8="}


def test_of_a_blob_hash_only_the_hash_comes_back_when_it_is_named(make):
    made = make(text("title"), Property(name="picture", data_type=DataType.BLOB_HASH))
    assert made.config.get().properties[1].data_type == DataType.BLOB_HASH
    alone = made.data.insert({"title": "one", "picture": "aGVsbG8="})
    (batched,) = made.data.insert_many([{"title": "one", "picture": "aGVsbG8="}]).uuids.values()
    for identity in (alone, batched):
        assert made.query.fetch_object_by_id(identity).properties == {"title": "one"}
        found = made.query.fetch_object_by_id(identity, return_properties=["picture"])
        assert found.properties == {"picture": hashlib.sha256(b"aGVsbG8=").hexdigest()}


def test_vectors_come_back_to_the_last_bit(make):
    made = make(text("title"))
    vector = [0.1, -1e-30, 3.4e38, 1 / 3]
    narrow = [float(value) for value in numpy.array(vector, dtype="float32")]
    alone = made.data.insert({"title": "one"}, vector=vector)
    (batched,) = made.data.insert_many([DataObject(properties={"title": "two"}, vector=vector)]).uuids.values()
    for identity in (alone, batched):
        assert made.query.fetch_object_by_id(identity, include_vector=True).vector["default"] == narrow
