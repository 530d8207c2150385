# SPDX-License-Identifier: Apache-2.0
"""The import screen: pictures from this computer, chosen or dropped, and folders of the server."""
from __future__ import annotations

import base64
import csv
import hashlib
import json
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest
from browser import AWAY, Console
from conftest import start
from running_server import PROGRAM, TEST_DATA, environment
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select


@pytest.fixture(scope="module")
def folder(tmp_path_factory, pets) -> Path:
    """Thirty photographs in a folder for each breed, one broken file, and a text."""
    folder = tmp_path_factory.mktemp("chosen") / "Our pets"
    for path, breed in pets[::5]:
        (folder / breed).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / breed / path.name)
    shutil.copy(TEST_DATA / "images/odd/files/own_cuts_at50.png", folder / pets[0][1] / "broken.png")
    (folder / "notes.txt").write_text("no picture")
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory, folder):
    with start(tmp_path_factory.mktemp("import") / "data", {"NEEDLETAIL_IMPORT_ROOTS": str(folder.parent)}) as server:
        yield server


def choose(console: Console, which: str, *paths: Path) -> None:
    """Chooses files (`files`), a folder (`folder`) or a table (`table`), as the browser's dialog does."""
    console.find("main button")
    console.driver.find_element(By.CSS_SELECTOR, f"input.chooser-{which}").send_keys("\n".join(map(str, paths)))


def name(console: Console, text: str) -> None:
    console.type("input[name=class]", text)


def import_all(console: Console, seconds: float = 40) -> None:
    console.click(".plan button[type=submit]")
    console.find(".run[data-state=done]", seconds=seconds)


def objects(server, class_name: str, fields: str) -> list[dict]:
    return server.graphql("{Get{%s(limit:1000){%s _additional{id}}}}" % (class_name, fields))["Get"][class_name]


def content_id(class_name: str, content: bytes) -> str:
    """The id that `needletail import` gives a picture."""
    of_class = uuid.uuid5(uuid.UUID("6e656564-6c65-4a01-9d0b-7461696c0001"), class_name)
    return str(uuid.uuid5(of_class, "content:" + hashlib.sha256(content).hexdigest()))


def test_a_folder_becomes_a_collection_that_finds_its_pictures(console, server, folder, pets):
    console.open("import")
    choose(console, "folder", folder)
    console.find("h2", "31 pictures")
    assert console.find("input[name=class]").get_attribute("value") == "OurPets"
    console.find(".passed-over", "1 other file passed over")
    console.assert_accessible()
    console.screenshot("import-plan")
    import_all(console)
    stored = objects(server, "OurPets", "label file")
    assert len(stored) == 30
    breeds = {path.name: path.parent.name for path in folder.glob("*/*.jpg")}
    assert {each["file"]: each["label"] for each in stored} == breeds
    # What failed is told with its reason, and is the only thing that failed.
    console.find(".run-line", "30 stored")
    console.find(".run-line", "1 failed")
    console.click("[data-filter=onlyFailed]")
    row = console.find(".run-row[data-state=failed]")
    assert "broken.png" in row.text and "damaged" in row.text
    console.assert_accessible()
    console.screenshot("import-done")
    # One of them is found by the picture.
    picture, breed = pets[0]
    found = server.graphql('{Get{OurPets(nearImage:{image:"%s"},limit:1){label file}}}' % base64.b64encode(picture.read_bytes()).decode())
    assert found["Get"]["OurPets"] == [{"label": breed, "file": picture.name}]
    assert console.find(".run-actions a", "Search in it").get_attribute("href").endswith("/console/search?class=OurPets")
    assert console.find(".run-actions a", "Browse it").get_attribute("href").endswith("/console/browse?class=OurPets")


def test_ids_equal_those_of_the_command_so_that_both_agree_what_is_there(console, server, folder):
    expected = {content_id("OurPets", path.read_bytes()) for path in folder.glob("*/*.jpg")}
    assert {each["_additional"]["id"] for each in objects(server, "OurPets", "file")} == expected
    answer = subprocess.run(
        [PROGRAM, "import", folder, "--class", "OurPets", "--server", server.url, "--json"],
        capture_output=True, text=True, env=environment({}), cwd=folder.parent, timeout=60)
    result = json.loads(answer.stdout.splitlines()[-1])
    assert result["skipped"] == 30 and result["stored"] == 0, answer.stdout + answer.stderr


def test_what_is_there_is_skipped_replaced_or_stored_twice_as_is_wished(console, server, folder):
    def again(policy: str, constant: str | None = None) -> str:
        console.open("import?class=OurPets")
        choose(console, "folder", folder)
        console.click(f"input[value={policy}]")
        if constant:
            console.click("main button", "Add a property for all")
            console.driver.switch_to.active_element.send_keys("source")
            console.find(".constant input:not([list])").send_keys(constant)
        import_all(console)
        return console.find(".run-line").text

    assert "30 there already" in again("skip")
    assert "30 stored" in again("replace", "shelter")
    stored = objects(server, "OurPets", "source label")
    assert len(stored) == 30 and {each["source"] for each in stored} == {"shelter"}
    assert "30 stored" in again("random")
    stored = objects(server, "OurPets", "file")
    assert len(stored) == 60 and len({each["_additional"]["id"] for each in stored}) == 60


def test_dropped_files_a_table_beside_them_and_edits_become_properties(console, server, folder, tmp_path):
    files = sorted(folder.glob("*/*.jpg"))[:6]
    with (tmp_path / "table.csv").open("w") as file:
        rows = csv.writer(file)
        rows.writerow(["picture", "weight", "Home town", "tame"])
        for index, path in enumerate(files[:5]):
            rows.writerow([f"somewhere/{path.name.upper()}", index, 'Ber"lin, Mitte', index % 2 == 0])
        rows.writerow(["missing.jpg", 9, "Rome", True])
    console.open("import")
    console.drop(".drop-place", *files, tmp_path / "table.csv")
    console.find("h2", "6 pictures")
    # The column with the files is found, and how much of the table fits.
    console.find(".match", "5 of 6 pictures have a row, 1 row without a picture")
    name(console, "Tabled")
    console.click(".each summary")
    console.wait(lambda: len(console.all(".each-row")) == 6)
    edited = console.all(".each-row")[5].find_elements(By.TAG_NAME, "input")[0]
    edited.send_keys("7")
    console.assert_accessible()
    console.screenshot("import-table")
    import_all(console)
    stored = {each["file"]: each for each in objects(server, "Tabled", "file weight home_town tame")}
    assert len(stored) == 6
    for index, path in enumerate(files[:5]):
        row = stored[path.name]
        assert (row["weight"], row["home_town"], row["tame"]) == (index, 'Ber"lin, Mitte', index % 2 == 0)
    assert stored[files[5].name]["weight"] == 7 and stored[files[5].name]["home_town"] is None


def test_whole_folders_are_dropped_anywhere_and_gone_through_to_the_bottom(console, server, folder, tmp_path):
    """As a file manager does it; two folders side by side give two labels."""
    breeds = sorted(path for path in folder.iterdir() if path.is_dir())[:2]
    nested = tmp_path / "more" / "deep" / "deeper"
    shutil.copytree(breeds[0], nested)
    console.open("import")
    for kind in ("dragEnter", "dragOver", "drop"):
        console.driver.execute_cdp_cmd("Input.dispatchDragEvent", {
            "type": kind, "x": 700, "y": 850,
            "data": {"items": [], "files": [str(breeds[1]), str(tmp_path / "more")], "dragOperationsMask": 1}})
    expected = {path.name: path.parent.name for path in [*breeds[1].glob("*.jpg"), *nested.glob("*.jpg")]}
    console.find("h2", "picture")
    name(console, "Dropped")
    import_all(console)
    assert {each["file"]: each["label"] for each in objects(server, "Dropped", "file label")} == expected


def test_more_files_leave_what_was_decided_as_it_is(console, server, folder):
    first, second, *_ = sorted(folder.glob("*/*.jpg"))
    console.open("import")
    console.drop(".drop-place", first)
    console.find("h2", "1 picture")
    name(console, "Growing")
    console.click("input[value=random]")
    console.click("main button", "Add a property for all")
    console.driver.switch_to.active_element.send_keys("source")
    console.find(".constant input:not([list])").send_keys("shelter")
    choose(console, "files", first, second)
    console.find("h2", "2 pictures")
    assert console.find("input[name=class]").get_attribute("value") == "Growing"
    assert console.find("input[value=random]").is_selected()
    # The property of the picture is taken.
    console.type(".constant input[list]", "image")
    console.find(".fault", "There is a property 'image' already")
    console.type(".constant input[list]", "source")
    import_all(console)
    assert {each["source"] for each in objects(server, "Growing", "source")} == {"shelter"}


def test_broken_files_fail_with_reasons_the_rest_gets_in_and_failures_are_a_table(console, server, tmp_path):
    """The hostile pictures: what the list says is decoded or refused is so here."""
    odd = TEST_DATA / "images/odd"
    with (odd / "expected.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["strict"] == "yes" and Path(row["file"]).suffix in (".jpg", ".png", ".bmp", ".webp", ".gif")]
    good = [odd / row["file"] for row in rows if row["outcome"] == "decodes"][:12]
    bad = [odd / row["file"] for row in rows if row["outcome"] == "rejects"][:8]
    (tmp_path / "empty.jpg").write_bytes(b"")
    console.open("import")
    console.drop(".drop-place", *good, *bad, tmp_path / "empty.jpg", odd / "files/own_junk_archive.zip")
    console.find(".passed-over summary").click()
    console.find(".passed-over", "needletail import")
    name(console, "Odd")
    import_all(console)
    distinct = len({path.read_bytes() for path in good})
    assert len(objects(server, "Odd", "file")) == distinct
    console.find(".run-line", f"{len(bad) + 1} failed")
    console.click("[data-filter=onlyFailed]")
    console.wait(lambda: len(console.all(".run-row")) == len(bad) + 1)
    reasons = {row.find_element(By.CSS_SELECTOR, ".run-name").text: row.find_element(By.CSS_SELECTOR, ".run-state").text for row in console.all(".run-row")}
    assert set(reasons) == {path.name for path in bad} | {"empty.jpg"} and all(reasons.values())
    assert "empty" in reasons["empty.jpg"]
    # The same as a table to keep.
    console.run("window.saved = null; const make = URL.createObjectURL; URL.createObjectURL = (blob) => { blob.text().then((text) => window.saved = text); return make(blob) }")
    console.click("[data-action=report]")
    table = list(csv.DictReader(console.wait(lambda: console.run("return window.saved")).splitlines()))
    assert {row["file"] for row in table} == set(reasons) and all(row["reason"] for row in table)


def test_what_failed_is_tried_again_and_gets_in_when_the_reason_is_gone(console, server, folder):
    """The tenant is out of use at first."""
    server.request("POST", "/v1/schema", {
        "class": "Kept", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}},
        "properties": [{"name": "image", "dataType": ["blob"]}], "multiTenancyConfig": {"enabled": True}})
    server.request("POST", "/v1/schema/Kept/tenants", [{"name": "north", "activityStatus": "COLD"}])
    console.open("import?class=Kept&tenant=north")
    choose(console, "folder", folder)
    import_all(console)
    console.find(".run-line", "31 failed")
    console.find(".run-row .run-words", "north")
    server.request("PUT", "/v1/schema/Kept/tenants", [{"name": "north", "activityStatus": "HOT"}])
    console.click(".run-row button")
    console.find(".run-line", "30 failed")
    console.click("[data-action=retry]")
    console.find(".run-line", "30 stored")
    console.find(".run[data-state=done]")
    console.find(".run-line", "1 failed")
    stored = server.graphql('{Get{Kept(tenant:"north",limit:100){_additional{id}}}}')["Get"]["Kept"]
    assert {each["_additional"]["id"] for each in stored} == {content_id("Kept", path.read_bytes()) for path in folder.glob("*/*.jpg")}


def pictures(folder: Path, files: list[Path], number: int) -> Path:
    """A folder of many different pictures: bytes behind the end of a JPEG are not looked at."""
    folder.mkdir()
    for index in range(number):
        (folder / f"{index:04}.jpg").write_bytes(files[index % len(files)].read_bytes() + index.to_bytes(4))
    return folder


def test_an_import_is_paused_gone_on_with_and_stopped(console, server, folder, tmp_path):
    many = pictures(tmp_path / "Paused", sorted(folder.glob("*/*.jpg")), 150)
    console.open("import")
    choose(console, "folder", many)
    console.click(".plan button[type=submit]")
    console.click("[data-action=pause]")
    console.find(".run[data-state=paused]")

    # Every row is drawn, so that all that are under way are seen to end.
    console.size(1280, 12_000)
    console.run("document.querySelector('.run-list').style.maxHeight = 'none'")

    def rows(states: str = "") -> int:
        return console.run("return document.querySelectorAll(arguments[0]).length", f".run-row{states}")

    console.wait(lambda: rows() == 150 and rows(":is([data-state=sending], [data-state=reading])") == 0)
    console.size(1280, 900)
    stored = len(objects(server, "Paused", "file"))
    assert stored < 150
    # It is found again by whoever looks at another screen meanwhile, and nothing has moved.
    console.click(".nav-link", "Collections")
    console.find(".sorted-table")
    console.click(".nav-link", "Import")
    console.find(".run[data-state=paused]")
    assert len(objects(server, "Paused", "file")) == stored
    # Leaving the page asks, as the browser does for any page that says so.
    assert console.run("const event = new Event('beforeunload', {cancelable: true}); window.dispatchEvent(event); return event.defaultPrevented")
    console.click("[data-action=resume]")
    console.find(".run[data-state=running]")
    console.click("[data-action=stop]")
    console.find(".run[data-state=stopped]")
    console.click("[data-action=resume]")
    console.find(".run[data-state=done]", seconds=40)
    found = objects(server, "Paused", "file")
    assert sorted(each["file"] for each in found) == [f"{index:04}.jpg" for index in range(150)]
    assert not console.run("const event = new Event('beforeunload', {cancelable: true}); window.dispatchEvent(event); return event.defaultPrevented")


def test_a_killed_server_is_waited_for_and_nothing_is_missing_or_twice(driver, folder, tmp_path):
    many = pictures(tmp_path / "Killed", sorted(folder.glob("*/*.jpg")), 200)
    with start(tmp_path / "data") as server, Console(driver, server) as console:
        console.expected += AWAY
        console.open("import")
        choose(console, "folder", many)
        console.click("input[value=random]")
        console.click(".plan button[type=submit]")
        console.find(".run-row[data-state=stored]")
        server.kill()
        console.find(".run[data-state=away]")
        console.screenshot("import-away")
        server.start()
        console.find(".run[data-state=done]", seconds=60)
        console.find(".run-line", "200 stored")
        found = objects(server, "Killed", "file")
        assert sorted(each["file"] for each in found) == [f"{index:04}.jpg" for index in range(200)]


def test_memory_does_not_grow_with_the_number_of_files(console, server, folder, tmp_path):
    """What 300 more files take is far less than they hold."""

    def heap() -> int:
        console.run("gc()")
        return console.driver.execute_cdp_cmd("Runtime.getHeapUsage", {})["usedSize"]

    source = max(folder.glob("*/*.jpg"), key=lambda path: path.stat().st_size)
    server.request("POST", "/v1/schema", {"class": "Heavy", "vectorizer": "none", "properties": [{"name": "image", "dataType": ["blob"]}]})
    peaks, after = {}, {}
    for number in (60, 360):
        many = pictures(tmp_path / f"Heavy{number}", [source], number)
        console.open("import?class=Heavy")
        choose(console, "folder", many)
        console.find(".plan")
        console.click("input[value=random]")
        console.click(".plan button[type=submit]")
        console.find(".run[data-state=running]")
        readings = []
        while not console.all(".run[data-state=done]"):
            readings.append(heap())
        after[number] = heap()
        peaks[number] = max([*readings, after[number]])
    size = source.stat().st_size
    print(f"files of {size} bytes: at most {peaks}, in the end {after}")
    # What is under way at one moment, and what was not collected yet, is less than the files, which are longer as base64.
    assert peaks[360] < 360 * size
    assert after[360] - after[60] < 300 * size / 20


def test_a_page_without_secure_context_gives_the_same_ids(console, server, folder):
    """There browsers have no crypto.subtle; the page computes itself."""
    console.open("import")
    console.run("Object.defineProperty(window.Crypto.prototype, 'subtle', {get: () => undefined})")
    files = sorted(folder.glob("*/*.jpg"))[:4]
    choose(console, "files", *files)
    console.find("h2", "4 pictures")
    name(console, "Plain")
    import_all(console)
    assert {each["_additional"]["id"] for each in objects(server, "Plain", "file")} == {content_id("Plain", path.read_bytes()) for path in files}


def test_a_folder_of_the_server_is_imported_and_found_again_on_return(console, server, folder):
    console.open("import?from=server")
    console.find("form")
    console.type("input[name=source]", folder.name)
    assert console.find("input[name=class]").get_attribute("value") == "OurPets"
    console.type("input[name=class]", "FromServer")
    console.click("form button[type=submit]")
    console.find(".job", "into FromServer")
    console.wait(lambda: "job=" in console.path)
    console.find(".job[data-state=SUCCESS]", seconds=40)
    console.find(".job td", "broken.png")
    console.assert_accessible()
    console.screenshot("import-server")
    stored = objects(server, "FromServer", "label filename")
    assert len(stored) == 30 and {each["label"] for each in stored} == {path.parent.name for path in folder.glob("*/*.jpg")}
    console.open(console.path.lstrip("/"))
    console.find(".job[data-state=SUCCESS]", "30 stored")
    console.find(".job td", "broken.png")
    console.expected.append("403")
    console.type("input[name=source]", "/etc")
    console.type("input[name=class]", "Other")
    console.click("form button[type=submit]")
    console.find(".fault", "is not below a folder of NEEDLETAIL_IMPORT_ROOTS")


def test_an_import_of_the_server_is_stopped(console, server, folder):
    pictures(folder.parent / "Endless", sorted(folder.glob("*/*.jpg")), 600)
    console.open("import?from=server")
    console.find("form")
    console.type("input[name=source]", "Endless")
    console.click("form button[type=submit]")
    console.click(".job[data-state=STARTED] [data-action=stop]")
    console.find(".job[data-state=CANCELED]")
    assert len(objects(server, "Endless", "filename")) < 600


def test_what_to_set_is_said_where_the_server_may_read_no_folders(empty_console):
    empty_console.open("import?from=server")
    empty_console.find(".empty", "The server may read no folders yet")
    empty_console.find("pre.code", "NEEDLETAIL_IMPORT_ROOTS=")


def test_a_plan_fits_on_a_phone(console, folder):
    console.size(360, 740)
    console.open("import")
    choose(console, "folder", folder)
    console.find(".plan")
    console.click(".each summary")
    console.assert_fits()
    console.screenshot("import-plan-360")
