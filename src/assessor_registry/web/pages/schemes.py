"""Schemes with their versions, clusters and units; other names; and what lists say that nobody has recognised yet."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template

from assessor_registry import clock
from assessor_registry.accounts.rules import Permission
from assessor_registry.db.engine import Connection
from assessor_registry.errors import NotFound
from assessor_registry.schemes import actions, store
from assessor_registry.validity import actions as validity
from assessor_registry.validity.store import unmapped_of_text, unmapped_texts
from assessor_registry.web.download import sheet_answer
from assessor_registry.web.forms import Form, Input, LongText, Text
from assessor_registry.web.guards import needs
from assessor_registry.web.listing import Asked
from assessor_registry.web.render import page
from assessor_registry.web.sheets import Field, Sheet, said, send, show
from assessor_registry.words import gettext as _

READ = needs(Permission.SCHEMES_READ)
WRITE = needs(Permission.SCHEMES_WRITE)


class Alias(Input):
    """Another name of a scheme."""

    alias: Text


class Mapping(Input):
    """A text of a list, and the scheme that it means."""

    text: LongText
    scheme_id: UUID


@get("/skema", opt=READ, sync_to_thread=True)
def scheme_list(request: Request[Any, Any, Any]) -> Template:
    """The schemes, with what is not verified or not complete marked."""
    q = Asked(request).one("q")[:200]
    may_write = request.user.may(Permission.SCHEMES_WRITE)
    with request.app.state.database.read() as conn:
        rows = store.list_schemes(conn, q)
        unknown = len(unmapped_texts(conn)) if may_write else 0
    may_import = may_write and request.user.may(Permission.STUDENTS_IMPORT)
    return page(
        request, "ground/schemes.html", rows=rows, q=q, unknown=unknown, may_import=may_import, asked=Asked(request)
    )


@get("/skema.xlsx", opt=READ, sync_to_thread=True)
def scheme_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The same list, with its filter, as a workbook."""
    with request.app.state.database.read() as conn:
        found = store.list_schemes(conn, Asked(request).one("q")[:200])
    heads = (
        (_("Skema"), 60), (_("Nomor"), 28), (_("Jenis"), 16), (_("Jenjang"), 12), (_("Bidang"), 30), (_("Versi"), 20),
        (_("Unit"), 8), (_("Lengkap"), 10), (_("Diverifikasi"), 12),
    )  # fmt: skip
    rows = [
        (row.scheme.title, row.scheme.number, row.scheme.kind, row.scheme.level, row.scheme.field, row.label,
         row.units, bool(row.complete), bool(row.verified))
        for row in found
    ]  # fmt: skip
    return sheet_answer(_("Skema"), heads, rows, "skema.xlsx")


@get("/skema/{scheme_id:uuid}", opt=READ, sync_to_thread=True)
def scheme_page(request: Request[Any, Any, Any], scheme_id: FromPath[UUID]) -> Template:
    """One scheme: every version with its clusters and units."""
    with request.app.state.database.read() as conn:
        scheme = store.get(conn, scheme_id)
        if scheme is None:
            raise NotFound("schemes.not_found")
        versions = [store.version(conn, row.id) for row in store.versions(conn, scheme_id)]
        aliases = store.aliases(conn, scheme_id)
    return page(
        request,
        "ground/scheme.html",
        scheme=scheme,
        versions=versions,
        aliases=[alias for alias in aliases if alias != scheme.title],
        may_write=request.user.may(Permission.SCHEMES_WRITE),
        said=said(request, saved=_("Sebutan sudah ditambahkan.")),
    )


def _alias_sheet(request: Request[Any, Any, Any], scheme_id: UUID) -> Sheet:
    with request.app.state.database.read() as conn:
        scheme = store.get(conn, scheme_id)
    if scheme is None:
        raise NotFound("schemes.not_found")
    fields = (Field("alias", _("Sebutan lain"), hint=_("Seperti tertulis dalam daftar asesor atau peserta didik.")),)
    return Sheet(_("Tambah sebutan"), f"/skema/{scheme_id}", scheme.title, fields, _("Simpan"))


@get("/skema/{scheme_id:uuid}/sebutan", opt=WRITE, sync_to_thread=True)
def alias_form(request: Request[Any, Any, Any], scheme_id: FromPath[UUID]) -> Template:
    """The form for another name."""
    return show(request, _alias_sheet(request, scheme_id))


@post("/skema/{scheme_id:uuid}/sebutan", opt=WRITE, sync_to_thread=True, status_code=200)
def add_alias(request: Request[Any, Any, Any], scheme_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Response[Any]:
    """Let lists name a scheme in another way."""

    def act(tx: Connection, given: Alias) -> None:
        actions.add_alias(tx, request.user, scheme_id, given.alias, clock.now())

    return send(request, data, lambda: _alias_sheet(request, scheme_id), Alias, act, f"/skema/{scheme_id}?ok=saved")


@get("/skema/teks", opt=WRITE, sync_to_thread=True)
def text_list(request: Request[Any, Any, Any]) -> Template:
    """What lists say of competences, not recognised yet, with how many assessors it concerns."""
    with request.app.state.database.read() as conn:
        texts = unmapped_texts(conn)
    texts.sort(key=lambda row: (-row[1], row[0].casefold()))
    return page(
        request,
        "ground/scheme_texts.html",
        texts=texts,
        said=said(request, saved=_("Sudah dicocokkan. Daftar berikutnya mengenali teks yang sama.")),
    )


def _text_sheet(request: Request[Any, Any, Any], text: str) -> Sheet:
    with request.app.state.database.read() as conn:
        known = [(str(row.scheme.id), row.scheme.title) for row in store.list_schemes(conn)]
        people = len({row.assessor_id for row in unmapped_of_text(conn, text)})
    if people == 0:
        raise NotFound("schemes.text_unknown")
    fields = (
        Field("text", _("Tertulis dalam daftar"), type="hidden", value=text),
        Field("scheme_id", _("Skema yang dimaksud"), type="select", options=known, empty=_("Pilih skema")),
    )
    facts = ((_("Tertulis dalam daftar"), text), (_("Asesor"), str(people)))
    return Sheet(_("Cocokkan dengan skema"), "/skema/teks", _("Teks yang belum dikenali"), fields, _("Cocokkan"),
                 facts=facts)  # fmt: skip


@get("/skema/teks/cocokkan", opt=WRITE, sync_to_thread=True)
def text_form(request: Request[Any, Any, Any]) -> Template:
    """The form for one text."""
    return show(request, _text_sheet(request, Asked(request).one("teks")))


@post("/skema/teks/cocokkan", opt=WRITE, sync_to_thread=True, status_code=200)
def map_text(request: Request[Any, Any, Any], data: URLEncodedBody[Form]) -> Response[Any]:
    """Map a text by hand: every competence written so is of this scheme, and later lists are recognised."""

    def act(tx: Connection, given: Mapping) -> None:
        now = clock.now()
        if store.find_by_text(tx, given.text) is None:
            actions.add_alias(tx, request.user, given.scheme_id, given.text, now)
        validity.map_technical(tx, request.user, given.text, given.scheme_id, now=now)

    def sheet() -> Sheet:
        return _text_sheet(request, str(data.get("text") or ""))

    return send(request, data, sheet, Mapping, act, "/skema/teks?ok=saved")


HANDLERS = [scheme_list, scheme_file, scheme_page, alias_form, add_alias, text_list, text_form, map_text]
