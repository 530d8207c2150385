# SPDX-License-Identifier: Apache-2.0
"""`needletail import` and `/v1/imports`: what comes in, how it is told, and what an interruption leaves."""
from __future__ import annotations

import json
import signal
import struct
import subprocess
import time
import zipfile
from pathlib import Path

import pytest
from running_server import PROGRAM, Server, base64_of, environment, network

ENDED = ("SUCCESS", "FAILED", "CANCELED")


def start_import(*arguments: object, cwd: Path, **settings: str) -> subprocess.Popen:
    return subprocess.Popen(
        [PROGRAM, "import", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd,
        env=environment({"NEEDLETAIL_IMG2VEC_MODEL": network(), "XDG_STATE_HOME": str(cwd / "state"), **settings}))


def run_import(*arguments: object, cwd: Path, **settings: str) -> tuple[int, str, str]:
    process = start_import(*arguments, cwd=cwd, **settings)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def summary(out: str) -> dict:
    """The last line of what `--json` told."""
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines and lines[-1]["event"] == "summary", out
    return lines[-1]


def objects(server: Server, name: str, fields: str) -> list[dict]:
    return server.graphql(f"{{Get {{{name}(limit: 10000) {{{fields} _additional {{id}}}}}}}}")["Get"][name]


def npy(path: Path, rows: list[list[float]]) -> None:
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({len(rows)}, {len(rows[0])}), }}".ljust(117) + "\n"
    content = b"".join(struct.pack(f"<{len(row)}f", *row) for row in rows)
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + content)


def make_vectors(folder: Path, count: int) -> list[Path]:
    """Vectors, and a table with a row for each."""
    npy(folder / "v.npy", [[float(n % 251), float(n), 1.0, 0.5] for n in range(count)])
    with (folder / "v.jsonl").open("w") as rows:
        for number in range(count):
            rows.write(json.dumps({"number": number, "url": f"https://example.org/{number}.jpg"}) + "\n")
    return [folder / "v.npy", "--properties", folder / "v.jsonl"]


@pytest.fixture
def folder(tmp_path, pets) -> Path:
    """Twelve pictures in folders named by their breeds."""
    for path, label in pets[:12]:
        target = tmp_path / "pictures" / label / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return tmp_path


def test_a_folder_comes_into_a_running_server_with_its_labels_and_only_once(server, folder):
    arguments = ["pictures", "--class", "pet", "--server", server.url, "--label-from-folder", "breed", "--property", "year=2024"]
    status, out, err = run_import(*arguments, cwd=folder)
    assert status == 0, err
    assert '"imageFields":["image"]' in out and "12 imported" in out
    found = objects(server, "Pet", "breed year path filename")
    assert len(found) == 12
    assert all(one["path"] == f"{one['breed']}/{one['filename']}" and one["year"] == 2024 for one in found)
    status, out, _ = run_import(*arguments, "--json", cwd=folder)
    assert status == 0 and summary(out)["stored"] == 0 and summary(out)["skipped"] == 12
    assert len(objects(server, "Pet", "breed")) == 12


def test_straight_into_a_data_folder_gives_what_a_server_gives(folder):
    status, out, err = run_import("pictures", "--class", "Pet", "--data", "data", cwd=folder)
    assert status == 0, err
    with Server(folder / "data") as server:
        assert len(objects(server, "Pet", "path")) == 12
        picture = next((folder / "pictures").rglob("*.jpg"))
        hits = server.graphql(f'{{Get {{Pet(nearImage: {{image: "{base64_of(picture)}"}}, limit: 1) {{filename _additional {{distance}}}}}}}}')
        assert hits["Get"]["Pet"][0]["filename"] == picture.name
        status, _, err = run_import("pictures", "--class", "Pet", "--data", "data", cwd=folder)
        assert status == 1 and "--server URL instead of --data" in err
        status, out, _ = run_import("pictures", "--class", "Pet", "--server", server.url, "--json", cwd=folder)
        assert status == 0 and summary(out)["skipped"] == 12


def test_an_archive_and_a_table_come_in_as_well(server, folder):
    with zipfile.ZipFile(folder / "p.zip", "w") as archive:
        for path in sorted((folder / "pictures").rglob("*.jpg"))[:4]:
            archive.write(path, path.relative_to(folder / "pictures"))
    status, out, err = run_import("p.zip", "--class", "Zipped", "--server", server.url, "--label-from-folder", "breed", cwd=folder)
    assert status == 0, err
    assert len(objects(server, "Zipped", "breed")) == 4
    rows = ["path,weight,good"] + [
        f"{path.relative_to(folder)},{number}.5,true" for number, path in enumerate(sorted((folder / "pictures").rglob("*.jpg")))]
    (folder / "table.csv").write_text("\n".join(rows) + "\nmissing.jpg,1,false\n")
    status, out, err = run_import("table.csv", "--class", "Listed", "--server", server.url, cwd=folder)
    assert status == 3, err
    found = objects(server, "Listed", "weight good")
    assert sorted(one["weight"] for one in found) == [n + 0.5 for n in range(12)] and all(one["good"] for one in found)
    failures = [json.loads(line) for line in (folder / "needletail-import-Listed-failures.jsonl").read_text().splitlines()]
    assert [failure["path"] for failure in failures] == ["line 14: missing.jpg"]


def test_own_vectors_come_in_without_a_network(server, folder):
    status, out, err = run_import(*make_vectors(folder, 3000), "--class", "Product", "--server", server.url, cwd=folder)
    assert status == 0, err
    assert '"vectorizer":"none"' in out
    hits = server.graphql("{Get {Product(nearVector: {vector: [7, 7, 1, 0.5]}, limit: 1) {number url}}}")["Get"]["Product"]
    assert hits == [{"number": 7, "url": "https://example.org/7.jpg"}]


def test_what_fails_is_told_and_the_exit_status_says_how_much(server, folder):
    (folder / "bad").mkdir()
    (folder / "bad" / "x.jpg").write_bytes(b"\xff\xd8\xff no picture at all")
    (folder / "bad" / "notes.txt").write_text("not meant to be a picture")
    status, out, err = run_import("bad", "--class", "Pet", "--server", server.url, "--report", "report.jsonl", cwd=folder)
    assert status == 4, err
    assert [json.loads(line)["path"] for line in (folder / "report.jsonl").read_text().splitlines()] == ["x.jpg"]
    status, out, _ = run_import("bad", "pictures", "--class", "Pet", "--server", server.url, "--json", cwd=folder)
    assert status == 3
    assert {key: summary(out)[key] for key in ("total", "stored", "failed", "ignored")} == {
        "total": 14, "stored": 12, "failed": 1, "ignored": 1}


@pytest.mark.parametrize("arguments,part", [
    ([], "import needs a source"), (["pictures"], "--class NAME"), (["nothing", "--class", "A"], "no such file"),
    (["pictures", "--class", "A", "--clas", "B"], "did you mean '--class'?"), (["pictures", "--class", "A", "--id", "x"], "one of"),
    (["pictures", "--class", "A", "--data", "d", "--server", "http://x"], "exclude each other"),
])
def test_a_wrong_command_line_ends_with_2_and_says_what_is_wrong(folder, arguments, part):
    status, _, err = run_import(*arguments, cwd=folder)
    assert status == 2 and part in err, err


def test_a_dry_run_stores_nothing(server, folder):
    status, out, err = run_import("pictures", "--class", "Pet", "--server", server.url, "--dry-run", cwd=folder)
    assert status == 0 and "12 would be imported" in out, err
    assert server.request("GET", "/v1/schema/Pet")[0] == 404


@pytest.mark.parametrize("scheme", ["content", "path", "uuid"])
def test_what_is_killed_goes_on_where_it_was(folder, scheme):
    arguments = [*make_vectors(folder, 20000), "--class", "Product", "--data", folder / "data", "--id", scheme, "--json"]
    # The first runs have no time to end; each later one has more.
    for attempt in range(1, 40):
        process = start_import(*arguments, cwd=folder)
        try:
            out, err = process.communicate(timeout=0.3 * attempt)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            continue
        assert process.returncode == 0, err
        break
    assert summary(out)["done"] == 20000
    with Server(folder / "data") as server:
        counted = server.graphql("{Aggregate {Product {meta {count} number {count maximum sum}}}}")["Aggregate"]["Product"][0]
        assert counted["meta"]["count"] == 20000
        assert counted["number"] == {"count": 20000, "maximum": 19999, "sum": 19999 * 10000}


def test_ctrl_c_stops_it_and_the_next_run_does_the_rest(folder):
    arguments = [*make_vectors(folder, 60000), "--class", "Product", "--data", folder / "data", "--json"]
    process = start_import(*arguments, cwd=folder)
    assert json.loads(process.stdout.readline())["event"] == "class"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    first = summary(out)
    assert first["interrupted"] and first["stored"] < 60000
    status, out, err = run_import(*arguments, cwd=folder)
    assert status == 0, err
    assert summary(out)["skipped"] == first["stored"] and summary(out)["stored"] == 60000 - first["stored"]


def test_a_server_that_restarts_meanwhile_is_waited_for(folder):
    with Server(folder / "data") as server:
        process = start_import(*make_vectors(folder, 60000), "--class", "Product", "--server", server.url, "--json", cwd=folder)
        # As soon as it has begun: some seconds are left to do.
        assert json.loads(process.stdout.readline())["event"] == "class"
        server.kill()
        server.start()
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert summary(out)["done"] == 60000
        counted = server.graphql("{Aggregate {Product {meta {count} number {sum}}}}")["Aggregate"]["Product"][0]
        assert counted == {"meta": {"count": 60000}, "number": {"sum": 59999 * 30000}}


def wait_for(server: Server, job: str) -> dict:
    for _ in range(600):
        status, answer = server.request("GET", f"/v1/imports/{job}")
        assert status == 200, answer
        if answer["state"] in ENDED:
            return answer
        time.sleep(0.1)
    raise AssertionError(answer)


def test_the_server_imports_from_the_folders_it_was_given_and_from_no_other(folder):
    with Server(folder / "data", {"NEEDLETAIL_IMPORT_ROOTS": str(folder / "pictures")}) as server:
        status, begun = server.request("POST", "/v1/imports", {"source": ".", "class": "Pet", "labelFromFolder": "breed"})
        assert status == 202, begun
        ended = wait_for(server, begun["id"])
        assert ended["state"] == "SUCCESS" and ended["stored"] == ended["total"] == 12, ended
        assert len(objects(server, "Pet", "breed")) == 12
        for source in ("..", "/etc", str(folder)):
            status, answer = server.request("POST", "/v1/imports", {"source": source, "class": "Pet"})
            assert status == 403 and "NEEDLETAIL_IMPORT_ROOTS" in answer["error"][0]["message"]
        assert server.stop() == 0
        server.start()
        status, begun = server.request("POST", "/v1/imports", {"source": ".", "class": "Pet"})
        assert wait_for(server, begun["id"])["skipped"] == 12


def test_a_server_that_is_stopped_ends_its_imports_and_the_next_one_goes_on(folder):
    make_vectors(folder, 30000)
    with Server(folder / "data", {"NEEDLETAIL_IMPORT_ROOTS": str(folder)}) as server:
        wanted = {"source": "v.npy", "properties": "v.jsonl", "class": "Product"}
        status, begun = server.request("POST", "/v1/imports", wanted)
        assert status == 202, begun
        while not server.request("GET", f"/v1/imports/{begun['id']}")[1]["stored"]:
            pass
        assert server.stop() == 0
        server.start()
        ended = wait_for(server, server.request("POST", "/v1/imports", wanted)[1]["id"])
        assert ended["state"] == "SUCCESS" and ended["done"] == 30000 and ended["skipped"] > 0
        counted = server.graphql("{Aggregate {Product {meta {count} number {sum}}}}")["Aggregate"]["Product"][0]
        assert counted == {"meta": {"count": 30000}, "number": {"sum": 29999 * 15000}}
