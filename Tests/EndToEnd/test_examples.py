# SPDX-License-Identifier: Apache-2.0
"""The examples do what they say, as they stand."""
from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from running_server import PROGRAM, ROOT, Server, Session, free_port

EXAMPLES = ROOT / "Examples"
DIMENSIONS = 2048


def run(*command, server: Server | None = None, **variables) -> str:
    """What a command of an example prints, with `needletail` on its path."""
    path = f"{PROGRAM.parent}:{os.environ['PATH']}"
    address = {"NEEDLETAIL_SERVER": server.url} if server else {}
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=300,
        env={**os.environ, "PATH": path, **address, **variables})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def has_import() -> bool:
    return subprocess.run([PROGRAM, "import", "--help"], capture_output=True).returncode == 0


def test_the_folder_search_finds_pictures_of_the_same_label(server, pets, tmp_path):
    breeds = sorted({breed for _, breed in pets})[:3]
    queries = {}
    for path, breed in pets:
        if breed in breeds:
            folder = tmp_path / "pictures" / breed
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / path.name)
            queries.setdefault(breed, path)
    assert has_import()
    out = run(EXAMPLES / "folder-search/search.sh", tmp_path / "pictures", queries[breeds[1]], server=server, LIMIT="3")
    hits = json.loads(out.splitlines()[-1])["hits"]
    assert len(hits) == 3
    assert hits[0]["properties"]["label"] == breeds[1] and hits[0]["percent"] == pytest.approx(100, abs=0.01)
    assert server.request("GET", hits[0]["imageUrl"])[0] == 200


@pytest.fixture
def products(tmp_path):
    """Vectors and the lines beside them: five groups of vectors that are like each other."""
    numpy = pytest.importorskip("numpy")
    generator = numpy.random.default_rng(11)
    centers = generator.standard_normal((5, DIMENSIONS))
    rows = [centers[number % 5] + 0.3 * generator.standard_normal(DIMENSIONS) for number in range(60)]
    numpy.save(tmp_path / "vectors.npy", numpy.array(rows, dtype=numpy.float32))
    lines = [
        json.dumps({"title": f"Product {number}", "url": f"https://pictures.example.org/{number}.jpg"})
        for number in range(60)]
    (tmp_path / "products.jsonl").write_text("\n".join(lines) + "\n")
    return tmp_path / "vectors.npy", tmp_path / "products.jsonl"


def test_hosted_vectors_are_found_with_their_urls_and_per_cents(server, products):
    assert has_import()
    run(EXAMPLES / "hosted-vectors/import.sh", *products, server=server)
    with Session(server) as session:
        # What the page asks for, one after the other.
        status, listed = session.request("GET", "/v1/objects?class=Product&limit=24")
        assert status == 200 and len(listed["objects"]) == 24
        status, answer = session.request(
            "POST", "/v1/search/Product/near-object", {"id": listed["objects"][0]["id"], "limit": 12})
        assert status == 200, answer
        number = int(listed["objects"][0]["properties"]["title"].split()[1])
        assert [int(hit["properties"]["title"].split()[1]) % 5 for hit in answer["hits"]] == [number % 5] * 12
        assert all(hit["imageUrl"] == hit["properties"]["url"] for hit in answer["hits"])
        shares = [hit["percent"] for hit in answer["hits"]]
        assert shares == sorted(shares, reverse=True) and shares[0] > 99 and shares[-1] > 0
        assert answer["took"]["totalMs"] > 0
        vector = __import__("numpy").load(products[0])[number].tolist()
        status, answer = session.request("POST", "/v1/search/Product/near-vector", {"vector": vector, "limit": 1})
        assert status == 200 and answer["hits"][0]["id"] == listed["objects"][0]["id"]


def test_the_page_asks_nobody_but_the_server():
    page = (EXAMPLES / "hosted-vectors/index.html").read_text()
    assert re.findall(r"https?://[^\"'` ]+", page) == ["http://localhost:8080"]
    assert not re.search(r"<(script|link|iframe|img)[^>]+(src|href)=", page)
    # The requests of the test above are those of the page.
    for part in ("/v1/objects?class=", "/v1/search/${name}/${kind}", '"near-object"', '"near-vector"', "hit.percent"):
        assert part in page


def test_the_script_that_asks_as_weaviate_does_gets_vectors(tmp_path, pets):
    port = free_port()
    with Server(tmp_path / "data", {"NEEDLETAIL_INFERENCE_PORT": str(port)}):
        out = run(sys.executable, EXAMPLES / "weaviate-inference/ask.py", f"http://127.0.0.1:{port}", pets[0][0], pets[1][0])
        assert len(re.findall(r"\d+ numbers, the first", out)) == 2


def test_the_compose_file_leads_weaviate_to_the_port():
    text = (EXAMPLES / "weaviate-inference/docker-compose.yml").read_text()
    port = re.search(r'NEEDLETAIL_INFERENCE_PORT: "(\d+)"', text)[1]
    assert f"IMAGE_INFERENCE_API: http://needletail:{port}\n" in text
    assert f"http://127.0.0.1:{port}/.well-known/ready" in text


def test_every_example_says_what_it_replaces():
    folders = [path for path in EXAMPLES.iterdir() if path.is_dir()]
    assert len(folders) == 4
    for folder in folders:
        text = (folder / "README.md").read_text()
        assert re.search(r"^Replaces ", text, re.M) and re.search(r"^No longer needed: ", text, re.M)
        assert f"({folder.name}/README.md)" in (EXAMPLES / "README.md").read_text()
