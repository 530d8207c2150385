# SPDX-License-Identifier: Apache-2.0
"""The server: how it fares, what it logs and is set to, and backups."""
from __future__ import annotations

import shutil

import pytest
from browser import AWAY, Console
from conftest import fill, start
from running_server import ROOT

KEYS = {
    "AUTHENTICATION_APIKEY_ENABLED": "true", "AUTHENTICATION_APIKEY_ALLOWED_KEYS": "secret-of-ann",
    "AUTHENTICATION_APIKEY_USERS": "ann",
}


def cells(console: Console, index: int = 0) -> list[list[str]]:
    """The cells of a table on the screen, row by row."""
    return console.run(
        "const table = document.querySelectorAll('main table')[arguments[0]];"
        "return table ? [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.innerText.trim())) : []", index)


def watch_polling(console: Console) -> None:
    """Has `window.waiting` hold what the page waits for a second or longer, and `window.rounds` count how often it has begun to."""
    console.run(
        "window.waiting = new Set(); window.rounds = 0; const [begin, end] = [window.setTimeout, window.clearTimeout];"
        "window.setTimeout = (run, milliseconds, ...values) => {"
        "  const timer = begin(() => { window.waiting.delete(timer); run(...values) }, milliseconds);"
        "  if (milliseconds >= 1000) { window.waiting.add(timer); window.rounds += 1 } return timer };"
        "window.clearTimeout = (timer) => { window.waiting.delete(timer); end(timer) }")


@pytest.fixture(scope="module")
def keeper(tmp_path_factory, pets):
    """A server with a folder for backups, two classes, and a folder that imports may read."""
    folder = tmp_path_factory.mktemp("keeper")
    pictures = folder / "pictures"
    pictures.mkdir()
    for path, _ in pets[:6]:
        shutil.copy(path, pictures)
    settings = {"BACKUP_FILESYSTEM_PATH": str(folder / "backups"), "NEEDLETAIL_IMPORT_ROOTS": str(pictures)}
    with start(folder / "data", settings) as server:
        fill(server, pets, 8)
        assert server.request("POST", "/v1/schema", {"class": "Bare", "vectorizer": "none"})[0] == 200
        yield server


@pytest.fixture
def keeping(driver, keeper):
    with Console(driver, keeper) as console:
        yield console


def test_the_overview_says_how_the_server_fares(console, server):
    console.open("server")
    answer = server.request("GET", "/v1/server")[1]
    console.find(".health.good", "Live and ready")
    # The parts of the screen come one after the other.
    console.wait(lambda: "efficientnet-lite0" in console.find("main").text)
    main = console.find("main").text
    assert f"Needletail {answer['version']}" in main and "Weaviate 1.39.0" in main and answer["processor"]["kernels"] in main
    assert "License: Apache-2.0" in main and not console.all(".notice")
    assert "API keys are off" in main and "only this machine" in main
    assert "NEEDLETAIL_IMPORT_ROOTS" in main
    assert [each.get_attribute("href").rsplit("/", 1)[1] for each in console.all(".screen-head a")] == ["guides", "rest"]
    console.wait(lambda: cells(console) and cells(console)[0][:2] == ["Pet", "60"])
    assert console.find("main table tbody a").get_attribute("href").endswith("/console/collections/Pet")
    # Sizes are measured in the background; then they are there without loading the page again.
    console.wait(lambda: "being measured" not in cells(console)[0][2], "the size of Pet", 60)
    assert cells(console)[0][2].split()[1] in ("MB", "kB")


def test_the_self_test_passes_with_each_of_its_checks(console):
    console.open("server")
    console.click(".self-test button", "Run the self-test")
    console.find(".self-test .health.good", "Everything passed", seconds=60)
    names = [each.text for each in console.all(".check-list strong")]
    assert {"storage", "disk space", "network", "thumbnails", "clock"} <= set(names) and len(names) >= 6
    console.wait(lambda: console.run("return document.activeElement.textContent") == "Run it again")
    console.assert_accessible()
    console.screenshot("server-self-test")


def test_requests_are_counted_while_one_looks(console, server):
    console.open("server?section=requests")
    console.find("table tbody tr")
    before = {row[0]: int(row[2].replace(",", "")) for row in cells(console)}
    for _ in range(3):
        server.request("GET", "/v1/objects?class=Pet&limit=1")
    counted = "/v1/objects"
    console.wait(lambda: {row[0]: int(row[2].replace(",", "")) for row in cells(console)}.get(counted, 0) == before.get(counted, 0) + 3)
    console.click("th button", "99th per cent")
    console.find("th[aria-sort=descending]", "99th per cent")
    slowest = cells(console)[0]
    # It stays sorted when the next figures come.
    server.request("GET", "/v1/objects?class=Pet&limit=1")
    console.wait(lambda: int({row[0]: row for row in cells(console)}[counted][2]) > before.get(counted, 0) + 3)
    assert cells(console)[0][0] == slowest[0]
    console.open("server?section=slow")
    console.wait(lambda: any("/v1/batch/objects" in row[2] for row in cells(console)))


def test_metrics_are_searched(console, server):
    console.open("server?section=metrics")
    console.find("table code", "needletail_")
    everything = len(cells(console))
    console.type("input[type=search]", "build_info")
    console.wait(lambda: 0 < len(cells(console)) < everything)
    assert all("build_info" in row[0] for row in cells(console))
    assert not any("_bucket" in row[0] for row in cells(console))


def test_nothing_is_asked_while_the_page_is_hidden(console):
    console.open("server?section=requests")
    console.find("table tbody tr")
    watch_polling(console)
    console.wait(lambda: console.run("return window.waiting.size === 1"), "the page does not ask again")
    console.run(
        "Object.defineProperty(document, 'hidden', {value: true, configurable: true}); document.dispatchEvent(new Event('visibilitychange'))")
    # Nothing is under way, and nothing is waited for after which it would be.
    assert console.run("return window.waiting.size") == 0
    console.requests()
    console.run("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    console.wait(lambda: [each for each in console.requests() if "/v1/server" in each["url"]])


def test_settings_say_where_they_come_from_and_hide_secrets(driver, tmp_path):
    with start(tmp_path / "data", KEYS) as server, Console(driver, server) as console:
        console.expected.append("401")
        console.open("server?section=settings")
        console.type("dialog input[type=password]", "secret-of-ann")
        console.click("dialog button", "Log in")
        console.find("table code", "AUTHENTICATION_APIKEY_ENABLED")
        rows = {row[0].split("\n")[0]: row for row in cells(console)}
        assert rows["AUTHENTICATION_APIKEY_ENABLED"][1:3] == ["true", "environment"]
        assert rows["AUTHENTICATION_APIKEY_ALLOWED_KEYS"][1] == "hidden"
        assert rows["PORT"][1:4] == [str(server.port), "flag", "8080"]
        assert "secret-of-ann" not in console.driver.page_source
        console.click(".check", "Only those that were set")
        console.wait(lambda: 3 <= len(cells(console)) < len(rows) and all(row[2] != "default" for row in cells(console)))
        console.type("input[type=search]", "apikey users")
        console.wait(lambda: [row[0].split("\n")[0] for row in cells(console)] == ["AUTHENTICATION_APIKEY_USERS"])
        console.click(".section-nav a", "Overview")
        console.find(".server-cards", "API keys are on, and a request without one is refused")


def test_the_log_shows_a_warning_when_it_comes(keeping, keeper):
    console = keeping
    assert keeper.request("POST", "/v1/backups/filesystem", {"id": "for-the-log", "include": ["Bare"]})[0] == 200
    console.wait(lambda: keeper.request("GET", "/v1/backups/filesystem/for-the-log")[1]["status"] == "SUCCESS")
    console.open("server?section=log")
    console.find(".log-line.info", "a backup is complete")
    console.screenshot("server-log")
    # What is there can't be restored: that is a warning.
    keeper.request("POST", "/v1/backups/filesystem/for-the-log/restore", {})
    console.find(".log-line.warning")
    console.run("const level = document.querySelector('main select'); level.value = 'warning'; level.dispatchEvent(new Event('change'))")
    console.wait(lambda: console.all(".log-line") and not console.all(".log-line.info"))
    console.wait(lambda: "level=warning" in console.path)
    console.assert_accessible()
    # Paused, nothing comes; then all of it does.
    console.click(".server-tools button", "Pause")
    lines = len(console.all(".log-line"))
    watch_polling(console)
    keeper.request("POST", "/v1/backups/filesystem/for-the-log/restore", {})
    rounds = console.run("return window.rounds")
    console.wait(lambda: console.run("return window.rounds") > rounds, "the page does not ask again")
    assert len(console.all(".log-line")) == lines
    console.click(".server-tools button", "Go on")
    console.wait(lambda: len(console.all(".log-line")) > lines)
    console.type("input[type=search]", "nothing like this")
    console.wait(lambda: not console.all(".log-line"))


def test_a_backup_is_made_and_brings_a_class_back(keeping, keeper):
    console = keeping
    console.open("server?section=backups")
    name = console.find("form input:not([type])")
    assert name.get_attribute("value").startswith("backup-")
    console.type("form input:not([type])", "Not Good")
    console.click("form button", "Make it")
    console.find("form .fault", "lower-case")
    console.type("form input:not([type])", "of-pets")
    for box in console.all("form input[type=checkbox]"):
        if box.get_attribute("value") != "Pet":
            box.click()
    console.click("form button", "Make it")
    console.find(".backup", "of-pets")
    console.wait(lambda: "complete" in console.find(".backup", "of-pets").text)
    assert keeper.request("GET", "/v1/backups/filesystem/of-pets")[1]["status"] == "SUCCESS"
    console.assert_accessible()
    console.screenshot("server-backups")
    # What is there is not restored.
    console.click(".backup button", "Restore from of-pets")
    console.find(".toast.error", "there already")
    console.click(".toast.error button.bare")
    assert keeper.request("DELETE", "/v1/schema/Pet")[0] == 200
    console.click(".backup button", "Restore from of-pets")
    console.find("dialog[open]")
    assert not console.find("dialog button[type=submit]").is_enabled()
    console.type("dialog input:not([type])", "of-pet")
    assert not console.find("dialog button[type=submit]").is_enabled()
    console.assert_accessible()
    console.type("dialog input:not([type])", "of-pets")
    console.click("dialog button[type=submit]")
    console.find(".toast.good", "Restored from of-pets")
    assert keeper.request("GET", "/v1/objects?class=Pet&limit=50")[1]["totalResults"] == 8


def test_jobs_show_imports(keeping, keeper):
    console = keeping
    console.open("server?section=jobs")
    console.find("section", "There have been none")
    status, job = keeper.request("POST", "/v1/imports", {"source": ".", "class": "Folder"})
    assert status in (200, 201, 202), job
    console.find(".job", "Folder: 6 of 6")
    console.find(".job", "complete")
    console.assert_accessible()


def test_without_backups_it_says_what_to_set(driver, tmp_path):
    with start(tmp_path / "data", {"ENABLE_MODULES": "img2vec-neural"}) as server, Console(driver, server) as console:
        console.open("server?section=backups")
        console.find(".empty", "Backups are off")
        console.find("pre", "BACKUP_FILESYSTEM_PATH=")


def test_a_network_whose_license_nobody_knows_is_marked(driver, tmp_path):
    network = tmp_path / "of-somebody.onnx"
    shutil.copy(ROOT / "Models/efficientnet-lite0.onnx", network)
    with network.open("ab") as file:
        # A field that no reader knows: the same network with another checksum.
        file.write(b"\xfa\x3f\x01\x00")
    with start(tmp_path / "data", {"NEEDLETAIL_IMG2VEC_MODEL": str(network)}) as server, Console(driver, server) as console:
        console.wait(lambda: server.request("GET", "/v1/server")[1]["network"])
        console.open("server")
        console.find(".notice", "Nobody knows whether it may be used commercially")


def test_without_a_network_the_reason_is_told(driver, tmp_path):
    with start(tmp_path / "data", {"NEEDLETAIL_IMG2VEC_MODEL": "/no/such/network.onnx"}) as server, Console(driver, server) as console:
        console.open("server")
        console.find(".server-cards", "pictures get no vectors")
        console.find(".server-cards", "log says why")
        console.click(".server-cards a", "Look into the log")
        console.find(".log-frame")


def test_the_server_going_away_ends_nothing(driver, tmp_path):
    with start(tmp_path / "data") as server, Console(driver, server) as console:
        console.expected += AWAY
        console.open("server")
        console.find(".health.good")
        first = console.find(".server-cards p.small", "Up for").text
        server.kill()
        console.find(".connection-banner")
        server.start()
        console.gone(".connection-banner")
        console.wait(lambda: console.find(".server-cards p.small", "Up for").text not in ("", first))
        console.find(".health.good")
