# SPDX-License-Identifier: Apache-2.0
"""What changes the store: import, restarts, single objects by many clients, deletions; and many idle connections."""
from __future__ import annotations

import json
import socket
import time
from typing import Callable

import numpy as np
from clients import Connection, percentiles, post
from store_data import MEDIUM, WORDS, Items
from store_load import LoadConnection, flushes_per_second, load
from store_run import StoreRun, aggregate, answer_of, get, graphql, ids_of, vector_text

MB = 1e6
BATCH = 200
POSTING, IDLE, LOADING = 32, 500, 8


def stored(run: StoreRun) -> int:
    """How many objects there are."""
    return answer_of(run.connection.exchange(aggregate("", "meta { count }")), "Aggregate")[0]["meta"]["count"]


def is_filled(run: StoreRun) -> bool:
    """Whether the objects are there from an earlier run; others than these end this one."""
    if run.server.request("GET", "/v1/schema/Item")[0] != 200:
        return False
    if (count := stored(run)) != run.items.count:
        raise SystemExit(f"the folder has {count} objects, not {run.items.count}: name another or an empty one")
    return True


def fill(run: StoreRun) -> None:
    items = run.items
    run.connection.exchange(post("/v1/schema", json.dumps(items.collection).encode()))
    cpu, spent, anonymous = run.cpu(), 0.0, 0
    for start in range(0, items.count, BATCH):
        request = post("/v1/batch/objects", items.batch(start, BATCH))
        began = time.perf_counter()
        body = run.connection.exchange(request)
        spent += time.perf_counter() - began
        assert body.count(b'"SUCCESS"') == min(BATCH, items.count - start), body[:500]
        if start % (20 * BATCH) == 0:
            anonymous = max(anonymous, run.server.memory_bytes("RssAnon"))
    began = time.perf_counter()
    run.rest()
    run.note("import, batches of 200", cpu_ms_an_object=(run.cpu() - cpu) / items.count * 1e3,
             objects_per_second=items.count / spent, seconds_until_rest=time.perf_counter() - began)
    memory(run, "after the import", anonymous)


def memory(run: StoreRun, name: str, anonymous_before: int = 0) -> None:
    """Resident memory in all, that beside the map, both at their peak, and what the files take."""
    anonymous = run.server.memory_bytes("RssAnon")
    run.note(name, memory_mb=run.server.memory_bytes() / MB, anonymous_mb=anonymous / MB,
             peak_mb=run.server.memory_bytes("VmHWM") / MB, peak_anonymous_mb=max(anonymous, anonymous_before) / MB,
             disk_mb=run.disk_bytes() / MB)


# MARK: Restarts

def sure_query(run: StoreRun) -> tuple[bytes, set[str]]:
    """A query with a filter that the server answers with the ten that are truly nearest, and these."""
    items = run.items
    allowed = items.rank < 100
    for query in items.queries:
        request = graphql(f'limit: 10 nearVector: {{vector: [{vector_text(query)}]}} '
                          'where: {path: "rank" operator: LessThan valueInt: 100}')
        right = {items.id_of(number) for number in items.nearest(query, allowed)}
        if set(ids_of(run.connection.exchange(request))) == right:
            return request, right
    raise SystemExit("no query was answered right")


def restart(run: StoreRun, name: str, stop: Callable[[], object]) -> None:
    """Ends the server, and measures from the start of the process to the first right answer."""
    if not run.wants(name):
        return
    request, right = sure_query(run)
    run.connection.close()
    stop()
    disk = run.disk_bytes()
    seconds = first_answer(run, request, right)
    run.reconnect()
    assert stored(run) == run.items.count
    run.note(name, seconds=seconds, disk_mb=disk / MB)
    run.rest()


def first_answer(run: StoreRun, request: bytes, right: set[str], limit: float = 300) -> float:
    began = time.monotonic()
    run.server.launch()
    while time.monotonic() - began < limit:
        try:
            with Connection(run.server.port) as connection:
                body = connection.exchange(request)
            if b'"errors"' not in body and set(ids_of(body)) == right:
                return time.monotonic() - began
        except (OSError, RuntimeError):
            # Not listening, or not ready: asked again soon.
            assert run.server.process.poll() is None, run.server.log_tail()
        time.sleep(0.001)
    raise SystemExit(f"no right answer {limit} s after a start")


# MARK: Many connections

def single_posts(run: StoreRun) -> None:
    """Objects one a request from many connections; then `kill -9`, and every acknowledged one must be there."""
    name = f"single POST, {POSTING} clients"
    if not run.wants(name):
        return
    before = stored(run)
    seconds = max(0.2, 2 * run.seconds)
    further = Items(int(8_000 * seconds), run.items.small, first=run.items.count)
    requests = [post("/v1/objects", json.dumps(item).encode()) for item in further.objects(0, further.count)]
    folder = run.server.folder.parent
    flushes = flushes_per_second(folder, min(1, seconds))
    run.rest()
    cpu = run.cpu()
    came = load(run.server.port, requests, POSTING, seconds, once=True)
    spent = run.cpu() - cpu
    run.rest()
    sent = len(came.times)
    run.note(name, objects_per_second=came.rate, cpu_ms_an_object=spent / sent * 1e3,
             cpu_ms_until_rest=(run.cpu() - cpu) / sent * 1e3, client_ms=came.client_seconds / sent * 1e3,
             flushes_per_second=(flushes + flushes_per_second(folder, min(1, seconds))) / 2, **percentiles(came.times))
    # Once more up to the end, without a pause in which anything could be written late.
    again = load(run.server.port, requests[sent:sent + POSTING], POSTING, 60, once=True) if sent < len(requests) else None
    run.server.kill()
    run.server.start()
    run.reconnect()
    sent += len(again.times) if again else 0
    assert stored(run) == before + sent, (stored(run), before, sent)
    for number in np.linspace(0, sent - 1, 50).astype(int).tolist():
        found = json.loads(run.connection.exchange(get(f"/v1/objects/Item/{further.id_of(number)}")))
        assert found["properties"]["rank"] == int(further.rank[number]), found


def idle_connections(run: StoreRun) -> None:
    """Load from a few connections, beside many that have asked once and stay open; none may fail."""
    name = f"{IDLE} idle connections plus load"
    if not run.wants(name):
        return
    items = run.items
    requests = []
    for number, query in enumerate(items.queries):
        word = WORDS[MEDIUM[number]]
        requests += [graphql(f"limit: 10 nearVector: {{vector: [{vector_text(query)}]}}"),
                     graphql(f'limit: 10 bm25: {{query: "{word}"}}'),
                     graphql('limit: 10 where: {path: "rank" operator: Equal valueInt: %d}' % number)]
    alone = loaded(run, requests)
    idle = [LoadConnection(run.server.port) for _ in range(IDLE)]
    ask_all(idle)
    memory_bytes = run.server.memory_bytes("RssAnon")
    beside = loaded(run, requests)
    ask_all(idle)
    for connection in idle:
        connection.socket.close()
    run.note(name, p99_ms=beside["p99_ms"], p99_without_ms=alone["p99_ms"], p50_ms=beside["p50_ms"],
             p50_without_ms=alone["p50_ms"], per_second=beside["per_second"], per_second_without=alone["per_second"],
             failures=0, anonymous_mb=memory_bytes / MB)


def loaded(run: StoreRun, requests: list[bytes]) -> dict[str, float]:
    came = load(run.server.port, requests, LOADING, max(0.05, 2 * run.seconds))
    wrong = [body for body in came.bodies.values() if b'"errors"' in body]
    assert not wrong, wrong[0][:500]
    return came.summary()


def ask_all(connections: list[LoadConnection]) -> None:
    """One request on each, which has to be answered."""
    for connection in connections:
        connection.begin(0, get("/v1/.well-known/ready"))
    for connection in connections:
        connection.socket.settimeout(60)
        try:
            while not connection.receive():
                pass
        except socket.timeout as error:
            raise SystemExit("an idle connection got no answer") from error
        connection.socket.setblocking(False)


# MARK: Deletions

def deletions(run: StoreRun) -> None:
    if not run.wants("delete by filter"):
        return
    items, ranks = run.items, range(20)
    gone, cpu, began = 0, run.cpu(), time.perf_counter()
    for rank in ranks:
        match = {"class": "Item", "where": {"path": ["rank"], "operator": "Equal", "valueInt": rank}}
        body = json.dumps({"match": match, "output": "minimal"}).encode()
        request = post("/v1/batch/objects", body).replace(b"POST", b"DELETE", 1)
        results = json.loads(run.connection.exchange(request))["results"]
        assert results["successful"] == results["matches"] == int((items.rank == rank).sum()), results
        gone += results["successful"]
    spent, seconds = run.cpu() - cpu, time.perf_counter() - began
    allowed = items.rank >= len(ranks)
    assert stored(run) == int(allowed.sum())
    recalls = []
    for query in items.queries:
        hits = ids_of(run.connection.exchange(graphql(f"limit: 10 nearVector: {{vector: [{vector_text(query)}]}}")))
        numbers = [items.number_of(identifier) for identifier in hits]
        assert allowed[numbers].all(), hits
        recalls.append(items.recall(query, numbers, allowed))
    run.rest()
    run.note("delete by filter", cpu_ms_an_object=spent / max(1, gone) * 1e3, objects_per_second=gone / seconds,
             cpu_ms_until_rest=(run.cpu() - cpu) / max(1, gone) * 1e3, recall_afterwards=np.mean(recalls))
