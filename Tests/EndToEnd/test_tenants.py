# SPDX-License-Identifier: Apache-2.0
"""Tenants by the official Python client 3.26.7, unmodified; the server restarted, and once killed, in between.

The tests of this file are one story in the order they stand; all of them use the server of the module.
"""
from __future__ import annotations

import uuid

import pytest
import weaviate
from running_server import Server, check
from weaviate import Tenant, TenantActivityStatus

CLASS = {
    "class": "Note",
    "vectorizer": "none",
    "properties": [{"name": "text", "dataType": ["text"]}, {"name": "number", "dataType": ["int"]}],
    "multiTenancyConfig": {"enabled": True},
}
AUTOMATIC = {
    **CLASS, "class": "Jotting",
    "multiTenancyConfig": {"enabled": True, "autoTenantCreation": True, "autoTenantActivation": True},
}
SPACE = uuid.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
WHERE = {"path": ["number"], "operator": "LessThan", "valueInt": 5}


def identity(number: int) -> str:
    return str(uuid.uuid5(SPACE, str(number)))


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("tenants") / "data", {"ENABLE_MODULES": ""}) as server:
        yield server


@pytest.fixture
def client(running) -> weaviate.Client:
    return weaviate.Client(running.url, startup_period=10, timeout_config=(5, 60))


def statuses(client, name: str = "Note") -> dict[str, str]:
    return {tenant.name: tenant.activity_status.value for tenant in client.schema.get_class_tenants(name)}


def add(client, name: str, tenants: list[str], count: int) -> list[dict]:
    """Adds objects round and round the tenants, by the client's batch; returns what failed."""
    failures = []

    def note_failures(results) -> None:
        failures.extend(item for item in results or [] if item["result"].get("errors"))

    client.batch.configure(batch_size=50, callback=note_failures)
    with client.batch as batch:
        for number in range(count):
            for tenant in tenants:
                batch.add_data_object(
                    {"text": f"of {tenant}", "number": number}, name, uuid=identity(number),
                    vector=[number, len(tenant)], tenant=tenant)
    return failures


def near(client, tenant: str, limit: int = 3) -> list[int]:
    answer = (
        client.query.get("Note", ["number"]).with_near_vector({"vector": [1, 0]}).with_limit(limit).with_tenant(tenant)
        .do())
    assert "errors" not in answer, answer
    return [hit["number"] for hit in answer["data"]["Get"]["Note"]]


def count(client, tenant: str, name: str = "Note") -> int:
    answer = client.query.aggregate(name).with_tenant(tenant).with_meta_count().do()
    assert "errors" not in answer, answer
    return answer["data"]["Aggregate"][name][0]["meta"]["count"]


def test_tenants_are_created_and_listed(client):
    client.schema.create_class(CLASS)
    assert client.schema.get("Note")["multiTenancyConfig"]["enabled"]
    client.schema.add_class_tenants("Note", [
        Tenant("red"), Tenant("green"), Tenant("blue", TenantActivityStatus.COLD)])
    assert statuses(client) == {"red": "HOT", "green": "HOT", "blue": "COLD"}
    with pytest.raises(weaviate.UnexpectedStatusCodeException, match="not a valid tenant name"):
        client.schema.add_class_tenants("Note", [Tenant("a b")])


def test_a_batch_fills_several_tenants(client):
    assert add(client, "Note", ["red", "green"], 300) == []
    assert (count(client, "red"), count(client, "green")) == (300, 300)
    failures = add(client, "Note", ["blue"], 2)
    assert [item["result"]["errors"]["error"][0]["message"] for item in failures] == ["tenant not active: 'blue'"] * 2


def test_single_objects_belong_to_their_tenants(client):
    one = client.data_object.create({"number": 1_000}, "Note", uuid=identity(1_000), vector=[0, 1], tenant="red")
    assert client.data_object.exists(one, class_name="Note", tenant="red")
    assert not client.data_object.exists(one, class_name="Note", tenant="green")
    client.data_object.update({"text": "changed"}, "Note", one, tenant="red")
    found = client.data_object.get_by_id(one, class_name="Note", tenant="red")
    assert found["properties"] == {"text": "changed", "number": 1_000} and found["tenant"] == "red"
    client.data_object.delete(one, class_name="Note", tenant="red")
    assert client.data_object.get_by_id(one, class_name="Note", tenant="red") is None
    with pytest.raises(weaviate.UnexpectedStatusCodeException, match="request was without tenant"):
        client.data_object.create({"number": 1}, "Note")
    with pytest.raises(weaviate.UnexpectedStatusCodeException, match='tenant not found: "grey"'):
        client.data_object.create({"number": 1}, "Note", tenant="grey")


def test_searches_and_deletions_see_one_tenant(client):
    assert near(client, "red") == near(client, "green") == [299, 298, 297]
    found = client.query.get("Note", ["text"]).with_where(WHERE).with_tenant("green").do()["data"]["Get"]["Note"]
    assert [note["text"] for note in found] == ["of green"] * 5
    assert client.batch.delete_objects("Note", WHERE, tenant="green")["results"]["successful"] == 5
    assert (count(client, "red"), count(client, "green")) == (300, 295)


def test_a_cold_tenant_is_refused_until_it_is_hot(client):
    before = near(client, "red")
    client.schema.update_class_tenants("Note", [Tenant("red", TenantActivityStatus.COLD)])
    assert statuses(client)["red"] == "COLD"
    answer = client.query.get("Note", ["number"]).with_tenant("red").do()
    assert "tenant not active: 'red'" in answer["errors"][0]["message"]
    client.schema.update_class_tenants("Note", [Tenant("red", TenantActivityStatus.HOT)])
    assert near(client, "red") == before


def test_a_restart_and_a_crash_change_no_status(running, client):
    client.schema.update_class_tenants("Note", [Tenant("green", TenantActivityStatus.COLD)])
    assert running.stop() == 0
    running.start()
    assert statuses(client) == {"red": "HOT", "green": "COLD", "blue": "COLD"}
    client.schema.update_class_tenants("Note", [Tenant("green"), Tenant("red", TenantActivityStatus.COLD)])
    running.kill()
    running.start()
    assert statuses(client) == {"red": "COLD", "green": "HOT", "blue": "COLD"}
    assert count(client, "green") == 295


def test_deleted_tenants_are_gone_with_their_objects(client):
    client.schema.remove_class_tenants("Note", ["red", "blue", "nobody"])
    assert statuses(client) == {"green": "HOT"}
    client.schema.add_class_tenants("Note", [Tenant("red")])
    assert count(client, "red") == 0


def test_tenants_come_by_themselves(client):
    client.schema.create_class(AUTOMATIC)
    names = [f"t{number}" for number in range(40)]
    assert add(client, "Jotting", names, 3) == []
    assert statuses(client, "Jotting") == {name: "HOT" for name in names}
    client.schema.update_class_tenants("Jotting", [Tenant("t7", TenantActivityStatus.COLD)])
    assert count(client, "t7", "Jotting") == 3
    assert statuses(client, "Jotting")["t7"] == "HOT"


def test_the_folder_is_sound(running):
    assert running.stop() == 0
    result = check(running.folder)
    assert result.returncode == 0, result.stdout + result.stderr
