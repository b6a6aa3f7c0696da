"""What no SQL of the application's role can do: decide about a record before it is signed, add to it afterwards,
rewrite a decree. Past every check in Python."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.world import DAY, PersonRef, World

from assessor_registry.errors import Conflict
from assessor_registry.institutions import actions as institutions
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.validity import actions as validity

# A record like the one that is there, of another part, on days on which nobody is active.
COPIED = (
    "INSERT INTO record (id, code, attempt_id, part, assessor_id, lsp_id, origin, outcome, first_day, last_day,"
    " signed_on, signed_at, jws, jws_sha256, certificate_id, created_at) SELECT gen_random_uuid(), 'LAIN', attempt_id,"
    " 2, assessor_id, lsp_id, origin, outcome, DATE '2040-01-02', DATE '2040-01-02', DATE '2040-01-02',"
    " TIMESTAMPTZ '2040-01-02 02:00Z', jws, jws_sha256, certificate_id, created_at FROM record"
)


def signed(world: World) -> str:
    ana, plan = world.assessor(), world.schedule(candidates=1)
    world.assign(plan, ana)
    return world.sign(ana, world.record(ana, plan.attempts[0]))[0]


def refused(world: World, *statements: str) -> str:
    with pytest.raises(DBAPIError) as error, world.db.transaction() as tx:
        for statement in statements:
            tx.execute(text(statement))
    return str(error.value.orig)


@pytest.mark.parametrize(
    "state",
    [
        "contested_at = now, contested_reason = 'x', upheld_at = now, upheld_reference = 'x'",
        "contested_at = now, contested_reason = 'x'",
        "annulled_at = now, annulled_reason = 'x'",
        "erased_at = now",
    ],
)
def test_no_record_is_born_decided_and_so_past_the_active_days(world: World, state: str) -> None:
    signed(world)
    given = dict(item.split(" = ") for item in state.split(", "))
    columns = "record_id, assessor_id, first_day, last_day, signed_on, origin"
    values = ", ".join("now()" if value == "now" else value for value in given.values())
    born = (
        f"INSERT INTO record_state ({columns}, {', '.join(given)}) SELECT id, assessor_id, first_day, last_day,"
        f" signed_on, origin, {values} FROM record WHERE code = 'LAIN'"
    )
    assert "before anything is decided" in refused(world, COPIED, born)


def test_no_record_is_born_replaced(world: World) -> None:
    signed(world)
    born = (
        "INSERT INTO record_state (record_id, assessor_id, first_day, last_day, signed_on, origin, replaced_by) SELECT"
        " id, assessor_id, first_day, last_day, signed_on, origin, id FROM record WHERE code = 'LAIN'"
    )
    assert "before anything is decided" in refused(world, COPIED, born)


def test_what_was_signed_gains_no_unit(world: World) -> None:
    signed(world)
    more = "INSERT INTO record_unit (record_id, position, code, title, result) SELECT id, 99, 'X', 'X', 'K' FROM record"
    assert "signed before" in refused(world, more)


@pytest.mark.parametrize("table", ["licence", "licensed_scheme", "network_school", "appointment", "appointment_decree"])
def test_a_decree_is_not_rewritten_moved_or_removed(world: World, table: str) -> None:
    signed(world)
    school = world.school()
    world.db.perform(
        lambda tx: institutions.network_school(
            tx, world.system, world.home.id, school, date(2025, 1, 1), "SK-J", world.now, last_day=date(2027, 1, 1)
        )
    )
    rewritten = {
        "licence": "decree_number = 'lain'", "licensed_scheme": "first_day = first_day - 1",
        "network_school": "decree_number = 'lain'", "appointment": "known_at = known_at - interval '1 day'",
        "appointment_decree": "last_day = last_day + 1",
    }  # fmt: skip
    for attack in (f"UPDATE {table} SET {rewritten[table]}", f"UPDATE {table} SET id = gen_random_uuid()",
                   f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):  # fmt: skip
        refused(world, attack)
    if table not in {"appointment", "appointment_decree"}:
        for later in ("last_day + 1", "NULL"):
            refused(world, f"UPDATE {table} SET last_day = {later}")


def test_a_licence_ends_early_and_an_appointment_once(world: World) -> None:
    ana = world.assessor()
    world.db.perform(
        lambda tx: institutions.end_licence(
            tx, world.system, world.home.licence_id, world.today + DAY, "Dicabut", world.now
        )
    )
    assert "ended already" in refused(world, "UPDATE licence SET last_day = last_day + 1")
    with world.db.read() as conn:
        held = conn.execute(text("SELECT id FROM appointment WHERE assessor_id = :id"), {"id": ana.id}).scalar_one()
    world.db.perform(
        lambda tx: validity.end_appointment(
            tx, world.home.admin, held, ended_on=world.today, reason="Pindah", now=world.now
        )
    )
    for attack in ("ended_on = NULL, ended_known_at = NULL", "ended_on = ended_on + 1", "ended_reason = 'lain'"):
        assert "ended already" in refused(world, f"UPDATE appointment SET {attack}")


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE assignment SET withdrawn_at = now(), withdrawn_reason = 'x'",
        "UPDATE assignment SET held_on = held_on + 1",
        "UPDATE assignment SET confirmed_at = NULL",
        "DELETE FROM assignment",
    ],
)
def test_nobody_is_taken_off_a_day_of_which_they_have_signed_results(world: World, attack: str) -> None:
    signed(world)
    assert "are signed" in refused(world, attack)


def test_a_caller_that_does_not_ask_takes_nobody_off_a_signed_day(world: World) -> None:
    ana, plan = world.assessor(), world.schedule(world.today, world.today + DAY, candidates=1)
    world.assign(plan, ana)
    world.sign(ana, world.record(ana, plan.attempts[0]))

    def leave(*days: date) -> None:
        world.db.perform(
            lambda tx: scheduling.withdraw(
                tx, plan.lsp.admin, plan.id, ana.id, reason="sakit", now=world.now, days=days
            )
        )

    with pytest.raises(Conflict) as error:
        leave(world.today)
    assert error.value.params["constraint"] == "ck_assignment_signed_day_stays"
    leave(world.today + DAY)


def test_a_sanction_takes_a_signed_day_away_and_contests_its_results(world: World) -> None:
    code = signed(world)
    with world.db.read() as conn:
        who = conn.execute(text("SELECT assessor_id FROM record")).scalar_one()
    world.suspend(PersonRef(who, world.system, ()), world.today)
    assert world.found(code).contested_at is not None
    with world.db.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM assignment WHERE withdrawn_at IS NULL")).scalar_one() == 0
