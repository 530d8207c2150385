# SPDX-License-Identifier: Apache-2.0
"""The options of the search screen: how many, up to where, which of them, in groups."""
from __future__ import annotations

import base64

from searching import CAT, ids, new_searches, shown_results, texts
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select


def test_the_number_of_results_follows_the_slider_when_it_rests(console):
    console.open(f"search?class=Pet&like={CAT}")
    shown_results(console)
    slider = console.find("nt-search-options input[max='100'][min='1']")
    for _ in range(5):
        slider.send_keys(Keys.ARROW_RIGHT)
    console.find(".results-count", "25 results")
    assert [body["limit"] for body in new_searches(console)] == [25]
    console.wait(lambda: "k=25" in console.path)
    slider.send_keys(Keys.END)
    console.find(".results-count", "59 results")
    console.wait(lambda: console.path.count("k=100") == 1)


def test_the_threshold_hides_by_per_cent_and_by_distance_without_asking_again(console):
    console.open(f"search?class=Pet&like={CAT}&k=50")
    shown_results(console)
    threshold = console.find(".field:has(.unit-choice) input[type=range]")
    threshold.send_keys(Keys.ARROW_RIGHT * 30)
    # The slider follows the hand, the address when it rests.
    console.wait(lambda: "min=30" in console.path)
    console.find(".results-count", "beyond the threshold")
    console.wait(lambda: all(int(near.split()[0]) >= 30 for near in texts(console, ".hit-near")))
    threshold.send_keys(Keys.END)
    console.find(".empty", "All 50 results are beyond the threshold")
    console.assert_accessible()
    console.screenshot("search-empty-threshold")
    console.click(".empty button", "Show all")
    console.find(".results-count", "50 results")
    console.click("[data-unit=distance]")
    threshold.send_keys(Keys.ARROW_LEFT * 60)
    limit = float(threshold.get_attribute("value"))
    console.wait(lambda: f"max={limit:.4g}" in console.path)
    console.find(".results-count", "beyond the threshold")
    console.wait(lambda: max(float(text.split()[1]) for text in texts(console, ".hit-facts")) <= limit + 1e-4)
    assert not new_searches(console)


def test_filters_are_built_from_the_definition_and_kept_in_the_address(console):
    console.open(f"search?class=Pet&like={CAT}&k=50")
    shown_results(console)
    console.click("nt-filter-rows button", "Add a filter")
    # By keys alone: whichever control is drawn anew keeps the focus.
    for option in ("name", "weight"):
        console.press(Keys.ARROW_DOWN)
        console.wait(lambda: console.run("return document.activeElement.value") == option)
    Select(console.all("nt-filter-rows select")[1]).select_by_value("LessThan")
    console.type("nt-filter-rows input", "10")
    console.wait(lambda: console.find(".results-count").text.startswith("9 "))
    console.wait(lambda: console.run("return document.activeElement.matches('nt-filter-rows input')"))
    link = console.path
    found = ids(console)
    console.open(link.lstrip("/"))
    shown_results(console)
    assert ids(console) == found
    console.type("nt-filter-rows input", "-1")
    console.find(".empty", "No object fits the filters")
    console.click(".empty button", "Clear the filters")
    console.find(".results-count", "50 results")


def test_copies_are_hidden_on_demand_and_counted(console, server, pets):
    """The picture itself, byte for byte; another one stored twice, whose twins are equally far."""
    twin = base64.b64encode(pets[30][0].read_bytes()).decode()
    made = [f"00000000-0000-4000-9000-00000000000{index}" for index in (1, 2)]
    for each in made:
        status, _ = server.request("POST", "/v1/objects", {"class": "Pet", "id": each, "properties": {"image": twin, "name": "twin"}})
        assert status == 200
    try:
        console.open("search?class=Pet&k=70")
        console.drop("main", pets[0][0])
        shown_results(console)
        assert console.find(".hit-near").text == "100 %" and console.find(".results-count").text == "62 results"
        console.click("nt-search-options .check")
        console.find(".results-count", "hidden")
        count = console.find(".results-count").text
        assert count.startswith("60 results · 1 copy hidden") or count.startswith("59 results · 2 copies hidden"), count
        assert console.find(".hit-near").text != "100 %"
        console.wait(lambda: "copies=hide" in console.path)
    finally:
        for each in made:
            server.request("DELETE", f"/v1/objects/Pet/{each}")


def test_groups_show_their_nearest_and_lead_to_the_others(console):
    console.open(f"search?class=Pet&like={CAT}&k=8&group=breed")
    assert "group" in shown_results(console, "group")
    names = texts(console, ".hit-group > span:first-child")
    assert len(names) == len(set(names)) == 8
    console.screenshot("search-groups")
    console.assert_accessible()
    console.click(".hit-group")
    console.find(".results-count", "result")
    assert all(names[0].replace("_", " ") in title for title in texts(console, ".hit-title"))
    assert "group" not in console.path
