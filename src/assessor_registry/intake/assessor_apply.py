"""Writing what the plan of a register says, in a fixed number of statements however many rows it has.

The steps, all in the caller's transaction:
1. provisional schools are added, so that people can be employed there;
2. new people by COPY with number and school, changed fields with one statement (who changed meanwhile stops it all);
3. numbers and schools of people who were known;
4. certificates and competences, then the active periods of everyone touched, once;
5. what stood on days that a correction took away is withdrawn or contested.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.assessments import actions as assessments
from assessor_registry.assessors import actions as assessors
from assessor_registry.assessors.actions.bulk_facts import add_registrations, move_many
from assessor_registry.institutions import actions as institutions
from assessor_registry.institutions import store as institutions_store
from assessor_registry.intake.assessor_plan import AssessorWork
from assessor_registry.intake.certificate_rules import Certificate, CertificateWork, Technical
from assessor_registry.intake.plan_rules import Plan, PlannedRow
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.secrecy import Secrecy
from assessor_registry.validity import actions as validity
from assessor_registry.validity.actions import NewCertificate, NewTechnical
from assessor_registry.words import gettext as _

SOURCE = "import"
Works = list[tuple[PlannedRow, AssessorWork]]


def write_assessors(
    tx: Connection,
    actor: Actor,
    plan: Plan,
    ticked: Collection[int],
    *,
    batch_id: UUID,
    secrecy: Secrecy,
    now: datetime,
    today: date,
) -> None:
    """Write `plan`; corrections only of the rows `ticked`. The caller holds the locks since before it planned.

    Raises:
        Conflict: someone changed meanwhile.
    """
    works = _with_schools(_works(plan), add_schools(tx, actor, plan, now))
    ids = _people(tx, actor, secrecy, works, now)
    known = [(ids[row.row], work) for row, work in works if work.person is not None]
    add_registrations(tx, actor, [(who, work.registration) for who, work in known if work.registration], now)
    move_many(tx, actor, {who: work.school_id for who, work in known if work.school_id}, now, today=today)
    _facts(tx, actor, works, ids, ticked, batch_id, now, _source(tx, actor, today))


def _source(tx: Connection, actor: Actor, today: date) -> str:
    """What a certificate says of where it comes from: an LSP is named, the division's register is the register."""
    lsp = institutions_store.get_lsp(tx, actor.scope, actor.scope.id, today) if actor.scope.kind == "lsp" else None
    return f"{SOURCE}: {lsp.name}" if lsp else SOURCE


def add_schools(tx: Connection, actor: Actor, plan: Plan, now: datetime) -> dict[UUID, UUID]:
    """Add the schools that nobody knew; return planned id → id."""
    wanted = [(school.name, school.npsn, school.region_code) for school in plan.schools]
    ids = institutions.add_listed_schools(tx, actor, wanted, plan.gains, now)
    return dict(zip((school.id for school in plan.schools), ids, strict=True))


def _works(plan: Plan) -> Works:
    return [(row, row.work) for row in plan.rows if isinstance(row.work, AssessorWork)]


def _with_schools(works: Works, made: Mapping[UUID, UUID]) -> Works:
    return [
        (row, replace(work, school_id=made.get(work.school_id, work.school_id)) if work.school_id else work)
        for row, work in works
    ]


def _people(tx: Connection, actor: Actor, secrecy: Secrecy, works: Works, now: datetime) -> dict[int, UUID]:
    """Write people; return row → assessor."""
    new = [(row.row, work) for row, work in works if work.person is None]
    added = [assessors.NewAssessor(work.values, work.registration, work.school_id) for _row, work in new]
    ids = dict(zip((row for row, _work in new), assessors.add_many(tx, actor, secrecy, added, now), strict=True))
    known = [(row.row, work.person, work.values) for row, work in works if work.person is not None]
    changed = [assessors.Change(person.id, person.version, values) for _row, person, values in known if values]
    assessors.change_many(tx, actor, secrecy, changed, now)
    return ids | {row: person.id for row, person, _values in known}


def _facts(
    tx: Connection,
    actor: Actor,
    works: Works,
    ids: Mapping[int, UUID],
    ticked: Collection[int],
    batch_id: UUID,
    now: datetime,
    source: str,
) -> None:
    of = [(ids[row.row], work.certificates, row.row in ticked) for row, work in works]
    shrunk = validity.add_imported(
        tx,
        actor,
        batch_id,
        [_certificate(who, one, source) for who, work, _tick in of for one in work.new],
        [_technical(who, one, source) for who, work, _tick in of for one in work.technicals],
        corrections=[
            (old, _certificate(who, one, source)) for who, work, tick in of for old, one in superseding(work, tick)[0]
        ],
        technical_corrections=[
            (old, _technical(who, one, source)) for who, work, tick in of for old, one in superseding(work, tick)[1]
        ],
        touched=[ids[row.row] for row, work in works if work.person is not None and "region_code" in work.values],
        now=now,
    )
    scheduling.withdraw_lost(tx, actor, shrunk, now=now)
    reason = _("Tanggal sertifikat asesor dikoreksi lewat impor.")
    assessments.contest_lost(tx, actor, shrunk, reason=reason, now=now)


def superseding(
    work: CertificateWork, tick: bool
) -> tuple[Iterable[tuple[UUID, Certificate]], Iterable[tuple[UUID, Technical]]]:
    """Return old row → what takes its place: what is only completed, and with the tick what is corrected.

    A corrected certificate holds its completion too, and each row is superseded once.
    """
    if not tick:
        return work.completed, work.technicals_completed
    certificates = dict(work.completed) | dict(work.corrected)
    technicals = dict(work.technicals_completed) | dict(work.technicals_corrected)
    return certificates.items(), technicals.items()


def _certificate(assessor_id: UUID, one: Certificate, source: str) -> NewCertificate:
    return NewCertificate(
        assessor_id, one.first_day, one.last_day, source, one.number, one.blanko_number, one.issued_on,
        one.received_on, one.computed,
    )  # fmt: skip


def _technical(assessor_id: UUID, one: Technical, source: str) -> NewTechnical:
    return NewTechnical(assessor_id, one.scheme_text, source, one.scheme_id, one.number, one.first_day, one.last_day)
