# SPDX-License-Identifier: Apache-2.0
"""What a search finds, put in another order by a boost, or thinned out to hits that differ."""
from __future__ import annotations

import datetime

import pytest
from conftest import integer, number_id, numbers_of, text
from weaviate.classes.config import DataType, Property
from weaviate.classes.data import DataObject
from weaviate.classes.query import Boost, Diversity, Filter
from weaviate.exceptions import WeaviateQueryError


@pytest.fixture(scope="module")
def things(make_for_module):
    made = make_for_module(text("title"), integer("number"), Property(name="day", data_type=DataType.DATE))
    made.data.insert_many([DataObject(
        uuid=number_id(n), vector=[1, n / 20], properties={
            "title": "word " * (1 + n % 3), "number": n,
            "day": datetime.datetime(2024, 1, 1 + n, tzinfo=datetime.timezone.utc)}) for n in range(10)])
    return made


def test_a_filter_promotes_what_fulfills_it(things):
    plain = numbers_of(things.query.near_vector([1, 0]))
    assert plain == list(range(10))
    boosted = numbers_of(things.query.near_vector(
        [1, 0], boost=Boost.filter(Filter.by_property("number").greater_or_equal(7), weight=0.9)))
    assert boosted == [7, 8, 9, 0, 1, 2, 3, 4, 5, 6]
    assert numbers_of(things.query.near_vector(
        [1, 0], boost=Boost.filter(Filter.by_property("number").greater_or_equal(7), weight=0))) == plain


def test_nearness_to_a_number_or_a_date_promotes(things):
    by_number = numbers_of(things.query.bm25("word", boost=Boost.numeric_decay("number", origin=4, scale=2, weight=1)))
    assert by_number[0] == 4 and set(by_number[1:3]) == {3, 5}
    by_day = numbers_of(things.query.near_vector([1, 0], boost=Boost.time_decay(
        "day", origin=datetime.datetime(2024, 1, 9, tzinfo=datetime.timezone.utc), scale=datetime.timedelta(days=2), weight=1)))
    assert by_day[0] == 8


def test_a_number_promotes_and_conditions_are_blended(things):
    assert numbers_of(things.query.hybrid(
        "word", vector=[1, 0], alpha=1, boost=Boost.numeric_property("number", weight=1)))[0] == 9
    blended = numbers_of(things.query.near_vector([1, 0], boost=Boost.blend(
        [Boost.filter(Filter.by_property("number").equal(3)), Boost.filter(Filter.by_property("number").equal(5), weight=3)],
        weight=0.95)))
    assert blended[:2] == [5, 3]


def test_hits_that_differ_are_selected(make):
    made = make(integer("number"))
    vectors = [[1, 0, 0], [1, 0.01, 0], [1, 0.02, 0], [0.8, 0, 0.6], [0.7, 0.7, 0]]
    made.data.insert_many([DataObject(properties={"number": n}, uuid=number_id(n), vector=vector)
                           for n, vector in enumerate(vectors)])
    assert numbers_of(made.query.near_vector([1, 0, 0], limit=5)) == [0, 1, 2, 3, 4]
    different = made.query.near_vector([1, 0, 0], limit=5, diversity_selection=Diversity.mmr(limit=3, balance=0.3))
    assert numbers_of(different)[0] == 0 and set(numbers_of(different)[1:]) == {3, 4}
    relevant = made.query.near_vector([1, 0, 0], limit=5, diversity_selection=Diversity.mmr(limit=3, balance=1))
    assert numbers_of(relevant) == [0, 1, 2]


def test_what_makes_no_sense_is_refused(things):
    with pytest.raises(WeaviateQueryError, match="nosuch"):
        things.query.near_vector([1, 0], boost=Boost.numeric_property("nosuch"))
    with pytest.raises(WeaviateQueryError, match="(?i)limit"):
        things.query.near_vector([1, 0], limit=2, diversity_selection=Diversity.mmr(limit=5))
