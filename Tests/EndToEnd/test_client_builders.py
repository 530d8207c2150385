# SPDX-License-Identifier: Apache-2.0
"""What of the official Python client 3.26.7 no other test drives: schema helpers, batches by hand, states of backups, search builders."""
from __future__ import annotations

import uuid

import pytest
import weaviate
from running_server import Server
from weaviate.batch.crud_batch import Shard
from weaviate.data.replication import ConsistencyLevel

SONG = {
    "class": "Song",
    "vectorizer": "none",
    "vectorIndexConfig": {"distance": "l2-squared"},
    "properties": [
        {"name": "title", "dataType": ["text"]},
        {"name": "words", "dataType": ["text"]},
        {"name": "year", "dataType": ["int"]},
    ],
}
# Two near the origin and two far from it, so that a jump lies between them.
SONGS = [("blue moon", 0.0), ("moon river", 0.1), ("red river", 9.0), ("green river valley", 9.1)]


def identity(number: int) -> str:
    return str(uuid.UUID(int=number))


@pytest.fixture
def server(tmp_path):
    settings = {"ENABLE_MODULES": "backup-filesystem", "BACKUP_FILESYSTEM_PATH": str(tmp_path / "backups")}
    with Server(tmp_path / "data", settings) as server:
        yield server


@pytest.fixture
def client(server) -> weaviate.Client:
    client = weaviate.Client(server.url, startup_period=10, timeout_config=(5, 60))
    client.schema.create_class(SONG)
    client.batch.configure(batch_size=None, dynamic=False)
    for number, (title, place) in enumerate(SONGS):
        client.batch.add_data_object(
            {"title": title, "words": f"la la {title}", "year": 1930 + number}, "Song", identity(number), [place, 0.0])
    client.batch.flush()
    return client


def titles(answer: dict) -> list[str]:
    assert "errors" not in answer, answer
    return [song["title"] for song in answer["data"]["Get"]["Song"]]


def message(answer: dict) -> str:
    assert answer.get("errors"), answer
    return answer["errors"][0]["message"]


def test_the_schema_is_asked_changed_and_emptied(client) -> None:
    assert client.schema.contains(SONG)
    assert not client.schema.contains({"class": "Poem", "properties": []})
    client.schema.update_config("Song", {"invertedIndexConfig": {"bm25": {"k1": 1.5, "b": 0.5}}, "description": "sung"})
    changed = client.schema.get("Song")
    assert changed["invertedIndexConfig"]["bm25"] == {"k1": 1.5, "b": 0.5}
    assert changed["description"] == "sung"
    client.schema.delete_all()
    assert client.schema.get() == {"classes": []}


def test_shards_are_made_read_only_and_ready(client) -> None:
    shards = client.schema.get_class_shards("Song")
    assert [shard["status"] for shard in shards] == ["READY"]
    assert client.schema.update_class_shard("Song", "READONLY") == [{"status": "READONLY"}]
    with pytest.raises(weaviate.UnexpectedStatusCodeException):
        client.data_object.create({"title": "new"}, "Song", vector=[1, 1])
    assert client.schema.update_class_shard("Song", "READY", shards[0]["name"])["status"] == "READY"
    client.data_object.create({"title": "new"}, "Song", vector=[1, 1])


def test_nodes_and_the_way_to_sign_in_are_told(client) -> None:
    node = client.cluster.get_nodes_status()[0]
    assert (node["name"], node["status"]) == ("node1", "HEALTHY")
    for name in (None, "Song"):
        node = client.cluster.get_nodes_status(name, output="verbose")[0]
        assert node["stats"]["objectCount"] == len(SONGS)
    assert client.get_open_id_configuration() is None
    client.timeout_config = (3, 30)
    assert client.timeout_config == (3, 30)
    assert client.is_live() and client.is_ready()


def test_objects_are_validated_without_being_stored(client) -> None:
    assert client.data_object.validate({"title": "x", "year": 1}, "Song", identity(50))["valid"]
    wrong = client.data_object.validate({"year": "soon"}, "Song", identity(50))
    assert not wrong["valid"] and wrong["error"]
    assert not client.data_object.exists(identity(50), "Song")


def test_batches_are_filled_sent_and_emptied_by_hand(client) -> None:
    client.schema.property.create("Song", {"name": "next", "dataType": ["Song"]})
    batch = client.batch
    batch.configure(batch_size=None, dynamic=False, consistency_level=ConsistencyLevel.ALL)
    for number in (20, 21, 22):
        batch.add_data_object({"title": f"song {number}"}, "Song", identity(number), [20.0, number])
    assert batch.num_objects() == 3 and batch.shape == (3, 0) and not batch.is_empty_objects()
    batch.pop_object()
    assert [item["result"]["status"] for item in batch.create_objects()] == ["SUCCESS", "SUCCESS"]
    assert batch.is_empty_objects()
    batch.add_reference(identity(20), "Song", "next", identity(21), "Song")
    batch.add_reference(identity(21), "Song", "next", identity(20), "Song")
    assert batch.num_references() == 2
    batch.pop_reference()
    assert [item["result"]["status"] for item in batch.create_references()] == ["SUCCESS"]
    assert batch.is_empty_references()
    batch.add_data_object({"title": "never sent"}, "Song", identity(23), [1, 1])
    batch.empty_objects()
    batch.empty_references()
    batch.flush()
    assert not client.data_object.exists(identity(22), "Song")
    assert not client.data_object.exists(identity(23), "Song")
    assert client.data_object.get_by_id(identity(20), class_name="Song")["properties"]["next"]
    batch.wait_for_vector_indexing([Shard(class_name="Song")])


def test_batches_send_themselves_when_they_are_full(client) -> None:
    for settings in ({"batch_size": 7, "dynamic": False, "num_workers": 2}, {"batch_size": 5, "dynamic": True}):
        client.batch.configure(**settings, timeout_retries=1, connection_error_retries=1)
        with client.batch as batch:
            for number in range(30):
                batch.add_data_object({"title": "many"}, "Song", identity(100 + number), [5.0, 5.0])
        count = client.query.aggregate("Song").with_where(
            {"path": ["title"], "operator": "Equal", "valueText": "many"}).with_meta_count().do()
        assert count["data"]["Aggregate"]["Song"][0]["meta"]["count"] == 30


def test_the_states_of_a_backup_and_of_its_restore_are_told(client) -> None:
    client.backup.create("one", "filesystem", include_classes=["Song"], wait_for_completion=True)
    assert client.backup.get_create_status("one", "filesystem")["status"] == "SUCCESS"
    client.schema.delete_class("Song")
    client.backup.restore("one", "filesystem", wait_for_completion=True)
    assert client.backup.get_restore_status("one", "filesystem")["status"] == "SUCCESS"
    assert client.query.aggregate("Song").with_meta_count().do()["data"]["Aggregate"]["Song"][0]["meta"]["count"] == 4


def test_keywords_are_searched_in_the_properties_named(client) -> None:
    search = client.query.get("Song", ["title"])
    assert set(titles(search.with_bm25("river").do())) == {"moon river", "red river", "green river valley"}
    assert titles(client.query.get("Song", ["title"]).with_bm25("river valley", ["title^2"]).with_limit(1).do()) == [
        "green river valley"]
    assert titles(client.query.get("Song", ["title"]).with_bm25("la", ["title"]).do()) == []


def test_autocut_ends_where_the_distances_jump(client) -> None:
    near = {"vector": [0.0, 0.0]}
    assert len(titles(client.query.get("Song", ["title"]).with_near_vector(near).do())) == 4
    assert titles(client.query.get("Song", ["title"]).with_near_vector(near).with_autocut(1).do()) == [
        "blue moon", "moon river"]


def test_a_consistency_level_means_nothing_to_a_class_of_one_copy(client) -> None:
    for level in ConsistencyLevel:
        found = client.data_object.get_by_id(identity(0), class_name="Song", consistency_level=level)
        assert found["properties"]["title"] == "blue moon"
        # As in Weaviate, whose searches know it only where there are more copies.
        search = client.query.get("Song", ["title"]).with_consistency_level(level)
        assert 'Unknown argument "consistencyLevel"' in message(search.do())


def test_several_searches_go_in_one_request(client) -> None:
    answer = client.query.multi_get([
        client.query.get("Song", ["title"]).with_limit(1).with_bm25("moon").with_alias("moons"),
        client.query.get("Song", ["title"]).with_near_vector({"vector": [9.0, 0.0]}).with_limit(1).with_alias("far"),
    ]).do()
    assert "errors" not in answer, answer
    assert len(answer["data"]["Get"]["moons"]) == 1
    assert answer["data"]["Get"]["far"] == [{"title": "red river"}]


@pytest.mark.parametrize("add, argument", [
    (lambda query: query.with_near_text({"concepts": ["sea"]}), "nearText"),
    (lambda query: query.with_ask({"question": "who?", "properties": ["title"]}), "ask"),
    (lambda query: query.with_near_audio({"audio": "AAAA"}, encode=False), "nearAudio"),
    (lambda query: query.with_near_video({"video": "AAAA"}, encode=False), "nearVideo"),
    (lambda query: query.with_near_depth({"depth": "AAAA"}, encode=False), "nearDepth"),
    (lambda query: query.with_near_thermal({"thermal": "AAAA"}, encode=False), "nearThermal"),
    (lambda query: query.with_near_imu({"imu": "AAAA"}, encode=False), "nearIMU"),
])
def test_searches_of_modules_that_are_not_there_are_refused_by_name(client, add, argument) -> None:
    assert argument in message(add(client.query.get("Song", ["title"])).do())
    if argument != "ask":
        assert argument in message(add(client.query.aggregate("Song").with_meta_count()).do())


def test_a_generative_module_that_is_not_there_is_refused_by_name(client) -> None:
    assert "generate" in message(client.query.get("Song", ["title"]).with_generate(single_prompt="{title}").do())
