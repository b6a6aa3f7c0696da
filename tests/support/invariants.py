"""What must be true of every registry at any time; asked without trusting the code that made it so."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.assessments import actions as assessments
from assessor_registry.assessments.rules import state
from assessor_registry.db.engine import Database
from assessor_registry.proof.verdict import verdict
from assessor_registry.signing.actions import Registry
from assessor_registry.validity import actions as validity

# Each finds rows that must not exist; what it selects is shown.
NEVER = {
    "an assignment on a day without active period": """
        SELECT a.id, a.held_on FROM assignment a
        WHERE a.confirmed_at IS NOT NULL AND a.withdrawn_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM active_period p WHERE p.assessor_id = a.assessor_id AND p.during @> a.held_on)""",
    "a record in force whose assessor was not active on every day of assessment": """
        SELECT s.record_id, s.first_day, s.last_day FROM record_state s
        WHERE s.contested_at IS NULL AND s.annulled_at IS NULL AND EXISTS (
            SELECT 1 FROM generate_series(s.first_day, s.last_day, '1 day') AS d(day) WHERE NOT EXISTS (
                SELECT 1 FROM active_period p WHERE p.assessor_id = s.assessor_id AND p.during @> d.day::date))""",
    "a record in force that was signed on a day without active period": """
        SELECT s.record_id, s.signed_on FROM record_state s
        WHERE s.origin = 'signed' AND s.contested_at IS NULL AND s.annulled_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM active_period p WHERE p.assessor_id = s.assessor_id AND p.during @> s.signed_on)""",
    "a record in force of a day that its assessor was taken off": """
        SELECT s.record_id, a.held_on FROM record_state s JOIN record r ON r.id = s.record_id
        JOIN attempt t ON t.id = r.attempt_id
        JOIN assignment a ON a.schedule_id = t.schedule_id AND a.assessor_id = s.assessor_id
          AND a.held_on BETWEEN s.first_day AND s.last_day
        WHERE s.contested_at IS NULL AND s.annulled_at IS NULL AND s.replaced_by IS NULL
        GROUP BY s.record_id, a.held_on HAVING bool_and(a.withdrawn_at IS NOT NULL)""",
    "active periods that touch or overlap": """
        SELECT a.assessor_id, a.during, b.during FROM active_period a JOIN active_period b
        ON a.assessor_id = b.assessor_id AND a.during < b.during AND upper(a.during) >= lower(b.during)""",
    "a record without its state, or with another": """
        SELECT r.id FROM record r LEFT JOIN record_state s ON s.record_id = r.id
        AND (s.assessor_id, s.first_day, s.last_day, s.signed_on, s.origin)
          = (r.assessor_id, r.first_day, r.last_day, r.signed_on, r.origin)
        WHERE s.record_id IS NULL""",
    "a replacement that only one of the two knows": """
        SELECT coalesce(r.id, s.record_id) FROM record r FULL JOIN record_state s
        ON s.record_id = r.replaces AND s.replaced_by = r.id
        WHERE (r.id IS NULL AND s.replaced_by IS NOT NULL) OR (s.record_id IS NULL AND r.replaces IS NOT NULL)""",
    "a replacement of another attempt's record": """
        SELECT r.id FROM record r JOIN record o ON o.id = r.replaces
        WHERE (r.attempt_id, r.part) <> (o.attempt_id, o.part)""",
    "a candidate with a record who is not marked so, or the other way round": """
        SELECT a.id FROM attempt a WHERE (a.recorded_at IS NOT NULL)
        <> EXISTS (SELECT 1 FROM record r WHERE r.attempt_id = a.id)""",
    "a draft that names a record of something else": """
        SELECT d.id FROM draft d JOIN record r ON r.id = coalesce(d.record_id, d.corrects)
        WHERE (r.attempt_id, r.part) <> (d.attempt_id, d.part)
        OR (r.origin = 'signed' AND r.assessor_id <> d.assessor_id)""",
    "a draft that says otherwise than the record that it was signed into": """
        SELECT d.id FROM draft d JOIN record r ON r.id = d.record_id AND r.origin = 'signed'
        WHERE (d.outcome, d.recommendation, d.first_day, d.last_day, d.acknowledgement)
        IS DISTINCT FROM (r.outcome, r.recommendation, r.first_day, r.last_day, r.acknowledgement)
        OR d.units IS DISTINCT FROM coalesce((
            SELECT jsonb_object_agg(u.code, u.result) FROM record_unit u WHERE u.record_id = r.id), '{}')""",
    "the newest signed record of a part, without a draft that knows it": """
        SELECT r.id FROM record r JOIN record_state s ON s.record_id = r.id
        WHERE r.origin = 'signed' AND s.replaced_by IS NULL AND NOT EXISTS (
            SELECT 1 FROM draft d WHERE r.id IN (d.record_id, d.corrects))""",
    "a paper record without a confirmed paper result": """
        SELECT r.id FROM record r LEFT JOIN paper_result p ON p.id = r.paper_result_id
        WHERE r.origin = 'paper' AND (p.confirmed_at IS NULL OR p.attempt_id <> r.attempt_id)""",
    "a confirmed paper result without its record": """
        SELECT p.id FROM paper_result p WHERE p.confirmed_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM record r WHERE r.paper_result_id = p.id)""",
    "a record that the trail does not name exactly once": """
        SELECT r.id FROM record r LEFT JOIN audit_entry e ON e.subject_kind = 'record' AND e.subject_id = r.id::text
        AND e.act IN ('assessments.sign', 'assessments.confirm_paper')
        GROUP BY r.id HAVING count(e.id) <> 1""",
    "a record contested, upheld or annulled without a word in the trail": """
        SELECT s.record_id, act.name FROM record_state s
        JOIN (VALUES ('assessments.contest'), ('assessments.uphold'), ('assessments.annul')) AS act(name)
        ON (act.name = 'assessments.contest' AND s.contested_at IS NOT NULL)
        OR (act.name = 'assessments.uphold' AND s.upheld_at IS NOT NULL)
        OR (act.name = 'assessments.annul' AND s.annulled_at IS NOT NULL)
        WHERE NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.act = act.name AND e.subject_id = s.record_id::text)""",
    "an account or schedule that the trail does not name exactly once": """
        SELECT x.kind, x.id FROM (
            SELECT 'account' AS kind, id, 'accounts.create_account' AS act FROM account
            UNION ALL SELECT 'schedule', id, 'scheduling.create_schedule' FROM schedule) AS x
        LEFT JOIN audit_entry e ON e.act = x.act AND e.subject_id = x.id::text
        GROUP BY x.kind, x.id HAVING count(e.id) <> 1""",
    "a schedule with assignments and no word of them in the trail": """
        SELECT DISTINCT a.schedule_id FROM assignment a WHERE NOT EXISTS (
            SELECT 1 FROM audit_entry e WHERE e.act IN ('scheduling.assign', 'scheduling.move_schedule')
            AND e.subject_id = a.schedule_id::text)""",
    "someone with two current registration numbers": """
        SELECT assessor_id FROM registration_number WHERE current GROUP BY assessor_id HAVING count(*) > 1""",
    "a key that signs beside another of the same person": """
        SELECT assessor_id FROM signing_key WHERE confirmed_at IS NOT NULL AND retired_at IS NULL
        GROUP BY assessor_id HAVING count(*) > 1""",
}  # fmt: skip


def broken(db: Database, registry: Registry, now: datetime) -> list[str]:
    """Return a line for everything that is not as it must be; empty when all is well."""
    with db.read() as conn:
        found = [f"derived days differ: {difference}" for difference in validity.check(conn)]
        for name, query in NEVER.items():
            found += [f"{name}: {tuple(row)}" for row in conn.execute(text(query))]
        found += _unproven(conn, registry, now)
    with db.transaction() as tx:
        tx.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    return found


def _unproven(conn: Connection, registry: Registry, now: datetime) -> Iterator[str]:
    """Every record is proven by its bundle against the root alone, and says what its columns say."""
    rows = (
        conn.execute(text("SELECT r.*, s.* FROM record r JOIN record_state s ON s.record_id = r.id")).mappings().all()
    )
    for row in rows:
        if hashlib.sha256(row["jws"].encode()).digest() != bytes(row["jws_sha256"]):
            yield f"record {row['id']}: the digest is not that of the signature"
        answer = verdict(
            assessments.bundle(conn, PROVINCE, registry, row["code"], now), registry.root_pem.encode(), now=now
        )
        expected = state(annulled=row["annulled_at"], contested=row["contested_at"], upheld=row["upheld_at"],
                         replaced_by=row["replaced_by"])  # fmt: skip
        if not answer.authentic or answer.valid is not (expected == "valid"):
            yield f"record {row['id']} ({expected}): " + "; ".join(
                f"{one.number} {one.name}: {one.detail}" for one in answer.checks if not one.ok
            )
        if answer.statement is not None:
            yield from _differing(conn, row, answer.statement)


def _differing(conn: Connection, row: Any, signed: Any) -> Iterator[str]:
    names = ("code", "origin", "outcome", "recommendation", "note", "first_day", "last_day", "signed_on", "part")
    for name in names:
        if getattr(signed, name) != row[name]:
            yield f"record {row['id']}: signed {name} {getattr(signed, name)!r}, stored {row[name]!r}"
    stored = conn.execute(
        text("SELECT code, title, result FROM record_unit WHERE record_id = :id ORDER BY position"), {"id": row["id"]}
    ).all()
    if [tuple(unit) for unit in stored] != [(unit.code, unit.title, unit.result) for unit in signed.units]:
        yield f"record {row['id']}: the units differ from those signed"
    if str(row["id"]) != signed.record_id or signed.assignment_letter != (row["letter_number"] or ""):
        yield f"record {row['id']}: signed under another id or letter"
