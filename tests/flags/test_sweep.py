"""To-dos are opened when they are due, move on, clear when their cause is gone, and are never doubled."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Date, Integer, column, select, text, values
from tests.support.people import ACTOR, NOW, TODAY, add_licence, add_lsp, add_people, add_person, add_scheme

from assessor_registry import jobs
from assessor_registry.days import add_months
from assessor_registry.db.engine import Database
from assessor_registry.errors import NotFound
from assessor_registry.flags import actions as flag_actions
from assessor_registry.flags import store as flags
from assessor_registry.flags.rules import latest_due, stage
from assessor_registry.validity import actions
from assessor_registry.validity.actions import NewCertificate, NewTechnical
from assessor_registry.validity.store import sweeping

DAY = timedelta(days=1)
FIRST = date(2023, 12, 14)


def certify(tx: Connection, who: UUID, last: date, now: datetime = NOW) -> UUID:
    return actions.add_certificate(tx, ACTOR, NewCertificate(who, min(FIRST, last), last, "uji"), now=now).id


def opened(database: Database, kind: str = "certificate_ending") -> dict[UUID, tuple[date, int, bool]]:
    with database.read() as conn:
        found = flags.open_flags(conn, {"assessor": None, "lsp": None, "venue": None, "schedule": None}, kinds=[kind])
    return {flag.subject_id: (flag.last_day, flag.stage, flag.backlog) for flag in found}


def sweep(database: Database, today: date, *, mail: bool = True) -> jobs.SweepResult:
    return jobs.sweep(database, today, now=NOW, mail=mail)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (TODAY - DAY, 0),
        (TODAY, 1),
        (add_months(TODAY, 1), 1),
        (add_months(TODAY, 1) + DAY, 3),
        (add_months(TODAY, 3) + DAY, 6),
        (add_months(TODAY, 12), 12),
        (add_months(TODAY, 12) + DAY, None),
    ],
)
def test_a_late_first_sweep_goes_straight_to_the_right_stage(
    database: Database, last: date, expected: int | None
) -> None:
    with database.transaction() as tx:
        who = add_person(tx)
        certify(tx, who, last)
    result = sweep(database, TODAY)
    assert opened(database) == ({} if expected is None else {who: (last, expected, True)})
    assert result.new_flags == (expected is not None)
    assert result.expired == (expected == 0)
    assert result.expiring == {str(s): int(s == expected) for s in (12, 6, 3, 1)}


def test_sweeping_again_changes_nothing(database: Database) -> None:
    with database.transaction() as tx:
        for offset in (-100, 0, 20, 200, 500):
            certify(tx, add_person(tx), TODAY + offset * DAY)
    first = sweep(database, TODAY)
    with database.read() as conn:
        before = conn.execute(text("SELECT id, stage, stage_at, xmin::text FROM flag ORDER BY id")).all()
    again = jobs.sweep(database, TODAY, now=NOW + DAY, mail=True)
    with database.read() as conn:
        assert conn.execute(text("SELECT id, stage, stage_at, xmin::text FROM flag ORDER BY id")).all() == before
    assert first.new_flags == 4
    assert (again.new_flags, again.expired, again.expiring) == (0, first.expired, first.expiring)


def test_a_to_do_moves_on_day_by_day_and_is_not_backlog_when_time_brought_it(database: Database) -> None:
    last = TODAY + 400 * DAY
    with database.transaction() as tx:
        who = add_person(tx)
        certify(tx, who, last)
    seen = []
    for offset in range(0, 410, 5):
        sweep(database, TODAY + offset * DAY)
        seen.append(opened(database).get(who))
        assert seen[-1] == (
            None if (s := stage(last, TODAY + offset * DAY, (12, 6, 3, 1))) is None else (last, s, False)
        )
    assert {found[1] for found in seen if found} == {12, 6, 3, 1, 0}


def test_a_new_certificate_clears_the_old_to_do_at_once(database: Database) -> None:
    with database.transaction() as tx:
        who = add_person(tx)
        certify(tx, who, TODAY + 10 * DAY)
    sweep(database, TODAY)
    with database.transaction() as tx:
        certify(tx, who, TODAY + 900 * DAY)
    assert opened(database) == {}, "before any sweep"
    sweep(database, TODAY + DAY)
    assert opened(database) == {}


def test_a_certificate_taken_back_opens_the_same_to_do_again_and_it_is_news(database: Database) -> None:
    with database.transaction() as tx:
        who = add_person(tx)
        certify(tx, who, TODAY + 10 * DAY)
    sweep(database, TODAY)
    with database.transaction() as tx:
        flags.mark_told(tx, [flag.id for flag in flags.untold(tx)])
        newer = certify(tx, who, TODAY + 900 * DAY)
    with database.transaction() as tx:
        wrong = NewCertificate(who, FIRST, TODAY + 5 * DAY, "uji")
        actions.correct_certificate(tx, ACTOR, newer, wrong, reason="salah ketik", now=NOW)
    assert sweep(database, TODAY).new_flags == 1
    assert opened(database) == {who: (TODAY + 10 * DAY, 1, True)}
    with database.read() as conn:
        assert [flag.subject_id for flag in flags.untold(conn)] == [who]
        assert conn.execute(text("SELECT count(*) FROM flag")).scalar_one() == 1


def test_whoever_has_ended_has_no_to_do_even_when_it_was_entered_late(database: Database) -> None:
    with database.transaction() as tx:
        who, other = add_people(tx, 2)
        for one in (who, other):
            certify(tx, one, TODAY + 10 * DAY)
    sweep(database, TODAY)
    with database.transaction() as tx:
        tx.execute(
            text("UPDATE assessor SET ended_on = :day, ended_reason = 'retired' WHERE id = :id"),
            {"day": TODAY - 300 * DAY, "id": who},
        )
    sweep(database, TODAY + DAY)
    assert set(opened(database)) == {other}
    with database.transaction() as tx:
        tx.execute(text("UPDATE assessor SET ended_on = NULL, ended_reason = NULL WHERE id = :id"), {"id": who})
    sweep(database, TODAY + DAY)
    assert set(opened(database)) == {who, other}


def test_an_end_entered_ahead_ceases_the_reminders_on_its_day(database: Database) -> None:
    with database.transaction() as tx:
        who = add_person(tx)
        certify(tx, who, TODAY + 10 * DAY)
        end = text("UPDATE assessor SET ended_on = :day, ended_reason = 'retired' WHERE id = :id")
        tx.execute(end, {"day": TODAY + 3 * DAY, "id": who})
    for offset, due in ((0, True), (2, True), (3, False), (4, False)):
        sweep(database, TODAY + offset * DAY)
        assert (who in opened(database)) == due, offset


def test_reminders_count_to_coverage_before_sanctions(database: Database) -> None:
    with database.transaction() as tx:
        who = add_person(tx)
        certify(tx, who, TODAY + 10 * DAY)
        suspension = actions.NewSanction(who, "suspension", TODAY, None, "KEP.1", TODAY, TODAY)
        actions.sanction(tx, ACTOR, suspension, now=NOW)
    sweep(database, TODAY)
    assert opened(database) == {who: (TODAY + 10 * DAY, 1, True)}


def add_season(tx: Connection, first: date, last: date) -> None:
    tx.execute(
        text("INSERT INTO season (id, name, first_day, last_day) VALUES (gen_random_uuid(), :n, :a, :b)"),
        {"n": f"UKK {first}", "a": first, "b": last},
    )


def test_whoever_ends_before_the_season_does_is_told_so(database: Database) -> None:
    first, last = date(2027, 2, 1), date(2027, 4, 30)
    with database.transaction() as tx:
        before, inside, on_last, long_gone = add_people(tx, 4)
        certify(tx, before, first - DAY)
        certify(tx, inside, last - DAY)
        certify(tx, on_last, last)
        certify(tx, long_gone, add_months(first, -12) - DAY)
    sweep(database, TODAY)
    assert opened(database, "season_gap") == {}
    with database.transaction() as tx:
        add_season(tx, first, last)
    sweep(database, TODAY + DAY)
    assert opened(database, "season_gap") == {before: (first - DAY, 3, True), inside: (last - DAY, 6, True)}
    sweep(database, last + DAY)
    assert opened(database, "season_gap") == {}, "the season is over"


def test_a_sweep_for_another_day_is_taken_back_by_the_next_real_one(database: Database) -> None:
    with database.transaction() as tx:
        near, far = add_people(tx, 2)
        certify(tx, near, TODAY + 100 * DAY)
        certify(tx, far, TODAY + 500 * DAY)
    sweep(database, TODAY)
    real = opened(database)
    assert real == {near: (TODAY + 100 * DAY, 6, True)}
    rehearsed = sweep(database, TODAY + 450 * DAY, mail=False)
    assert rehearsed.expired == 1
    assert opened(database)[far][1] == 3
    sweep(database, TODAY + DAY)
    assert opened(database) == real


def test_competences_and_appointments_have_their_own_to_dos(database: Database) -> None:
    soon, later = TODAY + 20 * DAY, TODAY + 2000 * DAY
    with database.transaction() as tx:
        scheme, lsp = add_scheme(tx), add_lsp(tx)
        ending, renewed, undated = add_people(tx, 3)
        for who in (ending, renewed):
            actions.add_technical(tx, ACTOR, NewTechnical(who, "RPL", "uji", scheme, None, FIRST, soon), now=NOW)
        actions.add_technical(tx, ACTOR, NewTechnical(undated, "RPL", "uji", scheme), now=NOW)
        decree: dict[str, Any] = {"decided_on": FIRST, "first_day": FIRST, "now": NOW}
        actions.appoint(tx, ACTOR, lsp, number="SK.1", last_day=soon, assessor_ids=[ending, renewed, undated], **decree)
    sweep(database, TODAY)
    assert set(opened(database, "technical_ending")) == {ending, renewed}
    assert set(opened(database, "appointment_ending")) == {ending, renewed, undated}
    with database.transaction() as tx:
        renewal = NewTechnical(renewed, "RPL", "uji", scheme, None, FIRST, later)
        actions.add_technical(tx, ACTOR, renewal, now=NOW)
        actions.appoint(tx, ACTOR, lsp, number="SK.2", last_day=later, assessor_ids=[renewed], **decree)
        from assessor_registry.validity import store

        mine = store.appointments(tx, [undated])[0].id
        actions.end_appointment(tx, ACTOR, mine, ended_on=TODAY, reason="pindah", now=NOW)
    sweep(database, TODAY + DAY)
    assert set(opened(database, "technical_ending")) == {ending}
    assert set(opened(database, "appointment_ending")) == {ending}


def test_licences_and_venues_have_to_dos_of_their_lsp(database: Database) -> None:
    with database.transaction() as tx:
        lsp, renewed = add_lsp(tx), add_lsp(tx)
        for one in (lsp, renewed):
            add_licence(tx, one, FIRST, TODAY + 40 * DAY)
        add_licence(tx, renewed, FIRST, TODAY + 900 * DAY)
        for name, kind in (("tetap", "mandiri"), ("sekali", "sewaktu")):
            tx.execute(
                text(
                    "INSERT INTO venue (id, lsp_id, name, kind, verified_from, verified_until, created_at) "
                    "VALUES (gen_random_uuid(), :lsp, :name, :kind, :a, :b, :now)"
                ),
                {"lsp": lsp, "name": name, "kind": kind, "a": FIRST, "b": TODAY - DAY, "now": NOW},
            )
    sweep(database, TODAY)
    assert opened(database, "licence_ending") == {lsp: (TODAY + 40 * DAY, 3, True)}
    assert [found[1] for found in opened(database, "venue_ending").values()] == [0]


def test_an_idle_sweep_does_not_read_the_people_who_are_not_due(database: Database) -> None:
    with database.transaction() as tx:
        people = add_people(tx, 3000)
        new = [NewCertificate(who, FIRST, TODAY + (n % 1000) * DAY, "uji") for n, who in enumerate(people)]
        actions.add_imported(tx, ACTOR, uuid4(), new, [], now=NOW)
    sweep(database, TODAY)
    with database.transaction() as tx:
        tx.execute(text("ANALYZE coverage"))
    with database.transaction() as tx:
        read = text(
            "SELECT seq_scan, seq_tup_read, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'coverage'"
        )
        before = tx.execute(read).one()
        jobs.sweep_in(tx, TODAY + DAY, NOW)
        after = tx.execute(read).one()
    assert after.seq_scan == before.seq_scan
    assert after.idx_tup_fetch - before.idx_tup_fetch < 300


def test_an_idle_sweep_reads_nobody_and_writes_nothing(database: Database) -> None:
    with database.transaction() as tx:
        people = add_people(tx, 300)
        new = [NewCertificate(who, FIRST, TODAY + (n % 100) * DAY, "uji") for n, who in enumerate(people)]
        actions.add_imported(tx, ACTOR, uuid4(), new, [], now=NOW)
        scheme, lsp = add_scheme(tx), add_lsp(tx)
        add_licence(tx, lsp, FIRST, TODAY + 10 * DAY)
        for who in people[:50]:
            soon = NewTechnical(who, "RPL", "uji", scheme, None, FIRST, TODAY + 20 * DAY)
            actions.add_technical(tx, ACTOR, soon, now=NOW)
    sweep(database, TODAY)
    assert sweep(database, TODAY).new_flags == 0
    read = text(
        "SELECT sum(seq_tup_read + COALESCE(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables WHERE relname IN "
        "('assessor', 'coverage', 'technical_certificate', 'appointment', 'active_period', 'flag')"
    )
    with database.transaction() as tx:
        tx.execute(text("SET LOCAL enable_seqscan = off"))  # The tables are small here.
        before = tx.execute(read).scalar_one()
        assert jobs.sweep_in(tx, TODAY, NOW + DAY / 24) == 0
        assert tx.execute(read).scalar_one() == before
        assert tx.execute(text("SELECT pg_current_xact_id_if_assigned()")).scalar_one() is None, "nothing is written"


def test_a_whole_sweep_that_finds_everything_as_it_should_be_changes_no_to_do(database: Database) -> None:
    with database.transaction() as tx:
        for offset in (-100, 0, 20, 200):
            certify(tx, add_person(tx), TODAY + offset * DAY)
    sweep(database, TODAY)
    with database.transaction() as tx:
        add_season(tx, TODAY + 2000 * DAY, TODAY + 2010 * DAY)
    with database.transaction() as tx:
        before = tx.execute(text("SELECT id, xmin::text, xmax::text FROM flag ORDER BY id")).all()
        assert jobs.sweep_in(tx, TODAY, NOW) == 0
        assert tx.execute(text("SELECT id, xmin::text, xmax::text FROM flag ORDER BY id")).all() == before


@pytest.mark.parametrize("ends", [sweeping.certificate_ends, sweeping.technical_ends, sweeping.appointment_ends])
def test_a_sweep_of_everyone_never_looks_people_up_one_by_one(database: Database, ends: Any) -> None:
    with database.transaction() as tx, flags.everyone(tx, True):
        query = str(ends(TODAY).compile(tx.engine, compile_kwargs={"literal_binds": True}))
        plan = "\n".join(tx.execute(text(f"EXPLAIN {query}")).scalars())
    assert "Nested Loop" not in plan, plan


def test_a_licence_entered_after_the_sweep_of_the_day_is_seen_by_the_next(database: Database) -> None:
    with database.transaction() as tx:
        lsp = add_lsp(tx)
        add_licence(tx, lsp, FIRST, TODAY + 40 * DAY)
    sweep(database, TODAY)
    assert set(opened(database, "licence_ending")) == {lsp}
    with database.transaction() as tx:
        add_licence(tx, lsp, FIRST, TODAY + 900 * DAY)
    sweep(database, TODAY)
    assert opened(database, "licence_ending") == {}


def test_a_to_do_is_acknowledged_and_stays_open(database: Database) -> None:
    with database.transaction() as tx:
        certify(tx, add_person(tx), TODAY)
    sweep(database, TODAY)
    with database.transaction() as tx:
        (flag,) = flags.open_flags(tx, {"assessor": None})
        actions.acknowledge(tx, ACTOR, flag.id, " sudah dihubungi ", NOW)
        (found,) = flags.open_flags(tx, {"assessor": None})
        assert (found.note, found.acknowledged_at) == ("sudah dihubungi", NOW)
        assert flags.open_flags(tx, {"lsp": None}) == []
        with pytest.raises(NotFound):
            actions.acknowledge(tx, ACTOR, uuid4(), None, NOW)


def test_another_room_opens_and_clears_its_own_to_do_once(database: Database) -> None:
    schedule = uuid4()
    with database.transaction() as tx:
        assert flag_actions.open_flag(tx, "schedule", schedule, "needs_assessor", TODAY, NOW)
        assert not flag_actions.open_flag(tx, "schedule", schedule, "needs_assessor", TODAY, NOW)
    sweep(database, TODAY)
    assert set(opened(database, "needs_assessor")) == {schedule}, "the calendar does not clear what it did not open"
    with database.transaction() as tx:
        assert flag_actions.clear_flag(tx, "schedule", schedule, "needs_assessor", NOW) == 1
        assert flag_actions.open_flag(tx, "schedule", schedule, "needs_assessor", TODAY, NOW)


@given(
    st.lists(st.dates(date(2024, 1, 1), date(2030, 12, 31)), min_size=1, max_size=30),
    st.dates(date(2025, 1, 1), date(2028, 12, 31)),
    st.sets(st.integers(1, 36), min_size=1, max_size=4).map(tuple),
)
def test_sql_and_python_give_the_same_stage(
    database: Database, days: list[date], today: date, stages: tuple[int, ...]
) -> None:
    given_days = values(column("n", Integer), column("d", Date), name="given").data(list(enumerate(days)))
    with database.read() as conn:
        query = select(
            given_days.c.n,
            flags.stage_of(given_days.c.d, today, stages),
            flags._reminded_by(given_days.c.d, max(stages)),
        )
        for n, found, reminded in conn.execute(query):
            assert found == stage(days[n], today, stages)
            assert reminded == add_months(days[n], -max(stages))
            assert (found is not None) == (days[n] <= latest_due(today, stages))
