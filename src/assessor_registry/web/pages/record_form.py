"""FR.AK.02 of a signed record, filled from what was signed: the statement itself, not what the registry says today."""

from datetime import datetime
from typing import cast
from uuid import UUID

from assessor_registry.accounts.rules import PROVINCE, Scope
from assessor_registry.assessments import store
from assessor_registry.db.engine import Connection
from assessor_registry.institutions import store as institutions
from assessor_registry.printing import forms
from assessor_registry.scheduling import store as scheduling
from assessor_registry.scheduling.rules import EVIDENCE
from assessor_registry.schemes import store as schemes
from assessor_registry.signing import jws
from assessor_registry.signing.statement import Statement, Unit, from_bytes
from assessor_registry.web.moments import local

_CODES = {label: code for code, label in EVIDENCE.items()}


def record_form(conn: Connection, scope: Scope, code: str, url: str, now: datetime) -> forms.RecordForm:
    """Return the form of a record within `scope`; `url` is where it can be checked.

    Raises:
        NotFound: no such record in `scope`.
    """
    row = store.record(conn, scope, code)
    statement = from_bytes(jws.read(store.jws_of(conn, row.id), jws.RECORD).payload)
    plan = scheduling.schedule(conn, PROVINCE, row.schedule_id)
    venue = institutions.get_venue(conn, PROVINCE, plan.venue_id, row.first_day)
    parts = len(store.heads(conn, [row.attempt_id]))
    replaces = store.codes(conn, [row.replaces])[row.replaces] if row.replaces else None
    return forms.RecordForm(
        body=forms.Body(name=statement.lsp.name, licence=statement.lsp.licence),
        scheme=forms.SchemeHead(title=statement.scheme.title, number=statement.scheme.number),
        venue=forms.VenueHead(
            name=statement.venue, kind=cast("forms.VenueKind", venue.kind if venue else "sewaktu")
        ),
        assessor=forms.Signatory(name=statement.assessor.name, registration=statement.assessor.registration),
        candidate=statement.candidate.name,
        candidate_nisn=statement.candidate.nisn,
        letter_number=statement.assignment_letter,
        first_day=statement.first_day,
        last_day=statement.last_day,
        evidence_columns=tuple(EVIDENCE.items()),
        clusters=_clusters(conn, plan.scheme_version_id, statement),
        outcome=statement.outcome,
        recommendation=statement.recommendation,
        follow_up=statement.note,
        observations=None,
        acknowledgement=cast("forms.Acknowledgement | None", row.acknowledgement),
        origin=statement.origin,
        signed_at=local(row.signed_at, plan.zone),
        entered_by=statement.paper.entered_by if statement.paper else None,
        confirmed_by=statement.paper.confirmed_by if statement.paper else None,
        code=row.code,
        check_url=url,
        mark=_mark(conn, row, plan.zone, now),
        part=row.part,
        parts=max(parts, row.part),
        attempt=statement.attempt,
        replaces=replaces,
        made_at=local(now, plan.zone),
    )  # fmt: skip


def _clusters(conn: Connection, version_id: UUID, statement: Statement) -> tuple[forms.ClusterRows, ...]:
    """The signed units under the headings of the scheme version that the schedule pins; none is lost."""
    left = {unit.code: unit for unit in statement.units}
    version = schemes.version(conn, version_id)
    found = []
    for cluster in version.clusters if version else ():
        rows = tuple(_unit(left.pop(unit.code)) for unit in cluster.units if unit.code in left)
        if rows:
            found.append(forms.ClusterRows(title=cluster.title, units=rows))
    if left:
        found.append(forms.ClusterRows(title=None, units=tuple(_unit(unit) for unit in left.values())))
    return tuple(found)


def _unit(unit: Unit) -> forms.UnitRow:
    evidence = tuple(_CODES[label] for label in unit.evidence if label in _CODES)
    return forms.UnitRow(code=unit.code, title=unit.title, evidence=evidence, result=unit.result, note=unit.note)


def _mark(conn: Connection, row: store.RecordRow, zone: str, now: datetime) -> forms.StateMark:
    since, reason = None, None
    if row.state == "annulled":
        since, reason = row.annulled_at, row.annulled_reason
    elif row.state == "contested":
        since, reason = row.contested_at, row.contested_reason
    newer = store.codes(conn, [row.replaced_by])[row.replaced_by] if row.replaced_by else None
    return forms.StateMark(
        state=row.state,
        as_of=local(now, zone).date(),
        since=local(since, zone).date() if since else None,
        reason=reason,
        replaced_by=newer if row.state == "replaced" else None,
    )
