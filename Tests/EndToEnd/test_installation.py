# SPDX-License-Identifier: Apache-2.0
"""The steps that the image is made of, run into a folder, and the server started from there as the image starts it."""
from __future__ import annotations

import json
import os
import re
import subprocess

import pytest
import running_server
from running_server import PROGRAM, ROOT, Server


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A finished installation, made from what is built."""
    folder = tmp_path_factory.mktemp("installed") / "needletail"
    result = subprocess.run([ROOT / "Scripts/install.sh", folder], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return folder


def test_it_holds_what_running_needs(installed):
    for path in ("bin/needletail", "scripts/start.sh", "scripts/fetch-weights.sh", "models/efficientnet-lite0.onnx",
                 "share/LICENSE", "share/NOTICE", "share/Config/needletail.env"):
        assert (installed / path).exists(), path
    for path in re.findall(r"/opt/needletail/(\S+)", (ROOT / "Config/needletail.service").read_text()):
        assert (installed / path).exists(), path


def test_every_library_of_the_program_is_in_the_list_of_packages():
    lines = (ROOT / "Scripts/debian-packages").read_text().splitlines()
    listed = {line.split()[1] for line in lines if line.startswith("run ")} | {"libc6", "libgcc-s1"}
    dynamic = subprocess.run(["readelf", "-d", PROGRAM], capture_output=True, text=True, check=True).stdout
    loaded = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=True).stdout
    for name in re.findall(r"NEEDED.*\[(.*)\]", dynamic):
        match = re.search(rf"(?:{re.escape(name)} => )?(/\S*{re.escape(name)}) ", loaded)
        assert match, f"{name} is not found: is the Swift runtime linked in?"
        # dpkg knows libraries by the path before or after /usr was merged.
        real = os.path.realpath(match[1])
        owners = [subprocess.run(["dpkg", "-S", path], capture_output=True, text=True).stdout.split(":")[0]
                  for path in (real, real.removeprefix("/usr"))]
        assert any(owner in listed for owner in owners), f"{name} is of {owners}, which Scripts/debian-packages lacks"


def test_a_server_starts_from_it_with_the_starter_network(installed, tmp_path, monkeypatch):
    # A folder of data whose download failed: the starter network is noted.
    (tmp_path / "data/models").mkdir(parents=True)
    (tmp_path / "data/models/network").write_text("efficientnet-lite0\n")
    monkeypatch.delenv("NEEDLETAIL_OPENVINO_LIB", raising=False)
    monkeypatch.setattr(running_server, "PROGRAM", installed / "scripts/start.sh")
    server = Server(tmp_path / "data")
    del server.settings["NEEDLETAIL_IMG2VEC_MODEL"]
    try:
        server.start()
        assert "efficientnet-lite0" in json.dumps(server.request("GET", "/v1/meta")[1]) + server.log_path.read_text()
        assert server.stop() == 0
    finally:
        server.kill()
