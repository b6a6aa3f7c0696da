"""An appointment lets an LSP see and schedule somebody; their data stay with who keeps them, and with the division."""

from datetime import date
from uuid import UUID

import pytest
from tests.support.refs import LspRef, PersonRef
from tests.world import DAY, World

from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.assessors import actions, store
from assessor_registry.assessors.rules import Registration
from assessor_registry.errors import Forbidden, NotFound
from assessor_registry.reports.accounts import waiting_keys
from assessor_registry.signing import actions as signing
from assessor_registry.validity import actions as validity
from assessor_registry.validity.actions.reach import require_in_scope


@pytest.fixture
def taker(world: World) -> LspRef:
    """Another LSP than the one that keeps everybody."""
    assert world.home
    return world.lsp()


@pytest.fixture
def borrowed(world: World, taker: LspRef) -> PersonRef:
    """Somebody of the first LSP's school whose certificate has ended, and whom the other LSP has appointed."""
    who = world.assessor((date(2023, 1, 1), date(2026, 1, 1)), nik="6472010101800001")
    world.appoint(taker, who.id)
    return who


def test_an_appointment_shows_somebody_and_lets_them_be_scheduled(world: World, taker: LspRef) -> None:
    who = world.assessor()
    world.appoint(taker, who.id)
    with world.db.read() as conn:
        assert store.get(conn, taker.admin.scope, who.id, world.today) is not None
        assert store.keeps(conn, taker.admin.scope, [who.id], world.today) == set()
        assert store.keeps(conn, world.home.admin.scope, [who.id], world.today) == {who.id}
        assert store.keeps(conn, PROVINCE, [who.id], world.today) == {who.id}
    world.competence(who.id, taker.schemes[0])
    assert world.assign(world.schedule(lsp=taker), who)


ACTS = ("reveal", "change", "end", "move", "number", "certificate", "correct", "competence", "key")


@pytest.mark.parametrize("act", ACTS)
def test_whom_an_lsp_only_appointed_it_may_not_act_on(
    world: World, taker: LspRef, borrowed: PersonRef, act: str
) -> None:
    with pytest.raises(Forbidden, match="not_kept"):
        do(world, taker, borrowed, act)


@pytest.mark.parametrize("act", ACTS)
def test_whom_an_lsp_never_appointed_is_not_there_for_it(world: World, taker: LspRef, act: str) -> None:
    with pytest.raises(NotFound):
        do(world, taker, world.assessor(), act)


def do(world: World, lsp: LspRef, who: PersonRef, act: str) -> object:
    """An act on somebody, by the administrator of an LSP."""
    actor, now, today = lsp.admin, world.now, world.today
    new = validity.NewCertificate(who.id, today - DAY, today + 900 * DAY, "palsu", "PALSU 001")
    if act == "reveal":
        return actions.reveal_nik(world.db, actor, world.secrecy, who.id, "cek", now, today=today)
    acts = {
        "change": lambda tx: actions.change_assessor(
            tx, actor, world.secrecy, who.id, {"phone": "081234567890"}, 1, now, today=today
        ),
        "end": lambda tx: actions.end_assessor(tx, actor, who.id, "other", today, 1, now, today=today),
        "move": lambda tx: actions.move_employment(tx, actor, who.id, lsp.school_id, today, now, today=today),
        "number": lambda tx: actions.add_registration(
            tx, actor, who.id, Registration("000.987654", 2024), now, today=today
        ),
        "certificate": lambda tx: validity.add_certificate(tx, actor, new, now=now),
        "correct": lambda tx: validity.correct_certificate(
            tx, actor, who.certificates[0], new, reason="x", now=now
        ),
        "competence": lambda tx: validity.add_technical(
            tx, actor, validity.NewTechnical(who.id, "Skema", "palsu"), now=now
        ),
        "key": lambda tx: confirm(tx, lsp, who.id, world),
    }  # fmt: skip
    return world.db.perform(acts[act])


def confirm(tx: object, lsp: LspRef, who: UUID, world: World) -> None:
    require_in_scope(tx, lsp.admin, [who], world.now)  # type: ignore[arg-type]
    signing.confirm_key(tx, lsp.admin, who, world.now)  # type: ignore[arg-type]


def test_keys_wait_only_with_who_keeps_the_assessor(world: World, taker: LspRef, borrowed: PersonRef) -> None:
    signing.enrol(world.db, borrowed.actor, borrowed.id, "frasa kedua yang lain", world.now)
    with world.db.read() as conn:
        assert waiting_keys(conn, taker.admin.scope, world.today) == []
        assert [key.assessor_id for key in waiting_keys(conn, world.home.admin.scope, world.today)] == [borrowed.id]
