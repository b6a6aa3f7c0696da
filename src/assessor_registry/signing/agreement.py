"""What a statement and the certificate that signs it must say alike: whose it is, and on which days.

Asked before signing (`jws.sign_many`) and again by whoever verifies (`proof.verdict`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.x509.oid import NameOID

from assessor_registry.errors import Reason
from assessor_registry.signing.lint import Role, name_part, role_of
from assessor_registry.signing.statement import Statement

SIGNER_OF = {"signed": Role.ASSESSOR, "paper": Role.SEAL}


def origin_reasons(statement: Statement, signer: x509.Certificate) -> list[Reason]:
    """An assessor signs what is `signed`, the registry's seal what is `paper`; neither the other's."""
    fits = role_of(signer) is SIGNER_OF[statement.origin]
    return [] if fits else [Reason(f"signing.origin_{statement.origin}")]


def identity_reasons(statement: Statement, signer: x509.Certificate) -> list[Reason]:
    """The MET number in an assessor's certificate is the one in the statement; the seal stands for the LSP."""
    if statement.origin == "paper":
        return []
    named = name_part(signer, NameOID.SERIAL_NUMBER)
    if named == statement.assessor.registration:
        return []
    return [
        Reason("signing.registration_differs", {"certificate": named, "statement": statement.assessor.registration})
    ]


def day_reasons(statement: Statement, chain: Sequence[x509.Certificate]) -> list[Reason]:
    """Return what is wrong with the days of a statement signed by `chain` (signer, issuing CA, perhaps root).

    The last day of assessment is at most the last active day; for origin `signed` so is the day of signing, and the
    certificate ends with that last active day. Paper may be entered later.
    """
    last_active = statement.assessor.last_active_day
    reasons = validity_reasons(statement.signed_at, chain)
    if statement.last_day > last_active:
        reasons.append(Reason("signing.assessed_after", {"day": statement.last_day, "last_active_day": last_active}))
    if statement.origin == "signed":
        if statement.signed_on > last_active:
            reasons.append(Reason("signing.signed_after", {"day": statement.signed_on, "last_active_day": last_active}))
        if not _ends_with(chain, statement):
            reasons.append(Reason("signing.certificate_end_differs", {"last_active_day": last_active}))
    return reasons


def validity_reasons(moment: datetime, chain: Sequence[x509.Certificate]) -> list[Reason]:
    """At `moment` (aware) every certificate of the chain was valid; the last second counts."""
    found = []
    second = moment.replace(microsecond=0)  # as it is written into what is signed
    for certificate in chain:
        if not certificate.not_valid_before_utc <= second <= certificate.not_valid_after_utc:
            name = name_part(certificate, NameOID.COMMON_NAME)
            first, last = certificate.not_valid_before_utc.date(), certificate.not_valid_after_utc.date()
            found.append(Reason("signing.certificate_not_valid", {"name": name, "first_day": first, "last_day": last}))
    return found


def _ends_with(chain: Sequence[x509.Certificate], statement: Statement) -> bool:
    """Does the certificate end with the end of the last active day, in some zone on earth (UTC−12 to UTC+14)?

    Or earlier, with the certificate that issued it: none outlives its issuer.
    """
    day, until = statement.assessor.last_active_day, chain[0].not_valid_after_utc
    end = until - datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)
    if timedelta(hours=-14) <= end <= timedelta(hours=12):
        return True
    return len(chain) > 1 and end < timedelta(0) and until == chain[1].not_valid_after_utc
