"""Signing: all or nothing, on which days, how many statements, and what it is worth afterwards."""

import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import event as sa_event
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.support.event import DAY, PASSPHRASE, D, Event, at

from assessor_registry.accounts.rules import PROVINCE, Actor, Scope, system
from assessor_registry.assessments import actions, store
from assessor_registry.assessments.rules import Content
from assessor_registry.db.engine import Database, constraint
from assessor_registry.errors import Forbidden, InvalidInput, NotEligible, NotFound, Refusal
from assessor_registry.proof.verdict import verdict
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.signing.actions import unlock
from assessor_registry.words import sentence

SYSTEM = system("test")


@pytest.fixture
def event(database: Database) -> Event:
    return Event(database)


def drafts(event: Event, actor: Actor, attempts: list[UUID]) -> list[UUID]:
    return [event.save(actor, attempt, event.competent()).draft_id for attempt in attempts]


def count(event: Event, table: str) -> int:
    with event.db.read() as conn:
        return int(conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def codes(refusal: Refusal) -> set[str]:
    assert all(sentence(reason) for reason in (refusal.reason, *refusal.reasons))
    return {reason.code for reason in refusal.reasons}


def bundle(event: Event, code: str) -> bytes:
    with event.db.read() as conn:
        return actions.bundle(conn, PROVINCE, event.registry, code, at(D + DAY, 8))


# --- What is signed ----------------------------------------------------------------------------------------------


def test_what_is_shown_is_what_is_signed(event: Event) -> None:
    actor, _, attempts = event.ready(2)
    wanted = drafts(event, actor, attempts)
    with event.db.read() as conn:
        shown = actions.preview_signing(conn, actor, wanted, now=at(D, 15))
    signed = event.sign(actor, wanted)
    for preview, code in zip(shown, signed, strict=True):
        found = verdict(bundle(event, code), event.registry.root_pem.encode())
        assert found.valid, [check.detail for check in found.checks if not check.ok]
        assert found.statement is not None
        assert preview.statement is not None
        assert preview.reasons == ()
        mine, theirs = preview.statement, found.statement
        for name in ("candidate", "assessor", "units", "recommendation", "lsp", "scheme", "venue", "assignment_letter",
                     "first_day", "last_day", "signed_at", "signed_on", "attempt", "part", "outcome"):  # fmt: skip
            assert getattr(mine, name) == getattr(theirs, name), name


def test_the_statement_names_what_a_reader_needs_and_never_the_nik(event: Event) -> None:
    _, _, _, (code,) = event.signed()
    found = verdict(bundle(event, code), event.registry.root_pem.encode()).statement
    assert found is not None
    assert (found.lsp.licence, found.assignment_letter) == ("BNSP-LSP-9001-ID", "090/ST/LSP/XI/2026")
    assert [unit.code for unit in found.units] == event.codes
    assert found.units[0].evidence == ("Observasi demonstrasi", "Pertanyaan lisan")
    assert found.assessor.certificate is not None
    assert (found.first_day, found.signed_on, found.code) == (D, D, code)


@pytest.mark.parametrize("number", [0, 1, 2, 13, 50])
def test_n_drafts_become_n_records_of_the_same_candidates(event: Event, number: int) -> None:
    actor, _, attempts = event.ready(number)
    wanted = drafts(event, actor, attempts)
    if not wanted:
        with pytest.raises(InvalidInput, match="nothing_to_sign"):
            event.sign(actor, [])
        return
    found = event.sign(actor, wanted)
    assert len(set(found)) == number
    with event.db.read() as conn:
        signed = {row.code: row.attempt_id for row in store.records(conn, PROVINCE)}
    assert [signed[code] for code in found] == attempts
    assert count(event, "record_state") == number
    assert count(event, "record_unit") == number * len(event.codes)


def test_ten_candidates_with_26_units_and_two_bk_are_signed_with_one_passphrase(database: Database) -> None:
    event = Event(database, units=26)
    actor, _, attempts = event.ready(10)
    wanted = []
    for attempt in attempts:
        units = dict.fromkeys(event.codes, "K") | dict.fromkeys(event.codes[3:5], "BK")
        content = Content("assessed", units, None, "BK", "Pengkabelan dan pengalamatan belum sesuai SOP")
        wanted.append(event.save(actor, attempt, content).draft_id)
    assert len(event.sign(actor, wanted)) == 10
    assert count(event, "record_unit") == 260
    with event.db.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM record_unit WHERE result = 'BK'")).scalar_one() == 20


def statements(event: Event, number: int, day_offset: int) -> int:
    day = D + day_offset * DAY
    actor, _, attempts = event.ready(number, first=day)
    wanted = [event.save(actor, attempt, event.competent(), day).draft_id for attempt in attempts]
    seen: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)
        assert not rest[-1], "executemany sends one statement a row"

    assert actor.assessor_id is not None
    with unlock(event.db, actor.assessor_id, PASSPHRASE, at(day)) as key:
        sa_event.listen(event.db.engine, "before_cursor_execute", note)
        event.db.perform(
            lambda tx: actions.sign_unlocked(tx, actor, wanted, key, registry=event.registry, now=at(day, 15))
        )
        sa_event.remove(event.db.engine, "before_cursor_execute", note)
    return len(seen)


def test_the_number_of_statements_does_not_grow_with_the_number_of_records(event: Event) -> None:
    assert statements(event, 2, 0) == statements(event, 24, 1) <= 30


# --- All or nothing ----------------------------------------------------------------------------------------------


def test_one_unready_draft_stops_all_and_each_reason_names_its_record(event: Event) -> None:
    actor, _, (one, two) = event.ready(2)
    wanted = [
        event.save(actor, one, event.competent()).draft_id,
        event.save(actor, two, Content("assessed", {event.codes[0]: "K"})).draft_id,
    ]
    with pytest.raises(NotEligible) as refused:
        event.sign(actor, wanted)
    assert codes(refused.value) == {"assessments.units_missing", "assessments.no_recommendation"}
    assert {reason.params["draft"] for reason in refused.value.reasons} == {str(wanted[1])}
    assert (count(event, "record"), count(event, "issued_certificate")) == (0, 3)


def test_a_draft_that_changed_since_it_was_shown_is_not_signed(event: Event) -> None:
    actor, _, (attempt,) = event.ready(1)
    (wanted,) = drafts(event, actor, [attempt])
    event.save(actor, attempt, event.competent(note="lain"), version=1)
    with pytest.raises(NotEligible) as refused:
        event.sign(actor, [wanted], shown=actions.Shown({wanted: 1}))
    assert codes(refused.value) == {"assessments.changed_since_shown"}
    assert event.sign(actor, [wanted], shown=actions.Shown({wanted: 2}))


def test_a_wrong_passphrase_signs_nothing_and_is_counted(event: Event) -> None:
    actor, _, attempts = event.ready(1)
    wanted = drafts(event, actor, attempts)
    with pytest.raises(InvalidInput, match="passphrase_wrong"):
        actions.sign(event.db, actor, wanted, "salah sama sekali", registry=event.registry, now=at(D))
    assert (count(event, "record"), count(event, "failed_attempt")) == (0, 1)
    with event.db.read() as conn:
        trail = conn.execute(text("SELECT count(*) FROM audit_entry WHERE act = 'signing.passphrase_wrong'"))
        assert trail.scalar_one() == 1


def test_nobody_signs_a_colleagues_draft(event: Event) -> None:
    actor, _, attempts = event.ready(1)
    wanted = drafts(event, actor, attempts)
    other = event.assessor()
    event.enrol(other)
    with pytest.raises(NotFound):
        event.sign(other, wanted)
    with pytest.raises(Forbidden):
        event.sign(event.admin(), wanted)
    with pytest.raises(NotFound):
        event.sign(actor, [*wanted, uuid4()])
    assert count(event, "record") == 0


def test_signing_twice_gives_the_same_records_and_a_mixture_signs_only_the_rest(event: Event) -> None:
    actor, _, attempts = event.ready(3)
    wanted = drafts(event, actor, attempts)
    first = event.sign(actor, wanted[:2])
    again = event.sign(actor, [wanted[2], wanted[0], wanted[1], wanted[0]])
    assert again[1:] == first
    assert count(event, "record") == 3


# --- The last day ------------------------------------------------------------------------------------------------


def test_on_the_last_day_one_assesses_and_signs_until_midnight(event: Event) -> None:
    actor, _, attempts = event.ready(1, last_day=D)
    wanted = drafts(event, actor, attempts)
    (code,) = event.sign(actor, wanted, at(D, 23))
    found = verdict(bundle(event, code), event.registry.root_pem.encode())
    assert found.authentic
    assert found.statement is not None
    assert found.statement.assessor.last_active_day == D


def test_on_the_day_after_there_is_no_late_signature_and_the_draft_waits(event: Event) -> None:
    actor, _, attempts = event.ready(1, last_day=D)
    wanted = drafts(event, actor, attempts)
    with pytest.raises(NotEligible) as refused:
        event.sign(actor, wanted, at(D + DAY, 0))
    assert codes(refused.value) == {"assessments.not_active_to_sign", "validity.expired"}
    assert count(event, "record") == 0
    with event.db.read() as conn:
        (waiting,) = store.unsigned(conn, PROVINCE, D + DAY, 7)
    assert (waiting.count, waiting.last_active_day) == (1, None)
    with event.db.transaction() as tx:
        assert actor.assessor_id is not None
        event.certify(tx, actor.assessor_id, D + 5 * DAY, D + 1000 * DAY)
    assert event.sign(actor, wanted, at(D + 6 * DAY))


def test_unsigned_results_are_pointed_out_from_seven_days_before_the_last_day(event: Event) -> None:
    actor, _, attempts = event.ready(3, last_day=D + 7 * DAY)
    drafts(event, actor, attempts)
    with event.db.read() as conn:
        assert [row.count for row in store.unsigned(conn, Scope("self", str(actor.assessor_id)), D, 7)] == [3]
        assert [row.count for row in store.unsigned(conn, Scope("lsp", str(event.lsp)), D, 7)] == [3]
        assert store.unsigned(conn, PROVINCE, D - DAY, 7) == []
        assert store.unsigned(conn, Scope("lsp", str(uuid4())), D, 7) == []


def test_the_to_do_about_unsigned_results_opens_once_and_closes_when_they_are_signed(event: Event) -> None:
    actor, _, attempts = event.ready(2, last_day=D + 3 * DAY)
    wanted = drafts(event, actor, attempts)

    def sweep(day: Any) -> tuple[int, list[Any]]:
        with event.db.transaction() as tx:
            opened = actions.sweep_unsigned(tx, day, at(day))
            rows = tx.execute(text("SELECT last_day FROM flag WHERE kind = 'results_unsigned' AND cleared_at IS NULL"))
            return opened, list(rows.scalars())

    assert sweep(D - 5 * DAY) == (0, [])
    assert sweep(D) == (1, [D + 3 * DAY])
    assert sweep(D + DAY) == sweep(D + 10 * DAY) == (0, [D + 3 * DAY])
    event.sign(actor, wanted, at(D + 2 * DAY))
    assert sweep(D + 2 * DAY) == (0, [])


def test_raw_sql_can_not_say_that_someone_signed_or_assessed_after_their_last_day(event: Event) -> None:
    _, _, _, (code,) = event.signed(last_day=D)
    copy = text(
        "WITH r AS (INSERT INTO record SELECT (json_populate_record(o, json_build_object('id', CAST(:id AS uuid), "
        "'code', CAST(:id AS text), 'part', 2, 'first_day', CAST(:first AS date), 'last_day', CAST(:first AS date), "
        "'signed_on', CAST(:signed AS date), 'signed_at', CAST(:moment AS timestamptz)))).* "
        "FROM record o WHERE code = :code RETURNING *) "
        "INSERT INTO record_state (record_id, assessor_id, first_day, last_day, signed_on, origin) "
        "SELECT id, assessor_id, first_day, last_day, signed_on, origin FROM r"
    )
    late = at(D + DAY)
    for first, signed, key in (
        (D, D + DAY, "fk_record_state_signed_active"),
        (D + DAY, D + DAY, "fk_record_state_assessed_active"),
        (D, D, "ck_record_signed_on_that_day"),
    ):
        with pytest.raises(DBAPIError) as refused, event.db.transaction() as tx:
            tx.execute(copy, {"id": uuid4(), "first": first, "signed": signed, "moment": late, "code": code})
        assert constraint(refused.value) == key
    with event.db.transaction() as tx:
        tx.execute(copy, {"id": uuid4(), "first": D, "signed": D, "moment": at(D), "code": code})


def test_a_signed_row_is_never_changed_or_removed(event: Event) -> None:
    event.signed()
    for attack in ("UPDATE record SET outcome = 'absent'", "DELETE FROM record_unit", "DELETE FROM record_state",
                   "UPDATE record_state SET signed_on = signed_on + 1"):  # fmt: skip
        with pytest.raises(DBAPIError), event.db.transaction() as tx:
            tx.execute(text(attack))


def test_a_suspension_or_a_withdrawn_assignment_stops_signing_with_its_reason(event: Event) -> None:
    actor, schedule, attempts = event.ready(1)
    wanted = drafts(event, actor, attempts)
    assert actor.assessor_id is not None
    with event.db.transaction() as tx:
        scheduling.withdraw(tx, SYSTEM, schedule, actor.assessor_id, reason="x", now=at(D))
    with pytest.raises(NotEligible) as refused:
        event.sign(actor, wanted)
    assert codes(refused.value) == {"assessments.days_not_assigned"}


# --- Parts -------------------------------------------------------------------------------------------------------


def test_two_assessors_share_an_attempt_and_the_one_who_ends_it_recommends(event: Event) -> None:
    first, schedule, (attempt,) = event.ready(1)
    second = event.assessor()
    event.assign(schedule, second, D)
    event.enrol(second)
    part = Content("assessed", {event.codes[0]: "K"}, handed_on=True)
    one = event.save(first, attempt, part).draft_id
    rest = Content("assessed", dict.fromkeys(event.codes[1:], "K"), None, "K")
    two = event.save(second, attempt, rest, part=2).draft_id
    with pytest.raises(NotEligible) as refused:
        event.sign(second, [two])
    assert codes(refused.value) == {"assessments.other_part_unsigned"}
    event.sign(first, [one])
    (code,) = event.sign(second, [two])
    with event.db.read() as conn:
        row = store.record(conn, PROVINCE, code)
    assert (row.part, row.recommendation) == (2, "K")
    with pytest.raises(Forbidden, match="part_of_another"):
        event.save(first, attempt, rest, part=2)


# --- Second opinion ----------------------------------------------------------------------------------------------


def test_openssl_accepts_the_chain_at_the_time_of_signing_and_not_after_the_last_day(
    event: Event, tmp_path: Path
) -> None:
    _, _, _, (code,) = event.signed(last_day=D)
    with event.db.read() as conn:
        ders = conn.execute(text("SELECT kind, der FROM issued_certificate")).all()
    for kind, der in ders:
        pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
        (tmp_path / f"{kind}.pem").write_bytes(pem)

    def check(moment: int) -> int:
        command = ["openssl", "verify", "-CAfile", "root.pem", "-untrusted", "issuing.pem", "-attime", str(moment),
                   "leaf.pem"]  # fmt: skip
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode

    assert check(int(at(D, 23).timestamp())) == 0
    assert check(int(at(D + DAY, 0).timestamp())) != 0
    assert code
