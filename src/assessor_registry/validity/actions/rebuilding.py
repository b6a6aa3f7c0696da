"""Active periods and coverage follow the facts, in the transaction that changes these.

The steps of a rebuild:
1. lock the people, so that what is read next includes every fact committed before;
2. read their facts, set-based;
3. decide by the pure rules;
4. write active periods and coverage as differences: an unchanged row is not touched, a surviving one is moved;
5. clear the to-dos whose last day is gone, and tell the next sweep whom to look at.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.clock import day_of
from assessor_registry.flags import store as flags
from assessor_registry.validity import rules
from assessor_registry.validity.rules import Period, Shrunk
from assessor_registry.validity.store import facts, periods, sweeping


@dataclass(frozen=True, slots=True)
class Difference:
    """What is stored for an assessor and what the facts say, where the two differ. `table` names the derived table."""

    assessor_id: UUID
    table: str
    stored: tuple[Period, ...]
    expected: tuple[Period, ...]


def rebuild(tx: Connection, assessor_ids: Collection[UUID] | None, now: datetime) -> tuple[Shrunk, ...]:
    """Derive active periods and coverage anew for these assessors (None: everyone).

    Returns whose active days shrank, with the days lost. Assignments and records that stand on them would fail at
    commit: the caller withdraws or contests them in the same transaction. Also to be called when an assessor's
    region changes or when someone ends or returns: extensions and to-dos depend on these.
    """
    ids = None if assessor_ids is None else sorted(set(assessor_ids))
    if ids is not None and not ids:
        return ()
    periods.lock_people(tx, ids)
    held = facts.person_facts_of(tx, ids)
    active = {who: rules.active_periods(f.certificates, f.extensions, f.sanctions) for who, f in held.items()}
    covered = {who: rules.coverage(f.certificates, f.extensions) for who, f in held.items()}
    stored = periods.active_periods_of(tx, ids)
    before = periods.coverage_of(tx, ids)
    periods.write_active(
        tx,
        {who: rules.changes(stored.get(who, []), now_) for who, now_ in active.items() if now_ != stored.get(who, [])},
    )
    differing = {who: days for who, days in covered.items() if days != before.get(who, [])}
    periods.write_coverage(tx, differing)
    # Of everyone, only those whose coverage moved; of named people all, because their end or region may have changed.
    touched = differing if ids is None else held
    _refresh_flags(tx, list(touched), now)
    losses = ((who, rules.lost(stored.get(who, []), days)) for who, days in active.items() if who in stored)
    return tuple(Shrunk(who, days) for who, days in losses if days)


def _refresh_flags(tx: Connection, ids: Collection[UUID], now: datetime) -> None:
    if not ids:
        return
    today = day_of(now)
    ends = sweeping.certificate_ends(today)
    for kind in ("certificate_ending", "season_gap"):
        flags.clear_stale(tx, "assessor", kind, ends, now, among=flags.these(ids))
    periods.note_changed(tx, ids, today)


def check(conn: Connection) -> list[Difference]:
    """Recompute everyone's periods from the facts and return where the stored ones differ; empty when all is well."""
    held = facts.person_facts_of(conn, None)
    expected: Mapping[str, dict[UUID, list[Period]]] = {
        "active_period": {w: rules.active_periods(f.certificates, f.extensions, f.sanctions) for w, f in held.items()},
        "coverage": {who: rules.coverage(f.certificates, f.extensions) for who, f in held.items()},
    }
    stored = {"active_period": periods.active_periods_of(conn, None), "coverage": periods.coverage_of(conn, None)}
    return [
        Difference(who, table, tuple(stored[table].get(who, ())), tuple(days))
        for table, wanted in expected.items()
        for who, days in sorted(wanted.items())
        if days != stored[table].get(who, [])
    ]
