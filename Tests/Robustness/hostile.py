# SPDX-License-Identifier: Apache-2.0
"""Attacks a server from outside: what must not end it, block it, or damage its data.

usage: hostile.py [--smoke] [--seed N]        --smoke takes about ten seconds
Prints its seed; ends with 1 if an attack found something.
"""
from __future__ import annotations

import argparse
import http.client
import json
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "EndToEnd"))
from hostile_grpc import GRPCAttack  # noqa: E402
from running_server import PROGRAM, STARTER_NETWORK, Server, environment  # noqa: E402

VALUES = [None, True, -1, 1e308, 2**63, "", "\0", "\ud800", "x" * 100_000, [], [[]], {}, {"": {}}, [0] * 3000,
          "00000000-0000-0000-0000-000000000000", {"latitude": 1e9, "longitude": "x"}, [[[[1]]]]]
SEEDS = [
    ("POST", "/v1/objects", {"class": "A", "properties": {"t": "a b", "n": 1, "o": {"m": [1, 2]}}, "vector": [1, 2]}),
    ("POST", "/v1/batch/objects", {"objects": [{"class": "A", "properties": {"t": "x"}, "vector": [1, 2]}]}),
    ("DELETE", "/v1/batch/objects", {"match": {"class": "A", "where": {
        "operator": "And", "operands": [{"path": ["t"], "operator": "Equal", "valueText": "b"}]}}, "dryRun": True}),
    ("POST", "/v1/schema", {"class": "B", "vectorIndexConfig": {"distance": "dot", "ef": 5}, "properties": [
        {"name": "t", "dataType": ["text"], "tokenization": "word"}]}),
    ("POST", "/v1/graphql", {"query": '{Get{A(limit:5 nearVector:{vector:[1,2]} where:{path:["t"] operator:Equal '
                                      'valueText:"a"}){t _additional{id distance}}}}', "variables": {"a": 1}}),
]
OBJECT_COUNT = 400


class Attack:
    def __init__(self, folder: Path, seed: int, rounds: int) -> None:
        self.random = random.Random(seed)
        self.rounds = rounds
        self.folder = folder
        self.findings: list[str] = []
        self.server = Server(folder / "data", {"NEEDLETAIL_IMG2VEC_MODEL": STARTER_NETWORK})

    def run(self) -> None:
        self.server.start()
        self.fuzz()
        self.send_what_is_not_finite()
        self.send_odd_heads()
        self.drop_uploads()
        self.recreate_under_writers()
        GRPCAttack(self.server.grpc_port, self.random, self.rounds, self.memory_in_mebibytes, self.expect).run()
        self.expect(self.server.is_ready(), "the server is not ready after the attacks")
        self.fill()
        self.expect(self.server.stop() == 0, "the server did not stop cleanly")
        self.expect(self.check(self.server.folder) == 0, "the check of the database found damage")
        self.damage_pages()

    def expect(self, is_right: bool, problem: str) -> None:
        if not is_right:
            self.findings.append(problem)
            print(problem, file=sys.stderr)

    # Requests

    def fuzz(self) -> None:
        """Bodies with other types, names and bytes: the answer is JSON, and no failure of the server."""
        for _ in range(self.rounds):
            method, path, body = self.random.choice(SEEDS)
            data = json.dumps(self.mutated(body), ensure_ascii=False).encode("utf-8", "surrogatepass")
            if self.random.random() < 0.3:
                place = self.random.randrange(len(data))
                data = data[:place] + self.random.choice([b"\xff", b"\0", b"[" * 1000, b'"', b""]) + data[place + 1:]
            status, answer = self.exchange(method, path, data)
            # 500 is what the original answers to vectors of another length and to unknown kinds of output.
            told = status != 500 or b"Validate vector index" in answer or b"invalid output" in answer
            self.expect(told and status < 600, f"{method} {path} gave {status}: {answer[:200]!r} for {data[:300]!r}")
            try:
                json.loads(answer or b"null")
            except ValueError:
                self.expect(False, f"{method} {path} gave no JSON: {answer[:200]!r} for {data[:300]!r}")

    def mutated(self, value: object) -> object:
        if self.random.random() < 0.08:
            return self.random.choice(VALUES)
        if isinstance(value, dict):
            return {name: self.mutated(member) for name, member in value.items() if self.random.random() > 0.05}
        if isinstance(value, list):
            return [self.mutated(element) for element in value] * self.random.choice([1, 1, 1, 3])
        return value

    def exchange(self, method: str, path: str, data: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            connection.request(method, path, data, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as problem:
            return 600, repr(problem).encode()
        finally:
            connection.close()

    def send_what_is_not_finite(self) -> None:
        """Vectors with NaN, infinity, or more than float32 holds: refused wherever they may stand; nothing is changed."""
        identity = "00000000-0000-4000-8000-00000000f1f1"
        self.server.request("POST", "/v1/schema", {"class": "Finite", "vectorizer": "none"})
        kept = {"class": "Finite", "id": identity, "properties": {"t": "kept"}, "vector": [1, 2]}
        self.server.request("POST", "/v1/objects", kept)
        for number in ["NaN", "Infinity", "-Infinity", "1e39", "-3.5e38", "1e400"]:
            changed = f'{{"class":"Finite","id":"{identity}","properties":{{"t":"changed"}},"vector":[1,{number}]}}'
            added = changed.replace("f1f1", "f2f2")
            place = f"/v1/objects/Finite/{identity}"
            for method, path, body in [
                    ("POST", "/v1/objects", added), ("PUT", place, changed), ("PATCH", place, changed),
                    ("POST", "/v1/objects/validate", added), ("POST", "/v1/batch/objects", f'{{"objects":[{added}]}}')]:
                status, answer = self.exchange(method, path, body.encode())
                self.expect(status == 400, f"{method} {path} took a vector with {number}: {status} {answer[:200]!r}")
            for search in ["nearVector:{vector:[1,%s]}", 'hybrid:{query:"kept" alpha:0.5 vector:[1,%s]}']:
                texts = [("{Get{Finite(%s){t}}}" % (search % number), None),
                         ("query($v:[Float]){Get{Finite(%s){t}}}" % (search % number).replace(f"[1,{number}]", "$v"), number)]
                for text, sent in texts:
                    variables = f',"variables":{{"v":[1,{sent}]}}' if sent else ""
                    body = f'{{"query":{json.dumps(text)}{variables}}}'
                    status, answer = self.exchange("POST", "/v1/graphql", body.encode())
                    refused = status == 400 or status == 200 and json.loads(answer).get("errors")
                    self.expect(refused, f"a search took {number} ({text}): {status} {answer[:200]!r}")
        status, stored = self.server.request("GET", "/v1/objects?class=Finite&include=vector")
        objects = [(found["properties"], found["vector"]) for found in stored["objects"]] if status == 200 else status
        self.expect(objects == [({"t": "kept"}, [1, 2])], f"refused vectors have changed something: {objects}")

    def send_odd_heads(self) -> None:
        """Request lines and headers of many or long parts: answered or refused at once, never left to a timeout."""
        first = b"GET /v1/.well-known/live"
        host = b" HTTP/1.1\r\nHost: h\r\n"
        for count in [1, 10, 899, 900, 901, 1_000, 5_000, 20_000] + [self.random.randrange(1, 2_000) for _ in range(40)]:
            part = self.random.choice([b"a=1", b"a", b"=", b"", b"%41=%42", b"a" * self.random.randrange(1, 60)])
            header = self.random.choice([b"a: b", b"a:", b"Cookie: a=b", b"x: " + b"y" * self.random.randrange(300)])
            for head in [first + b"?" + b"&".join([part] * count) + host + b"\r\n",
                         first + host + (header + b"\r\n") * count + b"\r\n",
                         first + host + b"Cookie: " + b"; ".join([part] * count) + b"\r\n\r\n",
                         b"GET /" + b"x" * count + host + b"\r\n"]:
                with socket.create_connection(("127.0.0.1", self.server.port), timeout=15) as client:
                    try:
                        client.sendall(head)
                        answer = client.recv(100)
                    except TimeoutError:
                        answer = None
                    except OSError:
                        answer = b""  # It was closed while it still sent: far beyond every limit.
                    told = answer is not None and (answer[9:12] in (b"200", b"400", b"404", b"414", b"431") or len(head) > 60_000)
                    self.expect(told, f"a head of {len(head)} bytes that begins with {head[:60]!r} got {answer!r}")

    def drop_uploads(self) -> None:
        before = self.memory_in_mebibytes()
        for _ in range(100):
            with socket.create_connection(("127.0.0.1", self.server.port)) as upload:
                upload.sendall(b"POST /v1/objects HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n" + b"a" * 1_000_000)
        after = self.memory_in_mebibytes()
        self.expect(after - before < 200, f"broken uploads left {after - before} MiB behind")

    def recreate_under_writers(self) -> None:
        """A class is deleted again and again while others write into it: written, or told that it is gone."""
        ends = threading.Event()
        body = json.dumps({"class": "Gone", "properties": {"a": 1}, "vector": [1, 2, 3]}).encode()

        def write() -> None:
            while not ends.is_set():
                status, answer = self.exchange("POST", "/v1/objects", body)
                gone = status == 422 and b'class \\"Gone\\" not found' in answer
                self.expect(status == 200 or gone, f"a write into a class that comes and goes gave {status}: {answer!r}")

        writers = [threading.Thread(target=write) for _ in range(4)]
        for writer in writers:
            writer.start()
        for _ in range(20):
            status, answer = self.exchange("DELETE", "/v1/schema/Gone", b"")
            self.expect(status == 200, f"deleting a class under writers gave {status}: {answer!r}")
        ends.set()
        for writer in writers:
            writer.join()

    def memory_in_mebibytes(self) -> int:
        status = Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) // 1024

    # Files

    def fill(self) -> None:
        objects = [{"class": "Kept", "properties": {"t": f"word{number % 50} " * 20, "n": number},
                    "vector": [self.random.random() for _ in range(32)]} for number in range(OBJECT_COUNT)]
        status, _ = self.exchange("POST", "/v1/batch/objects", json.dumps({"objects": objects}).encode())
        self.expect(status == 200, f"filling gave {status}")

    def check(self, folder: Path) -> int:
        done = subprocess.run([PROGRAM, "check", "--data", folder], capture_output=True, env=environment({}), timeout=120)
        return done.returncode

    def damage_pages(self) -> None:
        """Whatever a page says, the check names it or finds nothing: 0, 1 (refused) or 3 (findings)."""
        whole = (self.server.folder / "data.mdb").read_bytes()
        folder = self.folder / "damaged"
        shutil.copytree(self.server.folder, folder)
        for _ in range(self.rounds // 10):
            damaged = bytearray(whole)
            page = self.random.randrange(len(whole) // 4096) * 4096
            kind = self.random.choice(["header", "page", "bytes"])
            if kind == "header":
                for _ in range(4):
                    damaged[page + self.random.randrange(40)] = self.random.randrange(256)
            elif kind == "page":
                damaged[page:page + 4096] = self.random.randbytes(4096)
            else:
                for _ in range(200):
                    damaged[self.random.randrange(len(damaged))] = self.random.randrange(256)
            (folder / "data.mdb").write_bytes(damaged)
            code = self.check(folder)
            self.expect(code in (0, 1, 3), f"the check of a file with damage of kind '{kind}' at {page} ended with {code}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    with tempfile.TemporaryDirectory() as folder:
        attack = Attack(Path(folder), arguments.seed, rounds=600 if arguments.smoke else 20_000)
        try:
            attack.run()
        finally:
            if attack.server.process is not None:
                attack.server.kill()
    print(f"{len(attack.findings)} findings")
    return 1 if attack.findings else 0


if __name__ == "__main__":
    sys.exit(main())
