# SPDX-License-Identifier: Apache-2.0
"""What an operator's Prometheus reads, and the recall of the vector indexes: of live searches, and by `check --recall`."""
from __future__ import annotations

import random
import re
import socket
import time

import pytest
from running_server import Monitored, NotReady, Server, Session, check, free_port

SAMPLE = re.compile(r'[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [-+0-9.e]+')


@pytest.fixture
def monitored(tmp_path):
    with Monitored(tmp_path / "data") as server:
        yield server


def fill(server: Server, name: str, count: int, dimensions: int, **index) -> list[list[float]]:
    """A class of objects with random vectors; returns these."""
    assert server.request("POST", "/v1/schema", {"class": name, "vectorIndexConfig": index})[0] == 200
    generator = random.Random(5)
    vectors = [[generator.uniform(-1, 1) for _ in range(dimensions)] for _ in range(count)]
    for start in range(0, count, 500):
        objects = [{"class": name, "vector": vector} for vector in vectors[start:start + 500]]
        status, answer = server.request("POST", "/v1/batch/objects", {"objects": objects})
        assert status == 200 and all(item["result"]["status"] == "SUCCESS" for item in answer)
    return vectors


def search(server: Server, name: str, vectors: list[list[float]]) -> None:
    with Session(server) as session:
        for vector in vectors:
            query = f"{{Get {{{name}(nearVector: {{vector: {vector}}}, limit: 10) {{_additional {{id}}}}}}}}"
            status, answer = session.request("POST", "/v1/graphql", {"query": query})
            assert status == 200 and len(answer["data"]["Get"][name]) == 10


def shard_name(server: Server, name: str) -> str:
    return server.request("GET", f"/v1/schema/{name}/shards")[1][0]["name"]


def wait_for(server: Monitored, name: str, least: float) -> dict[str, float]:
    """Reads the metrics until the one called `name` is at least `least`."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        metrics = server.metrics()
        if metrics.get(name, 0) >= least:
            return metrics
        # Nothing to wait on but the port: it is asked again soon.
        time.sleep(0.02)
    raise AssertionError(f"{name} is {metrics.get(name)} after a minute, not {least}:\n{metrics}")


def test_metrics_are_text_for_prometheus(monitored):
    fill(monitored, "Note", 20, 4)
    answer, text = monitored.scrape()
    assert answer.status == 200
    assert answer.getheader("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
    assert text.endswith("\n")
    for line in text.splitlines():
        assert line.startswith(("# HELP ", "# TYPE ")) or SAMPLE.fullmatch(line), line
    metrics = monitored.metrics()
    shard = f'class_name="Note",shard_name="{shard_name(monitored, "Note")}"'
    assert metrics['weaviate_build_info{version="1.39.0"}'] == 1
    assert metrics[f"object_count{{{shard}}}"] == 20
    assert metrics[f'vector_index_size{{{shard},target_vector=""}}'] == 20
    assert metrics[f'vector_index_tombstones{{{shard},target_vector=""}}'] == 0
    assert metrics[f'needletail_vector_index_memory_bytes{{{shard},target_vector=""}}'] > 0


def test_a_dropped_class_is_gone_from_the_metrics(monitored):
    fill(monitored, "Note", 20, 4)
    assert any("Note" in name for name in monitored.metrics())
    assert monitored.request("DELETE", "/v1/schema/Note")[0] == 200
    assert not any("Note" in name for name in monitored.metrics())


def test_only_get_of_metrics_is_answered_on_their_port(monitored):
    assert monitored.scrape("/v1/meta")[0].status == 404
    answer, _ = monitored.scrape(method="POST")
    assert answer.status == 405 and answer.getheader("Allow") == "GET, HEAD"
    assert monitored.request("GET", "/metrics")[0] == 404


def test_metrics_are_off_unless_they_are_asked_for(tmp_path):
    port = free_port()
    with Server(tmp_path / "data", {"PROMETHEUS_MONITORING_PORT": str(port)}):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()


def test_the_port_of_the_metrics_closes_with_the_server(monitored):
    assert monitored.stop() == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", monitored.metrics_port)).close()


def test_a_taken_port_of_the_metrics_stops_the_start_and_is_told(tmp_path):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        server = Monitored(tmp_path / "data")
        port = holder.getsockname()[1]
        server.settings["PROMETHEUS_MONITORING_PORT"] = str(port)
        with pytest.raises(NotReady) as refusal:
            server.start()
    assert f"PROMETHEUS_MONITORING_PORT: port {port} of host '127.0.0.1' is in use" in str(refusal.value)


def test_the_first_live_searches_show_their_recall(monitored):
    vectors = fill(monitored, "Note", 3000, 16)
    search(monitored, "Note", vectors[:5])
    labels = f'{{class_name="Note",shard_name="{shard_name(monitored, "Note")}",target_vector=""}}'
    metrics = wait_for(monitored, "needletail_recall_samples_total" + labels, 5)
    assert metrics["needletail_recall_expected_neighbors_total" + labels] == 50
    assert metrics["needletail_recall" + labels] > 0.98


def test_a_low_recall_of_live_searches_shows_and_is_warned_about(monitored):
    vectors = fill(monitored, "Note", 3000, 64, ef=1, maxConnections=4, efConstruction=64)
    labels = f'{{class_name="Note",shard_name="{shard_name(monitored, "Note")}",target_vector=""}}'
    # No more wait at a time than eight.
    for start in range(0, 20, 5):
        search(monitored, "Note", vectors[start:start + 5])
        metrics = wait_for(monitored, "needletail_recall_samples_total" + labels, start + 5)
    assert metrics["needletail_recall" + labels] < 0.9
    # The line comes right after the figure.
    deadline = time.monotonic() + 60
    while "searches miss near neighbors" not in monitored.log_path.read_text() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert monitored.log_path.read_text().count("searches miss near neighbors") == 1


def test_a_sample_rate_of_0_watches_nothing(tmp_path):
    with Monitored(tmp_path / "data", {"NEEDLETAIL_RECALL_SAMPLE_RATE": "0"}) as server:
        vectors = fill(server, "Note", 100, 4)
        search(server, "Note", vectors[:5])
        assert not any(name.startswith("needletail_recall{") for name in server.metrics())
        assert all(value == 0 for name, value in server.metrics().items() if "recall_samples" in name)


def test_check_measures_the_recall_on_a_running_and_a_stopped_server(server):
    fill(server, "Note", 3000, 16)
    shard = shard_name(server, "Note")
    line = re.compile(
        rf"collection Note, shard {shard}: recall@10 (0\.9[89]\d\d|1\.0000) over 50 queries, [0-9.]+ ms a query, "
        r"3000 vectors, ef 100")
    for stops in (False, True):
        if stops:
            assert server.stop() == 0
        result = check(server.folder, "--recall", "50")
        assert result.returncode == 0, result.stdout + result.stderr
        assert any(line.fullmatch(text) for text in result.stdout.splitlines()), result.stdout
        assert result.stdout.splitlines()[-1] == "all is right"
    assert "recall@10" not in check(server.folder).stdout


def test_check_finds_a_low_recall_and_says_what_to_do(server):
    fill(server, "Note", 3000, 64, ef=1, maxConnections=4, efConstruction=64)
    assert server.stop() == 0
    result = check(server.folder, "--recall")
    assert result.returncode == 3, result.stdout + result.stderr
    assert "over 100 queries" in result.stdout
    assert re.search(r"low recall: collection Note, .* raise 'ef'", result.stdout), result.stdout
    assert result.stdout.splitlines()[-1] == "1 findings; nothing that is stored is damaged"
