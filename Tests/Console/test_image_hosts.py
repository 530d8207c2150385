# SPDX-License-Identifier: Apache-2.0
"""Pictures that lie on other hosts are shown if the host is listed, and not even asked for if it is not."""
from __future__ import annotations

import http.server
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from browser import Console
from conftest import start


@contextmanager
def picture_host(picture: Path):
    """Another server on this machine with one picture; what it was asked for is in `asked`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.server.asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/jpeg")
            self.end_headers()
            self.wfile.write(picture.read_bytes())

        def log_message(self, *_) -> None:
            pass

    host = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host.asked = []
    threading.Thread(target=host.serve_forever, daemon=True).start()
    try:
        yield host
    finally:
        host.shutdown()
        host.server_close()


@pytest.mark.parametrize("is_listed", [True, False])
def test_pictures_from_elsewhere_are_shown_only_from_listed_hosts(driver, tmp_path, pets, is_listed):
    with picture_host(pets[0][0]) as host:
        origin = f"http://127.0.0.1:{host.server_port}"
        settings = {"NEEDLETAIL_CONSOLE_IMAGE_HOSTS": origin if is_listed else "pictures.example"}
        with start(tmp_path / "data", settings) as server:
            status, answer = server.request("POST", "/v1/schema", {
                "class": "Link", "vectorizer": "none", "imageUrlProperty": "url",
                "properties": [{"name": "url", "dataType": ["text"]}, {"name": "name", "dataType": ["text"]}]})
            assert status == 200, answer
            assert server.request("POST", "/v1/objects", {
                "class": "Link", "vector": [1, 0], "properties": {"url": f"{origin}/cat.jpg", "name": "A cat"}})[0] == 200
            with Console(driver, server) as console:
                # Where it is not listed, the browser notes what it then does not send.
                console.allowed.append(origin)
                if not is_listed:
                    console.expected.append("Content Security Policy")
                console.open("search?class=Link&q=cat")
                console.find(".hit", "A cat")
                if is_listed:
                    console.wait(lambda: console.run("return document.querySelector('.hit img')?.naturalWidth > 0"))
                else:
                    broken = console.find(".hit .picture-broken")
                    assert "NEEDLETAIL_CONSOLE_IMAGE_HOSTS" in broken.get_attribute("title")
        assert bool(host.asked) == is_listed
