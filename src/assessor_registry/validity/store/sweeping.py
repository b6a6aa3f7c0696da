"""Where the last days come from that to-dos (flags) count to: SELECTs of (subject_id, last_day, known_on).

Written so that a condition on `last_day` reaches the index of the table that holds it.
"""

from datetime import date
from typing import Any

from sqlalchemy import Date, Select, Text, and_, cast, exists, func, null, or_, select

from assessor_registry.days import DAY
from assessor_registry.validity.store.facts import A, D, T
from assessor_registry.validity.store.neighbours import PERSON
from assessor_registry.validity.store.periods import V


def _still_assessor(owner: Any, today: date) -> Any:
    """That whoever `owner` names has not ended (retired, moved, died) by `today`."""
    return and_(PERSON.c.id == owner, or_(PERSON.c.ended_on.is_(None), PERSON.c.ended_on > today))


def certificate_ends(today: date) -> Select[Any]:
    """The last day of each assessor's certificate-and-extension coverage, before sanctions."""
    return select(V.c.assessor_id.label("subject_id"), V.c.last_day, cast(null(), Date).label("known_on")).join(
        PERSON, _still_assessor(V.c.assessor_id, today)
    )


def season_gaps(today: date, first: date, last: date) -> Select[Any]:
    """The same, of those whose coverage ends between two days (both included)."""
    return certificate_ends(today).where(V.c.last_day.between(first, last))


def _scheme(certificate: Any) -> Any:
    """The scheme, or what the list says where it has not been mapped: one value, so that many rows can be hashed."""
    return func.coalesce(cast(certificate.c.scheme_id, Text), certificate.c.scheme_text)


def technical_ends(today: date) -> Select[Any]:
    """The last day of each assessor's competence for each scheme, where it has one and nothing later follows."""
    newer, later, latest = T.alias("newer"), T.alias("later"), T.alias("latest")
    corrected = exists().where(newer.c.supersedes == T.c.id)
    later_corrected = exists().where(latest.c.supersedes == later.c.id)
    followed = exists().where(
        later.c.assessor_id == T.c.assessor_id,
        _scheme(later) == _scheme(T),
        later.c.last_day > T.c.last_day,
        ~later_corrected,
    )
    return (
        select(T.c.assessor_id.label("subject_id"), T.c.last_day, cast(null(), Date).label("known_on"))
        .join(PERSON, _still_assessor(T.c.assessor_id, today))
        .where(T.c.last_day.is_not(None), ~corrected, ~followed)
        .distinct()
    )


def appointment_ends(today: date) -> Select[Any]:
    """The last day of each assessor's appointment at each LSP, unless it was ended or a later decree follows."""
    next_one, next_decree = A.alias("next_one"), D.alias("next_decree")
    followed = exists().where(
        next_one.c.assessor_id == A.c.assessor_id,
        next_one.c.ended_on.is_(None),
        next_decree.c.id == next_one.c.decree_id,
        next_decree.c.lsp_id == D.c.lsp_id,
        next_decree.c.last_day > D.c.last_day,
    )
    return (
        select(A.c.assessor_id.label("subject_id"), D.c.last_day, cast(null(), Date).label("known_on"))
        .join(D, D.c.id == A.c.decree_id)
        .join(PERSON, _still_assessor(A.c.assessor_id, today))
        .where(A.c.ended_on.is_(None), ~followed)
        .distinct()
    )


def ended(today: date, since: date | None, changed: Select[Any] | None) -> Select[Any]:
    """Those who have ended (retired, moved, died) by `today`, of whom a sweep that counts from `since` does not know.

    An end that is entered after its day is among `changed`, as every change of an end is (a trigger sees to that).
    """
    if since is None:
        return select(PERSON.c.id).where(PERSON.c.ended_on <= today)
    by_time = select(PERSON.c.id).where(PERSON.c.ended_on.between(since + DAY, today))
    if changed is None:
        return by_time
    news = changed.subquery()
    told = select(PERSON.c.id).join(news, news.c.subject_id == PERSON.c.id).where(PERSON.c.ended_on <= today)
    return select(by_time.union(told).subquery().c.id)
