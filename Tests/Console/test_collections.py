# SPDX-License-Identifier: Apache-2.0
"""The collections screen: the list, the form of a new one and its code, settings, tenants, clones, dropping."""
from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from browser import Console
from conftest import fill, start
from running_server import ROOT
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

CLIENT = Path(os.environ.get("NEEDLETAIL_GRPC_PYTHON", ROOT / ".venv-grpc/bin/python"))


@pytest.fixture(scope="module")
def server(tmp_path_factory, pets):
    """`Pet` of 40 photographs, and `Ware` with two tenants."""
    with start(tmp_path_factory.mktemp("collections") / "data") as server:
        fill(server, pets, 40)
        server.request("POST", "/v1/schema", {"class": "Ware", "vectorizer": "none", "multiTenancyConfig": {"enabled": True}})
        server.request("POST", "/v1/schema/Ware/tenants", [{"name": "north"}, {"name": "south"}])
        yield server


def definition(server, name: str) -> dict:
    status, answer = server.request("GET", f"/v1/schema/{name}")
    assert status == 200, name
    return answer


def assert_within(part, whole, place: str = "") -> None:
    """All that `part` says is in `whole`; the server completes what was left out."""
    if isinstance(part, dict):
        for name, value in part.items():
            assert name in whole, f"{place}.{name}"
            assert_within(value, whole[name], f"{place}.{name}")
    elif isinstance(part, list):
        assert len(part) == len(whole), place
        for index, (one, other) in enumerate(zip(part, whole)):
            assert_within(one, other, f"{place}[{index}]")
    else:
        assert part == whole, place


def code(console: Console, notation: str) -> str:
    console.click(f"[data-notation={notation}]")
    return console.find(".code-pane pre").get_attribute("textContent")


def field(console: Console, label: str, css: str = "main"):
    """The control that a label belongs to."""
    for each in console.all(f"{css} label"):
        if each.text == label:
            return console.driver.find_element(By.ID, each.get_attribute("for"))
    raise AssertionError(f"no field {label!r}")


def fill_form(console: Console) -> None:
    """A form with something else than the usual in every part."""
    console.find(".create")
    console.type("input[name=class]", "shoe")
    console.type("input[name=description]", "Shoes, and one's own 'words'")
    console.click("main button", "Add a property")
    console.driver.switch_to.active_element.send_keys("Price")
    row = console.all(".property")[-1]
    Select(row.find_element(By.TAG_NAME, "select")).select_by_value("number")
    row.find_element(By.TAG_NAME, "summary").click()
    for each in row.find_elements(By.TAG_NAME, "label"):
        if each.text.startswith("Quick to compare"):
            each.click()
    Select(field(console, "Pictures are made ready")).select_by_value("better")
    Select(field(console, "Distance")).select_by_value("dot")
    console.click(".vector summary")
    console.type("[data-setting=ef]", "150")
    console.click("main label", "Filter by missing values")


def test_the_list_says_how_much_is_in_each_and_how_it_is_indexed(console):
    console.open("collections")
    console.find(".sorted-table")
    head = [each.text for each in console.all(".sorted-table thead th")]
    rows = [[cell.text for cell in row.find_elements(By.CSS_SELECTOR, "th, td")] for row in console.all(".sorted-table tbody tr")]
    table = {row[0]: dict(zip(head, row)) for row in rows}
    assert table["Pet"]["Objects"] == "40" and table["Pet"]["Vectorizer"] == "img2vec-neural"
    assert (table["Pet"]["Index"], table["Pet"]["Distance"], table["Pet"]["Queue"]) == ("hnsw", "cosine", "0")
    assert table["Ware"]["Tenants"] == "2" and table["Pet"]["Dimensions"] == "1,280"
    # Sizes are measured in the background, and shown when they are known.
    console.find(".sorted-table td", "MB")
    console.click(".collection-link", "Pet")
    console.find(".facts", "40 objects")
    assert console.path == "/collections/Pet"
    console.assert_accessible()


def test_the_json_that_the_form_shows_is_what_the_server_stores(console, server):
    console.open("collections?create=1")
    fill_form(console)
    console.assert_accessible()
    console.screenshot("collections-create")
    shown = json.loads(code(console, "JSON"))
    assert shown["class"] == "Shoe" and shown["properties"][-1] == {"name": "price", "dataType": ["number"], "indexRangeFilters": True}
    assert shown["vectorIndexConfig"] == {"distance": "dot", "ef": 150}
    console.click(".create button[type=submit]")
    console.wait(lambda: console.path == "/collections/Shoe")
    assert_within(shown, definition(server, "Shoe"))


def test_the_shown_curl_and_python_do_the_same(console, server, tmp_path):
    stored = definition(server, "Shoe")
    server.request("DELETE", "/v1/schema/Shoe")
    console.open("collections?create=1")
    fill_form(console)
    curl, python = code(console, "curl"), code(console, "Python")
    assert "createFromSchema({" in code(console, "TypeScript")
    done = subprocess.run(["sh", "-e", "-c", curl], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    assert definition(server, "Shoe") == stored
    server.request("DELETE", "/v1/schema/Shoe")
    if not CLIENT.exists():
        pytest.skip(f"needs a Python with weaviate-client: {CLIENT}")
    # The page can't know the port of gRPC; it says so beside the code.
    (tmp_path / "create.py").write_text(python.replace("grpc_port=50051", f"grpc_port={server.grpc_port}"))
    done = subprocess.run([CLIENT, tmp_path / "create.py"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert definition(server, "Shoe") == stored


def test_named_vectors_are_made_as_shown(console, server):
    console.open("collections?create=1")
    console.type("input[name=class]", "Several")
    console.click("main label", "Give vectors names")
    console.click("[data-action=add-vector]")
    console.driver.switch_to.active_element.send_keys(Keys.CONTROL, "a")
    console.driver.switch_to.active_element.send_keys("given")
    second = console.all(".vector")[1]
    selects = [Select(each) for each in second.find_elements(By.TAG_NAME, "select")]
    selects[0].select_by_value("no")
    console.wait(lambda: len(console.all(".vector")[1].find_elements(By.TAG_NAME, "select")) == 3)
    Select(console.all(".vector")[1].find_elements(By.TAG_NAME, "select")[1]).select_by_value("flat")
    shown = json.loads(code(console, "JSON"))
    assert list(shown["vectorConfig"]) == ["default", "given"] and shown["vectorConfig"]["given"]["vectorizer"] == {"none": {}}
    console.assert_accessible()
    console.click(".create button[type=submit]")
    console.wait(lambda: console.path == "/collections/Several")
    assert_within(shown, definition(server, "Several"))
    console.find(".facts", "given: own vectors, flat, cosine")


def test_names_are_checked_while_one_types_and_the_servers_refusal_stands_beside_the_field(console):
    console.open("collections?create=1")
    for name, words in [("1Shoe", "Begin with a letter"), ("my shoe", "only letters"), ("pet", "There is a collection Pet already")]:
        console.type("input[name=class]", name)
        console.find(".fault", words)
        assert console.find("input[name=class]").get_attribute("aria-invalid") == "true"
    console.type("input[name=class]", "Fine")
    console.gone(".fault")
    console.click("main button", "Add a property")
    console.driver.switch_to.active_element.send_keys("image")
    console.find(".fault", "There is a property 'image' already")
    console.click(".create button[type=submit]")
    assert console.path == "/collections?create=1"
    console.driver.switch_to.active_element.send_keys("2")
    console.gone(".fault")
    # What only the server knows: the dynamic index is off here.
    console.expected.append("422")
    Select(field(console, "Index")).select_by_value("dynamic")
    console.click(".create button[type=submit]")
    console.find(".note", "async indexing")


def test_a_property_is_added_and_settings_are_changed_later(console, server):
    console.open("collections/Pet")
    console.click("[data-action=add-property]")
    console.driver.switch_to.active_element.send_keys("owner")
    console.click("main form button[type=submit]")
    console.find("tbody th", "owner")
    assert [each["name"] for each in definition(server, "Pet")["properties"]][-1] == "owner"
    console.click("[data-tab=settings]")
    console.find(".settings")
    assert not console.find("[data-setting=efConstruction]").is_enabled()
    console.type("input[name=description]", "Cats and dogs")
    console.type("[data-setting=ef]", "123")
    console.type("input[name=b]", "0.5")
    console.type("input[name=additions]", "cat, dog")
    console.assert_accessible()
    console.screenshot("collections-settings")
    console.click(".settings button[type=submit]")
    console.find(".toast", "saved")
    after = definition(server, "Pet")
    assert after["description"] == "Cats and dogs" and after["vectorIndexConfig"]["ef"] == 123
    assert after["invertedIndexConfig"]["bm25"]["b"] == 0.5
    assert after["invertedIndexConfig"]["stopwords"]["additions"] == ["cat", "dog"]
    assert console.path == "/collections/Pet?tab=settings"
    console.click("[data-tab=definition]")
    assert json.loads(code(console, "JSON")) == after
    console.driver.back()
    console.find(".settings")


def test_tenants_are_added_put_out_of_use_and_deleted(console, server):
    console.open("collections/Ware?tab=tenants")
    console.find(".tenant-row", "north")
    console.type("input[name=tenant]", "north")
    console.find(".fault", "there already")
    console.type("input[name=tenant]", "east, west")
    console.press(Keys.ENTER)
    console.find(".tenant-row", "west")
    console.click("[data-tenant=west] button", "Take out of use")
    console.find("[data-tenant=west] .chip", "out of use")

    def states():
        return {each["name"]: each["activityStatus"] for each in server.request("GET", "/v1/schema/Ware/tenants")[1]}

    assert states() == {"north": "HOT", "south": "HOT", "east": "HOT", "west": "COLD"}
    console.click("[data-tenant=west] button", "Bring into use")
    console.find("[data-tenant=west] .chip", "in use")
    console.assert_accessible()
    console.screenshot("collections-tenants")
    console.click("[data-tenant=east] button", "Delete east")
    console.type("dialog input", "east")
    console.click("dialog button.danger")
    console.wait(lambda: "east" not in states())


def test_a_clone_has_the_same_objects_and_vectors(console, server):
    console.open("collections/Pet")
    console.find(".facts", "40 objects")
    console.click("[data-action=clone]")
    console.type("dialog input[name=clone]", "PetTwin")
    console.assert_accessible()
    console.press(Keys.ENTER)
    console.wait(lambda: console.path == "/collections/PetTwin", seconds=40)
    console.find(".facts", "40 objects")

    def everything(name):
        objects = server.request("GET", f"/v1/objects?class={name}&limit=100&include=vector")[1]["objects"]
        return {each["id"]: (each["properties"], each["vector"]) for each in objects}

    assert everything("PetTwin") == everything("Pet")
    # Where nothing else is meant, the definitions differ in the name alone.
    one, other = definition(server, "Pet"), definition(server, "PetTwin")
    assert {**one, "class": "", "shardingConfig": ""} == {**other, "class": "", "shardingConfig": ""}


def test_a_clone_is_stopped_and_gone_on_with(console, server):
    console.open("collections/Pet")
    console.find(".facts", "40 objects")
    console.click("[data-action=clone]")
    console.type("dialog input[name=clone]", "PetStopped")
    # Slow enough to be stopped in the middle.
    slow = {"offline": False, "latency": 400, "downloadThroughput": -1, "uploadThroughput": -1}
    console.driver.execute_cdp_cmd("Network.enable", {})
    console.driver.execute_cdp_cmd("Network.emulateNetworkConditions", slow)
    console.press(Keys.ENTER)
    console.find("dialog p", "16 of 40 objects copied")
    console.click("dialog button", "Stop")
    console.find("dialog .note", "Stopped")
    console.driver.execute_cdp_cmd("Network.emulateNetworkConditions", {**slow, "latency": 0})
    assert server.request("GET", "/v1/objects?class=PetStopped&limit=100")[1]["totalResults"] < 40
    console.click("dialog button", "Go on")
    console.wait(lambda: console.path == "/collections/PetStopped")
    console.find(".facts", "40 objects")


def test_a_clone_of_a_definition_alone_is_empty_and_keeps_tenancy(console, server):
    console.open("collections/Ware")
    console.click("[data-action=clone]")
    console.click("dialog .check")
    console.press(Keys.TAB)
    console.click("dialog button[type=submit]")
    console.wait(lambda: console.path == "/collections/WareCopy")
    assert definition(server, "WareCopy")["multiTenancyConfig"]["enabled"] is True
    assert server.request("GET", "/v1/schema/WareCopy/tenants")[1] == []


def test_a_collection_is_dropped_only_when_its_name_was_typed(console, server):
    console.open("collections/WareCopy")
    console.click("[data-action=drop]")
    console.find("dialog[open]", "Drop WareCopy?")
    console.assert_accessible()
    button = console.find("dialog button.danger")
    assert not button.is_enabled()
    console.type("dialog input", "WareCop")
    assert not button.is_enabled()
    console.press(Keys.ENTER)
    assert server.request("GET", "/v1/schema/WareCopy")[0] == 200
    console.type("dialog input", "WareCopy")
    console.press(Keys.ENTER)
    console.wait(lambda: console.path == "/collections")
    console.find(".sorted-table")
    assert server.request("GET", "/v1/schema/WareCopy")[0] == 404
    assert "WareCopy" not in console.find(".sorted-table").text


def test_a_name_that_is_not_there_says_so_and_leads_back(console):
    console.open("collections/Nothing")
    console.find(".empty", "There is no collection Nothing")
    console.click(".empty a", "All collections")
    console.find(".sorted-table")
