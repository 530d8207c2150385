# SPDX-License-Identifier: Apache-2.0
"""What GraphQL says of pictures beside Weaviate's interface: parts and sums of pictures, per cents, links; and how pictures are made ready."""
from __future__ import annotations

import base64
import io

import pytest
from running_server import Server

COUNT = 40


def class_named(name: str, preprocess: dict | None = None, **more) -> dict:
    module: dict = {"imageFields": ["image"]}
    if preprocess is not None:
        module["preprocess"] = preprocess
    return {
        "class": name, "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": module},
        "properties": [{"name": "image", "dataType": ["blob"]}, {"name": "breed", "dataType": ["text"]}], **more}


def number_id(number: int) -> str:
    return f"00000000-0000-0000-0000-{number + 1:012}"


def encoded(path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def fill(server: Server, name: str, pets) -> None:
    objects = [
        {"class": name, "id": number_id(number), "properties": {"image": encoded(path), "breed": breed}}
        for number, (path, breed) in enumerate(pets)]
    status, answer = server.request("POST", "/v1/batch/objects", {"objects": objects})
    assert status == 200 and all(item["result"]["status"] == "SUCCESS" for item in answer), answer


def near(server: Server, name: str, image: str, limit: int = 5, fields: str = "id distance") -> list[dict]:
    data = server.graphql(f"{{Get {{{name}(nearImage: {{{image}}}, limit: {limit}) {{_additional {{{fields}}}}}}}}}")
    return [hit["_additional"] for hit in data["Get"][name]]


@pytest.fixture(scope="module")
def album(tmp_path_factory, pets):
    with Server(tmp_path_factory.mktemp("pictures") / "data") as server:
        assert server.request("POST", "/v1/schema", class_named("Pet"))[0] == 200
        fill(server, "Pet", pets[:COUNT])
        yield server


def test_a_data_uri_is_read_as_its_picture(album, pets):
    plain = encoded(pets[3][0])
    assert near(album, "Pet", f'image: "data:image/jpeg;base64,{plain}"') == near(album, "Pet", f'image: "{plain}"')


def test_a_part_of_a_collage_finds_the_picture_it_shows(album, pets):
    image = pytest.importorskip("PIL.Image")
    left, right = (image.open(pets[number][0]).convert("RGB").resize((400, 400)) for number in (4, 27))
    collage = image.new("RGB", (800, 400))
    collage.paste(left, (0, 0))
    collage.paste(right, (400, 0))
    file = io.BytesIO()
    collage.save(file, "PNG")
    text = base64.b64encode(file.getvalue()).decode()
    for number, x in ((4, 0), (27, 0.5)):
        found = near(album, "Pet", f'image: "{text}", crop: {{x: {x}, y: 0, width: 0.5, height: 1}}', limit=1)
        assert found[0]["id"] == number_id(number)


def test_several_pictures_are_one_query_with_plus_and_minus(album, pets):
    first, second = encoded(pets[0][0]), encoded(pets[25][0])
    both = near(album, "Pet", f'images: [{{image: "{first}"}}, {{image: "{second}"}}]', limit=2)
    assert {hit["id"] for hit in both} == {number_id(0), number_id(25)}
    assert near(album, "Pet", f'images: [{{image: "{first}"}}, {{id: "{number_id(25)}"}}]', limit=2) == pytest.approx(both)
    without = near(album, "Pet", f'images: [{{image: "{first}"}}, {{id: "{number_id(25)}", weight: -1}}]', limit=COUNT)
    assert without[0]["id"] == number_id(0) and without[-1]["id"] == number_id(25)


def test_per_cents_fall_from_100_as_distances_rise(album, pets):
    hits = near(album, "Pet", f'image: "{encoded(pets[9][0])}"', limit=COUNT, fields="id distance percent")
    percents = [hit["percent"] for hit in hits]
    assert percents[0] == pytest.approx(100, abs=0.1)
    assert percents == sorted(percents, reverse=True)
    # Half of all random pairs are farther apart than 0 per cent.
    assert 0 < sum(percent == 0 for percent in percents) < COUNT


def test_links_lead_to_the_picture_of_the_class_or_to_that_of_the_property(album):
    data = album.graphql("{Get {Pet(limit: 1) {_additional {id imageUrl thumbnailUrl}}}}")["Get"]["Pet"][0]["_additional"]
    assert data["imageUrl"] == f"/v1/objects/Pet/{data['id']}/image"
    assert data["thumbnailUrl"] == f"/v1/objects/Pet/{data['id']}/image?size=256"
    hosted = {
        "class": "Hosted", "vectorizer": "none", "imageUrlProperty": "url",
        "properties": [{"name": "url", "dataType": ["text"]}]}
    status, answer = album.request("POST", "/v1/schema", hosted)
    assert status == 200 and answer["imageUrlProperty"] == "url", answer
    address = "https://pictures.example/1.jpg"
    assert album.request("POST", "/v1/objects", {"class": "Hosted", "vector": [1, 2], "properties": {"url": address}})[0] == 200
    data = album.graphql("{Get {Hosted(limit: 1) {_additional {imageUrl thumbnailUrl}}}}")["Get"]["Hosted"][0]
    assert data["_additional"] == {"imageUrl": address, "thumbnailUrl": None}


def test_pictures_are_made_ready_as_the_class_says(album, pets):
    """The mirror image of a stored picture is the same to a class that averages both."""
    ops = pytest.importorskip("PIL.ImageOps")
    image = pytest.importorskip("PIL.Image")
    file = io.BytesIO()
    ops.mirror(image.open(pets[5][0]).convert("RGB")).save(file, "PNG")
    mirrored = base64.b64encode(file.getvalue()).decode()
    assert album.request("POST", "/v1/schema", class_named("Mirrored", {"flip": True}))[0] == 200
    fill(album, "Mirrored", pets[:12])
    hit = near(album, "Mirrored", f'image: "{mirrored}"', limit=1)[0]
    assert hit["id"] == number_id(5) and hit["distance"] < 0.01
    assert near(album, "Pet", f'image: "{mirrored}"', limit=1)[0]["distance"] > 2 * hit["distance"]


@pytest.mark.parametrize("preprocess, words", [
    ({"fit": "cut"}, "preprocess.fit must be one of squash, crop, pad"),
    ({"rotate": True}, "preprocess.rotate: there is no such setting"),
    ({"photo": {"flip": True}}, "preprocess.photo: there is no such field in imageFields"),
    ([1], "preprocess must be an object"),
])
def test_a_mistake_in_preprocess_is_named_and_makes_no_class(album, preprocess, words):
    status, answer = album.request("POST", "/v1/schema", class_named("Mistaken", preprocess))
    assert status == 422 and words in answer["error"][0]["message"], answer
    assert album.request("GET", "/v1/schema/Mistaken")[0] == 404


def test_a_class_names_a_property_of_its_own_for_addresses(album):
    status, answer = album.request("POST", "/v1/schema", class_named("Mistaken", imageUrlProperty="adress"))
    assert status == 422 and "has no property 'adress'" in answer["error"][0]["message"], answer


def test_how_pictures_are_made_ready_outlives_a_restart(tmp_path, pets):
    with Server(tmp_path / "data") as server:
        assert server.request("POST", "/v1/schema", class_named("Pet", {"image": {"better": True}}))[0] == 200
        fill(server, "Pet", pets[:6])
        before = near(server, "Pet", f'image: "{encoded(pets[2][0])}"', limit=6)
        assert server.stop() == 0
    with Server(tmp_path / "data") as server:
        assert near(server, "Pet", f'image: "{encoded(pets[2][0])}"', limit=6) == before
        shown = server.request("GET", "/v1/schema/Pet")[1]
        assert shown["moduleConfig"]["img2vec-neural"]["preprocess"] == {"image": {"better": True}}
        changed = {**shown, "moduleConfig": {"img2vec-neural": {"imageFields": ["image"], "preprocess": {"flip": True}}}}
        assert server.request("PUT", "/v1/schema/Pet", changed)[0] == 422
        # Objects that come later fit those that are there.
        assert server.request("PATCH", f"/v1/objects/Pet/{number_id(3)}", {
            "class": "Pet", "properties": {"image": encoded(pets[2][0])}})[0] == 204
        hits = near(server, "Pet", f'image: "{encoded(pets[2][0])}"', limit=2)
        assert {hit["id"] for hit in hits} == {number_id(2), number_id(3)} and hits[1]["distance"] < 1e-4
