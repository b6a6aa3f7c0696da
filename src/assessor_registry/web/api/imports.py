"""Workbooks in: a register of assessors, a list of pupils."""

from typing import Any

from litestar import Request, Response, post
from litestar.params import MultipartBody

from assessor_registry import clock
from assessor_registry.accounts.rules import Permission
from assessor_registry.intake import actions, machine
from assessor_registry.intake.plan_rules import Plan
from assessor_registry.web.api.answers import Imported, Planned
from assessor_registry.web.api.described import body
from assessor_registry.web.forms import Form, Input, MaybeText, read
from assessor_registry.web.guards import needs
from assessor_registry.web.once import once
from assessor_registry.web.pages.imports import asked_school, digest
from assessor_registry.web.today import today_of
from assessor_registry.web.uploads import fields, uploaded


class SentAssessors(Input):
    """`preview`: only say what it would do; `corrections`: also correct dates of known certificates.

    `plan`: that of the preview that was looked at; if the import would now do something else, nothing is done.
    """

    preview: bool = False
    corrections: bool = False
    plan: MaybeText = None


class SentStudents(Input):
    """`school`: NPSN or id, needed unless the file names it or the account is a school's.

    `preview`: only say what it would do. `plan`: that of the preview that was looked at; if the import would now do
    something else, nothing is done.
    """

    preview: bool = False
    school: MaybeText = None
    plan: MaybeText = None


@post("/imports/assessors", opt=needs(Permission.ASSESSORS_IMPORT), sync_to_thread=True, status_code=200,
      tags=["imports"], operation_class=body(SentAssessors, file=True))  # fmt: skip
def assessors(request: Request[Any, Any, Any], data: MultipartBody[Form]) -> Response[Imported]:
    """Import a register of assessors. Personal values come back masked. The answer's `plan`, sent with the same file,
    keeps what changed since from being done unseen: that is 409 with what it would do now in `current`.
    """
    given = read(SentAssessors, _typed(data))
    return _imported(request, data, "assessors", given, corrections=given.corrections)


@post("/imports/students", opt=needs(Permission.STUDENTS_IMPORT), sync_to_thread=True, status_code=200,
      tags=["imports"], operation_class=body(SentStudents, file=True))  # fmt: skip
def students(request: Request[Any, Any, Any], data: MultipartBody[Form]) -> Response[Imported]:
    """Import a list of pupils of one school. Personal values come back masked. The answer's `plan`, sent with the same
    file, keeps what changed since from being done unseen: that is 409 with what it would do now in `current`.
    """
    given = read(SentStudents, _typed(data))
    return _imported(request, data, "students", given, school=given.school)


def _typed(data: Form) -> dict[str, Any]:
    return {name: value for name, value in fields(data).items() if name != "file"}


def _imported(
    request: Request[Any, Any, Any],
    data: Form,
    kind: str,
    given: SentAssessors | SentStudents,
    *,
    school: str | None = None,
    corrections: bool = False,
) -> Response[Imported]:
    state, today, seen = request.app.state, today_of(request), digest(given.plan) if given.plan else None
    file = uploaded(data, "file", state.settings.upload_limit_mib << 20)
    with file.on_disk() as path:
        source = actions.read(state.database, kind, path, file.name, today=today)
    common: dict[str, Any] = {
        "uploads_dir": state.settings.uploads_dir, "secrecy": state.secrecy, "now": clock.now(), "today": today,
        "asked": asked_school(school),
    }  # fmt: skip

    def act(tx: Any) -> Imported:
        if given.preview:
            made = actions.preview(tx, request.user, source, **common)
            return {"id": made.batch_id, **_told(made.plan, applied=False)}
        done = actions.import_now(tx, request.user, source, corrections=corrections, seen=seen, **common)
        return {"id": done.batch_id, **_told(done.plan, applied=True)}

    try:
        _status, answer = once(request, {**_typed(data), "file": file.digest}, act)
    except actions.ChangedSince as changed:
        changed.extra = _told(changed.plan, applied=False)
        raise
    return Response(answer)


def _told(plan: Plan, *, applied: bool) -> Planned:
    return {"applied": applied, "plan": plan.digest.hex(), **machine.told(plan)}


HANDLERS = [assessors, students]
