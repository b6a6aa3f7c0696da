"""The one simulated clock of the sample province, and who acts: everything happens in date order, at its own time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry import jobs
from assessor_registry.accounts.rules import Actor, system
from assessor_registry.days import DAY
from assessor_registry.db.engine import Database
from assessor_registry.demo.names import People
from assessor_registry.secrecy import Secrecy
from assessor_registry.settings import Settings
from assessor_registry.signing.actions import Registry

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """An LSP as the story needs it; `schools` are its own and those of its network."""

    id: UUID
    key: str
    region: str
    place: str
    schools: tuple[UUID, ...]
    venue_id: UUID
    admin: Actor


@dataclass(frozen=True, slots=True)
class Person:
    """An assessor as the story needs them, with the days of their first certificate."""

    id: UUID
    name: str = field(repr=False)
    lsp: str
    scheme: str
    wave: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the sample province; `passphrase` of who signs."""

    login: str
    password: str
    role: str
    name: str
    passphrase: str | None


@dataclass
class Story:
    """What there is so far. `made_on` is the real day, `moment` the real instant: nothing happens after it."""

    database: Database
    settings: Settings
    made_on: date
    moment: datetime
    today: date
    now: datetime
    secrecy: Secrecy
    registry: Registry
    people: People
    system: Actor = field(default_factory=lambda: system("demo"))
    division: Actor = field(default_factory=lambda: system("demo"))
    places: dict[str, Place] = field(default_factory=dict)
    schemes: dict[str, tuple[UUID, UUID]] = field(default_factory=dict)
    assessors: list[Person] = field(default_factory=list)
    cast: dict[str, Person] = field(default_factory=dict)
    classes: dict[tuple[str, str], list[UUID]] = field(default_factory=dict)
    accounts: list[Account] = field(default_factory=list)
    actors: dict[str, Actor] = field(default_factory=dict)
    passphrases: dict[str, str] = field(default_factory=dict)
    seasons: list[UUID] = field(default_factory=list)
    letters: int = 0
    _order: "count[int]" = field(default_factory=count)
    _events: list[tuple[date, int, int, Callable[[], object]]] = field(default_factory=list)

    def day(self, offset: int) -> date:
        """The day so many days from the day on which the province is made."""
        return self.made_on + timedelta(days=offset)

    def workday(self, offset: int) -> date:
        """The same, and the Saturday before when that is a Sunday."""
        day = self.day(offset)
        return day - DAY if day.isoweekday() == 7 else day

    def at(self, day: date, act: Callable[[], object], *, hour: int = 9) -> None:
        """Let `act` happen at that hour of `day`; an act may plan further ones."""
        heappush(self._events, (day, hour, next(self._order), act))

    def tell(self) -> None:
        """Let everything that is planned happen, in the order of time."""
        while self._events:
            day, hour, _, act = heappop(self._events)
            self._go_to(day, hour)
            act()

    def _go_to(self, day: date, hour: int) -> None:
        """Let it be that hour of `day` (of the institutions' zone).

        Raises:
            ValueError: that is before what has happened, or after the real present.
        """
        then = min(local(day, hour), self.moment)
        if then < self.now or day > self.made_on:
            raise ValueError(f"{then} is not between {self.now} and {self.moment}")
        self.today, self.now = day, then

    def sweep(self) -> None:
        """Bring the to-dos to the day, as the registry does each night."""
        jobs.sweep(self.database, self.today, now=self.now, mail=True)

    def do(self, act: Callable[[Connection], T]) -> T:
        """Perform an act in a transaction of its own."""
        return self.database.perform(act)

    def letter(self, kind: str = "ST") -> str:
        """The number of the next letter."""
        self.letters += 1
        return f"{self.letters:03d}/{kind}/LSP/{self.today:%m}/{self.today.year}"


def local(day: date, hour: int) -> datetime:
    """That hour of a day in Kalimantan Timur (UTC+8, no daylight saving)."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour - 8)
