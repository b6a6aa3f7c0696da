"""Which certificate of a person a row means, and what it changes of it. Pure.

1. The same number is the same certificate; where one of the two has none, the same first day is.
2. Another number or another first day is another certificate, beside the ones that are there.
3. Another date on the same certificate is a correction. What was not known before (a number, a blanko number, that a
   computed last day is the printed one) completes it. What the row leaves empty stays as it is.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from operator import attrgetter
from typing import Protocol, TypeVar
from uuid import UUID

from assessor_registry.intake.plan_rules import Change, shown
from assessor_registry.schemes.rules import search_title


@dataclass(frozen=True, slots=True)
class Certificate:
    """An assessor certificate; `id` None: it is not in the registry yet. Both days are included."""

    id: UUID | None
    number: str | None
    blanko_number: str | None = field(repr=False)
    first_day: date
    last_day: date
    computed: bool
    issued_on: date | None = None
    received_on: date | None = None


@dataclass(frozen=True, slots=True)
class Technical:
    """A technical competence; `id` None: it is not in the registry yet."""

    id: UUID | None
    scheme_id: UUID | None
    scheme_text: str
    number: str | None
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True, slots=True)
class CertificateWork:
    """What a row does to someone's certificates: new ones; old id → what it is completed or corrected to."""

    new: tuple[Certificate, ...] = ()
    completed: tuple[tuple[UUID, Certificate], ...] = ()
    corrected: tuple[tuple[UUID, Certificate], ...] = ()
    technicals: tuple[Technical, ...] = ()
    technicals_completed: tuple[tuple[UUID, Technical], ...] = ()
    technicals_corrected: tuple[tuple[UUID, Technical], ...] = ()
    changes: tuple[Change, ...] = ()
    corrections: tuple[Change, ...] = ()


_PARTS = attrgetter(*CertificateWork.__dataclass_fields__)


class Dated(Protocol):
    """What has a number and a first day."""

    @property
    def number(self) -> str | None: ...
    @property
    def first_day(self) -> date | None: ...


D = TypeVar("D", bound=Dated)


def plain_number(number: str | None) -> str | None:
    """A certificate number for comparing: letter case, blanks and punctuation do not matter."""
    return re.sub(r"[\W_]+", "", number).casefold() or None if number else None


def same_one(found: Dated, known: Iterable[D]) -> D | None:
    """Return which of `known` a row means; None: another one."""
    listed = list(known)
    sought = plain_number(found.number)
    alike = [each for each in listed if sought is not None and plain_number(each.number) == sought]
    if alike:
        return next((each for each in alike if each.first_day == found.first_day), alike[0])
    fitting = (each for each in listed if sought is None or each.number is None)
    return next((each for each in fitting if each.first_day == found.first_day), None)


def plan_certificate(found: Certificate, known: Sequence[Certificate]) -> CertificateWork:
    """Compare the certificate of a row with those of the person."""
    old = same_one(found, known)
    if old is None or old.id is None:
        return CertificateWork(new=(found,), changes=(Change("certificate", None, _told(found)),))
    after = replace(
        old,
        number=old.number if plain_number(old.number) == plain_number(found.number) else found.number or old.number,
        blanko_number=found.blanko_number or old.blanko_number,
        first_day=found.first_day,
        # The file has no last day: the one that is known stays, unless it too was only reckoned from the first day.
        last_day=found.last_day if not found.computed or old.computed else old.last_day,
        computed=old.computed and found.computed,
        issued_on=found.issued_on or old.issued_on,
    )
    if after.last_day < after.first_day:
        after = replace(after, last_day=found.last_day, computed=found.computed)
    dates = _differing(old, after, ("first_day", "last_day"))
    gains = _differing(old, after, ("number", "blanko_number")) or (
        (Change("last_day_printed", None, shown(after.last_day)),) if old.computed and not after.computed else ()
    )
    if dates:
        kept = replace(after, first_day=old.first_day, last_day=old.last_day, computed=old.computed)
        partly = _differing(old, kept, ("number", "blanko_number"))
        return CertificateWork(
            completed=((old.id, kept),) if partly else (),
            corrected=((old.id, after),),
            changes=_prefixed("certificate", partly),
            corrections=_prefixed("certificate", dates),
        )
    if not gains:
        return CertificateWork()
    return CertificateWork(completed=((old.id, after),), changes=_prefixed("certificate", gains))


def plan_technical(found: Technical, known: Sequence[Technical]) -> CertificateWork:
    """Compare one competence of a row with those of the person for the same scheme, or written the same."""
    old = _same_technical(found, known)
    told = " · ".join(part for part in (found.scheme_text, found.number, shown(found.last_day)) if part)
    if old is None or old.id is None:
        return CertificateWork(technicals=(found,), changes=(Change("technical", None, told),))
    after = replace(
        old,
        scheme_id=old.scheme_id or found.scheme_id,
        number=old.number if plain_number(old.number) == plain_number(found.number) else found.number or old.number,
        first_day=found.first_day or old.first_day,
        last_day=found.last_day or old.last_day,
    )
    dates = tuple(
        Change(name, shown(getattr(old, name)), shown(getattr(after, name)))
        for name in ("first_day", "last_day")
        if getattr(old, name) not in {None, getattr(after, name)}
    )
    if dates:
        return CertificateWork(
            technicals_corrected=((old.id, after),), corrections=_prefixed("technical", dates, found.scheme_text)
        )
    if after == old:
        return CertificateWork()
    gained = _differing(old, after, ("number", "first_day", "last_day"))
    mapped = (Change("scheme", None, found.scheme_text),) if old.scheme_id is None and after.scheme_id else ()
    return CertificateWork(
        technicals_completed=((old.id, after),), changes=_prefixed("technical", (*gained, *mapped), found.scheme_text)
    )


def _same_technical(found: Technical, known: Iterable[Technical]) -> Technical | None:
    """Return the competence that is meant: of the scheme, and not another certificate of it (number or first day)."""
    for old in known:
        of_scheme = found.scheme_id is not None and old.scheme_id == found.scheme_id
        if not of_scheme and search_title(old.scheme_text) != search_title(found.scheme_text):
            continue
        numbers = {plain_number(old.number), plain_number(found.number)} - {None}
        days = {old.first_day, found.first_day} - {None}
        if len(numbers) < 2 and (len(days) < 2 or (old.number and found.number)):
            return old
    return None


def joined(works: Iterable[CertificateWork]) -> CertificateWork:
    """All of several as one."""
    columns = zip(*map(_PARTS, works), strict=True)
    return CertificateWork(*(tuple(chain.from_iterable(column)) for column in columns))


def _differing(old: object, new: object, names: Sequence[str]) -> tuple[Change, ...]:
    return tuple(
        Change(name, shown(getattr(old, name)), shown(getattr(new, name)))
        for name in names
        if getattr(old, name) != getattr(new, name)
    )


def _prefixed(prefix: str, changes: Iterable[Change], about: str | None = None) -> tuple[Change, ...]:
    of = f"{about}: " if about else ""
    return tuple(
        replace(each, name=f"{prefix}.{each.name}", new=f"{of}{each.new}" if of and each.new else each.new)
        for each in changes
    )


def _told(found: Certificate) -> str:
    days = f"{shown(found.first_day)} – {shown(found.last_day)}"
    return f"{found.number}, {days}" if found.number else days
