"""Periods follow the facts, as differences, and say who lost active days."""

import threading
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from tests.support.people import ACTOR, NOW, add_people, add_person, add_region

from assessor_registry.audit import store as audit
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, InvalidInput, NotFound
from assessor_registry.files import actions as files
from assessor_registry.validity import actions, rules, store
from assessor_registry.validity.actions import EndingDecree, NewCertificate, NewExtension, NewSanction, NewTechnical
from assessor_registry.validity.rules import Period

FIRST, LAST = date(2023, 12, 14), date(2026, 12, 13)
DECREE = EndingDecree(date(2026, 5, 1), "KEP.9", date(2026, 4, 30), date(2026, 5, 2))


def certificate(who: UUID, first: date = FIRST, last: date = LAST, number: str = "No. 1") -> NewCertificate:
    return NewCertificate(who, first, last, "uji", number=number)


def suspension(who: UUID, first: date, last: date | None = None, certificate_id: UUID | None = None) -> NewSanction:
    return NewSanction(who, "suspension", first, last, "KEP.1", first, first, certificate_id)


def circular(ends_from: date, ends_to: date, until: date, region: str | None = None) -> NewExtension:
    return NewExtension(ends_from, ends_to, until, "SE.1", ends_to, ends_to, region)


def periods(tx: Connection, who: UUID) -> list[Period]:
    return store.active_periods_of(tx, [who]).get(who, [])


def test_a_certificate_makes_active_from_its_first_to_its_last_day(database: Database) -> None:
    with database.transaction() as tx:
        who = add_person(tx)
        done = actions.add_certificate(tx, ACTOR, certificate(who), now=NOW)
        assert periods(tx, who) == [Period(FIRST, LAST)]
        assert done.shrunk == ()
        assert [store.active_on(tx, [who], day) for day in (LAST, LAST + timedelta(1))] == [{who}, set()]
        assert audit.of_subject(tx, "assessor", who)[0].act == "validity.add_certificate"
    with database.read() as conn:
        assert actions.check(conn) == []


def test_a_correction_keeps_the_old_row_and_says_which_days_were_lost(database: Database) -> None:
    with database.transaction() as tx:
        who = add_person(tx)
        first = actions.add_certificate(tx, ACTOR, certificate(who), now=NOW).id
        done = actions.correct_certificate(
            tx, ACTOR, first, certificate(who, last=date(2026, 6, 30)), reason="salah baca", now=NOW
        )
        assert done.shrunk == (rules.Shrunk(who, (Period(date(2026, 7, 1), LAST),)),)
        assert [row.id for row in store.certificates(tx, [who])] == [done.id]
        assert {row.id for row in store.certificates(tx, [who], history=True)} == {first, done.id}
        with pytest.raises(Conflict, match="corrected_meanwhile"):
            actions.correct_certificate(tx, ACTOR, first, certificate(who), reason="lagi", now=NOW)
        with pytest.raises(NotFound):
            actions.correct_certificate(tx, ACTOR, done.id, certificate(add_person(tx)), reason="orang lain", now=NOW)


def test_what_is_corrected_keeps_its_scan_unless_the_correction_brings_one(database: Database, tmp_path: Path) -> None:
    def scan(tx: Connection) -> UUID:
        return files.keep(tx, tmp_path, content=b"%PDF-1.4\n" + uuid4().bytes, given_name="sertifikat.pdf",
                          purpose="certificate", uploaded_by=ACTOR.author, now=NOW)  # fmt: skip

    def held(tx: Connection, who: UUID) -> list[UUID | None]:
        certificates, technicals = store.certificates(tx, [who]), store.technicals(tx, [who])
        return [*(row.file_id for row in certificates), *(row.file_id for row in technicals)]

    with database.transaction() as tx:
        who, old, newer = add_person(tx), scan(tx), scan(tx)
        first = actions.add_certificate(tx, ACTOR, replace(certificate(who), file_id=old), now=NOW).id
        technical = NewTechnical(who, "Junior Coder", "uji", number="T1", last_day=LAST, file_id=old)
        known = actions.add_technical(tx, ACTOR, technical, now=NOW)
        later = replace(technical, file_id=None, last_day=date(2027, 1, 1))
        actions.add_imported(
            tx, ACTOR, uuid4(), [], [],
            corrections=[(first, certificate(who, last=date(2026, 6, 30)))], technical_corrections=[(known, later)],
            now=NOW,
        )  # fmt: skip
        assert held(tx, who) == [old, old]
        (now,) = store.certificates(tx, [who])
        actions.correct_certificate(tx, ACTOR, now.id, certificate(who), reason="cetak", now=NOW)
        assert held(tx, who)[0] == old
        (now,) = store.certificates(tx, [who])
        brings = replace(certificate(who), file_id=newer)
        actions.correct_certificate(tx, ACTOR, now.id, brings, reason="pindai ulang", now=NOW)
        assert held(tx, who)[0] == newer


@pytest.mark.parametrize("days", [(LAST, FIRST), (date(1066, 1, 1), LAST), (FIRST, date(2206, 12, 13))])
def test_a_certificate_with_impossible_days_is_refused(database: Database, days: tuple[date, date]) -> None:
    with database.transaction() as tx:
        who = add_person(tx)
        with pytest.raises(InvalidInput):
            actions.add_certificate(tx, ACTOR, certificate(who, *days), now=NOW)


def test_a_suspension_takes_its_days_out_and_a_reinstatement_gives_them_back(database: Database) -> None:
    with database.transaction() as tx:
        who = add_person(tx)
        actions.add_certificate(tx, ACTOR, certificate(who), now=NOW)
        done = actions.sanction(tx, ACTOR, suspension(who, date(2026, 3, 1)), now=NOW)
        assert done.shrunk[0].lost == (Period(date(2026, 3, 1), LAST),)
        assert actions.reinstate(tx, ACTOR, done.id, DECREE, now=NOW).shrunk == ()
        assert periods(tx, who) == [Period(FIRST, date(2026, 2, 28)), Period(date(2026, 5, 1), LAST)]
        actions.cancel_sanction(tx, ACTOR, done.id, DECREE, now=NOW)
        assert periods(tx, who) == [Period(FIRST, LAST)]


def test_a_cancelled_reinstatement_makes_the_sanction_hold_again(database: Database) -> None:
    with database.transaction() as tx:
        who = add_person(tx)
        actions.add_certificate(tx, ACTOR, certificate(who), now=NOW)
        held = actions.sanction(tx, ACTOR, suspension(who, date(2026, 3, 1)), now=NOW)
        lifted = actions.reinstate(tx, ACTOR, held.id, DECREE, now=NOW)
        taken_back = actions.cancel_sanction(tx, ACTOR, lifted.id, DECREE, now=NOW)
        assert taken_back.shrunk == (rules.Shrunk(who, (Period(date(2026, 5, 1), LAST),)),)


def test_a_sanction_of_a_certificate_follows_its_correction_and_spares_another(database: Database) -> None:
    with database.transaction() as tx:
        who = add_person(tx)
        one = actions.add_certificate(tx, ACTOR, certificate(who), now=NOW).id
        actions.add_certificate(tx, ACTOR, certificate(who, date(2026, 9, 1), date(2029, 8, 31), "No. 2"), now=NOW)
        actions.sanction(tx, ACTOR, suspension(who, date(2026, 3, 1), certificate_id=one), now=NOW)
        actions.correct_certificate(tx, ACTOR, one, certificate(who, last=date(2027, 1, 31)), reason="cetak", now=NOW)
        assert periods(tx, who) == [Period(FIRST, date(2026, 2, 28)), Period(date(2026, 9, 1), date(2029, 8, 31))]


def test_a_circular_covers_whoever_is_added_later_in_its_region_and_no_other(database: Database) -> None:
    with database.transaction() as tx:
        add_region(tx, "64.72")
        done = actions.extend(
            tx, ACTOR, circular(date(2026, 12, 1), date(2026, 12, 31), date(2027, 5, 31), "64.72"), now=NOW
        )
        inside, outside = add_person(tx, region="64.72"), add_person(tx, region="64.71")
        for who in (inside, outside):
            actions.add_certificate(tx, ACTOR, certificate(who), now=NOW)
        assert periods(tx, inside)[-1].last_day == date(2027, 5, 31)
        assert periods(tx, outside)[-1].last_day == LAST
        amended = actions.amend_extension(
            tx, ACTOR, done.id, circular(date(2026, 12, 1), date(2026, 12, 31), date(2027, 3, 31), "64.72"), now=NOW
        )
        assert [shrunk.assessor_id for shrunk in amended.shrunk] == [inside]
        gone = actions.cancel_extension(
            tx, ACTOR, amended.id, reference="SE.2", issued_on=LAST, received_on=LAST, now=NOW
        )
        assert gone.shrunk[0].lost == (Period(date(2026, 12, 14), date(2027, 3, 31)),)
        with pytest.raises(Conflict):
            actions.amend_extension(tx, ACTOR, done.id, circular(FIRST, LAST, date(2028, 1, 1)), now=NOW)
    with database.read() as conn:
        assert actions.check(conn) == []


def test_an_unchanged_row_is_not_touched_and_a_surviving_one_is_moved(database: Database) -> None:
    """Delete and insert made an honest concurrent assignment fail at commit."""
    with database.transaction() as tx:
        who = add_person(tx)
        actions.add_certificate(tx, ACTOR, certificate(who), now=NOW)
        before = tx.execute(text("SELECT ctid, xmin::text FROM active_period")).one()
    with database.transaction() as tx:
        actions.rebuild(tx, [who], NOW)
        assert tx.execute(text("SELECT ctid, xmin::text FROM active_period")).one() == before
    written = text(
        "SELECT n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_xact_user_tables WHERE relname = 'active_period'"
    )
    with database.transaction() as tx:
        earlier = tx.execute(written).one()
        actions.add_certificate(tx, ACTOR, certificate(who, date(2026, 9, 1), date(2029, 8, 31)), now=NOW)
        later = tx.execute(written).one()
        assert tuple(late - early for late, early in zip(later, earlier, strict=True)) == (0, 1, 0)


def test_a_fact_entered_at_the_same_time_by_another_is_not_lost(database: Database) -> None:
    with database.transaction() as tx:
        who = add_person(tx)
    entered, waiting = threading.Event(), threading.Event()

    def second() -> None:
        entered.wait(10)
        waiting.set()
        with database.transaction() as tx:
            actions.add_certificate(tx, ACTOR, certificate(who, date(2026, 9, 1), date(2029, 8, 31), "No. 2"), now=NOW)

    other = threading.Thread(target=second)
    other.start()
    with database.transaction() as tx:
        actions.add_certificate(tx, ACTOR, certificate(who), now=NOW)
        entered.set()
        waiting.wait(10)
    other.join(20)
    with database.read() as conn:
        assert store.active_periods_of(conn, [who])[who] == [Period(FIRST, date(2029, 8, 31))]
        assert actions.check(conn) == []


def test_the_checker_finds_what_someone_has_changed_behind_our_back(database: Database) -> None:
    with database.transaction() as tx:
        who, other = add_people(tx, 2)
        actions.add_certificate(tx, ACTOR, certificate(who), now=NOW)
        tx.execute(text("UPDATE active_period SET during = daterange('2023-12-14', '2027-12-14')"))
        tx.execute(
            text("INSERT INTO coverage (assessor_id, last_day, covered) VALUES (:i, :d, '{[2020-01-01,2021-01-01)}')"),
            {"i": other, "d": date(2020, 12, 31)},
        )
    with database.read() as conn:
        found = {(difference.assessor_id, difference.table) for difference in actions.check(conn)}
    assert found == {(who, "active_period"), (other, "coverage")}


@pytest.mark.parametrize("number", [0, 1, 2, 63, 64, 65, 66, 200])
def test_an_import_adds_exactly_what_it_was_given(database: Database, number: int) -> None:
    with database.transaction() as tx:
        people = add_people(tx, number)
        new = [certificate(who, FIRST + timedelta(n), LAST + timedelta(n)) for n, who in enumerate(people)]
        technicals = [actions.NewTechnical(who, "Pemrogram Junior", "uji") for who in people]
        assert actions.add_imported(tx, ACTOR, uuid4(), new, technicals, now=NOW) == ()
        found = store.active_periods_of(tx, None)
        assert found == {one.assessor_id: [Period(one.first_day, one.last_day)] for one in new}
        assert len(store.technicals(tx, people)) == number


def test_an_import_takes_the_same_number_of_statements_however_many_rows(database: Database) -> None:
    from sqlalchemy import event

    seen: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    counts = []
    for number in (70, 700):
        with database.transaction() as tx:
            people = add_people(tx, number)
            seen.clear()
            actions.add_imported(tx, ACTOR, uuid4(), [certificate(who) for who in people], [], now=NOW)
            counts.append(len(seen))
    assert counts[0] == counts[1] <= 20


span = st.tuples(st.integers(0, 40), st.integers(0, 12)).map(
    lambda pair: Period(date(2026, 1, 1) + timedelta(pair[0]), date(2026, 1, 1) + timedelta(pair[0] + pair[1]))
)


@given(st.lists(span, max_size=6), st.lists(span, max_size=6))
def test_differences_lead_from_any_periods_to_any_others_without_two_rows_ever_overlapping(
    database: Database, old: list[Period], new: list[Period]
) -> None:
    from assessor_registry.validity.store import periods as stored

    before, after = rules.union(old), rules.union(new)
    with database.transaction() as tx:
        who = add_person(tx)
        stored.write_active(tx, {who: rules.changes([], before)})
        stored.write_active(tx, {who: rules.changes(before, after)})
        assert periods(tx, who) == after


def test_known_at_an_instant_the_periods_are_those_of_the_facts_known_then(database: Database) -> None:
    later = NOW + timedelta(days=30)
    with database.transaction() as tx:
        who = add_person(tx)
        first = actions.add_certificate(tx, ACTOR, certificate(who), now=NOW).id
        actions.correct_certificate(tx, ACTOR, first, certificate(who, last=date(2026, 6, 30)), reason="x", now=later)
        held = actions.sanction(tx, ACTOR, suspension(who, date(2026, 1, 1)), now=later).id
        actions.cancel_sanction(tx, ACTOR, held, DECREE, now=later + timedelta(days=1))

        def known(at: datetime) -> tuple[Period, ...]:
            return store.standing(tx, who, LAST, known_at=at).periods

        assert known(NOW - timedelta(seconds=1)) == ()
        assert known(NOW) == (Period(FIRST, LAST),)
        assert known(later) == (Period(FIRST, date(2025, 12, 31)),)
        assert known(later + timedelta(days=1)) == (Period(FIRST, date(2026, 6, 30)),)
