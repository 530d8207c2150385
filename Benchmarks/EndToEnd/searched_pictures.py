#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What an application around pictures waits for: thumbnails cold and warm, and near-image by part, over HTTP.

    searched_pictures.py [--smoke] [--count 1000] [--seconds 5] [--folder DIR]

Needs NEEDLETAIL_TEST_DATA. The program is `.build/release/needletail`, or what NEEDLETAIL_PROGRAM names. Clients are processes that
write to sockets and read whole answers; the yardstick beside thumbnails is `GET /v1/meta` by the same clients.
"""
from __future__ import annotations

import argparse
import multiprocessing
import os
import socket
import sys
import tempfile
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "Tests/EndToEnd"))
from running_server import TEST_DATA, Server  # noqa: E402

CLASS = {
    "class": "Pet", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}},
    "properties": [{"name": "image", "dataType": ["blob"]}, {"name": "file", "dataType": ["text"]}],
}
BOUNDARY = "thumbnails-boundary"


class Connection:
    """One kept-alive connection that knows just enough of HTTP."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, method: str, path: str, body: bytes = b"", content_type: str = "application/json") -> bytes:
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.socket.sendall(head.encode() + body)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self.socket.recv(1 << 18)
        head, _, rest = data.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        pieces, missing = [rest], length - len(rest)
        while missing > 0:
            pieces.append(self.socket.recv(1 << 18))
            missing -= len(pieces[-1])
        assert head.startswith(b"HTTP/1.1 200"), (path, head, pieces)
        return b"".join(pieces)


def identity(number: int) -> str:
    return str(uuid.UUID(int=number + 1))


def form(path: Path, number: int) -> bytes:
    texts = {"id": identity(number), "file": path.name}
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in texts.items()]
    parts.append(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="x.jpg"\r\n\r\n')
    return "".join(parts).encode() + path.read_bytes() + f"\r\n--{BOUNDARY}--".encode()


def ask_all(port: int, paths: list[str], began, seconds: list[float] | None = None) -> None:
    connection = Connection(port)
    began.wait()
    for path in paths:
        connection.ask("GET", path)


def ask_for(port: int, paths: list[str], seconds: float, began, count) -> None:
    connection = Connection(port)
    began.wait()
    end = time.monotonic() + seconds
    asked = 0
    while time.monotonic() < end:
        for path in paths[asked % len(paths):][:50]:
            connection.ask("GET", path)
            asked += 1
    with count.get_lock():
        count.value += asked


def grid(port: int, paths: list[str], clients: int) -> float:
    """The seconds until all of `paths` are there, over so many connections."""
    began = multiprocessing.Barrier(clients + 1)
    workers = [multiprocessing.Process(target=ask_all, args=(port, paths[number::clients], began)) for number in range(clients)]
    for worker in workers:
        worker.start()
    began.wait()
    start = time.monotonic()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    return time.monotonic() - start


def rate(port: int, paths: list[str], clients: int, seconds: float) -> float:
    """Answers a second."""
    began, count = multiprocessing.Barrier(clients + 1), multiprocessing.Value("q", 0)
    workers = [multiprocessing.Process(target=ask_for, args=(port, paths, seconds, began, count)) for _ in range(clients)]
    for worker in workers:
        worker.start()
    began.wait()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    return count.value / seconds


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def measure(server: Server, pictures: list[Path], seconds: float) -> None:
    import json
    connection = Connection(server.port)
    connection.ask("POST", "/v1/schema", json.dumps(CLASS).encode())
    began = time.monotonic()
    for number, path in enumerate(pictures):
        connection.ask("POST", "/v1/objects/Pet", form(path, number), f"multipart/form-data; boundary={BOUNDARY}")
    size = sum(path.stat().st_size for path in pictures) / len(pictures)
    print(f"{len(pictures)} pictures of {size / 1000:.0f} kB stored in {time.monotonic() - began:.1f} s, one by one")
    # What changed within the last second is not remembered.
    time.sleep(1.1)

    target = [f"/v1/objects/Pet/{identity(number)}/image?size=256" for number in range(len(pictures))]
    for start in range(0, min(300, len(target)), 100):
        page = target[start:start + 100]
        print(f"{len(page)} thumbnails cold, 6 connections: {grid(server.port, page, 6):.3f} s; "
              f"again: {grid(server.port, page, 6):.3f} s")
    grid(server.port, target, 4)
    for clients in (1, 2, 4):
        print(f"{clients} clients: {rate(server.port, target, clients, seconds):7.0f} thumbnails/s warm, "
              f"{rate(server.port, [path.split('?')[0] for path in target], clients, seconds):7.0f} originals/s, "
              f"{rate(server.port, ['/v1/meta'] * 50, clients, seconds):7.0f} /v1/meta/s", flush=True)

    took: dict[str, list[float]] = {}
    for path in (pictures * 2)[:max(20, min(400, 2 * len(pictures)))]:
        start = time.monotonic()
        body = connection.ask("POST", "/v1/search/Pet/near-image?limit=10", path.read_bytes(), "image/jpeg")
        took.setdefault("end to end", []).append((time.monotonic() - start) * 1000)
        for name, value in json.loads(body)["took"].items():
            took.setdefault(name, []).append(value)
    for name, values in took.items():
        print(f"near-image {name:10}: p50 {quantile(values, 0.5):6.2f} ms, p99 {quantile(values, 0.99):6.2f} ms")
    print(f"memory {server.memory_bytes() / 1e6:.0f} MB, at most {server.memory_bytes('VmHWM') / 1e6:.0f} MB")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--smoke", action="store_true", help="twenty pictures, to see that it runs")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--folder", type=Path, help="where the data lie; a temporary folder if not given")
    options = parser.parse_args()
    if TEST_DATA is None:
        print("set NEEDLETAIL_TEST_DATA to the folder of test data")
        return 2
    folders = ("pets-mini", "imagenet20", "caltech101-mini", "fashion-mini")
    found = [path for name in folders for path in sorted((TEST_DATA / "images" / name).rglob("*.jp*g"))]
    pictures = found[:20 if options.smoke else options.count]
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        with Server(Path(folder) / "data", {"ENABLE_MODULES": "img2vec-neural"}) as server:
            print(f"{os.cpu_count()} cores, {server.settings['NEEDLETAIL_IMG2VEC_MODEL'].rsplit('/')[-1]}")
            measure(server, pictures, 0.5 if options.smoke else options.seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
