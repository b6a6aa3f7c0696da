"""A look at another day harms nothing that people have done with a to-do; one that is opened again is news."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text
from tests.support.people import ACTOR, NOW, TODAY, add_person

from assessor_registry import jobs
from assessor_registry.days import add_months
from assessor_registry.db.engine import Database
from assessor_registry.validity import actions
from assessor_registry.validity.actions import NewCertificate, NewExtension

DAY = timedelta(days=1)
FIRST = date(2023, 12, 14)
SEASON = (TODAY + 70 * DAY, TODAY + 158 * DAY)


def certify(tx: Connection, who: UUID, last: date, now: datetime = NOW) -> UUID:
    return actions.add_certificate(tx, ACTOR, NewCertificate(who, min(FIRST, last), last, "uji"), now=now).id


def sweep(database: Database, today: date, *, mail: bool = True) -> jobs.SweepResult:
    return jobs.sweep(database, today, now=NOW, mail=mail)


def rows(database: Database) -> list[tuple[Any, ...]]:
    """Every open to-do with what people have done with it."""
    query = text(
        "SELECT kind, subject_id, last_day, stage, backlog, told_stage, acknowledged_at, note FROM flag "
        "WHERE cleared_at IS NULL ORDER BY 1, 2, 3"
    )
    with database.read() as conn:
        return [tuple(row) for row in conn.execute(query)]


def seen_to(database: Database) -> None:
    """Every open to-do is told and taken up."""
    with database.transaction() as tx:
        tx.execute(text("UPDATE flag SET told_stage = stage, acknowledged_at = now(), note = 'sudah dihubungi'"))


def someone(database: Database, last: date) -> UUID:
    with database.transaction() as tx:
        who = add_person(tx)
        certify(tx, who, last)
    return who


@pytest.mark.parametrize("other", [TODAY - 600 * DAY, TODAY - 100 * DAY, TODAY + 400 * DAY])
def test_what_was_told_and_taken_up_is_so_after_a_look_at_any_other_day(database: Database, other: date) -> None:
    someone(database, TODAY + 100 * DAY)
    ending = someone(database, TODAY + 100 * DAY)
    with database.transaction() as tx:
        season = "INSERT INTO season (id, name, first_day, last_day) VALUES (gen_random_uuid(), 'UKK', :a, :b)"
        tx.execute(text(season), {"a": SEASON[0], "b": SEASON[1]})
        end = "UPDATE assessor SET ended_on = :day, ended_reason = 'retired' WHERE id = :id"
        tx.execute(text(end), {"day": TODAY + 300 * DAY, "id": ending})
    sweep(database, TODAY)
    seen_to(database)
    before = rows(database)
    assert {row[0] for row in before} == {"certificate_ending", "season_gap"}
    sweep(database, other, mail=False)
    sweep(database, TODAY)
    assert rows(database) == before


@pytest.mark.parametrize("look", [False, True])
def test_when_the_registry_learnt_of_someone_outlasts_a_look_at_another_day(database: Database, look: bool) -> None:
    sweep(database, TODAY - 500 * DAY)
    someone(database, TODAY + 70 * DAY)
    if look:
        sweep(database, TODAY - 600 * DAY, mail=False)
    sweep(database, TODAY)
    assert [row[3:5] for row in rows(database)] == [(3, True)]


def test_a_look_at_a_coming_day_before_the_registry_counts_does_not_make_news_of_what_was_due(
    database: Database,
) -> None:
    someone(database, TODAY - 100 * DAY)
    sweep(database, TODAY + 30 * DAY, mail=False)
    sweep(database, TODAY)
    assert [row[3:5] for row in rows(database)] == [(0, True)]


def test_a_look_tells_of_its_own_day_and_the_next_day_is_right_again(database: Database) -> None:
    someone(database, TODAY + 10 * DAY)
    sweep(database, TODAY)
    seen_to(database)
    past = sweep(database, add_months(TODAY, -3), mail=False)
    assert (past.expired, past.expiring["6"], past.expiring["1"]) == (0, 1, 0)
    long_past = sweep(database, add_months(TODAY, -24), mail=False)
    assert (long_past.expired, sum(long_past.expiring.values())) == (0, 0)
    coming = sweep(database, TODAY + 11 * DAY, mail=False)
    assert (coming.expired, sum(coming.expiring.values())) == (1, 0)
    again = sweep(database, TODAY)
    assert (again.expired, again.expiring["1"]) == (0, 1)


def changed_by_certificate(database: Database, who: UUID, now: datetime) -> Callable[[], None]:
    newer = database.perform(lambda tx: certify(tx, who, TODAY + 900 * DAY, now))
    wrong = NewCertificate(who, FIRST, TODAY - 500 * DAY, "uji")

    def undo() -> None:
        database.perform(lambda tx: actions.correct_certificate(tx, ACTOR, newer, wrong, reason="salah", now=now))

    return undo


def changed_by_circular(database: Database, _who: UUID, now: datetime) -> Callable[[], None]:
    new = NewExtension(TODAY - 400 * DAY, TODAY + DAY, TODAY + 900 * DAY, "SE.1", TODAY, TODAY, None)
    done = database.perform(lambda tx: actions.extend(tx, ACTOR, new, now=now))
    day = TODAY + 40 * DAY

    def undo() -> None:
        taken_back: dict[str, Any] = {"reference": "SE.2", "issued_on": day, "received_on": day}
        database.perform(lambda tx: actions.cancel_extension(tx, ACTOR, done.id, now=now + 40 * DAY, **taken_back))

    return undo


@pytest.mark.parametrize("change", [changed_by_certificate, changed_by_circular])
def test_what_is_opened_again_later_is_told_to_whom_it_concerns(database: Database, change: Any) -> None:
    who = someone(database, TODAY - 100 * DAY)
    sweep(database, TODAY)
    seen_to(database)
    undo = change(database, who, NOW)
    sweep(database, TODAY + DAY)
    assert rows(database) == []
    undo()
    sweep(database, TODAY + 40 * DAY)
    assert [row[3:] for row in rows(database)] == [(0, False, None, None, None)]
