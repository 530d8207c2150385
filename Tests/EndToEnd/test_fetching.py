# SPDX-License-Identifier: Apache-2.0
"""Searches near to a picture that is given by its URL."""
from __future__ import annotations

import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from running_server import PROGRAM, NotReady, Server, base64_of, environment


@pytest.fixture(scope="module")
def host(pets):
    """A host of pictures on this machine: /N.jpg is the N-th pet, /redirect?URL leads elsewhere."""
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path.startswith("/redirect?"):
                self.send_response(302)
                self.send_header("Location", self.path.split("?", 1)[1])
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            number = self.path.strip("/").removesuffix(".jpg")
            body = pets[int(number)][0].read_bytes() if number.isdigit() else b"<html>"
            self.send_response(200)
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()


def fill(server: Server, pets) -> None:
    assert server.request("POST", "/v1/schema", {
        "class": "Pet", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}},
        "properties": [{"name": "image", "dataType": ["blob"]}, {"name": "breed", "dataType": ["text"]}]})[0] == 200
    objects = [
        {"class": "Pet", "id": f"00000000-0000-0000-0000-{number:012}",
         "properties": {"image": base64_of(path), "breed": breed}} for number, (path, breed) in enumerate(pets[:12])]
    assert server.request("POST", "/v1/batch/objects", {"objects": objects})[0] == 200


def near(server: Server, url: str) -> tuple[int, dict]:
    return server.request("POST", "/v1/search/Pet/near-image", {"imageUrl": url, "limit": 1})


def test_a_picture_is_fetched_from_a_listed_host(tmp_path, pets, host):
    settings = {"NEEDLETAIL_FETCH_HOSTS": host, "NEEDLETAIL_FETCH_NETWORKS": "127.0.0.1/32"}
    with Server(tmp_path / "data", settings) as server:
        fill(server, pets)
        status, answer = near(server, f"http://{host}/7.jpg")
        assert status == 200, answer
        assert "000000000007" in str(answer) and "000000000006" not in str(answer)
        assert near(server, f"http://{host}/redirect?/7.jpg")[0] == 200
        refused = {
            f"http://{host}/page": 422, f"http://{host}/redirect?http://127.0.0.1:1/": 422,
            f"http://{host}/redirect?file:///etc/passwd": 422, f"http://u:p@{host}/7.jpg": 422,
            "http://pictures.example/7.jpg": 422, "file:///etc/passwd": 422, "": 422,
        }
        for url, expected in refused.items():
            status, answer = near(server, url)
            assert (url, status) == (url, expected)
            assert answer["error"][0]["message"]


def test_an_import_fetches_what_its_table_names(server, tmp_path, host):
    table = tmp_path / "table.csv"
    table.write_text("".join(f"{line}\n" for line in [
        "url,breed", f"http://{host}/1.jpg,a", f"http://{host}/redirect?/2.jpg,b", f"http://{host}/page,none",
        "http://10.0.0.1/3.jpg,none", "http://pictures.example/4.jpg,none"]))
    done = subprocess.run(
        [PROGRAM, "import", table, "--class", "Pet", "--server", server.url, "--report", tmp_path / "report.jsonl"],
        capture_output=True, text=True, timeout=120,
        env=environment({"NEEDLETAIL_FETCH_HOSTS": f"{host},10.0.0.1", "NEEDLETAIL_FETCH_NETWORKS": "127.0.0.1/32"}))
    assert done.returncode == 3, done.stderr
    reasons = "\n".join(json.loads(line)["reason"] for line in (tmp_path / "report.jsonl").read_text().splitlines())
    assert reasons.count("\n") == 2
    assert "not public" in reasons and "'pictures.example', port 80" in reasons and "a web page" in reasons
    status, answer = server.request("GET", "/v1/objects?class=Pet")
    assert sorted(each["properties"]["breed"] for each in answer["objects"]) == ["a", "b"]


def test_an_address_that_is_not_public_is_refused_unless_its_network_is_named(tmp_path, pets, host):
    with Server(tmp_path / "data", {"NEEDLETAIL_FETCH_HOSTS": f"{host},localhost:{host.split(':')[1]}"}) as server:
        fill(server, pets)
        for name in (host, f"localhost:{host.split(':')[1]}"):
            status, answer = near(server, f"http://{name}/7.jpg")
            assert status == 422 and "not public" in answer["error"][0]["message"]


def test_nothing_is_fetched_unless_hosts_are_listed(server, host):
    assert server.request("POST", "/v1/schema", {"class": "Pet", "properties": [{"name": "image", "dataType": ["blob"]}]})[0] == 200
    status, answer = near(server, f"http://{host}/7.jpg")
    assert status == 422 and "NEEDLETAIL_FETCH_HOSTS" in answer["error"][0]["message"]


@pytest.mark.parametrize("name,value", [("HOSTS", "http://a/"), ("HOSTS", "*"), ("NETWORKS", "10.0.0.0/33")])
def test_a_setting_that_cannot_be_read_stops_the_start(tmp_path, name, value):
    with pytest.raises(NotReady, match=f"NEEDLETAIL_FETCH_{name}: '"):
        Server(tmp_path / "data", {"NEEDLETAIL_FETCH_HOSTS": "a.example", f"NEEDLETAIL_FETCH_{name}": value}).start()
