"""What was known then is answered from what was known then: not from ends, regions and licences learnt later."""

from datetime import UTC, date, datetime

from tests.world import DAY, World

from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.assessors import actions as assessors
from assessor_registry.assessors import store as register
from assessor_registry.validity import actions, store

D = date(2026, 11, 23)
BERAU = "64.03"


def test_an_end_that_was_learnt_later_was_no_end_then(world: World) -> None:
    ana = world.assessor((date(2023, 1, 1), date(2027, 1, 1)))
    then = world.now
    world.today = D + 2 * DAY
    with world.db.read() as conn:
        found = register.get(conn, PROVINCE, ana.id, world.today)
    assert found is not None
    world.db.perform(
        lambda tx: assessors.end_assessor(
            tx, world.system, ana.id, "retired", D - 3 * DAY, found.version, world.now, today=world.today
        )
    )
    with world.db.read() as conn:
        assert store.ask(conn, ana.id, D, known_at=then).eligible
        assert not store.ask(conn, ana.id, D, known_at=world.now).eligible
        assert not store.ask(conn, ana.id, D).eligible


def test_a_region_that_somebody_came_to_later_brings_no_circular_then(world: World) -> None:
    ana = world.assessor((date(2023, 1, 1), date(2026, 6, 30)))
    new = actions.NewExtension(date(2026, 1, 1), date(2026, 12, 31), date(2027, 6, 30), "SE.1", D, D, BERAU)
    world.db.perform(lambda tx: actions.extend(tx, world.system, new, now=world.now))
    then = world.now
    world.today = D + 5 * DAY
    other = world.school(region=BERAU)

    def move(tx: object) -> None:
        assessors.move_employment(tx, world.system, ana.id, other, D + 3 * DAY, world.now, today=world.today)  # type: ignore[arg-type]
        actions.rebuild(tx, [ana.id], world.now)  # type: ignore[arg-type]

    world.db.perform(move)
    with world.db.read() as conn:
        assert not store.ask(conn, ana.id, D + DAY, known_at=then).active
        assert store.ask(conn, ana.id, D + DAY, known_at=world.now).active
        assert store.ask(conn, ana.id, D + DAY).active


def test_a_licence_that_was_given_later_explains_nothing_then(world: World) -> None:
    lsp, ana = world.home, world.assessor()
    early = datetime(2022, 1, 4, tzinfo=UTC)
    with world.db.read() as conn:
        said = {each.code for each in store.ask(conn, ana.id, date(2032, 1, 5), lsp_id=lsp.id, known_at=early).reasons}
        now = {each.code for each in store.ask(conn, ana.id, date(2032, 1, 5), lsp_id=lsp.id).reasons}
    assert "validity.licence_expired" not in said
    assert "validity.licence_expired" in now
