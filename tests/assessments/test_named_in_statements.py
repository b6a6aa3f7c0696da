"""What a statement names of its assessor: the certificate that carries the day, in the words of the day it is shown."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from tests.support.signed import payload
from tests.world import World

from assessor_registry.days import DAY
from assessor_registry.validity import actions as validity

D = date(2026, 11, 23)


def extended(world: World) -> tuple[Any, str]:
    """A certificate that ended and that a circular carries on."""
    who = world.assessor((date(2023, 1, 1), date(2026, 6, 30)))
    circular = validity.NewExtension(date(2026, 1, 1), date(2026, 12, 31), date(2027, 6, 30), "SE.1", D, D, None)
    world.db.perform(lambda tx: validity.extend(tx, world.system, circular, now=world.now))
    return who, number_of(world, who.certificates[0])


def revoked(world: World) -> tuple[Any, str]:
    """Two certificates, of which the one that ends later is revoked."""
    who = world.assessor((date(2025, 1, 1), date(2027, 1, 1)))
    later = world.certify(who.id, date(2026, 1, 1), date(2029, 1, 1))
    new = validity.NewSanction(who.id, "revocation", D - 100 * DAY, None, "CABUT-1", D, D, certificate_id=later)
    world.db.perform(lambda tx: validity.sanction(tx, world.system, new, now=world.now))
    return who, number_of(world, who.certificates[0])


def corrected(world: World) -> tuple[Any, str]:
    """A certificate whose dates were corrected, and the first of which is suspended under its old row."""
    who = world.assessor((date(2024, 1, 1), date(2027, 1, 1)))
    new = validity.NewCertificate(who.id, date(2024, 1, 1), date(2027, 2, 1), "contoh", number="SERT-BARU")
    world.db.perform(
        lambda tx: validity.correct_certificate(
            tx, world.system, who.certificates[0], new, reason="salah ketik", now=world.now
        )
    )
    return who, "SERT-BARU"


def number_of(world: World, certificate: Any) -> str:
    from assessor_registry.validity import store

    with world.db.read() as conn:
        found = store.find_certificate(conn, certificate)
    assert found is not None
    assert found[0].number is not None
    return found[0].number


@pytest.mark.parametrize("held", [extended, revoked, corrected])
def test_the_certificate_that_is_named_carries_the_day(world: World, held: Callable[[World], tuple[Any, str]]) -> None:
    who, number = held(world)
    plan = world.schedule(candidates=1)
    world.assign(plan, who)
    (code,) = world.sign(who, world.record(who, plan.attempts[0]))
    assert payload(world.db, code)["assessor"]["certificate"] == number
