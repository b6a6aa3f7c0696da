"""Import: read → preview → apply. What was previewed is what is applied, or nothing is.

1. The file is read and parsed outside any transaction (`read`): a hostile one costs nothing but its own child process.
2. `preview` keeps the file, says what applying would do, and remembers the digest of that.
3. `apply` reads the kept file again and plans again, under a lock and in the transaction that writes; when that plan is
   not the one that was seen, nothing is written.
"""

import tempfile
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor, Permission
from assessor_registry.audit.actions import note
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, Forbidden, NotFound
from assessor_registry.files import actions as files
from assessor_registry.files import store as file_store
from assessor_registry.files.rules import SHEETS
from assessor_registry.institutions import store as institutions
from assessor_registry.intake import store, telling
from assessor_registry.intake.assessor_apply import write_assessors
from assessor_registry.intake.assessor_plan import plan_assessors
from assessor_registry.intake.assessor_rows import AssessorFile
from assessor_registry.intake.collecting import without_collecting
from assessor_registry.intake.plan_rules import OUTCOMES, Plan, chosen
from assessor_registry.intake.remembering import MEMORY, Key
from assessor_registry.intake.scheme_apply import known_schemes, write_schemes
from assessor_registry.intake.scheme_plan import plan_schemes
from assessor_registry.intake.scheme_rows import SchemeFile
from assessor_registry.intake.school_plan import plan_schools, write_schools
from assessor_registry.intake.school_rows import SchoolFile
from assessor_registry.intake.sealing import KEPT, opened, sealed
from assessor_registry.intake.sources import Source, read_source
from assessor_registry.intake.store import Batch
from assessor_registry.intake.student_apply import write_students
from assessor_registry.intake.student_plan import SchoolAsked, plan_students
from assessor_registry.policy import store as policy
from assessor_registry.secrecy import Secrecy

NEEDED = {
    "assessors": Permission.ASSESSORS_IMPORT,
    "students": Permission.STUDENTS_IMPORT,
    "schemes": Permission.SCHEMES_WRITE,
    "schools": Permission.INSTITUTIONS_LICENSE,
}
NOBODY = SchoolAsked()


@dataclass(frozen=True, slots=True)
class Preview:
    """An import that is ready to be applied, and what that would do."""

    batch_id: UUID
    plan: Plan


@dataclass(frozen=True, slots=True)
class Applied:
    """An import that was applied: the plan that was written, and the rows whose corrections were."""

    batch_id: UUID
    plan: Plan
    corrected: frozenset[int]


class ChangedSince(Conflict):
    """What an import would do is no longer what was looked at; `plan` is what it would do now."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("intake.changed_since")
        self.plan = plan


def read(db: Database, kind: str, path: Path, name: str, *, today: date) -> Source:
    """Read a file that someone sends; `name` is what they call it. No connection is held while the child reads.

    Raises:
        InvalidInput: it can not be read, or is not what it should be; the code says why.
        Unavailable: too many files are being read just now.
    """
    with db.read() as conn:
        years = _validity_years(conn, today)
    return read_source(kind, path, name, today=today, validity_years=years)


def _validity_years(conn: Connection, today: date) -> int:
    return int(str(policy.value(conn, "assessor_certificate_years", today).value))


def preview(
    tx: Connection,
    actor: Actor,
    source: Source,
    *,
    uploads_dir: Path,
    secrecy: Secrecy,
    now: datetime,
    today: date,
    asked: SchoolAsked = NOBODY,
) -> Preview:
    """Keep the file, sealed, and say what applying it would do; nothing else is written.

    Raises:
        Forbidden: the actor may not import this kind of file, or not for that school.
        InvalidInput: the school of a list of pupils can not be told.
    """
    asked = _own_school(actor, asked)
    plan = _first_plan(tx, actor, source, asked, secrecy, today)
    return _keep(tx, actor, source, plan, asked.npsn, uploads_dir, secrecy, now)


def _first_plan(
    tx: Connection, actor: Actor, source: Source, asked: SchoolAsked, secrecy: Secrecy, today: date
) -> Plan:
    require(actor, source.kind)
    return make_plan(tx, actor, source, asked, secrecy=secrecy, today=today)


def _keep(
    tx: Connection,
    actor: Actor,
    source: Source,
    plan: Plan,
    npsn: str | None,
    uploads_dir: Path,
    secrecy: Secrecy,
    now: datetime,
) -> Preview:
    file_id = files.keep(
        tx, uploads_dir, content=source.content, given_name=source.name, purpose=f"import.{source.kind}",
        uploaded_by=actor.author, now=now, allowed=SHEETS, seal=lambda content: sealed(secrecy, content),
    )  # fmt: skip
    batch_id = uuid4()
    known_school = None if plan.schools else plan.school_id
    store.add_batch(
        tx,
        {"id": batch_id, "kind": source.kind, "file_id": file_id, "school_id": known_school, "npsn": npsn,
         "plan_sha256": plan.digest, "counts": plan.counts, "created_by": actor.account_id, "created_at": now},
    )  # fmt: skip
    note(tx, actor.author, "intake.preview", "import", batch_id, now=now, after={"kind": source.kind, **plan.counts})
    return Preview(batch_id, plan)


def find(conn: Connection, actor: Actor, batch_id: UUID) -> Batch:
    """Return an import of one's own; the province sees all.

    Raises:
        NotFound: there is none for this actor.
    """
    found = store.batch(conn, batch_id)
    return _visible(actor, found)


def reread(db: Database, uploads_dir: Path, batch: Batch, *, secrecy: Secrecy, today: date) -> Source:
    """Read the kept file of an import again, or remember what was read of the same bytes today.

    Raises:
        NotFound: it was kept for as long as files of imports are.
        Unavailable: the file is gone or damaged.
    """
    if batch.file_id is None:
        raise NotFound("intake.file_purged", days=KEPT.days)
    with db.read() as conn:
        known = file_store.file(conn, batch.file_id)
        content = opened(secrecy, file_store.read(conn, uploads_dir, batch.file_id))
        years = _validity_years(conn, today)
    name = known.given_name
    key = Key(today, known.sha256, batch.kind, Path(name).suffix.lower(), years)
    if (parsed := MEMORY.find(key)) is not None:
        return Source(batch.kind, name, content, parsed)
    with tempfile.NamedTemporaryFile(prefix="import-") as copy:
        copy.write(content)
        copy.flush()
        source = read_source(batch.kind, Path(copy.name), name, today=today, validity_years=years)
    MEMORY.keep(key, source.file)
    return replace(source, content=content)


def note_report(tx: Connection, actor: Actor, batch: Batch, *, now: datetime) -> None:
    """Say in the trail that the sender of an import was given its rows again, NIK and all."""
    note(tx, actor.author, "intake.report", "import", batch.id, now=now, after={"kind": batch.kind})


def plan_again(conn: Connection, actor: Actor, batch: Batch, source: Source, *, secrecy: Secrecy, today: date) -> Plan:
    """Return what applying an import would do now; of one that was applied, what it did and said then."""
    require(actor, batch.kind)
    plan = make_plan(conn, actor, source, SchoolAsked(batch.npsn, batch.school_id), secrecy=secrecy, today=today)
    told = store.told(conn, batch.id) if batch.applied_at else None
    return telling.as_applied(secrecy, told, plan) if told else plan


def apply(
    tx: Connection,
    actor: Actor,
    batch_id: UUID,
    source: Source,
    *,
    secrecy: Secrecy,
    now: datetime,
    today: date,
    corrections: bool | Collection[int] = False,
    seen: bytes | None = None,
) -> Applied:
    """Apply an import whose kept file was read as `source`; `seen` is the digest of the plan that was looked at.

    `corrections`: whether dates of known certificates are corrected too, or in which rows.

    Raises:
        NotFound: there is none for this actor.
        Conflict: it was applied already; or what it would do is no longer what was previewed.
    """
    store.lock(tx)
    batch = _visible(actor, store.batch(tx, batch_id, lock_row=True))
    if batch.applied_at is not None:
        raise Conflict("intake.applied_already")
    institutions.lock_schools(tx)
    plan = plan_again(tx, actor, batch, source, secrecy=secrecy, today=today)
    if plan.digest != (seen or batch.plan_sha256):
        raise ChangedSince(plan)
    ticked = chosen(plan, corrections)
    _write(tx, actor, batch, plan, ticked, secrecy, now, today)
    return Applied(batch_id, plan, ticked)


def _write(
    tx: Connection,
    actor: Actor,
    batch: Batch,
    plan: Plan,
    ticked: frozenset[int],
    secrecy: Secrecy,
    now: datetime,
    today: date,
) -> None:
    with without_collecting():
        ended = {"applied_at": now, **_write_rows(tx, actor, batch, plan, ticked, secrecy, now, today)}
    outcome = plan.counts | {"corrected": len(ticked)}
    rows = {name: [row.row for row in plan.of(name)] for name in OUTCOMES} | {"corrected": sorted(ticked)}
    ended |= {"outcome": outcome, "row_outcomes": rows, "told": telling.kept(secrecy, plan)}
    store.end_batch(tx, batch.id, ended)
    note(tx, actor.author, "intake.apply", "import", batch.id, now=now, after={"kind": plan.kind, **outcome})


def _write_rows(
    tx: Connection,
    actor: Actor,
    batch: Batch,
    plan: Plan,
    ticked: frozenset[int],
    secrecy: Secrecy,
    now: datetime,
    today: date,
) -> dict[str, object]:
    """Write what the rows say; return what is then known of the import."""
    if plan.kind == "assessors":
        write_assessors(tx, actor, plan, ticked, batch_id=batch.id, secrecy=secrecy, now=now, today=today)
    elif plan.kind == "schemes":
        write_schemes(tx, actor, plan, now=now)
    elif plan.kind == "schools":
        write_schools(tx, actor, plan, now=now)
    else:
        return {"school_id": write_students(tx, actor, plan, secrecy=secrecy, now=now, today=today)}
    return {}


def import_now(
    tx: Connection,
    actor: Actor,
    source: Source,
    *,
    uploads_dir: Path,
    secrecy: Secrecy,
    now: datetime,
    today: date,
    asked: SchoolAsked = NOBODY,
    corrections: bool = False,
    seen: bytes | None = None,
) -> Applied:
    """Preview and apply in one transaction; `seen` is the digest of the plan of a preview before, if there was one.

    Raises:
        Forbidden, InvalidInput: as `preview`.
        ChangedSince: it would not do what was looked at.
    """
    store.lock(tx)
    institutions.lock_schools(tx)
    asked = _own_school(actor, asked)
    plan = _first_plan(tx, actor, source, asked, secrecy, today)
    if seen is not None and seen != plan.digest:
        raise ChangedSince(plan)
    made = _keep(tx, actor, source, plan, asked.npsn, uploads_dir, secrecy, now)
    batch = _visible(actor, store.batch(tx, made.batch_id, lock_row=True))
    ticked = chosen(made.plan, corrections)
    _write(tx, actor, batch, made.plan, ticked, secrecy, now, today)
    return Applied(made.batch_id, made.plan, ticked)


def require(actor: Actor, kind: str) -> None:
    """Refuse who may not import this kind of file.

    Raises:
        Forbidden: the role does not grant it.
    """
    if not actor.may(NEEDED[kind]):
        raise Forbidden("intake.not_for_you")


def make_plan(
    conn: Connection, actor: Actor, source: Source, asked: SchoolAsked, *, secrecy: Secrecy, today: date
) -> Plan:
    """Compare a file with the registry as it is now."""
    with without_collecting():
        return _make_plan(conn, actor, source, asked, secrecy, today)


def _make_plan(
    conn: Connection, actor: Actor, source: Source, asked: SchoolAsked, secrecy: Secrecy, today: date
) -> Plan:
    if isinstance(source.file, SchemeFile):
        return plan_schemes(source.file, known_schemes(conn, source.file), name=source.name, today=today)
    if isinstance(source.file, SchoolFile):
        return plan_schools(source.file, institutions.school_index(conn), store.region_names(conn))
    finder = store.finder(conn)
    if isinstance(source.file, AssessorFile):
        known = store.known_assessors(conn, actor, source.file, secrecy, today)
        return plan_assessors(source.file, known, finder)
    school = store.school_of(conn, actor, source.file, asked, finder, today)
    pupils = store.known_students(conn, actor, source.file, school.id, secrecy, today)
    return plan_students(source.file, pupils, school)


def _own_school(actor: Actor, asked: SchoolAsked) -> SchoolAsked:
    """A school sends its own pupils only, and need not say so."""
    if actor.scope.kind == "school" and asked == NOBODY:
        return SchoolAsked(school_id=actor.scope.id)
    return asked


def _visible(actor: Actor, batch: Batch | None) -> Batch:
    if batch is None or not (actor.scope.everything or batch.created_by == actor.account_id):
        raise NotFound("intake.not_found")
    return batch
