# SPDX-License-Identifier: Apache-2.0
"""gRPC-Web on the port of REST, as browsers send it."""
from __future__ import annotations

import base64
import http.client

from conftest import number_id
from weaviate.classes.data import DataObject
from weaviate.proto.v1 import search_get_pb2


def frame(message: bytes, flag: int = 0) -> bytes:
    return bytes([flag]) + len(message).to_bytes(4, "big") + message


def frames(body: bytes) -> list[tuple[int, bytes]]:
    found = []
    while body:
        size = int.from_bytes(body[1:5], "big")
        found.append((body[0], body[5:5 + size]))
        body = body[5 + size:]
    return found


def call(server, method: str, body: bytes, kind: str = "application/grpc-web+proto") -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request("POST", f"/v1/grpc-web/weaviate.v1.Weaviate/{method}", body, {"Content-Type": kind, "X-Grpc-Web": "1"})
        response = connection.getresponse()
        return response.status, response.getheader("Content-Type"), response.read()
    finally:
        connection.close()


def trailers(body: bytes) -> dict[str, str]:
    flag, text = frames(body)[-1]
    assert flag == 0x80
    return dict(line.split(":", 1) for line in text.decode().replace(": ", ":").split("\r\n") if line)


def search(collection: str, **content) -> bytes:
    return search_get_pb2.SearchRequest(
        collection=collection, metadata=search_get_pb2.MetadataRequest(uuid=True), **content).SerializeToString()


def test_a_search_is_answered_in_both_forms(server, make):
    things = make()
    things.data.insert_many([DataObject(uuid=number_id(n), properties={}) for n in range(3)])
    status, kind, body = call(server, "Search", frame(search(things.name)))
    assert status == 200 and kind.startswith("application/grpc-web")
    flag, message = frames(body)[0]
    reply = search_get_pb2.SearchReply.FromString(message)
    assert flag == 0 and [result.metadata.id for result in reply.results] == [number_id(n) for n in range(3)]
    assert trailers(body)["grpc-status"] == "0"
    text = call(server, "Search", base64.b64encode(frame(search(things.name))), "application/grpc-web-text")[2]
    assert search_get_pb2.SearchReply.FromString(frames(base64.b64decode(text))[0][1]).results == reply.results


def test_a_refusal_comes_in_the_trailers(server):
    status, _, body = call(server, "Search", frame(search("Nope")))
    assert status == 200
    assert trailers(body)["grpc-status"] == "2" and "Nope" in trailers(body)["grpc-message"]
    assert trailers(call(server, "Nope", frame(b""))[2])["grpc-status"] == "12"
