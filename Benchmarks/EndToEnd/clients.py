# SPDX-License-Identifier: Apache-2.0
"""HTTP clients that cost little: processes of their own, requests built beforehand, bodies kept and read afterwards."""
from __future__ import annotations

import multiprocessing
import socket
import time
from dataclasses import dataclass, field

import numpy as np

# Forked, so that the requests, gigabytes of them, need not be copied.
FORK = multiprocessing.get_context("fork")


def post(path: str, body: bytes) -> bytes:
    """The bytes of a whole request on a connection that stays open."""
    head = (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n")
    return head.encode() + body


class Connection:
    """One kept-alive connection."""

    def __init__(self, port: int, timeout: float = 600) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def exchange(self, request: bytes) -> bytes:
        """The body of the answer; anything but status 200 fails."""
        self.socket.sendall(request)
        answer = self.socket.recv(1 << 18)
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self.more()
        head = answer[:end]
        place = head.lower().find(b"content-length:")
        if place < 0 or not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"unexpected answer: {answer[:500]!r}")
        length = int(head[place + 15:].split(b"\r\n", 1)[0])
        parts, missing = [answer[end + 4:]], length - (len(answer) - end - 4)
        while missing > 0:
            parts.append(self.more())
            missing -= len(parts[-1])
        return b"".join(parts)

    def more(self) -> bytes:
        data = self.socket.recv(1 << 18)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_) -> None:
        self.close()


@dataclass
class Measured:
    """What clients saw, together."""

    seconds: float = 0
    times: list[float] = field(default_factory=list)  # of each request
    bodies: dict[int, bytes] = field(default_factory=dict)  # the first answer to each request, by its number
    client_seconds: float = 0  # processor time of the clients themselves

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def summary(self) -> dict:
        """Milliseconds a request, requests a second, and what of that the clients themselves took."""
        return {**percentiles(self.times), "per_second": round(self.rate, 1),
                "client_ms": round(self.client_seconds / len(self.times) * 1000, 3)}


def percentiles(seconds: list[float]) -> dict[str, float]:
    """Milliseconds at the median, the 95th and the 99th percentile."""
    return {f"p{p}_ms": round(float(np.percentile(seconds, p)) * 1000, 3) for p in (50, 95, 99)}


def run(
    port: int, requests: list[bytes], clients: int = 1, seconds: float | None = None, check=None, connect=Connection,
) -> Measured:
    """Lets processes send requests, each on one connection that `connect(port)` opens, one after the other.

    Without `seconds` the clients share the requests, and each is sent once; with it every client sends all of them,
    beginning at a place of its own, over and over until the time is up. `check` looks at every body in the client.
    """
    barrier = FORK.Barrier(clients)
    running = []
    for number in range(clients):
        mine, theirs = FORK.Pipe(duplex=False)
        order = range(number, len(requests), clients) if seconds is None else range(len(requests))
        first = 0 if seconds is None else number * len(requests) // clients
        process = FORK.Process(target=_client, args=(theirs, barrier, connect, port, requests, order, first, seconds, check))
        process.start()
        theirs.close()
        running.append((process, mine))
    result, began, ended = Measured(), [], []
    failure = None
    for process, pipe in running:
        try:
            answer = pipe.recv()
        except EOFError:
            answer = "a client ended without a word"
        process.join()
        if isinstance(answer, str):
            # A client that could not begin breaks the barrier for the others: its own words say why.
            if failure is None or failure.startswith("BrokenBarrierError"):
                failure = answer
            continue
        times, bodies, client_seconds, begin, end = answer
        result.times += times
        result.bodies |= bodies
        result.client_seconds += client_seconds
        began.append(begin)
        ended.append(end)
    if failure:
        raise RuntimeError(failure)
    result.seconds = max(ended) - min(began)
    return result


def _client(pipe, barrier, connect, port, requests, order, first, seconds, check) -> None:
    try:
        with connect(port) as connection:
            pipe.send(_send_all(connection, barrier, requests, order, first, seconds, check))
    except Exception as error:  # noqa: BLE001  told by the parent
        barrier.abort()
        pipe.send(f"{type(error).__name__}: {error}")


def _send_all(connection, barrier, requests, order, first, seconds, check) -> tuple:
    times, bodies, clock = [], {}, time.perf_counter
    barrier.wait(60)
    cost, begin = time.process_time(), clock()
    end, place = begin, 0
    while len(times) < len(order) if seconds is None else end - begin < seconds:
        number = order[(first + place) % len(order)]
        start = clock()
        body = connection.exchange(requests[number])
        end = clock()
        times.append(end - start)
        if check:
            check(body)
        elif place < len(order):
            bodies[number] = body
        place += 1
    return times, bodies, time.process_time() - cost, begin, clock()
