# SPDX-License-Identifier: Apache-2.0
"""The map: what is drawn, selected and opened, by pointer, finger and keys."""
from __future__ import annotations

import random

import pytest
from browser import Console
from conftest import fill, start
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

MARGIN = 0.08


@pytest.fixture(scope="module")
def points(server) -> list[dict]:
    """The points of the map of `Pet` as the server has them."""
    while True:
        status, answer = server.request("GET", "/v1/map/Pet?color=breed")
        if status == 200:
            return answer["points"]


@pytest.fixture
def map_of_pets(console, points) -> Console:
    return opened(console, "map?class=Pet")


def opened(console: Console, path: str) -> Console:
    console.open(path)
    console.find(".map-row")
    return console


def place(console: Console, x: float, y: float) -> tuple[float, float]:
    """Where a place of the whole map is in the plot, from its middle."""
    size = console.find("nt-map-plot").size
    scale = min(size["width"], size["height"]) * (1 - MARGIN)
    return (x - 0.5) * scale, (y - 0.5) * scale


def inked(console: Console) -> int:
    """How many pixels of the points' canvas have another color than its corner."""
    return console.run(
        "const canvas = document.querySelector('nt-map-plot canvas');"
        "const data = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);"
        "return data.filter((pixel) => pixel !== data[0]).length")


def number_in(console: Console, tab: str) -> int:
    text = console.find(f"[data-tab={tab}]").get_attribute("textContent")
    return int(text.split("(")[1].rstrip(")").replace(",", ""))


def said(console: Console) -> str:
    """What screen readers were told last."""
    return console.run("return document.querySelector('#announcements').textContent")


def exported(console: Console) -> set[str]:
    """The ids that the button saves."""
    console.run(
        "URL.createObjectURL = (blob) => { blob.text().then((text) => { window.saved = text }); return 'about:blank' };"
        "HTMLAnchorElement.prototype.click = () => {}")
    console.click(".map-selection-bar button", "Export ids")
    return set(console.wait(lambda: console.run("return window.saved")).split())


def test_every_object_is_a_point_and_the_legend_counts_them_by_value(map_of_pets, points):
    console = map_of_pets
    entries = [entry.text.split("\n") for entry in console.all(".map-legend-entry")]
    assert len(entries) == 8 and entries[-1][0] == "5 other values"
    assert sum(int(count) for _, count in entries) == len(points) == 60
    console.wait(lambda: number_in(console, "view") == 60)
    console.wait(lambda: inked(console) > 500)
    assert len({shape.get_attribute("d") for shape in console.all(".map-legend-entry path")}) == 8


def test_what_is_switched_off_in_the_legend_is_hidden_until_all_is_shown(map_of_pets):
    console = map_of_pets
    console.wait(lambda: inked(console) > 500)
    before, first = inked(console), console.find(".map-legend-entry")
    count = int(first.text.split("\n")[1])
    first.click()
    console.wait(lambda: first.get_attribute("aria-pressed") == "false")
    console.wait(lambda: number_in(console, "view") == 60 - count)
    console.wait(lambda: inked(console) < before)
    console.click(".map-legend-card button", "Show all")
    console.wait(lambda: number_in(console, "view") == 60)


def test_many_numbers_are_colored_by_ranges(console, points):
    opened(console, "map?class=Pet&color=weight")
    entries = [entry.text.split("\n") for entry in console.all(".map-legend-entry")]
    assert len(entries) == 7 and entries[0][0].startswith("0 – ") and entries[-1][0].endswith("– 59")
    assert sum(int(count) for _, count in entries) == 60


def test_without_a_color_all_objects_are_one_kind(console, points):
    opened(console, "map?class=Pet&color=-")
    assert [entry.text for entry in console.all(".map-legend-entry")] == ["all objects\n60"]


def test_the_lasso_selects_what_it_encloses(map_of_pets, points):
    console = map_of_pets
    corners = [(0.02, 0.02), (0.55, 0.02), (0.45, 0.6), (0.02, 0.5)]
    console.click(".map-tools button", "Lasso")
    actions = ActionChains(console.driver, duration=20)
    plot = console.find("nt-map-plot")
    actions.move_to_element_with_offset(plot, *map(round, place(console, *corners[0]))).click_and_hold()
    for corner in corners[1:]:
        actions.move_to_element_with_offset(plot, *map(round, place(console, *corner)))
    actions.release().perform()

    def is_inside(point: dict) -> bool:
        # A point on the edge of a pixel may be on either side of the line: the corners lie between points.
        crossings = 0
        for one, other in zip(corners, corners[1:] + corners[:1]):
            if (one[1] > point["y"]) != (other[1] > point["y"]):
                crossings += point["x"] < (other[0] - one[0]) * (point["y"] - one[1]) / (other[1] - one[1]) + one[0]
        return crossings % 2 == 1

    expected = {point["id"] for point in points if is_inside(point)}
    assert 5 < len(expected) < 55
    console.wait(lambda: abs(number_in(console, "selected") - len(expected)) <= 1, "the count")
    found = exported(console)
    assert len(found ^ expected) <= 1, found ^ expected
    console.wait(lambda: said(console) == f"{len(found)} objects selected")
    console.find(".map-lists .tab-panel:not([hidden]) .map-row img")
    console.settle()
    console.assert_accessible()
    console.screenshot("map-selected")
    # With Shift what is enclosed is added, and without anything the selection is empty.
    console.click(".map-selection-bar button", "Select none")
    console.wait(lambda: number_in(console, "selected") == 0)


def test_a_click_shows_a_card_that_leads_to_the_object_and_to_what_is_similar(map_of_pets, points):
    console = map_of_pets
    # The one that is farthest from all others can't be missed.
    alone = max(points, key=lambda one: min((one["x"] - other["x"]) ** 2 + (one["y"] - other["y"]) ** 2 for other in points if other is not one))
    plot = console.find("nt-map-plot")
    offset = [round(value) for value in place(console, alone["x"], alone["y"])]
    ActionChains(console.driver).move_to_element_with_offset(plot, *offset).perform()
    console.find(".map-card", alone["color"])
    assert not console.all(".map-card button")
    ActionChains(console.driver).click().perform()
    console.find(".map-card.pinned button", "Open")
    console.assert_accessible()
    assert alone["id"] in console.find(".map-card a", "Similar").get_attribute("href")
    console.click(".map-card button", "Open")
    console.find("dialog[open]", alone["color"].replace("_", " "))
    console.press(Keys.ESCAPE)
    console.gone("dialog[open]")
    console.click(".map-card a", "Similar")
    console.find(".hit")
    console.wait(lambda: console.path.startswith(f"/search?class=Pet&like={alone['id']}"))


def test_keys_move_zoom_select_and_open(map_of_pets, points):
    console = map_of_pets
    console.find("main").send_keys("m")
    console.wait(lambda: console.run("return document.activeElement.localName") == "nt-map-plot")
    console.press("+", "+", "+")
    console.wait(lambda: "view=" in console.path)
    console.wait(lambda: number_in(console, "view") < 60)
    zoomed = console.driver.current_url
    console.press(Keys.ARROW_LEFT)
    console.wait(lambda: console.driver.current_url != zoomed)
    console.press("0")
    console.wait(lambda: "view=" not in console.path and number_in(console, "view") == 60)
    # To a point: the list brings it to the middle, where the crosshair is.
    console.click(".map-row button[aria-label^='Show']")
    console.find(".map-card.pinned")
    console.run("document.querySelector('nt-map-plot').focus({focusVisible: true})")
    console.wait(lambda: " number " in said(console))
    console.press(" ")
    console.wait(lambda: number_in(console, "selected") == 1)
    console.wait(lambda: said(console) == "1 object selected")
    console.press(Keys.ENTER)
    console.find("dialog[open]")
    console.press(Keys.ESCAPE)
    console.gone("dialog[open]")
    console.wait(lambda: console.run("return document.activeElement.localName") == "nt-map-plot")
    console.press("s")
    console.find(".hit")
    console.wait(lambda: console.path.startswith("/search?class=Pet&like="))


def test_what_keys_have_done_stays_said_where_an_object_was_about_to_be_named(map_of_pets):
    console = map_of_pets
    console.click(".map-row button[aria-label^='Show']")
    console.run("document.querySelector('nt-map-plot').focus({focusVisible: true})")
    console.wait(lambda: " number " in said(console))
    # To whoever comes back the object is named anew a quarter of a second later; by then it is selected.
    words = console.driver.execute_async_script("""
        const done = arguments[0], plot = document.querySelector('nt-map-plot'), place = document.querySelector('#announcements'), words = [];
        new MutationObserver(() => words.push(place.textContent)).observe(place, {childList: true, characterData: true, subtree: true});
        plot.blur();
        plot.focus({focusVisible: true});
        plot.dispatchEvent(new KeyboardEvent('keydown', {key: ' ', bubbles: true}));
        setTimeout(() => done(words), 500);
    """)
    assert words == ["1 object selected"]


def test_a_box_is_drawn_with_keys_alone(map_of_pets, points):
    console = map_of_pets
    console.run("document.querySelector('nt-map-plot').focus({focusVisible: true})")
    console.press(*[Keys.ARROW_LEFT] * 8, *[Keys.ARROW_UP] * 8, "b")
    console.wait(lambda: "box begins" in said(console))
    console.press(Keys.ESCAPE, "b", *[Keys.ARROW_RIGHT] * 5, *[Keys.ARROW_DOWN] * 5)
    console.screenshot("map-box")
    size = console.find("nt-map-plot").size
    side = 5 * 60 / (min(size["width"], size["height"]) * (1 - MARGIN))
    expected = {point["id"] for point in points if point["x"] <= side and point["y"] <= side}
    console.press("b")
    console.wait(lambda: number_in(console, "selected") == len(expected) > 0)
    assert exported(console) == expected


def test_the_address_keeps_class_color_and_view(console, points):
    opened(console, "map?class=Pet&color=tame&view=0.3000,0.4000,3")
    assert console.find(".map-controls > .field select").get_attribute("value") == "tame"
    number = number_in(console, "view")
    assert 0 < number < 60
    console.driver.refresh()
    console.wait(lambda: number_in(console, "view") == number)
    console.wait(lambda: "view=0.3000%2C0.4000%2C3" in console.path and "color=tame" in console.path)


def test_the_wheel_zooms_at_the_pointer_and_dragging_moves(map_of_pets):
    console = map_of_pets
    plot = console.find("nt-map-plot")
    origin = plot.rect
    console.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {
        "type": "mouseWheel", "x": origin["x"] + 200, "y": origin["y"] + 200, "deltaX": 0, "deltaY": -500})
    console.wait(lambda: "view=" in console.path)
    zoomed = console.driver.current_url
    ActionChains(console.driver).drag_and_drop_by_offset(plot, 80, 40).perform()
    console.wait(lambda: console.driver.current_url != zoomed)


def test_two_fingers_zoom(map_of_pets):
    console = map_of_pets
    frame = console.find("nt-map-plot").rect
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2

    def touch(kind: str, *offsets: int) -> None:
        console.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {
            "type": kind, "touchPoints": [{"x": x + offset, "y": y, "id": index} for index, offset in enumerate(offsets)]})

    touch("touchStart", -40, 40)
    for spread in (60, 90, 120):
        touch("touchMove", -spread, spread)
    touch("touchEnd")
    console.wait(lambda: "view=" in console.path)
    zoom = float(console.path.split("view=")[1].split("&")[0].split("%2C")[2])
    assert 2.5 < zoom < 3.5


def test_pictures_come_with_the_key_and_no_more_than_are_seen(driver, tmp_path, pets):
    keys = {"AUTHENTICATION_APIKEY_ENABLED": "true", "AUTHENTICATION_APIKEY_ALLOWED_KEYS": "right-key",
            "AUTHENTICATION_APIKEY_USERS": "ann"}
    with start(tmp_path / "data") as server:
        fill(server, pets, 12)
    server.settings.update(keys)
    with server, Console(driver, server) as console:
        console.expected.append("401")
        console.open("map?class=Pet")
        console.type("dialog input[type=password]", "right-key")
        console.press(Keys.ENTER)
        console.find(".map-row img")
        sent = [each for each in console.requests() if "size=128" in each["url"]]
        assert 0 < len(sent) <= 12 and all(each["headers"]["Authorization"] == "Bearer right-key" for each in sent)


def test_a_map_that_is_old_says_so_and_is_drawn_anew(driver, tmp_path, pets):
    with start(tmp_path / "data") as server, Console(driver, server) as console:
        ids = fill(server, pets, 10)
        opened(console, "map?class=Pet")
        assert not console.all(".map-notice .notice")
        assert server.request("DELETE", f"/v1/objects/Pet/{ids[0]}")[0] == 204
        opened(console, "map?class=Pet")
        console.find(".map-notice .notice", "came or went")
        console.assert_accessible()
        console.click(".map-notice .notice button", "Draw it anew")
        console.gone(".map-notice .notice")
        console.find(".map-row")
        console.wait(lambda: number_in(console, "view") == 9)


def test_empty_and_small_classes_say_what_to_do(driver, tmp_path, pets):
    with start(tmp_path / "data") as server, Console(driver, server) as console:
        fill(server, pets, 3)
        assert server.request("POST", "/v1/schema", {"class": "Bare", "vectorizer": "none"})[0] == 200
        console.open("map?class=Bare")
        console.find(".empty", "Bare has no objects yet")
        console.find(".empty a", "Import pictures")
        console.open("map?class=Pet")
        console.find(".empty", "too few objects")


def test_drawing_shows_progress_and_can_be_cancelled(driver, tmp_path):
    generator = random.Random(7)
    with start(tmp_path / "data") as server, Console(driver, server) as console:
        properties = [{"name": "kind", "dataType": ["text"]}]
        assert server.request("POST", "/v1/schema", {"class": "Dot", "vectorizer": "none", "properties": properties})[0] == 200
        for piece in range(4):
            objects = [
                {"class": "Dot", "vector": [generator.gauss(0, 1) for _ in range(24)], "properties": {"kind": f"kind {n % 3}"}} for n in range(2_000)]
            assert server.request("POST", "/v1/batch/objects", {"objects": objects})[0] == 200
        console.open("map?class=Dot")
        console.find("nt-background-job progress[value]")
        console.screenshot("map-progress")
        console.assert_accessible()
        console.click("nt-background-job button", "Cancel")
        console.find(".empty", "was not drawn")
        assert server.request("GET", "/v1/map/Dot")[1]["state"] == "cancelled"
        console.find(".empty button", "Draw the map")


def test_a_hundred_thousand_points_move_smoothly(console):
    """Painting alone, with points made up in the page: what the server's part takes is measured elsewhere."""
    opened(console, "map?class=Pet")
    before = console.thread_seconds()
    times = console.driver.execute_async_script("""
        const done = arguments[arguments.length - 1];
        {
            const plot = document.querySelector('nt-map-plot');
            const MapPoints = plot.points.constructor;
            let seed = 1;
            const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
            const list = Array.from({ length: 100000 }, (_, index) => ({ id: String(index), x: random(), y: random(), color: `c${index % 12}` }));
            plot.points = new MapPoints(list);
            plot.thumbnails = null;
            const times = [];
            plot.painted = (time) => {
                times.push(time);
                if (times.length === 40) return done(times);
                if (times.length % 2) plot.viewport.pan(9, 5); else plot.viewport.zoomBy(1.04);
                plot.redraw();
            };
            plot.redraw();
        }
    """)
    each = 1000 * (console.thread_seconds() - before) / len(times)
    print(f"100,000 points take {each:.1f} ms of a processor; painted in {sorted(times)[len(times) // 2]:.1f} ms (slowest {max(times):.1f} ms)")
    # Twenty pictures a second; about 100 a second on a quiet machine.
    assert each < 50


def test_of_many_points_in_view_the_nearest_to_the_middle_are_listed(console):
    opened(console, "map?class=Pet")
    wrong = console.driver.execute_async_script("""
        const done = arguments[arguments.length - 1];
        {
            const MapPoints = document.querySelector('nt-map-plot').points.constructor;
            let seed = 1;
            const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
            const points = new MapPoints(Array.from({ length: 20000 }, (_, index) => ({ id: String(index), x: random() ** 2, y: random() })), { isColored: false });
            const away = (point) => (points.x[point] - 0.3) ** 2 + (points.y[point] - 0.6) ** 2;
            const expected = points.inBox(0, 0, 0.9, 1).sort((one, other) => away(one) - away(other)).slice(0, 500);
            const found = points.nearestOf(0.3, 0.6, 500, [0, 0, 0.9, 1]);
            done(found.filter((point, place) => point !== expected[place]).length + Math.abs(found.length - 500));
        }
    """)
    assert wrong == 0
