"""Schedules (jadwal): the list, and one with everything that it still needs."""

from datetime import date
from itertools import groupby
from typing import Any, cast, get_args
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Template

from assessor_registry.accounts.rules import PROVINCE, Permission, Scope
from assessor_registry.assessments import store as assessments
from assessor_registry.db.engine import Connection
from assessor_registry.errors import Reason
from assessor_registry.institutions import store as institutions
from assessor_registry.reports import holding
from assessor_registry.reports import schedules as listing
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.scheduling import store
from assessor_registry.scheduling.rules import EVIDENCE, days_of
from assessor_registry.schemes import store as schemes
from assessor_registry.web.download import MOST_IN_A_FILE, sheet_answer
from assessor_registry.web.guards import needs
from assessor_registry.web.listing import Asked
from assessor_registry.web.moments import said_days
from assessor_registry.web.render import page
from assessor_registry.web.said import said
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _

READ = needs(Permission.SCHEDULING_READ)


def question_of(asked: Asked) -> listing.Question:
    """What the address asks for; what is unknown in it is left out."""
    when = asked.one("kapan")
    chosen = cast("listing.When", when) if when in get_args(listing.When) else "coming"
    return listing.Question(asked.one("q")[:200], chosen, asked.id("lsp"), asked.id("scheme"))


@get("/jadwal", opt=READ, sync_to_thread=True)
def schedule_list(request: Request[Any, Any, Any]) -> Template:
    """The schedules that one sees: those to come, past ones, cancelled ones."""
    asked, today, scope = Asked(request), today_of(request), request.user.scope
    question = question_of(asked)
    with request.app.state.database.read() as conn:
        found = listing.listed(conn, scope, today, question, page=asked.page)
        unfit = set(holding.unfit(conn, today, schedule_ids=[line.id for line in found.lines]).values())
        lsps = institutions.list_lsps(conn, scope, today) if scope.kind in {"province", "region"} else []
        known = schemes.list_schemes(conn)
    return page(
        request,
        "schedules/list.html",
        question=question,
        found=found,
        unfit=unfit,
        lsps=lsps,
        schemes=known,
        asked=asked,
        size=listing.PAGE,
        whens=[("coming", _("Akan datang")), ("past", _("Sudah lewat")), ("cancelled", _("Dibatalkan"))],
        may_write=request.user.may(Permission.SCHEDULING_WRITE),
        said_days=said_days,
        today=today,
    )


@get("/jadwal.xlsx", opt=READ, sync_to_thread=True)
def schedule_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The same list, with its filters, as a workbook."""
    with request.app.state.database.read() as conn:
        found = listing.listed(
            conn, request.user.scope, today_of(request), question_of(Asked(request)), size=MOST_IN_A_FILE
        )
    heads = (
        (_("Jadwal"), 40), (_("Hari pertama"), 18), (_("Hari terakhir"), 18), (_("LSP"), 32), (_("Skema"), 40),
        (_("TUK"), 28), (_("Asesi"), 10), (_("Asesor"), 10), (_("Hasil ditandatangani"), 14),
    )  # fmt: skip
    rows = [
        (line.title, line.first_day, line.last_day, line.lsp, line.scheme, line.venue, line.candidates, line.assessors,
         line.recorded)
        for line in found.lines
    ]  # fmt: skip
    return sheet_answer(_("Jadwal"), heads, rows, "jadwal.xlsx")


# --- One schedule ------------------------------------------------------------------------------------------------


def people_of(rows: list[store.AssignmentRow], candidates: list[store.Candidate]) -> list[dict[str, Any]]:
    """The assessors of a schedule, each with their days, letters, and how many candidates they have."""
    ordered = sorted(rows, key=lambda row: (row.assessor_name, str(row.assessor_id), row.held_on))
    found = []
    for (assessor_id, name), days in groupby(ordered, key=lambda row: (row.assessor_id, row.assessor_name)):
        booked = list(days)
        found.append(
            {
                "id": assessor_id,
                "name": name,
                "days": booked,
                "letters": list(dict.fromkeys(row.letter_number for row in booked if row.letter_number)),
                "planned": any(row.state == "planned" for row in booked),
                "candidates": sum(each.assessor_id == assessor_id for each in candidates),
                "recorded": sum(
                    each.assessor_id == assessor_id and each.recorded_at is not None for each in candidates
                ),
            }
        )
    return found


def whole_schedule(scope: Scope) -> Scope:
    """Return in which scope the results of a schedule are read that was found within `scope`.

    Who assesses in it sees how all its candidates stand, also those of a colleague: the minutes are signed by all.
    """
    return PROVINCE if scope.kind == "self" else scope


def unfit_on(
    conn: Connection, plan: store.ScheduleRow, rows: list[store.AssignmentRow]
) -> list[tuple[str, date, tuple[Reason, ...]]]:
    """Who of those assigned may not assess on their day after all (competence or appointment ended since), and why."""
    if not rows or plan.cancelled_at is not None:
        return []
    rules, found = store.policies(conn), []
    for day, booked in groupby(sorted(rows, key=lambda row: row.held_on), key=lambda row: row.held_on):
        people = {row.assessor_id: row.assessor_name for row in booked}
        answers = store.standings(
            conn, rules, list(people), day, scheme_id=plan.scheme_id, lsp_id=plan.lsp_id
        )  # fmt: skip
        found += [(name, day, answers[one].reasons) for one, name in people.items() if answers[one].reasons]
    return found


@get("/jadwal/{schedule_id:uuid}", opt=READ, sync_to_thread=True)
def schedule_page(request: Request[Any, Any, Any], schedule_id: FromPath[UUID]) -> Template:
    """One schedule: what it still needs, who assesses, who is assessed, what can be printed."""
    actor, today = request.user, today_of(request)
    scope = actor.scope
    with request.app.state.database.read() as conn:
        plan = store.schedule(conn, scope, schedule_id)
        missing = scheduling.needs(conn, scope, schedule_id)
        rows = store.assignments(conn, scope, schedule_id, withdrawn=True)
        candidates = store.candidates(conn, scope, schedule_id)
        records = assessments.records(conn, whole_schedule(scope), schedule_id=schedule_id, limit=5000)
        booked = [row for row in rows if row.state != "withdrawn"]
        unfit = unfit_on(conn, plan, [row for row in booked if row.state == "confirmed" and row.held_on >= today])
    mine = [row for row in booked if row.assessor_id == actor.assessor_id and row.state == "confirmed"]
    return page(
        request,
        "schedules/one.html",
        plan=plan,
        missing=missing,
        unfit=unfit,
        people=people_of(booked, candidates),
        withdrawn=[row for row in rows if row.state == "withdrawn"],
        candidates=candidates,
        results={each.attempt_id: each for each in records if each.replaced_by is None},
        days=days_of(plan.first_day, plan.last_day),
        evidence=[EVIDENCE[kind] for kind in EVIDENCE if kind in plan.evidence_kinds],
        may_write=actor.may(Permission.SCHEDULING_WRITE) and plan.cancelled_at is None,
        may_record=bool(mine) and mine[0].held_on <= today and actor.may(Permission.ASSESSMENTS_RECORD),
        opens=lambda each: scope.kind != "self" or each.assessor_id == actor.assessor_id,
        said_days=said_days,
        said=said(request),
        today=today,
        past=plan.last_day < today,
    )


HANDLERS = [schedule_list, schedule_file, schedule_page]
