# SPDX-License-Identifier: Apache-2.0
"""A needletail server as a child process: started, asked, stopped and killed by tests, crash runs and measurements."""
from __future__ import annotations

import base64
import collections
import http.client
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = Path(os.environ.get("NEEDLETAIL_PROGRAM", ROOT / ".build/release/needletail"))
TEST_DATA = Path(os.environ["NEEDLETAIL_TEST_DATA"]) if os.environ.get("NEEDLETAIL_TEST_DATA") else None
TEST_NETWORK = TEST_DATA / "models/resnet50-imagenet-test.onnx" if TEST_DATA else None
STARTER_NETWORK = "efficientnet-lite0"


class NotReady(Exception):
    """The server ended, or did not become ready in time; the message holds the end of its log."""


# Sockets that keep ports from being given to somebody else: those of the last fifty servers, more than there are at a time.
held_ports: collections.deque[socket.socket] = collections.deque(maxlen=100)


def free_port() -> int:
    """A port that nobody else on this machine is given as long as it is held, so that tests can run beside each other.

    It is bound here and not listened on: with SO_REUSEADDR on both sides a server may listen there all the same.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    held_ports.append(holder)
    return holder.getsockname()[1]


def network() -> str:
    """The network that tests on pictures use: the test data's ResNet50, else the starter network."""
    return str(TEST_NETWORK) if TEST_NETWORK and TEST_NETWORK.exists() else STARTER_NETWORK


def environment(settings: dict[str, str]) -> dict[str, str]:
    """What the child sees: nothing of the tests' own environment but paths, and the settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "NEEDLETAIL_OPENVINO_LIB") if name in os.environ}
    return {**kept, **settings}


class Server:
    """One server on a data folder of its own and a free port."""

    def __init__(self, folder: Path, settings: dict[str, str] | None = None, ready_seconds: float = 60) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log_path = self.folder.with_name(self.folder.name + ".log")
        self.port = free_port()
        self.grpc_port = free_port()
        self.settings = {"NEEDLETAIL_IMG2VEC_MODEL": network(), "CLUSTER_HOSTNAME": "node1", **(settings or {})}
        self.ready_seconds = ready_seconds
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> float:
        """Starts it, waits until it is ready, and returns the seconds that took."""
        began = time.monotonic()
        self.launch()
        while time.monotonic() - began < self.ready_seconds:
            if self.process.poll() is not None:
                code, self.process = self.process.returncode, None
                raise NotReady(f"the server ended with {code}:\n{self.log_tail()}")
            if self.is_ready():
                return time.monotonic() - began
            # Nothing to wait on but the port: it is asked again soon.
            time.sleep(0.005)
        self.kill()
        raise NotReady(f"not ready after {self.ready_seconds} s:\n{self.log_tail()}")

    def launch(self) -> None:
        """Starts it without waiting."""
        assert self.process is None, "it runs already"
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "serve", "--host", "127.0.0.1", "--port", str(self.port), "--data", self.folder],
                stdout=log, stderr=log, env=environment({"GRPC_PORT": str(self.grpc_port), **self.settings}),
                cwd=self.folder.parent)

    def is_ready(self) -> bool:
        try:
            return self.request("GET", "/v1/.well-known/ready", timeout=5)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def stop(self, seconds: float = 60) -> int:
        """Sends SIGTERM and returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(seconds)
        self.process = None
        return code

    def kill(self) -> None:
        """Sends SIGKILL: nothing is flushed, nothing is closed."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def log_tail(self, lines: int = 15) -> str:
        if not self.log_path.exists():
            return ""
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])

    def memory_bytes(self, field: str = "VmRSS") -> int:
        """Resident memory now (`VmRSS`) or at its peak (`VmHWM`)."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
        raise KeyError(field)

    def request(self, method: str, path: str, body=None, timeout: float = 60) -> tuple[int, object]:
        """One request on a connection of its own: status and parsed body."""
        with Session(self, timeout) as session:
            return session.request(method, path, body)

    def graphql(self, query: str):
        """The `data` of a query; an error of it fails."""
        status, answer = self.request("POST", "/v1/graphql", {"query": query})
        assert status == 200 and not answer.get("errors"), answer
        return answer["data"]

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.kill()


class Monitored(Server):
    """A server that gives metrics."""

    def __init__(self, folder: Path, settings: dict[str, str] | None = None) -> None:
        self.metrics_port = free_port()
        super().__init__(folder, {
            "PROMETHEUS_MONITORING_ENABLED": "true", "PROMETHEUS_MONITORING_PORT": str(self.metrics_port),
            **(settings or {})})

    def scrape(self, path: str = "/metrics", method: str = "GET") -> tuple[http.client.HTTPResponse, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.metrics_port, timeout=60)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            return answer, answer.read().decode()
        finally:
            connection.close()

    def metrics(self) -> dict[str, float]:
        """Every sample by its name and labels."""
        lines = [line for line in self.scrape()[1].splitlines() if not line.startswith("#")]
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines}


class Session:
    """One kept-alive connection to a server."""

    def __init__(self, server: Server, timeout: float = 60) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout)

    def request(self, method: str, path: str, body=None) -> tuple[int, object]:
        data = json.dumps(body).encode() if body is not None and not isinstance(body, bytes) else body
        self.connection.request(method, path, data, {"Content-Type": "application/json"} if data is not None else {})
        answer = self.connection.getresponse()
        raw = answer.read()
        try:
            return answer.status, json.loads(raw) if raw.strip() else None
        except ValueError:
            return answer.status, raw.decode(errors="replace")

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_) -> None:
        self.connection.close()


def base64_of(path: Path) -> str:
    return base64.b64encode(Path(path).read_bytes()).decode()


def check(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Runs `needletail check` on a data folder."""
    return subprocess.run(
        [PROGRAM, "check", *arguments, "--data", folder], capture_output=True, text=True, env=environment({}), timeout=600)
