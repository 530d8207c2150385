# SPDX-License-Identifier: Apache-2.0
"""The port that stands in for the inference container: asked as Weaviate's module img2vec-neural asks it."""
from __future__ import annotations

import http.client
import json
import time
from pathlib import Path

import pytest
from running_server import NotReady, Server, base64_of, free_port


class Inference(Server):
    """A server with the port."""

    def __init__(self, folder, settings: dict[str, str] | None = None) -> None:
        self.inference_port = free_port()
        super().__init__(folder, {"NEEDLETAIL_INFERENCE_PORT": str(self.inference_port), **(settings or {})})

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, object]:
        """One request without a content type, as Go sends it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.inference_port, timeout=60)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            raw = answer.read()
            return answer.status, json.loads(raw) if raw else None
        finally:
            connection.close()

    def vector(self, identifier: str, image: str) -> tuple[int, object]:
        return self.ask("POST", "/vectors", json.dumps({"id": identifier, "image": image}).encode())

    def wait_for_network(self) -> None:
        deadline = time.monotonic() + 60
        while self.ask("GET", "/.well-known/ready")[0] > 299:
            assert time.monotonic() < deadline, "no network after a minute"
            # As Weaviate does: there is nothing to wait on but the port.
            time.sleep(0.02)


@pytest.fixture(scope="module")
def inference(tmp_path_factory):
    with Inference(tmp_path_factory.mktemp("inference") / "data") as server:
        assert server.ask("GET", "/.well-known/live") == (204, None)
        server.wait_for_network()
        yield server


def test_the_vector_is_that_of_the_class_bit_for_bit(inference, pets):
    image = base64_of(pets[3][0])
    assert inference.request("POST", "/v1/schema", {
        "class": "Pet", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}},
        "properties": [{"name": "image", "dataType": ["blob"]}]})[0] == 200
    status, stored = inference.request("POST", "/v1/objects", {"class": "Pet", "properties": {"image": image}})
    assert status == 200
    status, answer = inference.vector(stored["id"], image)
    assert status == 200
    assert answer["vector"] == stored["vector"]
    assert answer["id"] == stored["id"] and answer["dim"] == len(answer["vector"])
    assert inference.ask("GET", "/meta")[1]["dim"] == answer["dim"]


def files(folder: Path) -> dict[Path, int | None]:
    """What lies there, and when it was changed; not of the database's own file, which is tidied when nothing is asked for."""
    return {path: None if path.suffix == ".mdb" else path.stat().st_mtime_ns
            for path in folder.rglob("*") if path.suffix != ".log"}


@pytest.mark.parametrize("identifier", ["../../etc/passwd", "/etc/passwd", "../escaped", "", "a/b", "\u0000", "C:\\x"])
def test_an_id_is_never_a_path(inference, pets, identifier):
    before = files(inference.folder.parent)
    status, answer = inference.vector(identifier, base64_of(pets[0][0]))
    assert status == 200 and answer["id"] == identifier
    assert files(inference.folder.parent) == before
    # Nor is what a path of this kind leads to ever read: what is no picture is refused.
    status, answer = inference.vector(identifier, "cm9vdA==")
    assert status == 422 and "no picture" in answer["error"]


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"id": "a"}', b'{"id": 1, "image": "AA=="}', b'{"id": "a", "image": "?"}'])
def test_what_cannot_be_read_is_refused_as_json(inference, body):
    status, answer = inference.ask("POST", "/vectors", body)
    assert status == 422 and answer["error"]


def test_there_is_nothing_else_on_the_port(inference):
    assert inference.ask("GET", "/v1/objects")[0] == 404
    assert inference.ask("GET", "/vectors")[0] == 405


def test_a_body_beyond_the_limit_is_refused(tmp_path):
    with Inference(tmp_path / "data", {"NEEDLETAIL_MAX_REQUEST_BYTES": "64KiB"}) as server:
        assert server.vector("a", "A" * 100_000)[0] == 413


def test_without_a_network_it_is_never_ready(tmp_path):
    with Inference(tmp_path / "data", {"NEEDLETAIL_IMG2VEC_MODEL": str(tmp_path / "missing.onnx")}) as server:
        assert server.ask("GET", "/.well-known/live")[0] == 204
        assert server.ask("GET", "/.well-known/ready")[0] == 503
        status, answer = server.vector("a", "AAAA")
        assert status == 503 and "missing.onnx" not in answer["error"]


def test_a_port_in_use_stops_the_start_with_the_name_of_the_setting(inference, tmp_path):
    with pytest.raises(NotReady, match="NEEDLETAIL_INFERENCE_PORT: port"):
        Server(tmp_path / "data", {"NEEDLETAIL_INFERENCE_PORT": str(inference.inference_port)}).start()
