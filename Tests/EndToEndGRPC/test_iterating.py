# SPDX-License-Identifier: Apache-2.0
"""Going through all objects of a collection."""
from __future__ import annotations

import pytest
from conftest import integer, number_id, text
from weaviate.classes.config import ReferenceProperty
from weaviate.classes.query import MetadataQuery, QueryReference

COUNT = 1234


@pytest.fixture(scope="module")
def things(make_for_module):
    made = make_for_module(text("title"), integer("number"))
    made.config.add_reference(ReferenceProperty(name="to", target_collection=made.name))
    with made.batch.fixed_size(batch_size=300) as batch:
        for n in range(COUNT):
            batch.add_object({"title": f"t{n}", "number": n}, uuid=number_id(n), vector=[n, 1])
    assert made.batch.failed_objects == []
    made.data.reference_add(number_id(0), "to", number_id(7))
    return made


def test_every_object_comes_once_in_the_order_of_ids(things):
    assert [item.properties["number"] for item in things.iterator()] == list(range(COUNT))


@pytest.mark.parametrize("size", [1, 7, 100, 1000, COUNT, 5000])
def test_the_size_of_the_pages_changes_nothing(things, size):
    wanted = range(COUNT if size > 1 else 30)
    numbers = []
    for item in things.iterator(cache_size=size):
        numbers.append(item.properties["number"])
        if len(numbers) == len(wanted):
            break
    assert numbers == list(wanted)


def test_vectors_properties_metadata_and_references_come_along(things):
    item = next(iter(things.iterator(
        include_vector=True, return_properties=["title"], return_metadata=MetadataQuery(creation_time=True),
        return_references=QueryReference(link_on="to", return_properties=["number"]))))
    assert item.vector == {"default": [0, 1]} and item.properties == {"title": "t0"}
    assert item.metadata.creation_time is not None
    assert [target.properties for target in item.references["to"].objects] == [{"number": 7}]


def test_it_begins_after_an_object(things):
    assert [item.properties["number"] for item in things.iterator(after=number_id(1200))] == list(range(1201, COUNT))


def test_an_empty_collection_ends_at_once(make):
    assert list(make(text("title")).iterator()) == []


def test_objects_that_are_added_and_deleted_meanwhile_do_no_harm(make):
    made = make(integer("number"))
    with made.batch.fixed_size(batch_size=200) as batch:
        for n in range(0, 400, 2):
            batch.add_object({"number": n}, uuid=number_id(n))
    seen = []
    for item in made.iterator(cache_size=10):
        number = item.properties["number"]
        seen.append(number)
        if number % 20 == 0 and number < 400:
            made.data.insert({"number": 1000 + number}, uuid=number_id(1000 + number))
            made.data.delete_by_id(number_id(number))
    assert [n for n in seen if n < 400] == list(range(0, 400, 2)) and len(seen) == len(set(seen))
