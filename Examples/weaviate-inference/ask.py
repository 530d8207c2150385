#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: ask.py URL PICTURE…: asks for vectors as Weaviate's module img2vec-neural does, and shows their lengths.

As that does, it waits until the service is ready, asking once a second; sends the picture in base64 under an id, without a content type; reads the answer as
JSON, and takes a status above 399 for a failure.
"""
import base64
import http.client
import json
import pathlib
import sys
import time
import urllib.parse
import uuid


def ask(origin: str, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    parts = urllib.parse.urlsplit(origin)
    connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=50)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def is_ready(origin: str) -> bool:
    try:
        return ask(origin, "GET", "/.well-known/ready")[0] <= 299
    except OSError:
        return False


def main(origin: str, *pictures: str) -> int:
    while not is_ready(origin):
        print("img2vec-neural inference service not ready", file=sys.stderr)
        time.sleep(1)
    failures = 0
    for picture in pictures:
        image = base64.b64encode(pathlib.Path(picture).read_bytes()).decode()
        status, body = ask(origin, "POST", "/vectors", json.dumps({"id": str(uuid.uuid4()), "image": image}).encode())
        answer = json.loads(body)
        if status > 399:
            failures += 1
            print(f"{picture}: fail with status {status}: {answer['error']}")
        else:
            print(f"{picture}: {answer['dim']} numbers, the first {answer['vector'][0]:.6f}")
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
