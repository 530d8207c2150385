# SPDX-License-Identifier: Apache-2.0
"""A collection belongs to the network that filled it; vectorizing it anew lets another one take over."""
from __future__ import annotations

import base64
import subprocess

import pytest
from running_server import PROGRAM, STARTER_NETWORK, TEST_NETWORK, Server, environment

CLASS = {
    "class": "Pet", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}},
    "properties": [{"name": "image", "dataType": ["blob"]}, {"name": "breed", "dataType": ["text"]}],
}


def nearest(server: Server, picture: str) -> dict:
    query = f'{{Get {{Pet(nearImage: {{image: "{picture}"}}, limit: 1) {{breed _additional {{distance}}}}}}}}'
    return server.request("POST", "/v1/graphql", {"query": query})[1]


@pytest.mark.skipif(TEST_NETWORK is None, reason="needs a second network in the folder that NEEDLETAIL_TEST_DATA names")
def test_another_network_is_refused_until_the_pictures_are_vectorized_anew(tmp_path, pets):
    chosen = pets[:12]
    pictures = [base64.b64encode(path.read_bytes()).decode() for path, _ in chosen]
    folder = tmp_path / "data"
    with Server(folder, {"NEEDLETAIL_IMG2VEC_MODEL": str(TEST_NETWORK)}) as first:
        assert first.request("POST", "/v1/schema", CLASS)[0] == 200
        objects = [
            {"class": "Pet", "properties": {"image": picture, "breed": f"{label} {place}"}}
            for place, ((_, label), picture) in enumerate(zip(chosen, pictures))]
        status, answer = first.request("POST", "/v1/batch/objects", {"objects": objects})
        assert status == 200 and all(item["result"]["status"] == "SUCCESS" for item in answer), answer
        assert first.stop() == 0

    starter = {"NEEDLETAIL_IMG2VEC_MODEL": STARTER_NETWORK}
    with Server(folder, starter) as second:
        message = nearest(second, pictures[0])["errors"][0]["message"]
        assert "resnet50-imagenet-test" in message and STARTER_NETWORK in message and "revectorize" in message
        status, answer = second.request("POST", "/v1/objects", objects[0])
        assert status >= 400 and "resnet50-imagenet-test" in answer["error"][0]["message"]
        assert second.stop() == 0

    result = subprocess.run(
        [PROGRAM, "revectorize", "--data", folder, "Pet"], capture_output=True, text=True, env=environment(starter),
        timeout=120, cwd=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "12 vectors made" in result.stdout

    with Server(folder, starter) as third:
        for place, picture in enumerate(pictures):
            found = nearest(third, picture)["data"]["Get"]["Pet"][0]
            assert found["breed"] == f"{chosen[place][1]} {place}"
            assert found["_additional"]["distance"] < 1e-4
        assert third.request("POST", "/v1/objects", objects[0])[0] == 200
        assert third.stop() == 0
    checked = subprocess.run(
        [PROGRAM, "check", "--data", folder], capture_output=True, text=True, env=environment({}), timeout=60)
    assert checked.returncode == 0, checked.stdout


def test_vectorizing_anew_without_the_class_says_so(tmp_path):
    result = subprocess.run(
        [PROGRAM, "revectorize", "--data", tmp_path / "data", "Nothing"], capture_output=True, text=True,
        env=environment({"NEEDLETAIL_IMG2VEC_MODEL": STARTER_NETWORK}), timeout=60)
    assert result.returncode == 1
    assert "Nothing" in result.stderr and "not found" in result.stderr


def test_a_stop_right_after_the_first_full_queue_ends_well(tmp_path, pets):
    """The network is compiled a second time just then, which nobody may cut off."""
    for number in range(3):
        with Server(tmp_path / f"data-{number}", {"NEEDLETAIL_INFERENCE_STREAMS": "percore"}) as server:
            assert server.request("POST", "/v1/schema", CLASS)[0] == 200
            objects = [
                {"class": "Pet", "properties": {"image": base64.b64encode(path.read_bytes()).decode()}}
                for path, _ in pets[:12]]
            status, answer = server.request("POST", "/v1/batch/objects", {"objects": objects})
            assert status == 200 and all(item["result"]["status"] == "SUCCESS" for item in answer), answer
            assert server.stop() == 0, server.log_tail()
