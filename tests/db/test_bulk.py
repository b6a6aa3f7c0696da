"""Few rows as a document and many by COPY end as the same rows."""

import json
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from assessor_registry.audit.tables import AuditEntry
from assessor_registry.db import bulk
from assessor_registry.db.engine import Database

AUDIT = AuditEntry.__table__  # type: ignore[attr-defined]
NOW = datetime(2026, 11, 21, 3, 0, 0, 123456, tzinfo=UTC)


def _entry(number: int) -> dict[str, object]:
    who: UUID | None = uuid4() if number % 2 else None
    after: dict[str, object] | None = {
        "a": date(2026, 1, number % 28 + 1), "b": [1, None, "é\\n\t\\."], "c": who, "d": b"\x00\xff", "e": NOW,
    }  # fmt: skip
    return {
        "id": uuid4(), "at": NOW, "account_id": who, "role": "\\N", "origin": 'tab\t, "baris"\nbaru \\ ', "act": "x.y",
        "subject_kind": "", "subject_id": str(number), "before": None, "after": after if number % 3 else {"n": None},
        "reason": None if number % 5 else "Ünïcode 😀",
    }  # fmt: skip


@pytest.mark.parametrize("few", [True, False])
def test_every_kind_of_value_arrives(database: Database, monkeypatch: pytest.MonkeyPatch, few: bool) -> None:
    rows = [_entry(number) for number in range(bulk.COPY_FROM)]
    # The names of a row in another order say the same.
    rows[1] = dict(reversed(rows[1].items()))
    monkeypatch.setattr(bulk, "COPY_FROM", len(rows) + few)
    with database.transaction() as tx:
        bulk.insert_rows(tx, AUDIT, rows)
        found = {row.id: dict(row._mapping) for row in tx.execute(select(AUDIT))}
    for row in rows:
        told = {name: json.loads(bulk._dumps(row[name])) for name in ("before", "after")}
        assert {name: found[row["id"]][name] for name in row} == {**row, **told}


def test_rows_with_different_names_are_refused(database: Database) -> None:
    rows = [_entry(number) for number in range(bulk.COPY_FROM)]
    rows[-1] = {**rows[-1], "other": 1}
    with database.transaction() as tx, pytest.raises(ValueError, match="different columns"):
        bulk.insert_rows(tx, AUDIT, rows)
