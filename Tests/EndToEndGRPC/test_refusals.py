# SPDX-License-Identifier: Apache-2.0
"""What this server does not have is refused with words that say so, and the connection stays good."""
from __future__ import annotations

import pytest
from conftest import connect, integer, number_id, numbers_of, text
from running_server import Server
from weaviate.classes.data import DataObject
from weaviate.classes.generate import GenerativeConfig
from weaviate.classes.query import Filter, Move, NearMediaType, Rerank
from weaviate.exceptions import WeaviateBaseError, WeaviateInsertManyAllFailedError, WeaviateQueryError


@pytest.fixture
def things(make):
    made = make(text("title"), integer("number"))
    made.data.insert_many([
        DataObject(properties={"title": f"t{n}", "number": n}, uuid=number_id(n), vector=[n, 1]) for n in range(5)])
    yield made
    assert numbers_of(made.query.near_vector([0, 1], limit=1)) == [0]


SEARCHES = {
    "near text": (lambda q: q.near_text("words"), "(?i)neartext|vectorizer|module"),
    "near text that moves": (
        lambda q: q.near_text("words", move_to=Move(force=0.5, concepts=["x"])), "(?i)neartext|vectorizer|module"),
    "near audio": (lambda q: q.near_media("aGVsbG8=", NearMediaType.AUDIO), "(?i)nearaudio|vectorizer|module"),
    "near video": (lambda q: q.near_media("aGVsbG8=", NearMediaType.VIDEO), "(?i)nearvideo|vectorizer|module"),
    "near depth": (lambda q: q.near_media("aGVsbG8=", NearMediaType.DEPTH), "(?i)neardepth|vectorizer|module"),
    "near thermal": (lambda q: q.near_media("aGVsbG8=", NearMediaType.THERMAL), "(?i)nearthermal|vectorizer|module"),
    "near imu": (lambda q: q.near_media("aGVsbG8=", NearMediaType.IMU), "(?i)nearimu|vectorizer|module"),
    "near image without a network": (lambda q: q.near_image("aGVsbG8="), "(?i)nearimage|vectorizer|module"),
    "hybrid without a vector": (lambda q: q.hybrid("words"), "(?i)vectorizer|vector"),
    "rerank": (lambda q: q.near_vector([0, 1], rerank=Rerank(prop="title", query="x")), "(?i)rerank"),
    "rerank of words": (lambda q: q.bm25("t1", rerank=Rerank(prop="title")), "(?i)rerank"),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_that_needs_another_module_is_refused(things, name):
    search, words = SEARCHES[name]
    with pytest.raises(WeaviateQueryError, match=words):
        search(things.query)


GENERATIONS = {
    "of each": lambda g: g.near_vector([0, 1], single_prompt="say {title}"),
    "of all": lambda g: g.fetch_objects(grouped_task="sum up"),
    "with a provider": lambda g: g.bm25("t1", single_prompt="x", generative_provider=GenerativeConfig.openai()),
}


@pytest.mark.parametrize("name", GENERATIONS)
def test_generating_is_refused(things, name):
    with pytest.raises(WeaviateQueryError, match="(?i)generat"):
        GENERATIONS[name](things.generate)


def test_aggregating_over_words_is_refused(things):
    with pytest.raises(WeaviateQueryError, match="(?i)neartext|vectorizer|module"):
        things.aggregate.near_text("words", object_limit=3)


def test_every_search_of_an_unknown_collection_names_it(client):
    unknown = client.collections.use("Nosuch")
    for call in (lambda: unknown.query.fetch_objects(), lambda: unknown.query.near_vector([0, 1]),
                 lambda: unknown.query.bm25("x"), lambda: unknown.query.hybrid("x", alpha=0),
                 lambda: unknown.query.fetch_object_by_id(number_id(1)), lambda: unknown.aggregate.over_all(),
                 lambda: unknown.tenants.get_by_names(["a"]),
                 lambda: unknown.data.delete_many(Filter.by_property("x").equal(1))):
        with pytest.raises(WeaviateBaseError, match="Nosuch"):
            call()


def test_a_message_beyond_the_limit_is_refused_and_the_connection_stays_good(tmp_path):
    settings = {"GRPC_MAX_MESSAGE_SIZE": str(1 << 20)}
    with Server(tmp_path / "data", settings) as server, connect(server) as client:
        assert client.get_meta()["grpcMaxMessageSize"] == 1 << 20
        made = client.collections.create("Thing", properties=[text("title")])
        with pytest.raises((WeaviateBaseError, WeaviateInsertManyAllFailedError)):
            made.data.insert_many([{"title": "x" * (2 << 20)}])
        assert not made.data.insert_many([{"title": "x" * (1 << 19)}]).has_errors
        assert len(made) == 1
