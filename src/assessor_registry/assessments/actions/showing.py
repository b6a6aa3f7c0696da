"""What is handed out of signed records: the bundle, and what the public page may show.

Names and NISN are those of the signed statement. What the register says today is only for parties.
"""

import hmac
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection

from assessor_registry.accounts.rules import PROVINCE, Scope
from assessor_registry.assessments import store
from assessor_registry.assessments.rules import State, initials, normal_code
from assessor_registry.errors import InvalidInput, NotFound
from assessor_registry.proof import bundle as bundles
from assessor_registry.proof.status import Status, fingerprint_of, sign_statuses
from assessor_registry.signing.actions import Registry


@dataclass(frozen=True, slots=True)
class PublicCheck:
    """What anyone who has the code may see (cek keaslian): no result, no name of the candidate."""

    code: str
    state: State
    origin: str
    scheme: str
    first_day: date
    last_day: date
    signed_at: datetime
    lsp: str
    assessor: str
    candidate: str
    replaced_by: str | None
    opens_with_nisn: bool


@dataclass(frozen=True, slots=True)
class OpenedCheck:
    """What a party may see besides: the whole record with its units."""

    public: PublicCheck
    record: store.RecordRow = field(repr=False)
    units: tuple[store.SignedUnit, ...] = field(repr=False)


def public_check(conn: Connection, code: str) -> PublicCheck:
    """Return what the public page shows for a code, however it was typed.

    Raises:
        NotFound: `assessments.no_code`.
    """
    return _public(conn, _found(conn, PROVINCE, code))


def opened_check(conn: Connection, code: str, nisn: str) -> OpenedCheck:
    """Return the whole record to who knows the candidate's NISN.

    Raises:
        NotFound: `assessments.no_code`.
        InvalidInput: `assessments.nisn_differs`; also for a candidate without NISN.
    """
    row = _found(conn, PROVINCE, code)
    typed = "".join(char for char in nisn if char.isdigit())
    if row.nisn is None or not hmac.compare_digest(row.nisn.encode(), typed.encode()):
        raise InvalidInput("assessments.nisn_differs", field="nisn")
    return OpenedCheck(_public(conn, row), row, tuple(store.units(conn, row.id)))


def party_check(conn: Connection, scope: Scope, code: str) -> OpenedCheck:
    """Return the whole record to a logged-in party, within their scope.

    Raises:
        NotFound: `assessments.no_code`; also outside the scope.
    """
    row = _found(conn, scope, code)
    return OpenedCheck(_public(conn, row), row, tuple(store.units(conn, row.id)))


def _found(conn: Connection, scope: Scope, code: str) -> store.RecordRow:
    try:
        return store.record(conn, scope, normal_code(code))
    except NotFound:
        raise NotFound("assessments.no_code", field="code") from None


def _public(conn: Connection, row: store.RecordRow) -> PublicCheck:
    newer = None if row.replaced_by is None else store.codes(conn, [row.replaced_by])[row.replaced_by]
    return PublicCheck(
        row.code, row.state, row.origin, row.scheme_title, row.first_day, row.last_day, row.signed_at, row.lsp_name,
        row.assessor_name, initials(row.student_name), newer, row.nisn is not None,
    )  # fmt: skip


def bundle(conn: Connection, scope: Scope, registry: Registry, code: str, now: datetime) -> bytes:
    """Return `bundle.json` of a record (berkas bukti) with a status statement signed now.

    The caller has seen that the asker is a party: by scope, or by the NISN (then `scope` is PROVINCE).

    Raises:
        NotFound: `assessments.no_code`.
    """
    row = _found(conn, scope, code)
    jws = store.jws_of(conn, row.id)
    status = Status(
        record_id=str(row.id), jws_sha256=fingerprint_of(jws), state=row.state, as_of=now,
        replaced_by=str(row.replaced_by) if row.state == "replaced" else None,
    )  # fmt: skip
    with registry.unlocked("seal") as key:
        signed = sign_statuses(key, [status], registry.seal_chain)[0]
    return bundles.build(jws, signed, registry.certificate("root"))
