# SPDX-License-Identifier: Apache-2.0
"""Many connections of one process, and what the disk can do: load that leaves the cores to the server."""
from __future__ import annotations

import os
import select
import socket
import time
from pathlib import Path

from clients import Measured


class LoadConnection:
    """One connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.began, self.request, self.received, self.length = 0.0, 0, b"", -1

    def begin(self, number: int, request: bytes) -> None:
        """Sends all of a request; it is small beside the buffers of the socket."""
        self.request, self.received, self.length = number, b"", -1
        self.began = time.perf_counter()
        sent = self.socket.send(request)
        if sent < len(request):
            self.socket.setblocking(True)
            self.socket.sendall(memoryview(request)[sent:])
            self.socket.setblocking(False)

    def receive(self) -> bool:
        """Whether the answer is complete; anything but status 200 fails."""
        data = self.socket.recv(1 << 18)
        if not data:
            raise ConnectionError("the server closed a connection")
        self.received = self.received + data if self.received else data
        if self.length < 0:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return False
            place = self.received.lower().find(b"content-length:", 0, end)
            if place < 0 or not self.received.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"unexpected answer: {self.received[:500]!r}")
            self.length = end + 4 + int(self.received[place + 15:self.received.index(b"\r\n", place)])
        return len(self.received) >= self.length


def load(port: int, requests: list[bytes], connections: int, seconds: float, once: bool = False) -> Measured:
    """Keeps `connections` busy with the requests in turn until the time is up, or (`once`) each was sent once.

    What is under way then is waited for. The first answer to each request is kept.
    """
    result, epoll, clock = Measured(), select.epoll(), time.perf_counter
    open_connections: dict[int, LoadConnection] = {}
    for _ in range(connections):
        connection = LoadConnection(port)
        open_connections[connection.socket.fileno()] = connection
        epoll.register(connection.socket, select.EPOLLIN)
    cost, began = time.process_time(), clock()
    following, busy = 0, 0
    for connection in open_connections.values():
        if once and following >= len(requests):
            break
        connection.begin(following % len(requests), requests[following % len(requests)])
        following, busy = following + 1, busy + 1
    while busy:
        for descriptor, _ in epoll.poll(60):
            connection = open_connections[descriptor]
            if not connection.receive():
                continue
            now = clock()
            result.times.append(now - connection.began)
            if connection.request not in result.bodies:
                result.bodies[connection.request] = connection.received.partition(b"\r\n\r\n")[2]
            if now - began < seconds and not (once and following >= len(requests)):
                connection.begin(following % len(requests), requests[following % len(requests)])
                following += 1
            else:
                busy -= 1
    result.seconds, result.client_seconds = clock() - began, time.process_time() - cost
    epoll.close()
    for connection in open_connections.values():
        connection.socket.close()
    return result


def flushes_per_second(folder: Path, seconds: float) -> float:
    """How often a second 4 KiB can be appended to a file and be made durable, one after the other."""
    path, page = folder / "flushes", os.urandom(4096)
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    count, began = 0, time.perf_counter()
    try:
        while count == 0 or time.perf_counter() - began < seconds:
            os.write(descriptor, page)
            os.fdatasync(descriptor)
            count += 1
        return count / (time.perf_counter() - began)
    finally:
        os.close(descriptor)
        path.unlink()
