"""The verdict on a bundle (cek keaslian): numbered checks, each with its sentence; no database, no network, no clock.

The numbers and names stay the same whatever the outcome; what could not be looked at, because an earlier check
failed, says so and counts as failed. Only the root is trusted, and it comes from outside the bundle.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from cryptography import x509

from assessor_registry import words
from assessor_registry.errors import InvalidInput, Reason
from assessor_registry.proof.bundle import newer_status, parse, respelled
from assessor_registry.proof.checks import CONTENT, ENVELOPE, STANDING, Content, Envelope, Row, Standing, Subject
from assessor_registry.proof.status import Status, read_status
from assessor_registry.signing.lint import Role, lint, read_pem
from assessor_registry.signing.statement import Statement, from_bytes

NAMES: Final = (
    *(row.name for row in ENVELOPE),
    *(row.name for row in CONTENT),
    *(row.name for row in STANDING),
)
NOT_CHECKED = Reason("proof.not_checked")
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Check:
    """One numbered check. `name` is a stable identifier; `reasons` is what was found, good or bad."""

    number: int
    name: str
    ok: bool
    reasons: tuple[Reason, ...]

    @property
    def detail(self) -> str:
        """What was found, as sentences in the language in use."""
        return " ".join(words.sentence(reason) for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is true of a bundle. `valid`: every check passed, so the record is genuine *and* in force.

    `authentic`: every check but the state passed. `statement` and `status` are given only when authentic: what is not
    proven is not shown. `status` is the newest of those given.
    """

    valid: bool
    authentic: bool
    checks: tuple[Check, ...]
    statement: Statement | None
    status: Status | None


def verdict(
    bundle_bytes: bytes,
    root_pem: bytes,
    status_bytes: bytes | None = None,
    *,
    now: datetime | None = None,
    zone: str = "UTC",
) -> Verdict:
    """Verify a bundle against the root certificate.

    `status_bytes` is a newer status JWS of the same record, or a newer bundle of it, if there is one. With `now`
    (aware) a status from the future is refused; without it nothing is compared with a clock. Instants are said on the
    clocks of `zone`.

    Raises:
        InvalidInput: `proof.root_unreadable`; whatever the bundle or the status holds is a failed check, no error.
    """
    root = _root(root_pem)
    envelope = _attempt(lambda: _open(root, bundle_bytes, status_bytes))
    if isinstance(envelope, InvalidInput) and _only_saved_again(bundle_bytes, root_pem, status_bytes, now, zone):
        envelope = InvalidInput("proof.saved_again")
    checks = _run(1, ENVELOPE, envelope)
    content: Content | InvalidInput | None = None
    standing: Standing | InvalidInput | None = None
    if isinstance(envelope, Envelope) and all(check.ok for check in checks):
        content = _attempt(lambda: Content(envelope, from_bytes(envelope.bundle.record.payload)))
    checks += _run(len(checks) + 1, CONTENT, content)
    if isinstance(content, Content):
        standing = _attempt(
            lambda: Standing(content.envelope, content.statement, _statuses(content.envelope), now, zone)
        )
    checks += _run(len(checks) + 1, STANDING, standing)
    authentic = all(check.ok for check in checks if check.name != "state")
    proven = standing if authentic and isinstance(standing, Standing) else None
    return Verdict(
        valid=all(check.ok for check in checks),
        authentic=authentic,
        checks=tuple(checks),
        statement=proven.statement if proven else None,
        status=proven.newest if proven else None,
    )


def _only_saved_again(
    data: bytes, root_pem: bytes, status_bytes: bytes | None, now: datetime | None, zone: str
) -> bool:
    """Whether a bundle that can not be read was good before an editor saved it in another layout."""
    original = _attempt(lambda: respelled(data))
    if isinstance(original, InvalidInput) or original == data:
        return False
    return verdict(original, root_pem, status_bytes, now=now, zone=zone).authentic


def _run(start: int, rows: Sequence[Row[Subject]], subject: Subject | InvalidInput | None) -> list[Check]:
    """Run the checks of one group; the first row is its gate: when it fails, the others are not looked at."""
    if subject is None:
        return [Check(number, row.name, False, (NOT_CHECKED,)) for number, row in enumerate(rows, start)]
    if isinstance(subject, InvalidInput):
        gate = Check(start, rows[0].name, False, (subject.reason, *subject.reasons))
        return [gate, *_run(start + 1, rows[1:], None)]
    checks: list[Check] = []
    for number, row in enumerate(rows, start):
        reasons = tuple(row.reasons(subject)) if not checks or checks[0].ok else (NOT_CHECKED,)
        checks.append(Check(number, row.name, not reasons, reasons or (row.ok(subject),)))
    return checks


def _attempt(read: Callable[[], Read]) -> Read | InvalidInput:
    try:
        return read()
    except InvalidInput as refusal:
        return refusal


def _root(root_pem: bytes) -> x509.Certificate:
    try:
        root = read_pem(root_pem)
    except InvalidInput as error:
        raise InvalidInput("proof.root_unreadable") from error
    if reasons := lint(root, root, Role.ROOT):
        raise InvalidInput("proof.root_unreadable", reasons=tuple(reasons))
    return root


def _open(root: x509.Certificate, bundle_bytes: bytes, status_bytes: bytes | None) -> Envelope:
    bundle = parse(bundle_bytes)
    newer = [] if status_bytes is None else [newer_status(status_bytes)]
    return Envelope(root, bundle, (bundle.status, *newer))


def _statuses(envelope: Envelope) -> tuple[Status, ...]:
    return tuple(read_status(token.payload) for token in envelope.status_tokens)
