"""A slip of the pen in a year is told before it does anything: the year 1, and the year 9999."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Connection
from tests.world import DAY, World

from assessor_registry.errors import InvalidInput, Refusal
from assessor_registry.institutions import actions as institutions
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.validity import actions as validity

Act = Callable[[World, date], Callable[[Connection], object]]


def circular(world: World, odd: date) -> Callable[[Connection], object]:
    days = (date(2026, 1, 1), date(2026, 12, 31), odd) if odd.year > 2026 else (odd, date(2026, 1, 1), date(2027, 1, 1))
    new = validity.NewExtension(*days, "SE.1", world.today, world.today, None)
    return lambda tx: validity.extend(tx, world.system, new, now=world.now)


def sanction(world: World, odd: date) -> Callable[[Connection], object]:
    who = world.assessor().id
    new = validity.NewSanction(who, "suspension", odd, None, "SANKSI-1", world.today, world.today)
    return lambda tx: validity.sanction(tx, world.system, new, now=world.now)


def appointment(world: World, odd: date) -> Callable[[Connection], object]:
    who = world.assessor(appointed=False).id
    first, last = sorted([odd, world.today])
    return lambda tx: validity.appoint(
        tx, world.home.admin, world.home.id, number="SK-1", decided_on=world.today, first_day=first, last_day=last,
        assessor_ids=[who], now=world.now,
    )  # fmt: skip


def licence(world: World, odd: date) -> Callable[[Connection], object]:
    first, last = sorted([odd, world.today])
    return lambda tx: institutions.give_licence(
        tx, world.system, world.home.id, "BNSP-LSP-9-ID", "KEP.9", first, last, world.now
    )


def season(world: World, odd: date) -> Callable[[Connection], object]:
    first, last = sorted([odd, world.today])
    return lambda tx: institutions.add_season(tx, world.system, "UKK", first, last, world.now)


def schedule(world: World, odd: date) -> Callable[[Connection], object]:
    lsp = world.home
    return lambda tx: scheduling.create_schedule(
        tx, lsp.admin, lsp_id=lsp.id, scheme_version_id=lsp.schemes[0].version_id, venue_id=lsp.venue_id, title="UKK",
        first_day=odd, last_day=odd, now=world.now,
    )  # fmt: skip


def certificate(world: World, odd: date) -> Callable[[Connection], object]:
    who = world.assessor().id
    first, last = sorted([odd, world.today])
    new = validity.NewCertificate(who, first, last, "contoh")
    return lambda tx: validity.add_certificate(tx, world.system, new, now=world.now)


@pytest.mark.parametrize("act", [circular, sanction, appointment, licence, season, schedule, certificate])
@pytest.mark.parametrize("odd", [date.min, date.max])
def test_a_year_that_nobody_means_is_refused(world: World, act: Act, odd: date) -> None:
    attempt = act(world, odd)
    with pytest.raises(InvalidInput) as refused:
        world.db.perform(attempt)
    told: Refusal = refused.value
    assert any(each.code.endswith("beyond_belief") for each in (told.reason, *told.reasons))


def test_whose_certificate_holds_beyond_the_issuer_s_signs_and_the_proof_holds(world: World) -> None:
    ana = world.assessor((date(2023, 1, 1), date(2099, 12, 31)))
    plan = world.schedule(candidates=1)
    world.assign(plan, ana)
    (code,) = world.sign(ana, world.record(ana, plan.attempts[0]))
    issuer = world.registry.certificate("issuing").not_valid_after_utc
    assert issuer.year < 2099
    assert world.found(code).state == "valid"
    assert world.today + DAY < issuer.date()
