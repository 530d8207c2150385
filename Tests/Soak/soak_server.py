# SPDX-License-Identifier: Apache-2.0
"""Talks to a server as an application does: classes, batches, searches; and reads its metrics."""
from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "EndToEnd"))
from running_server import Monitored, Session, check  # noqa: E402, F401
from soak_model import Hit, Model, identity, row_of, text_of  # noqa: E402

BATCH = 200


class Findings:
    """What was wrong."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def expect(self, is_right: bool, problem: str) -> None:
        if not is_right:
            self.lines.append(problem)
            print(f"  WRONG: {problem[:600]}", flush=True)


class SoakServer(Monitored):
    """A server with what the soak asks of it."""

    def create(self, name: str, metric: str = "cosine", **more) -> dict:
        """Makes a class; `index` are members of its vectorIndexConfig, the rest members of the class."""
        index = {"distance": metric, **more.pop("index", {})}
        body = {"class": name, "vectorizer": "none", "vectorIndexConfig": index, **more}
        status, answer = self.request("POST", "/v1/schema", body)
        assert status == 200, (status, answer)
        return answer

    def put(self, session: Session, name: str, rows: numpy.ndarray, vectors: numpy.ndarray, properties=None) -> None:
        """Stores rows with these vectors as one batch.

        - properties: gives the properties of a row.
        """
        objects = []
        for row, vector in zip(rows.tolist(), vectors):
            given = json.dumps({"row": row, **(properties(row) if properties else {})}).encode()
            objects.append(b'{"class":"%s","id":"%s","properties":%s,"vector":%s}' % (
                name.encode(), identity(row).encode(), given, text_of(vector)))
        status, answer = session.request("POST", "/v1/batch/objects", b'{"objects":[' + b",".join(objects) + b"]}")
        assert status == 200, (status, answer)
        failed = [item["result"] for item in answer if item["result"]["status"] != "SUCCESS"]
        assert not failed, failed[:3]

    def fill(self, model: Model, rows: numpy.ndarray | None = None, properties=None) -> None:
        """Stores rows, batch by batch."""
        rows = numpy.arange(len(model.vectors)) if rows is None else rows
        with Session(self, timeout=600) as session:
            for start in range(0, len(rows), BATCH):
                some = rows[start:start + BATCH]
                self.put(session, model.name, some, model.vectors[some], properties)
        model.is_there[rows] = True

    def delete(self, session: Session, name: str, row: int) -> None:
        status, answer = session.request("DELETE", f"/v1/objects/{name}/{identity(row)}")
        assert status == 204, (status, answer)

    def search(
        self, session: Session, name: str, query: numpy.ndarray, limit: int | None, near: str = "", more: str = "",
    ) -> list[Hit]:
        """The answer to a nearVector search; `near` are more members of nearVector, `more` of the class."""
        status, answer = session.request("POST", "/v1/graphql", body_of(search_text(name, query, limit, near, more)))
        assert status == 200 and not answer.get("errors"), str(answer)[:1000]
        return hits_of(answer["data"]["Get"][name])

    def refusal(self, text: str) -> str:
        """The message of the error that a query must be answered with; empty if it is answered."""
        status, answer = self.request("POST", "/v1/graphql", body_of(text))
        errors = answer.get("errors") if isinstance(answer, dict) else None
        return errors[0]["message"] if errors else ""

    def figures(self, name: str) -> dict[str, float]:
        """The metrics of the first index of a class, and sizes of the process and its folder."""
        found = {}
        for sample, value in self.metrics().items():
            if f'class_name="{name}"' in sample:
                found.setdefault(sample.split("{")[0], value)
        return {
            "live": found.get("vector_index_size", 0), "tombstones": found.get("vector_index_tombstones", 0),
            "tail": found.get("needletail_vector_index_unlinked", 0),
            "index": found.get("needletail_vector_index_memory_bytes", 0), "process": self.memory_bytes(),
            "folder": sum(file.stat().st_blocks * 512 for file in self.folder.rglob("*") if file.is_file())}

    def wait_until_linked(self, name: str, seconds: float = 600, tombstones: int | None = None) -> float:
        """Waits until no vector of a class waits for its links, and no more than so many tombstones are left."""
        began = time.monotonic()
        while True:
            figures = self.figures(name)
            if figures["tail"] == 0 and (tombstones is None or figures["tombstones"] <= tombstones):
                return time.monotonic() - began
            if time.monotonic() - began > seconds:
                raise AssertionError(f"{name} is not settled after {seconds} s: {figures}")
            # Nothing to wait on but the port: it is asked again soon.
            time.sleep(0.02)


def search_text(name: str, query: numpy.ndarray, limit: int | None, near: str = "", more: str = "", alias: str = "") -> str:
    window = "" if limit is None else f"limit: {limit}"
    return (
        f"{alias}{name}(nearVector: {{vector: {text_of(query).decode()} {near}}} {window} {more}) "
        "{_additional {id distance}}")


def body_of(fields: str) -> dict:
    return {"query": "{Get {" + fields + "}}"}


def hits_of(found: list[dict]) -> list[Hit]:
    return [Hit(row_of(hit["_additional"]["id"]), hit["_additional"]["distance"]) for hit in found]


def shown(figures: dict[str, float]) -> str:
    sizes = " ".join(f"{name} {figures[name] / 2**20:.0f} MiB" for name in ("index", "process", "folder"))
    return f"live {figures['live']:.0f} tombstones {figures['tombstones']:.0f} tail {figures['tail']:.0f} {sizes}"
