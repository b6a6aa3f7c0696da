"""Status of eligibility (status kelayakan) of many assessors in one statement: the same answer as `rules.band`."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, case, exists, func, or_, select, union

from assessor_registry.accounts.rules import Scope
from assessor_registry.validity.rules import DAY, Band, active_periods, band, coverage
from assessor_registry.validity.store.facts import C, S, X, person_facts_of
from assessor_registry.validity.store.neighbours import PERSON, in_scope
from assessor_registry.validity.store.periods import P, V


@dataclass(frozen=True, slots=True)
class Banded:
    """One assessor's status on a day. `last_day` is that of coverage; `until` ends the running active period."""

    assessor_id: UUID
    band: Band
    last_day: date | None
    until: date | None
    region_code: str | None


def banded(
    on: date, ending_until: date, scope: Scope, *, with_ended: bool = False, seen_on: date | None = None
) -> Select[Any]:
    """Return a SELECT of (assessor_id, band, last_day, until, region_code), to be joined by lists and reports.

    `ending_until` as in `rules.band`. `seen_on`: the day on which the scope is asked for, when it is not `on`. People
    who have ended (retired, moved, died) by `on` are left out, unless `with_ended`.
    """
    running = P.alias("running")
    status = case(
        (and_(running.c.during.is_not(None), V.c.last_day <= ending_until), "ending"),
        (running.c.during.is_not(None), "active"),
        (V.c.last_day.is_(None), "none"),
        (V.c.covered.op("@>")(func.date(on)), "suspended"),
        (V.c.last_day < on, "expired"),
        else_="future",
    ).label("band")
    until = (func.upper(running.c.during) - 1).label("until")
    query = (
        select(PERSON.c.id.label("assessor_id"), status, V.c.last_day, until, PERSON.c.region_code)
        .select_from(PERSON)
        .outerjoin(V, V.c.assessor_id == PERSON.c.id)
        .outerjoin(running, and_(running.c.assessor_id == PERSON.c.id, running.c.during.contains(on)))
    )
    if not with_ended:
        query = query.where(or_(PERSON.c.ended_on.is_(None), PERSON.c.ended_on > on))
    seen = in_scope(scope, seen_on or on)
    return query if seen is None else query.where(PERSON.c.id.in_(seen))


def bands(
    conn: Connection,
    scope: Scope,
    on: date,
    ending_until: date,
    *,
    wanted: Sequence[Band] = (),
    ids: Sequence[UUID] | None = None,
    with_ended: bool = False,
) -> list[Banded]:
    """Return the status on a day of the assessors in a scope, who ends first comes first."""
    found = banded(on, ending_until, scope, with_ended=with_ended).subquery()
    query = select(found)
    query = query.where(found.c.band.in_(wanted)) if wanted else query
    query = query if ids is None else query.where(found.c.assessor_id.in_(ids))
    rows = conn.execute(query.order_by(found.c.last_day.nulls_last(), found.c.assessor_id))
    return [Banded(**row._mapping) for row in rows]


def band_counts(conn: Connection, scope: Scope, on: date, ending_until: date) -> dict[tuple[str | None, Band], int]:
    """Return how many assessors of each kabupaten/kota (Kemendagri code, None unknown) are in each status."""
    found = banded(on, ending_until, scope).subquery()
    query = select(found.c.region_code, found.c.band, func.count()).group_by(found.c.region_code, found.c.band)
    return {(region, band): number for region, band, number in conn.execute(query)}


def band_counts_known(
    conn: Connection, scope: Scope, on: date, ending_until: date, known_at: datetime
) -> dict[tuple[str | None, Band], int]:
    """Return `band_counts` as it was known at an instant.

    Whoever a fact concerns that came later is counted by the facts before it; who came later is not counted.
    """
    found = banded(on, ending_until, scope).subquery()
    was_there = found.c.assessor_id.in_(select(PERSON.c.id).where(PERSON.c.created_at <= known_at))
    changed = found.c.assessor_id.in_(_changed_after(known_at))
    query = select(found.c.region_code, found.c.band, func.count()).where(was_there, ~changed)
    counts: Counter[tuple[str | None, Band]] = Counter()
    for region, word, number in conn.execute(query.group_by(found.c.region_code, found.c.band)):
        counts[region, word] += number
    later = select(found.c.assessor_id, found.c.region_code).where(was_there, changed)
    regions = {row.assessor_id: row.region_code for row in conn.execute(later)}
    for who, held in (person_facts_of(conn, list(regions), known_at) if regions else {}).items():
        active = active_periods(held.certificates, held.extensions, held.sanctions)
        counts[regions[who], band(on, active, coverage(held.certificates, held.extensions), ending_until)] += 1
    return dict(counts)


def _changed_after(known_at: datetime) -> Select[Any]:
    """Whose periods a fact may have changed that was known after an instant."""
    own = [select(fact.c.assessor_id).where(fact.c.known_at > known_at) for fact in (C, S)]
    circular = select(C.c.assessor_id).where(
        exists().where(X.c.known_at > known_at, C.c.last_day.between(X.c.ends_from, X.c.ends_to))
    )
    replaced = X.alias("replaced")
    before = select(C.c.assessor_id).where(
        exists().where(
            X.c.known_at > known_at, X.c.supersedes == replaced.c.id,
            C.c.last_day.between(replaced.c.ends_from, replaced.c.ends_to),
        )
    )  # fmt: skip
    return select(union(*own, circular, before).subquery().c.assessor_id)


def last_active_day(conn: Connection, assessor_id: UUID, on: date) -> date | None:
    """Return the last day of the active period that runs on a day, None when none does."""
    end = conn.execute(
        select(func.upper(P.c.during)).where(P.c.assessor_id == assessor_id, P.c.during.contains(on))
    ).scalar_one_or_none()
    return None if end is None else end - DAY
