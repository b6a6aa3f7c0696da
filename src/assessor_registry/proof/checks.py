"""The checks of a bundle, in three groups; `verdict` runs them in this order and numbers them.

ENVELOPE judges signatures and certificates without believing a word of the content, CONTENT what the record says,
STANDING what the registry says about it. The first check of a group is its gate.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from cryptography import x509

from assessor_registry import words
from assessor_registry.errors import Reason
from assessor_registry.proof.bundle import Bundle
from assessor_registry.proof.status import Status, fingerprint_of
from assessor_registry.signing.agreement import day_reasons, identity_reasons, origin_reasons, validity_reasons
from assessor_registry.signing.jws import Token
from assessor_registry.signing.lint import Role, lint, role_of
from assessor_registry.signing.statement import Statement
from assessor_registry.signing.x509 import fingerprint

CLOCK_TOLERANCE = timedelta(minutes=5)
Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True)
class Envelope:
    """Signatures and certificates: all that can be judged without believing a word of the content."""

    root: x509.Certificate
    bundle: Bundle
    status_tokens: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """What the record says, once its signature is known to be good."""

    envelope: Envelope
    statement: Statement


@dataclass(frozen=True, slots=True)
class Standing:
    """What the registry says about the record, in the order of the tokens."""

    envelope: Envelope
    statement: Statement
    statuses: tuple[Status, ...]
    now: datetime | None
    zone: str

    def shown(self, moment: datetime) -> str:
        """An instant on the clocks of who asks."""
        return words.said_moment(moment, self.zone)

    @property
    def newest(self) -> Status:
        """The status that counts; of two of the same second, the one that says no."""
        return max(self.statuses, key=lambda status: (status.as_of, status.state != "valid"))

    @property
    def pairs(self) -> list[tuple[Token, Status]]:
        """Each status with the token that carries it."""
        return list(zip(self.envelope.status_tokens, self.statuses, strict=True))


@dataclass(frozen=True, slots=True)
class Row(Generic[Subject]):
    """One check: its name, what it finds wrong, and what it says when nothing is."""

    name: str
    reasons: Callable[[Subject], list[Reason]]
    ok: Callable[[Subject], Reason]


def _readable(_subject: object) -> list[Reason]:
    """1 and 5: that there is something to look at is the check."""
    return []


def _chain(case: Envelope) -> list[Reason]:
    """2: the issuing CA's certificate is what it should be and issued by the root that the verifier trusts."""
    reasons = []
    if case.bundle.root_sha256 != fingerprint(case.root):
        reasons.append(Reason("proof.other_root"))
    for issuer in {token.chain[1] for token in (case.bundle.record, *case.status_tokens)}:
        reasons += lint(issuer, case.root, Role.ISSUING)
    return reasons


def _certificate_profile(case: Envelope) -> list[Reason]:
    """3: the signer's certificate is issued by the issuing CA and is what its role asks."""
    signer, issuer = case.bundle.record.chain
    role = role_of(signer)
    return lint(signer, issuer, role) if role else [Reason("signing.lint_role")]


def _signature(case: Envelope) -> list[Reason]:
    """4: the signer's key has signed these bytes."""
    return [] if case.bundle.record.is_signed() else [Reason("proof.signature_wrong")]


def _origin(case: Content) -> list[Reason]:
    """6: the assessor has signed, or it is a paper record under the registry's seal; and it says which."""
    return origin_reasons(case.statement, case.envelope.bundle.record.signer)


def _identity(case: Content) -> list[Reason]:
    """7: the certificate names the same assessor as the statement."""
    return identity_reasons(case.statement, case.envelope.bundle.record.signer)


def _dates(case: Content) -> list[Reason]:
    """8: assessed and signed while the assessor was active and every certificate valid."""
    return day_reasons(case.statement, (*case.envelope.bundle.record.chain, case.envelope.root))


def _status_signature(case: Standing) -> list[Reason]:
    """9: the status is signed by the registry's seal, and speaks of exactly this record."""
    reasons = []
    for token, status in case.pairs:
        signer, issuer = token.chain
        reasons += lint(signer, issuer, Role.SEAL)
        if not token.is_signed():
            reasons.append(Reason("proof.status_signature_wrong"))
        named = (status.record_id, status.jws_sha256)
        if named != (case.statement.record_id, fingerprint_of(case.envelope.bundle.record.text)):
            reasons.append(Reason("proof.status_of_another"))
    return reasons


def _status_time(case: Standing) -> list[Reason]:
    """10: the status was given after the signature, not in the future, and while the seal's certificate was valid."""
    reasons = []
    for token, status in case.pairs:
        reasons += validity_reasons(status.as_of, (*token.chain, case.envelope.root))
        if status.as_of < case.statement.signed_at:
            reasons.append(Reason("proof.status_before_record"))
        if case.now is not None and status.as_of > case.now + CLOCK_TOLERANCE:
            reasons.append(Reason("proof.status_from_future", {"as_of": case.shown(status.as_of)}))
    return reasons


def _state(case: Standing) -> list[Reason]:
    """11: by the newest status the record is in force."""
    status = case.newest
    if status.state == "valid":
        return []
    return [Reason(f"proof.state_{status.state}", {"as_of": case.shown(status.as_of)})]


def _ok(name: str) -> Callable[[object], Reason]:
    reason = Reason(f"proof.ok_{name}")
    return lambda _subject: reason


def _ok_statement(case: Content) -> Reason:
    """What the candidate said to it, from the version on that says so."""
    if case.statement.version == 1:
        return Reason("proof.ok_statement")
    return Reason(f"proof.ok_statement_{case.statement.acknowledgement or 'none'}")


def _ok_origin(case: Content) -> Reason:
    paper = case.statement.paper
    if paper is None:
        return Reason("proof.ok_origin_signed", {"name": case.statement.assessor.name})
    return Reason("proof.ok_origin_paper", {"entered_by": paper.entered_by, "confirmed_by": paper.confirmed_by})


def _ok_identity(case: Content) -> Reason:
    assessor = case.statement.assessor
    params = {"name": assessor.name, "registration": assessor.registration}
    return Reason(f"proof.ok_identity_{case.statement.origin}", params)


def _ok_dates(case: Content) -> Reason:
    days = case.statement
    params = {"last_day": days.last_day, "signed_on": days.signed_on, "last_active_day": days.assessor.last_active_day}
    return Reason(f"proof.ok_dates_{days.origin}", params)


def _ok_as_of(name: str) -> Callable[[Standing], Reason]:
    return lambda case: Reason(f"proof.ok_{name}", {"as_of": case.shown(case.newest.as_of)})


ENVELOPE: Final[tuple[Row[Envelope], ...]] = (
    Row("format", _readable, _ok("format")),
    Row("chain", _chain, _ok("chain")),
    Row("certificate-profile", _certificate_profile, _ok("certificate_profile")),
    Row("signature", _signature, _ok("signature")),
)
CONTENT: Final[tuple[Row[Content], ...]] = (
    Row("statement", _readable, _ok_statement),
    Row("origin", _origin, _ok_origin),
    Row("identity", _identity, _ok_identity),
    Row("dates", _dates, _ok_dates),
)
STANDING: Final[tuple[Row[Standing], ...]] = (
    Row("status-signature", _status_signature, _ok("status_signature")),
    Row("status-time", _status_time, _ok_as_of("status_time")),
    Row("state", _state, _ok_as_of("state")),
)
