"""Workbooks in: a register of assessors, a list of pupils."""

from typing import Any

from litestar import Request, Response, post
from litestar.params import MultipartBody

from assessor_registry import clock
from assessor_registry.accounts.rules import Permission
from assessor_registry.intake import actions, machine
from assessor_registry.intake.plan_rules import Plan
from assessor_registry.web.api.described import body
from assessor_registry.web.forms import Form, Input, MaybeText, read
from assessor_registry.web.guards import needs
from assessor_registry.web.once import once
from assessor_registry.web.pages.imports import asked_school
from assessor_registry.web.today import today_of
from assessor_registry.web.uploads import fields, uploaded


class SentAssessors(Input):
    """`preview`: only say what it would do; `corrections`: also correct dates of known certificates."""

    preview: bool = False
    corrections: bool = False


class SentStudents(Input):
    """`school`: NPSN or id, needed unless the file names it or the account is a school's."""

    preview: bool = False
    school: MaybeText = None


@post("/imports/assessors", opt=needs(Permission.ASSESSORS_IMPORT), sync_to_thread=True, status_code=200,
      tags=["imports"], operation_class=body(SentAssessors, file=True))  # fmt: skip
def assessors(request: Request[Any, Any, Any], data: MultipartBody[Form]) -> Response[dict[str, Any]]:
    """Import a register of assessors (multipart: file, preview, corrections). Personal values come back masked."""
    given = read(SentAssessors, _typed(data))
    return _imported(request, data, "assessors", given.preview, None, given.corrections)


@post("/imports/students", opt=needs(Permission.STUDENTS_IMPORT), sync_to_thread=True, status_code=200,
      tags=["imports"], operation_class=body(SentStudents, file=True))  # fmt: skip
def students(request: Request[Any, Any, Any], data: MultipartBody[Form]) -> Response[dict[str, Any]]:
    """Import a list of pupils of one school (multipart: file, preview, school). Personal values come back masked."""
    given = read(SentStudents, _typed(data))
    return _imported(request, data, "students", given.preview, given.school, False)


def _typed(data: Form) -> dict[str, Any]:
    return {name: value for name, value in fields(data).items() if name != "file"}


def _imported(
    request: Request[Any, Any, Any], data: Form, kind: str, preview: bool, school: str | None, corrections: bool
) -> Response[dict[str, Any]]:
    state, today = request.app.state, today_of(request)
    file = uploaded(data, "file", state.settings.upload_limit_mib << 20)
    with file.on_disk() as path:
        source = actions.read(state.database, kind, path, file.name, today=today)
    common: dict[str, Any] = {
        "uploads_dir": state.settings.uploads_dir, "secrecy": state.secrecy, "now": clock.now(), "today": today,
        "asked": asked_school(school),
    }  # fmt: skip

    def act(tx: Any) -> dict[str, Any]:
        if preview:
            seen = actions.preview(tx, request.user, source, **common)
            return _told(seen.batch_id, seen.plan, applied=False)
        done = actions.import_now(tx, request.user, source, corrections=corrections, **common)
        return _told(done.batch_id, done.plan, applied=True)

    _status, answer = once(request, {**_typed(data), "file": file.digest}, act)
    return Response(answer)


def _told(batch_id: object, plan: Plan, *, applied: bool) -> dict[str, Any]:
    return {"id": str(batch_id), "applied": applied, **machine.told(plan)}


HANDLERS = [assessors, students]
