"""Import of workbooks: send → look row by row → apply → what became of it."""

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, MultipartBody, URLEncodedBody
from litestar.response import Redirect, Template
from pydantic import BeforeValidator, Field

from assessor_registry import clock
from assessor_registry.accounts.rules import Permission
from assessor_registry.errors import Conflict, InvalidInput
from assessor_registry.files.rules import XLSX
from assessor_registry.institutions import store as institutions
from assessor_registry.intake import actions, report, store
from assessor_registry.intake.plan_rules import Plan
from assessor_registry.intake.scheme_plan import works_of
from assessor_registry.intake.student_plan import SchoolAsked
from assessor_registry.web.download import file_answer
from assessor_registry.web.forms import Form, Input, MaybeText, read, submit
from assessor_registry.web.guards import needs
from assessor_registry.web.once import once
from assessor_registry.web.render import page
from assessor_registry.web.today import today_of
from assessor_registry.web.uploads import fields, uploaded

# Whoever may import anything may import pupils; the other kinds of file are checked by the act itself.
IMPORT = needs(Permission.STUDENTS_IMPORT)
SHOWN = 300
"""Rows of one kind on the page; the report has them all."""


class Sent(Input):
    """Which kind of file; of a list of pupils also the school, by NPSN or by choice."""

    kind: Literal["assessors", "students", "schemes", "schools"]
    school: MaybeText = None


def _rows(value: object) -> object:
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


class Ticks(Input):
    """The digest of the plan that was looked at, and the rows whose corrections are ticked (`semua`: all)."""

    plan: Annotated[str, BeforeValidator(lambda value: value if isinstance(value, str) else "")]
    corrections: Annotated[list[str], BeforeValidator(_rows)] = Field(default_factory=list)


def asked_school(text: str | None) -> SchoolAsked:
    """Read a school as a form names it.

    Raises:
        InvalidInput: neither an NPSN nor an id.
    """
    if not text:
        return SchoolAsked()
    try:
        return SchoolAsked(school_id=UUID(text))
    except ValueError:
        return SchoolAsked(npsn=text)


@get("/impor", opt=IMPORT, sync_to_thread=True)
def start(request: Request[Any, Any, Any]) -> Template:
    """What can be imported, and the newest imports."""
    return _start(request)


def _start(request: Request[Any, Any, Any], **context: Any) -> Template:
    actor = request.user
    with request.app.state.database.read() as conn:
        latest = store.latest(conn, actor.scope, actor.account_id)
        own = [] if actor.scope.everything else institutions.list_schools(conn, actor.scope, today_of(request))
    return page(
        request,
        "imports/start.html",
        latest=latest,
        schools=[(str(school.id), school.name) for school in own],
        may_assessors=actor.may(Permission.ASSESSORS_IMPORT),
        may_schemes=actor.may(Permission.SCHEMES_WRITE),
        may_schools=actor.may(Permission.INSTITUTIONS_LICENSE),
        kind_name=report.kind_name,
        limit=request.app.state.settings.upload_limit_mib,
        **{"failed": None, **context},
    )


@post("/impor", opt=IMPORT, sync_to_thread=True, status_code=200)
def send(request: Request[Any, Any, Any], data: MultipartBody[Form]) -> Response[Any]:
    """Read the file and keep it; what it would do is shown next."""
    state, typed = request.app.state, fields(data)

    def act() -> Response[Any]:
        given, file = read(Sent, typed), uploaded(data, "file", state.settings.upload_limit_mib << 20)
        actions.require(request.user, given.kind)
        today = today_of(request)
        with file.on_disk() as path:
            source = actions.read(state.database, given.kind, path, file.name, today=today)

        def keep(tx: Any) -> dict[str, Any]:
            made = actions.preview(
                tx,
                request.user,
                source,
                uploads_dir=state.settings.uploads_dir,
                secrecy=state.secrecy,
                now=clock.now(),
                today=today,
                asked=asked_school(given.school),
            )
            return {"id": str(made.batch_id)}

        _status, answer = once(request, {**typed, "file": file.digest}, keep)
        return Redirect(f"/impor/{answer['id']}", status_code=303)

    answer: Response[Any] = submit(typed, act, lambda **context: _start(request, failed=typed.get("kind"), **context))
    return answer


@get("/impor/{batch_id:uuid}", opt=IMPORT, sync_to_thread=True)
def one(request: Request[Any, Any, Any], batch_id: FromPath[UUID]) -> Template:
    """What the import would do now; or, when it was applied, what it did."""
    return _one(request, batch_id)


def _one(request: Request[Any, Any, Any], batch_id: UUID, **context: Any) -> Template:
    batch, plan = _planned(request, batch_id)
    return page(
        request,
        "imports/applied.html" if batch.applied_at else "imports/preview.html",
        batch=batch,
        plan=plan,
        counts=(batch.outcome if batch.applied_at else None) or plan.counts,
        refused=plan.of("refused"),
        warned=[row for row in plan.rows if row.warned],
        left_out=report.left_out(plan, batch.row_outcomes),
        schemes=works_of(plan),
        most=SHOWN,
        may_map=request.user.may(Permission.SCHEDULING_WRITE),
        kind_name=report.kind_name,
        field_name=report.field_name,
        as_read=report.as_read,
        **context,
    )


def _planned(request: Request[Any, Any, Any], batch_id: UUID) -> tuple[store.Batch, Plan]:
    state, today = request.app.state, today_of(request)
    with state.database.read() as conn:
        batch = actions.find(conn, request.user, batch_id)
    actions.require(request.user, batch.kind)
    source = actions.reread(state.database, state.settings.uploads_dir, batch, secrecy=state.secrecy, today=today)
    with state.database.read() as conn:
        return batch, actions.plan_again(conn, request.user, batch, source, secrecy=state.secrecy, today=today)


@post("/impor/{batch_id:uuid}/terapkan", opt=IMPORT, sync_to_thread=True, status_code=200)
def apply(request: Request[Any, Any, Any], batch_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Response[Any]:
    """Apply what was looked at, or nothing."""
    state, today = request.app.state, today_of(request)

    def act() -> Response[Any]:
        given = read(Ticks, data)
        with state.database.read() as conn:
            batch = actions.find(conn, request.user, batch_id)
        source = actions.reread(state.database, state.settings.uploads_dir, batch, secrecy=state.secrecy, today=today)

        def write(tx: Any) -> dict[str, Any]:
            done = actions.apply(
                tx,
                request.user,
                batch_id,
                source,
                secrecy=state.secrecy,
                now=clock.now(),
                today=today,
                corrections=_ticked(given.corrections),
                seen=digest(given.plan),
            )
            return {"id": str(done.batch_id)}

        once(request, data, write)
        return Redirect(f"/impor/{batch_id}", status_code=303)

    try:
        return act()
    except Conflict as refusal:
        if refusal.code != "intake.changed_since":
            raise
        # The page comes back as it would be applied now, so that the next tick is about what is really there.
        again: Response[Any] = submit({}, _raise(refusal), lambda **context: _one(request, batch_id, **context))
        return again


def _raise(refusal: Conflict) -> Any:
    def act() -> Any:
        raise refusal

    return act


def _ticked(values: list[str]) -> bool | list[int]:
    """The rows that were ticked; True: all."""
    if "semua" in values:
        return True
    return [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 9]


def digest(text: str) -> bytes:
    """Read the digest of a plan.

    Raises:
        InvalidInput: it is none.
    """
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise InvalidInput("web.invalid", field="plan") from None


@get("/impor/{batch_id:uuid}/laporan.xlsx", opt=IMPORT, sync_to_thread=True)
def download(request: Request[Any, Any, Any], batch_id: FromPath[UUID]) -> Response[bytes]:
    """The file with what became of each row, and a sheet with only the refused ones; a NIK only to who sent it."""
    batch, plan = _planned(request, batch_id)
    own = batch.created_by == request.user.account_id
    if own:
        request.app.state.database.perform(lambda tx: actions.note_report(tx, request.user, batch, now=clock.now()))
    ended = report.endings(plan, batch.row_outcomes)
    content = report.report(plan, batch.applied_at or batch.created_at, ended, masked=not own)
    day = clock.day_of(batch.created_at, request.app.state.settings.zone)
    return file_answer(content, f"laporan-impor-{day:%Y-%m-%d}.xlsx", XLSX)


HANDLERS = [start, send, one, apply, download]
