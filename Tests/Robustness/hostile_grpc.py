# SPDX-License-Identifier: Apache-2.0
"""Attacks the port of gRPC with frames of HTTP/2 that are made by hand, so that they can be wrong in every way.

Used by hostile.py. After each attack the health service must answer on a new connection.
"""
from __future__ import annotations

import gzip
import random
import socket
import struct
import time
from typing import Callable

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RESET, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM, END_HEADERS = 1, 4
SERVICE = "/weaviate.v1.Weaviate/"
METHODS = [SERVICE + name for name in
           ("Search", "Aggregate", "BatchObjects", "BatchReferences", "BatchDelete", "TenantsGet", "BatchStream", "No")]
# What the port may keep after all that, in MiB: the limit of the budget as often as there may be copies of a message, and some.
MEMORY_MEBIBYTES = 700


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def field(name: bytes, value: bytes) -> bytes:
    """A header in HPACK, as a literal that is not indexed."""
    def text(bytes_: bytes) -> bytes:
        if len(bytes_) < 127:
            return bytes([len(bytes_)]) + bytes_
        rest, out = len(bytes_) - 127, b"\x7f"
        while rest >= 128:
            out += bytes([rest % 128 + 128])
            rest //= 128
        return out + bytes([rest]) + bytes_
    return b"\x00" + text(name) + text(value)


def head(path: str, *more: tuple[bytes, bytes]) -> bytes:
    fields = [(b":method", b"POST"), (b":scheme", b"http"), (b":path", path.encode()), (b":authority", b"h"),
              (b"content-type", b"application/grpc"), (b"te", b"trailers"), *more]
    return b"".join(field(name, value) for name, value in fields)


def message(payload: bytes, packed: int = 0, count: int | None = None) -> bytes:
    return bytes([packed]) + struct.pack(">I", len(payload) if count is None else count) + payload


def call(stream: int, path: str, payload: bytes, *more: tuple[bytes, bytes]) -> bytes:
    return frame(HEADERS, END_HEADERS, stream, head(path, *more)) + data(stream, payload)


def data(stream: int, payload: bytes, last: int = END_STREAM) -> bytes:
    pieces = [payload[start:start + 16384] for start in range(0, max(1, len(payload)), 16384)]
    return b"".join(frame(DATA, last if piece is pieces[-1] else 0, stream, piece) for piece in pieces)


HELLO = PREFACE + frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 2**31 - 1)) + frame(WINDOW, 0, 0, struct.pack(">I", 2**30))


class Connection:
    def __init__(self, port: int, seconds: float = 10) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self.rest = b""

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()

    def send(self, bytes_: bytes) -> bool:
        """False if the server has closed the connection, or takes no more."""
        try:
            self.socket.sendall(bytes_)
            return True
        except OSError:
            return False

    def reset(self) -> None:
        """Ends with RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def frames(self):
        """What comes, up to the end of the connection or of the patience."""
        while True:
            while len(self.rest) >= 9 and len(self.rest) >= 9 + int.from_bytes(self.rest[:3], "big"):
                size = int.from_bytes(self.rest[:3], "big")
                kind, flags, stream = self.rest[3], self.rest[4], int.from_bytes(self.rest[5:9], "big") & 0x7FFFFFFF
                payload, self.rest = self.rest[9:9 + size], self.rest[9 + size:]
                yield kind, flags, stream, payload
            try:
                more = self.socket.recv(65536)
            except OSError:
                return
            if not more:
                return
            self.rest += more

    def ends(self, streams: int) -> int:
        """How many of so many streams end, by their last frame or a reset."""
        ended = set()
        for kind, flags, stream, _ in self.frames():
            if kind == RESET or kind in (HEADERS, DATA) and flags & END_STREAM:
                ended.add(stream)
            if len(ended) == streams:
                break
        return len(ended)


def is_healthy(port: int) -> bool:
    try:
        with Connection(port) as connection:
            connection.send(HELLO + call(1, "/grpc.health.v1.Health/Check", message(b"")))
            return any(kind == DATA and payload == message(b"\x08\x01") for kind, _, _, payload in connection.frames())
    except OSError:
        return False


class GRPCAttack:
    def __init__(self, port: int, random_: random.Random, rounds: int, memory: Callable[[], int],
                 expect: Callable[[bool, str], None]) -> None:
        self.port, self.random, self.rounds, self.memory, self.expect = port, random_, rounds, memory, expect

    def run(self) -> None:
        before = self.memory()
        for attack in (self.send_garbage, self.cut_calls, self.send_odd_frames, self.lie_about_lengths, self.send_bombs,
                       self.reset_rapidly, self.flood, self.hold_messages, self.spoil_messages, self.open_many):
            attack()
            self.expect(is_healthy(self.port), f"gRPC: health does not answer after {attack.__name__}")
        self.expect(self.settles(before), f"gRPC: the attacks left {self.memory() - before} MiB behind")

    def settles(self, before: int) -> bool:
        """Whether memory comes back; what was torn down is freed a little later."""
        deadline = time.monotonic() + 20
        while self.memory() - before > MEMORY_MEBIBYTES and time.monotonic() < deadline:
            time.sleep(0.1)
        return self.memory() - before <= MEMORY_MEBIBYTES

    def send(self, bytes_: bytes, ending: str | None = None) -> None:
        """Sends bytes on a connection of their own, and leaves in one of three ways."""
        with Connection(self.port) as connection:
            connection.send(bytes_)
            ending = ending or self.random.choice(["close", "half", "reset"])
            if ending == "reset":
                connection.reset()
            elif ending == "half":
                try:
                    connection.socket.shutdown(socket.SHUT_WR)
                    connection.socket.settimeout(0.05)
                    connection.socket.recv(1000)
                except OSError:
                    pass

    def send_garbage(self) -> None:
        texts = [b"", b"\0", b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
                 PREFACE + b"\xff" * 100, PREFACE * 2, b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"]
        texts += [PREFACE[:count] for count in range(len(PREFACE))]
        texts += [self.random.randbytes(self.random.randrange(1, 3000)) for _ in range(self.rounds // 20)]
        texts += [HELLO + self.random.randbytes(self.random.randrange(1, 3000)) for _ in range(self.rounds // 20)]
        for text in texts:
            self.send(text)

    def cut_calls(self) -> None:
        """A call that ends anywhere."""
        for method in METHODS:
            whole = HELLO + call(1, method, message(b"\x0a\x01A"))
            for _ in range(max(4, self.rounds // 60)):
                self.send(whole[:self.random.randrange(len(whole))])

    def send_odd_frames(self) -> None:
        """Frames of any kind, flags, stream and content, between good ones."""
        for _ in range(self.rounds // 5):
            frames = [HELLO]
            for number in range(self.random.randrange(1, 8)):
                stream = self.random.choice([0, 1, 1, 2, 3, 2**31 - 1, 2 * number + 1])
                if self.random.random() < 0.4:
                    frames.append(call(2 * number + 1, self.random.choice(METHODS), message(b"\x0a\x01A")))
                else:
                    frames.append(frame(self.random.randrange(12), self.random.choice([0, 1, 4, 5, 8, 32, 255]), stream,
                                        self.random.randbytes(self.random.choice([0, 1, 4, 5, 6, 8, 40]))))
            bytes_ = bytearray(b"".join(frames))
            if self.random.random() < 0.3:
                bytes_[self.random.randrange(len(HELLO), len(bytes_))] = self.random.randrange(256)
            self.send(bytes(bytes_))

    def lie_about_lengths(self) -> None:
        """Messages that are announced longer or shorter than they are."""
        for count in (0, 1, 4, 6, 104_858_000, 104_858_001, 2**31 - 1, 2**31, 2**32 - 1):
            for packed in (0, 1, 2, 255):
                with Connection(self.port) as connection:
                    connection.send(HELLO + call(1, METHODS[0], message(b"12345", packed, count)))
                    self.expect(connection.ends(1) == 1, f"gRPC: a message of 5 bytes, announced with {count}, is not answered")

    def send_bombs(self) -> None:
        """Messages that unpack to a thousand times their size, and ones that do not unpack."""
        bomb = gzip.compress(bytes(400_000_000), 9)
        before = self.memory()
        for packed in (bomb, gzip.compress(gzip.compress(bytes(10_000_000))), b"\x1f\x8b\x08", b"", b"no gzip"):
            with Connection(self.port, 60) as connection:
                connection.send(HELLO + call(1, METHODS[0], message(packed, 1), (b"grpc-encoding", b"gzip")))
                self.expect(connection.ends(1) == 1, f"gRPC: {len(packed)} packed bytes are not answered")
        self.expect(self.memory() - before < 400, f"gRPC: bombs took {self.memory() - before} MiB")

    def reset_rapidly(self) -> None:
        """Calls that are taken back at once (CVE-2023-44487)."""
        for method in (METHODS[0], METHODS[6], "/grpc.health.v1.Health/Check"):
            with Connection(self.port) as connection:
                connection.send(HELLO)
                for number in range(self.rounds * 4):
                    stream = 2 * number + 1
                    sent = frame(HEADERS, END_HEADERS, stream, head(method)) + frame(RESET, 0, stream, struct.pack(">I", 8))
                    if not connection.send(sent):
                        break

    def flood(self) -> None:
        """Frames that cost the sender nothing, again and again."""
        odd = [frame(PING, 0, 0, bytes(8)), frame(SETTINGS, 0, 0), frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 0)),
               frame(PRIORITY, 0, 1, bytes(5)), frame(WINDOW, 0, 0, struct.pack(">I", 1)), frame(DATA, 0, 1)]
        opened = frame(HEADERS, END_HEADERS, 1, head(METHODS[6]))
        for each in odd:
            with Connection(self.port, 5) as connection:
                connection.send(HELLO + opened + each * self.rounds * 10)
        with Connection(self.port, 5) as connection:
            # Headers that never end.
            connection.send(HELLO + frame(HEADERS, 0, 1, head(METHODS[0])))
            more = frame(CONTINUATION, 0, 1, field(b"x", bytes(b"y" * 1000)) * 10)
            for _ in range(self.rounds):
                if not connection.send(more):
                    break
        with Connection(self.port, 5) as connection:
            # More metadata than is taken.
            pairs = [(f"x-{number}".encode(), b"y" * 200) for number in range(2_000)]
            connection.send(HELLO + call(1, METHODS[0], message(b""), *pairs))
            connection.ends(1)

    def hold_messages(self) -> None:
        """Large messages that stop before their end, all at a time."""
        before, connections = self.memory(), []
        piece = data(1, bytes(16_384), 0)
        for _ in range(20):
            connection = Connection(self.port, 2)
            connections.append(connection)
            connection.send(HELLO + frame(HEADERS, END_HEADERS, 1, head(METHODS[2])))
            sent = connection.send(frame(DATA, 0, 1, message(b"", count=100_000_000)))
            for _ in range(20_000_000 // 16_384):
                if not sent:
                    break
                sent = connection.send(piece)
        self.expect(self.memory() - before < MEMORY_MEBIBYTES, f"gRPC: held messages took {self.memory() - before} MiB")
        self.expect(is_healthy(self.port), "gRPC: health does not answer while messages are held")
        for connection in connections:
            connection.reset()

    def spoil_messages(self) -> None:
        """Bytes that are no message of the method, or nearly one: every call ends, the connection lives on."""
        seeds = [b"", b"\x0a\x01A", b"\x0a\x01A\x1a\x02\x08\x01", b"\x0a\x0c\x0a\x03abc\x12\x05\x0a\x03x12", b"\x0a\xff\xff\xff\x7f",
                 b"\x0a" * 400, b"\x0b" * 400, b"\xff" * 20]
        for _ in range(max(5, self.rounds // 40)):
            with Connection(self.port, 30) as connection:
                connection.send(HELLO)
                for number in range(40):
                    payload = bytearray(self.random.choice(seeds))
                    for _ in range(self.random.randrange(4)):
                        place = self.random.randrange(len(payload) + 1)
                        payload[place:place + self.random.randrange(3)] = self.random.randbytes(self.random.randrange(20))
                    connection.send(call(2 * number + 1, self.random.choice(METHODS), message(bytes(payload))))
                ended = connection.ends(40)
                self.expect(ended == 40, f"gRPC: of 40 calls with spoiled messages {ended} ended")

    def open_many(self) -> None:
        """Connections that say nothing, and calls that bring no message."""
        connections = [Connection(self.port) for _ in range(300)]
        for connection in connections[:100]:
            connection.send(HELLO + b"".join(
                frame(HEADERS, END_HEADERS, stream, head(METHODS[stream // 2 % 8])) for stream in range(1, 41, 2)))
        self.expect(is_healthy(self.port), "gRPC: health does not answer beside calls without messages")
        for connection in connections:
            connection.socket.close()
