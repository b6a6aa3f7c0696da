"""What was shown is what is signed: pinned by version and digest, on the day and in the zone that were judged."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import Connection, text
from tests.support.signed import payload
from tests.world import DAY, LONG, PASSPHRASE, PersonRef, Plan, World

from assessor_registry.assessments import actions, store
from assessor_registry.assessments.actions import Shown
from assessor_registry.assessments.rules import Content
from assessor_registry.errors import Conflict, InvalidInput, NotEligible, Refusal
from assessor_registry.institutions import actions as institutions
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.words import sentence

D = date(2026, 11, 23)
Made = tuple[PersonRef, Plan, UUID]


def drafted(world: World, units: str = "K", last: date = LONG[1]) -> Made:
    who = world.assessor((date(2024, 1, 3), last))
    plan = world.schedule(candidates=1)
    world.assign(plan, who)
    return who, plan, world.record(who, plan.attempts[0], units)


def shown(world: World, who: PersonRef, *drafts: UUID, how: str | None = None) -> Shown:
    """What the page hands back of what it showed."""
    with world.db.read() as conn:
        found = actions.preview_signing(conn, who.actor, drafts, now=world.now)
    assert [one.reasons for one in found] == [()] * len(drafts)
    digests = {one.draft_id: one.digest for one in found if one.digest}
    return Shown({one.draft_id: one.version for one in found}, digests, how)


def sign(world: World, who: PersonRef, pinned: Shown, *drafts: UUID, **options: object) -> list[str]:
    options = {"now": world.now, "registry": world.registry} | options
    return actions.sign(world.db, who.actor, drafts, PASSPHRASE, shown=pinned, **options)  # type: ignore[arg-type]


def codes(refusal: Refusal) -> set[str]:
    assert all(sentence(reason) for reason in (refusal.reason, *refusal.reasons))
    return {reason.code for reason in refusal.reasons}


# --- Only the acknowledgement is written when it is signed -------------------------------------------------------


def test_the_acknowledgement_is_written_with_the_signature_and_nothing_else_moves(world: World) -> None:
    who, plan, _ = drafted(world)
    attempt = plan.attempts[0]
    units = world.content(attempt).units
    own = Content("assessed", units, ("tertulis",), "BK", "Semua unit K, tetapi sikap kerja belum", "paper")
    saved = world.db.perform(lambda tx: actions.save_draft(tx, who.actor, attempt, 1, own, 1, today=D, now=world.now))
    pinned = shown(world, who, saved.draft_id, how="refused")
    (code,) = sign(world, who, pinned, saved.draft_id)
    said = payload(world.db, code)
    assert (said["recommendation"], said["units"][0]["evidence"]) == ("BK", ["Pertanyaan tertulis"])
    assert world.found(code).acknowledgement == "refused"
    with world.db.read() as conn:
        row = store.draft(conn, attempt, 1)
    assert row is not None
    assert (row.version, row.acknowledgement, row.evidence) == (saved.version, "refused", ("tertulis",))
    # The answer was lost: the same form gives the same code, another one does not.
    assert sign(world, who, pinned, saved.draft_id) == [code]
    with pytest.raises(NotEligible) as refused:
        sign(world, who, replace(pinned, acknowledgement="phone"), saved.draft_id)
    assert codes(refused.value) == {"assessments.changed_since_shown"}


def test_a_refused_signature_leaves_the_draft_as_it_was(world: World) -> None:
    who, plan, draft = drafted(world)
    with pytest.raises(InvalidInput):
        actions.sign(
            world.db, who.actor, [draft], "salah sama sekali", registry=world.registry, now=world.now,
            shown=shown(world, who, draft, how="refused"),
        )  # fmt: skip
    with world.db.read() as conn:
        row = store.draft(conn, plan.attempts[0], 1)
    assert row is not None
    assert (row.version, row.acknowledgement) == (1, "paper")


def test_a_correction_keeps_its_days(world: World) -> None:
    who = world.assessor()
    plan = world.schedule(D, D + DAY, candidates=1)
    world.assign(plan, who)
    (code,) = world.sign(who, world.record(who, plan.attempts[0]))
    world.today = D + DAY
    world.db.perform(lambda tx: actions.correct(tx, who.actor, code, reason="Salah ketuk", now=world.now))
    (newer,) = world.sign(who, world.record(who, plan.attempts[0], "BK"))
    assert (world.found(newer).first_day, world.found(newer).last_day) == (D, D)


# --- What is named must not change unseen ------------------------------------------------------------------------


def evidence(world: World, plan: Plan) -> None:
    world.db.perform(lambda tx: scheduling.set_evidence(tx, plan.lsp.admin, plan.id, ["tertulis"], now=world.now))


def name(world: World, plan: Plan) -> None:
    with world.db.transaction() as tx:
        tx.execute(text("UPDATE student SET name = 'Nama Lain Sekali'"))


def nisn(world: World, plan: Plan) -> None:
    with world.db.transaction() as tx:
        tx.execute(text("UPDATE student SET nisn = '1111111111'"))


def licence(world: World, plan: Plan) -> None:
    lsp = plan.lsp

    def act(tx: Connection) -> None:
        institutions.end_licence(tx, world.system, lsp.licence_id, D - DAY, "Diganti", world.now)
        given = institutions.give_licence(
            tx, world.system, lsp.id, "BNSP-LSP-0000-ID", "KEP.0", D, D + 900 * DAY, world.now
        )
        institutions.license_scheme(tx, world.system, given, plan.scheme.id, world.now)

    world.db.perform(act)


@pytest.mark.parametrize("change", [evidence, name, nisn, licence])
def test_whatever_the_statement_names_is_what_was_shown(world: World, change: Callable[[World, Plan], None]) -> None:
    who, plan, draft = drafted(world)
    pinned = shown(world, who, draft)
    change(world, plan)
    with pytest.raises(NotEligible) as refused:
        sign(world, who, pinned, draft)
    assert codes(refused.value) == {"assessments.changed_since_shown"}
    assert "Siswa Contoh" in sentence(refused.value.reasons[0]) or change is name
    assert sign(world, who, shown(world, who, draft), draft)


def test_paper_that_came_in_meanwhile_is_not_told_as_what_was_signed(world: World) -> None:
    who, plan, draft = drafted(world)
    pinned = shown(world, who, draft)
    world.paper(plan, who, plan.attempts[0], D, "BK")
    for given in (pinned, Shown()):
        with pytest.raises(NotEligible) as refused:
            sign(world, who, given, draft)
        assert codes(refused.value) == {"assessments.changed_since_shown"}


def test_a_correction_that_was_given_up_is_not_told_as_signed(world: World) -> None:
    who, plan, draft = drafted(world)
    (code,) = world.sign(who, draft)
    world.db.perform(lambda tx: actions.correct(tx, who.actor, code, reason="Salah ketuk", now=world.now))
    world.record(who, plan.attempts[0], "BK")
    pinned = shown(world, who, draft)
    world.db.perform(lambda tx: actions.drop_correction(tx, who.actor, draft, now=world.now))
    with pytest.raises(NotEligible) as refused:
        sign(world, who, pinned, draft)
    assert codes(refused.value) == {"assessments.changed_since_shown"}
    assert sign(world, who, Shown(), draft) == [code]


# --- The preview says all that would refuse ----------------------------------------------------------------------


def test_a_note_with_a_number_of_an_identity_card_is_refused_when_it_is_saved(world: World) -> None:
    who, plan, _ = drafted(world)
    content = world.content(plan.attempts[0], "BK", note="NIK orang tua 6472010101010001, hubungi")
    with pytest.raises(InvalidInput) as refused:
        world.db.perform(
            lambda tx: actions.save_draft(tx, who.actor, plan.attempts[0], 1, content, 1, today=D, now=world.now)
        )
    assert (refused.value.code, refused.value.field) == ("signing.text_nik", "note")
    assert sentence(refused.value.reason).startswith("Catatan memuat 16 angka")


def test_what_can_not_be_stated_is_told_before_the_passphrase(world: World) -> None:
    who, _plan, draft = drafted(world)
    with world.db.transaction() as tx:
        tx.execute(text("UPDATE student SET name = 'Ani 6472010101010001'"))
        tx.execute(text("UPDATE unit_of_competency SET title = repeat('Panjang ', 60) WHERE position = 2"))
    with world.db.read() as conn:
        (found,) = actions.preview_signing(conn, who.actor, [draft], now=world.now)
    assert {reason.code for reason in found.reasons} == {"signing.text_nik", "signing.text_long"}
    with pytest.raises(NotEligible) as refused:
        world.sign(who, draft)
    assert codes(refused.value) == {"signing.text_nik", "signing.text_long"}
    assert {reason.params["draft"] for reason in refused.value.reasons} == {str(draft)}
    said = " ".join(map(sentence, refused.value.reasons))
    assert "Nama asesi memuat 16 angka" in said
    assert "Judul unit 2 terlalu panjang" in said


# --- The day of signing ------------------------------------------------------------------------------------------

BEFORE = datetime(2026, 11, 23, 15, 59, 58, tzinfo=UTC)  # two seconds before midnight in Kalimantan Timur
AFTER = datetime(2026, 11, 23, 16, 0, 0, tzinfo=UTC)


def test_who_waited_beyond_midnight_is_judged_on_the_new_day(world: World) -> None:
    who, _, draft = drafted(world, last=D)
    with pytest.raises(NotEligible) as refused:
        sign(world, who, Shown(), draft, now=BEFORE, moment=lambda: AFTER)
    assert "assessments.not_active_to_sign" in codes(refused.value)


def test_what_is_not_done_by_midnight_is_not_signed_on_the_day_before(world: World) -> None:
    who, _, draft = drafted(world, last=D)
    told = iter([BEFORE, AFTER])
    with pytest.raises(Conflict) as refused:
        sign(world, who, Shown(), draft, now=BEFORE, moment=lambda: next(told))
    assert refused.value.code == "assessments.day_changed"
    assert sentence(refused.value.reason)
    with world.db.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM record")).scalar_one() == 0
    (code,) = sign(world, who, Shown(), draft, now=BEFORE, moment=lambda: BEFORE)
    assert world.found(code).signed_on == D
    world.today = D + DAY


def test_the_day_of_signing_is_that_of_the_lsp(world: World) -> None:
    """Jayapura is an hour ahead: there the last day has ended when it has not in Samarinda."""
    who, _plan, draft = drafted(world, last=D)
    late = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    with world.db.transaction() as tx:
        tx.execute(text("UPDATE lsp SET zone = 'Asia/Jayapura'"))
    with pytest.raises(NotEligible) as refused:
        sign(world, who, Shown(), draft, now=late)
    assert "assessments.not_active_to_sign" in codes(refused.value)
    with world.db.transaction() as tx:
        tx.execute(text("UPDATE lsp SET zone = 'Asia/Jakarta'"))
    # In Jakarta it is still the day at a quarter to midnight there.
    (code,) = sign(world, who, Shown(), draft, now=datetime(2026, 11, 23, 16, 45, tzinfo=UTC))
    assert world.found(code).signed_on == D
    world.today = D + DAY


def test_results_of_lsps_in_two_zones_are_signed_together(world: World) -> None:
    who, _, one = drafted(world)
    other = world.lsp(scheme=world.home.schemes[0])
    world.appoint(other, who.id)
    with world.db.transaction() as tx:
        tx.execute(text("UPDATE lsp SET zone = 'Asia/Jakarta' WHERE id = :id"), {"id": other.id})
    world.today = D + DAY
    plan = world.schedule(lsp=other, candidates=1)
    world.assign(plan, who)
    two = world.record(who, plan.attempts[0])
    assert len(sign(world, who, shown(world, who, one, two), one, two)) == 2
