"""Filling in results: attendance, units, stale saves, corrections."""

import threading
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from tests.support.event import DAY, D, Event, at

from assessor_registry.accounts.rules import Actor, system
from assessor_registry.assessments import actions, store
from assessor_registry.assessments.rules import Content, Stale
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, Forbidden, InvalidInput, NotEligible, NotFound, Refusal
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.words import sentence

SYSTEM = system("test")


@pytest.fixture
def event(database: Database) -> Event:
    return Event(database)


def draft(event: Event, attempt: UUID, part: int = 1) -> store.DraftRow:
    with event.db.read() as conn:
        found = store.draft(conn, attempt, part)
    assert found is not None
    return found


def mark(
    event: Event, actor: Actor, schedule: UUID, marks: dict[UUID, str], **options: Any
) -> dict[UUID, actions.Saved]:
    options = dict[str, Any](versions={}, today=D, now=at(D)) | options
    with event.db.transaction() as tx:
        return actions.save_attendance(tx, actor, schedule, marks, **options)


def test_what_is_saved_is_what_was_filled_in_and_each_save_has_its_version(event: Event) -> None:
    actor, _, (attempt,) = event.ready(1)
    assert event.save(actor, attempt, Content("assessed", {event.codes[0]: "K"})).version == 1
    content = Content("assessed", {event.codes[1]: "BK"}, ("lisan",), "BK", " kabel terbalik ", "paper", False)
    assert event.save(actor, attempt, content, version=1).version == 2
    row = draft(event, attempt)
    assert (dict(row.units), row.evidence, row.note) == ({event.codes[1]: "BK"}, ("lisan",), "kabel terbalik")
    assert (row.first_day, row.last_day, row.assessor_id) == (D, D, actor.assessor_id)


def test_a_stale_save_is_told_and_shows_what_the_server_has(event: Event) -> None:
    actor, _, (attempt,) = event.ready(1)
    event.save(actor, attempt, Content("assessed", {event.codes[0]: "K"}))
    event.save(actor, attempt, Content("assessed", {event.codes[0]: "BK"}), version=1)
    with pytest.raises(Stale) as refused:
        event.save(actor, attempt, Content("assessed", {event.codes[0]: "K"}), version=1)
    assert refused.value.params["version"] == 2
    assert refused.value.server is not None
    assert dict(refused.value.server.units) == {event.codes[0]: "BK"}
    assert sentence(refused.value.reason)
    with pytest.raises(Stale):
        event.save(actor, attempt, Content("assessed"), version=7)


def test_the_same_save_again_after_a_lost_answer_is_no_conflict_and_changes_nothing(event: Event) -> None:
    actor, _, (attempt,) = event.ready(1)
    content = Content("assessed", {event.codes[0]: "K"}, note="baik")
    first = event.save(actor, attempt, content)
    assert event.save(actor, attempt, content) == first
    assert draft(event, attempt).version == 1


def test_two_phones_that_save_at_once_end_with_one_draft_and_one_conflict(event: Event) -> None:
    actor, _, (attempt,) = event.ready(1)
    gate, answers = threading.Barrier(2), []

    def save(result: str) -> None:
        gate.wait()
        try:
            answers.append(str(event.save(actor, attempt, Content("assessed", {event.codes[0]: result})).version))
        except Refusal as refusal:
            answers.append(refusal.code)

    threads = [threading.Thread(target=save, args=(result,)) for result in ("K", "BK")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["1", "assessments.stale"]


def test_only_the_assigned_assessor_records_from_the_first_day_on(event: Event) -> None:
    actor, schedule, (attempt,) = event.ready(1)
    with pytest.raises(Conflict, match="not_yet"):
        event.save(actor, attempt, Content("assessed"), D - DAY)
    with pytest.raises(Forbidden, match="not_assigned"):
        event.save(event.assessor(), attempt, Content("assessed"))
    with pytest.raises(Forbidden, match="not_assessor"):
        event.save(event.admin(), attempt, Content("assessed"))
    with pytest.raises(NotFound):
        event.save(actor, uuid4(), Content("assessed"))
    planned = event.assessor()
    assert planned.assessor_id is not None
    with event.db.transaction() as tx:
        scheduling.assign(tx, SYSTEM, schedule, planned.assessor_id, [D], now=at(D), planned=True)
    with pytest.raises(Forbidden, match="not_assigned"):
        event.save(planned, attempt, Content("assessed"))


def test_a_candidate_given_to_a_colleague_is_the_colleagues(event: Event) -> None:
    actor, schedule, (attempt,) = event.ready(1)
    other = event.assessor()
    event.assign(schedule, other, D)
    with event.db.transaction() as tx:
        scheduling.allocate(tx, SYSTEM, schedule, {attempt: other.assessor_id}, now=at(D))
    with pytest.raises(Forbidden, match="other_assessor"):
        event.save(actor, attempt, Content("assessed"))
    event.save(other, attempt, Content("assessed"))


def test_only_units_of_the_pinned_version_and_words_that_exist_are_taken(event: Event) -> None:
    actor, _, (attempt,) = event.ready(1)
    for content in (Content("assessed", {"X.1": "K"}), Content("bolos"), Content("assessed", evidence=("ramalan",))):
        with pytest.raises(InvalidInput) as refused:
            event.save(actor, attempt, content)
        assert refused.value.code == "assessments.unfit"
        assert all(sentence(reason) for reason in refused.value.reasons)


def test_recording_is_refused_on_the_day_after_the_last_day(event: Event) -> None:
    actor, _, (attempt,) = event.ready(1, last_day=D)
    event.save(actor, attempt, event.competent(recommendation=None))
    with pytest.raises(NotEligible) as refused:
        event.save(actor, attempt, event.competent(), D + DAY, version=1)
    assert [reason.code for reason in refused.value.reasons] == ["validity.expired"]
    assert draft(event, attempt).version == 1


def test_a_later_assigned_day_lengthens_the_assessment_and_an_unassigned_one_does_not(event: Event) -> None:
    actor, _, (attempt,) = event.ready(1, first=D, last=D + DAY)
    event.save(actor, attempt, Content("assessed"), D)
    event.save(actor, attempt, Content("assessed", note="a"), D + DAY, version=1)
    event.save(actor, attempt, Content("assessed", note="b"), D + 2 * DAY, version=2)
    assert (draft(event, attempt).first_day, draft(event, attempt).last_day) == (D, D + DAY)
    event.save(actor, attempt, Content("assessed", days=(D + DAY, D + DAY)), D + 2 * DAY, version=3)
    assert draft(event, attempt).first_day == D + DAY
    for days, code in (((D + 2 * DAY, D + 2 * DAY), "days_not_assigned"), ((D + DAY, D), "days_reversed")):
        with pytest.raises(InvalidInput, match=code):
            event.save(actor, attempt, Content("assessed", days=days), D + 2 * DAY, version=4)


# --- Attendance --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 10, 50])
def test_the_attendance_of_n_is_saved_for_n(event: Event, count: int) -> None:
    actor, schedule, attempts = event.ready(count)
    marks = {attempt: ("assessed", "absent", "withdrew")[number % 3] for number, attempt in enumerate(attempts)}
    saved = mark(event, actor, schedule, marks)
    assert set(saved) == set(attempts)
    with event.db.read() as conn:
        assert {row.attempt_id: row.outcome for row in store.drafts_of(conn, attempts)} == marks


def test_attendance_is_all_or_nothing_and_names_who_is_stale(event: Event) -> None:
    actor, schedule, (one, two) = event.ready(2)
    event.save(actor, one, Content("assessed"))
    with pytest.raises(Conflict) as refused:
        mark(event, actor, schedule, {one: "absent", two: "absent"})
    assert refused.value.code == "assessments.stale_rows"
    assert [reason.params["attempt"] for reason in refused.value.reasons] == [str(one)]
    with event.db.read() as conn:
        assert [row.attempt_id for row in store.drafts_of(conn, [one, two])] == [one]
    saved = mark(event, actor, schedule, {one: "absent", two: "absent"}, versions={one: 1})
    assert (saved[one].version, saved[two].version) == (2, 1)
    again = mark(event, actor, schedule, {one: "absent", two: "absent"}, versions={one: 1})
    assert again == saved


def test_who_has_units_is_not_absent_and_a_stranger_is_not_found(event: Event) -> None:
    actor, schedule, (one,) = event.ready(1)
    event.save(actor, one, Content("assessed", {event.codes[0]: "K"}))
    with pytest.raises(InvalidInput):
        mark(event, actor, schedule, {one: "absent"}, versions={one: 1})
    elsewhere = event.add(event.schedule(D + 40 * DAY), event.students(1))
    with pytest.raises(NotFound):
        mark(event, actor, schedule, {elsewhere[0]: "absent"})
    with pytest.raises(InvalidInput):
        mark(event, actor, schedule, {one: "bolos"}, versions={one: 1})


# --- Corrections -------------------------------------------------------------------------------------------------


def test_a_correction_is_a_new_record_that_names_the_one_it_replaces(event: Event) -> None:
    actor, _, (attempt,), (code,) = event.signed()
    with pytest.raises(Conflict, match="already_signed"):
        event.save(actor, attempt, event.competent(note="lain"), version=1)
    with event.db.transaction() as tx:
        opened = actions.correct(tx, actor, code, reason="Salah ketik", now=at(D, 16))
    assert event.state(code) == "valid"
    assert dict(draft(event, attempt).units) == dict.fromkeys(event.codes, "K")
    changed = event.competent(
        units=dict.fromkeys(event.codes, "K") | {event.codes[0]: "BK"}, recommendation="BK", note="x"
    )
    event.save(actor, attempt, changed, version=opened.version)
    (newer,) = event.sign(actor, [opened.draft_id], at(D, 17))
    assert (event.state(code), event.state(newer)) == ("replaced", "valid")
    with event.db.read() as conn:
        assert actions.public_check(conn, code).replaced_by == newer
        old, new = (store.record(conn, actor.scope, one) for one in (code, newer))
    assert (new.replaces, new.replaces_reason, old.replaced_by) == (old.id, "Salah ketik", new.id)


def test_a_correction_is_opened_once_by_who_signed_and_may_be_given_up(event: Event) -> None:
    actor, _, _, (code,) = event.signed()
    with pytest.raises(NotFound), event.db.transaction() as tx:
        actions.correct(tx, event.assessor(), code, reason="x", now=at(D))
    with event.db.transaction() as tx:
        opened = actions.correct(tx, actor, code, reason="Salah ketik", now=at(D, 16))
    with pytest.raises(Conflict, match="correction_open"), event.db.transaction() as tx:
        actions.correct(tx, actor, code, reason="Lagi", now=at(D, 16))
    with event.db.transaction() as tx:
        actions.drop_correction(tx, actor, opened.draft_id, now=at(D, 17))
    assert event.state(code) == "valid"
    with pytest.raises(Conflict, match="no_correction"), event.db.transaction() as tx:
        actions.drop_correction(tx, actor, opened.draft_id, now=at(D, 17))


def test_a_candidate_with_a_result_stays_and_the_schedule_is_not_moved_or_cancelled(event: Event) -> None:
    _, schedule, (attempt,), _ = event.signed()
    with pytest.raises(Conflict, match="candidate_recorded"), event.db.transaction() as tx:
        scheduling.remove_candidate(tx, SYSTEM, attempt, reason="x", now=at(D))
    with pytest.raises(Conflict, match=r"scheduling\.recorded"), event.db.transaction() as tx:
        scheduling.cancel_schedule(tx, SYSTEM, schedule, reason="x", now=at(D))
    with pytest.raises(Conflict, match=r"scheduling\.recorded"), event.db.transaction() as tx:
        scheduling.move_schedule(tx, SYSTEM, schedule, D + DAY, D + DAY, reason="x", now=at(D))


def test_every_save_leaves_its_audit_row_without_the_note(event: Event) -> None:
    actor, _, (attempt,) = event.ready(1)
    event.save(actor, attempt, Content("assessed", note="rahasia sekali"))
    with event.db.read() as conn:
        rows = conn.execute(
            text("SELECT act, after::text FROM audit_entry WHERE subject_id = :s"), {"s": str(attempt)}
        ).all()
    assert [row[0] for row in rows] == ["assessments.save_draft"]
    assert "rahasia" not in rows[0][1]
