# SPDX-License-Identifier: Apache-2.0
"""Collections as the client makes, shows, changes and removes them."""
from __future__ import annotations

import pytest
from conftest import connect, integer, text
from weaviate.classes.config import (
    Configure, DataType, Property, Reconfigure, ReferenceProperty, StopwordsPreset, Tokenization, VectorDistances,
    VectorFilterStrategy)
from weaviate.exceptions import UnexpectedStatusCodeError


def test_a_collection_is_made_found_listed_and_deleted(client, make):
    name = make.name()
    assert not client.collections.exists(name)
    client.collections.create(name, properties=[text("title")])
    assert client.collections.exists(name)
    assert name in client.collections.list_all()
    assert client.collections.list_all(simple=False)[name].properties[0].name == "title"
    assert client.collections.use(name).exists()
    client.collections.delete(name)
    assert not client.collections.exists(name)
    client.collections.delete(name)


def test_a_collection_that_is_there_is_not_made_again(client, make):
    made = make(text("title"))
    with pytest.raises(UnexpectedStatusCodeError, match="already exists"):
        client.collections.create(made.name)


def test_the_definition_comes_back_as_it_was_given(make):
    made = make(
        text("title", tokenization=Tokenization.FIELD, description="what it is called", index_searchable=False),
        integer("year", index_range_filters=True),
        Property(name="place", data_type=DataType.OBJECT, nested_properties=[text("city"), integer("zip")]),
        description="things", vector_config=Configure.Vectors.self_provided(
            vector_index_config=Configure.VectorIndex.hnsw(
                distance_metric=VectorDistances.DOT, ef=77, ef_construction=99, max_connections=20,
                filter_strategy=VectorFilterStrategy.SWEEPING, dynamic_ef_min=50, dynamic_ef_max=300)),
        inverted_index_config=Configure.inverted_index(
            bm25_b=0.6, bm25_k1=1.1, index_null_state=True, index_property_length=True, index_timestamps=True,
            stopwords_preset=StopwordsPreset.EN, stopwords_additions=["foo"], stopwords_removals=["the"]))
    config = made.config.get()
    assert config.name == made.name and config.description == "things"
    title, year, place = config.properties
    assert (title.tokenization, title.description, title.index_searchable) == (
        Tokenization.FIELD, "what it is called", False)
    assert year.data_type == DataType.INT and year.index_range_filters
    assert [(p.name, p.data_type) for p in place.nested_properties] == [("city", DataType.TEXT), ("zip", DataType.INT)]
    index = config.vector_config["default"].vector_index_config
    assert (index.distance_metric, index.ef, index.ef_construction, index.max_connections) == (
        VectorDistances.DOT, 77, 99, 20)
    assert (index.filter_strategy, index.dynamic_ef_min, index.dynamic_ef_max) == (
        VectorFilterStrategy.SWEEPING, 50, 300)
    inverted = config.inverted_index_config
    assert (inverted.bm25.b, inverted.bm25.k1) == (0.6, 1.1)
    assert inverted.index_null_state and inverted.index_property_length and inverted.index_timestamps
    assert (inverted.stopwords.additions, inverted.stopwords.removals) == (["foo"], ["the"])
    simple = made.config.get(simple=True)
    assert [p.name for p in simple.properties] == ["title", "year", "place"]


@pytest.mark.parametrize("index,kind", [
    (Configure.VectorIndex.hnsw(), "hnsw"), (Configure.VectorIndex.flat(), "flat"),
    (Configure.VectorIndex.dynamic(threshold=100), "dynamic")])
def test_every_kind_of_vector_index_is_made_and_searched(make, index, kind):
    made = make(integer("number"), vector_config=Configure.Vectors.self_provided(vector_index_config=index))
    assert made.config.get().vector_config["default"].vector_index_config.vector_index_type() == kind
    made.data.insert({"number": 1}, vector=[1, 0])
    made.data.insert({"number": 2}, vector=[0, 1])
    assert [item.properties["number"] for item in made.query.near_vector([0.1, 1]).objects] == [2, 1]


@pytest.mark.parametrize("quantizer", [
    Configure.VectorIndex.Quantizer.pq(), Configure.VectorIndex.Quantizer.bq(), Configure.VectorIndex.Quantizer.sq(),
    Configure.VectorIndex.Quantizer.rq(), Configure.VectorIndex.Quantizer.none()])
def test_every_quantizer_is_taken_and_shown(make, quantizer):
    made = make(integer("number"), vector_config=Configure.Vectors.self_provided(quantizer=quantizer))
    shown = made.config.get().vector_config["default"].vector_index_config.quantizer
    expected = type(quantizer).__name__.lstrip("_").replace("ConfigCreate", "")
    if "Uncompressed" in expected:
        assert shown is None
    else:
        assert type(shown).__name__.lstrip("_").replace("Config", "") == expected
    made.data.insert({"number": 1}, vector=[1, 0])
    assert len(made.query.near_vector([1, 0]).objects) == 1


def test_named_vectors_are_made_and_added_later(make):
    made = make(integer("number"), vector_config=[
        Configure.Vectors.self_provided(name="first"),
        Configure.Vectors.self_provided(
            name="second", vector_index_config=Configure.VectorIndex.flat(distance_metric=VectorDistances.L2_SQUARED))])
    assert sorted(made.config.get().vector_config) == ["first", "second"]
    made.config.add_vector(vector_config=Configure.Vectors.self_provided(name="third"))
    assert sorted(made.config.get().vector_config) == ["first", "second", "third"]


def test_properties_and_references_are_added(make):
    target = make(text("name"))
    made = make(text("title"), references=[ReferenceProperty(name="first", target_collection=target.name)])
    made.config.add_property(integer("year"))
    made.config.add_reference(ReferenceProperty(name="second", target_collection=target.name))
    made.config.add_reference(
        ReferenceProperty.MultiTarget(name="third", target_collections=[target.name, made.name]))
    config = made.config.get()
    assert [p.name for p in config.properties] == ["title", "year"]
    assert {r.name: r.target_collections for r in config.references} == {
        "first": [target.name], "second": [target.name], "third": [target.name, made.name]}


def test_what_may_change_is_changed(make):
    made = make(text("title"), vector_config=Configure.Vectors.self_provided(name="v"))
    made.config.update(
        description="changed", property_descriptions={"title": "the name"},
        inverted_index_config=Reconfigure.inverted_index(bm25_k1=1.5, stopwords_additions=["bar"]),
        vector_config=Reconfigure.Vectors.update(
            name="v", vector_index_config=Reconfigure.VectorIndex.hnsw(ef=123, flat_search_cutoff=10)))
    config = made.config.get()
    assert config.description == "changed" and config.properties[0].description == "the name"
    assert config.inverted_index_config.bm25.k1 == 1.5
    assert config.inverted_index_config.stopwords.additions == ["bar"]
    assert config.vector_config["v"].vector_index_config.ef == 123
    assert config.vector_config["v"].vector_index_config.flat_search_cutoff == 10


def test_a_definition_makes_a_second_collection(client, make):
    made = make(text("title"), integer("year"))
    config = made.config.get()
    config.name = make.name()
    client.collections.create_from_config(config)
    assert client.collections.export_config(config.name).to_dict() == config.to_dict()
    again = dict(config.to_dict(), **{"class": make.name()})
    assert client.collections.create_from_dict(again).config.get().to_dict() == again


def test_shards_are_shown_and_made_read_only(make):
    made = make(text("title"))
    made.data.insert({"title": "one"})
    (shard,) = made.config.get_shards()
    assert shard.status == "READY" and [s.object_count for s in made.shards()] == [1]
    assert made.config.update_shards("READONLY") == {shard.name: "READONLY"}
    with pytest.raises(UnexpectedStatusCodeError):
        made.data.insert({"title": "two"})
    made.config.update_shards("READY")
    made.data.insert({"title": "two"})


def test_all_collections_are_deleted_at_once(own_server):
    with connect(own_server) as client:
        for name in ("One", "Two", "Three"):
            client.collections.create(name)
        client.collections.delete(["One"])
        assert sorted(client.collections.list_all()) == ["Three", "Two"]
        client.collections.delete_all()
        assert client.collections.list_all() == {}


def test_an_unknown_collection_is_said_to_be_none(client):
    with pytest.raises(UnexpectedStatusCodeError) as refusal:
        client.collections.use("Nosuch").config.get()
    assert refusal.value.status_code == 404
