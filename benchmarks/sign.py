"""24 records signed in one request, from unlocked key to committed answer ÷ the same rows in a bare transaction.

    python -m benchmarks.sign [--records 24] [--units 26] [--rounds 7]

All sides run interleaved against one private PostgreSQL with its ordinary settings (fsync on). Ours: lock, read what
the results rest on, judge, build, sign (ES256), insert, audit, commit. The floor: raw psycopg, one connection held, the
same rows ready in memory, INSERT by a pipelined `executemany` per table, the two UPDATEs, commit. Aim: median ratio
≥ 0.35. Beside it, for information, a floor that goes in by COPY, which no ordinary transaction does.
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import make_url
from tests.support.event import DAY, PASSPHRASE, D, Event, at

from assessor_registry.accounts.rules import Actor
from assessor_registry.assessments import actions
from assessor_registry.assessments.rules import Content
from assessor_registry.db import migrations
from assessor_registry.db.embedded import PrivateServer
from assessor_registry.db.engine import Database
from assessor_registry.signing.actions import unlock
from assessor_registry.signing.keys import UnlockedKey

TABLES = ("record", "record_unit", "record_state", "audit_entry")
GENERATED = {"assessed", "signed", "named"}


@dataclass(frozen=True)
class Round:
    """Drafts that wait to be signed, and their attempts."""

    drafts: list[UUID]
    attempts: list[UUID]
    day: Any


def prepare(event: Event, assessor: Actor, day: Any, records: int) -> Round:
    """One schedule with `records` candidates whose results are filled in."""
    schedule = event.schedule(day)
    attempts = event.add(schedule, event.students(records), day)
    event.assign(schedule, assessor, day)
    content = Content("assessed", dict.fromkeys(event.codes, "K"), None, "K")
    drafts = [event.save(assessor, one, content, day).draft_id for one in attempts]
    return Round(drafts, attempts, day)


def ours(event: Event, assessor: Actor, key: UnlockedKey, work: Round) -> None:
    """What a request does once the key is unlocked."""
    event.db.perform(
        lambda tx: actions.sign_unlocked(tx, assessor, work.drafts, key, registry=event.registry, now=at(work.day, 15))
    )


def rows_of(conn: psycopg.Connection[Any], signed: Round, waiting: Round) -> "Rows":
    """The rows that `signed` has put into each table, turned into rows for `waiting`."""
    other = dict(zip(signed.attempts, waiting.attempts, strict=True))
    found_ids = conn.execute("SELECT id FROM record WHERE attempt_id = ANY(%s)", [signed.attempts])
    ids = {row[0]: uuid4() for row in found_ids}
    queries = {
        "record": ("attempt_id = ANY(%s)", signed.attempts),
        "record_unit": ("record_id = ANY(%s)", list(ids)),
        "record_state": ("record_id = ANY(%s)", list(ids)),
        "audit_entry": ("subject_id = ANY(%s) AND act = 'assessments.sign'", [str(one) for one in ids]),
    }
    found = {}
    for table, (where, values) in queries.items():
        cursor = conn.execute(f"SELECT * FROM {table} WHERE {where}", [values])
        names = [column.name for column in cursor.description or ()]
        kept = [place for place, name in enumerate(names) if name not in GENERATED]
        rows = [[_other(names[place], row[place], ids, other) for place in kept] for row in cursor]
        found[table] = ([names[place] for place in kept], rows)
    return found


def _other(name: str, value: Any, ids: dict[UUID, UUID], attempts: dict[UUID, UUID]) -> Any:
    if isinstance(value, dict):
        return Jsonb(value)
    if name == "code":
        return uuid4().hex
    if name == "id" and value not in ids:
        return uuid4()
    return ids.get(value, attempts.get(value, value)) if isinstance(value, UUID) else value


Rows = dict[str, tuple[list[str], list[Any]]]


def floor(conn: psycopg.Connection[Any], rows: Rows, work: Round, *, by_copy: bool) -> None:
    """The same rows, and nothing else, in one transaction."""
    with conn.transaction(), conn.cursor() as cursor:
        for table in TABLES:
            names, values = rows[table]
            listed = ", ".join(names)
            if by_copy:
                with cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
                    for row in values:
                        copy.write_row(row)
            else:
                marks = ", ".join(["%s"] * len(names))
                cursor.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", values)
        cursor.execute(
            "UPDATE draft SET record_id = new.record FROM unnest(%s::uuid[], %s::uuid[]) AS new (id, record) "
            "WHERE draft.id = new.id",
            [work.drafts, [row[0] for row in rows["record"][1]]],
        )
        cursor.execute("UPDATE attempt SET recorded_at = now() WHERE id = ANY(%s)", [work.attempts])


def timed(act: Callable[[], None]) -> float:
    """Milliseconds that `act` took."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def measure(server: PrivateServer, records: int, units: int, rounds: int) -> dict[str, Any]:
    """Run both sides in turn, after two rounds that only warm up."""
    database = Database(server.url("bench", "registry_app"), pool_size=2)
    event = Event(database, units=units)
    assessor = event.assessor()
    event.enrol(assessor)
    assert assessor.assessor_id is not None
    raw = make_url(server.url("bench", "registry_app")).set(drivername="postgresql")
    sides: dict[str, list[float]] = {"ours": [], "floor": [], "floor_by_copy": []}
    with (
        psycopg.connect(raw.render_as_string(hide_password=False), autocommit=True) as conn,
        unlock(database, assessor.assessor_id, PASSPHRASE, at(D)) as key,
    ):
        for number in range(rounds + 2):
            day = D + timedelta(days=3 * number)
            work, plain, copied = (prepare(event, assessor, day + offset * DAY, records) for offset in range(3))
            sides["ours"].append(timed(partial(ours, event, assessor, key, work)))
            for name, spare in (("floor", plain), ("floor_by_copy", copied)):
                rows, by_copy = rows_of(conn, work, spare), name != "floor"
                sides[name].append(timed(partial(floor, conn, rows, spare, by_copy=by_copy)))
    database.close()
    return report({name: values[2:] for name, values in sides.items()}, records, units)


def report(sides: dict[str, list[float]], records: int, units: int) -> dict[str, Any]:
    """Median and range of each side in milliseconds, and of the ratios, round by round."""
    shown = dict(sides)
    for name in ("floor", "floor_by_copy"):
        shown[f"{name} ÷ ours"] = [one / other for one, other in zip(sides[name], sides["ours"], strict=True)]
    spread = {
        name: {"median": round(statistics.median(values), 3), "range": [round(min(values), 3), round(max(values), 3)]}
        for name, values in shown.items()
    }
    machine = {"machine": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
    return {"records": records, "units": units, "rounds": len(sides["ours"]), **spread, "aim": 0.35, **machine}


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--records", type=int, default=24)
    parser.add_argument("--units", type=int, default=26)
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = PrivateServer.start(Path(folder))
        try:
            owner = make_url(server.url("postgres")).set(drivername="postgresql").render_as_string(hide_password=False)
            with psycopg.connect(owner, autocommit=True) as conn:
                conn.execute("CREATE DATABASE bench")
            migrations.upgrade(server.url("bench"))
            print(
                json.dumps(measure(server, chosen.records, chosen.units, chosen.rounds), indent=2, ensure_ascii=False)
            )
        finally:
            server.release()


if __name__ == "__main__":
    main()
