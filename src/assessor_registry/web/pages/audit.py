"""The audit trail (jejak audit): who did what, when, in which role."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, get
from litestar.response import Template

from assessor_registry import words
from assessor_registry.accounts.rules import Permission
from assessor_registry.reports import trail
from assessor_registry.web import acts
from assessor_registry.web.guards import needs
from assessor_registry.web.listing import Asked
from assessor_registry.web.moments import said_at
from assessor_registry.web.render import page

SIZE = 50


def _wanted(asked: Asked, zone: str) -> trail.Wanted:
    """What the address asks for. A day is a day of the institution's zone; one that is no day asks for nothing."""
    since = until = None
    day = words.parse_date(asked.one("day"))
    if day is not None and day.year >= 2000:
        since = datetime.combine(day, time(), ZoneInfo(zone))
        until = since + timedelta(days=1)
    return trail.Wanted(asked.one("act")[:80], asked.one("kind")[:40], asked.one("subject")[:80], since, until)


@get("/jejak", opt=needs(Permission.AUDIT_READ), sync_to_thread=True)
def audit_trail(request: Request[Any, Any, Any]) -> Template:
    """The trail, newest first."""
    asked, zone = Asked(request), request.app.state.settings.zone
    wanted = _wanted(asked, zone)
    with request.app.state.database.read() as conn:
        rows, total = trail.trail(conn, request.user.scope, wanted, limit=SIZE, offset=(asked.page - 1) * SIZE)
        kinds = trail.subject_kinds(conn, request.user.scope)
    return page(
        request,
        "ground/audit.html",
        rows=[(row, said_at(row.at, zone), acts.changes(row.before, row.after)) for row in rows],
        total=total,
        size=SIZE,
        asked=asked,
        wanted=wanted,
        day=asked.one("day")[:40],
        rooms=[(room, acts.room_name(room)) for room in acts.ROOMS],
        act_names=sorted(((act, acts.act_name(act)) for act in acts.ACTS), key=lambda pair: pair[1]),
        kinds=[(kind, acts.subject_name(kind)) for kind in kinds],
        act_name=acts.act_name,
        subject_name=acts.subject_name,
        origin_of=acts.origin_of,
    )


HANDLERS = [audit_trail]
