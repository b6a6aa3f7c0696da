"""Planning, assigning and everything that undoes it, against a real database."""

import threading
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event as sa_event
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.support.event import DAY, LONG_AGO, D, Event, at

from assessor_registry.accounts.rules import PROVINCE, Actor, Scope, system
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, InvalidInput, NotEligible, NotFound, Refusal
from assessor_registry.scheduling import actions, store
from assessor_registry.words import sentence

SYSTEM = system("test")


@pytest.fixture
def event(database: Database) -> Event:
    return Event(database)


def codes(refusal: Refusal) -> set[str]:
    for reason in (refusal.reason, *refusal.reasons):
        assert sentence(reason)
    return {reason.code for reason in refusal.reasons}


def held(event: Event, schedule: UUID, *, withdrawn: bool = False) -> list[store.AssignmentRow]:
    with event.db.read() as conn:
        return store.assignments(conn, PROVINCE, schedule, withdrawn=withdrawn)


def someone(actor: Actor) -> UUID:
    assert actor.assessor_id is not None
    return actor.assessor_id


# --- Plans -------------------------------------------------------------------------------------------------------


def test_an_administrator_makes_schedules_of_their_own_lsp_only(event: Event) -> None:
    with event.db.transaction() as tx:
        other = event.new_lsp(tx, "LSP Lain", event.new_school(tx, "SMK Lain"))
    plan: dict[str, Any] = {
        "scheme_version_id": event.version,
        "venue_id": event.venue,
        "title": "UKK",
        "first_day": D,
        "last_day": D,
    }
    with event.db.transaction() as tx:
        assert actions.create_schedule(tx, event.admin(), lsp_id=event.lsp, now=LONG_AGO, **plan)
    with pytest.raises(NotFound) as refused, event.db.transaction() as tx:
        actions.create_schedule(tx, event.admin(other), lsp_id=event.lsp, now=LONG_AGO, **plan)
    assert refused.value.code == "scheduling.no_lsp"


def test_a_schedule_of_another_lsp_is_not_found(event: Event) -> None:
    schedule = event.schedule()
    with event.db.transaction() as tx:
        other = event.new_lsp(tx, "LSP Lain", event.new_school(tx, "SMK Lain"))
    with pytest.raises(NotFound), event.db.transaction() as tx:
        actions.cancel_schedule(tx, event.admin(other), schedule, reason="x", now=at(D))
    with event.db.read() as conn:
        assert store.schedules(conn, Scope("lsp", str(other))) == []
        assert [row.id for row in store.schedules(conn, Scope("region", "64.72"))] == [schedule]
        assert store.schedules(conn, Scope("school", str(event.school))) == []


def test_a_version_without_units_can_not_be_scheduled(event: Event) -> None:
    with event.db.transaction() as tx:
        empty = event.new_version(tx, 0)
    with pytest.raises(Conflict, match=r"scheduling\.no_units"):
        event.schedule(version=empty)


def test_a_school_sees_the_schedules_of_its_pupils_and_only_its_own_pupils(event: Event) -> None:
    schedule = event.schedule()
    mine = event.add(schedule, event.students(2))
    with event.db.transaction() as tx:
        other = event.new_school(tx, "SMK Jejaring")
        event.connect(tx, other)
    event.add(schedule, event.students(1, school=other))
    with event.db.read() as conn:
        own = Scope("school", str(event.school))
        assert [row.id for row in store.schedules(conn, own)] == [schedule]
        assert {row.attempt_id for row in store.candidates(conn, own, schedule)} == set(mine)
        assert len(store.candidates(conn, PROVINCE, schedule)) == 3


# --- Candidates --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 7, 50])
def test_a_class_of_n_becomes_n_candidates(event: Event, count: int) -> None:
    schedule, students = event.schedule(), event.students(count)
    if not students:
        with pytest.raises(NotFound), event.db.transaction() as tx:
            actions.add_class(tx, SYSTEM, schedule, event.school, "XII TJKT 1", today=D, now=at(D))
        return
    with event.db.transaction() as tx:
        added = actions.add_class(tx, SYSTEM, schedule, event.school, "XII TJKT 1", today=D, now=at(D))
    with event.db.read() as conn:
        assert {row.student_id for row in store.candidates(conn, PROVINCE, schedule)} == set(students)
    assert (len(added.attempts), added.refused) == (count, ())


def test_a_class_that_is_mapped_to_another_version_is_refused(event: Event) -> None:
    schedule = event.schedule()
    event.students(2)
    with event.db.transaction() as tx:
        other = event.new_version(tx, 5)
        actions.map_class(
            tx, event.admin(), lsp_id=event.lsp, school_id=event.school, rombel="XII TJKT 1", scheme_version_id=other,
            now=at(D),
        )  # fmt: skip
    with pytest.raises(Conflict, match="class_unmapped"), event.db.transaction() as tx:
        actions.add_class(tx, SYSTEM, schedule, event.school, "XII TJKT 1", today=D, now=at(D))
    with event.db.transaction() as tx:
        actions.map_class(
            tx, event.admin(), lsp_id=event.lsp, school_id=event.school, rombel="XII TJKT 1",
            scheme_version_id=event.version, now=at(D),
        )  # fmt: skip
        assert (
            len(actions.add_class(tx, SYSTEM, schedule, event.school, "XII TJKT 1", today=D, now=at(D)).attempts) == 2
        )


def test_a_student_is_not_in_two_open_schedules_of_a_scheme_and_the_others_still_come_in(event: Event) -> None:
    first, second = event.schedule(title="Pertama"), event.schedule(D + DAY, title="Kedua")
    one, two = event.students(2)
    event.add(first, [one])
    with event.db.transaction() as tx:
        added = actions.add_candidates(tx, SYSTEM, second, [one, two, two], today=D, now=at(D))
    assert len(added.attempts) == 1
    assert [(student, why.code, why.params["title"]) for student, why in added.refused] == [
        (one, "scheduling.in_other_schedule", "Pertama")
    ]


def test_the_next_attempt_is_counted_over_versions_of_the_scheme(event: Event) -> None:
    (student,) = event.students(1)
    with event.db.transaction() as tx:
        newer = event.new_version(tx, 4)
    event.add(event.schedule(D - 40 * DAY), [student], D - 40 * DAY)
    schedule = event.schedule(version=newer)
    event.add(schedule, [student])
    with event.db.read() as conn:
        assert [row.number for row in store.candidates(conn, PROVINCE, schedule)] == [2]


def test_a_candidate_leaves_with_a_reason_and_may_come_back(event: Event) -> None:
    schedule, students = event.schedule(), event.students(2)
    attempts = event.add(schedule, students)
    with pytest.raises(InvalidInput), event.db.transaction() as tx:
        actions.remove_candidate(tx, SYSTEM, attempts[0], reason=" ", now=at(D))
    with event.db.transaction() as tx:
        actions.remove_candidate(tx, SYSTEM, attempts[0], reason="Sakit", now=at(D))
    with event.db.read() as conn:
        assert [row.attempt_id for row in store.candidates(conn, PROVINCE, schedule)] == [attempts[1]]
    assert event.add(schedule, [students[0]]) == [attempts[0]]


def test_a_student_of_a_school_outside_the_network_is_refused(event: Event) -> None:
    with event.db.transaction() as tx:
        other = event.new_school(tx, "SMK Jauh")
    schedule = event.schedule()
    with pytest.raises(Conflict) as refused:
        event.add(schedule, event.students(1, school=other))
    assert codes(refused.value) == {"scheduling.not_our_school"}


# --- Assigning ---------------------------------------------------------------------------------------------------


def test_who_is_active_on_the_day_is_assigned_and_the_last_day_counts(event: Event) -> None:
    schedule, actor = event.schedule(D, D + DAY), event.assessor(last_day=D)
    event.assign(schedule, actor, D)
    with pytest.raises(NotEligible) as refused:
        event.assign(schedule, actor, D + DAY)
    assert codes(refused.value) == {"validity.expired", "scheduling.not_active_on"}
    assert [(row.held_on, row.state) for row in held(event, schedule)] == [(D, "confirmed")]


def test_every_reason_is_told_at_once(event: Event) -> None:
    with event.db.transaction() as tx:
        venue = event.new_venue(tx, event.lsp, None, None)
    busy = event.schedule(title="Jadwal lain")
    schedule = event.schedule(venue=venue)
    actor = event.assessor(last_day=D, appointed=True, competent=True)
    event.assign(busy, actor, D)
    with event.db.transaction() as tx:
        shrunk = event.suspend(tx, someone(actor), D, None, at(D))
        actions.withdraw_lost(tx, SYSTEM, shrunk, now=at(D))
    stranger = event.assessor(appointed=False, competent=False)
    event.add(schedule, event.students(1))
    with pytest.raises(NotEligible) as refused:
        event.assign(schedule, actor, D)
    assert codes(refused.value) == {"validity.suspended", "scheduling.not_active_on", "scheduling.venue_unverified"}
    with pytest.raises(NotEligible) as refused:
        event.assign(schedule, stranger, D)
    assert codes(refused.value) == {
        "validity.not_appointed", "validity.technical_missing", "scheduling.venue_unverified"
    }  # fmt: skip


def test_two_bookings_of_a_day_clash_and_another_lsp_shows_only_busy(event: Event) -> None:
    actor = event.assessor()
    event.assign(event.schedule(title="Rahasia"), actor, D)
    with pytest.raises(NotEligible) as refused:
        event.assign(event.schedule(title="Kedua"), actor, D)
    assert codes(refused.value) == {"scheduling.clash_on"}
    with event.db.transaction() as tx:
        other = event.new_lsp(tx, "LSP Lain", event.new_school(tx, "SMK Lain"))
        event.license(tx, other)
        venue = event.new_venue(tx, other)
        event.appoint(tx, someone(actor), other)
    theirs = event.schedule(lsp=other, venue=venue)
    with pytest.raises(NotEligible) as refused:
        event.assign(theirs, actor, D)
    assert codes(refused.value) == {"scheduling.busy_on"}
    assert "Rahasia" not in " ".join(sentence(reason) for reason in refused.value.reasons)
    with event.db.read() as conn:
        (choice,) = actions.picker(conn, Scope("lsp", str(other)), theirs, D, today=D)
    assert (choice.may, choice.busy, choice.load) == (False, True, 0)
    assert [reason.code for reason in choice.reasons] == ["scheduling.busy_on"]


def test_a_letter_is_needed_and_days_must_be_the_schedules_own(event: Event) -> None:
    schedule, actor = event.schedule(), event.assessor()
    for days, code in (((D, D), "scheduling.day_twice"), ((D + DAY,), "scheduling.day_outside")):
        with pytest.raises(InvalidInput) as refused:
            event.assign(schedule, actor, *days)
        assert refused.value.code == code
    with pytest.raises(InvalidInput, match="letter_missing"), event.db.transaction() as tx:
        actions.assign(tx, SYSTEM, schedule, someone(actor), [D], now=at(D))
    with pytest.raises(NotFound, match="no_assessor"), event.db.transaction() as tx:
        actions.assign(tx, SYSTEM, schedule, uuid4(), [D], now=at(D), letter_number="1", letter_date=D)


def test_a_planned_assignment_waits_for_the_certificate_and_is_confirmed_when_it_has_come(event: Event) -> None:
    schedule, actor = event.schedule(), event.assessor(last_day=D - 10 * DAY)
    who = someone(actor)
    with event.db.transaction() as tx:
        actions.assign(tx, SYSTEM, schedule, who, [D], now=at(D - 5 * DAY), planned=True)
    letter: dict[str, Any] = {"letter_number": "091", "letter_date": D}
    with pytest.raises(NotEligible), event.db.transaction() as tx:
        actions.confirm_planned(tx, SYSTEM, schedule, who, now=at(D - 4 * DAY), **letter)
    assert [row.state for row in held(event, schedule)] == ["planned"]
    with event.db.transaction() as tx:
        event.certify(tx, who, D - 3 * DAY, date(2029, 11, 20))
    with event.db.transaction() as tx:
        actions.confirm_planned(tx, SYSTEM, schedule, who, now=at(D - 2 * DAY), **letter)
    assert [(row.state, row.letter_number) for row in held(event, schedule)] == [("confirmed", "091")]
    with pytest.raises(Conflict, match="nothing_planned"), event.db.transaction() as tx:
        actions.confirm_planned(tx, SYSTEM, schedule, who, now=at(D), **letter)


def test_the_database_refuses_what_raw_sql_says_of_someone_inactive(event: Event) -> None:
    schedule, actor = event.schedule(D, D + DAY), event.assessor(last_day=D)
    insert = text(
        "INSERT INTO assignment (id, schedule_id, assessor_id, held_on, letter_number, confirmed_at, created_at) "
        "VALUES (:i, :s, :a, :d, 'X', now(), now())"
    )
    with event.db.transaction() as tx:
        tx.execute(insert, {"i": uuid4(), "s": schedule, "a": actor.assessor_id, "d": D})
    with pytest.raises(DBAPIError, match="fk_assignment_held_active"), event.db.transaction() as tx:
        tx.execute(insert, {"i": uuid4(), "s": schedule, "a": actor.assessor_id, "d": D + DAY})


@pytest.mark.parametrize("same_schedule", [True, False])
def test_two_sessions_that_assign_the_same_assessor_and_day_end_with_one_assignment(
    event: Event, same_schedule: bool
) -> None:
    actor = event.assessor()
    first = event.schedule(title="Satu")
    second = first if same_schedule else event.schedule(title="Dua")
    gate, answers = threading.Barrier(2), []

    def book(schedule: UUID) -> None:
        gate.wait()
        try:
            event.assign(schedule, actor, D)
            answers.append("assigned")
        except Refusal as refusal:
            answers.append(type(refusal).__name__)

    threads = [threading.Thread(target=book, args=(one,)) for one in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["NotEligible", "assigned"]
    assert len(held(event, first)) + (0 if same_schedule else len(held(event, second))) == 1


# --- Load --------------------------------------------------------------------------------------------------------


def test_candidates_are_split_evenly_and_nobody_gets_more_than_the_policy_allows(event: Event) -> None:
    schedule, one, two = event.schedule(), event.assessor(), event.assessor()
    event.add(schedule, event.students(21))
    event.assign(schedule, one, D)
    with pytest.raises(Conflict) as refused, event.db.transaction() as tx:
        actions.split_evenly(tx, SYSTEM, schedule, now=at(D))
    assert (refused.value.code, refused.value.params["people"]) == ("scheduling.too_few_assessors", 2)
    event.assign(schedule, two, D)
    with pytest.raises(Conflict) as again, event.db.transaction() as tx:
        actions.split_evenly(tx, SYSTEM, schedule, now=at(D))
    assert again.value.params == {"count": 21, "room": 20, "limit": 10, "people": 1, "days": 1}
    with event.db.transaction() as tx:
        shares = actions.split_evenly(tx, SYSTEM, schedule, now=at(D), limit=11)
    assert sorted(list(shares.values()).count(someone(actor)) for actor in (one, two)) == [10, 11]


def test_who_has_more_days_takes_more_where_the_others_are_full(event: Event) -> None:
    schedule, one, two = event.schedule(D, D + DAY), event.assessor(), event.assessor()
    event.add(schedule, event.students(26))
    event.assign(schedule, one, D)
    event.assign(schedule, two, D, D + DAY)
    with event.db.transaction() as tx:
        shares = actions.split_evenly(tx, SYSTEM, schedule, now=at(D))
    assert [list(shares.values()).count(someone(actor)) for actor in (one, two)] == [10, 16]


def test_a_policy_of_the_scheme_sets_another_load(event: Event) -> None:
    schedule, actor = event.schedule(), event.assessor()
    attempts = event.add(schedule, event.students(3))
    event.assign(schedule, actor, D)
    with event.db.transaction() as tx:
        tx.execute(
            text(
                "INSERT INTO policy_override (id, rule, scope_kind, scope_id, first_day, value, reference, known_at) "
                "VALUES (:i, 'candidates_per_day', 'scheme', :s, '2026-01-01', '2', 'SK', now())"
            ),
            {"i": uuid4(), "s": event.scheme},
        )
    with pytest.raises(NotEligible, match="not_divided"), event.db.transaction() as tx:
        actions.allocate(tx, SYSTEM, schedule, dict.fromkeys(attempts, someone(actor)), now=at(D))
    with event.db.transaction() as tx:
        actions.allocate(tx, SYSTEM, schedule, dict.fromkeys(attempts[:2], someone(actor)), now=at(D))


def test_nobody_gets_candidates_without_being_assigned(event: Event) -> None:
    schedule, actor = event.schedule(), event.assessor()
    (attempt,) = event.add(schedule, event.students(1))
    with pytest.raises(NotEligible) as refused, event.db.transaction() as tx:
        actions.allocate(tx, SYSTEM, schedule, {attempt: someone(actor)}, now=at(D))
    assert codes(refused.value) == {"scheduling.not_assigned"}


# --- The picker --------------------------------------------------------------------------------------------------


def test_the_picker_says_who_may_and_why_the_others_may_not(event: Event) -> None:
    schedule = event.schedule()
    may, expired, incompetent = event.assessor(), event.assessor(D - DAY), event.assessor(competent=False)
    event.assessor(appointed=False, name="Orang luar")
    with event.db.read() as conn:
        choices = {choice.assessor_id: choice for choice in actions.picker(conn, PROVINCE, schedule, D, today=D)}
    assert set(choices) == {someone(may), someone(expired), someone(incompetent)}
    assert choices[someone(may)].may
    assert [one.code for one in choices[someone(expired)].reasons] == ["validity.expired"]
    assert [one.code for one in choices[someone(incompetent)].reasons] == ["validity.technical_missing"]
    assert next(iter(choices)) == someone(may)


def test_the_picker_asks_as_often_for_many_as_for_two(event: Event) -> None:
    schedule = event.schedule()
    counts = []
    for more in (2, 10):
        for _ in range(more):
            event.assessor(D - DAY)
        seen: list[str] = []

        def count(conn: Any, cursor: Any, statement: str, *rest: Any, seen: list[str] = seen) -> None:
            seen.append(statement)

        sa_event.listen(event.db.engine, "before_cursor_execute", count)
        with event.db.read() as conn:
            actions.picker(conn, PROVINCE, schedule, D, today=D)
        sa_event.remove(event.db.engine, "before_cursor_execute", count)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 16


def todos(event: Event) -> list[tuple[UUID, date]]:
    with event.db.read() as conn:
        still_open = "SELECT subject_id, last_day FROM flag WHERE kind = 'needs_assessor' AND cleared_at IS NULL"
        return [(row[0], row[1]) for row in conn.execute(text(still_open))]


def test_a_lost_day_is_something_to_do_until_somebody_covers_it(event: Event) -> None:
    schedule, actor, other = event.schedule(D, D + DAY), event.assessor(), event.assessor()
    event.assign(schedule, actor, D, D + DAY)
    assert todos(event) == []
    with event.db.transaction() as tx:
        shrunk = event.suspend(tx, someone(actor), D + DAY, None, at(D))
        actions.withdraw_lost(tx, SYSTEM, shrunk, now=at(D))
    assert todos(event) == [(schedule, D + DAY)]
    event.assign(schedule, other, D)
    assert todos(event) == [(schedule, D + DAY)]
    event.assign(schedule, other, D + DAY)
    assert todos(event) == []
    with event.db.transaction() as tx:
        actions.withdraw(tx, SYSTEM, schedule, someone(other), reason="Sakit", days=[D + DAY], now=at(D))
    assert todos(event) == [(schedule, D + DAY)]
    with event.db.transaction() as tx:
        actions.cancel_schedule(tx, SYSTEM, schedule, reason="Banjir", now=at(D))
    assert todos(event) == []


# --- Undoing -----------------------------------------------------------------------------------------------------


def test_a_withdrawn_assessor_frees_the_day_and_their_candidates(event: Event) -> None:
    schedule, actor = event.schedule(), event.assessor()
    attempts = event.add(schedule, event.students(2))
    event.assign(schedule, actor, D)
    with event.db.transaction() as tx:
        actions.split_evenly(tx, SYSTEM, schedule, now=at(D))
        actions.withdraw(tx, event.admin(), schedule, someone(actor), reason="Sakit", now=at(D))
    with event.db.read() as conn:
        assert {row.assessor_id for row in store.candidates(conn, PROVINCE, schedule)} == {None}
        assert "scheduling.needs_assessor" in {one.code for one in actions.needs(conn, PROVINCE, schedule)}
    assert [(row.state, row.withdrawn_reason) for row in held(event, schedule, withdrawn=True)] == [
        ("withdrawn", "Sakit")
    ]
    event.assign(schedule, actor, D)
    assert len(attempts) == 2


def test_a_replacement_takes_days_and_candidates_by_a_new_letter_or_everything_stays(event: Event) -> None:
    schedule, old, new, expired = event.schedule(), event.assessor(), event.assessor(), event.assessor(D - DAY)
    event.add(schedule, event.students(3))
    (before,) = event.assign(schedule, old, D)
    with event.db.transaction() as tx:
        actions.split_evenly(tx, SYSTEM, schedule, now=at(D))
    how: dict[str, Any] = {"reason": "Tugas lain", "letter_number": "092", "letter_date": D, "now": at(D)}
    with pytest.raises(NotEligible), event.db.transaction() as tx:
        actions.replace_assessor(tx, SYSTEM, schedule, someone(old), someone(expired), **how)
    assert [row.id for row in held(event, schedule)] == [before]
    with event.db.transaction() as tx:
        actions.replace_assessor(tx, SYSTEM, schedule, someone(old), someone(new), **how)
    assert [(row.assessor_id, row.replaces, row.letter_number) for row in held(event, schedule)] == [
        (someone(new), before, "092")
    ]
    with event.db.read() as conn:
        assert {row.assessor_id for row in store.candidates(conn, PROVINCE, schedule)} == {someone(new)}


def test_moving_keeps_days_that_remain_and_plans_the_others_anew(event: Event) -> None:
    schedule, actor = event.schedule(D, D + DAY), event.assessor()
    event.assign(schedule, actor, D, D + DAY)
    with event.db.transaction() as tx:
        done = actions.move_schedule(tx, SYSTEM, schedule, D + DAY, D + 3 * DAY, reason="Listrik padam", now=at(D))
    assert (len(done.kept), len(done.withdrawn), len(done.planned)) == (1, 1, 1)
    assert [(row.held_on, row.state) for row in held(event, schedule)] == [
        (D + DAY, "confirmed"),
        (D + 2 * DAY, "planned"),
    ]
    with event.db.transaction() as tx:
        done = actions.move_schedule(tx, SYSTEM, schedule, D + 10 * DAY, D + 11 * DAY, reason="Lagi", now=at(D))
    assert (len(done.kept), len(done.withdrawn), len(done.planned)) == (0, 2, 2)
    assert [(row.held_on, row.state) for row in held(event, schedule)] == [
        (D + 10 * DAY, "planned"),
        (D + 11 * DAY, "planned"),
    ]


def test_a_move_to_days_that_have_passed_has_to_be_meant(event: Event) -> None:
    schedule = event.schedule(D, D + DAY)
    with pytest.raises(InvalidInput, match="move_into_past"), event.db.transaction() as tx:
        actions.move_schedule(tx, SYSTEM, schedule, D - DAY, D, reason="Maju", now=at(D))
    with event.db.transaction() as tx:  # the first day has passed, and was the schedule's before
        actions.move_schedule(tx, SYSTEM, schedule, D, D + 2 * DAY, reason="Tambah hari", now=at(D + DAY))
        actions.move_schedule(tx, SYSTEM, schedule, D - DAY, D, reason="Maju", now=at(D), past_is_meant=True)


def test_what_a_move_is_said_to_do_is_what_it_does(event: Event) -> None:
    schedule, other = event.schedule(D, D + 2 * DAY), event.schedule(D + 4 * DAY, title="UKK lain")
    one, two = event.assessor(), event.assessor()
    event.assign(schedule, one, D, D + DAY, D + 2 * DAY)
    event.assign(schedule, two, D)
    event.assign(other, two, D + 4 * DAY)
    new = (D + 2 * DAY, D + 4 * DAY)
    with event.db.read() as conn:
        look = actions.look_at_move(conn, PROVINCE, schedule, *new, today=D)
    assert held(event, schedule)[0].held_on == D
    with event.db.transaction() as tx:
        done = actions.move_schedule(tx, SYSTEM, schedule, *new, reason="Libur", now=at(D))
    assert {each.assignment_id for each in look.fates if each.kept} == set(done.kept)
    assert {each.assignment_id for each in look.fates if not each.kept} == set(done.withdrawn)
    told = {(each.assessor_id, each.to) for each in look.fates if each.to}
    assert told == {(row.assessor_id, row.held_on) for row in held(event, schedule) if row.state == "planned"}


def test_a_cancelled_schedule_lets_everybody_go(event: Event) -> None:
    schedule, actor, students = event.schedule(), event.assessor(), event.students(2)
    event.add(schedule, students)
    event.assign(schedule, actor, D)
    with event.db.transaction() as tx:
        actions.cancel_schedule(tx, SYSTEM, schedule, reason="Banjir", now=at(D))
    assert held(event, schedule) == []
    again = event.schedule(title="Pengganti")
    event.assign(again, actor, D)
    assert len(event.add(again, students)) == 2
    with pytest.raises(Conflict, match=r"scheduling\.cancelled"), event.db.transaction() as tx:
        actions.cancel_schedule(tx, SYSTEM, schedule, reason="Lagi", now=at(D))


def test_lost_days_are_withdrawn_in_the_transaction_that_loses_them(event: Event) -> None:
    schedule, actor, other = event.schedule(D, D + 2 * DAY), event.assessor(), event.assessor()
    event.assign(schedule, actor, D, D + DAY, D + 2 * DAY)
    with pytest.raises(DBAPIError, match="fk_assignment_held_active"), event.db.transaction() as tx:
        event.suspend(tx, someone(actor), D + DAY, None, at(D))
    with event.db.transaction() as tx:
        shrunk = event.suspend(tx, someone(actor), D + DAY, None, at(D))
        assert actions.withdraw_lost(tx, SYSTEM, shrunk, now=at(D)).schedules == (schedule,)
    assert [row.held_on for row in held(event, schedule)] == [D]
    with event.db.read() as conn:
        needed = [one for one in actions.needs(conn, PROVINCE, schedule) if one.code == "scheduling.needs_assessor"]
    assert [one.params["day"] for one in needed] == [D + DAY, D + 2 * DAY]
    event.assign(schedule, other, D + DAY)
    with event.db.transaction() as tx:
        assert actions.withdraw_lost(tx, SYSTEM, (), now=at(D)) == actions.Withdrawn()


def test_each_act_leaves_its_audit_row(event: Event) -> None:
    schedule, actor = event.schedule(), event.assessor()
    event.add(schedule, event.students(1))
    event.assign(schedule, actor, D)
    with event.db.transaction() as tx:
        actions.set_evidence(tx, SYSTEM, schedule, ["proyek"], now=at(D))
        actions.cancel_schedule(tx, SYSTEM, schedule, reason="Banjir", now=at(D))
    with event.db.read() as conn:
        acts = conn.execute(text("SELECT act FROM audit_entry WHERE subject_id = :s"), {"s": str(schedule)}).scalars()
        verbs = ("create_schedule", "add_candidates", "assign", "set_evidence", "cancel_schedule")
        assert set(acts) == {f"scheduling.{verb}" for verb in verbs}
