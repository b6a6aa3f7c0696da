import base64
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto import jwk
from jwcrypto import jws as other_jws
from tests.support.pki import (
    LAST_ACTIVE,
    OTHER_ID,
    RECORD_ID,
    ZONE,
    Pki,
    assessor_certificate,
    make_pki,
    paper_statement,
    statement,
)

from assessor_registry.errors import InvalidInput, Unavailable
from assessor_registry.signing.jws import MAX_TOKEN_BYTES, RECORD, STATUS, read, sign_many, sign_payloads
from assessor_registry.signing.keys import UnlockedKey
from assessor_registry.signing.statement import from_bytes, to_bytes
from assessor_registry.signing.x509 import Authority, end_of_day, pem


@pytest.fixture(scope="module")
def token(pki: Pki) -> str:
    return pki.sign(statement())


def unpadded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def padless(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def flipped(text: str, position: int) -> str:
    """Another letter of the alphabet at this position."""
    return text[:position] + ("A" if text[position] != "A" else "B") + text[position + 1 :]


def test_what_was_signed_reads_back_and_is_signed(pki: Pki, token: str) -> None:
    found = read(token, RECORD)
    assert from_bytes(found.payload) == statement()
    assert found.chain == pki.chain
    assert found.is_signed()
    assert read(token.encode(), RECORD) == found


def test_the_header_has_the_chain_without_the_root(pki: Pki, token: str) -> None:
    header = json.loads(unpadded(token.split(".", maxsplit=1)[0]))
    assert sorted(header) == ["alg", "kid", "typ", "x5c"]
    assert (header["alg"], header["typ"]) == ("ES256", "assessment-record+jws")
    assert [base64.b64decode(item) for item in header["x5c"]] == [item.public_bytes(Encoding.DER) for item in pki.chain]


@pytest.mark.parametrize("count", [0, 1, 2, 24, 50])
def test_as_many_are_signed_as_were_given_and_in_their_order(pki: Pki, count: int) -> None:
    given_ones = [statement(attempt=number % 99 + 1, note=f"nomor {number}") for number in range(count)]
    tokens = sign_many(pki.assessor, given_ones, pki.chain)
    assert [from_bytes(read(one, RECORD).payload) for one in tokens] == given_ones
    assert all(read(one, RECORD).is_signed() for one in tokens)


def test_signatures_always_have_sixty_four_bytes(pki: Pki) -> None:
    tokens = sign_payloads(pki.assessor, RECORD, [b"{}"] * 600, pki.chain)
    assert {len(unpadded(one.split(".")[2])) for one in tokens} == {64}
    assert len(set(tokens)) == 600


def refused(act: Callable[[], object]) -> tuple[str, list[tuple[str, object]]]:
    with pytest.raises(InvalidInput) as caught:
        act()
    return caught.value.code, [(item.code, item.params.get("record_id")) for item in caught.value.reasons]


def test_one_statement_that_may_not_be_signed_stops_all_and_is_named(pki: Pki) -> None:
    bad = statement(record_id=OTHER_ID, venue="", note="NIK 6472010101800001")
    code, reasons = refused(lambda: sign_many(pki.assessor, [statement(), bad], pki.chain))
    assert code == "signing.statements_refused"
    assert reasons == [("signing.text_empty", OTHER_ID), ("signing.text_nik", OTHER_ID)]


UTC_END = datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"signed_at": UTC_END}, []),
        ({"signed_at": UTC_END + timedelta(microseconds=999_999)}, []),
        ({"signed_at": UTC_END + timedelta(seconds=1)}, ["certificate_not_valid"]),
        (
            {"signed_at": UTC_END + timedelta(seconds=1), "signed_on": date(2026, 11, 22)},
            ["certificate_not_valid", "signed_after"],
        ),
        (
            {"last_day": date(2026, 11, 22), "signed_on": date(2026, 11, 22), "signed_at": UTC_END},
            ["assessed_after", "signed_after"],
        ),
        (
            {"first_day": date(2023, 5, 1), "last_day": date(2023, 5, 1), "signed_on": date(2023, 5, 1),
             "signed_at": datetime(2023, 5, 1, 1, tzinfo=UTC)},
            ["certificate_not_valid", "certificate_not_valid"],
        ),
        ({"assessor": replace(statement().assessor, registration="MET.000.900124 2022")}, ["registration_differs"]),
        ({"assessor": replace(statement().assessor, last_active_day=date(2027, 11, 21))}, ["certificate_end_differs"]),
        ({"assessor": replace(statement().assessor, last_active_day=date(2026, 11, 22))}, ["certificate_end_differs"]),
        ({"origin": "paper", "paper": paper_statement().paper}, ["origin_paper"]),
    ],
)  # fmt: skip
def test_an_assessor_signs_in_their_own_name_and_while_active(
    pki: Pki, changes: dict[str, Any], expected: list[str]
) -> None:
    found = statement(**changes)
    if not expected:
        assert len(sign_many(pki.assessor, [found], pki.chain)) == 1
        return
    code, reasons = refused(lambda: sign_many(pki.assessor, [found], pki.chain))
    assert code == "signing.statements_refused"
    assert reasons == [(f"signing.{item}", RECORD_ID) for item in expected]


def test_the_seal_signs_paper_and_nothing_that_an_assessor_should(pki: Pki) -> None:
    assert read(pki.sign(paper_statement()), RECORD).is_signed()
    _, reasons = refused(lambda: sign_many(pki.seal, [statement()], pki.seal_chain))
    assert reasons == [("signing.origin_signed", RECORD_ID)]


def test_paper_is_entered_later_but_not_for_a_day_after_the_last_active_day(pki: Pki) -> None:
    after = date(2026, 11, 22)
    late = paper_statement(last_day=after)
    _, reasons = refused(lambda: sign_many(pki.seal, [late], pki.seal_chain))
    assert reasons == [("signing.assessed_after", RECORD_ID)]


def test_a_chain_that_is_not_the_keys_own_signs_nothing(pki: Pki) -> None:
    other = make_pki()
    leaf, issuing = pki.chain
    for key, chain, expected in (
        (other.assessor, pki.chain, ["signing.other_key"]),
        (pki.assessor, (leaf, other.issuing.certificate), ["signing.lint_authority_key", "signing.lint_signature"]),
        (pki.issuing.key, (issuing, pki.root.certificate), ["signing.lint_role"]),
        (pki.assessor, (leaf,), []),
        (pki.assessor, (leaf, issuing, pki.root.certificate), []),
        (pki.assessor, (), []),
    ):
        code, reasons = refused(lambda key=key, chain=chain: sign_many(key, [], chain))  # type: ignore[misc]
        assert code == "signing.chain_unfit"
        assert [item for item, _ in reasons] == expected


def test_a_key_that_was_locked_again_signs_nothing(pki: Pki) -> None:
    with UnlockedKey("k", pki.assessor.private) as key:
        assert len(sign_many(key, [statement()], pki.chain)) == 1
    with pytest.raises(Unavailable):
        sign_many(key, [statement()], pki.chain)


# Reading what others send


def test_every_changed_letter_of_a_jws_is_noticed(token: str) -> None:
    for position in range(len(token)):
        try:
            found = read(flipped(token, position), RECORD)
        except InvalidInput:
            continue
        assert not found.is_signed(), position


def rebuilt(token: str, **changes: Any) -> str:
    header, payload, signature = token.split(".")
    members = {**json.loads(unpadded(header)), **changes}
    kept = {key: value for key, value in members.items() if value is not None}
    return f"{padless(rfc8785.dumps(kept))}.{payload}.{signature}"


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "none"}, {"alg": "HS256"}, {"alg": "ES384"}, {"alg": None}, {"alg": ["ES256"]}, {"typ": STATUS},
        {"typ": None}, {"typ": "JWT"}, {"crit": ["b64"], "b64": False}, {"jku": "https://example.invalid/"},
        {"jwk": {"kty": "EC"}}, {"kid": "00"}, {"kid": None}, {"x5c": []}, {"x5c": None}, {"x5c": ["AAAA", "AAAA"]},
        {"x5c": ["!", "!"]}, {"x5c": "AAAA"}, {"x5c": [1, 2]}, {"x5c": ["é", "é"]},
    ],
)  # fmt: skip
def test_a_header_with_anything_else_is_refused(token: str, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        read(rebuilt(token, **changes), RECORD)


def test_other_spellings_of_the_same_jws_are_refused(token: str) -> None:
    header, payload, signature = token.split(".")
    loose = json.dumps(json.loads(unpadded(header)), indent=1).encode()
    last = signature[-1]
    spellings = [
        f"{padless(loose)}.{payload}.{signature}",
        f"{header}=.{payload}.{signature}",
        f"{header}.{payload}.{signature}\n",
        f" {token}",
        f"{header}.{payload}.{signature[:-1]}{chr(ord(last) + 1) if last in 'AQgw' else 'B'}",
        f"{header}..{signature}.{payload}",
        f"{header}.{payload}.",
        f"{header}.{payload}.{signature}AAAA",
        f"{header}.{payload}",
        f"{token}.",
        "",
        "..",
        "é" + token,
        token + "A" * MAX_TOKEN_BYTES,
    ]
    if {"-", "_"} & set(token):
        spellings.append(token.replace("-", "+").replace("_", "/"))
    for spelling in spellings:
        with pytest.raises(InvalidInput):
            read(spelling, RECORD)


def test_an_empty_payload_with_a_borrowed_signature_is_not_signed(token: str) -> None:
    header, _, signature = token.split(".")
    assert not read(f"{header}..{signature}", RECORD).is_signed()


def test_a_signature_of_zeros_is_not_signed(token: str) -> None:
    header, payload, _ = token.split(".")
    assert not read(f"{header}.{payload}.{padless(bytes(64))}", RECORD).is_signed()


def test_a_record_is_not_read_as_a_status(token: str) -> None:
    with pytest.raises(InvalidInput):
        read(token, STATUS)


@given(
    st.text(max_size=200)
    | st.binary(max_size=200)
    | st.from_regex(r"[A-Za-z0-9_-]{0,40}(\.[A-Za-z0-9_-]{0,40}){2}", fullmatch=True)
)
def test_anything_else_is_one_kind_of_refusal(text: str | bytes) -> None:
    with pytest.raises(InvalidInput):
        read(text, RECORD)


# Second opinions


def other_library_accepts(token: str) -> bool:
    """jwcrypto, with the key from the certificate in the header."""
    found = other_jws.JWS()
    try:
        found.deserialize(token)
        certificate = base64.b64decode(json.loads(unpadded(token.split(".", maxsplit=1)[0]))["x5c"][0])
        text = base64.encodebytes(certificate).decode()
        key = jwk.JWK.from_pem(f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n".encode())
        found.verify(key, alg="ES256")
    except (other_jws.InvalidJWSObject, other_jws.InvalidJWSSignature, ValueError):
        return False
    return bool(found.is_valid)


def test_another_library_accepts_our_jws_and_refuses_it_after_one_byte(token: str) -> None:
    assert other_library_accepts(token)
    header, payload, signature = token.split(".")
    changed = unpadded(payload).replace(b'"result":"BK"', b'"result":"K" ')
    assert not other_library_accepts(f"{header}.{padless(changed)}.{signature}")
    assert not other_library_accepts(f"{header}.{payload}.{flipped(signature, 10)}")
    assert not other_library_accepts(rebuilt(token, kid="00"))


def openssl(folder: Path, *arguments: str) -> bool:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, timeout=20, check=False)
    return done.returncode == 0


def test_openssl_accepts_the_signature_and_refuses_it_after_one_byte(pki: Pki, token: str, tmp_path: Path) -> None:
    header, payload, signature = token.split(".")
    raw = unpadded(signature)
    key = pki.assessor_certificate.public_key()
    (tmp_path / "key.pem").write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (tmp_path / "sig.der").write_bytes(
        encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    )
    (tmp_path / "good").write_text(f"{header}.{payload}")
    (tmp_path / "bad").write_text(f"{header}.{flipped(payload, 100)}")
    check = ("dgst", "-sha256", "-verify", "key.pem", "-signature", "sig.der")
    assert openssl(tmp_path, *check, "good")
    assert not openssl(tmp_path, *check, "bad")


@pytest.fixture
def folder(pki: Pki, tmp_path: Path) -> Path:
    for name, item in (
        ("root", pki.root.certificate),
        ("issuing", pki.issuing.certificate),
        ("leaf", pki.assessor_certificate),
        ("seal", pki.seal_certificate),
    ):
        (tmp_path / f"{name}.pem").write_text(pem(item))
    (tmp_path / "other.pem").write_text(pem(make_pki().root.certificate))
    return tmp_path


def chain_holds(folder: Path, moment: datetime, leaf: str = "leaf.pem", root: str = "root.pem") -> bool:
    when = str(int(moment.timestamp()))
    trust = ("-no-CApath", "-no-CAstore", "-CAfile", root, "-untrusted", "issuing.pem")
    return openssl(folder, "verify", "-x509_strict", "-attime", when, *trust, leaf)


def test_openssl_accepts_the_chain_strictly_at_the_time_of_signing(folder: Path) -> None:
    assert chain_holds(folder, statement().signed_at)
    assert chain_holds(folder, statement().signed_at, "seal.pem")


def test_openssl_agrees_on_the_end_of_the_last_active_day(folder: Path) -> None:
    end = end_of_day(LAST_ACTIVE, ZONE)
    assert chain_holds(folder, end - timedelta(seconds=1))  # it takes the very last second for expired, RFC 5280 not
    assert not chain_holds(folder, end + timedelta(seconds=1))


def test_openssl_refuses_another_root_and_a_changed_certificate(pki: Pki, folder: Path) -> None:
    assert not chain_holds(folder, statement().signed_at, root="other.pem")
    data = bytearray(pki.assessor_certificate.public_bytes(Encoding.DER))
    data[-5] ^= 1
    text = base64.encodebytes(bytes(data)).decode()
    (folder / "bad.pem").write_text(f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n")
    assert not chain_holds(folder, statement().signed_at, "bad.pem")


def test_openssl_refuses_a_certificate_issued_by_an_assessor(pki: Pki, folder: Path) -> None:
    forged = assessor_certificate(Authority(pki.assessor_certificate, pki.assessor), pki.assessor)
    (folder / "forged.pem").write_text(pem(forged))
    (folder / "issuing.pem").write_text(pem(pki.issuing.certificate) + pem(pki.assessor_certificate))
    assert not chain_holds(folder, statement().signed_at, "forged.pem")


def test_the_bytes_signed_are_the_canonical_bytes(token: str) -> None:
    assert unpadded(token.split(".")[1]) == to_bytes(statement())
