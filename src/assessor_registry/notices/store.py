"""The outbox in the database. A mail is leased before it is sent, so that two processes never send the same one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from assessor_registry.notices import tables

_O = tables.Outgoing.__table__  # type: ignore[attr-defined]
_WAITING = and_(_O.c.sent_at.is_(None), _O.c.given_up_at.is_(None))


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to send. `tries` counts this one."""

    id: UUID
    recipient: str = field(repr=False)
    subject: str
    body: str = field(repr=False)
    created_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Outbox:
    """How the outbox is doing: what waits and since when, what was given up, the latest error (a code)."""

    waiting: int
    oldest: datetime | None
    given_up: int
    last_error: str | None


def put(tx: Connection, rows: Sequence[Mapping[str, object]]) -> int:
    """Put mails into the outbox; one that its recipient has for that kind and day already stays as it is."""
    if not rows:
        return 0
    statement = upsert(_O).values([dict(row) for row in rows])
    fresh = statement.on_conflict_do_nothing(index_elements=["recipient", "kind", "day"]).returning(_O.c.id)
    return len(tx.execute(fresh).all())


def lease(tx: Connection, now: datetime, lasting: timedelta) -> Mail | None:
    """Take the mail that has waited longest for its turn, so that nobody else takes it for `lasting`; None: no mail.

    The try is counted now: a process that dies while sending can not try for ever.
    """
    turn = (
        select(_O.c.id)
        .where(_WAITING, _O.c.next_try_at <= now)
        .order_by(_O.c.next_try_at, _O.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = update(_O).where(_O.c.id == turn).values(tries=_O.c.tries + 1, next_try_at=now + lasting)
    row = tx.execute(
        taken.returning(_O.c.id, _O.c.recipient, _O.c.subject, _O.c.body, _O.c.created_at, _O.c.tries)
    ).one_or_none()
    return None if row is None else Mail(**row._mapping)


def sent(tx: Connection, mail_id: UUID, now: datetime) -> None:
    """Store that a server has taken a mail."""
    tx.execute(update(_O).where(_O.c.id == mail_id).values(sent_at=now, last_error=None))


def failed(tx: Connection, mail_id: UUID, error: str, again_at: datetime | None, now: datetime) -> None:
    """Store that a mail was not taken: when it is tried again, or that it is given up."""
    values: dict[str, object] = {"last_error": error}
    values |= {"given_up_at": now} if again_at is None else {"next_try_at": again_at}
    tx.execute(update(_O).where(_O.c.id == mail_id, _O.c.sent_at.is_(None)).values(**values))


def waiting(conn: Connection) -> int:
    """Return how many mails wait to be sent."""
    return conn.execute(select(func.count()).where(_WAITING)).scalar_one()


def outbox(conn: Connection) -> Outbox:
    """Return how the outbox is doing, for the health check."""
    error = (
        select(_O.c.last_error)
        .where(_O.c.sent_at.is_(None), _O.c.last_error.is_not(None))
        .order_by(_O.c.created_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = conn.execute(
        select(
            func.count().filter(_WAITING).label("waiting"),
            func.min(_O.c.created_at).filter(_WAITING).label("oldest"),
            func.count().filter(_O.c.given_up_at.is_not(None)).label("given_up"),
            error.label("last_error"),
        ).where(_O.c.sent_at.is_(None))
    ).one()
    return Outbox(**row._mapping)


def purge(tx: Connection, before: datetime) -> int:
    """Remove mails that were sent or given up before an instant: their text holds personal data."""
    done = or_(_O.c.sent_at < before, _O.c.given_up_at < before)
    return tx.execute(delete(_O).where(done)).rowcount
