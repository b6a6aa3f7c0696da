"""When an assessor is active, decided from dated facts. Pure: no database, no clock.

The last day of a certificate is *included* ("berlaku sampai dengan"): expired from 00:00 local of the next day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from assessor_registry.days import DAY, add_months


def last_day_of(first_day: date, years: int) -> date:
    """Return the last day, included, of a validity of `years` calendar years that begins on `first_day`.

    The same calendar day `years` later: 13 December 2022 → 13 December 2025. A day that does not exist there becomes
    the last of its month: 29 February 2024 → 28 February 2027. A date printed on the certificate wins over this.
    """
    return add_months(first_day, 12 * years)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A range of days, both ends included."""

    first_day: date
    last_day: date

    def __post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise ValueError("a period ends before it begins")

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True)
class CertificateFact:
    """An assessor certificate (sertifikat asesor) as far as validity needs it; `number` only names it."""

    id: UUID
    first_day: date
    last_day: date
    region: str | None = None
    number: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ExtensionFact:
    """A circular (surat edaran) that extends every certificate whose last day lies in [ends_from, ends_to].

    A predicate and not a list of people, so that someone who is imported later is covered as well. `region` (a
    Kemendagri code) limits it to assessors of a kabupaten/kota; None is everywhere.
    Source of the rule: BNSP's circular of April 2020 on lapsed certificates.
    """

    id: UUID
    ends_from: date
    ends_to: date
    until: date
    region: str | None = None

    def covers(self, certificate: CertificateFact) -> bool:
        """Whether this circular extends `certificate`."""
        return self.ends_from <= certificate.last_day <= self.ends_to and self.region in (None, certificate.region)


@dataclass(frozen=True, slots=True)
class SanctionFact:
    """A suspension or revocation (pembekuan, pencabutan): no last day means until reinstated.

    `certificate_id` None hits the person: every certificate.
    """

    id: UUID
    kind: str
    first_day: date
    last_day: date | None
    certificate_id: UUID | None = None
    decree_number: str = ""

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


def coverage(certificates: Iterable[CertificateFact], extensions: Sequence[ExtensionFact]) -> list[Period]:
    """Return certificate-and-extension coverage before sanctions, as maximal disjoint periods in order."""
    return union(_covered(certificate, extensions) for certificate in certificates)


def active_periods(
    certificates: Iterable[CertificateFact],
    extensions: Sequence[ExtensionFact],
    sanctions: Sequence[SanctionFact],
) -> list[Period]:
    """Return the days on which the person is an active assessor, as maximal disjoint periods in order.

    Union of certificates and extensions, less the sanctions that hit the one certificate or the person. The result
    does not depend on the order of the facts.
    """
    kept: list[Period] = []
    for certificate in certificates:
        hits = [s for s in sanctions if s.certificate_id in (None, certificate.id)]
        kept += subtract([_covered(certificate, extensions)], [(s.first_day, s.last_day) for s in hits])
    return union(kept)


def _covered(certificate: CertificateFact, extensions: Sequence[ExtensionFact]) -> Period:
    until = [extension.until for extension in extensions if extension.covers(certificate)]
    return Period(certificate.first_day, max([certificate.last_day, *until]))


def union(periods: Iterable[Period]) -> list[Period]:
    """Join periods that overlap or follow each other without a gap."""
    joined: list[Period] = []
    for period in sorted(periods):
        if joined and period.first_day <= joined[-1].last_day + DAY:
            joined[-1] = Period(joined[-1].first_day, max(joined[-1].last_day, period.last_day))
        else:
            joined.append(period)
    return joined


def subtract(periods: Iterable[Period], holes: Iterable[tuple[date, date | None]]) -> list[Period]:
    """Take `holes` out of `periods`; a hole without a last day has no end."""
    left = list(periods)
    for first, last in holes:
        left = [piece for period in left for piece in _cut(period, first, last or date.max)]
    return left


def _cut(period: Period, first: date, last: date) -> list[Period]:
    if last < period.first_day or first > period.last_day:
        return [period]
    pieces = []
    if period.first_day < first:
        pieces.append(Period(period.first_day, first - DAY))
    if last < period.last_day:
        pieces.append(Period(last + DAY, period.last_day))
    return pieces
