# SPDX-License-Identifier: Apache-2.0
"""Photographs in, the most similar ones out: vectors made by the server, on real pictures."""
from __future__ import annotations

import base64
import hashlib

import grpc
import pytest
from conftest import number_id, numbers_of, text
from weaviate.classes.config import Configure, DataType, Property
from weaviate.classes.query import Filter, GroupBy
from weaviate.exceptions import WeaviateQueryError
from weaviate.proto.v1 import aggregate_pb2, base_search_pb2, weaviate_pb2_grpc

COUNT = 24


def picture(path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


@pytest.fixture(scope="module")
def albums(make_for_module, pets):
    """The same pictures twice: kept whole, and as hashes alone."""
    made = []
    for kind in (DataType.BLOB, DataType.BLOB_HASH):
        album = make_for_module(
            text("breed"), Property(name="image", data_type=kind),
            vector_config=Configure.Vectors.img2vec_neural(image_fields=["image"]))
        with album.batch.fixed_size(batch_size=8) as batch:
            for number, (path, breed) in enumerate(pets[:COUNT]):
                batch.add_object({"breed": breed, "image": picture(path)}, uuid=number_id(number))
        assert album.batch.failed_objects == []
        made.append(album)
    return made


def test_a_picture_finds_itself_however_it_is_given(albums, pets):
    path = pets[7][0]
    with path.open("rb") as file:
        for given in (path, str(path), picture(path), file):
            for album in albums:
                found = album.query.near_image(given, limit=3, return_metadata=["distance", "certainty"])
                assert numbers_of(found)[0] == 7
                assert found.objects[0].metadata.distance == pytest.approx(0, abs=1e-3)
                if hasattr(given, "seek"):
                    given.seek(0)


def test_pictures_of_the_same_breed_are_near(albums, pets):
    found = albums[0].query.near_image(pets[0][0], limit=5, return_properties=["breed"])
    assert found.objects[0].properties["breed"] == pets[0][1]
    assert numbers_of(found) == numbers_of(albums[0].query.near_object(number_id(0), limit=5))


def test_a_search_by_picture_takes_filter_window_distance_and_groups(albums, pets):
    album, path = albums[0], pets[3][0]
    everything = album.query.near_image(path, limit=COUNT, return_metadata=["distance"])
    order = numbers_of(everything)
    assert sorted(order) == list(range(COUNT))
    assert numbers_of(album.query.near_image(path, limit=4, offset=2)) == order[2:6]
    border = (everything.objects[4].metadata.distance + everything.objects[5].metadata.distance) / 2
    assert numbers_of(album.query.near_image(path, distance=border)) == order[:5]
    assert numbers_of(album.query.near_image(path, certainty=1 - border / 2)) == order[:5]
    breed = pets[3][1]
    own = album.query.near_image(path, filters=Filter.by_property("breed").equal(breed), limit=COUNT)
    assert set(numbers_of(own)) <= set(order) and numbers_of(own)[0] == 3
    groups = album.query.near_image(path, limit=COUNT, group_by=GroupBy(
        prop="breed", objects_per_group=1, number_of_groups=3)).groups
    assert list(groups)[0] == breed and len(groups) <= 3


def test_pictures_are_aggregated_by_what_they_look_like(server, albums, pets):
    # The client's own aggregate.near_image ends with a TypeError in 4.23.1, so its message is sent as it is.
    request = aggregate_pb2.AggregateRequest(
        collection=albums[0].name, objects_count=True, object_limit=4,
        near_image=base_search_pb2.NearImageSearch(image=picture(pets[5][0])),
        aggregations=[aggregate_pb2.AggregateRequest.Aggregation(
            property="breed", text=aggregate_pb2.AggregateRequest.Aggregation.Text(count=True))])
    with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
        reply = weaviate_pb2_grpc.WeaviateStub(channel).Aggregate(request, timeout=30)
    assert reply.single_result.objects_count == 4
    assert reply.single_result.aggregations.aggregations[0].text.count == 4


def test_a_stored_picture_comes_back_and_a_hashed_one_does_not(albums, pets):
    whole, hashed = albums
    given = picture(pets[2][0])
    assert whole.query.fetch_object_by_id(number_id(2), return_properties=["image"]).properties == {"image": given}
    expected = {"image": hashlib.sha256(given.encode()).hexdigest()}
    assert hashed.query.fetch_object_by_id(number_id(2), return_properties=["image"]).properties == expected
    vectors = [album.query.fetch_object_by_id(number_id(2), include_vector=True).vector["default"] for album in albums]
    assert vectors[0] == pytest.approx(vectors[1], abs=1e-3)


def test_a_hashed_picture_is_changed_and_what_does_not_touch_it_keeps_its_vector(albums, pets):
    hashed = albums[1]
    identity = hashed.data.insert({"breed": "x", "image": picture(pets[COUNT][0])})
    vector = hashed.query.fetch_object_by_id(identity, include_vector=True).vector["default"]
    hashed.data.update(identity, {"breed": "y"})
    assert hashed.query.fetch_object_by_id(identity, include_vector=True).vector["default"] == vector
    hashed.data.update(identity, {"image": picture(pets[COUNT + 1][0])})
    changed = hashed.query.fetch_object_by_id(identity, include_vector=True, return_properties=["image"])
    assert changed.vector["default"] != vector
    assert changed.properties["image"] == hashlib.sha256(picture(pets[COUNT + 1][0]).encode()).hexdigest()
    hashed.data.delete_by_id(identity)


def test_several_named_vectors_are_made_of_their_pictures(make, pets):
    made = make(
        Property(name="front", data_type=DataType.BLOB), Property(name="back", data_type=DataType.BLOB),
        vector_config=[Configure.Vectors.img2vec_neural(name="f", image_fields=["front"]),
                       Configure.Vectors.img2vec_neural(name="b", image_fields=["back"])])
    made.data.insert({"front": picture(pets[0][0]), "back": picture(pets[1][0])}, uuid=number_id(0))
    made.data.insert({"front": picture(pets[1][0]), "back": picture(pets[0][0])}, uuid=number_id(1))
    assert numbers_of(made.query.near_image(pets[0][0], target_vector="f", limit=1)) == [0]
    assert numbers_of(made.query.near_image(pets[0][0], target_vector="b", limit=1)) == [1]
    with pytest.raises(WeaviateQueryError, match="(?i)target"):
        made.query.near_image(pets[0][0])


def test_what_is_no_picture_fails_alone_with_words_that_help(albums, make, pets):
    album = make(Property(name="image", data_type=DataType.BLOB),
                 vector_config=Configure.Vectors.img2vec_neural(image_fields=["image"]))
    with album.batch.dynamic() as batch:
        batch.add_object({"image": picture(pets[0][0])}, uuid=number_id(0))
        batch.add_object({"image": "aGVsbG8="}, uuid=number_id(1))
    assert [str(item.object_.uuid) for item in album.batch.failed_objects] == [number_id(1)]
    assert "image" in album.batch.failed_objects[0].message
    with pytest.raises(WeaviateQueryError):
        album.query.near_image("aGVsbG8=")
    assert numbers_of(album.query.near_image(pets[0][0])) == [0]
