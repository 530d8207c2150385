# SPDX-License-Identifier: Apache-2.0
"""The same question over GraphQL and over gRPC has the same answer: ids, distances, scores, properties."""
from __future__ import annotations

import random

import pytest
from conftest import integer, number_id, text
from weaviate.classes.aggregate import GroupByAggregate
from weaviate.classes.config import Configure, DataType, Property, ReferenceProperty
from weaviate.classes.data import DataObject
from weaviate.classes.query import (
    BM25Operator, Filter, GroupBy, HybridFusion, MetadataQuery, Metrics, QueryReference, Sort, TargetVectors)

COUNT = 300
WORDS = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath"]
FIRST = [0.3, -0.2, 0.9, 0.1, 0.4, -0.7]
SECOND = [0.5, 0.1, -0.3]
SHOWN = ["title", "body", "number", "share", "isGood"]
META = MetadataQuery(distance=True, score=True, explain_score=True)
P = Filter.by_property


@pytest.fixture(scope="module")
def things(make_for_module):
    random_numbers = random.Random(20)
    target = make_for_module(text("name"))
    target.data.insert_many([DataObject(properties={"name": f"n{n}"}, uuid=number_id(1000 + n)) for n in range(5)])
    made = make_for_module(
        text("title"), text("body"), integer("number"), Property(name="share", data_type=DataType.NUMBER),
        Property(name="isGood", data_type=DataType.BOOL), Property(name="day", data_type=DataType.DATE),
        vector_config=[Configure.Vectors.self_provided(name="first"), Configure.Vectors.self_provided(name="second")],
        references=[ReferenceProperty(name="to", target_collection=target.name)],
        inverted_index_config=Configure.inverted_index(index_null_state=True, index_timestamps=True))
    result = made.data.insert_many([DataObject(
        uuid=number_id(n), references={"to": number_id(1000 + n % 5)},
        properties={"title": " ".join(random_numbers.choices(WORDS, k=3)),
                    "body": " ".join(random_numbers.choices(WORDS, k=20)), "number": random_numbers.randrange(50),
                    "share": random_numbers.random(), "isGood": n % 3 == 0, "day": f"2024-01-{1 + n % 28:02d}T00:00:00Z"},
        vector={"first": [random_numbers.gauss(0, 1) for _ in range(6)],
                "second": [random_numbers.gauss(0, 1) for _ in range(3)]}) for n in range(COUNT)])
    assert not result.has_errors
    return made


def near(vector: list[float], target: str, more: str = "") -> str:
    return f'nearVector:{{vector:{vector} targetVectors:["{target}"] {more}}}'


SEVERAL = f"nearVector:{{vectorPerTarget:{{first:{FIRST} second:{SECOND}}} targets:{{targetVectors:[\"first\" \"second\"] %s}}}}"
BOTH = {"first": FIRST, "second": SECOND}

# Name: arguments of GraphQL's Get, and the call of the client.
SEARCHES = {
    "near vector": (near(FIRST, "first") + " limit:20", lambda q, a: q.near_vector(FIRST, target_vector="first", limit=20, **a)),
    "window": (near(FIRST, "first") + " limit:5 offset:7", lambda q, a: q.near_vector(FIRST, target_vector="first", limit=5, offset=7, **a)),
    "distance": (near(FIRST, "first", "distance:0.6") + " limit:100", lambda q, a: q.near_vector(FIRST, target_vector="first", distance=0.6, limit=100, **a)),
    "certainty": (near(SECOND, "second", "certainty:0.8") + " limit:100", lambda q, a: q.near_vector(SECOND, target_vector="second", certainty=0.8, limit=100, **a)),
    "autocut": (near(SECOND, "second") + " autocut:2 limit:100", lambda q, a: q.near_vector(SECOND, target_vector="second", auto_limit=2, limit=100, **a)),
    "near object": (f'nearObject:{{id:"{number_id(17)}" targetVectors:["second"]}} limit:9', lambda q, a: q.near_object(number_id(17), target_vector="second", limit=9, **a)),
    "filtered near vector": (near(FIRST, "first") + ' where:{path:["number"] operator:LessThan valueInt:10} limit:15', lambda q, a: q.near_vector(FIRST, target_vector="first", filters=P("number").less_than(10), limit=15, **a)),
    "sum": (SEVERAL % "combinationMethod:sum" + " limit:12", lambda q, a: q.near_vector(BOTH, target_vector=TargetVectors.sum(["first", "second"]), limit=12, **a)),
    "average": (SEVERAL % "combinationMethod:average" + " limit:12", lambda q, a: q.near_vector(BOTH, target_vector=TargetVectors.average(["first", "second"]), limit=12, **a)),
    "minimum": (SEVERAL % "combinationMethod:minimum" + " limit:12", lambda q, a: q.near_vector(BOTH, target_vector=TargetVectors.minimum(["first", "second"]), limit=12, **a)),
    "weights": (SEVERAL % "combinationMethod:manualWeights weights:{first:0.3 second:2}" + " limit:12", lambda q, a: q.near_vector(BOTH, target_vector=TargetVectors.manual_weights({"first": 0.3, "second": 2}), limit=12, **a)),
    "relative score": (SEVERAL % "combinationMethod:relativeScore weights:{first:0.5 second:0.5}" + " limit:12", lambda q, a: q.near_vector(BOTH, target_vector=TargetVectors.relative_score({"first": 0.5, "second": 0.5}), limit=12, **a)),
    "bm25": ('bm25:{query:"amber birch"} limit:20', lambda q, a: q.bm25("amber birch", limit=20, **a)),
    "bm25 of one property": ('bm25:{query:"cedar" properties:["title"]} limit:20', lambda q, a: q.bm25("cedar", query_properties=["title"], limit=20, **a)),
    "bm25 weighed": ('bm25:{query:"cedar fjord" properties:["title^3" "body"]} limit:20', lambda q, a: q.bm25("cedar fjord", query_properties=["title^3", "body"], limit=20, **a)),
    "bm25 of all words": ('bm25:{query:"cedar fjord" properties:["title"] searchOperator:{operator:And minimumOrTokensMatch:0}} limit:20', lambda q, a: q.bm25("cedar fjord", query_properties=["title"], operator=BM25Operator.and_(), limit=20, **a)),
    "filtered bm25": ('bm25:{query:"ember"} where:{path:["isGood"] operator:Equal valueBoolean:true} limit:20', lambda q, a: q.bm25("ember", filters=P("isGood").equal(True), limit=20, **a)),
    "hybrid": (f'hybrid:{{query:"grove" vector:{FIRST} targetVectors:["first"] alpha:0.5}} limit:20', lambda q, a: q.hybrid("grove", vector=FIRST, target_vector="first", alpha=0.5, limit=20, **a)),
    "hybrid by ranks": (f'hybrid:{{query:"grove heath" vector:{FIRST} targetVectors:["first"] alpha:0.25 fusionType:rankedFusion}} limit:20', lambda q, a: q.hybrid("grove heath", vector=FIRST, target_vector="first", alpha=0.25, fusion_type=HybridFusion.RANKED, limit=20, **a)),
    "hybrid of words": ('hybrid:{query:"grove" targetVectors:["first"] alpha:0} limit:20', lambda q, a: q.hybrid("grove", target_vector="first", alpha=0, limit=20, **a)),
    "hybrid of one property, filtered": (f'hybrid:{{query:"delta" vector:{SECOND} targetVectors:["second"] alpha:0.75 properties:["title"]}} where:{{path:["number"] operator:GreaterThan valueInt:25}} limit:10', lambda q, a: q.hybrid("delta", vector=SECOND, target_vector="second", alpha=0.75, query_properties=["title"], filters=P("number").greater_than(25), limit=10, **a)),
    "listing": ("limit:30", lambda q, a: q.fetch_objects(limit=30, **a)),
    "cursor": (f'after:"{number_id(100)}" limit:30', lambda q, a: q.fetch_objects(after=number_id(100), limit=30, **a)),
    "sorted": ('sort:[{path:["number"] order:desc} {path:["title"] order:asc}] limit:40', lambda q, a: q.fetch_objects(sort=Sort.by_property("number", ascending=False).by_property("title"), limit=40, **a)),
    "sorted and filtered": ('sort:[{path:["share"]}] where:{path:["title"] operator:Equal valueText:"heath"} limit:40', lambda q, a: q.fetch_objects(sort=Sort.by_property("share"), filters=P("title").equal("heath"), limit=40, **a)),
    "like": ('where:{path:["title"] operator:Like valueText:"*mb*"} limit:100', lambda q, a: q.fetch_objects(filters=P("title").like("*mb*"), limit=100, **a)),
    "and, or": ('where:{operator:Or operands:[{operator:And operands:[{path:["number"] operator:LessThan valueInt:20} {path:["isGood"] operator:Equal valueBoolean:true}]} {path:["share"] operator:GreaterThan valueNumber:0.9}]} limit:200', lambda q, a: q.fetch_objects(filters=(P("number").less_than(20) & P("isGood").equal(True)) | P("share").greater_than(0.9), limit=200, **a)),
    "contains": ('where:{path:["title"] operator:ContainsAll valueText:["amber" "ember"]} limit:100', lambda q, a: q.fetch_objects(filters=P("title").contains_all(["amber", "ember"]), limit=100, **a)),
    "through a reference": ('where:{path:["to" "%(target)s" "name"] operator:Equal valueText:"n3"} limit:100', lambda q, a: q.fetch_objects(filters=Filter.by_ref("to").by_property("name").equal("n3"), limit=100, **a)),
    "date": ('where:{path:["day"] operator:GreaterThanEqual valueDate:"2024-01-25T00:00:00Z"} limit:100', lambda q, a: q.fetch_objects(filters=P("day").greater_or_equal("2024-01-25T00:00:00Z"), limit=100, **a)),
}


def target_of(things) -> str:
    return things.config.get(simple=True).references[0].target_collections[0]


@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_gives_the_same_objects_both_ways(client, things, name):
    arguments, call = SEARCHES[name]
    target = target_of(things)
    arguments = arguments.replace("%(target)s", target)
    raw = client.graphql_raw_query("{Get{%s(%s){%s to{... on %s{name}} _additional{id distance score explainScore}}}}" % (
        things.name, arguments, " ".join(SHOWN), target))
    assert not raw.errors, raw.errors
    expected = raw.get[things.name]
    found = call(things.query, {"return_properties": SHOWN, "return_metadata": META,
                                "return_references": QueryReference(link_on="to")}).objects
    assert expected and [str(item.uuid) for item in found] == [item["_additional"]["id"] for item in expected]
    for item, other in zip(found, expected):
        assert item.properties == {key: other[key] for key in SHOWN}
        assert [o.properties for o in item.references["to"].objects] == other["to"]
        if other["_additional"]["distance"] is not None:
            assert item.metadata.distance == pytest.approx(other["_additional"]["distance"], abs=1e-6)
        if arguments.startswith(("bm25", "hybrid")):
            assert item.metadata.score == pytest.approx(float(other["_additional"]["score"]), abs=1e-6)
            assert item.metadata.explain_score == other["_additional"]["explainScore"]


def test_groups_are_the_same_both_ways(client, things):
    raw = client.graphql_raw_query("{Get{%s(%s limit:60 groupBy:{path:[\"number\"] groups:4 objectsPerGroup:3}){_additional{group{"
                                   "groupedBy{value} count minDistance maxDistance hits{title _additional{id distance}}}}}}}" % (
                                       things.name, near(FIRST, "first")))
    assert not raw.errors, raw.errors
    found = things.query.near_vector(
        FIRST, target_vector="first", limit=60, group_by=GroupBy(prop="number", number_of_groups=4, objects_per_group=3),
        return_properties=["title"], return_metadata=["distance"])
    expected = [item["_additional"]["group"] for item in raw.get[things.name]]
    assert list(found.groups) == [group["groupedBy"]["value"] for group in expected]
    for group, other in zip(found.groups.values(), expected):
        assert group.number_of_objects == other["count"]
        assert (group.min_distance, group.max_distance) == pytest.approx(
            (other["minDistance"], other["maxDistance"]), abs=1e-6)
        assert [(str(o.uuid), o.properties["title"]) for o in group.objects] == [
            (hit["_additional"]["id"], hit["title"]) for hit in other["hits"]]
        assert [o.metadata.distance for o in group.objects] == pytest.approx(
            [hit["_additional"]["distance"] for hit in other["hits"]], abs=1e-6)


NUMBER = "number{count sum minimum maximum mean median mode}"
ASKED = Metrics("number").integer(count=True, sum_=True, minimum=True, maximum=True, mean=True, median=True, mode=True)
AGGREGATES = {
    "all": ("", lambda a, more: a.over_all(**more)),
    "filtered": ('(where:{path:["title"] operator:Equal valueText:"amber"})', lambda a, more: a.over_all(filters=P("title").equal("amber"), **more)),
    "near vector": (f"({near(FIRST, 'first')} objectLimit:33)", lambda a, more: a.near_vector(FIRST, target_vector="first", object_limit=33, **more)),
    "within a distance": (f"({near(SECOND, 'second', 'distance:0.3')})", lambda a, more: a.near_vector(SECOND, target_vector="second", distance=0.3, **more)),
    "near object": (f'(nearObject:{{id:"{number_id(3)}" targetVectors:["first"]}} objectLimit:21)', lambda a, more: a.near_object(number_id(3), target_vector="first", object_limit=21, **more)),
    "hybrid": (f'(hybrid:{{query:"cedar" vector:{FIRST} targetVectors:["first"] alpha:0.4}} objectLimit:17)', lambda a, more: a.hybrid("cedar", vector=FIRST, target_vector="first", alpha=0.4, object_limit=17, **more)),
}


def of_number(metrics) -> list:
    return [metrics.count, metrics.sum_, metrics.minimum, metrics.maximum, metrics.mean, metrics.median, metrics.mode]


@pytest.mark.parametrize("name", AGGREGATES)
def test_an_aggregation_gives_the_same_figures_both_ways(client, things, name):
    arguments, call = AGGREGATES[name]
    raw = client.graphql_raw_query("{Aggregate{%s%s{meta{count} %s isGood{totalTrue percentageFalse}}}}" % (things.name, arguments, NUMBER))
    assert not raw.errors, raw.errors
    (expected,) = raw.aggregate[things.name]
    found = call(things.aggregate, {"return_metrics": [ASKED, Metrics("isGood").boolean()]})
    assert found.total_count == expected["meta"]["count"] > 0
    keys = ["count", "sum", "minimum", "maximum", "mean", "median", "mode"]
    assert of_number(found.properties["number"]) == pytest.approx([expected["number"][key] for key in keys])
    good = found.properties["isGood"]
    assert [good.total_true, good.percentage_false] == pytest.approx(
        [expected["isGood"]["totalTrue"], expected["isGood"]["percentageFalse"]])


def test_groups_of_an_aggregation_are_the_same_both_ways(client, things):
    raw = client.graphql_raw_query("{Aggregate{%s(groupBy:[\"title\"] limit:100){groupedBy{value} meta{count} %s}}}" % (
        things.name, NUMBER))
    assert not raw.errors, raw.errors
    found = things.aggregate.over_all(group_by=GroupByAggregate(prop="title", limit=100), return_metrics=ASKED)
    expected = {item["groupedBy"]["value"]: (item["meta"]["count"], item["number"]["sum"], item["number"]["mean"])
                for item in raw.aggregate[things.name]}
    assert {group.grouped_by.value: (group.total_count, group.properties["number"].sum_, group.properties["number"].mean)
            for group in found.groups} == {key: pytest.approx(value) for key, value in expected.items()}
    assert len(expected) > 50
