"""What a world's one-liners return: ids, and who acts."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from assessor_registry.accounts.rules import Actor
from assessor_registry.scheduling.rules import days_of


@dataclass(frozen=True)
class SchemeRef:
    """A scheme with one version; `codes` are its units in order."""

    id: UUID
    version_id: UUID
    codes: tuple[str, ...]
    title: str


@dataclass(frozen=True)
class LspRef:
    """An LSP with a licence for `schemes`, a verified venue, and two administrators."""

    id: UUID
    school_id: UUID
    venue_id: UUID
    licence_id: UUID
    schemes: tuple[SchemeRef, ...]
    admin: Actor
    second: Actor


@dataclass(frozen=True)
class PersonRef:
    """An assessor: as a row, and as who acts."""

    id: UUID
    actor: Actor
    certificates: tuple[UUID, ...]


@dataclass(frozen=True)
class Plan:
    """A schedule with its candidates' attempts."""

    id: UUID
    lsp: LspRef
    scheme: SchemeRef
    first_day: date
    last_day: date
    attempts: tuple[UUID, ...]

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return days_of(self.first_day, self.last_day)
