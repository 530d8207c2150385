# SPDX-License-Identifier: Apache-2.0
"""Sends requests that take long, goes away, and measures how long the server works on for nobody.

usage: cancellation.py [--smoke] [--after MS] [--limit MS]      --smoke fills in a twentieth of the data
Prints for each request how long it takes if it is waited for, and how much processor time it took from the client's
end on; ends with 1 if that was more than the limit (100 ms: 50 to notice, and the work of both cores meanwhile).
"""
from __future__ import annotations

import argparse
import json
import os
import random
import socket
import sys
import tempfile
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "EndToEnd"))
from running_server import STARTER_NETWORK, Server, Session  # noqa: E402

WORDS = [f"word{number}" for number in range(20_000)]


class Work:
    """What the threads of a process have computed, in seconds."""

    def __init__(self, server: Server) -> None:
        self.folder = Path(f"/proc/{server.process.pid}/task")

    def seconds(self) -> float:
        total = 0
        for thread in os.listdir(self.folder):
            try:
                total += int((self.folder / thread / "schedstat").read_text().split()[0])
            except OSError:
                pass
        return total / 1e9

    def until_rest(self, most: float = 60) -> float:
        """Waits until the process does next to nothing, and returns what it has done meanwhile."""
        began, start = self.seconds(), time.monotonic()
        last, calm = began, 0
        while calm < 10 and time.monotonic() - start < most:
            time.sleep(0.01)
            now = self.seconds()
            calm = calm + 1 if now - last < 0.002 else 0
            last = now
        return last - began


def fill(server: Server, count: int) -> None:
    source = random.Random(7)
    texts = [{"name": f"t{number}", "dataType": ["text"]} for number in range(8)]
    with Session(server) as session:
        for body in [
            {"class": "Many", "vectorizer": "none", "properties": texts + [{"name": "n", "dataType": ["int"]}]},
            {"class": "Long", "vectorizer": "none", "properties": [
                {"name": "t", "dataType": ["text"], "tokenization": "field"}]},
            {"class": "Values", "vectorizer": "none", "properties": [
                {"name": "ints", "dataType": ["int[]"]}, {"name": "texts", "dataType": ["text[]"]},
                {"name": "t", "dataType": ["text"]}]},
        ]:
            status, answer = session.request("POST", "/v1/schema", body)
            assert status == 200, answer
        for first in range(0, count, 2_000):
            objects = []
            for number in range(first, min(first + 2_000, count)):
                properties = {f"t{each}": " ".join(source.choices(WORDS, k=6)) for each in range(8)}
                objects.append({
                    "class": "Many", "id": str(uuid.UUID(int=number)), "properties": {**properties, "n": number * 7 % count},
                    "vector": [round(source.random(), 4) for _ in range(32)]})
            status, answer = session.request("POST", "/v1/batch/objects", {"objects": objects})
            assert status == 200 and answer[-1]["result"]["status"] == "SUCCESS", str(answer)[:300]
        for number in range(10):
            text = "".join(source.choices("ab", weights=[50, 1], k=60_000))
            status, answer = session.request("POST", "/v1/objects", {"class": "Long", "properties": {"t": text}})
            assert status == 200, answer


def graphql(query: str, **variables) -> tuple[str, bytes]:
    return "/v1/graphql", json.dumps({"query": query, **({"variables": variables} if variables else {})}).encode()


def get(arguments: str, collection: str = "Many", fields: str = "n _additional{id}") -> tuple[str, bytes]:
    return graphql("{Get{%s(%s){%s}}}" % (collection, arguments, fields))


def posted(properties: str) -> tuple[str, bytes]:
    return "/v1/objects", ('{"class":"Values","properties":{%s}}' % properties).encode()


def requests(count: int, megabyte: int) -> dict[str, tuple[str, bytes | None]]:
    words = " ".join(WORDS[:10_000])
    equals = ",".join('{path:["t%d"] operator:Equal valueText:"%s"}' % (n % 8, WORDS[n]) for n in range(8_000))
    likes = ",".join('{path:["t%d"] operator:Like valueText:"*%d*"}' % (n % 8, n) for n in range(1_000))
    everything = " ".join(f"t{number}" for number in range(8)) + " n _additional{id vector}"
    size = 40 * megabyte
    return {
        "bm25 of 10,000 words": get(f'limit:10 bm25:{{query:"{words}"}}'),
        "Like of a? and *": get('where:{path:["t"] operator:Like valueText:"%s"}' % ("a?" * 15_000 + "*" + "a" * 30_000 + "b*"),
                                "Long", "_additional{id}"),
        "sort of all by an int": get('limit:10 sort:{path:["n"]}'),
        "sort of all by a text": get('limit:10 sort:{path:["t3"] order:desc}'),
        "sort of all, and all wanted": get(f'limit:{count} sort:{{path:["t3"]}}'),
        "8,000 operands": get("limit:10 where:{operator:Or operands:[%s]}" % equals),
        "1,000 Likes": get("limit:10 where:{operator:Or operands:[%s]}" % likes),
        "listing of all by GraphQL": get(f"limit:{count}", fields=everything),
        "listing of all by REST": (f"/v1/objects?class=Many&limit={count}&include=vector", None),
        "the nearest of all": get("limit:%d nearVector:{vector:%s}" % (count, [0.5] * 32)),
        "hybrid": get('limit:%d hybrid:{query:"%s" vector:%s}' % (count, " ".join(WORDS[:2_000]), [0.5] * 32)),
        "body of zeros": posted('"ints":[%s0]' % ("0," * (size // 2))),
        "body of numbers": posted('"ints":[%s0]' % "".join(f"{n}," for n in range(size // 8))),
        "body of short texts": posted('"texts":[%s""]' % ('"a",' * (size // 4))),
        "body of one text": posted('"t":"%s"' % ("word " * (size // 5))),
        "body of escapes": posted('"t":"%s"' % ("\\u0041" * (size // 6))),
        "body of arrays": posted('"ints":[%s[]]' % ("[]," * (size // 3))),
        "body of tiny objects": ("/v1/batch/objects", ('{"objects":[%s{}]}' % ("{}," * (size // 40))).encode()),
        "batch of small objects": ("/v1/batch/objects", ('{"objects":[%s{}]}' % (
            '{"class":"Values","properties":{"ints":[1]}},' * (size // 400))).encode()),
        "GraphQL vector": graphql("{Get{Many(nearVector:{vector:[%s0]}){n}}}" % ("0.5," * (size // 4))),
        "GraphQL fields": graphql("{Get{Many{%s}}}" % ("n " * 90_000)),
        "GraphQL comment": graphql("#%s\n{Get{Many{n}}}" % ("x" * size)),
        "GraphQL variables": ("/v1/graphql", ('{"query":"query($v:[Float]){Get{Many(nearVector:{vector:$v}){n}}}","variables":{"v":[%s0]}}'
                              % ("0.5," * (size // 4))).encode()),
        "GraphQL variables of texts": ("/v1/graphql", ('{"query":"{Get{Many{n}}}","variables":{"v":[%s0]}}'
                                       % ('"a",' * (size // 4))).encode()),
    }


def send(server: Server, path: str, body: bytes | None) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", server.port))
    head = f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\nHost: localhost\r\n"
    if body is not None:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    client.sendall(head.encode() + b"\r\n" + (body or b""))
    return client


def measure(server: Server, after: float, limit: float, names: list[str], count: int, megabyte: int) -> int:
    work, late = Work(server), 0
    for name, (path, body) in requests(count, megabyte).items():
        if names and not any(part in name for part in names):
            continue
        work.until_rest()
        client = send(server, path, body)
        client.settimeout(300)
        began = time.monotonic()
        answer = client.recv(4096)
        whole = time.monotonic() - began
        client.close()
        work.until_rest()
        client = send(server, path, body)
        time.sleep(after)
        client.close()
        left = work.until_rest()
        is_late = left > limit
        late += is_late
        print(f"{name:30} answered ({answer[9:12].decode()}) after {whole * 1000:7.0f} ms; worked on for {left * 1000:6.0f} ms"
              + ("  LATE" if is_late else ""), flush=True)
        assert server.is_ready(), server.log_tail()
    return late


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--after", type=float, default=20)
    parser.add_argument("--limit", type=float, default=100)
    parser.add_argument("names", nargs="*", help="parts of the names of the requests to measure")
    options = parser.parse_args()
    count, megabyte = (5_000, 50_000) if options.smoke else (100_000, 1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data", {"QUERY_MAXIMUM_RESULTS": "100000", "NEEDLETAIL_IMG2VEC_MODEL": STARTER_NETWORK})
        with server:
            fill(server, count)
            late = measure(server, options.after / 1000, options.limit / 1000, options.names, count, megabyte)
            code = server.stop()
    print("all in time" if late == 0 else f"{late} late", "" if code == 0 else "; the server did not stop cleanly")
    return 1 if late or code else 0


if __name__ == "__main__":
    sys.exit(main())
