"""What makes a schedule sound: days, venue, licence, load, even shares, numbers of attempts. Pure.

Whether someone is an active assessor on a day is decided in `validity`; here is what scheduling adds to it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from assessor_registry.days import EARLIEST, LATEST
from assessor_registry.errors import Reason

DAY = timedelta(days=1)
LONGEST_DAYS = 60
TITLE_MOST = 200

# The seven kinds of evidence (jenis bukti) of FR.AK.02, in its order: code → as printed.
EVIDENCE: dict[str, str] = {
    "observasi": "Observasi demonstrasi",
    "portofolio": "Portofolio",
    "pihak_ketiga": "Pernyataan pihak ketiga",
    "lisan": "Pertanyaan lisan",
    "tertulis": "Pertanyaan tertulis",
    "proyek": "Proyek kerja",
    "lainnya": "Lainnya",
}


@dataclass(frozen=True, slots=True)
class Span:
    """A range of days on which something holds, both ends included; None is open."""

    first_day: date | None
    last_day: date | None

    def __contains__(self, day: date) -> bool:
        return (self.first_day is None or self.first_day <= day) and (self.last_day is None or day <= self.last_day)


def days_of(first_day: date, last_day: date) -> list[date]:
    """Return every day from `first_day` to `last_day`, both included."""
    return [first_day + number * DAY for number in range((last_day - first_day).days + 1)]


def plan_reasons(title: str, first_day: date, last_day: date, evidence_kinds: Iterable[str]) -> tuple[Reason, ...]:
    """Return everything that keeps a schedule from being made as it was written."""
    found = []
    if not title.strip():
        found.append(Reason("scheduling.title_missing", field="title"))
    if len(title) > TITLE_MOST:
        found.append(Reason("scheduling.title_long", {"most": TITLE_MOST}, "title"))
    if odd := [day for day in (first_day, last_day) if not EARLIEST <= day <= LATEST]:
        found.append(Reason("days.beyond_belief", {"day": odd[0]}, "first_day" if odd[0] == first_day else "last_day"))
    elif last_day < first_day:
        found.append(Reason("scheduling.days_reversed", {"first_day": first_day, "last_day": last_day}, "last_day"))
    elif len(days_of(first_day, last_day)) > LONGEST_DAYS:
        found.append(Reason("scheduling.too_long", {"most": LONGEST_DAYS}, "last_day"))
    return (*found, *evidence_reasons(evidence_kinds))


def evidence_reasons(kinds: Iterable[str]) -> tuple[Reason, ...]:
    """Return one reason for each kind of evidence that FR.AK.02 does not have."""
    known = ", ".join(f"{code} ({printed})" for code, printed in EVIDENCE.items())
    return tuple(
        Reason("scheduling.unknown_evidence", {"kind": kind, "known": known}, "evidence_kinds")
        for kind in kinds
        if kind not in EVIDENCE
    )


def evidence_code(text: str) -> str:
    """Return the code of a kind of evidence that is named by code or as printed; what is neither stays as it is."""
    sought = " ".join(text.split()).casefold()
    return next((code for code, printed in EVIDENCE.items() if sought in (code, printed.casefold())), text)


def per_day(candidates: int, days: int) -> int:
    """Return how many candidates an assessor has on the fullest of `days` days when they are spread evenly."""
    return -(-candidates // days) if days else candidates


def load_reasons(candidates: int, days: int, limit: int) -> tuple[Reason, ...]:
    """An assessor assesses at most `limit` candidates a day."""
    load = per_day(candidates, days)
    return () if load <= limit else (Reason("scheduling.too_many", {"load": load, "limit": limit}),)


def venue_reasons(name: str, verified: Span, days: Iterable[date]) -> tuple[Reason, ...]:
    """The venue (TUK) is verified on each of the days; never verified is one reason, not one per day."""
    if verified.first_day is None and verified.last_day is None:
        return (Reason("scheduling.venue_unverified", {"venue": name}),)
    return tuple(
        Reason("scheduling.venue_not_verified_on", {"venue": name, "day": day}) for day in days if day not in verified
    )


def licence_reasons(licences: Sequence[Span], schemes: Sequence[Span], days: Iterable[date]) -> tuple[Reason, ...]:
    """On each of the days the LSP has a licence, and a licence covers the scheme: two clauses, told apart."""
    found = []
    for day in days:
        if not any(day in span for span in licences):
            found.append(Reason("scheduling.no_licence_on", {"day": day}))
        elif not any(day in span for span in schemes):
            found.append(Reason("scheduling.scheme_not_licensed_on", {"day": day}))
    return tuple(found)


def shares(
    candidates: Sequence[UUID], assessors: Sequence[UUID], room: Mapping[UUID, int] | None = None
) -> dict[UUID, UUID]:
    """Share candidates evenly, in their order: each candidate exactly once.

    Nobody gets more than their `room`; the shares of those who have room left differ by one at most. Returns
    candidate → assessor; empty when there is no assessor or not enough room.
    """
    most = {one: len(candidates) if room is None else max(0, room.get(one, 0)) for one in assessors}
    if sum(most.values()) < len(candidates):
        return {}
    sizes = dict.fromkeys(assessors, 0)
    for _each in candidates:
        sizes[min((one for one in assessors if sizes[one] < most[one]), key=sizes.__getitem__)] += 1
    takers = (one for one in assessors for _each in range(sizes[one]))
    return dict(zip(candidates, takers, strict=True))


def too_few_reason(candidates: int, room: int, limit: int, days: int) -> Reason:
    """More candidates wait than the assessors of a schedule of `days` days have room for: say how many are lacking."""
    more = -(-(candidates - room) // max(1, limit))
    values = {"count": candidates, "room": room, "limit": limit, "people": -(-more // days), "days": more}
    return Reason("scheduling.too_few_assessors", values)


def past_days(old: tuple[date, date], new: tuple[date, date], today: date) -> tuple[date, ...]:
    """Return the days of `new` that have passed and were none of the schedule's before: perhaps a slip of the pen."""
    return tuple(day for day in days_of(*new) if day < today and not old[0] <= day <= old[1])


def moved(
    days: Iterable[date], old_first: date, new: tuple[date, date], kept: Collection[date] = ()
) -> Mapping[date, date]:
    """Return old day → new day for a schedule that now begins on `new[0]`: the same distance from the first day.

    `kept` are days that someone has already: what would fall on one goes to the first other day instead. A day that
    would fall after `new[1]` is left out.
    """
    offset = new[0] - old_first
    span = (new[0] + timedelta(days=number) for number in range((new[1] - new[0]).days + 1))
    free = [day for day in span if day not in kept]
    wanted = [day for day in sorted(days) if new[0] <= day + offset <= new[1]]
    placed = {day: day + offset for day in wanted if day + offset in free}
    left = [day for day in free if day not in placed.values()]
    return placed | dict(zip((day for day in wanted if day not in placed), left, strict=False))
