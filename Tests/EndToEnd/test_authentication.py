# SPDX-License-Identifier: Apache-2.0
"""Who gets in: API keys and anonymous access, as the official client and plain HTTP meet them."""
from __future__ import annotations

import http.client
import json

import pytest
import weaviate
from running_server import Server

KEYS = {"AUTHENTICATION_APIKEY_ENABLED": "true", "AUTHENTICATION_APIKEY_ALLOWED_KEYS": "key-of-ann,key-of-bob",
        "AUTHENTICATION_APIKEY_USERS": "ann,bob"}
OPEN = ["/v1", "/v1/.well-known/live", "/v1/.well-known/ready", "/v1/.well-known/openid-configuration"]
GUARDED = [("GET", "/v1/meta"), ("GET", "/v1/schema"), ("GET", "/v1/objects"), ("POST", "/v1/graphql"), ("GET", "/v1/nodes"),
           ("POST", "/v1/objects"), ("DELETE", "/v1/batch/objects"), ("GET", "/v1/backups/x"), ("GET", "/v1/nosuchthing")]


def ask(server: Server, method: str, path: str, key: str | None = None) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        connection.request(method, path, headers={"Authorization": key} if key is not None else {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def client(server: Server, key: str | None = None) -> weaviate.Client:
    credentials = weaviate.AuthApiKey(api_key=key) if key else None
    return weaviate.Client(server.url, auth_client_secret=credentials)


def works(server: Server, key: str | None, class_name: str) -> None:
    """A class, an object and a query through the official client."""
    connected = client(server, key)
    connected.schema.create_class({"class": class_name, "properties": [{"name": "text", "dataType": ["text"]}]})
    identity = connected.data_object.create({"text": "mine"}, class_name, vector=[1, 0])
    assert connected.data_object.get_by_id(identity, class_name=class_name)["properties"] == {"text": "mine"}
    found = connected.query.get(class_name, ["text"]).with_near_vector({"vector": [1, 0]}).do()
    assert found["data"]["Get"][class_name] == [{"text": "mine"}]
    with connected.batch as batch:
        batch.add_data_object({"text": "more"}, class_name, vector=[0, 1])
    counted = connected.query.aggregate(class_name).with_meta_count().do()
    assert counted["data"]["Aggregate"][class_name][0]["meta"]["count"] == 2


@pytest.fixture(scope="module")
def guarded(tmp_path_factory) -> Server:
    """Keys only."""
    with Server(tmp_path_factory.mktemp("guarded") / "data", KEYS) as server:
        yield server


@pytest.fixture(scope="module")
def mixed(tmp_path_factory) -> Server:
    """Keys, and anonymous access beside them."""
    settings = {**KEYS, "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "true", "AUTHENTICATION_APIKEY_USERS": "all"}
    with Server(tmp_path_factory.mktemp("mixed") / "data", settings) as server:
        yield server


@pytest.mark.parametrize(("key", "class_name"), [("key-of-ann", "Ann"), ("key-of-bob", "Bob")])
def test_the_official_client_works_with_every_key(guarded, key, class_name):
    works(guarded, key, class_name)


@pytest.mark.parametrize("key", [None, "wrong", "key-of-an", "key-of-ann,key-of-bob"])
def test_the_official_client_is_refused_without_a_right_key(guarded, key):
    with pytest.raises(weaviate.exceptions.UnexpectedStatusCodeException) as refusal:
        client(guarded, key).schema.get()
    assert refusal.value.status_code == 401


@pytest.mark.parametrize("path", OPEN)
@pytest.mark.parametrize("key", [None, "Bearer wrong", "Bearer key-of-ann"])
def test_what_clients_ask_before_they_log_in_is_open(guarded, path, key):
    assert ask(guarded, "GET", path, key)[0] == (404 if "openid" in path else 200)


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_all_else_answers_401_with_the_reason_in_json(guarded, method, path):
    for key, reason in [(None, "anonymous access not enabled. Please authenticate through one of the available methods: [API-keys]"),
                        ("Bearer wrong", "unauthorized: invalid api key"),
                        ("Basic a2V5", "unauthorized: the Authorization header must read 'Bearer KEY'")]:
        status, headers, body = ask(guarded, method, path, key)
        assert (status, headers["Content-Type"], json.loads(body)) == (
            401, "application/json", {"code": 401, "message": reason})
    assert ask(guarded, method, path, "Bearer key-of-bob")[0] != 401


def test_a_browsers_preflight_needs_no_key(guarded):
    assert ask(guarded, "OPTIONS", "/v1/objects")[0] == 200


def test_anonymous_access_beside_keys(mixed):
    works(mixed, None, "Nobody")
    works(mixed, "key-of-bob", "Bob")
    assert ask(mixed, "GET", "/v1/schema", "Bearer wrong")[0] == 401


def test_without_keys_whatever_comes_is_let_in(server):
    for key in [None, "Bearer anything", "nonsense"]:
        assert ask(server, "GET", "/v1/schema", key)[0] == 200
    works(server, "anything", "Any")


def test_keys_never_stand_in_the_log(guarded):
    ask(guarded, "GET", "/v1/schema", "Bearer key-of-ann")
    ask(guarded, "GET", "/v1/schema", "Bearer wrong-key-in-log")
    log = guarded.log_path.read_text()
    assert "key-of-ann" not in log and "wrong-key-in-log" not in log
