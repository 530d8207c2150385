# SPDX-License-Identifier: Apache-2.0
"""The dialog of an object: what it shows, changing it, and its keys."""
from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

from browsing import open_pet, patches, pet, query, stored, tab
from selenium.webdriver.common.keys import Keys


def test_enter_opens_an_object_arrows_go_on_and_back_closes_it_with_the_focus_in_the_list(console):
    console.open("browse?class=Pet&view=table&sort=weight")
    row = console.find(".browse-row", "Abyssinian number 1")
    console.run("arguments[0].focus()", row)
    console.press(Keys.ARROW_DOWN)
    console.press(Keys.ENTER)
    console.find("dialog[open] h2", "Abyssinian number 2")
    console.find("dialog[open] .object-picture img")
    console.assert_accessible()
    console.press(Keys.ARROW_RIGHT)
    console.find("dialog[open] h2", "Abyssinian number 3")
    console.wait(lambda: query(console).get("object") == pet(3))
    console.screenshot("object-dialog")
    console.driver.back()
    console.gone("dialog[open]")
    console.wait(lambda: "object" not in query(console))
    console.wait(lambda: console.run("return document.activeElement.dataset.id") == pet(3))
    console.driver.forward()
    console.find("dialog[open] h2", "Abyssinian number 3")


def test_the_dialog_is_accessible_and_fits_on_a_phone_in_each_tab(console):
    console.size(360, 740)
    console.emulate(prefers_color_scheme="dark")
    open_pet(console, 8)
    for name in ("overview", "edit", "vector", "json"):
        tab(console, name)
        console.assert_accessible()
        assert console.run("return document.querySelector('dialog').scrollWidth <= document.querySelector('dialog').clientWidth")
        console.screenshot(f"object-dialog-360-{name}")


def test_only_what_was_changed_is_sent_and_the_row_shows_it(console):
    open_pet(console, 10)
    tab(console, "edit")
    before = stored(console.server, 10)["properties"]
    console.requests()
    console.type("dialog [name=name]", "Renamed")
    console.find("dialog [name=tags]").send_keys("small\nblack")
    console.find("dialog [name=tame]").send_keys("not set")
    console.click("dialog button[type=submit]")
    console.find(".toast", "Saved")
    body = json.loads(next(each for each in patches(console) if each["method"] == "PATCH")["postData"])
    assert body["properties"] == {"name": "Renamed", "tags": ["small", "black"], "tame": None}
    after = stored(console.server, 10)["properties"]
    assert after.pop("image") == before.pop("image")
    assert after == {"breed": before["breed"], "weight": 10, "name": "Renamed", "tags": ["small", "black"]}
    console.press(Keys.ESCAPE)
    console.find(".browse-row", "Renamed")


def test_faults_stand_beside_their_fields_those_of_the_server_too(console):
    open_pet(console, 11)
    tab(console, "edit")
    console.type("dialog [name=weight]", "heavy")
    console.click("dialog button[type=submit]")
    field = console.find("dialog [name=weight]")
    assert field.get_attribute("aria-invalid") == "true"
    console.find("dialog .fault", "no whole number")
    console.wait(lambda: console.run("return document.activeElement.name") == "weight")
    console.assert_accessible()
    # Beyond 64 bits only the server refuses it; the form does before, since it could not send it exactly.
    console.type("dialog [name=weight]", "9007199254740993")
    console.click("dialog button[type=submit]")
    console.find("dialog .fault", "too large")
    # Leaving asks.
    console.press(Keys.ESCAPE)
    console.click("dialog[open] button.danger", "Discard")
    console.gone("dialog[open]")
    assert stored(console.server, 11)["properties"]["weight"] == 11


def test_what_somebody_else_changed_meanwhile_is_shown_before_it_is_overwritten(console):
    open_pet(console, 12)
    tab(console, "edit")
    console.type("dialog [name=name]", "Mine")
    console.server.request("PATCH", f"/v1/objects/Pet/{pet(12)}", {"class": "Pet", "properties": {"name": "Theirs"}})
    console.click("dialog button[type=submit]")
    console.find("dialog .fault", "Theirs")
    console.find("dialog .fault", "Somebody else")
    console.click("dialog button[type=submit]")
    console.find(".toast", "Saved")
    assert stored(console.server, 12)["properties"]["name"] == "Mine"


def test_an_object_that_is_gone_meanwhile_says_so(console):
    open_pet(console, 13)
    tab(console, "edit")
    console.type("dialog [name=name]", "Mine")
    console.server.request("DELETE", f"/v1/objects/Pet/{pet(13)}")
    console.click("dialog button[type=submit]")
    console.find("dialog .empty", "not there any more")
    console.assert_accessible()


def test_a_picture_is_replaced_by_one_that_is_dropped_and_another_thumbnail_shown(console, pets):
    before = stored(console.server, 14)["properties"]
    open_pet(console, 14)
    thumbnail = f"[data-id='{pet(14)}'] img"
    source = console.run("return document.querySelector(arguments[0]).src", thumbnail)
    other = next(path for path, breed in reversed(pets) if breed != before["breed"])
    console.drop(".object-picture", other)
    console.find(".toast", "replaced")
    console.wait(lambda: console.run("return document.querySelector(arguments[0])?.src", thumbnail) not in (None, source))
    after = stored(console.server, 14)["properties"]
    assert after["image"] != before["image"] and after["name"] == before["name"]


def test_the_original_is_downloaded_as_it_is_stored(console, tmp_path, pets):
    console.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    open_pet(console, 15)
    console.click(".object-picture button", "Download")
    path = tmp_path / f"{pet(15)}.jpg"
    console.wait(lambda: path.exists() and path.stat().st_size > 0, "nothing was downloaded")
    chosen = pets[:: max(1, len(pets) // 60)][15][0]
    assert path.read_bytes() == chosen.read_bytes()


def test_the_vector_and_the_json_are_shown_and_copied(console):
    console.driver.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
    open_pet(console, 16)
    tab(console, "vector")
    console.find("dialog .figures", "1,280")
    console.find("dialog .vector-strip")
    console.click("dialog .vector button")
    console.find("dialog .vector button [d='M5 12.5l4.5 4.5L19 7.5']")
    vector = json.loads(console.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])"))
    status, answer = console.server.request("GET", f"/v1/objects/Pet/{pet(16)}?include=vector")
    assert vector == answer["vector"]
    tab(console, "json")
    console.find("dialog .object-json", '"name": ')
    console.find("dialog .object-json", "characters)")
    console.click("dialog .tab-panel:not([hidden]) button")
    console.find("dialog .tab-panel:not([hidden]) button [d='M5 12.5l4.5 4.5L19 7.5']")
    copied = json.loads(console.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])"))
    assert copied["properties"] == answer["properties"]


def test_e_opens_the_form_and_s_the_search_with_the_object(console):
    console.open("browse?class=Pet&view=table&sort=weight")
    console.run("arguments[0].focus()", console.find(".browse-row", "number 3"))
    console.press("e")
    assert console.find("dialog [name=weight]").get_attribute("value") == "3"
    console.press(Keys.ESCAPE)
    console.gone("dialog[open]")
    console.wait(lambda: console.run("return document.activeElement.dataset.id") == pet(3))
    console.press("s")
    console.wait(lambda: console.path.startswith(f"/search?class=Pet&like={pet(3)}"))


def test_similar_leads_to_the_search_with_the_object(console):
    open_pet(console, 17)
    link = console.find("dialog .object-actions a").get_attribute("href")
    assert urlsplit(link).path == "/console/search" and parse_qs(urlsplit(link).query) == {"class": ["Pet"], "like": [pet(17)]}
