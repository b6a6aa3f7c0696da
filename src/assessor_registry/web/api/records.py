"""Results: recorded, signed, proven, checked."""

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Response, get, post, put
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody
from pydantic import Field

from assessor_registry import clock
from assessor_registry.accounts.rules import Permission
from assessor_registry.assessments import actions, store
from assessor_registry.assessments.rules import Content, Stale
from assessor_registry.errors import InvalidInput, NotFound
from assessor_registry.scheduling import store as schedules
from assessor_registry.signing.actions import unlock
from assessor_registry.web.api.answers import Bundle, Filled, Saved, SavedParts, SignedRecords, Verdict
from assessor_registry.web.api.described import KINDS, Described, Kind, body
from assessor_registry.web.codes import RECENT
from assessor_registry.web.forms import Input, MaybeText, Secret, read
from assessor_registry.web.guards import needs, public
from assessor_registry.web.once import once
from assessor_registry.web.recording import shown

RECORDS_MOST = 200


class Recorded(Input):
    """What an assessor has filled in for a part of an assessment; an incomplete one is fine until it is signed.

    `version` is the one that was read, 0 for the first. `units`: code → K or BK.
    """

    version: Annotated[int, Field(ge=0, le=10**9)] = 0
    part: Annotated[int, Field(ge=1, le=9)] = 1
    outcome: Literal["assessed", "absent", "withdrew"] | None = None
    units: dict[str, Literal["K", "BK"]] = Field(default_factory=dict)
    evidence: list[Kind] | None = Field(default=None, description=KINDS)
    recommendation: Literal["K", "BK"] | None = None
    note: MaybeText = None
    acknowledgement: Literal["paper", "phone", "refused"] | None = None
    handed_on: bool = False


class ToSign(Input):
    """Which recorded assessments are signed, all or none, and the passphrase.

    `versions`, if given, names for each record the version that was last read or saved: one that has changed since is
    not signed, and nothing is. `acknowledgement`, if given, is how the candidates took all of them.
    """

    records: list[UUID]
    passphrase: Secret
    versions: dict[UUID, Annotated[int, Field(ge=1, le=10**9)]] | None = None
    acknowledgement: Literal["paper", "phone", "refused"] | None = None


@put("/assessments/{assessment_id:uuid}/record", opt=needs(Permission.ASSESSMENTS_RECORD), sync_to_thread=True,
     tags=["records"], operation_class=body(Recorded))  # fmt: skip
def record(
    request: Request[Any, Any, Any], assessment_id: FromPath[UUID], data: JSONBody[dict[str, Any]]
) -> Response[Saved]:
    """Save what is filled in. A stale version is 409 with what the server has in `current`, its version too: nothing is
    lost, and who does not know whether something was saved before sends 0.
    """
    given, now = read(Recorded, data), clock.now()
    content = Content(
        outcome=given.outcome,
        units=given.units,
        evidence=None if given.evidence is None else tuple(given.evidence),
        recommendation=given.recommendation,
        note=given.note,
        acknowledgement=given.acknowledgement,
        handed_on=given.handed_on,
    )

    def act(tx: Any) -> Saved:
        today = clock.day_of(now, _visible(tx, request, assessment_id).zone)
        saved = actions.save_draft(
            tx, request.user, assessment_id, given.part, content, given.version, today=today, now=now
        )
        return {"record": saved.draft_id, "version": saved.version}

    try:
        status, answer = once(request, data, act)
    except Stale as stale:
        version = stale.params["version"]
        stale.extra = {"version": version, "content": stored(stale.server) if stale.server else None}
        raise
    return Response(answer, status_code=status)


@get("/assessments/{assessment_id:uuid}/record", opt=needs(Permission.ASSESSMENTS_RECORD), sync_to_thread=True,
     tags=["records"], operation_class=Described)  # fmt: skip
def recorded(request: Request[Any, Any, Any], assessment_id: FromPath[UUID]) -> SavedParts:
    """What you have saved for an assessment, by `part`: the `version` to send with the next change, the `record` to
    sign, and all that is filled in. Nothing saved yet: no parts, and the next version to send is 0.
    """
    with request.app.state.database.read() as conn:
        _visible(conn, request, assessment_id)
        own = [row for row in store.drafts_of(conn, [assessment_id]) if row.assessor_id == request.user.assessor_id]
    return {
        "parts": [
            {"part": row.part, "record": row.id, "version": row.version, "signed": row.record_id is not None,
             **stored(row.content)}
            for row in own
        ]
    }  # fmt: skip


def stored(content: Content) -> Filled:
    """All that is filled in, by the names of `Recorded`: who merges it and sends it again loses nothing."""
    evidence = None if content.evidence is None else list(content.evidence)
    return {**shown(content), "evidence": evidence, "recommendation": content.recommendation}


def _visible(tx: Any, request: Request[Any, Any, Any], assessment_id: UUID) -> store.AttemptFact:
    """Return an assessment that the account may see. What belongs to others is told like what is not there.

    Raises:
        NotFound: no such assessment in the account's scope.
    """
    found = store.attempts(tx, [assessment_id]).get(assessment_id)
    try:
        if found is not None:
            schedules.schedule(tx, request.user.scope, found.schedule_id)
            return found
    except NotFound:
        pass  # not theirs
    raise NotFound("assessments.no_attempt")


@post("/records/sign", opt=needs(Permission.ASSESSMENTS_SIGN), sync_to_thread=True, status_code=200, tags=["records"],
      operation_class=body(ToSign))  # fmt: skip
def sign(request: Request[Any, Any, Any], data: JSONBody[dict[str, Any]]) -> Response[SignedRecords]:
    """Sign with one passphrase: all or nothing. Refused, each of `reasons` has code, message and record: the one that
    it is about, as it was asked for. Signed, each has its code; its evidence file opens with code or record.
    """
    given, now, state = read(ToSign, data), clock.now(), request.app.state
    wanted = list(dict.fromkeys(given.records))
    if not wanted or len(wanted) > RECORDS_MOST:
        raise InvalidInput("assessments.nothing_to_sign", field="records")
    if request.user.assessor_id is None:
        raise InvalidInput("assessments.not_assessor")
    shown = actions.Shown(given.versions, None, given.acknowledgement)
    with unlock(state.database, request.user.assessor_id, given.passphrase, now, author=request.user.author) as key:

        def act(tx: Any) -> SignedRecords:
            codes = actions.sign_unlocked(
                tx, request.user, wanted, key, registry=state.authority, now=now, moment=clock.now, shown=shown
            )
            return {
                "records": [
                    {"record": draft, "code": code, "check": f"{state.settings.public_url}/cek/{code}"}
                    for draft, code in zip(wanted, codes, strict=True)
                ]
            }

        status, answer = once(request, data, act)
    return Response(answer, status_code=status)


@get("/records/{code:str}/bundle", opt=needs(Permission.ASSESSMENTS_READ), sync_to_thread=True, tags=["records"],
     operation_class=Described, responses={200: ResponseSpec(Bundle, description="The file itself.")})  # fmt: skip
def bundle(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[bytes]:
    """The proof of a signed record (berkas bukti), for whoever may read it; anyone can check it offline.

    `code` is the code of the record, or the id under which it was recorded and signed.
    """
    state = request.app.state
    with state.database.read() as conn:
        meant = store.code_of_draft(conn, code[:80]) or code[:80]
        body = actions.bundle(conn, request.user.scope, state.authority, meant, clock.now())
    return Response(body, media_type="application/json", headers={"cache-control": "no-store"})


@get("/verify/{code:str}", opt=public(), sync_to_thread=True, tags=["records"], operation_class=Described)
def verify(request: Request[Any, Any, Any], code: FromPath[str]) -> Verdict:
    """What anyone who has a code may see: status, scheme, days, LSP, assessor, the candidate's initials."""
    found = RECENT.get(request, code[:80])
    return {
        "code": found.code,
        "status": found.state,
        "origin": found.origin,
        "scheme": found.scheme,
        "first_day": found.first_day,
        "last_day": found.last_day,
        "signed_at": found.signed_at.isoformat(),
        "lsp": found.lsp,
        "assessor": found.assessor,
        "candidate": found.candidate,
        "replaced_by": found.replaced_by,
    }


HANDLERS = [record, recorded, sign, bundle, verify]
