"""Active periods and coverage in the database: read, and written as differences."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Connection, Date, Select, Text, Uuid, bindparam, column, func, select, table, text

from assessor_registry.db.bulk import insert_rows
from assessor_registry.db.columns import UUIDS
from assessor_registry.validity import tables
from assessor_registry.validity.rules import DAY, Changes, Period, overlap
from assessor_registry.validity.store.facts import Ids, one_of_ids
from assessor_registry.validity.store.neighbours import PERSON, end_known

P = tables.ActivePeriod.__table__  # type: ignore[attr-defined]
V = tables.Coverage.__table__  # type: ignore[attr-defined]
E = tables.EndsChanged.__table__  # type: ignore[attr-defined]

# Rebuilds of single people share this lock and take one of their own; a rebuild of many takes it alone, because the
# server's table of locks is small.
_EVERYBODY = 7_164_201
_ALONE_FROM = 65


def lock_people(tx: Connection, ids: Ids) -> None:
    """Let no other rebuild of these assessors run until the end of the transaction.

    Before the facts are read: whoever waited reads them after the other's commit, and sees the other's facts.
    """
    if ids is None or len(ids) >= _ALONE_FROM:
        tx.execute(select(func.pg_advisory_xact_lock(_EVERYBODY)))
        return
    tx.execute(select(func.pg_advisory_xact_lock_shared(_EVERYBODY)))
    for assessor_id in sorted(ids):
        tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(assessor_id), _EVERYBODY))))


def active_periods_of(conn: Connection, ids: Ids) -> dict[UUID, list[Period]]:
    """Return the stored active periods of these assessors (None: of all), in order; who has none is left out."""
    query = select(P.c.assessor_id, func.lower(P.c.during), func.upper(P.c.during)).order_by(
        P.c.assessor_id, P.c.during
    )
    found: dict[UUID, list[Period]] = {}
    for assessor_id, first, end in conn.execute(
        query if ids is None else query.where(one_of_ids(P.c.assessor_id, ids))
    ):
        found.setdefault(assessor_id, []).append(Period(first, end - DAY))
    return found


def coverage_of(conn: Connection, ids: Ids) -> dict[UUID, list[Period]]:
    """Return the stored coverage of these assessors (None: of all), in order; who has none is left out."""
    query = select(V.c.assessor_id, V.c.covered)
    rows = conn.execute(query if ids is None else query.where(one_of_ids(V.c.assessor_id, ids)))
    return {assessor_id: [Period(r.lower, r.upper - DAY) for r in covered] for assessor_id, covered in rows}


def people(conn: Connection, ids: Ids, known_at: datetime | None = None) -> dict[UUID, date | None]:
    """Return the assessors that exist among `ids` (None: all), with the day from which one who has ended is gone.

    With `known_at`, as far as that was known then.
    """
    query = select(PERSON.c.id, end_known(known_at).label("ended_on"))
    rows = conn.execute(query if ids is None else query.where(one_of_ids(PERSON.c.id, ids)))
    return {row.id: row.ended_on for row in rows}


def write_active(tx: Connection, differences: Mapping[UUID, Changes]) -> None:
    """Make the stored active periods what they have become, in at most four statements.

    First the rows that go, then every moved row is cut to the days that it keeps, then grown to what it becomes, then
    the new rows: at no moment do two rows overlap, and a row that survives is never replaced.
    """
    removed = [(who, was) for who, change in differences.items() for was in change.removed]
    moved = [(who, was, now) for who, change in differences.items() for was, now in change.moved]
    cut = [(who, was, kept) for who, was, now in moved if (kept := overlap(was, now)) and kept != was]
    grown = [(who, kept, now) for who, was, now in moved if (kept := overlap(was, now)) and kept != now]
    added = [(who, now) for who, change in differences.items() for now in change.added]
    if removed:
        _write(tx, "DELETE FROM active_period p USING {rows} WHERE p.assessor_id = r.id AND p.during = r.a", removed)
    for step in (cut, grown):
        if step:
            _write(
                tx,
                "UPDATE active_period p SET during = r.b FROM {rows} WHERE p.assessor_id = r.id AND p.during = r.a",
                step,
            )
    if added:
        _write(tx, "INSERT INTO active_period (assessor_id, during) SELECT r.id, r.a FROM {rows}", added)


def _write(tx: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run a statement over `rows` of (assessor, range) or (assessor, range, range), named r.id, r.a, r.b."""
    names = ["a", "b"][: len(rows[0]) - 1]
    ranges = ", ".join(f"CAST(:{name} AS daterange[])" for name in names)
    source = f"unnest(:ids, {ranges}) AS r(id, {', '.join(names)})"
    bound = [bindparam(name, type_=ARRAY(Text)) for name in names]
    values: dict[str, object] = {"ids": [row[0] for row in rows]}
    values |= {name: [shown(row[place]) for row in rows] for place, name in enumerate(names, 1)}
    tx.execute(text(statement.format(rows=source)).bindparams(bindparam("ids", type_=UUIDS), *bound), values)


def shown(period: Period) -> str:
    """A period as PostgreSQL reads a daterange."""
    return f"[{period.first_day},{period.last_day + DAY})"


def write_coverage(tx: Connection, covered: Mapping[UUID, Sequence[Period]]) -> None:
    """Make the stored coverage of these assessors what is given, writing only rows that differ."""
    without = [assessor_id for assessor_id, periods in covered.items() if not periods]
    if without:
        tx.execute(V.delete().where(one_of_ids(V.c.assessor_id, without)))
    kept = [(assessor_id, periods) for assessor_id, periods in covered.items() if periods]
    if not kept:
        return
    statement = text(
        "INSERT INTO coverage (assessor_id, last_day, covered) "
        "SELECT * FROM unnest(:ids, CAST(:lasts AS date[]), CAST(:covered AS datemultirange[])) "
        "ON CONFLICT (assessor_id) DO UPDATE SET last_day = excluded.last_day, covered = excluded.covered "
        "WHERE (coverage.last_day, coverage.covered) IS DISTINCT FROM (excluded.last_day, excluded.covered)"
    ).bindparams(bindparam("ids", type_=UUIDS), *(bindparam(n, type_=ARRAY(Text)) for n in ("lasts", "covered")))
    tx.execute(
        statement,
        {
            "ids": [assessor_id for assessor_id, _ in kept],
            "lasts": [periods[-1].last_day.isoformat() for _, periods in kept],
            "covered": ["{" + ",".join(map(shown, periods)) + "}" for _, periods in kept],
        },
    )


# --- What the next sweep has to look at --------------------------------------------------------------------------


def note_changed(tx: Connection, ids: Iterable[UUID], known_on: date) -> None:
    """Store that the last days of these assessors may have changed."""
    insert_rows(tx, E, [{"id": uuid4(), "assessor_id": i, "known_on": known_on} for i in ids])


TAKEN = table("taken_change", column("subject_id", Uuid), column("known_on", Date))


def changed_since(conn: Connection) -> tuple[int, Select[Any] | None]:
    """Return what `take_changed` would, and leave it for the next sweep."""
    query = select(E.c.assessor_id.label("subject_id"), func.min(E.c.known_on).label("known_on"))
    query = query.group_by(E.c.assessor_id)
    number = conn.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    return number, query if number else None


def take_changed(tx: Connection) -> tuple[int, Select[Any] | None]:
    """Take out what has changed since the last sweep, for the rest of the transaction; None: nothing has.

    Returns how many assessors, and a SELECT of each with the earliest day on which it was known. They are moved into
    a table of this transaction, so that what others add meanwhile is left for the next sweep, and nobody waits.
    """
    if tx.execute(select(E.c.id).limit(1)).first() is None:
        return 0, None
    # The transaction may be in its second sweep.
    tx.execute(text("DROP TABLE IF EXISTS pg_temp.taken_change"))
    tx.execute(text("CREATE TEMP TABLE taken_change (subject_id uuid, known_on date) ON COMMIT DROP"))
    moved = tx.execute(
        text(
            "WITH taken AS (DELETE FROM ends_changed RETURNING assessor_id, known_on) "
            "INSERT INTO taken_change SELECT assessor_id, min(known_on) FROM taken GROUP BY assessor_id"
        )
    )
    tx.execute(text("ANALYZE taken_change"))
    return moved.rowcount, select(TAKEN.c.subject_id, TAKEN.c.known_on)


def active_on(conn: Connection, ids: Collection[UUID], on: date) -> set[UUID]:
    """Return those of `ids` who are active on a day: one statement, for gates."""
    held = select(P.c.assessor_id).where(one_of_ids(P.c.assessor_id, list(ids)), P.c.during.contains(on))
    return set(conn.execute(held).scalars())
