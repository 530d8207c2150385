# SPDX-License-Identifier: Apache-2.0
"""Collections with tenants."""
from __future__ import annotations

import pytest
from conftest import integer, number_id, numbers_of, text
from weaviate.classes.config import Configure, Reconfigure, ReferenceProperty
from weaviate.classes.data import DataObject
from weaviate.classes.query import Filter, Metrics, QueryReference
from weaviate.classes.tenants import (
    Tenant, TenantActivityStatus, TenantCreate, TenantCreateActivityStatus, TenantUpdate, TenantUpdateActivityStatus)
from weaviate.exceptions import UnexpectedStatusCodeError, WeaviateInsertManyAllFailedError, WeaviateQueryError


@pytest.fixture
def things(make):
    made = make(text("title"), integer("number"), multi_tenancy_config=Configure.multi_tenancy(enabled=True))
    made.tenants.create(["ann", Tenant(name="bob"), TenantCreate(name="cy", activity_status=TenantCreateActivityStatus.INACTIVE)])
    return made


def test_tenants_are_listed_with_their_state(things):
    states = {name: tenant.activity_status for name, tenant in things.tenants.get().items()}
    assert states == {"ann": TenantActivityStatus.ACTIVE, "bob": TenantActivityStatus.ACTIVE,
                      "cy": TenantActivityStatus.INACTIVE}
    assert set(things.tenants.get_by_names(["ann", "cy", "nobody"])) == {"ann", "cy"}
    assert things.tenants.get_by_name("cy").activity_status == TenantActivityStatus.INACTIVE
    assert things.tenants.get_by_name("nobody") is None
    assert things.tenants.exists("ann") and not things.tenants.exists("nobody")


def test_tenants_are_removed(things):
    things.tenants.remove(["ann", Tenant(name="bob"), "nobody"])
    assert set(things.tenants.get()) == {"cy"}


def test_each_tenant_has_its_own_objects(things):
    ann, bob = things.with_tenant("ann"), things.with_tenant(Tenant(name="bob"))
    ann.data.insert({"title": "of ann", "number": 1}, uuid=number_id(1), vector=[1, 0])
    result = bob.data.insert_many([
        DataObject(properties={"title": "of bob", "number": n}, uuid=number_id(n), vector=[n, 1]) for n in (1, 2)])
    assert not result.has_errors and (len(ann), len(bob)) == (1, 2)
    assert ann.query.fetch_object_by_id(number_id(1)).properties["title"] == "of ann"
    assert ann.query.fetch_object_by_id(number_id(2)) is None
    assert numbers_of(bob.query.near_vector([2, 1])) == [2, 1]
    assert numbers_of(ann.query.bm25("bob")) == [] and sorted(numbers_of(bob.query.bm25("bob"))) == [1, 2]
    assert bob.aggregate.over_all(return_metrics=Metrics("number").integer(sum_=True)).properties["number"].sum_ == 3
    assert sorted(item.properties["number"] for item in bob.iterator()) == [1, 2]
    assert bob.data.delete_many(Filter.by_property("number").equal(1)).successful == 1
    assert (len(ann), len(bob)) == (1, 1)
    assert sorted((shard.name, shard.object_count) for shard in things.shards()) >= [("ann", 1), ("bob", 1)]


def test_a_tenant_goes_out_of_use_and_comes_back(things):
    ann = things.with_tenant("ann")
    ann.data.insert({"title": "x", "number": 1}, uuid=number_id(1), vector=[1, 0])
    things.tenants.update(TenantUpdate(name="ann", activity_status=TenantUpdateActivityStatus.INACTIVE))
    assert things.tenants.get_by_name("ann").activity_status == TenantActivityStatus.INACTIVE
    with pytest.raises(WeaviateQueryError, match="tenant not active"):
        ann.query.fetch_objects()
    with pytest.raises(WeaviateInsertManyAllFailedError, match="tenant not active"):
        ann.data.insert_many([{"number": 2}])
    things.tenants.activate("ann")
    assert numbers_of(ann.query.near_vector([1, 0])) == [1]
    things.tenants.deactivate(["ann", "bob"])
    assert {t.activity_status for t in things.tenants.get().values()} == {TenantActivityStatus.INACTIVE}


def test_missing_unknown_and_unexpected_tenants_are_refused(things, make):
    with pytest.raises(WeaviateQueryError, match="without tenant"):
        things.query.fetch_objects()
    with pytest.raises(WeaviateQueryError, match="tenant not found"):
        things.with_tenant("nobody").query.fetch_objects()
    with pytest.raises(WeaviateInsertManyAllFailedError, match="tenant not found"):
        things.with_tenant("nobody").data.insert_many([{"number": 1}])
    with pytest.raises(WeaviateQueryError, match="(?i)tenan"):
        things.aggregate.over_all()
    plain = make(integer("number"))
    with pytest.raises(WeaviateQueryError, match="with tenant"):
        plain.with_tenant("ann").query.fetch_objects()
    with pytest.raises(UnexpectedStatusCodeError):
        plain.tenants.create("ann")


def test_tenants_make_and_wake_themselves_where_that_is_wanted(make):
    made = make(integer("number"), multi_tenancy_config=Configure.multi_tenancy(
        enabled=True, auto_tenant_creation=True, auto_tenant_activation=True))
    assert not made.with_tenant("new").data.insert_many([{"number": 1}]).has_errors
    made.with_tenant("newer").data.insert({"number": 2})
    assert set(made.tenants.get()) == {"new", "newer"}
    made.tenants.deactivate("new")
    assert len(made.with_tenant("new").query.fetch_objects().objects) == 1
    assert made.tenants.get_by_name("new").activity_status == TenantActivityStatus.ACTIVE
    made.config.update(multi_tenancy_config=Reconfigure.multi_tenancy(auto_tenant_creation=False))
    assert not made.config.get().multi_tenancy_config.auto_tenant_creation
    with pytest.raises(WeaviateInsertManyAllFailedError):
        made.with_tenant("newest").data.insert_many([{"number": 1}])


def test_references_lead_within_a_tenant(make):
    multi = Configure.multi_tenancy(enabled=True)
    target = make(text("name"), multi_tenancy_config=multi)
    made = make(integer("number"), multi_tenancy_config=multi,
                references=[ReferenceProperty(name="to", target_collection=target.name)])
    for kind in (target, made):
        kind.tenants.create(["a", "b"])
    target.with_tenant("a").data.insert({"name": "alpha"}, uuid=number_id(1))
    mine = made.with_tenant("a")
    mine.data.insert_many([DataObject(properties={"number": 1}, references={"to": number_id(1)})])
    found = mine.query.fetch_objects(
        filters=Filter.by_ref("to").by_property("name").equal("alpha"), return_references=QueryReference(link_on="to"))
    assert found.objects[0].references["to"].objects[0].properties == {"name": "alpha"}


def test_hundreds_of_tenants_are_handled_at_once(make):
    made = make(integer("number"), multi_tenancy_config=Configure.multi_tenancy(enabled=True))
    names = [f"t{n}" for n in range(300)]
    made.tenants.create(names)
    assert set(made.tenants.get()) == set(names)
    assert set(made.tenants.get_by_names(names[:250])) == set(names[:250])
    made.tenants.remove(names[:200])
    assert set(made.tenants.get()) == set(names[200:])
