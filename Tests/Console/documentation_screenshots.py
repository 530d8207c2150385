# SPDX-License-Identifier: Apache-2.0
"""Draws the pictures of Docs/console anew, from the screens as they are, with photographs of Caltech 101 (CC BY 4.0).
usage: .venv/bin/python Tests/Console/documentation_screenshots.py      needs NEEDLETAIL_TEST_DATA"""
from __future__ import annotations

import base64
import csv
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "EndToEnd"))

from browser import Console, chromium  # noqa: E402
from running_server import ROOT, STARTER_NETWORK, TEST_DATA, Server  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402

FOLDER = ROOT / "Docs/console"
CLASS = {
    "class": "Thing", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}},
    "properties": [
        {"name": "image", "dataType": ["blob"]}, {"name": "label", "dataType": ["text"], "tokenization": "field"},
        {"name": "file", "dataType": ["text"]}, {"name": "size", "dataType": ["int"]},
    ],
}


def fill(server: Server, pictures: list[tuple[Path, str]]) -> None:
    assert server.request("POST", "/v1/schema", CLASS)[0] == 200
    for start in range(0, len(pictures), 50):
        objects = [
            {"class": "Thing", "properties": {
                "image": base64.b64encode(path.read_bytes()).decode(), "label": label, "file": path.name, "size": path.stat().st_size}}
            for path, label in pictures[start:start + 50]
        ]
        assert server.request("POST", "/v1/batch/objects", {"objects": objects})[0] == 200


def draw(console: Console, pictures: list[tuple[Path, str]], folder: Path) -> None:
    def shoot(name: str) -> None:
        console.settle()
        path = FOLDER / f"{name}.png"
        console.driver.save_screenshot(str(path))
        Image.open(path).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)

    query = next(path for path, label in pictures if "butterfly" in label)
    console.open("search?class=Thing")
    console.drop("main", query)
    console.find(".hit")
    shoot("search")
    console.open("search?class=Thing")
    console.drop("main", pictures[len(pictures) // 2][0])
    console.find(".hit")
    console.run("[...document.querySelectorAll('.hit-check input')].slice(0, 6).forEach((each) => each.click())")
    console.find("nt-selection-bar", "6 objects")
    shoot("results")
    console.open("import")
    console.driver.find_element(By.CSS_SELECTOR, "input.chooser-folder").send_keys(str(folder))
    console.find(".plan")
    shoot("import")
    console.open("browse?class=Thing")
    console.find("nt-virtual-grid")
    shoot("browse")
    console.open("collections?create=1")
    console.find("main form")
    shoot("collections")
    console.open("map?class=Thing&color=label")
    console.find(".map-row", seconds=60)
    shoot("map")
    console.open("quality?class=Thing")
    console.click("form button", "Measure")
    console.find(".figure", seconds=60)
    shoot("quality")
    console.open("query?class=Thing")
    console.click("button", "Run")
    console.wait(lambda: console.all("nt-json-tree, .json-tree"))
    shoot("query")
    console.open("rest")
    console.find("main", "/meta")
    console.click("main a", "/meta")
    console.click("button", "Send")
    console.find("main", "hostname")
    shoot("rest")
    console.open("server")
    console.find("main", "ready")
    shoot("server")
    console.open("guides/first-pictures")
    console.find("main h1")
    shoot("guides")


def main() -> None:
    source = TEST_DATA / "images/caltech101-mini"
    with (source / "labels.csv").open() as file:
        pictures = [(source / row["file"], row["label"]) for row in csv.DictReader(file)]
    work = Path(tempfile.mkdtemp())
    folder = work / "Things"
    for path, label in pictures[::12]:
        (folder / label).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / label / path.name)
    FOLDER.mkdir(exist_ok=True)
    driver = chromium()
    try:
        with Server(work / "data", {"NEEDLETAIL_IMG2VEC_MODEL": STARTER_NETWORK}) as server:
            fill(server, pictures)
            with Console(driver, server) as console:
                draw(console, pictures, folder)
    finally:
        driver.quit()
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
