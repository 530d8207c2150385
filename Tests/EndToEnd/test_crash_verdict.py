# SPDX-License-Identifier: Apache-2.0
"""The crash harness's verdict: a loss or a phantom never passes as right."""
from __future__ import annotations

import sys

import pytest
from running_server import ROOT

sys.path.insert(0, str(ROOT / "Tests/Crash"))
from crash import GONE, State, Worker, compare  # noqa: E402

OLD = State(1, "old", (0.5,))
NEW = State(2, "new", (0.25,))


@pytest.fixture
def worker() -> Worker:
    return Worker(0, seed=1)


def verdict(worker: Worker, known, here, pending=...):
    identity = worker.identities[0]
    worker.known[identity] = known
    if pending is not ...:
        worker.pending = {identity: pending}
    found = {} if here is GONE else {identity: here}
    result = compare([worker], found)
    return len(result.lost), len(result.phantoms)


@pytest.mark.parametrize("known, here", [(GONE, GONE), (OLD, OLD)])
def test_what_was_acknowledged_and_is_there_passes(worker, known, here):
    assert verdict(worker, known, here) == (0, 0)


@pytest.mark.parametrize("here", [OLD, NEW])
def test_what_was_pending_may_have_been_stored_or_not(worker, here):
    assert verdict(worker, OLD, here, pending=NEW) == (0, 0)
    assert worker.known[worker.identities[0]] == here


@pytest.mark.parametrize("here", [OLD, GONE])
def test_a_pending_delete_may_have_happened_or_not(worker, here):
    assert verdict(worker, OLD, here, pending=GONE) == (0, 0)


def test_an_acknowledged_object_that_is_not_there_is_lost(worker):
    assert verdict(worker, OLD, GONE) == (1, 0)


def test_an_older_state_is_a_loss(worker):
    assert verdict(worker, NEW, OLD) == (1, 0)


def test_a_deleted_object_that_is_back_is_a_phantom(worker):
    assert verdict(worker, GONE, OLD) == (0, 1)


def test_a_state_that_was_never_sent_is_a_phantom(worker):
    assert verdict(worker, OLD, State(1, "old", (0.75,))) == (0, 1)


def test_an_object_that_was_never_sent_is_a_phantom(worker):
    result = compare([worker], {"00000000-0000-4000-8000-000000000000": OLD})
    assert len(result.phantoms) == 1
