"""The first page: what needs doing, for whoever has come."""

from datetime import timedelta
from itertools import groupby
from typing import Any

from litestar import Request, get
from litestar.response import Redirect, Response

from assessor_registry import clock
from assessor_registry.accounts.rules import Permission
from assessor_registry.assessments import store as assessments
from assessor_registry.assessments.store.upheld import to_review
from assessor_registry.flags import store as flags
from assessor_registry.institutions import store as institutions
from assessor_registry.notices import store as notices
from assessor_registry.policy import store as policy
from assessor_registry.reports import accounts as account_reports
from assessor_registry.reports import dashboard, results
from assessor_registry.scheduling import store as scheduling
from assessor_registry.signing import store as keys
from assessor_registry.validity import store as validity
from assessor_registry.web.guards import needs
from assessor_registry.web.render import page
from assessor_registry.web.today import day_of, today_of

# Which of an assessor's days the first page shows: what may still be signed, and what comes.
BEFORE = timedelta(days=30)
AHEAD = timedelta(days=60)


@get("/", opt=needs(Permission.ACCOUNTS_SELF), sync_to_thread=True)
def home(request: Request[Any, Any, Any]) -> Response[Any]:
    """What needs doing, by role."""
    role = request.user.role
    if role in {"division", "auditor", "lsp_admin"}:
        return overview(request)
    if role == "assessor":
        return assessor(request)
    if role in {"school", "panel"}:
        return Redirect("/jadwal")
    if role == "operator":
        return Redirect("/pengguna")
    return Redirect("/akun")


def overview(request: Request[Any, Any, Any]) -> Response[Any]:
    """For the division (and auditors) the province, for an administrator the LSP."""
    scope, role = request.user.scope, request.user.role
    today = today_of(request)
    with request.app.state.database.read() as conn:
        day = day_of(conn, today)
        until = day.until(by_season=True)
        before = until if day.season else day.ending_until_before
        known = clock.now() - dashboard.WEEK
        counts, regions = dashboard.statuses(conn, scope, today, until, before, known_at=known)
        threatened = dashboard.threatened(conn, scope, today) if scope.kind in {"province", "lsp"} else []
        week = dashboard.this_week(conn, scope, today) if scope.kind in {"province", "lsp"} else []
        waiting = notices.waiting(conn)
        swept = flags.last_run(conn, "sweep")
        within = policy.value(conn, "unsigned_warning_days", today).integer
        unsigned = assessments.unsigned(conn, scope, today, within)
        lsp = role == "lsp_admin"
        keys_waiting = len(account_reports.waiting_keys(conn, scope, today)) if lsp else 0
        disputed = results.listed(conn, scope, results.Question(state="contested"), size=1).total
        review = len(to_review(conn, scope)) if lsp else 0
        division = role == "division"
        schools = len(institutions.list_schools(conn, scope, today, state="provisional")) if division else 0
        texts = len(validity.unmapped_texts(conn)) if division else 0
        confirmable = dashboard.confirmable(conn, scope, today) if lsp else []
        papers = len(assessments.papers_entered(conn, scope, waiting=True)) if lsp else 0
    return page(
        request,
        "home/overview.html",
        keys_waiting=keys_waiting,
        papers_waiting=papers,
        confirmable=confirmable,
        disputed=disputed,
        decides=lsp,
        upheld=review,
        schools_waiting=schools,
        texts_waiting=texts,
        week_ago=today - dashboard.WEEK,
        day=day,
        counts={count.band: count for count in counts},
        regions=regions,
        threatened=threatened,
        students_threatened=sum(each.students for each in threatened),
        week=week,
        waiting=waiting,
        has_smtp=request.app.state.settings.smtp is not None,
        swept=swept,
        unsigned=unsigned,
    )


def assessor(request: Request[Any, Any, Any]) -> Response[Any]:
    """For an assessor: until when they may assess, what is to be recorded and signed."""
    actor, today = request.user, today_of(request)
    with request.app.state.database.read() as conn:
        standing = validity.standing(conn, actor.assessor_id, today)
        last_day = validity.last_active_day(conn, actor.assessor_id, today)
        duties = scheduling.duties(conn, actor.assessor_id, today - BEFORE, today + AHEAD)
        within = policy.value(conn, "unsigned_warning_days", today).integer
        unsigned = assessments.unsigned(conn, actor.scope, today, within)
        recent = assessments.records(conn, actor.scope, limit=10)
        key = keys.current_key(conn, actor.assessor_id)
        progress = results.progress(conn, actor.assessor_id, {each.schedule_id for each in duties})
    return page(
        request,
        "home/assessor.html",
        standing=standing,
        last_day=last_day,
        days_left=(last_day - today).days if last_day else None,
        schedules=[(key, list(days)) for key, days in groupby(duties, lambda each: (each.schedule_id, each.title))],
        progress=progress,
        unsigned=unsigned,
        recent=recent,
        has_key=key is not None,
        key_waits=key is not None and key.confirmed_at is None,
        today=today,
    )


HANDLERS = [home]
