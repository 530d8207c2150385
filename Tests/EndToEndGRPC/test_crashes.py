# SPDX-License-Identifier: Apache-2.0
"""What was acknowledged is there after the server was killed in the middle of an import, and after it was stopped."""
from __future__ import annotations

import random
import threading

import pytest
from conftest import connect, integer, number_id, text
from running_server import check
from weaviate.classes.config import Configure
from weaviate.classes.data import DataObject

KINDS = {"dynamic": lambda batch: batch.dynamic(),
         "fixed": lambda batch: batch.fixed_size(batch_size=20, concurrent_requests=2)}


def vector(number: int) -> list[float]:
    """Far from those of other numbers, and exact in single precision."""
    numbers = random.Random(number)
    return [numbers.randrange(-1000, 1000) / 8 for _ in range(12)]


def create(client):
    return client.collections.create(
        "Thing", properties=[text("title"), integer("number")], vector_config=Configure.Vectors.self_provided())


def stored(server) -> dict[int, list[float]]:
    """Numbers and vectors of all objects, after the folder was found sound."""
    with connect(server) as client:
        things = client.collections.use("Thing")
        found = {}
        for item in things.iterator(include_vector=True, cache_size=1000):
            assert item.properties["title"] == f"t{item.properties['number']}"
            assert str(item.uuid) == number_id(item.properties["number"])
            found[item.properties["number"]] = item.vector["default"]
        assert len(things) == len(found)
        for number in list(found)[::97]:
            nearest = things.query.near_vector(vector(number), limit=1).objects[0]
            assert nearest.properties["number"] == number
        return found


@pytest.mark.parametrize("moment", [1100])
@pytest.mark.parametrize("name", KINDS)
def test_what_a_batch_was_told_is_stored_survives_a_kill(own_server, name, moment):
    """The server is killed while the batch runs, and started again at once: the client goes on with it."""
    reached = threading.Event()

    def kill_and_start() -> None:
        assert reached.wait(60)
        own_server.kill()
        assert check(own_server.folder).returncode == 0
        own_server.start()

    killer = threading.Thread(target=kill_and_start)
    killer.start()
    with connect(own_server) as client:
        things = create(client)
        with KINDS[name](things.batch) as batch:
            for number in range(4000):
                batch.add_object({"title": f"t{number}", "number": number}, uuid=number_id(number), vector=vector(number))
                if number == moment:
                    reached.set()
        killer.join()
        results = things.batch.results.objs
        failed = {int(str(item.object_.uuid)[-12:]) for item in things.batch.failed_objects}
        acknowledged = {int(str(identity)[-12:]) for identity in results.uuids.values()} - failed
    found = stored(own_server)
    assert len(acknowledged) > moment // 2 and acknowledged | failed == set(range(4000))
    assert acknowledged <= set(found)
    assert all(found[number] == vector(number) for number in found)


def test_what_single_calls_acknowledged_survives_a_kill(own_server):
    acknowledged: list[int] = []
    enough, restarted = threading.Event(), threading.Event()

    def write() -> None:
        with connect(own_server) as client:
            things = create(client)
            while not restarted.is_set():
                numbers = range(len(acknowledged), len(acknowledged) + 10)
                # The call during which the server dies is sent again by the client.
                result = things.data.insert_many([
                    DataObject(properties={"title": f"t{n}", "number": n}, uuid=number_id(n), vector=vector(n))
                    for n in numbers])
                assert not result.has_errors
                acknowledged.extend(numbers)
                if len(acknowledged) >= 500:
                    enough.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert enough.wait(60)
    own_server.kill()
    assert check(own_server.folder).returncode == 0
    own_server.start()
    restarted.set()
    writer.join()
    assert sorted(stored(own_server)) == acknowledged


def test_a_restart_in_the_middle_of_a_stream_loses_nothing_that_was_acknowledged(own_server):
    reached = threading.Event()

    def restart() -> None:
        assert reached.wait(60)
        assert own_server.stop() == 0
        own_server.start()

    restarter = threading.Thread(target=restart)
    restarter.start()
    with connect(own_server) as client:
        things = create(client)
        with things.batch.stream() as batch:
            for number in range(3000):
                batch.add_object({"title": f"t{number}", "number": number}, uuid=number_id(number), vector=vector(number))
                if number == 1500:
                    reached.set()
        restarter.join()
        failed = {int(str(item.object_.uuid)[-12:]) for item in things.batch.failed_objects}
        acknowledged = {int(str(identity)[-12:]) for identity in things.batch.results.objs.uuids.values()} - failed
    assert acknowledged | failed == set(range(3000)) and len(acknowledged) > 1500
    assert acknowledged <= set(stored(own_server))
