# SPDX-License-Identifier: Apache-2.0
"""The search screen: what one searches with, how, and what is done with what was found."""
from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def results(console, text: str = "result"):
    """Waits until a search has ended, and returns its summary."""
    console.wait(lambda: not console.all("nt-search-results[aria-busy]"), "the search does not end")
    return console.find(".results-count", text).text


def first_hit(console) -> str:
    return console.find(".hit").get_attribute("data-id")


def test_a_dropped_picture_is_searched_with_at_once_and_shown_with_what_it_is(console, pets):
    path = pets[0][0]
    console.open("search?class=Pet")
    console.find(".example")
    console.screenshot("search-idle")
    console.drop("main", path)
    assert results(console).startswith("20 results")
    assert console.find(".hit-near").text == "100 %"
    assert path.name in console.find(".preview-name").text
    assert "JPEG" in console.find(".preview-about").text and "×" in console.find(".preview-about").text
    console.screenshot("search-dropped")
    console.assert_accessible()
