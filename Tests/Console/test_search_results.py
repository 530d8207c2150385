# SPDX-License-Identifier: Apache-2.0
"""What is done with the results of a search: looked at, compared, explained, selected, tagged, exported, deleted."""
from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from browser import Console
from conftest import fill, start
from searching import CAT, ids, new_searches, next_search, shown_results, texts
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

# A value for each character that would end a field, begin a tag or make a formula.
HOSTILE = "=HYPERLINK(\"http://x\";\"y\"), <img src=x onerror=window.hacked=1>"


@pytest.fixture
def found(console) -> Console:
    """The console with twenty results, the first of which has the focus."""
    console.open(f"search?class=Pet&like={CAT}")
    shown_results(console)
    console.run("document.querySelector('.hit-open').focus()")
    return console


@pytest.fixture
def downloads(driver, tmp_path) -> Path:
    driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    return tmp_path


def downloaded(console, folder: Path, pattern: str) -> Path:
    return console.wait(lambda: next(iter(folder.glob(pattern)), None), f"{pattern} is not downloaded")


def focused(console) -> str | None:
    """The id of the card that has the focus."""
    return console.run("return document.activeElement.closest('.hit')?.dataset.id")


# MARK: Cards and keys


def test_a_card_shows_per_cent_distance_label_and_text_and_its_picture_has_a_fixed_shape(found):
    card = found.find(".hit")
    assert "%" in card.find_element(By.CSS_SELECTOR, ".hit-near").text
    assert "distance 0." in card.find_element(By.CSS_SELECTOR, ".hit-facts").text
    assert "number" in card.find_element(By.CSS_SELECTOR, ".hit-title").text
    heights = found.run("return [...document.querySelectorAll('.hit-open')].map((each) => each.getBoundingClientRect().height)")
    assert len(set(heights)) == 1
    assert found.run("return [...document.querySelectorAll('.hit img')].every((each) => each.loading === 'lazy')")
    found.assert_accessible()


def test_the_arrow_keys_lead_through_the_grid_and_enter_opens_an_object(found):
    order = ids(found)
    found.press(Keys.ARROW_RIGHT)
    found.wait(lambda: focused(found) == order[1])
    found.press(Keys.END)
    found.wait(lambda: focused(found) is not None and focused(found) != order[1])
    found.press(Keys.HOME)
    found.wait(lambda: focused(found) == order[0])
    found.press(Keys.ENTER)
    found.find("dialog[open] h2", found.run("return document.querySelector('.hit-title').textContent"))
    found.press(Keys.ESCAPE)
    found.gone("dialog")
    found.wait(lambda: focused(found) == order[0])


def test_s_searches_with_a_result_and_plus_and_minus_add_it(found):
    first, second = ids(found)[:2]
    found.press("s")
    assert next_search(found)["id"] == first
    found.wait(lambda: focused(found) is not None, "the focus is lost")
    found.press(Keys.ARROW_RIGHT)
    another = focused(found)
    found.press("+")
    assert next_search(found)["images"] == [{"id": first, "weight": 1}, {"id": another, "weight": 1}]
    found.find(".entry")
    found.wait(lambda: focused(found) is not None)
    last = focused(found)
    found.press("-")
    assert next_search(found)["images"][-1] == {"id": last, "weight": -1}
    found.wait(lambda: found.path.count("_") == 2)


def test_the_keys_are_listed_behind_a_question_mark(found):
    found.press("?")
    listed = found.find("dialog[open]").text
    for label in ("Search with this one", "Lead away", "Select", "Delete", "Go to the words"):
        assert label in listed
    found.press(Keys.ESCAPE)


def test_the_menu_of_a_card_copies_the_id_downloads_and_opens_the_original(found, downloads):
    first = ids(found)[0]
    found.driver.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
    found.click(".hit [data-action=more]")
    found.screenshot("search-menu")
    found.assert_accessible()
    original = found.find(".hit-menu a").get_attribute("href")
    assert original.endswith(f"/v1/objects/Pet/{first}/image")
    found.click(".hit-menu button", "Copy the id")
    found.find(".toast", "Id copied")
    copied = found.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0], (error) => arguments[0](String(error)))")
    assert copied == first
    found.click(".hit [data-action=more]")
    found.press(Keys.ARROW_DOWN)
    found.press(Keys.ESCAPE)
    found.gone(".hit-menu")
    found.wait(lambda: found.run("return document.activeElement.dataset.action") == "more")
    found.click(".hit [data-action=more]")
    found.click(".hit-menu button", "Download")
    assert downloaded(found, downloads, "*.jpg").read_bytes()[:3] == b"\xff\xd8\xff"


# MARK: Selecting


def test_results_are_selected_by_key_by_box_and_in_ranges(found):
    order = ids(found)
    found.press("x")
    found.find("nt-selection-bar", "1 object selected")
    found.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    found.press(Keys.SHIFT + "x")
    found.find("nt-selection-bar", "4 objects selected")
    found.press(Keys.NULL)
    found.press(Keys.SPACE)
    found.find("nt-selection-bar", "3 objects selected")
    found.run("document.querySelectorAll('.hit-check input')[5].click()")
    found.find("nt-selection-bar", "4 objects selected")
    chosen = found.run("return [...document.querySelectorAll('.hit.selected')].map((each) => each.dataset.id)")
    assert chosen == [*order[:3], order[5]]
    found.assert_accessible()
    found.screenshot("search-selected")
    # On a button of a card, space is the button's.
    found.run("document.querySelector('.hit [data-action=more]').focus()")
    found.press(Keys.SPACE)
    found.find(".hit-menu")
    found.press(Keys.ESCAPE)
    found.find("nt-selection-bar", "4 objects selected")
    found.click("[data-action=all]")
    found.find("nt-selection-bar", "20 objects selected")
    found.wait(lambda: found.run("return document.activeElement.dataset.action") == "all")
    found.press(Keys.ESCAPE)
    found.gone("nt-selection-bar")


def test_selected_objects_are_exported_as_json_and_as_csv_without_formulas(driver, tmp_path, pets, downloads):
    with start(tmp_path / "data") as server:
        fill(server, pets, 4)
        assert server.request("PATCH", f"/v1/objects/Pet/{CAT}", {"class": "Pet", "properties": {"name": HOSTILE}})[0] == 204
        with Console(driver, server) as console:
            console.open("search?class=Pet&q=number")
            shown_results(console)
            console.open(f"search?class=Pet&like={CAT[:-1]}0")
            shown_results(console)
            assert HOSTILE in texts(console, ".hit-title")
            assert not console.all(".hit-title img") and not console.run("return window.hacked")
            console.run("document.querySelector('.hit-open').focus()")
            console.press("x")
            console.click("[data-action=all]")
            console.click("[data-action=json]")
            rows = json.loads(downloaded(console, downloads, "Pet-3.json").read_text())
            assert {row["class"] for row in rows} == {"Pet"} and HOSTILE in [row["properties"]["name"] for row in rows]
            assert all(row["distance"] > 0 and row["percent"] >= 0 for row in rows)
            console.click("[data-action=csv]")
            with downloaded(console, downloads, "Pet-3.csv").open(newline="") as file:
                lines = list(csv.DictReader(file))
            assert f"'{HOSTILE}" in [line["name"] for line in lines]
            assert not [value for line in lines for value in line.values() if value[:1] in "=+@" and value]
            assert {line["id"] for line in lines} == {row["id"] for row in rows}


def test_selected_objects_are_tagged(found, server):
    first, second = ids(found)[:2]
    found.press("x", Keys.ARROW_RIGHT)
    found.press("x")
    found.click("[data-action=tag]")
    found.find("dialog[open]", "added to the values")
    found.assert_accessible()
    found.press(Keys.ENTER)
    found.find("dialog .fault", "Write the tag")
    found.press("favorite", Keys.ENTER)
    found.gone("dialog[open]")
    found.find(".toast", "2 objects tagged")
    for each in (first, second):
        stored = server.request("GET", f"/v1/objects/Pet/{each}")[1]
        assert stored["properties"]["tags"] == ["favorite"] and "image" in stored["properties"]
        server.request("PATCH", f"/v1/objects/Pet/{each}", {"class": "Pet", "properties": {"tags": []}})


def test_a_deletion_can_be_undone_and_keeps_the_focus(found, server):
    first, second = ids(found)[:2]
    found.press(Keys.DELETE)
    found.wait(lambda: ids(found)[0] == second)
    found.find(".toast", "1 object deleted")
    found.wait(lambda: focused(found) == second)
    found.click(".toast button", "Undo")
    found.wait(lambda: ids(found)[0] == first)
    assert server.request("GET", f"/v1/objects/Pet/{first}")[0] == 200


def test_what_is_deleted_and_not_undone_is_gone(driver, tmp_path, pets):
    with start(tmp_path / "data") as server:
        stored = fill(server, pets, 6)
        with Console(driver, server) as console:
            console.open(f"search?class=Pet&like={stored[0]}")
            shown_results(console)
            doomed = ids(console)[:2]
            console.run("document.querySelector('.hit-open').focus()")
            console.press("x", Keys.ARROW_RIGHT)
            console.press("x")
            console.press(Keys.DELETE)
            console.find(".toast", "2 objects deleted")
            console.click(".toast button[aria-label=Dismiss]")
            console.wait(lambda: all(server.request("GET", f"/v1/objects/Pet/{each}")[0] == 404 for each in doomed))
            console.find(".results-count", "3 results")


def test_what_objects_say_of_themselves_is_shown_and_never_followed_or_run(driver, tmp_path):
    script = "javascript:window.hacked=1"
    with start(tmp_path / "data") as server:
        status, answer = server.request("POST", "/v1/schema", {
            "class": "Link", "vectorizer": "none", "imageUrlProperty": "url",
            "properties": [{"name": "url", "dataType": ["text"]}, {"name": "name", "dataType": ["text"]}]})
        assert status == 200, answer
        for index, (url, name) in enumerate([(script, HOSTILE), ("", "<script>window.hacked=1</script>")]):
            assert server.request("POST", "/v1/objects", {
                "class": "Link", "id": f"00000000-0000-4000-8000-00000000000{index}", "vector": [index, 1],
                "properties": {"url": url, "name": name}})[0] == 200
        with Console(driver, server) as console:
            console.open("search?class=Link&like=00000000-0000-4000-8000-000000000001")
            shown_results(console)
            assert texts(console, ".hit-title") == [HOSTILE]
            console.click(".hit [data-action=more]")
            console.find(".hit-menu")
            assert not console.all(".hit-menu a")
            console.press(Keys.ESCAPE)
            console.open("search?class=Link")
            console.find(".invitation", "no vectors are made from pictures")
            assert not console.all("[data-action=choose]")
            console.find("body").send_keys("/")
            console.press("[0, 1]", Keys.ENTER)
            console.find(".results-count", "2 results")
            assert set(texts(console, ".hit-title")) == {HOSTILE, "<script>window.hacked=1</script>"}
            assert not console.run("return window.hacked")


# MARK: Looking closely


def test_a_heat_map_says_what_makes_a_result_alike(console, pets):
    console.open("search?class=Pet&k=3")
    console.drop("main", pets[0][0])
    shown_results(console)
    second = ids(console)[1]
    console.run("document.querySelectorAll('.hit [data-action=more]')[1].click()")
    console.click(".hit-menu button", "Why")
    console.find(".why-verdict", "the distance would grow from", seconds=60)
    asked = new_searches(console)
    assert len(asked) == 50 and all(body["where"]["valueText"] == second and body["limit"] == 1 for body in asked)
    assert len({body["images"][0]["image"] for body in asked}) == 50
    red = console.run(
        "const heat = document.querySelector('.why-heat'); const data = heat.getContext('2d').getImageData(0, 0, heat.width, heat.height).data;"
        "let count = 0; for (let at = 3; at < data.length; at += 4) if (data[at] > 0) count += 1; return count / (data.length / 4)")
    assert 0.05 < red < 1
    console.screenshot("search-why")
    console.assert_accessible()


def test_a_heat_map_can_be_cancelled(found):
    found.run(
        "const real = window.fetch; window.begun = 0; window.fetch = (path, init) => String(path).includes('near-image') && ++window.begun > 4"
        "  ? new Promise((_, reject) => init.signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')))) : real(path, init)")
    found.click(".hit [data-action=more]")
    found.click(".hit-menu button", "Why")
    found.wait(lambda: found.run("return window.begun") > 4)
    found.click("dialog button", "Cancel")
    found.find(".why-verdict", "Cancelled")
    found.press(Keys.ESCAPE)
    found.gone("dialog")
    assert not found.all(".toast.error")


def test_two_pictures_are_compared_side_by_side_and_by_a_slider(found):
    found.click(".hit [data-action=more]")
    found.click(".hit-menu button", "Compare")
    found.wait(lambda: len(found.all(".compare canvas")) == 2)
    found.screenshot("search-compare")
    found.assert_accessible()
    found.click("[data-way=swipe]")
    slider = found.find("dialog input[type=range]")
    slider.send_keys(Keys.HOME)
    hidden = found.run("return getComputedStyle(document.querySelector('.compare-frame')).clipPath")
    slider.send_keys(Keys.END)
    covered = found.run("return getComputedStyle(document.querySelector('.compare-frame')).clipPath")
    assert hidden != covered and "100%" in hidden
    found.run(
        "const stage = document.querySelector('.compare'); const at = stage.getBoundingClientRect();"
        "stage.dispatchEvent(new PointerEvent('pointermove', {bubbles: true, pointerType: 'mouse', clientX: at.x + at.width / 4, clientY: at.y + 9}))")
    assert abs(float(slider.get_attribute("value")) - 25) <= 1
    found.screenshot("search-swipe")
    found.press(Keys.ESCAPE)
    found.gone("dialog")


def test_two_selected_results_are_compared(found):
    found.press("x", Keys.ARROW_RIGHT)
    found.press("x")
    found.click("nt-selection-bar [data-action=compare]")
    found.wait(lambda: len(found.all(".compare canvas")) == 2)


def test_results_fit_a_phone_in_the_dark(console):
    console.size(360, 740)
    console.emulate(prefers_color_scheme="dark")
    console.open(f"search?class=Pet&like={CAT}_-00000000-0000-4000-8000-000000000040&q=number&k=30")
    shown_results(console)
    console.run("document.querySelector('.hit-open').focus()")
    console.press("x")
    console.find("nt-selection-bar")
    console.assert_fits()
    console.assert_accessible()
    console.screenshot("search-results-360")
    console.click(".search-options summary")
    console.find("nt-search-options")
    console.assert_fits()
    console.screenshot("search-options-360")


# MARK: More of them


def test_a_search_by_picture_ends_at_its_number_and_goes_on_on_demand(found):
    found.click(".results-foot button", "Show 20 more")
    found.find(".results-count", "40 results")
    assert new_searches(found)[-1]["offset"] == 20
    found.wait(lambda: found.run("return document.activeElement.closest('.hit')?.getAttribute('aria-posinset')") == "21")


def test_a_search_by_words_goes_on_by_itself(console):
    console.open("search?class=Pet&q=number&k=15")
    shown_results(console)
    scroll = "document.querySelector('main').scrollTo(0, document.querySelector('main').scrollHeight)"
    console.wait(lambda: console.run(f"{scroll}; return document.querySelector('.results-count').textContent").startswith("60 "))


def test_a_hundred_results_are_few_elements_and_do_not_stop_the_page(driver, tmp_path, pets):
    with start(tmp_path / "data") as server:
        stored = fill(server, pets, 110)
        with Console(driver, server) as console:
            console.open(f"search?class=Pet&like={stored[0]}&k=5")
            shown_results(console)
            began = console.thread_seconds()
            slider = console.find("nt-search-options input[max='100'][min='1']")
            slider.send_keys(Keys.END)
            console.find(".results-count", "100 results")
            drawn = console.thread_seconds()
            frames = console.driver.execute_async_script(
                "const done = arguments[0], main = document.querySelector('main'), times = []; let before = performance.now();"
                "const frame = (now) => { times.push(now - before); before = now; main.scrollTop += 60;"
                "  if (times.length < 60) requestAnimationFrame(frame); else done(times) }; requestAnimationFrame(frame)")
            scrolled = console.thread_seconds()
            cells = console.run("return document.querySelectorAll('.hit').length")
            print(f"drawn in {drawn - began:.2f} s and scrolled in {scrolled - drawn:.2f} s of a processor, slowest frame {max(frames):.0f} ms, {cells} cards")
            assert cells <= 60
            # A grid that drew all of them anew with every frame would be far above.
            assert drawn - began < 3 and (scrolled - drawn) / len(frames) < 0.1


# MARK: Nothing found


def test_empty_results_say_why(console):
    console.open("search?class=Pet&q=zebra")
    console.find(".empty", "No text has these words")
    console.assert_accessible()


def test_with_a_key_pictures_are_fetched_with_it(driver, tmp_path, pets):
    with start(tmp_path / "data") as server:
        fill(server, pets, 8)
    keys = {
        "AUTHENTICATION_APIKEY_ENABLED": "true", "AUTHENTICATION_APIKEY_ALLOWED_KEYS": "right-key", "AUTHENTICATION_APIKEY_USERS": "jo"}
    with start(tmp_path / "data", keys) as server, Console(driver, server) as console:
        console.expected.append("401")
        console.open(f"search?class=Pet&like={CAT}")
        console.type("dialog input[type=password]", "right-key")
        console.press(Keys.ENTER)
        shown_results(console)
        console.wait(lambda: console.run("return [...document.querySelectorAll('.hit img, .preview img')].filter((each) => each.naturalWidth).length") >= 8)
        assert console.run("return [...document.querySelectorAll('.hit img')].every((each) => each.src.startsWith('blob:'))")
