# SPDX-License-Identifier: Apache-2.0
"""Pictures to search with: how they come in, and how they are cropped, turned and mirrored."""
from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from browser import Console
from conftest import fill, start
from running_server import TEST_DATA
from searching import CAT, PASTE, ids, last_search, new_searches, next_search, shown_results, texts
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


@pytest.fixture
def odd() -> Path:
    if TEST_DATA is None:
        pytest.skip("needs the folder that NEEDLETAIL_TEST_DATA names")
    return TEST_DATA / "images/odd/files"


def file_input(console, path: Path):
    """An input of the test's own that holds a file."""
    chooser = console.run("const input = document.createElement('input'); input.type = 'file'; document.body.append(input); return input")
    chooser.send_keys(str(path))
    return chooser


def choose(console, action: str, *paths: Path) -> None:
    """Chooses files by a button whose file dialog the test answers itself."""
    console.run("HTMLInputElement.prototype.click = function () {}")
    console.click(f"[data-action={action}]")
    console.driver.find_element(By.CSS_SELECTOR, "nt-query-panel input[type=file]").send_keys("\n".join(map(str, paths)))


# MARK: Pictures in


def test_a_dropped_picture_is_searched_with_at_once_and_shown_with_what_it_is(console, pets):
    path = pets[0][0]
    console.open("search?class=Pet")
    console.find(".example")
    console.screenshot("search-idle")
    console.drop("main", path)
    assert shown_results(console).startswith("20 results")
    assert console.find(".hit-near").text == "100 %"
    assert path.name in console.find(".preview-name").text
    facts = console.find(".preview-about").text
    assert "JPEG" in facts and "×" in facts and "kB" in facts
    console.screenshot("search-dropped")
    console.assert_accessible()
    console.find(".results-summary", "ms in the server")


def test_while_a_picture_is_dragged_the_page_says_what_dropping_does(console, pets):
    console.open("search?class=Pet")
    drag = ("const transfer = new DataTransfer(); transfer.items.add(new File(['x'], 'x.jpg'));"
            "arguments[0].dispatchEvent(new DragEvent(arguments[1], {bubbles: true, cancelable: true, dataTransfer: transfer}))")
    main = console.find("main")
    console.run(drag, main, "dragenter")
    assert texts(console, ".drop-target") == ["Search with this"]
    console.screenshot("search-dragging")
    console.run(drag, main, "dragleave")
    console.gone(".drop-overlay")
    console.open(f"search?class=Pet&like={CAT}")
    shown_results(console)
    console.run(drag, console.find("main"), "dragenter")
    console.find(".drop-target[data-mode=minus]", "Lead away")
    console.run(drag, console.find("main"), "dragleave")
    console.drop("main", pets[9][0])
    console.wait(lambda: "p" in console.path.split("like=")[1][:1])


def test_a_picture_can_be_chosen_and_others_added_as_plus_and_minus(console, pets):
    console.open("search?class=Pet")
    choose(console, "choose", pets[0][0])
    shown_results(console)
    choose(console, "plus", pets[40][0])
    console.wait(lambda: len(console.all(".entry")) == 2)
    choose(console, "minus", pets[80][0])
    console.wait(lambda: len(console.all(".entry")) == 3)
    assert [image["weight"] for image in next_search(console)["images"]] == [1, 1, -1]
    console.screenshot("search-plus-minus")
    console.assert_accessible()
    before = ids(console)
    console.click(".entry:nth-child(2) [data-action=sign]")
    assert [image["weight"] for image in next_search(console)["images"]] == [1, -1, -1]
    assert ids(console) != before
    weight = console.find(".entry:nth-child(3) input[type=range]")
    weight.send_keys(Keys.HOME)
    assert next_search(console)["images"][2]["weight"] == -0.1
    console.click(".entry:nth-child(3) [data-action=remove]")
    assert len(next_search(console)["images"]) == 2


def test_several_pictures_that_are_dropped_together_count_together(console, pets):
    console.open("search?class=Pet")
    console.drop("main", pets[0][0], pets[1][0])
    shown_results(console)
    assert [image["weight"] for image in last_search(console)["images"]] == [1, 1]


def test_a_pasted_picture_is_searched_with_and_a_pasted_address_explained(console, pets):
    console.open("search?class=Pet")
    console.run(PASTE, file_input(console, pets[4][0]), None)
    shown_results(console)
    assert console.find(".hit-near").text == "100 %"
    console.open("search?class=Pet")
    console.find(".example")
    console.run(PASTE, None, "https://pictures.example/cat.jpg")
    console.find(".toast", "NEEDLETAIL_FETCH_HOSTS")
    assert not new_searches(console)


def test_the_camera_takes_a_picture_to_search_with(console):
    console.open("search?class=Pet")
    console.click("[data-action=camera]")
    console.find("dialog video")
    console.assert_accessible()
    console.click("dialog button.primary")
    shown_results(console)
    console.find(".preview-name", "camera.jpg")


def test_without_a_camera_the_dialog_says_why(console):
    console.open("search?class=Pet")
    console.run("navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'))")
    console.click("[data-action=camera]")
    console.find("dialog [role=alert]", "no camera")
    console.press(Keys.ESCAPE)
    console.gone("dialog")


def test_examples_lead_to_what_is_like_them_without_themselves(console):
    console.open("search?class=Pet")
    example = console.find(".example")
    name = example.get_attribute("title")
    example.click()
    shown_results(console)
    console.find(".preview-name", name)
    assert name not in texts(console, ".hit-title")
    assert last_search(console)["excludeSelf"] is True


@pytest.mark.parametrize("name", ["pillow_hopper_lzw.tif"])
def test_what_browsers_cannot_show_is_searched_with_all_the_same(console, odd, name):
    console.open("search?class=Pet")
    console.drop("main", odd / name)
    shown_results(console)
    console.find(".preview-about", "searched with all the same")
    assert not console.all(".preview-tools [data-action=crop]")


def test_a_picture_is_shown_as_the_camera_says_and_its_crop_counts_in_stored_pixels(console, odd):
    """A JPEG of 450 × 600 pixels that is to be turned by a quarter; the class does not turn pictures, so neither does the server."""
    console.open("search?class=Pet")
    console.drop("main", odd / "exif_landscape_6.jpg")
    shown_results(console)
    console.find(".preview-about", "600 × 450")
    console.click("[data-action=crop]")
    next_search(console)
    for _ in range(5):
        console.press(Keys.ARROW_LEFT)
    console.wait(lambda: round(last_search(console)["images"][0]["crop"]["y"], 3) == 0.25)
    crop = last_search(console)["images"][0]["crop"]
    # On the left of what is seen is what is stored at the bottom: from 0.05 to 0.75 across becomes 0.25 to 0.95 down.
    assert {side: round(value, 3) for side, value in crop.items()} == {"x": 0.15, "y": 0.25, "width": 0.7, "height": 0.7}


@pytest.mark.parametrize(("content", "name", "words"), [
    (b'<svg xmlns="http://www.w3.org/2000/svg"><script>window.hacked = true</script></svg>', "drawing.svg", "SVG drawing"),
    (b'<svg onload="window.hacked = true" xmlns="http://www.w3.org/2000/svg"/>', "photo.jpg", "SVG drawing"),
    (b"just words", "words.png", "no picture"),
    (b"", "nothing.png", "is empty"),
])
def test_files_that_are_no_pictures_are_refused_in_words_and_nothing_is_sent(console, tmp_path, content, name, words):
    (tmp_path / name).write_bytes(content)
    console.open("search?class=Pet")
    console.find(".example")
    console.drop("main", tmp_path / name)
    console.find(".toast.error", words)
    assert not new_searches(console) and not console.run("return window.hacked")


def test_a_damaged_picture_is_answered_with_the_servers_words(console, odd):
    console.expected.append("422")
    console.open("search?class=Pet")
    console.drop("main", odd / "own_junk_soi_only.jpg")
    failure = console.find(".empty[role=alert]")
    assert "can't be searched" in failure.text and len(failure.text) > 60


def test_a_picture_is_searched_with_by_its_address_where_the_server_fetches_such(driver, tmp_path, pets):
    class Host(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(pets[0][0].read_bytes())

        def log_message(self, *_):
            pass

    host = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=host.serve_forever, daemon=True).start()
    name = f"127.0.0.1:{host.server_address[1]}"
    try:
        with start(tmp_path / "data", {"NEEDLETAIL_FETCH_HOSTS": name, "NEEDLETAIL_FETCH_NETWORKS": "127.0.0.1/32"}) as server:
            fill(server, pets, 4)
            with Console(driver, server) as console:
                console.open("search?class=Pet")
                console.click("[data-action=link]")
                console.press("cat.jpg", Keys.ENTER)
                console.find(".url-form .fault", "begins with https://")
                console.assert_accessible()
                console.type(".url-form input", f"http://{name}/a_picture*of%20a_cat.jpg")
                console.press(Keys.ENTER)
                shown_results(console)
                assert last_search(console)["images"] == [{"imageUrl": f"http://{name}/a_picture*of%20a_cat.jpg", "weight": 1}]
                assert console.find(".hit-near").text == "100 %"
                link, found = console.path.lstrip("/"), ids(console)
                console.open(link)
                shown_results(console)
                assert ids(console) == found
                console.open("search?class=Pet")
                console.find(".example")
                console.run(PASTE, None, f"http://{name}/other.jpg")
                shown_results(console)
    finally:
        host.shutdown()


# MARK: Crop, turn, mirror


def test_a_crop_box_is_drawn_moved_and_resized_by_mouse_and_keys(console, pets):
    console.open("search?class=Pet")
    console.drop("main", pets[0][0])
    shown_results(console)
    whole = ids(console)
    box = console.find("nt-crop-box")
    width, height = box.size["width"], box.size["height"]
    ActionChains(console.driver).move_to_element_with_offset(box, -width // 4, -height // 4).click_and_hold().move_by_offset(
        width // 2, height // 2).release().perform()
    crop = next_search(console)["images"][0]["crop"]
    assert all(abs(crop[side] - want) < 0.02 for side, want in {"x": 0.25, "y": 0.25, "width": 0.5, "height": 0.5}.items()), crop
    assert ids(console) != whole
    console.screenshot("search-crop")
    console.assert_accessible()
    # By its corner, then as a whole.
    corner = console.driver.find_element(By.CSS_SELECTOR, ".crop-corner.se")
    ActionChains(console.driver).drag_and_drop_by_offset(corner, width // 8, 0).perform()
    assert abs(next_search(console)["images"][0]["crop"]["width"] - 0.625) < 0.02
    ActionChains(console.driver).drag_and_drop_by_offset(console.find(".crop-box"), 0, height // 8).perform()
    moved = next_search(console)["images"][0]["crop"]
    assert abs(moved["y"] - 0.375) < 0.02 and abs(moved["width"] - 0.625) < 0.02
    # By keys: it has the focus. Where it is now is said.
    console.run("window.said = []; new MutationObserver(() => window.said.push(document.querySelector('#announcements').textContent))"
                ".observe(document.querySelector('#announcements'), {childList: true, characterData: true, subtree: true})")
    console.press(Keys.ARROW_UP)
    next_search(console)
    console.press(Keys.SHIFT + Keys.ARROW_LEFT)
    keyed = next_search(console)["images"][0]["crop"]
    assert abs(moved["y"] - keyed["y"] - 0.02) < 0.001 and abs(moved["width"] - keyed["width"] - 0.02) < 0.001
    assert any("% wide" in words for words in console.run("return window.said"))
    console.press(Keys.DELETE)
    console.gone(".crop-box")
    next_search(console)
    assert ids(console) == whole


def test_a_crop_box_follows_a_finger(console, pets):
    console.open("search?class=Pet")
    console.drop("main", pets[0][0])
    shown_results(console)
    console.click("[data-action=crop]")
    before = next_search(console)["images"][0]["crop"]
    console.run(
        "const box = document.querySelector('.crop-box'); const side = document.querySelector('nt-crop-box').getBoundingClientRect().width;"
        "const at = box.getBoundingClientRect(); const x = at.x + at.width / 2, y = at.y + at.height / 2;"
        "const host = document.querySelector('nt-crop-box'); host.setPointerCapture = () => {};"
        "for (const [name, dx] of [['pointerdown', 0], ['pointermove', side / 10], ['pointerup', side / 10]])"
        "  (name === 'pointerdown' ? box : host).dispatchEvent(new PointerEvent(name, {bubbles: true, cancelable: true, pointerType: 'touch',"
        "    button: 0, buttons: 1, pointerId: 7, clientX: x + dx, clientY: y}))")
    assert abs(next_search(console)["images"][0]["crop"]["x"] - before["x"] - 0.1) < 0.01
    assert console.run("return getComputedStyle(document.querySelector('nt-crop-box')).touchAction") == "none"


def test_turning_and_mirroring_send_another_picture(console, pets):
    console.open("search?class=Pet")
    console.drop("main", pets[0][0])
    shown_results(console)
    untouched = last_search(console)["images"][0]["image"]
    console.click("[data-action=turn]")
    turned = next_search(console)["images"][0]["image"]
    assert turned != untouched and console.all(".preview-turned canvas")
    assert console.find(".hit-near").text != "100 %"
    console.screenshot("search-turned")
    console.click("[data-action=mirror]")
    assert next_search(console)["images"][0]["image"] not in (turned, untouched)
    for _ in range(3):
        console.click("[data-action=turn]")
        next_search(console)
    # Upright again, and mirrored: nearly the same to the network.
    assert int(console.find(".hit-near").text.split()[0]) > 60
