# SPDX-License-Identifier: Apache-2.0
"""The browser of objects: a table and a gallery of any length, deleting, selecting and making. The dialog of an object is in
test_object_dialog.py."""
from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from browser import Console
from browsing import column, pet, query, stored, tab, texts
from conftest import start
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

HOSTILE = "<img src=x onerror=\"document.title='broken into'\"><script>document.title='broken into'</script>"


# MARK: The list

def test_pictures_come_as_a_gallery_and_v_makes_a_table_of_them_which_is_kept(console):
    console.open("browse?class=Pet")
    console.find(".browse-card img")
    console.find("nt-objects-pane [role=status]", "60 objects")
    console.find("body").send_keys("v")
    console.find(".browse-row", "Abyssinian number 0")
    console.wait(lambda: query(console).get("view") == "table")
    console.open("browse?class=Pet")
    console.find(".browse-row")
    console.click("[data-view=gallery]")
    console.find(".browse-card img")


def test_a_head_sorts_up_then_down_then_as_stored_and_the_address_keeps_it(console):
    console.open("browse?class=Pet&view=table&columns=weight,name")
    console.find(".browse-row")
    head = "[role=columnheader]:has([data-sort=weight])"
    assert console.find(head).get_attribute("aria-sort") == "none"
    console.click("[data-sort=weight]")
    console.wait(lambda: console.find(head).get_attribute("aria-sort") == "ascending")
    console.wait(lambda: column(console, 2)[:3] == ["0", "1", "2"])
    console.click("[data-sort=weight]")
    console.wait(lambda: column(console, 2)[:3] == ["59", "58", "57"])
    assert console.find(head).get_attribute("aria-sort") == "descending"
    console.wait(lambda: console.run("return document.activeElement.dataset.sort") == "weight")
    console.driver.refresh()
    console.wait(lambda: column(console, 2)[:3] == ["59", "58", "57"])
    console.click("[data-sort=weight]")
    console.wait(lambda: "sort" not in query(console) and column(console, 2)[:1] == ["0"])


def test_columns_are_chosen_and_kept_for_their_collection(console):
    console.open("browse?class=Pet&view=table")
    console.find(".browse-row")
    console.click(".menu > summary")
    console.click(".column-list input[value=tags]")
    console.click(".column-list input[value=_created]")
    console.wait(lambda: "Created" in texts(console, "[role=columnheader]"))
    assert "tags" not in texts(console, "[role=columnheader]")
    console.find(".menu[open] input").send_keys(Keys.ESCAPE)
    console.gone(".menu-body")
    console.open("browse?class=Pet&view=table")
    console.find(".browse-row")
    heads = texts(console, "[role=columnheader]")
    assert "Created" in heads and "tags" not in heads
    console.click(".menu > summary")
    console.click(".menu-body button")
    console.wait(lambda: "tags" in texts(console, "[role=columnheader]"))


def test_a_filter_leaves_what_matches_and_says_how_many_and_one_that_leaves_none_can_be_cleared(console):
    console.open("browse?class=Pet&view=table")
    console.find(".browse-row")
    console.find("body").send_keys("/")
    Select(console.find(".filter-row select[aria-label=Property]")).select_by_value("weight")
    Select(console.find(".filter-row select[aria-label=Comparison]")).select_by_value("LessThan")
    console.find(".filter-row input").send_keys("7")
    console.find("nt-objects-pane [role=status]", "7 objects match")
    console.driver.refresh()
    console.find("nt-objects-pane [role=status]", "7 objects match")
    assert console.find(".filter-row input").get_attribute("value") == "7"
    console.type(".filter-row input", "-1")
    console.find(".empty", "No object matches")
    console.assert_accessible()
    console.click(".empty button", "Show all")
    console.find("nt-objects-pane [role=status]", "60 objects")
    assert "filter" not in query(console)


def test_words_find_objects_the_best_first_and_go_with_a_filter(console):
    console.open("browse?class=Pet&view=table&columns=name,weight&sort=weight")
    console.find(".browse-row")
    console.type("main input[type=search]", "Persian")
    console.find("nt-objects-pane [role=status]", "5 objects match")
    console.wait(lambda: len(column(console, 2)) == 5 and all("Persian" in (text or "") for text in column(console, 2)))
    assert not console.find(".sort-tools select").is_enabled()
    console.assert_accessible()
    console.driver.refresh()
    console.find("nt-objects-pane [role=status]", "5 objects match")
    assert console.find("main input[type=search]").get_attribute("value") == "Persian"
    rows = json.dumps({"join": "And", "rows": [{"property": "weight", "operator": "LessThan", "value": "22"}]})
    console.open(f"browse?class=Pet&view=table&q=Persian&filter={quote(rows)}")
    console.find("nt-objects-pane [role=status]", "2 objects match")


@pytest.fixture(scope="module")
def large_server(tmp_path_factory):
    """10,050 objects of a class `Many` with short texts and vectors; the first 1,230 of an order can be had."""
    with start(tmp_path_factory.mktemp("console-many") / "data", {"QUERY_MAXIMUM_RESULTS": "1230"}) as server:
        status, answer = server.request("POST", "/v1/schema", {
            "class": "Many", "vectorizer": "none", "vectorIndexType": "flat",
            "properties": [{"name": "title", "dataType": ["text"]}, {"name": "rank", "dataType": ["int"]}]})
        assert status == 200, answer
        for first in range(0, 10_050, 2010):
            objects = [
                {"class": "Many", "id": pet(number), "vector": [number % 7, 1, number % 11],
                 "properties": {"title": f"Object number {number}", "rank": 10_050 - number}}
                for number in range(first, first + 2010)]
            status, answer = server.request("POST", "/v1/batch/objects", {"objects": objects})
            assert status == 200 and all(each["result"].get("status") == "SUCCESS" for each in answer)
        yield server


def scroll_to(console, count: int) -> None:
    """Scrolls down until so many objects have been read."""
    reached = console.driver.execute_async_script(
        "const [count, done] = arguments; const list = document.querySelector('.browse-list');"
        "const grid = list.querySelector('nt-virtual-grid'); const end = performance.now() + 50000;"
        "const step = () => { if (grid.count >= count || performance.now() > end) return done(grid.count);"
        " list.scrollTop = list.scrollHeight; requestAnimationFrame(step) }; step()", count)
    assert reached >= count, reached


def footprint(console) -> dict[str, float]:
    """Nodes of the page and bytes that scripts hold, after what is not used was collected."""
    console.driver.execute_cdp_cmd("Performance.enable", {})
    console.driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
    metrics = console.driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    values = {each["name"]: each["value"] for each in metrics}
    return {"elements": console.run("return document.querySelectorAll('*').length"), "nodes": values["Nodes"], "heap": values["JSHeapUsedSize"]}


@pytest.mark.parametrize("view", ["table", "gallery"])
def test_ten_thousand_objects_are_scrolled_to_the_end_without_growing(driver, large_server, view):
    with Console(driver, large_server) as console:
        console.open(f"browse?class=Many&view={view}")
        console.find("[data-id]")
        scroll_to(console, 1_000)
        early = footprint(console)
        scroll_to(console, 10_050)
        late = footprint(console)
        print(view, early, late)
        assert late["elements"] < 1.1 * early["elements"] + 50 and late["elements"] < 1500
        assert late["nodes"] < 1.5 * early["nodes"] + 500
        # 10,050 ids and at most 5,000 objects.
        assert late["heap"] - early["heap"] < 8_000_000
        console.run("const list = document.querySelector('.browse-list'); list.scrollTop = list.scrollHeight")
        console.find("[data-id]", "Object number 10049").click()
        console.find("dialog .object-steps", "10,050 of 10,050")
        console.press(Keys.ESCAPE)
        console.wait(lambda: console.run("return document.activeElement.closest('[data-id]')?.dataset.id") == pet(10_049))
        # What was let go of is read again.
        console.run("document.querySelector('.browse-list').scrollTop = 0")
        console.find("[data-id]", "Object number 0")
        console.gone("[data-id].muted, [data-id] > .muted:only-child")


def test_with_an_order_the_list_ends_at_the_limit_of_the_server_and_says_so(driver, large_server):
    with Console(driver, large_server) as console:
        console.open("browse?class=Many&view=table&sort=rank")
        console.find(".browse-row", "Object number 10049")
        scroll_to(console, 1_230)
        console.run("const list = document.querySelector('.browse-list'); list.scrollTop = list.scrollHeight")
        assert "10,050 objects · Only the first 1,230" in console.find("nt-objects-pane [role=status]", "Only").text
        assert console.run("return document.querySelector('nt-virtual-grid').count") == 1_230
        console.open("browse?class=Many&view=table&q=object")
        console.find("nt-objects-pane [role=status]", "10,050 objects match")


# MARK: Deleting, selecting, making

def test_del_takes_an_object_out_undo_puts_it_back_and_the_focus_stays_in_the_list(console):
    console.open("browse?class=Pet&view=table&sort=weight")
    console.run("arguments[0].focus()", console.find(".browse-row", "number 4"))
    console.press(Keys.DELETE)
    console.find(".toast", "1 object deleted")
    console.wait(lambda: not [each for each in column(console, 2) if each and each.endswith("number 4")])
    console.wait(lambda: console.run("return document.activeElement.dataset.id") == pet(5))
    console.click(".toast button", "Undo")
    console.find(".browse-row", "number 4")
    assert stored(console.server, 4)["id"] == pet(4)
    # From the dialog, for good: the toast is dismissed.
    console.open(f"browse?class=Pet&view=table&sort=weight&object={pet(18)}")
    console.click("dialog .object-actions button.danger")
    console.gone("dialog[open]")
    console.click(".toast button[aria-label=Dismiss]")
    console.wait(lambda: console.server.request("GET", f"/v1/objects/Pet/{pet(18)}")[0] == 404)


def test_many_are_selected_by_keys_and_by_range_and_tagged_exported_and_deleted(console, tmp_path):
    console.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    console.open("browse?class=Pet&view=table&sort=weight&columns=name,tags")
    console.find(".browse-row")
    console.run("document.querySelector('.browse-list').scrollTop = 52 * 18")
    row = console.find(f"[data-id='{pet(21)}']")
    console.run("arguments[0].focus()", row)
    console.press("x")
    console.find(".selection-count", "1 object")
    console.driver.execute_script(
        "document.querySelector(arguments[0]).dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true, shiftKey: true}))",
        f"[data-id='{pet(24)}'] input")
    console.find(".selection-count", "4 objects")
    assert console.find(f"[data-id='{pet(22)}']").get_attribute("aria-selected") == "true"
    console.assert_accessible()
    console.screenshot("browse-selection")
    console.click("nt-selection-bar [data-action=tag]")
    console.find("dialog select").send_keys("tags")
    console.type("dialog input", "chosen")
    console.click("dialog button[type=submit]")
    console.find(".toast", "4 objects tagged")
    console.find(f"[data-id='{pet(22)}']", "chosen")
    assert [stored(console.server, number)["properties"]["tags"] for number in (21, 24)] == [["chosen"], ["chosen"]]
    console.click("nt-selection-bar [data-action=json]")
    file = tmp_path / "Pet-4.json"
    console.wait(file.exists, "nothing was exported")
    assert [each["id"] for each in json.loads(file.read_text())] == [pet(number) for number in (21, 22, 23, 24)]
    console.click("nt-selection-bar [data-action=delete]")
    console.find(".toast", "4 objects deleted")
    console.gone(f"[data-id='{pet(22)}']")
    console.click(".toast button", "Undo")
    console.find(f"[data-id='{pet(22)}']")


def test_a_new_object_is_filled_in_by_type_with_its_picture(console, pets):
    console.open("browse?class=Pet")
    console.find(".browse-card")
    console.find("body").send_keys("n")
    console.find("dialog[open]", "New object")
    console.assert_accessible()
    console.screenshot("browse-new")
    console.type("dialog [name=name]", "Brand new")
    console.type("dialog [name=weight]", "900")
    console.find("dialog input[type=file]").send_keys(str(pets[0][0]))
    console.click("dialog button[type=submit]")
    console.click(".toast button", "Show it")
    console.find("dialog[open] h2", "Brand new")
    object_id = query(console).get("object") or console.find("dialog .id-row code").text
    status, answer = console.server.request("GET", f"/v1/objects/Pet/{object_id}?include=vector")
    assert status == 200 and answer["properties"]["weight"] == 900 and len(answer["vector"]) == 1280
    console.server.request("DELETE", f"/v1/objects/Pet/{object_id}")


# MARK: Other collections

EVERY = {
    "class": "Every", "vectorizer": "none",
    "properties": [
        {"name": "title", "dataType": ["text"]}, {"name": "marks", "dataType": ["number[]"]}, {"name": "seen", "dataType": ["date"]},
        {"name": "key", "dataType": ["uuid"]}, {"name": "place", "dataType": ["geoCoordinates"]},
        {"name": "phone", "dataType": ["phoneNumber"]},
        {"name": "size", "dataType": ["object"], "nestedProperties": [{"name": "width", "dataType": ["int"]}]},
        {"name": "pet", "dataType": ["Pet"]},
    ],
}


@pytest.fixture(scope="module")
def every(server):
    """A class with properties of all kinds and two objects, one of them full of what must do nothing."""
    assert server.request("POST", "/v1/schema", EVERY)[0] == 200
    first = {
        "class": "Every", "id": pet(1), "vector": [3, 4],
        "properties": {
            "title": "Full", "marks": [1.5, 2], "seen": "2024-05-31T12:00:00Z", "key": pet(7), "place": {"latitude": 52.37, "longitude": 4.9},
            "phone": {"input": "020 1234567", "defaultCountry": "nl"}, "size": {"width": 3},
            "pet": [{"beacon": f"weaviate://localhost/Pet/{pet(30)}"}],
        },
    }
    hostile = {"class": "Every", "id": pet(2), "properties": {"title": HOSTILE}}
    for each in (first, hostile):
        status, answer = server.request("POST", "/v1/objects", each)
        assert status == 200, answer
    return server


def test_every_type_is_shown_and_changed_by_its_own_field(console, every):
    console.open(f"browse?class=Every&view=table&object={pet(1)}")
    for text in ("1.5", "52.37, 4.9", "+31 20 123 4567", '"width": 3', "May 31, 2024", pet(7)):
        console.find("dialog .object-table", text)
    # A reference opens what it leads to.
    console.click("dialog .object-table button.link")
    console.wait(lambda: len(console.all("dialog[open]")) == 2)
    console.press(Keys.ESCAPE)
    console.wait(lambda: len(console.all("dialog[open]")) == 1)
    tab(console, "edit")
    for name, text in {"marks": "7\n8.25", "place": "-10, 20.5", "phone": "+44 20 7946 0958", "size": '{"width": 9}', "pet": f"Pet/{pet(31)}"}.items():
        console.type(f"dialog [name={name}]", text)
    console.click("dialog button[type=submit]")
    console.find(".toast", "Saved")
    properties = stored(every, 1, "Every")["properties"]
    assert properties["marks"] == [7, 8.25] and properties["place"] == {"latitude": -10, "longitude": 20.5}
    assert properties["phone"]["internationalFormatted"] == "+44 20 7946 0958" and properties["size"] == {"width": 9}
    assert [each["beacon"][-36:] for each in properties["pet"]] == [pet(31)]
    assert properties["seen"] == "2024-05-31T12:00:00Z" and properties["title"] == "Full"
    # The server's own fault stands beside the field that it names.
    tab(console, "edit")
    console.type("dialog [name=pet]", f"Pet/{pet(999)}")
    console.expected.append("422")
    console.click("dialog button[type=submit]")
    console.find("dialog .fault", "no object with id")
    assert console.find("dialog [name=pet]").get_attribute("aria-invalid") == "true"


def test_hostile_texts_are_shown_as_they_are_and_do_nothing(console, every):
    for view in ("table", "gallery"):
        console.open(f"browse?class=Every&view={view}")
        console.find("[data-id]", "<img src=x onerror=")
    console.open(f"browse?class=Every&object={pet(2)}")
    console.find("dialog h2", "<script>")
    for name in ("edit", "vector", "json"):
        tab(console, name)
    console.open(f"browse?class=Every&filter={quote('{}')}&columns={quote(HOSTILE)}&sort={quote(HOSTILE)}&view={quote(HOSTILE)}")
    console.find("[data-id]")
    assert "broken into" not in console.driver.title
    assert not console.run("return document.querySelectorAll('main script, main img[src=x], dialog img[src=x]').length")


def test_objects_of_tenants_are_shown_tenant_by_tenant(console):
    server = console.server
    assert server.request("POST", "/v1/schema", {
        "class": "Rented", "vectorizer": "none", "multiTenancyConfig": {"enabled": True},
        "properties": [{"name": "title", "dataType": ["text"]}]})[0] == 200
    console.open("browse?class=Rented")
    link = console.find(".empty", "no tenants yet").find_element(By.CSS_SELECTOR, "a").get_attribute("href")
    assert link.endswith("/console/collections/Rented?tab=tenants")
    server.request("POST", "/v1/schema/Rented/tenants", [{"name": "north"}, {"name": "south"}])
    for number, tenant in enumerate(("north", "south")):
        status, answer = server.request("POST", "/v1/objects", {
            "class": "Rented", "id": pet(number), "tenant": tenant, "properties": {"title": f"Of the {tenant}"}})
        assert status == 200, answer
    console.open("browse?class=Rented&tenant=south&view=table")
    console.find(".browse-row", "Of the south")
    console.wait(lambda: len(console.all(".browse-row")) == 1)
    console.click(".browse-row")
    tab(console, "edit")
    console.type("dialog [name=title]", "Changed in the south")
    console.click("dialog button[type=submit]")
    console.find(".toast", "Saved")
    console.press(Keys.ESCAPE)
    console.find(".browse-row", "Changed in the south")
    Select(console.all("nt-collection-choice select")[1]).select_by_value("north")
    console.find(".browse-row", "Of the north")
    assert query(console)["tenant"] == "north"


def test_an_empty_collection_leads_to_the_import_and_to_a_first_object_with_its_own_vector(console):
    server = console.server
    assert server.request("POST", "/v1/schema", {
        "class": "Hollow", "vectorizer": "none", "properties": [{"name": "title", "dataType": ["text"]}]})[0] == 200
    console.open("browse?class=Hollow")
    empty = console.find(".empty", "no objects yet")
    assert "/console/import?class=Hollow" in empty.find_element(By.CSS_SELECTOR, "a").get_attribute("href")
    console.assert_accessible()
    console.click(".empty button", "New object")
    console.type("dialog [name=title]", "The first")
    console.type("dialog textarea.mono", "[1, 2")
    console.click("dialog button[type=submit]")
    console.find("dialog .fault", "no list of numbers")
    console.type("dialog textarea.mono", "[1, 2]")
    console.click("dialog button[type=submit]")
    console.find("[data-id]", "The first")
    objects = server.request("GET", "/v1/objects?class=Hollow&include=vector")[1]["objects"]
    assert [each["vector"] for each in objects] == [[1, 2]]
