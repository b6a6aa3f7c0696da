"""Making and cancelling schedules; which class is assessed on which scheme."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.audit.actions import note
from assessor_registry.errors import Conflict, InvalidInput, NotFound
from assessor_registry.scheduling import store
from assessor_registry.scheduling.actions._ground import given_reason, open_schedule, require_unrecorded
from assessor_registry.scheduling.actions.todos import day_covered
from assessor_registry.scheduling.rules import evidence_reasons, plan_reasons


def create_schedule(
    tx: Connection,
    actor: Actor,
    *,
    lsp_id: UUID,
    scheme_version_id: UUID,
    venue_id: UUID,
    title: str,
    first_day: date,
    last_day: date,
    now: datetime,
    evidence_kinds: Sequence[str] = (),
    season_id: UUID | None = None,
    bnsp_code: str | None = None,
) -> UUID:
    """Make a schedule (jadwal uji kompetensi). Venue and licence must hold when someone is assigned, not before.

    Raises:
        NotFound: the LSP is not there or outside the actor's scope; no such venue or scheme version.
        InvalidInput: `scheduling.plan_refused` with every reason.
    """
    if not store.lsp_in(tx, actor.scope, lsp_id):
        raise NotFound("scheduling.no_lsp")
    if not store.venue_of(tx, lsp_id, venue_id):
        raise NotFound("scheduling.no_venue", field="venue")
    if (units := store.version_units(tx, scheme_version_id)) is None:
        raise NotFound("scheduling.no_version", field="scheme_version")
    if units == 0:
        raise Conflict("scheduling.no_units", field="scheme_version")
    if reasons := plan_reasons(title, first_day, last_day, evidence_kinds):
        raise InvalidInput("scheduling.plan_refused", reasons=reasons, count=len(reasons))
    row = {
        "id": uuid4(), "lsp_id": lsp_id, "season_id": season_id, "scheme_version_id": scheme_version_id,
        "venue_id": venue_id, "title": title.strip(), "first_day": first_day, "last_day": last_day,
        "evidence_kinds": list(dict.fromkeys(evidence_kinds)), "bnsp_code": bnsp_code, "version": 1, "created_at": now,
    }  # fmt: skip
    store.add_schedule(tx, row)
    note(tx, actor.author, "scheduling.create_schedule", "schedule", row["id"], now=now, after=row)  # type: ignore[arg-type]
    return row["id"]  # type: ignore[return-value]


def set_evidence(tx: Connection, actor: Actor, schedule_id: UUID, kinds: Sequence[str], *, now: datetime) -> None:
    """Choose the kinds of evidence (jenis bukti) for all candidates of a schedule.

    Raises:
        NotFound: no such schedule in the actor's scope (an assessor's scope is where they are assigned).
        InvalidInput: a kind that FR.AK.02 does not have.
    """
    plan = open_schedule(tx, actor, schedule_id)
    if reasons := evidence_reasons(kinds):
        raise InvalidInput("scheduling.plan_refused", field="evidence_kinds", reasons=reasons, count=len(reasons))
    chosen = list(dict.fromkeys(kinds))
    store.change_schedule(tx, schedule_id, evidence_kinds=chosen)
    before = {"evidence_kinds": plan.evidence_kinds}
    note(
        tx, actor.author, "scheduling.set_evidence", "schedule", schedule_id,
        now=now, before=before, after={"evidence_kinds": chosen},
    )  # fmt: skip


def map_class(
    tx: Connection,
    actor: Actor,
    *,
    lsp_id: UUID,
    school_id: UUID,
    rombel: str,
    scheme_version_id: UUID,
    now: datetime,
) -> None:
    """Say on which scheme version a class (rombel) is assessed; a later word replaces it.

    Raises:
        NotFound: the LSP is outside the actor's scope, or there is no such scheme version.
        InvalidInput: the class has no name.
    """
    if not store.lsp_in(tx, actor.scope, lsp_id):
        raise NotFound("scheduling.no_lsp")
    if store.version_units(tx, scheme_version_id) is None:
        raise NotFound("scheduling.no_version")
    if not rombel.strip():
        raise InvalidInput("scheduling.class_missing", field="rombel")
    before = store.map_class(tx, lsp_id, school_id, rombel.strip(), scheme_version_id)
    note(
        tx, actor.author, "scheduling.map_class", "lsp", lsp_id, now=now,
        before={"scheme_version_id": before} if before else None,
        after={"school_id": school_id, "rombel": rombel.strip(), "scheme_version_id": scheme_version_id},
    )  # fmt: skip


def cancel_schedule(tx: Connection, actor: Actor, schedule_id: UUID, *, reason: str, now: datetime) -> None:
    """Cancel a schedule; its assignments are withdrawn, its candidates are free for another schedule.

    Raises:
        NotFound: no such schedule in the actor's scope.
        Conflict: cancelled already; or a result was signed.
        InvalidInput: no reason.
    """
    plan = open_schedule(tx, actor, schedule_id)
    require_unrecorded(plan)
    why = given_reason(reason)
    store.withdraw(tx, [row.id for row in store.assignments(tx, actor.scope, schedule_id)], why, now)
    store.change_schedule(tx, schedule_id, cancelled_at=now, cancelled_reason=why)
    day_covered(tx, [plan.id], now)
    note(tx, actor.author, "scheduling.cancel_schedule", "schedule", schedule_id, now=now, reason=why)
