# SPDX-License-Identifier: Apache-2.0
"""The guides are tried: their blocks are run as they stand, in a clean folder, and what they promise is there afterwards."""
from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from documents import blocks, commands, holds, missing_links, run, tells_of_an_error, without_code
from running_server import ROOT, STARTER_NETWORK, TEST_NETWORK, Monitored, base64_of, environment

GUIDES = ROOT / "Docs/guides"
PAGES = sorted(path.name for path in GUIDES.glob("*.md"))
# What may stand behind the language of a block; `documents.py` says what each means.
WORDS = {"try", "serve", "stopped", "answer", "untried"}


class GuideServer(Monitored):
    """The server that a guide speaks of; a block of the guide may start it in another way."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "data", {"NEEDLETAIL_IMG2VEC_MODEL": STARTER_NETWORK})
        del self.settings["PROMETHEUS_MONITORING_ENABLED"]
        self.command = "needletail serve"

    def launch(self) -> None:
        folder = self.folder.parent
        settings = {
            **self.settings, **commands(folder, self), "PORT": str(self.port), "GRPC_PORT": str(self.grpc_port),
            "PERSISTENCE_DATA_PATH": "data"}
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                ["bash", "-c", self.command.replace("needletail serve", "exec needletail serve")], stdout=log,
                stderr=log, env=environment(settings), cwd=folder)


def play(page: str, server: GuideServer, old: GuideServer | None = None) -> list[str]:
    """Runs the blocks of a guide one after the other and returns what each printed; ends with the server running."""
    folder, told = server.folder.parent, []
    found = blocks((GUIDES / page).read_text())
    for block, following in zip(found, [*found[1:], None]):
        place = f"{page}, line {block.line}"
        if block.file_name:
            (folder / block.file_name).write_text(block.text)
        elif "serve" in block.words:
            assert server.stop() == 0, place
            server.command = block.text
            server.start()
        elif "try" in block.words:
            if "stopped" in block.words:
                assert server.stop() == 0, place
            told.append(run(block, folder, server, old))
            has_answer = following is not None and "answer" in following.words
            assert has_answer or not tells_of_an_error(told[-1]), f"{place}:\n{told[-1]}"
            if "stopped" in block.words:
                server.start()
        elif "answer" in block.words:
            assert holds(told[-1], block.text), f"{place} does not have its answer; it printed:\n{told[-1]}"
    return told


@pytest.fixture
def server(tmp_path) -> GuideServer:
    with GuideServer(tmp_path) as server:
        yield server


@pytest.fixture
def pictures(tmp_path, pets) -> Path:
    """Ten pictures of each of three breeds in a folder `pictures`, and one beside it that is there as well."""
    for path, breed in pets[:30]:
        (tmp_path / "pictures" / breed).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, tmp_path / "pictures" / breed / path.name)
    shutil.copy(pets[4][0], tmp_path / "query.jpg")
    return tmp_path / "pictures"


def counted(server: GuideServer, name: str) -> int:
    return server.graphql("{Aggregate{%s{meta{count}}}}" % name)["Aggregate"][name][0]["meta"]["count"]


def test_first_pictures_are_found_in_every_way(server, pictures):
    told = play("first-pictures.md", server)
    # Thirty of the folder, one by curl, one by each client.
    assert counted(server, "Photo") == 33
    assert told[3].count('"distance"') == 3 and told[4].count('"label":"Bengal"') == 3
    assert (server.folder.parent / "best.jpg").read_bytes().startswith(b"\xff\xd8\xff")
    for answer in told[6:8]:
        distances = [float(line.rsplit(" ", 1)[1]) for line in answer.splitlines()]
        assert len(distances) == 3 and max(distances) < 1e-4
    labels = [item["properties"]["label"] for item in server.request("GET", "/v1/objects?class=Photo&limit=40")[1]["objects"]]
    assert {"mine", "by Python 4", "by Python 3"} <= set(labels)


OLD_CLASSES = [
    {"class": "Breed", "vectorConfig": {"shape": {"vectorizer": {"none": {}}}, "coat": {"vectorizer": {"none": {}}}},
     "properties": [{"name": "name", "dataType": ["text"]}]},
    {"class": "Pet", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}},
     "properties": [
         {"name": "image", "dataType": ["blob"]}, {"name": "name", "dataType": ["text"]}, {"name": "age", "dataType": ["int"]},
         {"name": "born", "dataType": ["date"]}, {"name": "home", "dataType": ["geoCoordinates"]},
         {"name": "owner", "dataType": ["phoneNumber"]}, {"name": "breed", "dataType": ["Breed"]}]},
    {"class": "Visit", "vectorizer": "none", "multiTenancyConfig": {"enabled": True},
     "properties": [{"name": "note", "dataType": ["text"]}]}]


def identity(kind: int, number: int) -> str:
    return f"00000000-0000-0000-{kind:04d}-{number:012d}"


def fill_as_an_old_server(old: GuideServer, pets) -> None:
    """More objects than a page of the cursor has, and something of each kind that comes along."""
    for definition in OLD_CLASSES:
        assert old.request("POST", "/v1/schema", definition)[0] == 200
    tenants = [{"name": "anna"}, {"name": "bert"}, {"name": "gone", "activityStatus": "COLD"}]
    assert old.request("POST", "/v1/schema/Visit/tenants", tenants)[0] == 200
    breeds = [{"class": "Breed", "id": identity(1, n), "properties": {"name": f"breed {n}"},
               "vectors": {"shape": [1, n], "coat": [n, 1, 0.5]}} for n in range(60)]
    animals = [
        {"class": "Pet", "id": identity(2, n), "properties": {
            "image": base64_of(path), "name": path.stem, "age": n, "born": "2020-02-29T00:00:00Z",
            "home": {"latitude": 52.5, "longitude": n}, "owner": {"input": "+49 30 1234567"},
            "breed": [{"beacon": f"weaviate://localhost/Breed/{identity(1, n)}"}]}}
        for n, (path, _) in enumerate(pets[:12])]
    visits = [{"class": "Visit", "tenant": tenant, "id": identity(3, n), "properties": {"note": f"{tenant} {n}"},
               "vector": [n, 1]} for tenant in ("anna", "bert") for n in range(3)]
    for objects in (breeds, animals, visits):
        status, answer = old.request("POST", "/v1/batch/objects", {"objects": objects})
        assert status == 200 and all(item["result"]["status"] == "SUCCESS" for item in answer), answer[:1]


def everything(server: GuideServer) -> dict:
    """All classes and objects, without the times of objects."""
    listed = {}
    for path in ("Breed", "Pet", "Visit&tenant=anna", "Visit&tenant=bert"):
        status, answer = server.request("GET", f"/v1/objects?class={path}&limit=100&include=vector")
        assert status == 200, answer
        for item in answer["objects"]:
            del item["creationTimeUnix"], item["lastUpdateTimeUnix"]
        listed[path] = sorted(answer["objects"], key=lambda item: item["id"])
    classes = {}
    for name in ("Breed", "Pet", "Visit"):
        classes[name] = server.request("GET", f"/v1/schema/{name}")[1]
        classes[name]["properties"].sort(key=lambda prop: prop["name"])
    return {"classes": classes, "objects": listed}


def test_data_move_from_one_server_to_another_as_they_are(server, tmp_path, pets):
    with GuideServer(tmp_path / "old") as old:
        fill_as_an_old_server(old, pets)
        told = play("from-weaviate.md", server, old)
        assert everything(server) == everything(old)
    assert set(told[0].splitlines()) == {
        "Visit: 1 tenants are not active and stay behind", "Breed: 60 objects", "Pet: 12 objects", "Visit: 6 objects",
        "12 references, 0 failures"}
    counts_and_neighbors = told[1].splitlines()
    assert len(counts_and_neighbors) == 2 and counts_and_neighbors[0] == counts_and_neighbors[1]
    assert json.loads(told[2][told[2].index("{"):])["hits"][0]["distance"] < 1e-3


def test_own_vectors_come_in_and_are_found(server, tmp_path, pets):
    shutil.copy(pets[0][0], tmp_path / "query.jpg")
    exported = [{"title": f"Item {n}", "old_id": str(n), "vector": [n, 2.5, -1e-3]} for n in range(3)]
    (tmp_path / "export.jsonl").write_text("".join(json.dumps(row) + "\n" for row in exported))
    told = play("own-vectors.md", server)
    assert {name: counted(server, name) for name in ("Product", "Item", "Place", "Article", "Dress")} == {
        "Product": 1000, "Item": 3, "Place": 3, "Article": 102, "Dress": 1}
    hits = json.loads(told[1])["hits"]
    assert hits[0]["properties"]["title"] == "Product 5" and all(hit["properties"]["price"] < 100 for hit in hits)
    listed = server.request("GET", "/v1/objects?class=Item&include=vector")[1]["objects"]
    found = {item["properties"]["old_id"]: (item["properties"]["title"], item["vector"]) for item in listed}
    assert found == {row["old_id"]: (row["title"], pytest.approx(row["vector"])) for row in exported}
    near = server.request("POST", "/v1/search/Place/near-vector", {"vector": [1, 2.5, 0.999], "limit": 1})[1]["hits"][0]
    assert near["properties"]["title"] == "Item 1" and near["distance"] == pytest.approx(1)
    by_look, by_words = (json.loads(line)["hits"][0] for line in told[-1].replace("}{", "}\n{").splitlines()[-2:])
    assert by_look["distance"] < 1e-4 and by_words["distance"] == pytest.approx(-0.74)


@pytest.mark.skipif(TEST_NETWORK is None, reason="needs a second network in the folder that NEEDLETAIL_TEST_DATA names")
def test_networks_are_chosen_and_changed(server, tmp_path, pictures):
    (tmp_path / "my-network.onnx").symlink_to(TEST_NETWORK)
    told = play("networks.md", server)
    assert told[1].count("30 with one of 3 labels; 30 queries") == 2
    assert json.loads(told[2])["modules"]["img2vec-neural"]["dimensions"] == 2048
    assert json.loads(told[-1])["hits"][0]["distance"] < 1e-4
    assert counted(server, "Plain") == counted(server, "Better") == 30


def test_recall_is_measured_and_raised(server):
    told = play("tuning.md", server)
    before, after = (float(re.search(r"collection Hard, shard \S+: recall@10 (\S+) over", answer)[1]) for answer in told[1:3])
    assert before < 0.9 < after
    hits = json.loads(told[-1])["hits"]
    assert hits[0]["properties"] == {"number": 7, "even": False} and all(not hit["properties"]["even"] for hit in hits)


@pytest.mark.parametrize("page", PAGES)
def test_a_guide_is_as_the_console_expects_it(page):
    text = (GUIDES / page).read_text()
    assert missing_links(GUIDES / page) == []
    assert re.match(r"# [^\n]+\n\nFor [^\n]+", text), "it begins with its title and a sentence that says for whom it is"
    assert len(re.findall(r"^# ", without_code(text), re.M)) == 1
    assert not re.search(r"!\[|<[a-z]+[ >]", re.sub(r"`[^`]*`", "", without_code(text))), "no pictures, no HTML"


def test_the_settings_that_guides_name_exist():
    known = set(re.findall(r"^#([A-Z][A-Z0-9_]+)=", (ROOT / "Config/needletail.env").read_text(), re.M))
    for page in PAGES:
        named = set(re.findall(r"`([A-Z]+(?:_[A-Z0-9]+)+)[=`]", without_code((GUIDES / page).read_text())))
        assert named <= known | {"METRIC_INNER_PRODUCT", "METRIC_L2"}, page


@pytest.mark.parametrize("page", PAGES)
def test_every_block_of_a_guide_is_tried_or_says_that_it_is_not(page):
    for block in blocks((GUIDES / page).read_text()):
        known = {word for word in block.words if not word.startswith("file=")}
        assert known <= WORDS, f"{page}, line {block.line}: unknown words {known - WORDS}"
        if block.language not in ("", "text"):
            assert block.words, f"{page}, line {block.line}: say try, file=NAME or untried"


def logged_lines() -> set[tuple[str, str]]:
    """Level and text of every line that the program can write, from its source; texts without backticks."""
    found = set()
    levels = "trace|debug|info|warning|error|fatal"
    for path in (ROOT / "Sources").rglob("*.swift"):
        text = path.read_text()
        if path.parent.name == "Observability":
            found |= set(re.findall(r'\\"level\\":\\"(\w+)\\",\\"msg\\":\\"([^\\]+)\\"', text))
            continue
        for match in re.finditer(rf'([\w)\]}}]+)\??\.({levels})\(\s*(?:"([^"]*)"|(\w))', text):
            receiver, level, message, other = match.groups()
            if message is not None and receiver != "lexer":
                found.add((level, message.replace("`", "")))
            # A text that stands elsewhere would be missed here.
            assert other is None or not receiver.lower().endswith(("log", "logger")), f"{path}: {match[0]}"
        assert not re.search(r"[lL]og(ger)?\??\.log\(", text), f"{path} names a level by a value"
    return found


def test_the_guide_explains_every_line_of_the_log():
    section = (GUIDES / "operating.md").read_text().split("\n## What each log line means\n")[1]
    rows = re.findall(r"^\| (trace|debug|info|warning|error|fatal) \| `([^`]+)` \| (.+) \|$", section, re.M)
    written = logged_lines()
    assert len(written) > 30
    assert {(level, text) for level, text, _ in rows} == written
    assert len(rows) == len(written)


def test_a_server_is_operated_as_the_guide_says(server):
    told = play("operating.md", server)
    assert counted(server, "Note") == 1
    assert any("worth keeping" in answer for answer in told)
    named = set(re.findall(r"^\| (`[a-z_`, ]+`) \|", (GUIDES / "operating.md").read_text(), re.M))
    metrics = {name for row in named for name in re.findall(r"`([a-z_]+(?:_[a-z]+)+)`", row)}
    assert metrics == set(re.findall(r"^# TYPE (\w+) ", server.scrape()[1], re.M))
