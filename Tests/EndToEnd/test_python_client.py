# SPDX-License-Identifier: Apache-2.0
"""The official Python client 3.26.7, unmodified, on real pictures; the server restarted, and once killed, in between.

The tests of this file are one story in the order they stand; all of them use the server of the module.
"""
from __future__ import annotations

import base64
import json
import uuid

import pytest
import weaviate
from running_server import ROOT, Server

SCHEMA = json.loads((ROOT / "Schemas/Meme.json").read_text())
SPACE = uuid.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")


def identity(path) -> str:
    return str(uuid.uuid5(SPACE, path.name))


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("client") / "data") as server:
        yield server


def connect(server: Server) -> weaviate.Client:
    return weaviate.Client(server.url, startup_period=10, timeout_config=(5, 60))


def nearest(client, path, limit: int = 5) -> list[dict]:
    answer = (
        client.query.get("Meme", ["text"])
        .with_near_image({"image": str(path)})
        .with_limit(limit)
        .with_additional(["id", "distance", "certainty"])
        .do()
    )
    return answer["data"]["Get"]["Meme"]


def count(client) -> int:
    answer = client.query.aggregate("Meme").with_meta_count().do()
    return answer["data"]["Aggregate"]["Meme"][0]["meta"]["count"]


def add(client, pets) -> None:
    """Adds pictures by the client's batch with dynamic sizing."""
    failures = []

    def note_failures(results) -> None:
        for item in results or []:
            if item["result"].get("errors"):
                failures.append(item["result"]["errors"])

    client.batch.configure(batch_size=20, dynamic=True, num_workers=2, callback=note_failures)
    with client.batch as batch:
        for path, breed in pets:
            picture = base64.b64encode(path.read_bytes()).decode()
            batch.add_data_object({"image": picture, "text": breed}, "Meme", uuid=identity(path))
    assert failures == []


def test_the_client_finds_the_server_ready(running):
    client = connect(running)
    assert client.is_ready() and client.is_live()
    meta = client.get_meta()
    assert meta["version"].startswith("1.39")
    assert "img2vec-neural" in meta["modules"]


def test_a_class_comes_back_completed(running):
    client = connect(running)
    client.schema.create_class(SCHEMA)
    stored = client.schema.get("Meme")
    assert stored["vectorizer"] == "img2vec-neural"
    assert stored["moduleConfig"]["img2vec-neural"]["imageFields"] == ["image"]
    assert stored["vectorIndexConfig"]["distance"] == "cosine"
    with pytest.raises(weaviate.exceptions.UnexpectedStatusCodeException, match="already exists"):
        client.schema.create_class(SCHEMA)


def test_a_batch_of_pictures_is_stored(running, pets):
    client = connect(running)
    add(client, pets[:100])
    assert count(client) == 100


def test_a_picture_finds_itself_first_and_its_like_next(running, pets):
    client = connect(running)
    alike = 0
    for path, breed in pets[:100:10]:
        found = nearest(client, path)
        assert found[0]["_additional"]["id"] == identity(path)
        assert found[0]["_additional"]["distance"] < 1e-3
        distances = [hit["_additional"]["distance"] for hit in found]
        assert distances == sorted(distances)
        for hit in found:
            assert hit["_additional"]["certainty"] == pytest.approx(1 - hit["_additional"]["distance"] / 2, abs=1e-5)
        alike += sum(hit["text"] == breed for hit in found[1:])
    assert alike >= 20, "of 40 neighbors at least half are of the same breed"


def test_near_object_finds_what_near_image_finds(running, pets):
    client = connect(running)
    path = pets[7][0]
    answer = (
        client.query.get("Meme", ["text"]).with_near_object({"id": identity(path)}).with_limit(5)
        .with_additional(["id"]).do()
    )
    ids = [hit["_additional"]["id"] for hit in answer["data"]["Get"]["Meme"]]
    assert ids == [hit["_additional"]["id"] for hit in nearest(client, path)]


def test_an_object_is_read_with_its_vector_and_its_picture(running, pets):
    client = connect(running)
    path, breed = pets[3]
    stored = client.data_object.get_by_id(identity(path), class_name="Meme", with_vector=True)
    assert stored["properties"]["text"] == breed
    assert base64.b64decode(stored["properties"]["image"]) == path.read_bytes()
    assert len(stored["vector"]) in (1280, 2048)


def test_where_and_near_image_go_together(running, pets):
    client = connect(running)
    path, breed = pets[15]
    answer = (
        client.query.get("Meme", ["text"]).with_near_image({"image": str(path)})
        .with_where({"path": ["text"], "operator": "Equal", "valueText": breed}).with_limit(20).do()
    )
    found = [hit["text"] for hit in answer["data"]["Get"]["Meme"]]
    assert found and set(found) == {breed}


def test_an_object_is_changed_and_keeps_or_renews_its_vector(running, pets):
    client = connect(running)
    path, other = pets[20][0], pets[120][0]
    before = client.data_object.get_by_id(identity(path), class_name="Meme", with_vector=True)
    client.data_object.update({"text": "renamed"}, "Meme", identity(path))
    after = client.data_object.get_by_id(identity(path), class_name="Meme", with_vector=True)
    assert after["properties"]["text"] == "renamed"
    assert after["vector"] == before["vector"]
    client.data_object.update({"image": base64.b64encode(other.read_bytes()).decode()}, "Meme", identity(path))
    assert nearest(client, other, 1)[0]["_additional"]["id"] == identity(path)


def test_a_deleted_object_is_gone(running, pets):
    client = connect(running)
    path = pets[30][0]
    client.data_object.delete(identity(path), "Meme")
    assert not client.data_object.exists(identity(path), class_name="Meme")
    assert identity(path) not in [hit["_additional"]["id"] for hit in nearest(client, path, 100)]
    assert count(client) == 99


def test_everything_is_there_after_a_restart(running, pets):
    before = [nearest(connect(running), path) for path, _ in pets[40:45]]
    assert running.stop() == 0
    running.start()
    client = connect(running)
    assert count(client) == 99
    assert [nearest(client, path) for path, _ in pets[40:45]] == before
    assert not client.data_object.exists(identity(pets[30][0]), class_name="Meme")


def test_everything_is_there_after_a_kill(running, pets):
    client = connect(running)
    add(client, pets[100:130])
    running.kill()
    running.start()
    client = connect(running)
    assert count(client) == 129
    for path, _ in pets[100:130:5]:
        assert nearest(client, path, 1)[0]["text"]
        found = [hit["_additional"]["id"] for hit in nearest(client, path, 2)]
        assert identity(path) in found


def test_a_class_is_deleted_with_its_objects(running):
    client = connect(running)
    client.schema.delete_class("Meme")
    assert not client.schema.exists("Meme")
    assert client.schema.get()["classes"] == []
