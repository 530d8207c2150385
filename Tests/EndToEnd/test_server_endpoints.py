# SPDX-License-Identifier: Apache-2.0
"""What a running server tells of itself: `/v1/server` and what is below it, and the recall of an index by ef."""
from __future__ import annotations

import http.client
import json
import random
import time
from datetime import datetime, timezone

import pytest
from running_server import STARTER_NETWORK, Monitored, Server, Session, base64_of

KEY, READER = "key-of-ann", "key-of-bob"
KEYS = {"AUTHENTICATION_APIKEY_ENABLED": "true", "AUTHENTICATION_APIKEY_ALLOWED_KEYS": f"{KEY},{READER}",
        "AUTHENTICATION_APIKEY_USERS": "ann,bob", "NEEDLETAIL_API_KEY": "key-of-the-client"}
READ = ["/v1/server", "/v1/server/collections", "/v1/server/metrics", "/v1/recall/Pet"]
ADMIN = ["/v1/server/settings", "/v1/server/log", "/v1/server/slow-requests"]


@pytest.fixture(scope="module")
def filled(tmp_path_factory, request) -> Monitored:
    """A server with pictures of pets, through the starter network."""
    pets = request.getfixturevalue("pets")
    settings = {"NEEDLETAIL_IMG2VEC_MODEL": STARTER_NETWORK, "LOG_LEVEL": "debug"}
    with Monitored(tmp_path_factory.mktemp("filled") / "data", settings) as server:
        definition = {
            "class": "Pet", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}},
            "properties": [{"name": "image", "dataType": ["blob"]}, {"name": "breed", "dataType": ["text"]}]}
        assert server.request("POST", "/v1/schema", definition)[0] == 200
        objects = [{"class": "Pet", "properties": {"image": base64_of(path), "breed": breed}} for path, breed in pets[:24]]
        status, answer = server.request("POST", "/v1/batch/objects", {"objects": objects})
        assert status == 200 and all(item["result"]["status"] == "SUCCESS" for item in answer)
        yield server


@pytest.fixture(scope="module")
def guarded(tmp_path_factory) -> Server:
    """Keys only, and vectors only."""
    with Server(tmp_path_factory.mktemp("guarded") / "data", {**KEYS, "NEEDLETAIL_IMG2VEC_MODEL": "/no/such/network.onnx"}) as server:
        yield server


def ask(server: Server, path: str, method: str = "GET", key: str | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        connection.request(method, path, headers={"Authorization": f"Bearer {key}"} if key else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def until(ask, holds):
    """Asks again until the answer holds."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer = ask()
        if holds(answer):
            return answer
        # Nothing to wait on but the port: it is asked again soon.
        time.sleep(0.02)
    raise AssertionError(f"after a minute the answer is still {answer}")


def of_endpoint(answer: dict, method: str, path: str) -> dict:
    found = [entry for entry in answer["requests"]["byEndpoint"] if (entry["method"], entry["path"]) == (method, path)]
    assert len(found) == 1, answer["requests"]
    return found[0]


def test_the_server_tells_how_it_fares(filled):
    status, answer = filled.request("GET", "/v1/server")
    assert status == 200 and answer["isReady"] is True and answer["weaviateVersion"] == "1.39.0"
    started = datetime.fromisoformat(answer["startedAt"])
    assert 0 <= (datetime.now(timezone.utc) - started).total_seconds() < 600
    assert 0 <= answer["uptimeSeconds"] < 600
    memory, disk = answer["memory"], answer["disk"]
    assert abs(memory["residentBytes"] - filled.memory_bytes()) < 64 << 20
    assert memory["residentBytes"] < memory["machineBytes"] and memory["indexBytes"] > 24 * 1280 / 8
    assert memory["requestUsedBytes"] <= memory["requestBudgetBytes"] == 1 << 30
    files = sum(path.stat().st_blocks * 512 for path in filled.folder.rglob("*"))
    assert abs(disk["usedBytes"] - files) <= max(1 << 20, files // 2)
    assert 0 < disk["freeBytes"] <= disk["totalBytes"] and disk["mapBytes"] == 1 << 40
    assert answer["processor"]["cores"] >= 1 and answer["processor"]["kernels"] and answer["processor"]["name"]
    assert answer["features"] == {"imports": False, "importRoots": 0, "fetchHosts": False, "backups": True, "thumbnails": True}


def test_the_network_is_told_with_its_license(filled):
    network = filled.request("GET", "/v1/server")[1]["network"]
    assert network["name"] == STARTER_NETWORK and network["dimensions"] == 1280 and network["precision"] == "fp32"
    assert network["licence"]["name"] == "Apache-2.0" and network["licence"]["nonCommercial"] is False
    assert len(network["sha256"]) == 64 and "EfficientNet-Lite0" in network["source"]


def test_requests_are_counted_by_endpoint(filled):
    for number in range(20):
        assert filled.request("GET", f"/v1/objects/Pet/00000000-0000-0000-0000-{number:012}")[0] == 404
    answer = filled.request("GET", "/v1/server")[1]
    entry = of_endpoint(answer, "GET", "/v1/objects/{class}/{id}")
    assert entry["count"] >= 20 and entry["refused"] >= 20 and entry["failed"] == 0
    assert 0 < entry["p50Ms"] <= entry["p95Ms"] <= entry["p99Ms"] < 10_000
    # Pictures go through the network: that takes its time.
    assert of_endpoint(answer, "POST", "/v1/batch/objects")["p50Ms"] > entry["p50Ms"]
    requests = answer["requests"]
    assert requests["inProgress"] >= 1 and requests["connections"] >= 1 and requests["perSecond"] > 0
    assert requests["total"] >= sum(entry["count"] for entry in requests["byEndpoint"]) > 20
    # Nothing a client sends becomes an endpoint.
    assert filled.request("GET", "/v1/made/up/path")[0] == 404
    paths = {entry["path"] for entry in filled.request("GET", "/v1/server")[1]["requests"]["byEndpoint"]}
    assert "other" in paths and not any("made" in path or "Pet" in path for path in paths)


def test_prometheus_reads_durations_and_counts(filled):
    metrics = filled.metrics()
    labels = 'method="POST",path="/v1/batch/objects"'
    assert metrics[f"needletail_request_duration_seconds_count{{{labels}}}"] == 1
    assert metrics[f'needletail_request_duration_seconds_bucket{{{labels},le="+Inf"}}'] == 1
    assert metrics[f"needletail_request_duration_seconds_sum{{{labels}}}"] > 0
    assert metrics[f'needletail_requests_total{{{labels},status="2xx"}}'] == 1


def test_settings_are_shown_with_where_they_come_from(filled):
    settings = {entry["name"]: entry for entry in filled.request("GET", "/v1/server/settings")[1]["settings"]}
    assert settings["LOG_LEVEL"]["value"] == "debug" and settings["LOG_LEVEL"]["source"] == "environment"
    assert settings["LOG_LEVEL"]["default"] == "info" and settings["LOG_LEVEL"]["section"] == "Logs"
    assert settings["PORT"] == {**settings["PORT"], "value": str(filled.port), "source": "flag"}
    assert settings["HOST"]["help"] and settings["GRPC_MAX_MESSAGE_SIZE"]["source"] == "default"


def test_the_log_is_read_page_by_page(filled):
    status, last = filled.request("GET", "/v1/server/log?limit=5")
    assert status == 200 and 1 <= len(last["lines"]) <= 5 and last["dropped"] == 0
    assert last["next"] == last["lines"][-1]["number"]
    line = last["lines"][-1]
    assert set(line) == {"number", "time", "level", "message", "values"} and datetime.fromisoformat(line["time"])
    seen, after = [], 0
    while True:
        page = filled.request("GET", f"/v1/server/log?after={after}&limit=2")[1]
        if not page["lines"]:
            break
        seen += [line["number"] for line in page["lines"]]
        after = page["next"]
    assert seen[:after] == list(range(1, len(seen) + 1))
    grave = filled.request("GET", "/v1/server/log?after=0&level=error")[1]
    assert all(line["level"] in ("error", "fatal", "panic") for line in grave["lines"]) and grave["next"] >= after


@pytest.mark.parametrize("path, word", [
    ("/v1/server/log?limit=0", "limit"), ("/v1/server/log?limit=many", "limit"), ("/v1/server/log?after=-1", "after"),
    ("/v1/server/log?level=loud", "level")])
def test_wrong_parameters_are_named(filled, path, word):
    status, answer = filled.request("GET", path)
    text = json.dumps(answer)
    assert status == 422 and word in text


def test_secrets_are_not_shown(guarded):
    settings = ask(guarded, "/v1/server/settings", key=KEY)[1]
    entries = {entry["name"]: entry for entry in json.loads(settings)["settings"]}
    for name in ("AUTHENTICATION_APIKEY_ALLOWED_KEYS", "NEEDLETAIL_API_KEY"):
        assert entries[name]["value"] == "***" and entries[name]["source"] == "environment"
    for path in READ + ADMIN:
        text = ask(guarded, path, key=KEY)[1]
        assert KEY not in text and READER not in text and "key-of-the-client" not in text, path


def test_a_missing_network_is_told_without_its_path(guarded):
    text = ask(guarded, "/v1/server", key=KEY)[1]
    answer = json.loads(text)
    assert answer["network"] is None and "log" in answer["networkReason"] and "/no/such" not in text
    # Which is true of the log that is shown, too.
    lines = json.loads(ask(guarded, "/v1/server/log?level=warning", key=KEY)[1])["lines"]
    reasons = [line["values"]["reason"] for line in lines if line["message"] == "there is no network for pictures"]
    assert len(reasons) == 1 and "/no/such/network.onnx" in reasons[0]


def clustered(server: Server, name: str, count: int, index: dict) -> None:
    """A class of objects with vectors around some centers."""
    assert server.request("POST", "/v1/schema", {"class": name, **index})[0] == 200
    generator = random.Random(11)
    centers = [[generator.uniform(-1, 1) for _ in range(32)] for _ in range(50)]
    with Session(server) as session:
        for start in range(0, count, 1000):
            objects = [
                {"class": name, "vector": [x + generator.gauss(0, 0.3) for x in centers[number % 50]]}
                for number in range(start, min(start + 1000, count))]
            status, answer = session.request("POST", "/v1/batch/objects", {"objects": objects})
            assert status == 200 and all(item["result"]["status"] == "SUCCESS" for item in answer)


def unlinked(server: Server, name: str) -> int:
    nodes = server.request("GET", f"/v1/nodes/{name}?output=verbose")[1]["nodes"]
    return sum(shard["vectorQueueLength"] for shard in nodes[0]["shards"])


def test_recall_rises_with_ef(filled):
    # Few links, so that searches with a small ef miss something.
    clustered(filled, "Cluster", 6000, {"vectorIndexConfig": {"maxConnections": 4, "efConstruction": 16, "ef": 48}})
    until(lambda: unlinked(filled, "Cluster"), lambda count: count == 0)
    before = filled.request("GET", "/v1/schema/Cluster")[1]
    path = "/v1/recall/Cluster?ef=20,40,80,6000&queries=100"
    status, first = filled.request("GET", path)
    assert status in (200, 202) and first["class"] == "Cluster"
    _, answer = until(lambda: filled.request("GET", path), lambda answer: answer[0] != 202)
    assert answer["state"] == "succeeded" and answer["progress"] == 1 and answer["stale"] is False
    assert (answer["k"], answer["queries"], answer["objects"], answer["currentEf"]) == (10, 100, 6000, 48)
    curve = answer["curve"]
    assert [point["ef"] for point in curve] == [20, 40, 80, 6000]
    recalls = [point["recall"] for point in curve]
    assert recalls[0] < recalls[1] < recalls[2] < recalls[3] and recalls[3] > 0.98, recalls
    assert all(0 < point["p50Ms"] <= point["p99Ms"] and point["qps"] > 0 for point in curve)
    assert answer["exactMs"] > 0 and curve[-1]["scan"] is True and "from ef 6000 on" in answer["note"]
    assert filled.request("GET", "/v1/schema/Cluster")[1] == before
    # Known until it is asked for anew; another object makes it stale.
    assert filled.request("GET", path)[1]["curve"] == curve
    assert filled.request("POST", "/v1/objects", {"class": "Cluster", "vector": [1.0] * 32})[0] == 200
    assert filled.request("GET", path)[1]["stale"] is True
    assert filled.request("DELETE", path)[0] == 404


def test_a_flat_index_has_no_ef(filled):
    clustered(filled, "Level", 300, {"vectorIndexType": "flat"})
    path = "/v1/recall/Level?queries=10"
    _, answer = until(lambda: filled.request("GET", path), lambda answer: answer[0] != 202)
    assert answer["curve"] == [] and answer["currentEf"] is None and "flat" in answer["note"] and answer["exactMs"] > 0


@pytest.mark.parametrize("query, word", [
    ("ef=0", "ef"), ("ef=16,many", "ef"), ("ef=" + ",".join(["20"] * 13), "ef"), ("queries=0", "queries"),
    ("queries=1001", "queries"), ("limit=0", "limit"), ("limit=101", "limit"), ("targetVector=none", "none"),
    ("refresh=perhaps", "refresh")])
def test_wrong_measurements_are_refused(filled, query, word):
    status, answer = filled.request("GET", f"/v1/recall/Pet?{query}")
    assert status == 422 and word in json.dumps(answer)


def test_what_holds_no_vectors_is_not_measured(filled):
    assert filled.request("GET", "/v1/recall/Nothing")[0] == 404
    assert filled.request("POST", "/v1/schema", {"class": "Empty"})[0] == 200
    status, answer = until(lambda: filled.request("GET", "/v1/recall/Empty"), lambda answer: answer[0] != 202)
    assert status == 422 and "no two objects with a vector" in json.dumps(answer)


def collections(server: Server) -> dict[str, dict]:
    """What is told of each class, measured."""
    answer = until(
        lambda: server.request("GET", "/v1/server/collections")[1],
        lambda answer: not answer["isMeasuring"] and all(entry["measuredAt"] for entry in answer["collections"]))
    return {entry["class"]: entry for entry in answer["collections"]}


def test_classes_are_told_with_what_they_take(filled, pets):
    first = filled.request("GET", "/v1/server/collections")
    assert first[0] == 200 and any(entry["class"] == "Pet" for entry in first[1]["collections"])
    pet = collections(filled)["Pet"]
    pictures = sum(path.stat().st_size for path, _ in pets[:24])
    assert pet["objects"] == 24 and pet["tenants"] is None and pet["vectorizer"] == "img2vec-neural"
    assert pictures <= pet["bytes"]["pictures"] <= pictures + 24 * 200
    vector = pet["vectors"][0]
    assert (vector["name"], vector["index"], vector["metric"], vector["dimensions"]) == (None, "hnsw", "cosine", 1280)
    assert 24 * 1280 * 4 <= vector["bytes"] == pet["bytes"]["vectors"] <= 24 * 1280 * 4 + (1 << 20)
    assert vector["memoryBytes"] > 0 and pet["bytes"]["inverted"] > 0 and pet["bytes"]["objects"] > 24 * 50
    assert pet["bytes"]["total"] >= sum(pet["bytes"][part] for part in ("objects", "pictures", "vectors", "inverted"))


def test_a_new_class_is_measured_at_once_and_a_changed_one_after_a_minute(filled):
    collections(filled)
    assert filled.request("POST", "/v1/schema", {"class": "New"})[0] == 200
    assert collections(filled)["New"]["bytes"]["total"] > 0
    assert filled.request("POST", "/v1/objects", {"class": "New", "properties": {"text": "x" * 1000}})[0] == 200
    new = next(entry for entry in filled.request("GET", "/v1/server/collections")[1]["collections"] if entry["class"] == "New")
    assert new["objects"] == 1 and new["bytes"]["objects"] < 1000
    assert filled.request("DELETE", "/v1/schema/New")[0] == 200
    assert "New" not in {entry["class"] for entry in filled.request("GET", "/v1/server/collections")[1]["collections"]}


def test_the_slowest_requests_are_shown(filled):
    status, answer = filled.request("GET", "/v1/server/slow-requests")
    slow = answer["requests"]
    assert status == 200 and 1 <= len(slow) <= 100 and set(slow[0]) == {"at", "method", "path", "ms", "status"}
    times = [entry["ms"] for entry in slow]
    assert times == sorted(times, reverse=True) and datetime.fromisoformat(slow[0]["at"])
    # Pictures went through the network.
    assert "/v1/batch/objects" in {entry["path"] for entry in slow[:10]}
    assert not any("00000000" in entry["path"] for entry in slow)


def test_metrics_are_the_same_as_on_their_own_port(filled):
    status, text = ask(filled, "/v1/server/metrics")
    names = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    other = {line.split()[2] for line in filled.scrape()[1].splitlines() if line.startswith("# TYPE")}
    assert status == 200 and names == other and "needletail_request_duration_seconds" in names


def test_a_self_test_passes_and_leaves_nothing_behind(filled):
    objects = filled.request("GET", "/v1/objects?class=Pet&limit=100")[1]["totalResults"]
    status, answer = filled.request("POST", "/v1/server/self-test")
    assert status == 200 and answer["passed"] is True, answer
    checks = {check["name"]: check for check in answer["checks"]}
    assert {"storage", "disk space", "network", "vector index of Pet", "thumbnails", "clock"} <= set(checks)
    assert "1280" in checks["network"]["detail"] and checks["vector index of Pet"]["detail"] == "a stored vector finds itself"
    assert all(check["ms"] >= 0 for check in answer["checks"])
    assert filled.request("GET", "/v1/objects?class=Pet&limit=100")[1]["totalResults"] == objects
    assert filled.request("GET", "/v1/server/self-test")[0] == 405


def test_a_self_test_fails_where_a_class_needs_a_network_that_is_missing(guarded):
    status, text = ask(guarded, "/v1/server/self-test", "POST", KEY)
    assert status == 200 and json.loads(text)["passed"] is True
    connection = http.client.HTTPConnection("127.0.0.1", guarded.port, timeout=60)
    definition = json.dumps({
        "class": "Pet", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}},
        "properties": [{"name": "image", "dataType": ["blob"]}]})
    connection.request("POST", "/v1/schema", definition, {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"})
    assert connection.getresponse().status == 200
    connection.close()
    answer = json.loads(ask(guarded, "/v1/server/self-test", "POST", KEY)[1])
    failed = [check for check in answer["checks"] if not check["passed"]]
    assert answer["passed"] is False and [check["name"] for check in failed] == ["network"] and "Pet" in failed[0]["detail"]


@pytest.mark.parametrize("path", READ + ADMIN)
def test_nobody_looks_without_a_key(guarded, path):
    assert ask(guarded, path)[0] == 401
    assert ask(guarded, path, key="wrong")[0] == 401


def test_nobody_tries_the_server_without_a_key(guarded):
    assert ask(guarded, "/v1/server/self-test", "POST")[0] == 401
    assert ask(guarded, "/v1/recall/Pet", "DELETE")[0] == 401
