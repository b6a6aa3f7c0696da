"""Who a student is: NISN, else NIK, else school and NIPD. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

NIK_LENGTH = 16
_NISN = re.compile(r"[0-9]{10}")


def search_name(text: str) -> str:
    """Return a name for comparing and searching: no accents, punctuation or letter case; blanks single."""
    plain = unicodedata.normalize("NFKD", text)
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    return " ".join(re.sub(r"[\W_]+", " ", re.sub(r"['`´‘’]", "", letters)).split())


def nisn_fits(nisn: str) -> bool:
    """Whether a NISN (nomor induk siswa nasional) has its ten digits; it may begin with 0."""
    return _NISN.fullmatch(nisn) is not None


def nik_fits(nik: str) -> bool:
    """Whether a NIK has its sixteen digits."""
    return len(nik) == NIK_LENGTH and nik.isascii() and nik.isdigit()


@dataclass(frozen=True, slots=True)
class Identity:
    """What a list says to tell a student from others; None: it says nothing. `nik_hash`: `Secrecy.digest` of a NIK."""

    nisn: str | None = field(default=None, repr=False)
    nik_hash: bytes | None = field(default=None, repr=False)
    nipd: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Known:
    """A student whom the registry has, as far as telling them apart needs it."""

    id: UUID
    school_id: UUID
    nisn: str | None = field(repr=False)
    nik_hash: bytes | None = field(repr=False)
    nipd: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Match:
    """Whom a list means: the student and by what, or nobody.

    `refused` says why the row can go in neither as a known student nor as a new one: `nipd_taken` (someone else of the
    school has the NIPD), `nik_shared` (several have the NIK).
    """

    student_id: UUID | None
    by: Literal["nisn", "nik", "nipd"] | None = None
    refused: Literal["nipd_taken", "nik_shared"] | None = None


def choose(identity: Identity, school_id: UUID, candidates: Sequence[Known]) -> Match:
    """Say whom a list of `school_id` means by `identity`; `candidates` are all whom any of its parts could name.

    1. The NISN names one student in the country.
    2. Else the NIK, among students who do not have another NISN; a NIK that several have names nobody.
    3. Else the NIPD at this school, unless NISN or NIK contradict: then the NIPD is taken by someone else.
    """
    for known in candidates:
        if identity.nisn is not None and known.nisn == identity.nisn:
            return _unless_taken(Match(known.id, "nisn"), identity, school_id, candidates)
    free = [known for known in candidates if identity.nisn is None or known.nisn is None]
    named = [known for known in free if identity.nik_hash is not None and known.nik_hash == identity.nik_hash]
    if len(named) == 1:
        return _unless_taken(Match(named[0].id, "nik"), identity, school_id, candidates)
    at_school = _of_number(identity, school_id, candidates)
    if len(named) > 1 and at_school not in named:
        return Match(None, refused="nik_shared")
    if at_school is None:
        return Match(None)
    contradicts = at_school not in free or (
        None not in {identity.nik_hash, at_school.nik_hash} and identity.nik_hash != at_school.nik_hash
    )
    return Match(None, refused="nipd_taken") if contradicts else Match(at_school.id, "nipd")


def _of_number(identity: Identity, school_id: UUID, candidates: Sequence[Known]) -> Known | None:
    return next(
        (
            known
            for known in candidates
            if identity.nipd is not None and (known.school_id, known.nipd) == (school_id, identity.nipd)
        ),
        None,
    )


def _unless_taken(match: Match, identity: Identity, school_id: UUID, candidates: Sequence[Known]) -> Match:
    """A student may not take over the NIPD that another of the school has."""
    holder = _of_number(identity, school_id, candidates)
    return match if holder is None or holder.id == match.student_id else Match(None, refused="nipd_taken")
