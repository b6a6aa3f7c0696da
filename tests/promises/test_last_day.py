"""An assessor's last day is D: on D they assess and sign; from D+1 on nobody and nothing lets them, but paper does.

Rooms, raw SQL and the answer to "may she" agree on each of the days around it.
"""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.world import DAY, PersonRef, Plan, World

from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.assessments import actions as assessments
from assessor_registry.days import add_months
from assessor_registry.db.engine import Database, constraint
from assessor_registry.errors import NotEligible
from assessor_registry.proof.verdict import verdict

D = date(2026, 11, 23)
FIRST = date(2023, 11, 23)


@pytest.fixture
def ana(world: World) -> PersonRef:
    """Her last day is D."""
    return world.assessor(certificate=(FIRST, D))


@pytest.fixture
def plan(world: World, ana: PersonRef) -> Plan:
    """On D, with two candidates; she is assigned."""
    made = world.schedule(D, candidates=2)
    world.assign(made, ana)
    return made


def codes_of(refusal: NotEligible) -> set[str]:
    return {reason.code for reason in refusal.reasons}


def test_on_the_last_day_she_assesses_and_signs(world: World, ana: PersonRef, plan: Plan) -> None:
    world.today = D
    assert world.standing(ana, plan=plan).eligible
    codes = world.sign(ana, *(world.record(ana, attempt) for attempt in plan.attempts))
    assert [world.found(code).signed_on for code in codes] == [D, D]


def test_the_certificate_of_her_key_ends_with_her_last_day(world: World, ana: PersonRef, plan: Plan) -> None:
    (code,) = world.sign(ana, world.record(ana, plan.attempts[0]))
    with world.db.read() as conn:
        proof = assessments.bundle(conn, PROVINCE, world.registry, code, world.now)
        until = conn.execute(text("SELECT not_after FROM issued_certificate WHERE kind = 'leaf'")).scalar_one()
    statement = verdict(proof, world.registry.root_pem.encode()).statement
    assert statement is not None
    assert statement.assessor.last_active_day == D
    assert until.isoformat() == "2026-11-23T15:59:59+00:00"  # midnight in Kalimantan Timur


def test_the_day_after_she_can_not_be_assigned(world: World, ana: PersonRef) -> None:
    later = world.schedule(D + DAY)
    with pytest.raises(NotEligible) as refused:
        world.assign(later, ana)
    assert {"validity.expired", "scheduling.not_active_on"} <= codes_of(refused.value)


def test_the_day_after_she_can_not_record_what_she_saw_on_her_last_day(
    world: World, ana: PersonRef, plan: Plan
) -> None:
    world.today = D + DAY
    with pytest.raises(NotEligible) as refused:
        world.record(ana, plan.attempts[0])
    assert codes_of(refused.value) == {"validity.expired"}


def test_the_day_after_her_signature_for_the_last_day_is_refused_and_the_draft_waits(
    world: World, ana: PersonRef, plan: Plan
) -> None:
    drafts = [world.record(ana, attempt) for attempt in plan.attempts]
    world.today = D + DAY
    with pytest.raises(NotEligible) as refused:
        world.sign(ana, *drafts)
    assert "validity.expired" in codes_of(refused.value)
    with world.db.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM record")).scalar_one() == 0
    world.certify(ana.id, D - DAY, add_months(D, 36))  # her RCC certificate arrives, and reaches back
    assert len(world.sign(ana, *drafts)) == 2


@pytest.mark.parametrize("days", [0, 1, 14])
def test_paper_takes_the_result_of_her_last_day_and_shows_its_origin(
    world: World, ana: PersonRef, plan: Plan, days: int
) -> None:
    world.today = D + days * DAY
    code = world.paper(plan, ana, plan.attempts[0], D)
    found = world.found(code)
    assert (found.origin, found.last_day, found.signed_on) == ("paper", D, world.today)
    with world.db.read() as conn:
        assert assessments.public_check(conn, code).origin == "paper"
        proof = assessments.bundle(conn, PROVINCE, world.registry, code, world.now)
    answer = verdict(proof, world.registry.root_pem.encode())
    assert answer.valid
    assert answer.statement is not None
    assert answer.statement.origin == "paper"
    assert answer.statement.paper is not None
    assert answer.statement.assessor.last_active_day == D


def test_paper_takes_no_result_of_the_day_after(world: World, ana: PersonRef) -> None:
    later = world.schedule(D, D + DAY, candidates=1)
    world.assign(later, ana, D)
    world.today = D + DAY
    with pytest.raises(NotEligible) as refused:
        world.paper(later, ana, later.attempts[0], D + DAY)
    assert {"assessments.not_active_on", "validity.expired"} <= codes_of(refused.value)


def test_paper_comes_to_an_end(world: World, ana: PersonRef, plan: Plan) -> None:
    world.today = D + 15 * DAY
    with pytest.raises(NotEligible) as refused:
        world.paper(plan, ana, plan.attempts[0], D)
    assert codes_of(refused.value) == {"assessments.paper_late"}


@given(offset=st.integers(-3, 3))
def test_room_and_database_and_status_say_the_same_of_each_day(
    world: World, ana: PersonRef, plan: Plan, offset: int
) -> None:
    day = D + offset * DAY
    active = day <= D
    assert world.standing(ana, day).active is active
    assert stored(world.db, moved_assignment(plan.id, ana.id, day)) is active


def moved_assignment(schedule: UUID, who: UUID, day: date) -> tuple[str, dict[str, object]]:
    return (
        "UPDATE assignment SET held_on = :day WHERE schedule_id = :schedule AND assessor_id = :who",
        {"day": day, "schedule": schedule, "who": who},
    )


def stored(db: Database, statement: tuple[str, dict[str, object]]) -> bool:
    """Whether the database takes a statement with all that is checked at commit; it is taken back."""
    with db.engine.connect() as conn, conn.begin() as begun:
        try:
            assert conn.execute(text(statement[0]), statement[1]).rowcount == 1
            conn.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        except IntegrityError as error:
            assert constraint(error).endswith("_active")
            return False
        finally:
            begun.rollback()
    return True


COPIED = """
    INSERT INTO record (id, code, attempt_id, part, assessor_id, lsp_id, origin, outcome, first_day, last_day,
        signed_on, signed_at, jws, jws_sha256, certificate_id, created_at)
    SELECT gen_random_uuid(), 'RAW', attempt_id, 2, assessor_id, lsp_id, 'signed', outcome, :first, :last,
        :signed, signed_at + make_interval(days => CAST(:signed AS date) - signed_on),
        jws, jws_sha256, certificate_id, created_at FROM record
    RETURNING id
"""


@pytest.mark.parametrize(
    ("first", "last", "signed", "taken", "because"),
    [
        (D, D, D, True, "all of it on the last day"),
        (D, D, D + DAY, False, "a late signature for the last day"),
        (D + DAY, D + DAY, D + DAY, False, "an assessment of the day after"),
        (D, D + DAY, D + DAY, False, "an assessment that runs over the last day"),
        (FIRST - DAY, FIRST - DAY, FIRST, False, "an assessment of the day before the first"),
    ],
)
def test_raw_sql_can_not_store_what_she_may_not_sign(
    world: World, ana: PersonRef, plan: Plan, first: date, last: date, signed: date, taken: bool, because: str
) -> None:
    world.sign(ana, world.record(ana, plan.attempts[0]))
    days = {"first": first, "last": last, "signed": signed}
    with world.db.engine.connect() as conn, conn.begin() as begun:
        try:
            made = conn.execute(text(COPIED), days).scalar_one()
            conn.execute(
                text(
                    "INSERT INTO record_state (record_id, assessor_id, first_day, last_day, signed_on, origin) "
                    "SELECT id, assessor_id, first_day, last_day, signed_on, origin FROM record WHERE id = :id"
                ),
                {"id": made},
            )
            conn.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            accepted = True
        except IntegrityError as error:
            assert constraint(error).startswith("fk_record_state_")
            accepted = False
        begun.rollback()
    assert accepted is taken, because


def test_her_active_days_can_not_be_taken_from_under_what_she_signed(world: World, ana: PersonRef, plan: Plan) -> None:
    world.sign(ana, world.record(ana, plan.attempts[0]))
    for attack in (
        "DELETE FROM active_period",
        "UPDATE active_period SET during = daterange('2023-11-23', '2026-11-23')",
    ):
        with pytest.raises(IntegrityError), world.db.transaction() as tx:
            tx.execute(text(attack))


def test_a_second_certificate_before_the_first_ends_lets_her_go_on_without_a_gap(world: World, ana: PersonRef) -> None:
    world.certify(ana.id, D - 20 * DAY, add_months(D, 35))
    world.today = D + DAY
    later = world.schedule(D + DAY)
    world.assign(later, ana)
    (code,) = world.sign(ana, world.record(ana, later.attempts[0]))
    assert world.found(code).signed_on == D + DAY
