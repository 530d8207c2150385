# SPDX-License-Identifier: Apache-2.0
"""What is around the data: backups, aliases, nodes, raw GraphQL."""
from __future__ import annotations

import uuid

import pytest
from conftest import integer, number_id, numbers_of, text
from weaviate.backup.backup import BackupStatus, BackupStorage
from weaviate.classes.data import DataObject
from weaviate.classes.query import Filter
from weaviate.exceptions import BackupFailedError, UnexpectedStatusCodeError, WeaviateQueryError


@pytest.fixture
def things(make):
    made = make(text("title"), integer("number"))
    made.data.insert_many([DataObject(properties={"title": f"t{n}", "number": n}, uuid=number_id(n), vector=[n, 1])
                           for n in range(50)])
    return made


def test_a_backup_is_made_and_restored(client, things):
    name = f"backup-{uuid.uuid4().hex}"
    before = numbers_of(things.query.near_vector([30, 1], limit=50))
    made = client.backup.create(
        name, BackupStorage.FILESYSTEM, include_collections=[things.name], wait_for_completion=True)
    assert made.status == BackupStatus.SUCCESS and made.collections == [things.name]
    assert client.backup.get_create_status(name, BackupStorage.FILESYSTEM).status == BackupStatus.SUCCESS
    client.collections.delete(things.name)
    restored = client.backup.restore(
        name, BackupStorage.FILESYSTEM, include_collections=[things.name], wait_for_completion=True)
    assert restored.status == BackupStatus.SUCCESS
    assert client.backup.get_restore_status(name, BackupStorage.FILESYSTEM).status == BackupStatus.SUCCESS
    assert len(things) == 50 and numbers_of(things.query.near_vector([30, 1], limit=50)) == before
    assert numbers_of(things.query.bm25("t7")) == [7]


def test_a_collection_saves_itself(client, things):
    name = f"own-{uuid.uuid4().hex}"
    assert things.backup.create(name, BackupStorage.FILESYSTEM, wait_for_completion=True).status == BackupStatus.SUCCESS
    with pytest.raises((BackupFailedError, UnexpectedStatusCodeError)):
        things.backup.restore(name, BackupStorage.FILESYSTEM, wait_for_completion=True)
    client.collections.delete(things.name)
    assert things.backup.restore(name, BackupStorage.FILESYSTEM, wait_for_completion=True).status == BackupStatus.SUCCESS
    assert len(things) == 50


def test_an_alias_is_made_used_switched_and_deleted(client, make, things):
    alias = f"Alias{uuid.uuid4().hex}"
    other = make(text("title"), integer("number"))
    other.data.insert({"title": "other", "number": 1})
    client.alias.create(alias_name=alias, target_collection=things.name)
    assert client.alias.exists(alias_name=alias) and client.alias.get(alias_name=alias).collection == things.name
    assert alias in client.alias.list_all() and alias in client.alias.list_all(collection=things.name)
    used = client.collections.use(alias)
    assert len(used) == 50 and numbers_of(used.query.near_vector([3, 1], limit=1)) == numbers_of(
        things.query.near_vector([3, 1], limit=1))
    assert not used.data.insert_many([{"number": 51}]).has_errors and len(things) == 51
    assert used.data.delete_many(Filter.by_property("number").equal(51)).successful == 1
    assert client.alias.update(alias_name=alias, new_target_collection=other.name)
    assert [item.properties["title"] for item in used.query.fetch_objects().objects] == ["other"]
    assert client.alias.delete(alias_name=alias) and not client.alias.exists(alias_name=alias)
    assert client.alias.get(alias_name=alias) is None
    with pytest.raises(WeaviateQueryError):
        used.query.fetch_objects()


def test_nodes_are_shown(client, things):
    (node,) = client.cluster.nodes(output="verbose")
    assert node.name == "node1" and node.status == "HEALTHY" and node.version.startswith("1.39")
    assert [shard.object_count for shard in node.shards if shard.collection == things.name] == [50]
    (node,) = client.cluster.nodes(collection=things.name, output="verbose")
    assert [shard.collection for shard in node.shards] == [things.name]
    assert client.cluster.nodes()[0].name == "node1"


def test_graphql_is_asked_raw(client, things):
    found = client.graphql_raw_query(
        "{Get{%s(limit:3 sort:{path:[\"number\"] order:desc}){number}} Aggregate{%s{meta{count}}}}" % (
            things.name, things.name))
    assert found.get[things.name] == [{"number": 49}, {"number": 48}, {"number": 47}]
    assert found.aggregate[things.name] == [{"meta": {"count": 50}}] and found.errors is None
    assert client.graphql_raw_query("{Get{Nosuch{x}}}").errors
