"""A school that is confirmed, corrected or merged gives its assessors their region: circulars follow."""

from datetime import date
from uuid import UUID

from tests.world import PersonRef, World

from assessor_registry.accounts.rules import Role
from assessor_registry.assessors import actions as assessors
from assessor_registry.audit import store as audit
from assessor_registry.consequences import actions as consequences
from assessor_registry.institutions import actions as institutions
from assessor_registry.validity import actions as validity

BERAU = "64.03"


def listed(world: World) -> tuple[PersonRef, UUID]:
    """Somebody whose certificate has ended, at a school that only a list has named; and a circular for Berau."""
    ana = world.assessor((date(2023, 1, 1), date(2026, 6, 30)))
    school, _warned = world.db.perform(
        lambda tx: institutions.provisional_school(tx, world.system, "SMKN Baru Entah", None, None, world.now)
    )
    world.db.perform(
        lambda tx: assessors.move_employment(
            tx, world.system, ana.id, school, world.today, world.now, today=world.today
        )
    )
    new = validity.NewExtension(
        date(2026, 1, 1), date(2026, 12, 31), date(2027, 6, 30), "SE.1", world.today, world.today, BERAU
    )
    world.db.perform(lambda tx: validity.extend(tx, world.system, new, now=world.now))
    assert not world.standing(ana).active
    return ana, school


def test_a_merged_school_brings_its_assessors_the_region_of_the_other(world: World) -> None:
    ana, school = listed(world)
    kept, division = world.school("SMKN Berau Satu", region=BERAU), world.account(Role.DIVISION)
    world.db.perform(lambda tx: consequences.merge_school(tx, division, school, kept, world.now))
    assert world.standing(ana).active
    with world.db.read() as conn:
        moved = next(one for one in audit.of_subject(conn, "assessor", ana.id) if one.act == "assessors.follow_school")
    assert moved.after == {"region_code": BERAU}


def test_a_confirmed_school_brings_its_assessors_its_region_and_a_correction_takes_it_back(world: World) -> None:
    ana, school = listed(world)
    division = world.account(Role.DIVISION)
    world.db.perform(
        lambda tx: consequences.confirm_school(tx, division, school, world.now, npsn="30400001", region_code=BERAU)
    )
    assert world.standing(ana).active
    plan = world.schedule()
    world.assign(plan, ana)
    followed = world.db.perform(
        lambda tx: consequences.confirm_school(tx, division, school, world.now, region_code="64.72")
    )
    assert not world.standing(ana).active
    assert followed.schedules == (plan.id,)


def test_schools_settled_together_bring_their_regions(world: World) -> None:
    ana, school = listed(world)
    kept, division = world.school("SMKN Berau Dua", region=BERAU), world.account(Role.DIVISION)
    world.db.perform(lambda tx: consequences.settle_schools(tx, division, [], {school: kept}, world.now))
    assert world.standing(ana).active
