"""Killed at any moment, the registry keeps what it has acknowledged, and holds nothing half: no record without its
signature and trail, none twice. What was asked again with the same key is answered as if nothing had happened.

A server in a process of its own, assessors who record and sign through the API all the while, SIGKILL at a random
moment, a new server; the same with PostgreSQL stopped at once (`immediate`) under it. The database is a real private
server with its durability on, not the quick one of the other tests.
"""

import json
import multiprocessing
import os
import random
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.support.campaign import seeded, size
from tests.support.invariants import broken
from tests.world import AUTHORITY_KEY, DAY, FIELD_KEY, PASSPHRASE, PersonRef, Plan, World

from assessor_registry import checking, clock, founding, serving
from assessor_registry.accounts.actions.sessions import open_credential
from assessor_registry.db.opening import Opened, opened
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.settings import Settings

WRITERS = 8
KILLS = size(8, 1_000)
CRASHES = size(2, 50)
# Each round needs candidates who were not recorded yet; a round ends early when its writers are through with theirs.
PER_WRITER = 6
LONGEST = 0.9  # seconds of writing before the end
SERVERS = multiprocessing.get_context("forkserver")


def run_server(folder: str, port: int) -> None:
    """The server as `serve` runs it, in a process of its own."""
    settings = Settings(data_dir=Path(folder), jobs=False)
    with opened(settings) as found:
        serving.serve(settings, found, "127.0.0.1", port, announce=lambda address: None)


@dataclass
class Ground:
    """A founded registry with eight assessors who may sign today, and what they were told."""

    folder: Path
    opened: Opened
    world: World
    people: list[tuple[PersonRef, str]]
    plan: Plan
    port: int
    told: dict[UUID, str] = field(default_factory=dict)

    def more_candidates(self) -> tuple[UUID, ...]:
        """Attempts that nobody has recorded yet, enough for every writer."""
        students = self.world.students(WRITERS * PER_WRITER)
        act = partial(scheduling.add_candidates, actor=self.world.system, schedule_id=self.plan.id)
        return tuple(self.world.db.perform(
            lambda tx: act(tx, student_ids=students, today=self.world.today, now=self.world.now)
        ).attempts)  # fmt: skip


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    SERVERS.set_forkserver_preload(["tests.promises.test_kills", "assessor_registry.app"])
    folder = tmp_path_factory.mktemp("kills") / "data"
    settings = Settings(data_dir=folder, jobs=False)
    settings.secrets_dir.mkdir(parents=True, mode=0o700)
    for name, key in zip(founding.KEY_FILES, (FIELD_KEY, AUTHORITY_KEY, bytes(32)), strict=True):
        (settings.secrets_dir / name).write_bytes(key)
        (settings.secrets_dir / name).chmod(0o600)
    with opened(settings) as found:
        founding.migrate(found)
        today = clock.day_of(clock.now(), settings.zone)
        world = World(found.database, folder / "uploads", today)
        people = [world.assessor() for _ in range(WRITERS)]
        plan = world.schedule(today, today + DAY, candidates=0)  # so that midnight may pass meanwhile
        for person in people:
            world.assign(plan, person)
        yield Ground(folder, found, world, [(person, token(world, person)) for person in people], plan, free_port())


def token(world: World, person: PersonRef) -> str:
    now = clock.now()
    values = {"kind": "token", "account_id": person.actor.account_id, "grant_id": person.actor.grant_id,
              "expires_at": now + timedelta(days=1)}  # fmt: skip
    return world.db.perform(lambda tx: open_credential(tx, values, now))


def until_it_answers(ground: Ground) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{ground.port}/health", timeout=5) as answer:
                assert answer.status == 200
                return
        except OSError:
            assert time.monotonic() < deadline, "the server did not come up"
            time.sleep(0.02)


@contextmanager
def server(ground: Ground) -> Iterator[Any]:
    """A server that answers; killed at the end if it still runs."""
    process = SERVERS.Process(target=run_server, args=(str(ground.folder), ground.port))
    process.start()
    try:
        until_it_answers(ground)
        yield process
    finally:
        process.kill()
        process.join(20)


def call(ground: Ground, secret: str, method: str, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
    """One call of the API. An answer of the server that is a refusal fails the test; a cut line raises OSError."""
    headers = {"authorization": f"Bearer {secret}", "content-type": "application/json", "idempotency-key": key}
    url = f"http://127.0.0.1:{ground.port}/api/v1{path}"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return dict(json.load(answer))


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
    """Everything acknowledged is there under the code that was told, once, and the registry is whole."""
    with ground.world.db.read() as conn:
        rows = conn.execute(text("SELECT attempt_id, code FROM record")).all()
    there = {row.attempt_id: row.code for row in rows}
    assert len(there) == len(rows), "somebody was recorded twice"
    assert {attempt: there.get(attempt) for attempt in ground.told} == ground.told
    assert broken(ground.world.db, ground.world.registry, clock.now()) == []


def a_round(ground: Ground, chance: random.Random, end: Callable[[Any], None]) -> int:
    """Write, be cut off by `end(process)`, start again and ask for the rest with the same keys; how many were cut."""
    attempts = ground.more_candidates()
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
    """Every record verifies, and there are no others than those that were told."""
    report = checking.check(Settings(data_dir=ground.folder, jobs=False), ground.world.db)
    assert report.faults == ()
    assert report.checked["records"] == len(ground.told)


def kill(process: Any) -> None:
    os.kill(process.pid, signal.SIGKILL)


def test_a_server_killed_while_eight_assessors_sign_loses_nothing_and_doubles_nothing(ground: Ground) -> None:
    chance = seeded("kills")
    cut = [a_round(ground, chance, kill) for _ in range(KILLS)]
    assert any(cut), "no kill came while somebody was writing"
    whole(ground)


def stop_at_once(ground: Ground) -> None:
    """What `pg_ctl stop -m immediate` does."""
    assert ground.opened.server is not None
    os.kill(ground.opened.server.postmaster_pid, signal.SIGQUIT)


def test_postgresql_stopped_at_once_comes_back_under_the_running_server_and_lost_nothing(ground: Ground) -> None:
    chance = seeded("crashes")
    for _ in range(CRASHES):
        attempts = ground.more_candidates()
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
    whole(ground)
