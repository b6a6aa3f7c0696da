"""G10. The scheduler only notices: outages, doubled runs, two processes and kills end in the same to-dos.

60 days as part of the tests, 400 in the campaign. Every to-do is held against the dates themselves on each day that a
sweep ran, and against a registry that was swept every single day.
"""

import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text
from tests.support.campaign import size
from tests.support.people import ACTOR, add_people, add_scheme

from assessor_registry import jobs
from assessor_registry.days import add_months
from assessor_registry.db.engine import Database
from assessor_registry.flags.rules import EXPIRED, stage
from assessor_registry.settings import Settings
from assessor_registry.validity import actions, store
from assessor_registry.validity.actions import NewCertificate, NewTechnical

DAYS = size(60, 400)
START = date(2026, 9, 1)
DAY = timedelta(days=1)
STAGES = (12, 6, 3, 1)
SEASON = (START + 60 * DAY, START + 90 * DAY)


def noon(today: date) -> datetime:
    return datetime.combine(today, time(4), UTC)


@pytest.fixture
def second(cluster: Any) -> Iterator[Database]:
    """A second registry, swept every day."""
    name = cluster.new_database()
    opened = Database(cluster.server.url(name, "registry_app"), pool_size=2)
    yield opened
    opened.close()
    cluster.drop(name)


@dataclass
class Province:
    """The same events, day by day, in every registry given."""

    registries: tuple[Database, ...]
    chance: random.Random
    people: list[UUID] = field(default_factory=list)
    gone: set[UUID] = field(default_factory=set)
    scheme: UUID | None = None

    def begin(self) -> None:
        """A register with people of all kinds, and a season."""
        ids = [uuid4() for _ in range(60)]
        spread = [START + self.chance.randint(-400, 800) * DAY for _ in ids]
        for registry in self.registries:
            with registry.transaction() as tx:
                add_people(tx, ids=ids)
                new = [
                    NewCertificate(who, last - 900 * DAY, last, "uji") for who, last in zip(ids, spread, strict=True)
                ]
                actions.add_imported(tx, ACTOR, uuid4(), new, [], now=noon(START))
                tx.execute(
                    text("INSERT INTO season VALUES (gen_random_uuid(), 'UKK', :a, :b)"),
                    {"a": SEASON[0], "b": SEASON[1]},
                )
        self.people = ids

    def happen(self, today: date) -> None:
        """Perhaps someone is renewed, someone new comes, someone retires, a competence is entered."""
        event = self.chance.choice(["", "", "renew", "renew", "new", "retire", "technical"])
        who = self.chance.choice(self.people)
        last = today + self.chance.randint(-200, 1000) * DAY
        fresh = [uuid4() for _ in range(3)]
        for registry in self.registries:
            with registry.transaction() as tx:
                self._act(tx, event, who, last, fresh, today)
        if event == "new":
            self.people += fresh
        if event == "retire":
            self.gone.add(who)

    def _act(self, tx: Connection, event: str, who: UUID, last: date, fresh: list[UUID], today: date) -> None:
        now = noon(today)
        if event == "renew":
            actions.add_certificate(tx, ACTOR, NewCertificate(who, last - 900 * DAY, last, "uji"), now=now)
        elif event == "new":
            add_people(tx, ids=fresh)
            new = [NewCertificate(one, last - 900 * DAY, last, "uji") for one in fresh]
            actions.add_imported(tx, ACTOR, uuid4(), new, [], now=now)
        elif event == "retire":
            tx.execute(
                text("UPDATE assessor SET ended_on = :day, ended_reason = 'retired' WHERE id = :id"),
                {"day": today, "id": who},
            )
        elif event == "technical":
            actions.add_technical(
                tx, ACTOR, NewTechnical(who, "RPL", "uji", add_scheme(tx), None, last - 900 * DAY, last), now=now
            )


def todos(registry: Database) -> set[tuple[UUID, str, date, int, bool]]:
    with registry.read() as conn:
        rows = conn.execute(
            text("SELECT subject_id, kind, last_day, stage, backlog FROM flag WHERE cleared_at IS NULL")
        ).all()
    assert len({row[:3] for row in rows}) == len(rows), "a to-do is doubled"
    return {tuple(row) for row in rows}


def expected(registry: Database, province: Province, today: date) -> set[tuple[UUID, str, date, int]]:
    """What the dates alone say is to be done, computed in Python from the facts."""
    found: set[tuple[UUID, str, date, int]] = set()
    gap = (add_months(SEASON[0], -12), SEASON[1] - DAY) if today <= SEASON[1] else (date.max, date.min)
    with registry.read() as conn:
        covered = store.coverage_of(conn, None)
        technicals = store.technicals(conn, province.people)
    for who, periods in covered.items():
        last = periods[-1].last_day
        if who in province.gone or (reached := stage(last, today, STAGES)) is None:
            continue
        found.add((who, "certificate_ending", last, reached))
        if gap[0] <= last <= gap[1]:
            found.add((who, "season_gap", last, reached))
    for row in technicals:
        if row.assessor_id not in province.gone and row.last_day is not None:
            reached = stage(row.last_day, today, STAGES)
            if reached is not None:
                found.add((row.assessor_id, "technical_ending", row.last_day, reached))
    return found


def disturbed(registry: Database, today: date, chance: random.Random) -> bool:
    """Sweep a registry the way a bad day does; return whether a sweep got through."""
    match chance.choice(["down", "down", "once", "twice", "two processes", "killed", "killed and again", "rehearsed"]):
        case "down":
            return False
        case "once":
            jobs.sweep(registry, today, now=noon(today), mail=True)
        case "twice":
            jobs.sweep(registry, today, now=noon(today), mail=True)
            assert jobs.sweep(registry, today, now=noon(today), mail=True).new_flags == 0
        case "two processes":
            both = [threading.Thread(target=jobs.daily_sweep, args=(registry, today, noon(today))) for _ in range(2)]
            for one in both:
                one.start()
            for one in both:
                one.join(30)
        case "killed":
            killed(registry, today)
            return False
        case "killed and again":
            killed(registry, today)
            jobs.sweep(registry, today, now=noon(today), mail=True)
        case "rehearsed":
            jobs.sweep(registry, today + chance.randint(-300, 300) * DAY, now=noon(today), mail=False)
            jobs.sweep(registry, today, now=noon(today), mail=True)
    return True


class Killed(Exception):
    """The process is gone."""


def killed(registry: Database, today: date) -> None:
    """The connection is cut when all is written and nothing committed."""
    with pytest.raises(Killed), registry.transaction() as tx:
        jobs.sweep_in(tx, today, noon(today))
        raise Killed


@pytest.mark.parametrize("seed", [2026, 11])
def test_after_any_outage_the_to_dos_are_those_of_daily_sweeps(database: Database, second: Database, seed: int) -> None:
    chance = random.Random(seed)
    province = Province((database, second), random.Random(seed + 1))
    province.begin()
    for offset in range(DAYS):
        today = START + offset * DAY
        jobs.sweep(second, today, now=noon(today), mail=True)
        # The first day counts for both: it is the day from which the registry counts.
        swept = (
            disturbed(database, today, chance) if offset else jobs.daily_sweep(database, today, noon(today)) is not None
        )
        if swept:
            found = todos(database)
            assert found == todos(second), today
            assert {todo[:4] for todo in found} == expected(database, province, today), today
        province.happen(today)
    final = START + DAYS * DAY
    for registry in (database, second):
        jobs.sweep(registry, final, now=noon(final), mail=True)
    assert todos(database) == todos(second)
    assert {todo[:4] for todo in todos(database)} == expected(database, province, final)


def test_each_expiry_is_told_once_however_often_and_late_the_jobs_run(database: Database, tmp_path: Path) -> None:
    province = Province((database,), random.Random(7))
    province.begin()
    settings = Settings(data_dir=tmp_path, public_url="http://127.0.0.1:8000")
    with database.transaction() as tx:
        tx.execute(
            text("INSERT INTO account (id, login, name, email, created_at) VALUES (:id, 'kabid', 'K', 'k@x.id', :now)"),
            {"id": (account := uuid4()), "now": noon(START)},
        )
        tx.execute(
            text(
                "INSERT INTO access_grant (id, account_id, role, scope_kind, first_day, granted_at) "
                "VALUES (gen_random_uuid(), :account, 'division', 'province', :day, :now)"
            ),
            {"account": account, "day": START, "now": noon(START)},
        )
    chance = random.Random(3)
    for offset in range(60):
        today = START + offset * DAY
        if offset and chance.random() < 0.5:
            continue
        for _ in range(chance.randint(1, 3)):
            jobs.catch_up(database, settings, noon(today))
    jobs.catch_up(database, settings, noon(START + 60 * DAY))
    with database.read() as conn:
        mails = conn.execute(text("SELECT kind, day, body FROM outgoing_mail ORDER BY day")).all()
        ended = conn.execute(
            text("SELECT a.name FROM flag f JOIN assessor a ON a.id = f.subject_id WHERE f.kind = 'certificate_ending'"
                 " AND f.stage = :expired AND NOT f.backlog"),
            {"expired": EXPIRED},
        ).scalars().all()  # fmt: skip
        moved = conn.execute(
            text("SELECT a.name FROM flag f JOIN assessor a ON a.id = f.subject_id WHERE f.kind = 'certificate_ending'"
                 " AND f.stage = :expired AND f.backlog AND f.last_day >= :start"),
            {"expired": EXPIRED, "start": START},
        ).scalars().all()  # fmt: skip
    assert [mail.kind for mail in mails if mail.day == START] == ["summary"], "one summary of what was due before"
    assert sum(mail.kind == "summary" for mail in mails) == 1
    told = "".join(mail.body for mail in mails if mail.kind == "digest")
    assert moved or ended
    for name in (*ended, *moved):
        assert told.count(f"- {name}: sudah berakhir") == 1
    assert len({(mail.kind, mail.day) for mail in mails}) == len(mails)
