"""What needs doing (perlu tindak lanjut): by kind, taken up with a note, downloaded."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import URLEncodedBody
from litestar.response import Redirect, Template

from assessor_registry import clock
from assessor_registry.accounts.rules import Permission
from assessor_registry.errors import NotFound
from assessor_registry.printing import workbook
from assessor_registry.reports import todo
from assessor_registry.validity import actions as validity
from assessor_registry.web.forms import Form, Ids, Input, MaybeText, read
from assessor_registry.web.guards import needs
from assessor_registry.web.labels import kind_name, stage_name
from assessor_registry.web.listing import Asked
from assessor_registry.web.once import once
from assessor_registry.web.pages.assessors import MOST_IN_A_FILE, as_file
from assessor_registry.web.render import page
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _

SIZE = 50


class TakenUp(Input):
    """Which to-dos someone has taken up, and what they did."""

    id: Ids
    note: MaybeText = None


@get("/tindak-lanjut", opt=needs(Permission.FLAGS_READ), sync_to_thread=True)
def todo_list(request: Request[Any, Any, Any]) -> Template:
    """Open to-dos, those that nobody has taken up and that end first on top."""
    asked = Asked(request)
    kind = asked.one("kind") or None
    with request.app.state.database.read() as conn:
        found, total = todo.open_todos(
            conn, request.user.scope, today_of(request), kind=kind, page=asked.page, size=SIZE
        )
        counts = todo.count_by_kind(conn, request.user.scope, today_of(request))
    kinds: dict[str, int] = {}
    for (each, _stage), number in counts.items():
        kinds[each] = kinds.get(each, 0) + number
    return page(
        request,
        "todo/list.html",
        found=found,
        total=total,
        kind=kind,
        kinds=sorted(kinds.items(), key=lambda item: (item[0] != "season_gap", kind_name(item[0]))),
        asked=asked,
        size=SIZE,
    )


@get("/tindak-lanjut.xlsx", opt=needs(Permission.FLAGS_READ), sync_to_thread=True)
def todo_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The same list as a workbook."""
    kind = Asked(request).one("kind") or None
    with request.app.state.database.read() as conn:
        found, _total = todo.open_todos(conn, request.user.scope, today_of(request), kind=kind, size=MOST_IN_A_FILE)
    wide = (_("Hal"), _("Tentang"), _("Tempat"), _("Surel"), _("Catatan"))
    names = (
        _("Hal"),
        _("Tentang"),
        _("Tempat"),
        _("Hari terakhir"),
        _("Tahap"),
        _("Telepon"),
        _("Surel"),
        _("Catatan"),
    )
    heads = [workbook.Column(name, 30 if name in wide else 18) for name in names]
    rows = [
        (kind_name(each.kind), each.subject, each.place, each.last_day, stage_name(each.stage, each.kind), each.phone, each.email,
         each.note)
        for each in found
    ]  # fmt: skip
    return as_file(workbook.write([workbook.SheetOut(_("Tindak lanjut"), heads, rows)]), "tindak-lanjut.xlsx")


@post("/tindak-lanjut", opt=needs(Permission.FLAGS_ACKNOWLEDGE), sync_to_thread=True, status_code=303)
def take_up(request: Request[Any, Any, Any], data: URLEncodedBody[Form]) -> Redirect:
    """Note that someone has taken up one or many; each stays open until its cause is gone."""
    given, now = read(TakenUp, data), clock.now()

    def act(tx: Any) -> dict[str, Any]:
        seen = todo.is_in_scope(tx, request.user.scope, today_of(request), given.id)
        if set(given.id) - seen:
            raise NotFound("flags.unknown")
        for flag_id in given.id:
            validity.acknowledge(tx, request.user, flag_id, given.note, now)
        return {"count": len(given.id)}

    once(request, data, act)
    return Redirect("/tindak-lanjut", status_code=303)


HANDLERS = [todo_list, todo_file, take_up]
