#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures a server from outside, over HTTP, as clients meet it; prints a table and writes JSON.

- pictures: pictures/s through POST /v1/batch/objects (two clients), nearImage latency, memory; for the network that
  NEEDLETAIL_IMG2VEC_MODEL names (else the test data's ResNet50, else the starter network), or each of --networks;
- vectors: objects/s with own 2048-d vectors, nearVector latency and recall@10, start to ready after a clean stop and
  after kill -9, memory;
- size of the program.

Pictures and vectors come from NEEDLETAIL_TEST_DATA; without it they are made, which measures speed all the same but
says nothing about recall on real data.

usage: measure.py [--smoke] [--json FILE] [--only pictures|vectors] [--networks NAME_OR_PATH ...]
"""
from __future__ import annotations

import argparse
import base64
import io
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Tests/EndToEnd"))
from running_server import PROGRAM, TEST_DATA, Server, Session, network  # noqa: E402

DIMENSIONS = 2048
MIB = 1 << 20


def percentiles(seconds: list[float]) -> dict[str, float]:
    """Milliseconds at the median, the 95th and the 99th percentile."""
    return {f"p{p}_ms": round(float(np.percentile(seconds, p)) * 1000, 2) for p in (50, 95, 99)}


def in_parallel(work: list, clients: int, server: Server, send) -> float:
    """Lets `clients` connections share the pieces of work; returns the seconds it took."""
    queue, lock, errors = list(reversed(work)), threading.Lock(), []

    def client() -> None:
        with Session(server, timeout=600) as session:
            while True:
                with lock:
                    if not queue or errors:
                        return
                    piece = queue.pop()
                try:
                    send(session, piece)
                except Exception as error:  # noqa: BLE001  told after all have ended
                    errors.append(error)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return time.monotonic() - began


def timed(count: int, warm_up: int, ask) -> list[float]:
    """Seconds of each of `count` calls, one after another, after some that are not counted."""
    times = []
    for number in range(warm_up + count):
        began = time.monotonic()
        ask(number)
        if number >= warm_up:
            times.append(time.monotonic() - began)
    return times


def post_batch(session: Session, objects: list[bytes]) -> None:
    status, answer = session.request("POST", "/v1/batch/objects", b'{"objects":[' + b",".join(objects) + b"]}")
    assert status == 200, answer
    failed = [item["result"] for item in answer if item["result"]["status"] != "SUCCESS"]
    assert not failed, failed[0]


def pieces(items: list, size: int) -> list[list]:
    return [items[start:start + size] for start in range(0, len(items), size)]


# ---------------------------------------------------------------- pictures
def pictures(count: int) -> list[bytes]:
    """Encoded pictures: of the test data, over and over if they do not suffice, or made."""
    if TEST_DATA:
        paths = sorted(path for name in ("pets-mini", "caltech101-mini") for path in (TEST_DATA / "images" / name / "images").iterdir())
        files = [path.read_bytes() for path in paths]
    else:
        from PIL import Image

        generator = np.random.default_rng(1)
        files = []
        for _ in range(min(count, 50)):
            pixels = generator.integers(0, 256, (12, 16, 3), dtype=np.uint8)
            out = io.BytesIO()
            Image.fromarray(pixels).resize((500, 375), Image.BILINEAR).save(out, "JPEG", quality=90)
            files.append(out.getvalue())
    return [files[i % len(files)] for i in range(count)]


def measure_pictures(folder: Path, name: str, smoke: bool) -> dict:
    count, batch, queries = (20, 10, 5) if smoke else (1500, 75, 200)
    encoded = [base64.b64encode(data).decode() for data in pictures(count)]
    objects = [json.dumps({"class": "Meme", "properties": {"image": text, "text": str(i)}}).encode()
               for i, text in enumerate(encoded)]
    schema = json.loads((ROOT / "Schemas/Meme.json").read_text())
    with Server(folder / "pictures", {"NEEDLETAIL_IMG2VEC_MODEL": name}) as server:
        assert server.request("POST", "/v1/schema", schema)[0] == 200
        result = {"network": Path(name).name, "memory_at_start_mib": server.memory_bytes() // MIB}
        post = lambda session, piece: post_batch(session, piece)  # noqa: E731
        in_parallel(pieces(objects[:batch], batch), 1, server, post)  # the network's first runs
        rest = objects[batch:]
        seconds = in_parallel(pieces(rest, batch), 2, server, post)
        result["pictures_per_second"] = round(len(rest) / seconds, 1)
        with Session(server) as session:
            def ask(number: int) -> None:
                image = encoded[number % len(encoded)]
                query = f'{{Get {{Meme(nearImage: {{image: "{image}"}}, limit: 10) {{text _additional {{id distance}}}}}}}}'
                status, answer = session.request("POST", "/v1/graphql", {"query": query})
                assert status == 200 and not answer.get("errors"), answer

            result["near_image"] = percentiles(timed(queries, 5, ask))
        result["memory_mib"] = server.memory_bytes() // MIB
        result["memory_peak_mib"] = server.memory_bytes("VmHWM") // MIB
        server.stop()
    return result


# ---------------------------------------------------------------- vectors
def vectors(count: int, queries: int) -> tuple[np.ndarray, np.ndarray]:
    if TEST_DATA and (TEST_DATA / "vectors/base.f16.npy").exists():
        base = np.load(TEST_DATA / "vectors/base.f16.npy")[:count].astype(np.float32)
        asked = np.load(TEST_DATA / "vectors/queries.f16.npy")[:queries].astype(np.float32)
        return base, asked
    generator = np.random.default_rng(1)
    centers = generator.random((64, DIMENSIONS), dtype=np.float32)
    def some(number: int) -> np.ndarray:
        return centers[generator.integers(0, 64, number)] + 0.3 * generator.random((number, DIMENSIONS), dtype=np.float32)
    return some(count), some(queries)


def text_of(vector: np.ndarray) -> str:
    return "[" + ",".join(map(str, vector.tolist())) + "]"


def measure_vectors(folder: Path, smoke: bool) -> dict:
    count, queries, batch = (300, 20, 50) if smoke else (10_000, 500, 100)
    base, asked = vectors(count, queries)
    objects = [
        f'{{"class":"Vector","id":"00000000-0000-4000-8000-{i:012x}","properties":{{"n":{i}}},"vector":{text_of(v)}}}'.encode()
        for i, v in enumerate(base)]
    truth = exact(base, asked, 10)
    schema = {"class": "Vector", "vectorizer": "none", "properties": [{"name": "n", "dataType": ["int"]}]}
    with Server(folder / "vectors") as server:
        assert server.request("POST", "/v1/schema", schema)[0] == 200
        seconds = in_parallel(pieces(objects, batch), 2, server, lambda session, piece: post_batch(session, piece))
        result = {"objects": count, "dimensions": base.shape[1], "objects_per_second": round(count / seconds, 1)}
        result["near_vector_at_once"] = near_vector(server, asked, truth)
        result["seconds_until_linked"] = wait_until_linked(server)
        result["near_vector"] = near_vector(server, asked, truth)
        result["memory_mib"] = server.memory_bytes() // MIB
        server.stop()
        result["start_after_stop_s"] = round(server.start(), 3)
        result["memory_after_start_mib"] = server.memory_bytes() // MIB
        in_parallel([objects[:batch]], 1, server, lambda session, piece: post_batch(session, piece))
        server.kill()
        result["start_after_kill_s"] = round(server.start(), 3)
        result["near_vector_after_kill"] = near_vector(server, asked, truth)
        server.stop()
    return result


def exact(base: np.ndarray, asked: np.ndarray, k: int) -> np.ndarray:
    unit = base / np.linalg.norm(base, axis=1, keepdims=True)
    return np.argsort(-(asked @ unit.T), axis=1)[:, :k]


def near_vector(server: Server, asked: np.ndarray, truth: np.ndarray) -> dict:
    found: dict[int, set[int]] = {}
    with Session(server) as session:
        bodies = [json.dumps({"query": f"{{Get {{Vector(nearVector: {{vector: {text_of(v)}}}, limit: 10) {{n}}}}}}"}).encode()
                  for v in asked]

        def ask(number: int) -> None:
            status, answer = session.request("POST", "/v1/graphql", bodies[number % len(bodies)])
            assert status == 200 and not answer.get("errors"), answer
            found[number % len(bodies)] = {hit["n"] for hit in answer["data"]["Get"]["Vector"]}

        result = percentiles(timed(len(bodies), min(20, len(bodies)), ask))
    hits = sum(len(found[i] & set(truth[i].tolist())) for i in found)
    result["recall_at_10"] = round(hits / (len(found) * truth.shape[1]), 4)
    return result


def wait_until_linked(server: Server, limit: float = 600) -> float | None:
    """Seconds until the vector queue is empty, as /v1/nodes tells; `None` if it does not get empty."""
    began = time.monotonic()
    while time.monotonic() - began < limit:
        _, answer = server.request("GET", "/v1/nodes?output=verbose")
        if not any(shard.get("vectorQueueLength") for node in answer["nodes"] for shard in node.get("shards") or []):
            return round(time.monotonic() - began, 1)
        time.sleep(0.1)
    return None


# ---------------------------------------------------------------- report
def program_size() -> dict:
    with tempfile.TemporaryDirectory() as temporary:
        stripped = Path(temporary) / "needletail"
        subprocess.run(["strip", "-o", stripped, PROGRAM], check=True)
        return {"program_mib": round(PROGRAM.stat().st_size / MIB, 1), "program_stripped_mib": round(stripped.stat().st_size / MIB, 1)}


def machine() -> dict:
    model = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    return {"processor": model[0] if model else platform.machine(), "cores": len(os.sched_getaffinity(0)), "commit": commit}


def show(value, indent: int = 0) -> None:
    for name, part in value.items():
        if isinstance(part, dict):
            print(" " * indent + name)
            show(part, indent + 2)
        else:
            print(f"{' ' * indent}{name:<{34 - indent}} {part}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="few pictures and vectors: only shows that it runs")
    parser.add_argument("--json", type=Path, help="where the figures are written as JSON")
    parser.add_argument("--only", choices=["pictures", "vectors"])
    parser.add_argument("--networks", nargs="+", default=[os.environ.get("NEEDLETAIL_IMG2VEC_MODEL") or network()])
    arguments = parser.parse_args()
    result: dict = {"machine": machine(), **program_size()}
    for number, name in enumerate(arguments.networks if arguments.only != "vectors" else []):
        with tempfile.TemporaryDirectory(prefix="needletail-measure-") as temporary:
            result[f"pictures_{number + 1}"] = measure_pictures(Path(temporary), name, arguments.smoke)
    if arguments.only != "pictures":
        with tempfile.TemporaryDirectory(prefix="needletail-measure-") as temporary:
            result["vectors"] = measure_vectors(Path(temporary), arguments.smoke)
    show(result)
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
