"""Who is assessed in a schedule: classes and single students in, someone out, candidates shared among assessors."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template
from pydantic import Field

from assessor_registry import clock, words
from assessor_registry.db.engine import Connection
from assessor_registry.errors import InvalidInput, NotFound
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.scheduling import store
from assessor_registry.students import store as students
from assessor_registry.web.forms import Form, Ids, Input, Text, Texts, read, submit
from assessor_registry.web.listing import Asked
from assessor_registry.web.moments import said_days
from assessor_registry.web.once import once
from assessor_registry.web.pages.schedule_plans import WRITE, Why, form_page
from assessor_registry.web.render import page
from assessor_registry.web.resuming import typed_of
from assessor_registry.web.said import done
from assessor_registry.web.today import today_of

FOUND = 50


class Class(Input):
    """A class (rombel) of a school."""

    school: UUID
    rombel: Text


class Students(Input):
    """Students by id."""

    student: Ids = Field(default_factory=list)


class Shares(Input):
    """Who assesses whom: `attempt:assessor`, and `attempt:` for nobody."""

    share: Texts = Field(default_factory=list)


def add_page(request: Request[Any, Any, Any], schedule_id: UUID, **context: Any) -> Template:
    """Classes of the LSP's schools, and students that were looked for."""
    asked, scope, today = Asked(request), request.user.scope, today_of(request)
    with request.app.state.database.read() as conn:
        plan = store.schedule(conn, scope, schedule_id)
        inside = {each.student_id for each in store.candidates(conn, scope, schedule_id)}
        classes = [each for each in students.list_classes(conn, scope, today) if each.rombel]
        mapped = store.class_schemes(conn, plan.lsp_id)
        query = asked.one("q")[:200]
        found = students.list_students(conn, scope, today, q=query, missing=False, size=FOUND) if query else None
    fitting = [each for each in classes if mapped.get((each.school_id, each.rombel or "")) == plan.scheme_version_id]
    open_ = [each for each in classes if (each.school_id, each.rombel) not in mapped]
    return page(
        request,
        "schedules/add.html",
        **{
            "plan": plan,
            "days": said_days(plan.first_day, plan.last_day),
            "inside": inside,
            "fitting": fitting,
            "unmapped": open_,
            "query": query,
            "found": found,
            "most": FOUND,
            "refused": [],
            "added": None,
            **context,
        },
    )


@get("/jadwal/{schedule_id:uuid}/asesi", opt=WRITE, sync_to_thread=True)
def add_form(request: Request[Any, Any, Any], schedule_id: FromPath[UUID]) -> Template:
    """Classes and students who may be added."""
    return add_page(request, schedule_id)


def _adding(request: Request[Any, Any, Any], schedule_id: UUID, data: Mapping[str, Any], add: Any) -> Response[Any]:
    """Add candidates; go back to the schedule, or say who could not be added and why."""

    def act() -> Response[Any]:
        write = add()

        def change(tx: Connection) -> dict[str, Any]:
            added = write(tx)
            refused = [[str(student), words.sentence(why)] for student, why in added.refused]
            return {"added": len(added.attempts), "refused": refused}

        _status, answer = once(request, data, change)
        if not answer["refused"]:
            return done(f"/jadwal/{schedule_id}", "asesi")
        refused = _named(request, answer["refused"])
        return add_page(request, schedule_id, added=answer["added"], refused=refused)

    answer: Response[Any] = submit(data, act, lambda **context: add_page(request, schedule_id, **context))
    return answer


def _named(request: Request[Any, Any, Any], refused: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    with request.app.state.database.read() as conn:
        ids = [UUID(student) for student, _why in refused]
        known = students.details(conn, request.user.scope, ids, today_of(request))
    return [(known[UUID(student)].name if UUID(student) in known else "–", why) for student, why in refused]


@post("/jadwal/{schedule_id:uuid}/asesi/kelas", opt=WRITE, sync_to_thread=True, status_code=200)
def add_class(
    request: Request[Any, Any, Any], schedule_id: FromPath[UUID], data: URLEncodedBody[Form]
) -> Response[Any]:
    """Add a whole class."""

    def add() -> Any:
        given = read(Class, data)
        today = today_of(request)
        with request.app.state.database.read() as conn:
            if not students.list_classes(conn, request.user.scope, today, school_id=given.school):
                raise NotFound("scheduling.no_class", rombel=given.rombel)
        return lambda tx: scheduling.add_class(
            tx, request.user, schedule_id, given.school, given.rombel, today=today, now=clock.now()
        )

    return _adding(request, schedule_id, data, add)


@post("/jadwal/{schedule_id:uuid}/asesi", opt=WRITE, sync_to_thread=True, status_code=200)
def add_students(
    request: Request[Any, Any, Any], schedule_id: FromPath[UUID], data: URLEncodedBody[Form]
) -> Response[Any]:
    """Add single students."""

    def add() -> Any:
        given, today = read(Students, data), today_of(request)
        if not given.student:
            raise InvalidInput("web.nobody_chosen")
        with request.app.state.database.read() as conn:
            seen = students.details(conn, request.user.scope, given.student, today)
        if len(seen) < len(set(given.student)):
            raise NotFound("scheduling.no_student")
        return lambda tx: scheduling.add_candidates(
            tx, request.user, schedule_id, given.student, today=today, now=clock.now()
        )

    return _adding(request, schedule_id, data, add)


# --- Someone out -------------------------------------------------------------------------------------------------


def remove_page(request: Request[Any, Any, Any], schedule_id: UUID, attempt_id: UUID, **context: Any) -> Template:
    """The form of taking a candidate out."""
    with request.app.state.database.read() as conn:
        rows = store.candidates(conn, request.user.scope, schedule_id)
    found = next((row for row in rows if row.attempt_id == attempt_id), None)
    if found is None:
        raise NotFound("scheduling.no_candidate")
    return form_page(request, schedule_id, "schedules/remove.html", candidate=found, **context)


@get("/jadwal/{schedule_id:uuid}/asesi/{attempt_id:uuid}/keluar", opt=WRITE, sync_to_thread=True)
def remove_form(request: Request[Any, Any, Any], schedule_id: FromPath[UUID], attempt_id: FromPath[UUID]) -> Template:
    """The form of taking a candidate out."""
    return remove_page(request, schedule_id, attempt_id)


@post("/jadwal/{schedule_id:uuid}/asesi/{attempt_id:uuid}/keluar", opt=WRITE, sync_to_thread=True, status_code=200)
def remove(
    request: Request[Any, Any, Any],
    schedule_id: FromPath[UUID],
    attempt_id: FromPath[UUID],
    data: URLEncodedBody[Form],
) -> Response[Any]:
    """Take a candidate out."""

    def act() -> Response[Any]:
        given = read(Why, data)

        def write(tx: Connection) -> dict[str, Any]:
            scheduling.remove_candidate(tx, request.user, attempt_id, reason=given.reason, now=clock.now())
            return {}

        once(request, data, write)
        return done(f"/jadwal/{schedule_id}", "keluar")

    answer: Response[Any] = submit(
        data, act, lambda **context: remove_page(request, schedule_id, attempt_id, **context)
    )  # fmt: skip
    return answer


# --- Shares ------------------------------------------------------------------------------------------------------


def share_page(request: Request[Any, Any, Any], schedule_id: UUID, **context: Any) -> Template:
    """Who assesses whom."""
    scope = request.user.scope
    with request.app.state.database.read() as conn:
        plan = store.schedule(conn, scope, schedule_id)
        candidates = store.candidates(conn, scope, schedule_id)
        booked = store.assignments(conn, scope, schedule_id)
        most = store.load_limit(
            store.policies(conn), plan.first_day, scheme_id=plan.scheme_id, lsp_id=plan.lsp_id
        )  # fmt: skip
    people = {row.assessor_id: row.assessor_name for row in booked}
    sure = {row.assessor_id for row in booked if row.state == "confirmed"}
    typed = typed_of(request, context).get("share", [])
    chosen = dict(each.split(":", 1) for each in ([typed] if isinstance(typed, str) else typed) if ":" in each)
    return page(
        request,
        "schedules/share.html",
        **{
            "plan": plan,
            "days": said_days(plan.first_day, plan.last_day),
            "candidates": candidates,
            "people": [(key, name, sum(row.assessor_id == key for row in candidates)) for key, name in people.items()],
            "sure": sure,
            "unsure": [name for key, name in people.items() if key not in sure],
            "chosen": chosen,
            "most": most,
            **context,
        },
    )


@get("/jadwal/{schedule_id:uuid}/pembagian", opt=WRITE, sync_to_thread=True)
def share_form(request: Request[Any, Any, Any], schedule_id: FromPath[UUID]) -> Template:
    """Who assesses whom, to be changed."""
    return share_page(request, schedule_id)


def _sharing(request: Request[Any, Any, Any], schedule_id: UUID, data: Mapping[str, Any], share: Any) -> Response[Any]:
    def act() -> Response[Any]:
        write = share()

        def change(tx: Connection) -> dict[str, Any]:
            write(tx)
            return {}

        once(request, data, change)
        return done(f"/jadwal/{schedule_id}", "dibagi")

    answer: Response[Any] = submit(data, act, lambda **context: share_page(request, schedule_id, **context))
    return answer


def _pair(text: str) -> tuple[UUID, UUID | None]:
    attempt, _colon, assessor = text.partition(":")
    try:
        return UUID(attempt), UUID(assessor) if assessor else None
    except ValueError:
        raise InvalidInput("web.not_a_choice", field="share") from None


@post("/jadwal/{schedule_id:uuid}/pembagian", opt=WRITE, sync_to_thread=True, status_code=200)
def share(request: Request[Any, Any, Any], schedule_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Response[Any]:
    """Give candidates to assessors one by one."""

    def write() -> Any:
        given = dict(_pair(each) for each in read(Shares, data).share)
        return lambda tx: scheduling.allocate(tx, request.user, schedule_id, given, now=clock.now())

    return _sharing(request, schedule_id, data, write)


@post("/jadwal/{schedule_id:uuid}/pembagian/rata", opt=WRITE, sync_to_thread=True, status_code=200)
def share_evenly(
    request: Request[Any, Any, Any], schedule_id: FromPath[UUID], data: URLEncodedBody[Form]
) -> Response[Any]:
    """Share all candidates evenly."""

    def write() -> Any:
        read(Input, data)
        return lambda tx: scheduling.split_evenly(tx, request.user, schedule_id, now=clock.now())

    return _sharing(request, schedule_id, data, write)


HANDLERS = [add_form, add_class, add_students, remove_form, remove, share_form, share, share_evenly]
