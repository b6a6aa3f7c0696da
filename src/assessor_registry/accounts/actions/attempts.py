"""Slowing down guesses at passwords, passphrases and codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts import rules, store
from assessor_registry.accounts.rules import Subject
from assessor_registry.db.engine import Database
from assessor_registry.errors import TooMany


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try that is counted as failed until `attempt_held` says that it was not."""

    subjects: tuple[Subject, ...]
    ids: tuple[UUID, ...]


def begin_attempt(db: Database, subjects: Sequence[Subject], now: datetime) -> Attempt:
    """Count a try of each subject, in a transaction of its own, before it is made.

    Raises:
        TooMany: one of them has to wait; then nothing is counted.
    """
    names = [subject.name for subject in subjects]

    def count(tx: Connection) -> list[UUID]:
        store.lock_names(tx, names)
        waits = [s.limit.wait_seconds(*store.failures(tx, s.name, s.limit.window, now), now) for s in subjects]
        if wait := max(waits):
            raise TooMany("accounts.too_many_attempts", wait_seconds=wait)
        return store.add_failures(tx, names, now)

    return Attempt(tuple(subjects), tuple(db.perform(count)))


def attempt_held(tx: Connection, attempt: Attempt) -> None:
    """The try was right: it does not count, and what a personal subject failed before is forgotten."""
    store.forget_failures(tx, [subject.name for subject in attempt.subjects if subject.personal], attempt.ids)


def attempt_given_back(tx: Connection, attempt: Attempt) -> None:
    """The try could not be looked at: it does not count, and nothing else is forgotten."""
    store.forget_failures(tx, [], attempt.ids)


def purge_attempts(tx: Connection, now: datetime) -> int:
    """Delete failures that no limit looks at any more; return how many."""
    return store.purge_failures(tx, now - max(rules.PERSONAL_LIMIT.window, rules.ADDRESS_LIMIT.window))
