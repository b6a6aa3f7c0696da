"""All schools that only a list has named, on one page: confirmed or merged together, shown before it is done."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import URLEncodedBody
from litestar.response import Redirect, Template
from pydantic import Field as Default

from assessor_registry import clock
from assessor_registry.accounts.rules import Permission
from assessor_registry.consequences import actions as consequences
from assessor_registry.db.engine import Connection
from assessor_registry.institutions import store
from assessor_registry.institutions.rules import SchoolFact, likely_schools
from assessor_registry.reports.schools import SchoolUse, school_uses
from assessor_registry.web.forms import Form, Ids, Input, read, submit
from assessor_registry.web.guards import needs
from assessor_registry.web.listing import Asked
from assessor_registry.web.once import once
from assessor_registry.web.render import page
from assessor_registry.web.sheets import Listed, Sheet, Weighed, as_workbook, show_weighed
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _

LICENSE = needs(Permission.INSTITUTIONS_LICENSE)
PATH = "/lembaga/sekolah/konfirmasi"
MOST = 300


class Settling(Input):
    """Which schools are right as they are, and which are another: `into` is school → the one that was meant."""

    confirm: Ids = Default(default_factory=list)
    into: dict[UUID, UUID] = Default(default_factory=dict)


def _gathered(form: Mapping[str, Any]) -> Form:
    """The form with its selects, one a school, as one mapping."""
    into = {name[5:]: value for name, value in form.items() if name.startswith("into-") and value}
    return {**{name: value for name, value in form.items() if name != "step" and name[:5] != "into-"}, "into": into}


@get(PATH, opt=LICENSE, sync_to_thread=True)
def waiting_schools(request: Request[Any, Any, Any]) -> Template:
    """Every provisional school, with the schools that may be meant."""
    return _waiting(request)


def _waiting(request: Request[Any, Any, Any], **context: Any) -> Template:
    with request.app.state.database.read() as conn:
        rows = store.list_schools(conn, request.user.scope, today_of(request), state="provisional", limit=MOST)
        index = store.school_index(conn)
        uses = school_uses(conn, [row.id for row in rows])
        regions = {row.code: row.name for row in store.list_regions(conn)}
    found = [(row, likely_schools(index, index.by_id[row.id]), uses.get(row.id, SchoolUse())) for row in rows]
    typed = context.get("typed", {})
    if not typed and Asked(request).one("centang") == "baru":
        typed = {"confirm": [str(row.id) for row, alike, _use in found if not alike]}
    ticked = typed.get("confirm") or []
    # Said on top as well: the row it belongs to may be far down.
    errors = list(context.get("errors", {}).values())
    context["problem_text"] = context.get("problem_text") or (errors[0] if errors else None)
    return page(
        request,
        "ground/schools_waiting.html",
        **{
            **context,
            "rows": found,
            "typed": typed,
            "ticked": ticked if isinstance(ticked, list) else [ticked],
            "without": sum(not alike for _row, alike, _use in found),
            "described": lambda fact: _described(fact, regions),
        },
    )


def _described(fact: SchoolFact, regions: Mapping[str, str]) -> str:
    parts = [fact.name, f"NPSN {fact.npsn}" if fact.npsn else "", regions.get(fact.region_code or "", "")]
    text = " · ".join(part for part in parts if part)
    return text if fact.state == "confirmed" else _("{school} (belum dikonfirmasi)").format(school=text)


@post(PATH, opt=LICENSE, sync_to_thread=True, status_code=200)
def settle_schools(request: Request[Any, Any, Any], data: URLEncodedBody[Form]) -> Response[Any]:
    """Show what becomes of the chosen schools, then do it; all of it or nothing."""
    step = data.get("step")
    if step == "change":
        return _waiting(request, typed=data)

    def run() -> Response[Any]:
        given = read(Settling, _gathered(data))

        def settle(tx: Connection) -> dict[UUID, dict[str, int]]:
            return consequences.settle_schools(tx, request.user, given.confirm, given.into, clock.now())

        if step == "apply":
            form = {name: value for name, value in data.items() if name != "step"}
            once(request, form, lambda tx: {"moved": len(settle(tx))})
            return Redirect("/lembaga/sekolah?ok=settled", status_code=303)
        shown = _weighed(request, given, request.app.state.database.rehearse(settle))
        if step == "file":
            return as_workbook(shown)
        sheet = Sheet(_("Konfirmasi sekolah dari daftar"), PATH, _("Daftar yang menunggu"), (), _("Periksa"))
        return show_weighed(request, sheet, shown, data)

    answer: Response[Any] = submit(data, run, lambda **context: _waiting(request, **context))
    return answer


def _weighed(request: Request[Any, Any, Any], given: Settling, moved: Mapping[UUID, Mapping[str, int]]) -> Weighed:
    with request.app.state.database.read() as conn:
        index = store.school_index(conn).by_id
        regions = {row.code: row.name for row in store.list_regions(conn)}
        uses = school_uses(conn, list(moved))
    name, npsn, region = (_("Nama"), 36), (_("NPSN"), 12), (_("Kabupaten/kota"), 24)
    confirmed = [
        (index[each].name, index[each].npsn or "–", regions.get(index[each].region_code or "", "–"))
        for each in dict.fromkeys(given.confirm)
    ]
    merged = [
        (index[gone].name, _described(index[kept], regions), uses[gone].assessors, uses[gone].pupils,
         sum(moved[gone].values()))
        for gone, kept in given.into.items()
    ]  # fmt: skip
    heads = ((_("Tertulis dalam daftar"), 36), (_("Digabungkan dengan"), 48), (_("Asesor"), 10), (_("Siswa"), 10),
             (_("Semua data yang pindah"), 16))  # fmt: skip
    lists = (Listed(_("Dikonfirmasi"), (name, npsn, region), confirmed), Listed(_("Digabungkan"), heads, merged))
    counted = ((_("Sekolah dikonfirmasi"), str(len(confirmed))), (_("Sekolah digabungkan"), str(len(merged))))
    note = _("Semua yang tercatat untuk sekolah yang digabungkan pindah ke sekolah tujuannya. Nama lama tetap dikenali "
             "bila muncul lagi dalam daftar.")  # fmt: skip
    return Weighed(counted, (note,) if merged else (), tuple(one for one in lists if one.rows))


HANDLERS = [waiting_schools, settle_schools]
