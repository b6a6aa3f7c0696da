"""One decree appoints many people; exactly those it names."""

from datetime import date, timedelta

import pytest
from tests.support.people import ACTOR, NOW, add_lsp, add_people, add_person

from assessor_registry.accounts.rules import GRANTED, Actor, Role, Scope
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, Forbidden, InvalidInput, NotFound
from assessor_registry.validity import actions, store

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
DAYS = {"decided_on": FIRST, "first_day": FIRST, "last_day": LAST}


@pytest.mark.parametrize("number", [1, 2, 24, 50])
def test_a_decree_appoints_exactly_those_it_names(database: Database, number: int) -> None:
    with database.transaction() as tx:
        lsp, people = add_lsp(tx), add_people(tx, number + 3)
        decree = actions.appoint(
            tx, ACTOR, lsp, number="SK.1", assessor_ids=people[:number], now=NOW, **DAYS  # type: ignore[arg-type]
        )  # fmt: skip
        assert {row.assessor_id for row in store.appointments(tx, decree_id=decree)} == set(people[:number])


def test_the_same_decree_again_adds_whoever_it_did_not_name(database: Database) -> None:
    with database.transaction() as tx:
        lsp, people = add_lsp(tx), add_people(tx, 4)

        def appoint(named: int, last: date = LAST) -> object:
            return actions.appoint(
                tx, ACTOR, lsp, number=" SK.1 ", decided_on=FIRST, first_day=FIRST, last_day=last,
                assessor_ids=people[:named], now=NOW,
            )  # fmt: skip

        assert appoint(2) == appoint(4)
        assert len(store.appointments(tx, lsp_id=lsp)) == 4
        with pytest.raises(Conflict, match="decree_known"):
            appoint(4, LAST + timedelta(days=1))
        with pytest.raises(InvalidInput, match="nobody_named"):
            appoint(0)


def test_an_appointment_ends_once_with_its_reason(database: Database) -> None:
    with database.transaction() as tx:
        lsp, who = add_lsp(tx), add_person(tx)
        actions.appoint(tx, ACTOR, lsp, number="SK.1", assessor_ids=[who], now=NOW, **DAYS)  # type: ignore[arg-type]
        appointment = store.appointments(tx, [who])[0].id
        for day, reason in ((LAST + timedelta(days=1), "pindah"), (LAST, " ")):
            with pytest.raises(InvalidInput):
                actions.end_appointment(tx, ACTOR, appointment, ended_on=day, reason=reason, now=NOW)
        actions.end_appointment(tx, ACTOR, appointment, ended_on=date(2026, 6, 30), reason="pindah", now=NOW)
        with pytest.raises(Conflict):
            actions.end_appointment(tx, ACTOR, appointment, ended_on=date(2026, 7, 31), reason="lagi", now=NOW)
        with pytest.raises(Conflict, match="ended_before"):
            actions.appoint(tx, ACTOR, lsp, number="SK.1", assessor_ids=[who], now=NOW, **DAYS)  # type: ignore[arg-type]


def test_another_lsp_can_not_appoint_nor_act_on_people_it_does_not_have(database: Database) -> None:
    with database.transaction() as tx:
        lsp, other, who = add_lsp(tx), add_lsp(tx), add_person(tx)
        admin = Actor(None, "x", "lsp_admin", Scope("lsp", str(other)), "page", GRANTED[Role.LSP_ADMIN])
        with pytest.raises(NotFound):
            actions.appoint(tx, admin, lsp, number="SK.1", assessor_ids=[who], now=NOW, **DAYS)  # type: ignore[arg-type]
        certificate = actions.NewCertificate(who, FIRST, LAST, "uji")
        with pytest.raises(NotFound):
            actions.add_certificate(tx, admin, certificate, now=NOW)
        actions.appoint(tx, admin, other, number="SK.1", assessor_ids=[who], now=NOW, **DAYS)  # type: ignore[arg-type]
        # Appointed is seen, to be scheduled; the data are kept by others.
        with pytest.raises(Forbidden, match="not_kept"):
            actions.add_certificate(tx, admin, certificate, now=NOW)
