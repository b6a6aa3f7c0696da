"""Killed at any moment, the registry keeps what it has acknowledged, and holds nothing half: no record without its
signature and trail, none twice. What was asked again with the same key is answered as if nothing had happened.

A server in a process of its own, assessors who record and sign through the API all the while, SIGKILL at a random
moment, a new server; the same with PostgreSQL stopped at once (`immediate`) under it.
"""

import os
import random
import signal
import threading
import time
import urllib.error
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPException
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.support.campaign import seeded, size
from tests.support.invariants import broken
from tests.support.signers import Ground, call, server, signing_ground, until_it_answers
from tests.world import PASSPHRASE

from assessor_registry import checking, clock
from assessor_registry.settings import Settings

WRITERS = 8
KILLS = size(4, 1_000)
CRASHES = size(1, 50)
# Each round needs candidates who were not recorded yet; a round ends early when its writers are through with theirs.
PER_WRITER = 4
LONGEST = 0.9  # seconds of writing before the end
WHOLE_EVERY = 25  # rounds; what is broken once stays so, and to look at everything takes longer each time


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with signing_ground(tmp_path_factory.mktemp("kills") / "data", WRITERS) as made:
        yield made


def write(ground: Ground, who: int, mine: Sequence[UUID], codes: dict[str, str], *, patient: bool) -> None:
    """Record and sign one after the other, each with keys of its own; stop when the line is cut, unless `patient`."""
    _, secret = ground.people[who]
    for attempt in mine:
        if attempt in ground.told:
            continue
        result = {"version": 0, "outcome": "assessed", "units": codes, "recommendation": "K",
                  "acknowledgement": "paper"}  # fmt: skip
        try:
            saved = call(ground, secret, "PUT", f"/assessments/{attempt}/record", result, f"put-{attempt}")
            to_sign = {"records": [saved["record"]], "passphrase": PASSPHRASE}
            answer = call(ground, secret, "POST", "/records/sign", to_sign, f"sign-{attempt}")
        except urllib.error.HTTPError as refusal:
            # While PostgreSQL starts again the server says so; nothing else may be refused.
            if refusal.code == 503 and not patient:
                return
            raise AssertionError(f"{refusal.code}: {refusal.read()!r}") from refusal
        except (OSError, HTTPException):
            if patient:
                raise
            return
        ground.told[attempt] = answer["records"][0]["code"]


def all_write(
    ground: Ground, attempts: Sequence[UUID], *, patient: bool
) -> tuple[list[threading.Thread], list[BaseException]]:
    """Start every writer on candidates of its own; what goes wrong in them is collected."""
    wrong: list[BaseException] = []
    codes = dict.fromkeys(ground.plan.scheme.codes, "K")

    def one(who: int) -> None:
        try:
            write(ground, who, attempts[who::WRITERS], codes, patient=patient)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=one, args=(who,)) for who in range(WRITERS)]
    for thread in threads:
        thread.start()
    return threads, wrong


def through(writers: tuple[list[threading.Thread], list[BaseException]]) -> None:
    threads, wrong = writers
    for thread in threads:
        thread.join(120)
    assert wrong == []


def holds(ground: Ground) -> None:
    """Everything acknowledged is there under the code that was told, once."""
    with ground.world.db.read() as conn:
        rows = conn.execute(text("SELECT attempt_id, code FROM record")).all()
    there = {row.attempt_id: row.code for row in rows}
    assert len(there) == len(rows), "somebody was recorded twice"
    assert {attempt: there.get(attempt) for attempt in ground.told} == ground.told


def a_round(ground: Ground, chance: random.Random, end: Callable[[Any], None]) -> int:
    """Write, be cut off by `end(process)`, start again and ask for the rest with the same keys; how many were cut."""
    attempts = ground.more_candidates(WRITERS * PER_WRITER)
    with server(ground) as process:
        writers = all_write(ground, attempts, patient=False)
        time.sleep(chance.uniform(0, LONGEST))
        end(process)
        through(writers)
    cut = len([attempt for attempt in attempts if attempt not in ground.told])
    holds(ground)
    with server(ground):
        through(all_write(ground, attempts, patient=True))
    holds(ground)
    assert set(attempts) <= set(ground.told)
    return cut


def whole(ground: Ground) -> None:
    """No invariant is broken, every record verifies, and there are no others than those that were told."""
    assert broken(ground.world.db, ground.world.registry, clock.now()) == []
    report = checking.check(Settings(data_dir=ground.folder, jobs=False), ground.world.db)
    assert report.faults == ()
    assert report.checked["records"] == len(ground.told)


def kill(process: Any) -> None:
    os.kill(process.pid, signal.SIGKILL)


def test_a_server_killed_while_eight_assessors_sign_loses_nothing_and_doubles_nothing(ground: Ground) -> None:
    chance = seeded("kills")
    cut = []
    for number in range(1, KILLS + 1):
        cut.append(a_round(ground, chance, kill))
        if number in {1, KILLS} or not number % WHOLE_EVERY:
            whole(ground)
    assert any(cut), "no kill came while somebody was writing"


def stop_at_once(ground: Ground) -> None:
    """What `pg_ctl stop -m immediate` does."""
    assert ground.opened.server is not None
    os.kill(ground.opened.server.postmaster_pid, signal.SIGQUIT)


def test_postgresql_stopped_at_once_comes_back_under_the_running_server_and_lost_nothing(ground: Ground) -> None:
    chance = seeded("crashes")
    for number in range(1, CRASHES + 1):
        attempts = ground.more_candidates(WRITERS * PER_WRITER)
        with server(ground) as process:
            writers = all_write(ground, attempts, patient=False)
            time.sleep(chance.uniform(0, LONGEST))
            stop_at_once(ground)
            through(writers)
            until_it_answers(ground)
            assert process.is_alive()
            holds(ground)
            through(all_write(ground, attempts, patient=True))
        holds(ground)
        assert set(attempts) <= set(ground.told)
        if number in {1, CRASHES} or not number % WHOLE_EVERY:
            whole(ground)
