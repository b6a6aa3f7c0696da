"""Assessors who record and sign today, over a server that runs in a process of its own and may be killed.

The database is a real private server with its durability on, not the quick one of the other tests.
"""

import json
import multiprocessing
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.world import AUTHORITY_KEY, DAY, FIELD_KEY, PersonRef, Plan, World

from assessor_registry import clock, founding, serving
from assessor_registry.accounts.actions.sessions import open_credential
from assessor_registry.db.opening import Opened, opened
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.settings import Settings

# Forked from a process that has everything imported: a start takes a part of a second.
_SERVERS = multiprocessing.get_context("forkserver")


def run_server(folder: str, port: int) -> None:
    """The server as `serve` runs it, in a process of its own."""
    settings = Settings(data_dir=Path(folder), jobs=False)
    with opened(settings) as found:
        serving.serve(settings, found, "127.0.0.1", port, announce=lambda address: None)


@dataclass
class Ground:
    """A founded registry with assessors who may sign today, and what they were told."""

    folder: Path
    opened: Opened
    world: World
    people: list[tuple[PersonRef, str]]
    plan: Plan
    port: int
    told: dict[UUID, str] = field(default_factory=dict)

    def more_candidates(self, count: int) -> tuple[UUID, ...]:
        """So many attempts that nobody has recorded yet."""
        students = self.world.students(count)
        act = partial(scheduling.add_candidates, actor=self.world.system, schedule_id=self.plan.id)
        return tuple(self.world.db.perform(
            lambda tx: act(tx, student_ids=students, today=self.world.today, now=self.world.now)
        ).attempts)  # fmt: skip


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def signing_ground(folder: Path, people: int) -> Iterator[Ground]:
    """Found a registry below `folder` in which so many assessors may record and sign today."""
    _SERVERS.set_forkserver_preload(["tests.support.signers", "assessor_registry.app"])
    settings = Settings(data_dir=folder, jobs=False)
    settings.secrets_dir.mkdir(parents=True, mode=0o700)
    for name, key in zip(founding.KEY_FILES, (FIELD_KEY, AUTHORITY_KEY, bytes(32)), strict=True):
        (settings.secrets_dir / name).write_bytes(key)
        (settings.secrets_dir / name).chmod(0o600)
    with opened(settings) as found:
        founding.migrate(found)
        today = clock.day_of(clock.now(), settings.zone)
        world = World(found.database, folder / "uploads", today)
        plan = world.schedule(today, today + DAY, candidates=0)  # so that midnight may pass meanwhile
        made = [world.assessor() for _ in range(people)]
        for person in made:
            world.assign(plan, person)
        yield Ground(folder, found, world, [(person, token(world, person)) for person in made], plan, free_port())


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
    process = _SERVERS.Process(target=run_server, args=(str(ground.folder), ground.port))
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
