# SPDX-License-Identifier: Apache-2.0
"""The search screen: words and vectors, its address, and any collection. Pictures to search with are in test_search_pictures.py, what is
done with results in test_search_results.py."""
from __future__ import annotations

import base64
import json

from browser import Console
from conftest import start
from searching import CAT, PASTE, ids, is_answered, last_search, next_search, shown_results, texts
from selenium.webdriver.common.keys import Keys


# MARK: Words


def test_a_slash_leads_to_the_words_which_search_as_they_are_typed_and_enter_repeats(console):
    console.open("search?class=Pet")
    console.find(".example")
    console.find("body").send_keys("/")
    console.press("bengal")
    assert shown_results(console)
    assert all("Bengal" in title for title in texts(console, ".hit-title"))
    console.wait(lambda: "q=bengal" in console.path)
    console.requests()
    console.press(Keys.ENTER)
    console.wait(lambda: any("/v1/graphql" in request["url"] for request in console.requests()))
    is_answered(console)


def test_words_and_a_picture_together_find_what_stands_high_in_either(console):
    console.open(f"search?class=Pet&like={CAT}&q=siamese")
    shown_results(console)
    titles = texts(console, ".hit-title")
    assert any("Siamese" in title for title in titles[:4]) and any("Siamese" not in title for title in titles)


def test_a_vector_is_searched_near_to(console, server):
    status, stored = server.request("GET", f"/v1/objects/Pet/{CAT}?include=vector")
    assert status == 200
    console.open("search?class=Pet")
    console.find(".example")
    console.run(PASTE, None, json.dumps(stored["vector"]))
    shown_results(console)
    assert ids(console)[0] == CAT
    console.find(".preview-name", "1,280 dimensions")


# MARK: The address


def test_back_and_a_shared_link_lead_to_the_same_results(console):
    console.open(f"search?class=Pet&like={CAT}&k=12")
    shown_results(console)
    first = ids(console)
    console.find(".hit-actions [data-action=similar]").click()
    console.wait(lambda: CAT not in console.path)
    next_search(console)
    second = ids(console)
    assert second != first
    link = console.path.lstrip("/")
    console.driver.back()
    console.wait(lambda: CAT in console.path)
    console.wait(lambda: ids(console) == first)
    console.open(link)
    shown_results(console)
    assert ids(console) == second


def test_back_finds_an_uploaded_picture_and_a_link_says_that_it_is_missing(console, pets):
    console.open("search?class=Pet")
    console.drop("main", pets[0][0])
    shown_results(console)
    found = ids(console)
    link = console.path.lstrip("/")
    console.click(".nav-link", "Import")
    console.wait(lambda: console.path.startswith("/import"))
    console.find("nt-import-screen h1")
    console.driver.back()
    shown_results(console)
    assert ids(console) == found and pets[0][0].name in console.find(".preview-name").text
    console.open(link)
    console.find(".empty", "Links hold no pictures")
    console.find(".preview-name", "not part of this link")
    console.assert_accessible()


def test_a_newer_search_ends_the_older_one(console):
    console.open(f"search?class=Pet&like={CAT}")
    shown_results(console)
    console.run(
        "const real = window.fetch; window.held = [];"
        "window.fetch = (path, init) => String(path).includes('/v1/search') && !window.held.length"
        "  ? new Promise((resolve, reject) => { window.held.push(init.signal); init.signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))) })"
        "  : real(path, init)")
    console.find(".hit [data-action=similar]").click()
    console.wait(lambda: console.run("return window.held.length === 1"))
    console.click("nt-search-options .check")
    console.wait(lambda: console.run("return window.held[0].aborted"))
    next_search(console)
    assert not console.all(".toast.error") and len(ids(console)) > 5


def test_hostile_names_and_addresses_do_nothing(console, tmp_path, pets):
    name = "a\"><img src=x onerror='window.hacked=1'>.jpg"
    (tmp_path / name).write_bytes(pets[0][0].read_bytes())
    console.open("search?class=Pet")
    console.drop("main", tmp_path / name)
    shown_results(console)
    assert console.find(".preview-name").text == name
    hostile = "%22%3E%3Cimg%20src%3Dx%20onerror%3Dwindow.hacked%3D1%3E"
    for part in (f"q={hostile}", f"like={hostile}", f"like=u{hostile}", f"filter={hostile}", f"min={hostile}&k={hostile}&group=", f"vector={hostile}&tenant={hostile}"):
        console.open(f"search?class=Pet&{part}")
        console.find("nt-query-panel")
        is_answered(console)
    assert not console.run("return window.hacked")
    assert not console.all(".toast.error")


# MARK: Other collections


def test_tenants_and_target_vectors_can_be_chosen(driver, tmp_path, pets):
    with start(tmp_path / "data") as server:
        neural = {"img2vec-neural": {"imageFields": ["image"]}}
        status, answer = server.request("POST", "/v1/schema", {
            "class": "Room", "multiTenancyConfig": {"enabled": True},
            "vectorConfig": {
                "seen": {"vectorizer": neural, "vectorIndexType": "hnsw"}, "own": {"vectorizer": {"none": {}}, "vectorIndexType": "hnsw"}},
            "properties": [{"name": "image", "dataType": ["blob"]}, {"name": "name", "dataType": ["text"]}]})
        assert status == 200, answer
        server.request("POST", "/v1/schema/Room/tenants", [{"name": "north"}, {"name": "south"}])
        for index, (path, breed) in enumerate(pets[:6]):
            status, answer = server.request("POST", "/v1/objects", {
                "class": "Room", "tenant": "north", "vectors": {"own": [float(index), 1.0]},
                "properties": {"image": base64.b64encode(path.read_bytes()).decode(), "name": f"{breed} {index}"}})
            assert status == 200, answer
        with Console(driver, server) as console:
            console.open("search?class=Room&tenant=north&vector=seen")
            console.find(".example")
            console.drop("main", pets[2][0])
            shown_results(console)
            assert console.find(".hit-title").text.endswith(" 2")
            console.all("nt-collection-choice select")[2].send_keys("own")
            console.wait(lambda: "vector=own" in console.path)
            console.find("body").send_keys("/")
            console.press("[4, 1]")
            console.press(Keys.ENTER)
            console.wait(lambda: "like=v" in console.path)
            shown_results(console)
            assert console.find(".hit-title").text.endswith(" 4") and "vectors" in last_search(console)
            console.all("nt-collection-choice select")[1].send_keys("south")
            console.wait(lambda: "tenant=south" in console.path)
            console.find(".empty", "Nothing was found")
            console.open("search?class=Room&tenant=south")
            console.find(".examples", "no objects")
            console.assert_accessible()
