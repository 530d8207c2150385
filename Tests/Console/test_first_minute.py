# SPDX-License-Identifier: Apache-2.0
"""What somebody does who has never heard of Needletail: a folder in, a picture out."""
from __future__ import annotations

import shutil
import time

from browser import Console
from conftest import start
from searching import shown_results, texts
from selenium.webdriver.common.by import By


def test_from_an_empty_server_to_the_picture_that_was_looked_for(driver, tmp_path, pets):
    folder = tmp_path / "My animals"
    for path, breed in pets[::3]:
        (folder / breed).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / breed / path.name)
    with start(tmp_path / "data") as server, Console(driver, server) as console:
        began = time.monotonic()
        console.driver.get(server.url)
        # Nothing is there yet, and the page says where to begin.
        console.click("main a", "Import")
        console.find("main h1", "Import")
        driver.find_element(By.CSS_SELECTOR, "input.chooser-folder").send_keys(str(folder))
        console.click(".plan button[type=submit]")
        console.find(".run[data-state=done]", seconds=60)
        console.click(".run-actions a", "Search in it")
        wanted, breed = pets[0]
        console.find("main h1", "Search")
        console.drop("main", wanted)
        shown_results(console)
        assert texts(console, ".hit")[0].splitlines()[0] == "100 %" and breed in texts(console, ".hit")[0]
        print(f"{len(pets[::3])} pictures in, one found: {time.monotonic() - began:.1f} s")
        console.screenshot("first-minute")
