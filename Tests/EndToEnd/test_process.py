# SPDX-License-Identifier: Apache-2.0
"""The program as an operator meets it: start line, signals, second process, settings, commands."""
from __future__ import annotations

import json
import socket
import subprocess
import threading
import time

import pytest
from running_server import PROGRAM, NotReady, Server, base64_of, check, environment, network


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [PROGRAM, *arguments], capture_output=True, text=True, env=environment(settings), timeout=60)


def test_the_start_line_names_what_runs(server):
    lines = [line for line in server.log_tail(50).splitlines() if str(server.port) in line]
    assert lines, server.log_tail(50)
    name = network().rsplit("/", 1)[-1].removesuffix(".onnx")
    assert any(name in line and str(server.folder) in line for line in lines), lines


def test_sigterm_ends_it_cleanly_and_the_folder_opens_again(server):
    server.request("POST", "/v1/objects", {"class": "Note", "properties": {"text": "kept"}})
    assert server.stop() == 0
    server.start()
    assert server.graphql("{Get {Note {text}}}")["Get"]["Note"] == [{"text": "kept"}]


def test_it_is_ready_before_the_network_is_loaded_and_pictures_wait_for_it(server, pets):
    picture = base64_of(pets[0][0])
    server.request("POST", "/v1/schema", {
        "class": "Pet", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}},
        "properties": [{"name": "image", "dataType": ["blob"]}]})
    assert server.request("POST", "/v1/objects", {"class": "Pet", "properties": {"image": picture}})[0] == 200
    assert server.stop() == 0
    server.start()
    found = server.graphql(f'{{Get {{Pet(nearImage: {{image: "{picture}"}}) {{_additional {{distance}}}}}}}}')["Get"]["Pet"]
    assert len(found) == 1 and abs(found[0]["_additional"]["distance"]) < 1e-4
    assert server.request("GET", "/v1/meta")[1]["modules"]["img2vec-neural"]["network"]


def test_sigterm_while_the_network_is_loaded_ends_it_cleanly(server):
    for _ in range(3):
        assert server.stop() == 0
        server.start()


def test_sigterm_answers_requests_under_way(server):
    objects = [{"class": "Note", "properties": {"text": f"note {i}"}, "vector": [i, 1.0] * 64} for i in range(2000)]
    answers = []
    started = threading.Event()

    def send() -> None:
        started.set()
        answers.append(server.request("POST", "/v1/batch/objects", {"objects": objects}))

    thread = threading.Thread(target=send)
    thread.start()
    started.wait()
    while not answers and count_connections(server) == 0:
        pass
    process = server.process
    assert server.stop() == 0
    thread.join()
    assert process.returncode == 0
    # Either the request had arrived and was answered, or the connection was refused: never half an answer.
    for status, body in answers:
        assert status in (200, 503)
        if status == 200:
            assert len(body) == 2000
    server.start()
    if answers and answers[0][0] == 200:
        assert server.graphql("{Aggregate {Note {meta {count}}}}")["Aggregate"]["Note"][0]["meta"]["count"] == 2000


def count_connections(server: Server) -> int:
    """How many connections to the server's port are established, seen from the kernel."""
    port = f":{server.port:04X}"
    with open("/proc/net/tcp") as table:
        return sum(fields[1].endswith(port) and fields[3] == "01" for fields in (line.split() for line in table))


def test_a_second_process_on_the_same_folder_is_refused(server):
    second = Server(server.folder)
    second.log_path = server.folder.with_name("second.log")
    with pytest.raises(NotReady):
        second.start()
    assert str(server.folder) in second.log_tail()
    assert server.is_ready()


def test_a_port_that_is_taken_is_told(tmp_path):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        server = Server(tmp_path / "data")
        server.port = holder.getsockname()[1]
        with pytest.raises(NotReady):
            server.start()
        assert str(server.port) in server.log_tail()


def test_check_finds_nothing_wrong_on_a_running_and_a_stopped_server(server):
    for number in range(20):
        server.request("POST", "/v1/objects", {"class": "Note", "properties": {"n": number}, "vector": [number, 1]})
    result = check(server.folder)
    assert result.returncode == 0, result.stdout + result.stderr
    server.stop()
    result = check(server.folder)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_disk_space_of_a_dropped_class_comes_back_while_the_server_runs(server):
    def bytes_on_disk() -> int:
        return (server.folder / "data.mdb").stat().st_blocks * 512

    empty = bytes_on_disk()
    objects = [{"class": "Note", "properties": {"text": f"{number} " * 4000}} for number in range(500)]
    assert server.request("POST", "/v1/batch/objects", {"objects": objects})[0] == 200
    full = bytes_on_disk()
    assert full > empty + (4 << 20)
    assert server.request("DELETE", "/v1/schema/Note")[0] == 200
    deadline = time.monotonic() + 30
    while bytes_on_disk() > empty + (full - empty) / 2:
        assert time.monotonic() < deadline, f"{empty} bytes, then {full}, now {bytes_on_disk()}"
    assert check(server.folder).returncode == 0


def test_check_of_a_folder_without_a_database_says_so(tmp_path):
    result = check(tmp_path / "nothing")
    assert result.returncode != 0
    assert "nothing" in result.stdout + result.stderr


def test_config_shows_values_and_where_they_came_from():
    result = run("config", "--port", "9000", QUERY_DEFAULTS_LIMIT="7")
    assert result.returncode == 0
    lines = {line.split("=")[0]: line for line in result.stdout.splitlines()}
    assert lines["PORT"].split() == ["PORT=9000", "#", "flag", "--port"]
    assert lines["QUERY_DEFAULTS_LIMIT"].split() == ["QUERY_DEFAULTS_LIMIT=7", "#", "environment"]
    assert lines["LOG_LEVEL"].endswith("default")


def test_a_wrong_setting_stops_the_start_with_a_reason():
    result = run("serve", PORT="many")
    assert result.returncode != 0
    assert "PORT: 'many' does not do" in result.stderr


def test_unknown_modules_warn_and_do_not_stop_the_start(tmp_path):
    with Server(tmp_path / "data", {"ENABLE_MODULES": "img2vec-neural,text2vec-none"}) as server:
        assert "text2vec-none" in server.log_path.read_text()


def test_help_and_version_are_printed():
    assert "usage: needletail" in run("--help").stdout
    assert "NEEDLETAIL_IMG2VEC_MODEL" in run("serve", "--help").stdout
    assert run("version").stdout.strip()


def test_a_data_folder_of_a_missing_network_is_told(tmp_path):
    server = Server(tmp_path / "data", {"NEEDLETAIL_IMG2VEC_MODEL": str(tmp_path / "none.onnx")})
    try:
        server.start()
    except NotReady as error:
        assert "none.onnx" in str(error)
    else:
        assert "none.onnx" in server.log_path.read_text()
    finally:
        server.kill()


def test_a_data_folder_of_a_newer_format_is_refused_and_left_as_it_is(tmp_path):
    with Server(tmp_path / "data") as server:
        assert server.request("POST", "/v1/objects", {"class": "Note", "properties": {"text": "kept"}})[0] == 200
        assert server.stop() == 0
    (tmp_path / "data/format").write_text("needletail-data 99\n")
    before = {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir() if path.is_file()}
    with pytest.raises(NotReady) as refusal:
        Server(tmp_path / "data").start()
    assert "99" in str(refusal.value) and "newer" in str(refusal.value)
    after = {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir() if path.is_file()}
    assert after == before


def test_liveness_and_readiness_are_answered_while_every_thread_is_busy_and_sigterm_ends_it(tmp_path):
    settings = {"NEEDLETAIL_COMPUTE_THREADS": "1", "NEEDLETAIL_DRAIN_TIMEOUT": "1"}
    with Server(tmp_path / "data", settings) as server:
        server.request("POST", "/v1/schema", {"class": "Note"})
        # The whole schema, 400 times: each request takes the only thread for a while.
        fields = " ".join(f"f{number}: __schema {{types {{name fields {{name type {{name}}}}}}}}" for number in range(400))
        query = json.dumps({"query": "{" + fields + "}"})
        busy = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
        for connection in busy:
            connection.sendall(
                f"POST /v1/graphql HTTP/1.1\r\nHost: h\r\nContent-Length: {len(query)}\r\n\r\n{query}".encode())
        for path in ["live", "ready"] * 20:
            assert server.request("GET", f"/v1/.well-known/{path}", timeout=30)[0] == 200
        assert server.stop(60) == 0
        for connection in busy:
            connection.close()
