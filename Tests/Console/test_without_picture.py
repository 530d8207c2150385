# SPDX-License-Identifier: Apache-2.0
"""Objects without a picture, beside others that have one: shown as such, and nothing is asked for that is not there."""
from __future__ import annotations

import base64

from browser import Console
from conftest import PET, start


def test_an_object_without_a_picture_is_shown_as_one_everywhere(driver, tmp_path, pets):
    picture = base64.b64encode(pets[0][0].read_bytes()).decode()
    with start(tmp_path / "data") as server:
        assert server.request("POST", "/v1/schema", PET)[0] == 200
        for index, more in enumerate([{"image": picture}, {}]):
            status, answer = server.request("POST", "/v1/objects", {
                "class": "Pet", "id": f"00000000-0000-4000-8000-00000000000{index}",
                "properties": {"name": f"Pet number {index}", **more}})
            assert status == 200, answer
        with Console(driver, server) as console:
            console.open("browse?class=Pet")
            console.find(".picture-broken[aria-label='No picture']")
            console.settle()
            assert len(console.all("nt-picture img")) == 1
            console.open("search?class=Pet&q=number")
            console.find(".results-count", "2 results")
            console.settle()
            assert len(console.all(".hit nt-picture img")) == 1 and len(console.all(".hit .picture-broken")) == 1
            console.open("browse?class=Pet&object=00000000-0000-4000-8000-000000000001")
            console.find("dialog .picture-broken[aria-label='No picture']")
            console.assert_accessible()
            console.open("query?class=Pet")
            console.click("button", "Run")
            console.find("nt-answer, .answer", "Pet number 1")
            console.settle()
