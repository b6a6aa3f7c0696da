"""Signed results (hasil): the list, one with its corrections and origin, what can be printed and taken along."""

from dataclasses import replace
from typing import Any, cast, get_args

from litestar import Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template

from assessor_registry import clock
from assessor_registry.accounts.rules import Permission
from assessor_registry.assessments import actions as assessments
from assessor_registry.assessments import store
from assessor_registry.assessments.rules import State, normal_code
from assessor_registry.assessments.store.upheld import to_review
from assessor_registry.db.engine import Connection
from assessor_registry.errors import Conflict
from assessor_registry.printing import pdf, qr
from assessor_registry.reports import results as listing
from assessor_registry.scheduling import store as scheduling
from assessor_registry.schemes import store as schemes
from assessor_registry.signing import jws
from assessor_registry.signing.statement import from_bytes
from assessor_registry.web.download import MOST_IN_A_FILE, file_answer, known_code, pdf_answer, sheet_answer
from assessor_registry.web.forms import Form, Input, Text, read, submit
from assessor_registry.web.guards import needs
from assessor_registry.web.labels import origin_name, outcome_name, result_name, state_name
from assessor_registry.web.listing import Asked
from assessor_registry.web.moments import local, said_at, said_days
from assessor_registry.web.once import once
from assessor_registry.web.pages.record_form import record_form
from assessor_registry.web.render import page
from assessor_registry.web.said import done, said
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _

READ = needs(Permission.ASSESSMENTS_READ)
# Upheld once, and contested again since: asked for in the address like a state.
REVIEW = "tinjau"


class Why(Input):
    """A reason."""

    reason: Text


class Reference(Input):
    """The letter that an act rests on."""

    reference: Text


def question_of(asked: Asked) -> listing.Question:
    """What the address asks for; what is unknown in it is left out."""
    state, origin = asked.one("keadaan"), asked.one("asal")
    return listing.Question(
        asked.one("q")[:200],
        cast("State", state) if state in get_args(State) else None,
        origin if origin in {"signed", "paper"} else None,
        asked.id("jadwal"),
        asked.id("scheme"),
    )


@get("/hasil", opt=READ, sync_to_thread=True)
def result_list(request: Request[Any, Any, Any]) -> Template:
    """The signed results that one sees, newest day first."""
    asked, scope = Asked(request), request.user.scope
    question = question_of(asked)
    with request.app.state.database.read() as conn:
        if asked.one("keadaan") == REVIEW:
            question = replace(question, records=tuple(to_review(conn, scope)))
        found = listing.listed(conn, scope, question, page=asked.page)
        _rows, unsigned = listing.unsigned(conn, scope, today_of(request), size=1)
        waiting = len(store.papers_entered(conn, scope, waiting=True))
        plan = scheduling.schedule(conn, scope, question.schedule_id) if question.schedule_id else None
        known = schemes.list_schemes(conn)
    return page(
        request,
        "results/list.html",
        question=question,
        found=found,
        asked=asked,
        size=listing.PAGE,
        unsigned=unsigned,
        waiting=waiting,
        plan=plan,
        schemes=known,
        states=[(each, state_name(each)) for each in get_args(State)],
        origins=[(each, origin_name(each)) for each in ("signed", "paper")],
        state_name=state_name,
        said_days=said_days,
        may_paper=request.user.may(Permission.ASSESSMENTS_PAPER),
    )


@get("/hasil.xlsx", opt=READ, sync_to_thread=True)
def result_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The same list, with its filters, as a workbook."""
    with request.app.state.database.read() as conn:
        found = listing.listed(conn, request.user.scope, question_of(Asked(request)), size=MOST_IN_A_FILE)
    heads = (
        (_("Nama"), 30), (_("NISN"), 14), (_("Sekolah"), 30), (_("Kelas"), 16), (_("Skema"), 36), (_("Jadwal"), 30),
        (_("LSP"), 28), (_("Asesor"), 28), (_("Hari terakhir"), 18), (_("Kehadiran"), 16),
        (_("Rekomendasi asesor"), 20), (_("Bagian"), 8), (_("Uji ke-"), 8), (_("Asal"), 24), (_("Keadaan"), 16),
        (_("Kode cek keaslian"), 30),
    )  # fmt: skip
    rows = [
        (line.student, line.nisn, line.school, line.rombel, line.scheme, line.schedule, line.lsp, line.assessor,
         line.last_day, outcome_name(line.outcome), result_name(line.recommendation), line.part, line.attempt,
         origin_name(line.origin), state_name(line.state), line.code)
        for line in found.lines
    ]  # fmt: skip
    return sheet_answer(_("Hasil"), heads, rows, "hasil.xlsx")


@get("/hasil/belum", opt=READ, sync_to_thread=True)
def unsigned_list(request: Request[Any, Any, Any]) -> Template:
    """Candidates whose day has come and whose result is not signed."""
    asked, scope, today = Asked(request), request.user.scope, today_of(request)
    with request.app.state.database.read() as conn:
        who = asked.id("asesor")
        rows, total = listing.unsigned(
            conn, scope, today, schedule_id=asked.id("jadwal"), drafted_by=who, lsp_id=asked.id("lsp"), page=asked.page
        )
    return page(
        request,
        "results/unsigned.html",
        rows=rows,
        total=total,
        asked=asked,
        size=listing.PAGE,
        may_paper=request.user.may(Permission.ASSESSMENTS_PAPER),
        own=request.user.assessor_id,
        assessor=rows[0] if who and rows else None,
        today=today,
    )


# --- One result --------------------------------------------------------------------------------------------------


def chain_of(conn: Connection, request: Request[Any, Any, Any], row: store.RecordRow) -> list[store.RecordRow]:
    """The records of the same part of the attempt, oldest first: what was corrected by what."""
    rows = store.records(conn, request.user.scope, attempt_id=row.attempt_id)
    by_id = {each.id: each for each in rows if each.part == row.part}
    first = next((each for each in by_id.values() if each.replaces not in by_id), None)
    chain = []
    while first is not None:
        chain.append(first)
        first = by_id.get(first.replaced_by) if first.replaced_by else None
    return chain


def result_page(request: Request[Any, Any, Any], code: str, **context: Any) -> Template:
    """One signed result."""
    actor = request.user
    zone = request.app.state.settings.zone
    with request.app.state.database.read() as conn:
        row = store.record(conn, actor.scope, normal_code(code))
        units = store.units(conn, row.id)
        statement = from_bytes(jws.read(store.jws_of(conn, row.id), jws.RECORD).payload)
        chain = chain_of(conn, request, row)
        others = [
            each
            for each in store.records(conn, actor.scope, attempt_id=row.attempt_id)
            if each.part != row.part and each.replaced_by is None
        ]
        draft = store.draft(conn, row.attempt_id, row.part)
        paper = next((each for each in _papers(conn, request, row) if each.state == "confirmed"), None)
        review = bool(to_review(conn, actor.scope, row.id))
    correcting = draft is not None and draft.record_id is None and draft.corrects == row.id
    url = check_url(request, row.code)
    return page(
        request,
        "results/one.html",
        **{
            "row": row,
            "units": units,
            "evidence": list(dict.fromkeys(kind for unit in statement.units for kind in unit.evidence)),
            "chain": chain if len(chain) > 1 else [],
            "others": others,
            "paper": paper,
            "state_name": state_name,
            "signed_at": said_at(row.signed_at, zone),
            "contested_on": local(row.contested_at, zone).date() if row.contested_at else None,
            "annulled_on": local(row.annulled_at, zone).date() if row.annulled_at else None,
            "days": said_days(row.first_day, row.last_day),
            "check_url": url,
            "qr": qr.svg(url, label=_("Kode QR untuk cek keaslian")),
            "may_correct": (
                row.state == "valid" and row.assessor_id == actor.assessor_id and row.origin == "signed"
                and actor.may(Permission.ASSESSMENTS_RECORD)
            ),
            "correcting": correcting and row.assessor_id == actor.assessor_id,
            "may_decide": (row.state == "contested" or review) and actor.may(Permission.ASSESSMENTS_PAPER),
            "may_paper": row.state == "valid" and actor.may(Permission.ASSESSMENTS_PAPER),
            "may_see_scan": actor.may(Permission.ASSESSMENTS_PAPER),
            "said": said(request),
            **context,
        },
    )  # fmt: skip


def _papers(conn: Connection, request: Request[Any, Any, Any], row: store.RecordRow) -> list[store.PaperRow]:
    if row.origin != "paper":
        return []
    rows = store.papers_entered(conn, request.user.scope, attempt_id=row.attempt_id)
    return [each for each in rows if each.part == row.part and each.confirmed_at == row.signed_at]


def check_url(request: Request[Any, Any, Any], code: str) -> str:
    """Where anyone can check a record."""
    return f"{request.app.state.settings.public_url.rstrip('/')}/cek/{code}"


@get("/hasil/{code:str}", opt=READ, sync_to_thread=True)
def result(request: Request[Any, Any, Any], code: FromPath[str]) -> Template:
    """One signed result: units, state, origin, what it corrects."""
    return result_page(request, code)


@get("/hasil/{code:str}/fr-ak-02.pdf", opt=READ, sync_to_thread=True)
def result_pdf(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[bytes]:
    """FR.AK.02 of a signed result, with its QR code."""
    code = known_code(normal_code(code))
    now = clock.now()
    with request.app.state.database.read() as conn:
        form = record_form(conn, request.user.scope, code, check_url(request, code), now)
    return pdf_answer(pdf.record_form(form), f"fr-ak-02-{code}.pdf")


@get("/hasil/{code:str}/bundle.json", opt=READ, sync_to_thread=True)
def result_bundle(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[bytes]:
    """The evidence file (berkas bukti) of a signed result."""
    code = known_code(normal_code(code))
    with request.app.state.database.read() as conn:
        content = assessments.bundle(conn, request.user.scope, request.app.state.authority, code, clock.now())
    return file_answer(content, f"bukti-{code}.json", "application/json")


@post("/hasil/{code:str}/perbaiki", opt=needs(Permission.ASSESSMENTS_RECORD), sync_to_thread=True, status_code=200)
def correct(request: Request[Any, Any, Any], code: FromPath[str], data: URLEncodedBody[Form]) -> Response[Any]:
    """Open a correction and go on where results are recorded."""

    def act() -> Response[Any]:
        given, spelled = read(Why, data), normal_code(code)

        def write(tx: Connection) -> dict[str, Any]:
            row = store.record(tx, request.user.scope, spelled)
            assessments.correct(tx, request.user, spelled, reason=given.reason, now=clock.now())
            return {"schedule": str(row.schedule_id), "attempt": str(row.attempt_id)}

        _status, answer = once(request, data, write)
        return Redirect(f"/rekam/{answer['schedule']}/{answer['attempt']}", status_code=303)

    answer: Response[Any] = submit(data, act, lambda **context: result_page(request, code, **context))
    return answer


@post("/hasil/{code:str}/kuatkan", opt=needs(Permission.ASSESSMENTS_PAPER), sync_to_thread=True, status_code=200)
def uphold(request: Request[Any, Any, Any], code: FromPath[str], data: URLEncodedBody[Form]) -> Response[Any]:
    """Uphold a contested result by a letter."""

    def act() -> Response[Any]:
        given, spelled = read(Reference, data), normal_code(code)

        def write(tx: Connection) -> dict[str, Any]:
            assessments.uphold(tx, request.user, spelled, reference=given.reference, now=clock.now())
            return {}

        once(request, data, write)
        return done(f"/hasil/{known_code(spelled)}", "dikuatkan")

    answer: Response[Any] = submit(data, act, lambda **context: result_page(request, code, **context))
    return answer


@post("/hasil/{code:str}/batalkan", opt=needs(Permission.ASSESSMENTS_PAPER), sync_to_thread=True, status_code=200)
def annul(request: Request[Any, Any, Any], code: FromPath[str], data: URLEncodedBody[Form]) -> Response[Any]:
    """Annul a contested result."""

    def act() -> Response[Any]:
        given, spelled = read(Why, data), normal_code(code)

        def write(tx: Connection) -> dict[str, Any]:
            row = store.record(tx, request.user.scope, spelled, lock=True)
            if row.state not in {"contested", "annulled"} and not to_review(tx, request.user.scope, row.id):
                raise Conflict("assessments.not_contested")
            assessments.annul(tx, request.user, spelled, reason=given.reason, now=clock.now())
            return {}

        once(request, data, write)
        return done(f"/hasil/{known_code(spelled)}", "hasil-batal")

    answer: Response[Any] = submit(data, act, lambda **context: result_page(request, code, **context))
    return answer


HANDLERS: list[Any] = [
    result_list, result_file, unsigned_list, result, result_pdf, result_bundle, correct, uphold, annul,
]  # fmt: skip
