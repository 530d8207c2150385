# SPDX-License-Identifier: Apache-2.0
"""The import screen: pictures from this computer, chosen or dropped, and folders of the server."""
from __future__ import annotations

import base64
import csv
import hashlib
import json
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest
from browser import AWAY, Console
from conftest import start
from running_server import PROGRAM, TEST_DATA, environment
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select


@pytest.fixture(scope="module")
def folder(tmp_path_factory, pets) -> Path:
    """Thirty photographs in a folder for each breed, one broken file, and a text."""
    folder = tmp_path_factory.mktemp("chosen") / "Our pets"
    for path, breed in pets[::5]:
        (folder / breed).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / breed / path.name)
    shutil.copy(TEST_DATA / "images/odd/files/own_cuts_at50.png", folder / pets[0][1] / "broken.png")
    (folder / "notes.txt").write_text("no picture")
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory, folder):
    with start(tmp_path_factory.mktemp("import") / "data", {"NEEDLETAIL_IMPORT_ROOTS": str(folder.parent)}) as server:
        yield server


def choose(console: Console, which: str, *paths: Path) -> None:
    """Chooses files (`files`), a folder (`folder`) or a table (`table`), as the browser's dialog does."""
    console.find("main button")
    console.driver.find_element(By.CSS_SELECTOR, f"input.chooser-{which}").send_keys("\n".join(map(str, paths)))


def name(console: Console, text: str) -> None:
    console.type("input[name=class]", text)


def import_all(console: Console, seconds: float = 40) -> None:
    console.click(".plan button[type=submit]")
    console.find(".run[data-state=done]", seconds=seconds)


def objects(server, class_name: str, fields: str) -> list[dict]:
    return server.graphql("{Get{%s(limit:1000){%s _additional{id}}}}" % (class_name, fields))["Get"][class_name]


def content_id(class_name: str, content: bytes) -> str:
    """The id that `needletail import` gives a picture."""
    of_class = uuid.uuid5(uuid.UUID("6e656564-6c65-4a01-9d0b-7461696c0001"), class_name)
    return str(uuid.uuid5(of_class, "content:" + hashlib.sha256(content).hexdigest()))


def test_a_folder_becomes_a_collection_that_finds_its_pictures(console, server, folder, pets):
    console.open("import")
    choose(console, "folder", folder)
    console.find("h2", "31 pictures")
    assert console.find("input[name=class]").get_attribute("value") == "OurPets"
    assert "1 other file passed over" in console.find(".passed-over").text
    console.assert_accessible()
    console.screenshot("import-plan")
    import_all(console)
    stored = objects(server, "OurPets", "label file")
    assert len(stored) == 30
    breeds = {path.name: path.parent.name for path in folder.glob("*/*.jpg")}
    assert {each["file"]: each["label"] for each in stored} == breeds
    # What failed is told with its reason, and is the only thing that failed.
    assert "30 stored" in console.find(".run-line").text and "1 failed" in console.find(".run-line").text
    console.click("[data-filter=onlyFailed]")
    row = console.find(".run-row[data-state=failed]")
    assert "broken.png" in row.text and "damaged" in row.text
    console.assert_accessible()
    console.screenshot("import-done")
    # One of them is found by the picture.
    picture, breed = pets[0]
    found = server.graphql('{Get{OurPets(nearImage:{image:"%s"},limit:1){label file}}}' % base64.b64encode(picture.read_bytes()).decode())
    assert found["Get"]["OurPets"] == [{"label": breed, "file": picture.name}]
    assert console.find(".run-actions a", "Search in it").get_attribute("href").endswith("/console/search?class=OurPets")
    assert console.find(".run-actions a", "Browse it").get_attribute("href").endswith("/console/browse?class=OurPets")


def test_ids_equal_those_of_the_command_so_that_both_agree_what_is_there(console, server, folder):
    expected = {content_id("OurPets", path.read_bytes()) for path in folder.glob("*/*.jpg")}
    assert {each["_additional"]["id"] for each in objects(server, "OurPets", "file")} == expected
    answer = subprocess.run(
        [PROGRAM, "import", folder, "--class", "OurPets", "--server", server.url, "--json"],
        capture_output=True, text=True, env=environment({}), cwd=folder.parent, timeout=60)
    result = json.loads(answer.stdout.splitlines()[-1])
    assert result["skipped"] == 30 and result["stored"] == 0, answer.stdout + answer.stderr
