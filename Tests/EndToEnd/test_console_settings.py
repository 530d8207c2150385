# SPDX-License-Identifier: Apache-2.0
"""The settings of the console, asked without a browser."""
from __future__ import annotations

import http.client

import pytest
from running_server import NotReady, Server


def get(server: Server, path: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", path, headers={"Accept": "text/html"})
    answer = connection.getresponse()
    answer.text = answer.read().decode()
    return answer


def test_switched_off_there_is_no_console_and_browsers_get_what_clients_get(tmp_path):
    with Server(tmp_path / "data", {"NEEDLETAIL_CONSOLE_ENABLED": "false"}) as server:
        assert get(server, "/console").status == 404
        assert get(server, "/").headers["Location"] == "/v1"
        assert "console" not in server.log_tail()


def test_the_start_says_where_the_console_is(server):
    assert f"console: http://127.0.0.1:{server.port}/console" in server.log_tail()
    assert get(server, "/").headers["Location"] == "/console"


def test_a_folder_is_shown_in_place_of_the_program_as_it_is_now(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("first")
    with Server(tmp_path / "data", {"NEEDLETAIL_CONSOLE_PATH": str(site)}) as server:
        assert get(server, "/console/search").text == "first"
        (site / "index.html").write_text("second")
        assert get(server, "/console/search").text == "second"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("NEEDLETAIL_CONSOLE_PATH", "/nowhere", "holds no index.html"),
        ("NEEDLETAIL_CONSOLE_IMAGE_HOSTS", "pictures.example; script-src *", "is no host"),
    ])
def test_a_wrong_setting_stops_the_start_by_its_name(tmp_path, name, value, words):
    with pytest.raises(NotReady) as refusal, Server(tmp_path / "data", {name: value}):
        pass
    assert name in str(refusal.value) and words in str(refusal.value)
