# SPDX-License-Identifier: Apache-2.0
"""How clients reach the server: addresses, keys, context managers, restarts."""
from __future__ import annotations

import grpc
import pytest
import weaviate
from conftest import connect, integer, number_id
from running_server import Server, free_port
from weaviate.classes.init import AdditionalConfig, Auth, Timeout
from weaviate.exceptions import (
    UnexpectedStatusCodeError, WeaviateClosedClientError, WeaviateGRPCUnavailableError)
from weaviate.proto.v1 import aggregate_pb2, batch_pb2, search_get_pb2, weaviate_pb2_grpc

KEYS = {"AUTHENTICATION_APIKEY_ENABLED": "true", "AUTHENTICATION_APIKEY_ALLOWED_KEYS": "key-of-ann,key-of-bob",
        "AUTHENTICATION_APIKEY_USERS": "ann,bob"}


def test_a_local_server_is_ready_and_says_what_it_is(client):
    assert client.is_ready() and client.is_live() and client.is_connected()
    meta = client.get_meta()
    assert meta["version"].startswith("1.39")
    assert meta["grpcMaxMessageSize"] > 0
    assert "img2vec-neural" in meta["modules"]


def test_a_server_at_custom_addresses_is_reached(server):
    with weaviate.connect_to_custom(
            http_host="127.0.0.1", http_port=server.port, http_secure=False,
            grpc_host="127.0.0.1", grpc_port=server.grpc_port, grpc_secure=False,
            additional_config=AdditionalConfig(timeout=Timeout(init=10, query=30, insert=60))) as client:
        assert client.is_ready()


def test_a_client_is_made_from_parameters_and_connected_later(server):
    client = weaviate.WeaviateClient(
        connection_params=weaviate.connect.ConnectionParams.from_params(
            http_host="127.0.0.1", http_port=server.port, http_secure=False,
            grpc_host="127.0.0.1", grpc_port=server.grpc_port, grpc_secure=False))
    client.connect()
    assert client.is_ready()
    client.close()


def test_a_context_manager_closes_its_client(server):
    with connect(server) as client:
        assert client.is_connected()
    assert not client.is_connected()
    with pytest.raises(WeaviateClosedClientError):
        client.collections.list_all()


def test_a_port_without_grpc_is_noticed_when_connecting(server):
    with pytest.raises(WeaviateGRPCUnavailableError):
        weaviate.connect_to_local(host="127.0.0.1", port=server.port, grpc_port=free_port(),
                                  additional_config=AdditionalConfig(timeout=Timeout(init=2)))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory) -> Server:
    with Server(tmp_path_factory.mktemp("guarded") / "data", KEYS) as server:
        with connect(server, auth_credentials=Auth.api_key("key-of-ann")) as client:
            things = client.collections.create("Thing", properties=[integer("number")])
            things.data.insert({"number": 1}, uuid=number_id(1), vector=[1, 0])
        yield server


@pytest.mark.parametrize("credentials", [Auth.api_key("key-of-bob"), "key-of-ann"])
def test_a_key_opens_reading_and_writing_over_both_ways(guarded, credentials):
    with connect(guarded, auth_credentials=credentials) as client:
        things = client.collections.use("Thing")
        assert [item.properties for item in things.query.near_vector([1, 0]).objects] == [{"number": 1}]
        assert not things.data.insert_many([{"number": 2}]).has_errors
        assert things.data.delete_many(weaviate.classes.query.Filter.by_property("number").equal(2)).successful == 1
        assert things.aggregate.over_all().total_count == 1


@pytest.mark.parametrize("credentials", [Auth.api_key("wrong"), None])
def test_a_wrong_key_or_none_is_refused_when_connecting(guarded, credentials):
    with pytest.raises(UnexpectedStatusCodeError) as refusal:
        connect(guarded, auth_credentials=credentials)
    assert refusal.value.status_code == 401


@pytest.mark.parametrize("key", ["Bearer wrong", "key-of-ann", None])
def test_a_wrong_key_or_none_is_refused_by_each_call(guarded, key):
    metadata = [("authorization", key)] if key else None
    with grpc.insecure_channel(f"127.0.0.1:{guarded.grpc_port}") as channel:
        calls = weaviate_pb2_grpc.WeaviateStub(channel)
        for call, request in ((calls.Search, search_get_pb2.SearchRequest(collection="Thing")),
                              (calls.BatchObjects, batch_pb2.BatchObjectsRequest()),
                              (calls.Aggregate, aggregate_pb2.AggregateRequest(collection="Thing"))):
            with pytest.raises(grpc.RpcError) as refusal:
                call(request, metadata=metadata, timeout=10)
            # Weaviate's code; the words are what its clients show.
            assert refusal.value.code() == grpc.StatusCode.UNKNOWN
            assert refusal.value.details().startswith("extract auth: ")
        search = search_get_pb2.SearchRequest(collection="Thing")
        assert len(calls.Search(search, metadata=[("authorization", "Bearer key-of-bob")], timeout=10).results) == 1


def test_two_clients_see_each_others_writes_at_once(server, make):
    things = make(integer("number"))
    with connect(server) as other:
        for number in range(20):
            things.data.insert({"number": number}, uuid=number_id(number))
            found = other.collections.use(things.name).query.fetch_object_by_id(number_id(number))
            assert found.properties == {"number": number}


def test_a_client_goes_on_after_the_server_was_restarted(own_server):
    with connect(own_server) as client:
        things = client.collections.create("Thing", properties=[integer("number")])
        things.data.insert_many([{"number": number} for number in range(10)])
        assert own_server.stop() == 0
        own_server.start()
        assert len(things.query.fetch_objects(limit=100).objects) == 10
        assert not things.data.insert_many([{"number": 11}]).has_errors
        assert len(things) == 11
