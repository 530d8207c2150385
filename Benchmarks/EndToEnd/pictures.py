# SPDX-License-Identifier: Apache-2.0
"""Pictures: taken in and vectorized by the server, and searched with."""
from __future__ import annotations

import base64
import io
import json
import threading
import time
from pathlib import Path

import numpy as np
from clients import percentiles
from running_server import ROOT, TEST_DATA, Server, Session

MIB = 1 << 20


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
