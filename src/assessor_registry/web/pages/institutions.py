"""LSPs: the list, and one LSP with its licences, schemes, network schools, venues and appointment decrees."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Template

from assessor_registry.accounts.rules import Permission
from assessor_registry.db.engine import Connection
from assessor_registry.errors import NotFound
from assessor_registry.flags.rules import latest_due
from assessor_registry.institutions import store
from assessor_registry.policy import store as policy
from assessor_registry.reports import decrees, lsps
from assessor_registry.schemes import store as schemes
from assessor_registry.web.attached import attached_file
from assessor_registry.web.download import sheet_answer
from assessor_registry.web.guards import needs
from assessor_registry.web.pages import lsp_forms, school_pages, venue_forms
from assessor_registry.web.render import page
from assessor_registry.web.sheets import said
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _

READ = needs(Permission.INSTITUTIONS_READ)


def warned_until(conn: Connection, today: date) -> date:
    """The last day up to which a licence counts as ending soon."""
    return latest_due(today, policy.value(conn, "licence_reminder_months", today).integers)


@get("/lembaga", opt=READ, sync_to_thread=True)
def lsp_list(request: Request[Any, Any, Any]) -> Template:
    """The LSPs, each with the end of its licence."""
    today = today_of(request)
    with request.app.state.database.read() as conn:
        lines = lsps.lsp_lines(conn, request.user.scope, today)
        waiting = store.list_schools(conn, request.user.scope, today, state="provisional")
        soon = warned_until(conn, today)
    return page(
        request,
        "ground/lsps.html",
        lines=lines,
        today=today,
        soon=soon,
        waiting=len(waiting),
        said=said(request, added=_("LSP sudah ditambahkan.")),
    )


@get("/lembaga.xlsx", opt=READ, sync_to_thread=True)
def lsp_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The same list as a workbook."""
    with request.app.state.database.read() as conn:
        lines = lsps.lsp_lines(conn, request.user.scope, today_of(request))
    heads = (
        (_("LSP"), 40), (_("Sekolah induk"), 34), (_("Kabupaten/kota"), 24), (_("Lisensi sampai"), 20),
        (_("Skema"), 10), (_("Sekolah jejaring"), 16), (_("Asesor diangkat"), 16), (_("Ketua"), 28), (_("Surel"), 30),
        (_("Telepon"), 18),
    )  # fmt: skip
    rows = [
        (line.lsp.name, line.lsp.school, line.lsp.region, line.licensed_until, line.schemes, line.network,
         line.appointed, line.lsp.head_name, line.lsp.email, line.lsp.phone)
        for line in lines
    ]  # fmt: skip
    return sheet_answer(_("LSP"), heads, rows, "lembaga.xlsx")


@get("/lembaga/lsp/{lsp_id:uuid}", opt=READ, sync_to_thread=True)
def lsp_page(request: Request[Any, Any, Any], lsp_id: FromPath[UUID]) -> Template:
    """One LSP."""
    today, actor = today_of(request), request.user
    with request.app.state.database.read() as conn:
        lsp = store.get_lsp(conn, actor.scope, lsp_id, today)
        if lsp is None:
            raise NotFound("institutions.not_found")
        titles = {row.scheme.id: row.scheme.title for row in schemes.list_schemes(conn)}
        found: dict[str, Any] = {
            "licences": store.licences_of(conn, lsp_id),
            "covered": sorted(store.licensed_schemes(conn, lsp_id), key=lambda row: titles.get(row.scheme_id, "")),
            "network": store.network_of(conn, lsp_id),
            "venues": store.list_venues(conn, actor.scope, today, lsp_id=lsp_id),
            "decrees": decrees.appointment_decrees(conn, actor.scope, lsp_id=lsp_id),
            "soon": warned_until(conn, today),
        }
    own = actor.scope.everything or (actor.scope.kind == "lsp" and actor.scope.id == lsp_id)
    return page(
        request,
        "ground/lsp.html",
        lsp=lsp,
        titles=titles,
        today=today,
        may_license=actor.may(Permission.INSTITUTIONS_LICENSE),
        may_write=own and actor.may(Permission.INSTITUTIONS_WRITE),
        said=said(
            request,
            saved=_("Sudah disimpan."),
            ended=_("Sudah diakhiri."),
            licensed=_(
                "Lisensi sudah disimpan. Tambahkan skemanya di bawah: tanpa skema, lisensi belum mencakup apa pun."
            ),
        ),
        **found,
    )


@get("/lembaga/lisensi/{licence_id:uuid}/berkas", opt=READ, sync_to_thread=True)
def licence_file(request: Request[Any, Any, Any], licence_id: FromPath[UUID]) -> Response[bytes]:
    """The file of a licence, for whoever sees the LSP."""
    with request.app.state.database.read() as conn:
        found = store.get_licence(conn, licence_id)
        if found is None or store.get_lsp(conn, request.user.scope, found.lsp_id, today_of(request)) is None:
            raise NotFound("institutions.not_found")
        return attached_file(request, conn, found.file_id)


HANDLERS = [
    lsp_list,
    lsp_file,
    lsp_page,
    licence_file,
    *lsp_forms.HANDLERS,
    *venue_forms.HANDLERS,
    *school_pages.HANDLERS,
]
