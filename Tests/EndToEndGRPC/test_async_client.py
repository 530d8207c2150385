# SPDX-License-Identifier: Apache-2.0
"""The asynchronous client: the same server, many calls at a time."""
from __future__ import annotations

import asyncio

import pytest
import weaviate
from conftest import Factory, integer, number_id, numbers_of, text
from weaviate.classes.config import Configure
from weaviate.classes.data import DataObject
from weaviate.classes.query import Filter, Metrics, MetadataQuery, Sort
from weaviate.exceptions import WeaviateQueryError


def connecting(server) -> weaviate.WeaviateAsyncClient:
    return weaviate.use_async_with_local(host="127.0.0.1", port=server.port, grpc_port=server.grpc_port)


def run(server, body):
    """Runs `body(client, collection)` on a collection of its own."""

    async def whole() -> None:
        async with connecting(server) as client:
            name = f"Async{next(Factory.numbers)}"
            things = await client.collections.create(
                name, properties=[text("title"), integer("number")], vector_config=Configure.Vectors.self_provided())
            try:
                await body(client, things)
            finally:
                await client.collections.delete(name)

    asyncio.run(whole())


async def fill(things, count: int = 50) -> None:
    result = await things.data.insert_many([
        DataObject(properties={"title": f"t{n % 5}", "number": n}, uuid=number_id(n), vector=[n, 10])
        for n in range(count)])
    assert not result.has_errors


def test_it_connects_and_makes_collections(server):
    async def body(client, things) -> None:
        assert await client.is_ready() and (await client.get_meta())["version"].startswith("1.39")
        assert await client.collections.exists(things.name) and things.name in await client.collections.list_all()
        assert (await things.config.get()).name == things.name

    run(server, body)


def test_it_writes_reads_and_deletes(server):
    async def body(client, things) -> None:
        identity = await things.data.insert({"title": "one", "number": 1}, vector=[1, 0])
        await things.data.update(identity, {"number": 2})
        found = await things.query.fetch_object_by_id(identity, include_vector=True)
        assert found.properties == {"title": "one", "number": 2} and found.vector["default"] == [1, 0]
        assert await things.data.exists(identity) and await things.length() == 1
        assert await things.data.delete_by_id(identity) and not await things.data.exists(identity)
        await fill(things)
        assert (await things.data.delete_many(Filter.by_property("title").equal("t1"))).successful == 10

    run(server, body)


def test_it_searches_aggregates_and_iterates(server):
    async def body(client, things) -> None:
        await fill(things)
        near = await things.query.near_vector([7, 10], limit=1, return_metadata=MetadataQuery(distance=True))
        assert numbers_of(near) == [7] and near.objects[0].metadata.distance == pytest.approx(0, abs=1e-6)
        assert sorted(numbers_of(await things.query.bm25("t3", limit=50))) == list(range(3, 50, 5))
        assert numbers_of(await things.query.hybrid("t3", vector=[3, 10], alpha=0.5, limit=1)) == [3]
        assert numbers_of(await things.query.fetch_objects(
            sort=Sort.by_property("number", ascending=False), limit=2)) == [49, 48]
        found = await things.aggregate.over_all(return_metrics=Metrics("number").integer(sum_=True))
        assert found.total_count == 50 and found.properties["number"].sum_ == sum(range(50))
        assert [item.properties["number"] async for item in things.iterator(cache_size=7)] == list(range(50))

    run(server, body)


def test_hundreds_of_calls_at_a_time_get_their_own_answers(server):
    async def body(client, things) -> None:
        await fill(things)
        found = await asyncio.gather(*[things.query.near_vector([n % 50, 10], limit=1) for n in range(400)])
        assert [numbers_of(one) for one in found] == [[n % 50] for n in range(400)]
        counts = await asyncio.gather(*[
            things.aggregate.over_all(filters=Filter.by_property("number").less_than(n)) for n in range(50)])
        assert [one.total_count for one in counts] == list(range(50))

    run(server, body)


def test_writes_at_a_time_are_all_kept(server):
    async def body(client, things) -> None:
        await asyncio.gather(*[
            things.data.insert_many([
                DataObject(properties={"number": n}, uuid=number_id(n)) for n in range(start, start + 20)])
            for start in range(0, 400, 20)])
        assert await things.length() == 400

    run(server, body)


def test_a_stream_of_objects_is_stored(server):
    async def body(client, things) -> None:
        async with things.batch.stream() as batch:
            for n in range(500):
                await batch.add_object({"title": "t", "number": n}, uuid=number_id(n), vector=[n, 10])
        assert things.batch.failed_objects == [] and await things.length() == 500
        async with client.batch.stream() as batch:
            for n in range(500, 600):
                await batch.add_object(things.name, {"title": "t", "number": "no" if n == 555 else n}, uuid=number_id(n))
        assert [str(item.object_.uuid) for item in client.batch.failed_objects] == [number_id(555)]
        assert await things.length() == 599

    run(server, body)


def test_a_refusal_leaves_the_connection_good(server):
    async def body(client, things) -> None:
        await fill(things)
        calls = [things.query.near_vector([1] if n % 2 else [n, 10], limit=1) for n in range(20)]
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert [isinstance(one, WeaviateQueryError) for one in results] == [n % 2 == 1 for n in range(20)]
        assert await things.length() == 50

    run(server, body)


def test_a_search_that_is_given_up_harms_no_other(server):
    async def body(client, things) -> None:
        await fill(things)
        tasks = [asyncio.create_task(things.query.near_vector([n, 10], limit=50)) for n in range(50)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(len(one.objects) == 50 for one in results[1::2])
        assert await things.length() == 50

    run(server, body)
