# SPDX-License-Identifier: Apache-2.0
"""Pictures in, found and out again: forms, searches beside GraphQL, stored pictures and thumbnails, through curl."""
from __future__ import annotations

import concurrent.futures
import json
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest
from running_server import Server

CLASS = {
    "class": "Pet", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}},
    "properties": [
        {"name": "image", "dataType": ["blob"]}, {"name": "breed", "dataType": ["text"], "tokenization": "field"},
        {"name": "size", "dataType": ["int"]}, {"name": "tags", "dataType": ["text[]"]}],
}


def curl(server: Server, path: str, *arguments) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (names in lower case) and body."""
    answer = subprocess.run(
        ["curl", "-sS", "-i", "-H", "Expect:", *map(str, arguments), server.url + path], capture_output=True, check=True,
        timeout=60)
    head, _, body = answer.stdout.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]), {name.lower(): value for name, value in headers.items()}, body


def identity(number: int) -> str:
    return str(uuid.UUID(int=number + 1))


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("pictures") / "data", {"ORIGIN": "https://pets.example"}) as server:
        assert server.request("POST", "/v1/schema", CLASS)[0] == 200
        yield server


@pytest.fixture(scope="module")
def stored(running, pets) -> list[tuple[Path, str]]:
    """Thirty pictures that were sent as forms."""
    chosen = pets[:: max(1, len(pets) // 30)][:30]
    for number, (path, breed) in enumerate(chosen):
        status, _, body = curl(
            running, "/v1/objects/Pet", "-F", f"image=@{path}", "-F", f"breed={breed}", "-F", f"size={path.stat().st_size}",
            "-F", "tags=a", "-F", "tags=b", "-F", f"id={identity(number)}")
        assert status == 200, body
    return chosen


def test_a_form_stores_what_json_stores(running, stored):
    path, breed = stored[0]
    status, answer = running.request("GET", f"/v1/objects/Pet/{identity(0)}")
    assert status == 200
    assert answer["properties"]["breed"] == breed and answer["properties"]["tags"] == ["a", "b"]
    assert answer["properties"]["size"] == path.stat().st_size
    status, _, body = curl(running, f"/v1/objects/Pet/{identity(0)}/image")
    assert status == 200 and body == path.read_bytes()


def test_what_is_wrong_with_a_form_is_said(running, stored):
    path = stored[0][0]
    for arguments, status, words in (
        (["-F", f"image=@{path}", "-F", "size=large"], 422, "invalid integer property 'size'"),
        (["-F", "image=@/dev/null;filename=x.jpg"], 422, "not a valid blob base64 string"),
        (["-F", f"breed=@{path}"], 422, "takes no file"),
        (["-H", "Content-Type: multipart/form-data", "-d", "x"], 400, "names no boundary"),
        (["-H", "Content-Type: application/json", "-d", "{}"], 415, "POST /v1/objects"),
    ):
        found = curl(running, "/v1/objects/Pet", *arguments)
        assert found[0] == status and words in found[2].decode(), found


def test_an_object_is_replaced_by_a_form(running, stored):
    one, other = stored[1][0], stored[2][0]
    target = f"/v1/objects/Pet/{identity(900)}"
    for path in (one, other):
        arguments = ["-F", f"image=@{path}", "-F", f"id={identity(900)}"]
        if path == one:
            assert curl(running, "/v1/objects/Pet", *arguments)[0] == 200
        else:
            assert curl(running, target, "-X", "PUT", *arguments)[0] == 200
        assert curl(running, target + "/image")[2] == path.read_bytes()
    assert running.request("DELETE", target)[0] == 204


def test_a_picture_is_found_by_itself_in_every_form_of_body(running, stored):
    path = stored[5][0]
    target = "/v1/search/Pet/near-image"
    found = [
        curl(running, target, "-F", f"image=@{path}", "-F", "limit=3"),
        curl(running, target + "?limit=3", "-H", "Content-Type: image/jpeg", "--data-binary", f"@{path}"),
    ]
    answers = [json.loads(body) for status, _, body in found if status == 200]
    assert len(answers) == 2, found
    assert [hit["id"] for hit in answers[0]["hits"]] == [hit["id"] for hit in answers[1]["hits"]]
    first = answers[0]["hits"][0]
    assert first["id"] == identity(5) and first["distance"] < 1e-4 and first["percent"] > 99.9
    assert set(first["properties"]) == {"breed", "size", "tags"}
    assert first["imageUrl"] == f"https://pets.example/v1/objects/Pet/{identity(5)}/image"
    assert first["thumbnailUrl"] == first["imageUrl"] + "?size=256"
    took = answers[0]["took"]
    assert took["inferMs"] > 0 and took["totalMs"] >= took["searchMs"]


def test_what_is_searched_near_to_can_be_left_out(running, stored):
    path = stored[5][0]
    status, _, body = curl(
        running, "/v1/search/Pet/near-image", "-F", f"image=@{path}", "-F", "excludeSelf=true", "-F", "limit=29")
    hits = json.loads(body)["hits"]
    assert status == 200 and len(hits) == 29 and identity(5) not in [hit["id"] for hit in hits]
    status, answer = running.request(
        "POST", "/v1/search/Pet/near-object", {"id": identity(5), "excludeSelf": True, "limit": 1})
    assert status == 200 and answer["hits"][0]["id"] == hits[0]["id"]


def test_filters_groups_parts_and_several_pictures(running, stored):
    path, breed = stored[5]
    where = json.dumps({"path": ["breed"], "operator": "NotEqual", "valueText": breed})
    status, _, body = curl(running, "/v1/search/Pet/near-image", "-F", f"image=@{path}", "-F", f"where={where}")
    assert status == 200 and breed not in [hit["properties"]["breed"] for hit in json.loads(body)["hits"]]
    status, _, body = curl(
        running, "/v1/search/Pet/near-image", "-F", f"image=@{path}", "-F", "crop=0.25,0.25,0.5,0.5", "-F",
        'groupBy={"property": "breed", "groups": 3, "objectsPerGroup": 2}')
    groups = json.loads(body)["groups"]
    assert status == 200 and 0 < len(groups) <= 3 and all(group["hits"] for group in groups)
    status, answer = running.request(
        "POST", "/v1/search/Pet/near-image",
        {"images": [{"id": identity(5), "weight": 1}, {"id": identity(6), "weight": 1}], "limit": 2})
    assert status == 200 and {hit["id"] for hit in answer["hits"]} == {identity(5), identity(6)}


def test_pictures_carry_tags_and_come_in_parts(running, stored):
    target = f"/v1/objects/Pet/{identity(0)}/image"
    status, headers, body = curl(running, target)
    assert headers["content-type"] == "image/jpeg" and headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "sandbox" and "content-disposition" not in headers
    assert curl(running, target, "-H", f"If-None-Match: {headers['etag']}")[::2] == (304, b"")
    status, part, content = curl(running, target, "-r", "10-19")
    assert status == 206 and content == body[10:20] and part["content-range"] == f"bytes 10-19/{len(body)}"
    assert curl(running, target, "-r", f"{len(body)}-")[0] == 416
    status, head, content = curl(running, target, "-I")
    assert status == 200 and int(head["content-length"]) == len(body) and content == b""


def test_thumbnails_are_small_turned_and_kept(running, stored):
    Image = pytest.importorskip("PIL.Image")
    import io
    for number, (path, _) in enumerate(stored[:5]):
        original = Image.open(path).size
        for size in (64, 256):
            status, headers, body = curl(running, f"/v1/objects/Pet/{identity(number)}/image?size={size}")
            assert status == 200 and headers["content-type"] == "image/jpeg"
            made = Image.open(io.BytesIO(body))
            assert made.format == "JPEG" and max(made.size) == min(size, max(original))
            assert curl(running, f"/v1/objects/Pet/{identity(number)}/image?size={size}")[2] == body


def test_thumbnails_can_be_lost_and_damaged_at_any_time(running, stored):
    folder = running.folder / "thumbnails"
    target = f"/v1/objects/Pet/{identity(0)}/image?size=128"
    body = curl(running, target)[2]
    for path in folder.rglob("*.jpg"):
        path.write_bytes(path.read_bytes()[:-1])
    assert curl(running, target)[::2] == (200, body)
    shutil.rmtree(folder)
    assert curl(running, target)[::2] == (200, body)


def test_many_ask_for_one_thumbnail_at_once(running, stored):
    target = f"/v1/objects/Pet/{identity(7)}/image?size=512"
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: curl(running, target)[::2], range(16)))
    assert len(set(answers)) == 1 and answers[0][0] == 200


def test_thumbnails_survive_a_restart_and_no_more_is_kept_than_allowed(tmp_path, pets):
    settings = {"NEEDLETAIL_THUMBNAIL_CACHE": "1MiB"}
    with Server(tmp_path / "data", settings) as server:
        own = {**CLASS, "vectorizer": "none"}
        own.pop("moduleConfig")
        assert server.request("POST", "/v1/schema", own)[0] == 200
        for number, (path, _) in enumerate(pets[:60]):
            assert curl(server, "/v1/objects/Pet", "-F", f"image=@{path}", "-F", f"id={identity(number)}")[0] == 200
            assert curl(server, f"/v1/objects/Pet/{identity(number)}/image?size=256")[0] == 200
        assert server.stop() == 0
        kept = list((tmp_path / "data/thumbnails").rglob("*.jpg"))
        assert kept and sum(path.stat().st_size for path in kept) <= 1 << 20
        before = {path: path.stat().st_ino for path in kept}
        server.start()
        for number in range(60):
            assert curl(server, f"/v1/objects/Pet/{identity(number)}/image?size=256")[0] == 200
        assert any(path.exists() and path.stat().st_ino == inode for path, inode in before.items())


def test_what_is_no_picture_is_an_attachment(running, tmp_path):
    page = tmp_path / "x.html"
    page.write_text("<script>alert(1)</script>")
    own = {"class": "File", "vectorizer": "none", "properties": [{"name": "data", "dataType": ["blob"]}]}
    assert running.request("POST", "/v1/schema", own)[0] == 200
    assert curl(running, "/v1/objects/File", "-F", f"data=@{page}", "-F", f"id={identity(0)}")[0] == 200
    status, headers, body = curl(running, f"/v1/objects/File/{identity(0)}/image")
    assert status == 200 and body == page.read_bytes() and headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"] == 'attachment; filename="data"'
    status, _, body = curl(running, f"/v1/objects/File/{identity(0)}/image?size=64")
    assert status == 422 and b"no thumbnail can be made" in body


def test_keys_apply(tmp_path):
    settings = {
        "AUTHENTICATION_APIKEY_ENABLED": "true", "AUTHENTICATION_APIKEY_ALLOWED_KEYS": "secret",
        "AUTHENTICATION_APIKEY_USERS": "jane", "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "false"}
    with Server(tmp_path / "data", settings) as server:
        for path, method in (
            (f"/v1/objects/Pet/{identity(0)}/image", "GET"), ("/v1/search/Pet/near-object", "POST"),
            ("/v1/objects/Pet", "POST"),
        ):
            assert curl(server, path, "-X", method)[0] == 401
            assert curl(server, path, "-X", method, "-H", "Authorization: Bearer secret")[0] in (404, 415)
