#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills the server at random moments while it makes and restores backups and takes writes, and checks what is there after each restart.

Workers write to one class as in `crash.py`. Beside them backups of that class and of a class that nobody writes to are made one after the
other, and now and then that second class is deleted and restored. After a kill and a restart must hold:

- no acknowledged write of the workers is lost, and there are no phantoms;
- a backup that was answered as complete is complete, and one that was not is complete or ended; none hangs;
- what is not complete cannot be restored, and its id can be used again;
- the restored class is there with all of its objects, or not at all, and then another restore brings it back;
- `needletail check` finds nothing.

At the end the last complete backup is restored into an empty server, which must pass the same checks.

usage: backups.py [--rounds 100] [--seed N] [--smoke]
"""
from __future__ import annotations

import argparse
import dataclasses
import http.client
import random
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import crash  # noqa: E402
from crash import CLASS, DIMENSIONS, Verdict, Worker, compare, cross_check, stored  # noqa: E402
from running_server import Server, Session, check  # noqa: E402

WORKERS = 2
SAVED_OBJECTS = 3000
SAVED = {
    "class": "Saved",
    "vectorizer": "none",
    "properties": [{"name": "number", "dataType": ["int"]}, {"name": "text", "dataType": ["text"]}],
}
BACKUPS = "/v1/backups/filesystem"
ENDED = ("SUCCESS", "FAILED", "CANCELED")
JOB_SECONDS = 60
# So many complete backups are kept.
KEPT_BACKUPS = 3


class Mistaken(Exception):
    """The server answered something that must not be."""


def saved_objects(seed: int) -> list[dict]:
    chooser = random.Random(seed)
    return [
        {
            "class": "Saved", "id": f"00000000-0000-4000-8000-{number:012x}",
            "properties": {"number": number, "text": f"object {number} of {chooser.random()}"},
            "vector": [chooser.randrange(-256, 257) / 256 for _ in range(DIMENSIONS)],
        }
        for number in range(SAVED_OBJECTS)
    ]


class Keeper:
    """Makes and restores backups until the server goes away, and knows what was acknowledged."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.next_id = 1
        self.complete: list[str] = []
        self.pending_backup: str | None = None
        self.is_restoring = False
        # Whether the saved class is there; None while it is being deleted or restored.
        self.has_saved: bool | None = True
        self.counts = {"backups": 0, "restores": 0, "killed in a backup": 0, "killed in a restore": 0}
        self.wrong: list[str] = []

    def run(self, server: Server, stop: threading.Event) -> None:
        try:
            with Session(server, timeout=JOB_SECONDS) as session:
                while not stop.is_set():
                    if self.complete and self.random.random() < 0.5:
                        self.restore(session)
                    else:
                        self.save(session)
        except (OSError, http.client.HTTPException, ValueError):
            return  # the server was killed
        except Mistaken as mistake:
            self.wrong.append(str(mistake))

    def save(self, session: Session) -> None:
        identity = f"b{self.next_id}"
        self.next_id += 1
        self.pending_backup = identity
        classes = ["Crash", "Saved"] if self.has_saved else ["Crash"]
        expect(session, "POST", BACKUPS, {"id": identity, "include": classes}, 200)
        answer = ended(session, f"{BACKUPS}/{identity}")
        if answer["status"] != "SUCCESS":
            raise Mistaken(f"backup {identity}: {answer}")
        self.note(identity, classes)

    def note(self, identity: str, classes: list[str]) -> None:
        self.pending_backup = None
        self.counts["backups"] += 1
        if "Saved" in classes:
            self.complete.append(identity)

    def restore(self, session: Session) -> None:
        self.has_saved = None
        expect(session, "DELETE", "/v1/schema/Saved", None, 200)
        self.is_restoring = True
        self.bring_back(session)
        self.is_restoring = False

    def bring_back(self, session: Session) -> None:
        path = f"{BACKUPS}/{self.random.choice(self.complete)}/restore"
        expect(session, "POST", path, {"include": ["Saved"]}, 200)
        answer = ended(session, path)
        if answer["status"] != "SUCCESS":
            raise Mistaken(f"{path}: {answer}")
        self.has_saved = True
        self.counts["restores"] += 1

    # After a restart.

    def settle(self, server: Server, objects: dict[str, crash.State]) -> Verdict:
        """Holds what is there against what was acknowledged, and completes what was cut off."""
        verdict = Verdict(wrong=self.wrong)
        self.wrong = []
        self.counts["killed in a backup"] += self.pending_backup is not None
        self.counts["killed in a restore"] += self.is_restoring
        try:
            with Session(server, timeout=JOB_SECONDS) as session:
                self.settle_backups(session)
                self.settle_saved(session, objects)
        except Mistaken as mistake:
            verdict.wrong.append(str(mistake))
        self.is_restoring = False
        return verdict

    def settle_backups(self, session: Session) -> None:
        for identity in self.complete:
            answer = expect(session, "GET", f"{BACKUPS}/{identity}", None, 200)
            if answer["status"] != "SUCCESS":
                raise Mistaken(f"complete backup {identity} became {answer}")
        identity, self.pending_backup = self.pending_backup, None
        if identity is None:
            return
        status, answer = session.request("GET", f"{BACKUPS}/{identity}")
        if status == 404:
            return  # it had not begun
        if status != 200 or answer["status"] not in ENDED:
            raise Mistaken(f"backup {identity} that was cut off: {status} {answer}")
        if answer["status"] == "SUCCESS":
            return
        expect(session, "POST", f"{BACKUPS}/{identity}/restore", {}, 422)
        expect(session, "POST", BACKUPS, {"id": identity, "include": ["Crash"]}, 200)
        answer = ended(session, f"{BACKUPS}/{identity}")
        if answer["status"] != "SUCCESS":
            raise Mistaken(f"backup {identity}, made again: {answer}")
        self.counts["backups"] += 1

    def settle_saved(self, session: Session, objects: dict[str, crash.State]) -> None:
        status, _ = session.request("GET", "/v1/schema/Saved")
        if status == 404 and self.has_saved:
            raise Mistaken("the class that was acknowledged is gone")
        if status == 404:
            self.bring_back(session)
        self.has_saved = True
        found = saved(session)
        if found != objects:
            raise Mistaken(f"{len(found)} objects of {len(objects)} are there, or others")


def expect(session: Session, method: str, path: str, body, status: int):
    code, answer = crash.Worker.request(session, method, path, body)
    if code != status:
        raise Mistaken(f"{method} {path}: {code} {answer}, not {status}")
    return answer


def ended(session: Session, path: str) -> dict:
    """The answer about a job once it has ended."""
    end = time.monotonic() + JOB_SECONDS
    while time.monotonic() < end:
        answer = expect(session, "GET", path, None, 200)
        if answer["status"] in ENDED:
            return answer
        time.sleep(0.003)  # there is nothing to wait on but the answer
    raise Mistaken(f"{path} does not end")


def saved(session: Session) -> dict[str, crash.State]:
    """The objects of the saved class, page by page."""
    found: dict[str, crash.State] = {}
    after = ""
    while True:
        cursor = f"&after={after}" if after else ""
        answer = expect(
            session, "GET", f"/v1/objects?class=Saved&limit={crash.PAGE}&include=vector{cursor}", None, 200)
        for item in answer["objects"]:
            properties = item["properties"]
            found[item["id"]] = crash.State(properties["number"], properties["text"], tuple(item["vector"]))
        if len(answer["objects"]) < crash.PAGE:
            return found
        after = answer["objects"][-1]["id"]


def load(server: Server, workers: list[Worker], keeper: Keeper, seconds: float) -> None:
    """Lets them work for a while, then kills the server under them."""
    stop = threading.Event()
    threads = [threading.Thread(target=worker.run, args=(server, stop)) for worker in [*workers, keeper]]
    for thread in threads:
        thread.start()
    time.sleep(seconds)  # the random moment itself
    server.kill()
    stop.set()
    for thread in threads:
        thread.join()


def drop_old_backups(folder: Path, keeper: Keeper) -> None:
    """Only the newest complete ones are kept, so that the folder stays small."""
    keeper.complete = keeper.complete[-KEPT_BACKUPS:]
    for entry in folder.iterdir():
        if entry.name not in keeper.complete:
            shutil.rmtree(entry)


def restore_elsewhere(folder: Path, backups: Path, keeper: Keeper, objects: dict[str, crash.State]) -> list[str]:
    """The last complete backup in an empty server."""
    with Server(folder, settings(backups)) as server, Session(server, timeout=JOB_SECONDS) as session:
        path = f"{BACKUPS}/{keeper.complete[-1]}/restore"
        try:
            expect(session, "POST", path, {}, 200)
            answer = ended(session, path)
            if answer["status"] != "SUCCESS":
                return [f"{path} into an empty server: {answer}"]
            if saved(session) != objects:
                return ["an empty server gets other objects from the backup"]
            count = server.graphql("{Aggregate {Crash {meta {count}}}}")["Aggregate"]["Crash"][0]["meta"]["count"]
            if count != len(stored(server)):
                return [f"the restored class counts {count} objects and lists others"]
        except Mistaken as mistake:
            return [str(mistake)]
        result = check(server.folder)
        return [] if result.returncode == 0 else [f"needletail check: {(result.stdout + result.stderr)[-1000:]}"]


def settings(backups: Path) -> dict[str, str]:
    return {"ENABLE_MODULES": "backup-filesystem", "BACKUP_FILESYSTEM_PATH": str(backups)}


def fill(server: Server, objects: list[dict]) -> dict[str, crash.State]:
    for definition in (CLASS, SAVED):
        status, answer = server.request("POST", "/v1/schema", definition)
        assert status == 200, answer
    for start in range(0, len(objects), 500):
        status, answer = server.request("POST", "/v1/batch/objects", {"objects": objects[start : start + 500]})
        assert status == 200 and all(item["result"]["status"] == "SUCCESS" for item in answer), answer
    return {
        item["id"]: crash.State(item["properties"]["number"], item["properties"]["text"], tuple(item["vector"]))
        for item in objects
    }


@dataclasses.dataclass
class Outcome:
    total: Verdict
    keeper: Keeper
    workers: list[Worker]


def run(rounds: int, seed: int, folder: Path) -> Outcome:
    chooser = random.Random(seed)
    workers = [Worker(number, seed) for number in range(WORKERS)]
    keeper = Keeper(seed)
    total = Verdict()
    backups = folder / "backups"
    server = Server(folder / "data", settings(backups))
    server.start()
    try:
        objects = fill(server, saved_objects(seed))
        with Session(server, timeout=JOB_SECONDS) as session:
            keeper.save(session)
        for number in range(1, rounds + 1):
            load(server, workers, keeper, chooser.uniform(0.01, 0.8))
            crash.start(server, chooser)
            found = stored(server)
            verdict = compare(workers, found)
            verdict.add(keeper.settle(server, objects))
            verdict.add(cross_check(server, found, chooser))
            drop_old_backups(backups, keeper)
            total.add(verdict)
            if not verdict.is_clean:
                print(f"round {number}: {verdict}", flush=True)
            if number % 20 == 0:
                print(f"round {number}: {keeper.counts}", flush=True)
    finally:
        server.kill()
    total.wrong += restore_elsewhere(folder / "other", backups, keeper, objects)
    return Outcome(total, keeper, workers)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--smoke", action="store_true", help="5 rounds")
    arguments = parser.parse_args()
    rounds = 5 if arguments.smoke else arguments.rounds
    print(f"crash of backups: {rounds} rounds, seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="needletail-backup-crash-") as temporary:
        outcome = run(rounds, arguments.seed, Path(temporary))
    refused = [line for worker in outcome.workers for line in worker.refused]
    print(f"writes acknowledged {sum(worker.acknowledged for worker in outcome.workers)}, refused {len(refused)}")
    for line in refused[:5]:
        print(f"  refused: {line[:300]}")
    print(", ".join(f"{name} {count}" for name, count in outcome.keeper.counts.items()))
    total = outcome.total
    print(f"lost {len(total.lost)}, phantoms {len(total.phantoms)}, wrong {len(total.wrong)}")
    for line in total.wrong[:5]:
        print(f"  wrong: {line[:500]}")
    return 0 if total.is_clean and not refused else 1


if __name__ == "__main__":
    sys.exit(main())
