from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st
from tests.support.pki import BEGIN, LAST_ACTIVE, MET, NAME, ORGANISATION, SECRET, ZONE, Pki, assessor_certificate

from assessor_registry.errors import InvalidInput
from assessor_registry.signing.keys import new_registry_key
from assessor_registry.signing.lint import (
    CONSTRAINTS,
    DOCUMENT_SIGNING,
    Role,
    key_identifier,
    key_usage,
    lint,
    name_part,
    read_certificate,
    read_pem,
    role_of,
)
from assessor_registry.signing.x509 import (
    Authority,
    Compromised,
    der,
    end_of_day,
    fingerprint,
    issue_assessor,
    issue_root,
    pem,
    revocation_list,
)


def lints(certificate: x509.Certificate, issuer: x509.Certificate, role: Role) -> list[str]:
    return [reason.code.removeprefix("signing.lint_") for reason in lint(certificate, issuer, role)]


def test_every_certificate_is_what_its_role_asks(pki: Pki) -> None:
    assert lints(pki.root.certificate, pki.root.certificate, Role.ROOT) == []
    assert lints(pki.issuing.certificate, pki.root.certificate, Role.ISSUING) == []
    assert lints(pki.assessor_certificate, pki.issuing.certificate, Role.ASSESSOR) == []
    assert lints(pki.seal_certificate, pki.issuing.certificate, Role.SEAL) == []


def test_an_assessors_certificate_names_the_person_the_number_and_the_purpose(pki: Pki) -> None:
    found = pki.assessor_certificate
    assert found.subject.rfc4514_string() == (
        f"2.5.4.5={MET},CN=Siti Contoh\\, S.Pd.,OU=Asesor Kompetensi,O={ORGANISATION},C=ID"
    )
    assert found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value == x509.ExtendedKeyUsage(
        [x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")]
    )
    assert role_of(found) is Role.ASSESSOR
    assert role_of(pki.seal_certificate) is Role.SEAL
    assert role_of(pki.root.certificate) is None


def test_a_certificate_ends_with_the_last_active_day_in_the_zone(pki: Pki) -> None:
    assert pki.assessor_certificate.not_valid_after_utc == datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC)


def test_root_and_issuing_ca_last_twenty_and_ten_years(pki: Pki) -> None:
    assert pki.root.certificate.not_valid_after_utc == datetime(2043, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert pki.issuing.certificate.not_valid_after_utc == datetime(2033, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_a_root_made_on_a_leap_day_ends_on_a_day_that_exists() -> None:
    key = new_registry_key(SECRET, "root").unlocked
    found = issue_root(key, organisation="O", name="N", not_before=datetime(2080, 2, 29, tzinfo=UTC))
    assert found.not_valid_after_utc == datetime(2100, 2, 27, 23, 59, 59, tzinfo=UTC)


@given(
    day=st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    zone=st.sampled_from(["Asia/Makassar", "Asia/Jakarta", "Asia/Jayapura"]),
)
def test_the_last_second_of_a_day_is_still_that_day_and_the_next_is_not(day: date, zone: str) -> None:
    end = end_of_day(day, zone)
    assert end.tzinfo is UTC
    assert end.astimezone(ZoneInfo(zone)).date() == day
    assert (end + timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() == day + timedelta(days=1)


def test_a_certificate_is_issued_again_from_the_public_key_with_another_end_and_serial(pki: Pki) -> None:
    later = assessor_certificate(pki.issuing, pki.assessor, not_after=end_of_day(date(2027, 5, 1), ZONE))
    assert later.public_key() == pki.assessor_certificate.public_key()
    assert key_identifier(later) == key_identifier(pki.assessor_certificate)
    assert later.serial_number != pki.assessor_certificate.serial_number


def test_serials_are_random_positive_and_at_most_twenty_octets(pki: Pki) -> None:
    serials = [assessor_certificate(pki.issuing, pki.assessor).serial_number for _ in range(50)]
    assert len(set(serials)) == 50
    assert all(0 < serial < 2**159 for serial in serials)
    assert max(serial.bit_length() for serial in serials) > 150


@pytest.mark.parametrize("name", ["N" * 65, "é" * 60, "N" * 64, "Dr. " + "Panjang " * 20, "界" * 30])
def test_a_long_name_is_cut_to_what_x509_allows(pki: Pki, name: str) -> None:
    found = name_part(assessor_certificate(pki.issuing, pki.assessor, name=name), NameOID.COMMON_NAME)
    assert found is not None
    assert name.startswith(found)
    assert 60 <= len(found.encode()) <= 64


def refusal(pki: Pki, **changes: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        assessor_certificate(pki.issuing, pki.assessor, **changes)
    return caught.value


def test_what_fails_the_lint_is_not_issued(pki: Pki) -> None:
    assert [r.code for r in refusal(pki, registration="MET 1").reasons] == ["signing.lint_registration"]
    beyond = refusal(pki, not_after=datetime(2034, 1, 1, tzinfo=UTC))
    assert [r.code for r in beyond.reasons] == ["signing.lint_outlives_issuer"]
    before = refusal(pki, not_before=BEGIN - timedelta(seconds=1))
    assert [r.code for r in before.reasons] == ["signing.lint_outlives_issuer"]


def test_a_nameless_or_dateless_certificate_is_refused(pki: Pki) -> None:
    assert refusal(pki, name=" \u200b ").code == "signing.certificate_name"
    assert refusal(pki, not_before=datetime(2024, 1, 1)).code == "signing.certificate_dates"
    assert refusal(pki, not_after=datetime(2026, 1, 1)).code == "signing.certificate_dates"
    assert refusal(pki, not_after=BEGIN).code == "signing.certificate_dates"
    with pytest.raises(InvalidInput) as caught:
        issue_assessor(
            pki.issuing, b"no key", organisation="O", name=NAME, registration=MET, not_before=BEGIN,
            not_after=end_of_day(LAST_ACTIVE, ZONE),
        )  # fmt: skip
    assert caught.value.code == "signing.public_key_unreadable"


def test_a_signer_does_not_pass_as_an_issuing_ca(pki: Pki) -> None:
    assert lints(pki.assessor_certificate, pki.issuing.certificate, Role.ISSUING) != []
    forged = assessor_certificate(Authority(pki.assessor_certificate, pki.assessor), pki.assessor)
    assert "signature" in lints(forged, pki.issuing.certificate, Role.ASSESSOR)


def hostile(pki: Pki, **changes: Any) -> x509.Certificate:
    """An assessor's certificate that the issuing CA signed by mistake, with one thing in it changed."""
    key = changes.get("key", pki.assessor.private.public_key())
    subject = [
        (NameOID.COUNTRY_NAME, "ID"),
        (NameOID.ORGANIZATION_NAME, ORGANISATION),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, changes.get("unit", Role.ASSESSOR.value)),
        (NameOID.COMMON_NAME, NAME),
        *([(NameOID.SERIAL_NUMBER, MET)] if changes.get("numbered", True) else []),
        *changes.get("more_names", []),
    ]
    issuer = pki.issuing.certificate
    builder = x509.CertificateBuilder(
        changes.get("issuer_name", issuer.subject), x509.Name([x509.NameAttribute(*part) for part in subject]), key
    )
    builder = builder.serial_number(changes.get("serial", x509.random_serial_number()))
    builder = builder.not_valid_before(BEGIN).not_valid_after(end_of_day(LAST_ACTIVE, ZONE))
    extensions = {
        "constraints": (CONSTRAINTS[Role.ASSESSOR], True),
        "usage": (key_usage(Role.ASSESSOR), True),
        "purpose": (x509.ExtendedKeyUsage([DOCUMENT_SIGNING]), False),
        "own": (x509.SubjectKeyIdentifier.from_public_key(key), False),
        "authority": (x509.AuthorityKeyIdentifier.from_issuer_public_key(pki.issuing.key.private.public_key()), False),
        **changes.get("extensions", {}),
    }
    for item in extensions.values():
        if item is not None:
            builder = builder.add_extension(item[0], critical=item[1])
    return builder.sign(changes.get("signer", pki.issuing.key.private), changes.get("hash", hashes.SHA256()))


BOTH = x509.ExtendedKeyUsage([DOCUMENT_SIGNING, ExtendedKeyUsageOID.SERVER_AUTH])


def ext(name: str, value: object) -> dict[str, object]:
    return {"extensions": {name: value}}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"serial": 1}, ["serial"]),
        ({"serial": 2**95 - 1}, ["serial"]),
        ({"serial": 2**95}, []),
        ({"serial": 2**159 - 1}, []),
        ({"unit": Role.SEAL.value}, ["role"]),
        ({"unit": "Lain"}, ["role"]),
        ({"numbered": False}, ["registration", "name"]),
        ({"more_names": [(NameOID.LOCALITY_NAME, "X")]}, ["name"]),
        ({"more_names": [(NameOID.SERIAL_NUMBER, MET)]}, ["registration", "name"]),
        (ext("constraints", (CONSTRAINTS[Role.ISSUING], True)), ["basic_constraints"]),
        (ext("constraints", (CONSTRAINTS[Role.ASSESSOR], False)), ["extensions"]),
        (ext("constraints", None), ["extensions"]),
        (ext("usage", (key_usage(Role.ISSUING), True)), ["key_usage"]),
        (ext("usage", None), ["extensions"]),
        (ext("purpose", (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False)), ["purpose"]),
        (ext("purpose", (BOTH, False)), ["purpose"]),
        (ext("purpose", None), ["extensions"]),
        (ext("own", (x509.SubjectKeyIdentifier(bytes(20)), False)), ["subject_key"]),
        (ext("authority", (x509.AuthorityKeyIdentifier(bytes(20), None, None), False)), ["authority_key"]),
        (ext("more", (x509.OCSPNoCheck(), False)), ["extensions"]),
        ({"hash": hashes.SHA384()}, ["algorithm"]),
        ({"issuer_name": x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "X")])}, ["signature"]),
        ({"signer": ec.derive_private_key(7, ec.SECP256R1())}, ["signature"]),
        ({"key": ec.generate_private_key(ec.SECP384R1()).public_key()}, ["key"]),
        ({"key": ed25519.Ed25519PrivateKey.generate().public_key()}, ["key"]),
        ({"key": rsa.generate_private_key(65537, 2048).public_key()}, ["key"]),
    ],
)  # fmt: skip
def test_the_lint_finds_each_departure_from_the_profile(pki: Pki, changes: dict[str, Any], expected: list[str]) -> None:
    assert lints(hostile(pki, **changes), pki.issuing.certificate, Role.ASSESSOR) == expected


def test_the_lint_finds_a_certificate_that_ends_before_it_begins(pki: Pki) -> None:
    data = der(pki.assessor_certificate)
    assert data.count(b"240101000000Z") == 1
    swapped = read_certificate(data.replace(b"240101000000Z", b"270101000000Z"))
    assert lints(swapped, pki.issuing.certificate, Role.ASSESSOR) == ["dates", "signature"]


def test_every_flipped_bit_of_a_certificate_is_unreadable_or_found_by_the_lint(pki: Pki) -> None:
    data = der(pki.assessor_certificate)
    for position, bit in product(range(len(data)), range(8)):
        changed = bytes([*data[:position], data[position] ^ (1 << bit), *data[position + 1 :]])
        try:
            found = read_certificate(changed)
        except InvalidInput:
            continue
        assert lints(found, pki.issuing.certificate, Role.ASSESSOR), (position, bit)


@given(st.binary(max_size=300))
def test_anything_that_is_no_certificate_is_a_refusal(data: bytes) -> None:
    for read in (read_certificate, read_pem):
        with pytest.raises(InvalidInput) as caught:
            read(data)
        assert caught.value.code == "signing.certificate_unreadable"


def test_a_certificate_goes_through_pem_and_der_and_back(pki: Pki) -> None:
    found = pki.assessor_certificate
    assert read_pem(pem(found).encode()) == read_certificate(der(found)) == found
    assert len(fingerprint(found)) == 64


def test_the_revocation_list_holds_compromised_keys_only_and_is_signed_by_the_issuing_ca(pki: Pki) -> None:
    now = datetime(2026, 1, 5, tzinfo=UTC)
    lost = Compromised(pki.assessor_certificate.serial_number, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    found = revocation_list(pki.issuing, [lost], number=7, now=now, next_update=now + timedelta(days=7))
    assert [entry.serial_number for entry in found] == [lost.serial]
    entry = found.get_revoked_certificate_by_serial_number(lost.serial)
    assert entry is not None
    assert entry.revocation_date_utc == lost.since
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason is x509.ReasonFlags.key_compromise
    assert found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 7
    assert found.is_signature_valid(pki.issuing.key.private.public_key())
    assert pem(found).startswith("-----BEGIN X509 CRL-----")
    assert len(revocation_list(pki.issuing, [], number=8, now=now, next_update=now + timedelta(days=7))) == 0
