# SPDX-License-Identifier: Apache-2.0
"""One kept-alive connection of HTTP/1.1, as thin as it can be, on which an answer need not be waited for."""
from __future__ import annotations

import json
import socket


class Gone(Exception):
    """The server has closed the connection before its answer was complete."""


class Connection:
    """Sends requests one after the other. What is sent and what comes back are bytes, so that little time passes outside of the server."""

    def __init__(self, port: int, timeout: float = 120) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def send(self, method: str, path: str, body: bytes | None = None) -> None:
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n"
        if body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        try:
            self.socket.sendall(head.encode() + b"\r\n" + (body or b""))
        except OSError as error:
            raise Gone(str(error)) from error

    def receive(self, method: str) -> tuple[int, object]:
        """The status and the parsed body of the answer to a request that was sent with `method`."""
        head = self._until(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        status = int(lines[0].split(b" ", 2)[1])
        headers = dict(line.lower().split(b": ", 1) for line in lines[1:] if b": " in line)
        if method == "HEAD" or status == 204:
            return status, None
        if b"content-length" not in headers:
            raise ValueError(f"an answer without a length: {head!r}")
        raw = self._exactly(int(headers[b"content-length"]))
        return status, json.loads(raw) if raw.strip() else None

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, object]:
        self.send(method, path, body)
        return self.receive(method)

    def close(self) -> None:
        self.socket.close()

    def _more(self) -> bytes:
        try:
            part = self.socket.recv(1 << 20)
        except ConnectionError as error:
            raise Gone(str(error)) from error
        if not part:
            raise Gone("closed")
        return part

    def _until(self, mark: bytes) -> bytes:
        while mark not in self.rest:
            self.rest += self._more()
        head, self.rest = self.rest.split(mark, 1)
        return head

    def _exactly(self, count: int) -> bytes:
        parts, size = [self.rest], len(self.rest)
        while size < count:
            parts.append(self._more())
            size += len(parts[-1])
        whole = b"".join(parts)
        self.rest = whole[count:]
        return whole[:count]
