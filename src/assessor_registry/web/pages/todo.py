"""What needs doing (perlu tindak lanjut): by kind, taken up with a note, downloaded."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import URLEncodedBody
from litestar.response import Redirect, Template
from pydantic import Field

from assessor_registry import clock
from assessor_registry.accounts.rules import Permission
from assessor_registry.errors import InvalidInput, NotFound
from assessor_registry.printing import workbook
from assessor_registry.reports import todo
from assessor_registry.validity import actions as validity
from assessor_registry.web.forms import Form, Ids, Input, MaybeText, read, submit
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

    id: Ids = Field(default_factory=list)
    note: MaybeText = None
    kind: MaybeText = None


@get("/tindak-lanjut", opt=needs(Permission.FLAGS_READ), sync_to_thread=True)
def todo_list(request: Request[Any, Any, Any]) -> Template:
    """Open to-dos, those that nobody has taken up and that end first on top."""
    asked = Asked(request)
    handled = asked.one("ok")
    done = _("{n} ditandai sudah ditangani.").format(n=handled) if _is_count(handled) else None
    return shown(request, asked, asked.one("kind") or None, said=done)


def about(each: todo.ToDo) -> str:
    """What a to-do is, and of a schedule whose days have passed what can still be done."""
    if each.kind == "results_unsigned" and each.subject_kind == "schedule":
        return _("Jadwal sudah lewat, hasil belum ada: lengkapi, catat dari kertas, pindahkan, atau batalkan")
    return kind_name(each.kind)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 5


def shown(request: Request[Any, Any, Any], asked: Asked, kind: str | None, **context: Any) -> Template:
    """The list, with what was typed when it comes back."""
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
        about=about,
        **context,
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
        (about(each), each.subject, each.place, each.last_day, stage_name(each.stage, each.kind), each.phone,
         each.email, each.note)
        for each in found
    ]  # fmt: skip
    return as_file(workbook.write([workbook.SheetOut(_("Tindak lanjut"), heads, rows)]), "tindak-lanjut.xlsx")


@post("/tindak-lanjut", opt=needs(Permission.FLAGS_ACKNOWLEDGE), sync_to_thread=True, status_code=200)
def take_up(request: Request[Any, Any, Any], data: URLEncodedBody[Form]) -> Response[Any]:
    """Note that someone has taken up one or many; each stays open until its cause is gone."""
    kind = str(data.get("kind") or "").replace("\x00", "") or None

    def submitted() -> Response[Any]:
        given, now = read(TakenUp, data), clock.now()
        if not given.id:
            raise InvalidInput("web.nothing_ticked")

        def act(tx: Any) -> dict[str, Any]:
            seen = todo.is_in_scope(tx, request.user.scope, today_of(request), given.id)
            if set(given.id) - seen:
                raise NotFound("flags.unknown")
            for flag_id in given.id:
                validity.acknowledge(tx, request.user, flag_id, given.note, now)
            return {"count": len(given.id)}

        _status, answer = once(request, data, act)
        query = ([("kind", kind)] if kind else []) + [("ok", answer["count"])]
        return Redirect(f"/tindak-lanjut?{urlencode(query)}", status_code=303)

    answer: Response[Any] = submit(data, submitted, lambda **context: shown(request, Asked(request), kind, **context))
    return answer


HANDLERS = [todo_list, todo_file, take_up]
