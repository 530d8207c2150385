# SPDX-License-Identifier: Apache-2.0
"""Counts, sums and the like over all objects, over those of a filter, and over what a search finds."""
from __future__ import annotations

import datetime
import statistics

import pytest
from conftest import integer, number_id, text
from weaviate.classes.aggregate import GroupByAggregate
from weaviate.classes.config import Configure, DataType, Property, ReferenceProperty
from weaviate.classes.data import DataObject
from weaviate.classes.query import Filter, Metrics
from weaviate.exceptions import WeaviateQueryError

COUNT = 40
SHARES = [n * 7 % 40 / 8 for n in range(COUNT)]
DAYS = [datetime.datetime(2024, 1, 1 + n % 9, tzinfo=datetime.timezone.utc) for n in range(COUNT)]


@pytest.fixture(scope="module")
def things(make_for_module):
    target = make_for_module(text("name"))
    target.data.insert({"name": "x"}, uuid=number_id(1000))
    made = make_for_module(
        text("title"), integer("number"), Property(name="share", data_type=DataType.NUMBER),
        Property(name="isGood", data_type=DataType.BOOL), Property(name="day", data_type=DataType.DATE),
        Property(name="words", data_type=DataType.TEXT_ARRAY),
        references=[ReferenceProperty(name="to", target_collection=target.name)])
    made.data.insert_many([DataObject(
        uuid=number_id(n), vector=[n, 10], references={"to": number_id(1000)} if n == 0 else None,
        properties={"title": f"word{n % 3}", "number": n, "share": SHARES[n], "isGood": n % 4 == 0, "day": DAYS[n],
                    "words": [f"w{n % 2}", "all"]}) for n in range(COUNT)])
    made.target_name = target.name
    return made


def test_all_objects_are_counted(things):
    assert things.aggregate.over_all().total_count == COUNT and len(things) == COUNT
    assert things.aggregate.over_all(filters=Filter.by_property("title").equal("word1")).total_count == 13


def test_numbers_are_summed_and_averaged(things):
    found = things.aggregate.over_all(return_metrics=[Metrics("number").integer(), Metrics("share").number()])
    number, share = found.properties["number"], found.properties["share"]
    assert (number.count, number.minimum, number.maximum, number.sum_, number.mean, number.median, number.mode) == (
        COUNT, 0, 39, 780, 19.5, 19.5, 0)
    assert (share.count, share.minimum, share.maximum) == (COUNT, min(SHARES), max(SHARES))
    assert share.sum_ == pytest.approx(sum(SHARES)) and share.mean == pytest.approx(statistics.mean(SHARES))
    assert share.median == pytest.approx(statistics.median(SHARES))


def test_only_the_metrics_asked_for_come(things):
    found = things.aggregate.over_all(return_metrics=Metrics("number").integer(maximum=True, mean=True))
    number = found.properties["number"]
    assert (number.maximum, number.mean) == (39, 19.5) and number.sum_ is None and number.minimum is None


def test_texts_are_counted_by_how_often_they_occur(things):
    found = things.aggregate.over_all(return_metrics=[
        Metrics("title").text(), Metrics("words").text(top_occurrences_count=True, top_occurrences_value=True, min_occurrences=1)])
    title = found.properties["title"]
    assert title.count == COUNT
    assert {(top.value, top.count) for top in title.top_occurrences} == {("word0", 14), ("word1", 13), ("word2", 13)}
    assert [(top.value, top.count) for top in found.properties["words"].top_occurrences] == [("all", COUNT)]


def test_truths_dates_and_references_have_their_metrics(things):
    found = things.aggregate.over_all(return_metrics=[
        Metrics("isGood").boolean(), Metrics("day").date_(), Metrics("to").reference(pointing_to=True)])
    good, day = found.properties["isGood"], found.properties["day"]
    assert (good.count, good.total_true, good.total_false) == (COUNT, 10, 30)
    assert (good.percentage_true, good.percentage_false) == pytest.approx((0.25, 0.75))
    assert day.count == COUNT
    assert [datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) for text in (day.minimum, day.maximum)] == [
        min(DAYS), max(DAYS)]
    assert found.properties["to"].pointing_to == [things.target_name]


def test_objects_are_counted_in_groups(things):
    found = things.aggregate.over_all(group_by="title", return_metrics=Metrics("number").integer(sum_=True, count=True))
    assert [group.total_count for group in found.groups] == [14, 13, 13]
    sums = {group.grouped_by.value: group.properties["number"].sum_ for group in found.groups}
    assert sums == {f"word{k}": sum(range(k, COUNT, 3)) for k in range(3)}
    assert {group.grouped_by.prop for group in found.groups} == {"title"}


@pytest.mark.parametrize("prop,expected", [
    ("isGood", {True: 10, False: 30}), ("words", {"all": 40, "w0": 20, "w1": 20}),
    ("number", {float(n): 1 for n in range(COUNT)})])
def test_every_type_makes_groups(things, prop, expected):
    found = things.aggregate.over_all(group_by=GroupByAggregate(prop=prop, limit=100))
    assert {group.grouped_by.value: group.total_count for group in found.groups} == expected


def test_groups_are_limited(things):
    found = things.aggregate.over_all(group_by=GroupByAggregate(prop="title", limit=1))
    assert [(group.grouped_by.value, group.total_count) for group in found.groups] == [("word0", 14)]


def test_what_a_search_finds_is_aggregated(things):
    metrics = Metrics("number").integer(count=True, minimum=True, maximum=True)
    near = things.aggregate.near_vector([0, 1], object_limit=5, return_metrics=metrics)
    assert (near.total_count, near.properties["number"].maximum) == (5, 4)
    by_distance = things.aggregate.near_vector([0, 1], distance=0.1, return_metrics=metrics)
    inside = [n for n in range(COUNT) if 1 - 10 / (n * n + 100) ** 0.5 <= 0.1]
    assert by_distance.total_count == len(inside) and by_distance.properties["number"].maximum == max(inside)
    of_object = things.aggregate.near_object(number_id(39), object_limit=3, return_metrics=metrics)
    assert (of_object.properties["number"].minimum, of_object.properties["number"].count) == (37, 3)
    filtered = things.aggregate.near_vector(
        [0, 1], object_limit=5, filters=Filter.by_property("title").equal("word1"), return_metrics=metrics)
    assert filtered.properties["number"].maximum == 13
    hybrid = things.aggregate.hybrid("word1", alpha=0, object_limit=100, return_metrics=metrics)
    assert hybrid.total_count == 13 and hybrid.properties["number"].minimum == 1


def test_what_a_search_finds_is_grouped(things):
    found = things.aggregate.near_vector([0, 1], object_limit=6, group_by="title")
    assert {group.grouped_by.value: group.total_count for group in found.groups} == {f"word{k}": 2 for k in range(3)}


def test_one_named_vector_is_aggregated_over(make):
    made = make(integer("number"), vector_config=[
        Configure.Vectors.self_provided(name="a"), Configure.Vectors.self_provided(name="b")])
    made.data.insert_many([DataObject(properties={"number": n}, vector={"a": [n, 1], "b": [-n, 1]}) for n in range(5)])
    found = made.aggregate.near_vector(
        [1, 0], object_limit=1, target_vector="a", return_metrics=Metrics("number").integer(maximum=True))
    assert found.properties["number"].maximum == 4


def test_an_empty_collection_counts_nothing(make):
    made = make(integer("number"))
    assert len(made) == 0
    found = made.aggregate.over_all(return_metrics=Metrics("number").integer(count=True, sum_=True))
    assert found.total_count == 0


def test_what_cannot_be_aggregated_is_refused_with_words_that_help(things):
    with pytest.raises(WeaviateQueryError, match="nosuch"):
        things.aggregate.over_all(return_metrics=Metrics("nosuch").integer())
    with pytest.raises(WeaviateQueryError, match="(?i)lengths|dimension"):
        things.aggregate.near_vector([0, 1, 2], object_limit=3)
    assert len(things) == COUNT
