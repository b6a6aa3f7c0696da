import json
from datetime import UTC, datetime
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from tests.support.pki import OTHER_ID, RECORD_ID, Pki, statement

from assessor_registry.errors import InvalidInput
from assessor_registry.proof.bundle import (
    MAX_BUNDLE_BYTES,
    MAX_STATUS_FILE_BYTES,
    build,
    newer_status,
    parse,
    parse_status,
    respelled,
)
from assessor_registry.proof.status import Status, fingerprint_of, read_status, sign_statuses
from assessor_registry.signing.canonical import encode
from assessor_registry.signing.jws import STATUS, read
from assessor_registry.signing.x509 import fingerprint, pem


def refused(data: bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        parse(data)
    return caught.value.code


def test_a_bundle_holds_record_chain_root_fingerprint_and_status(pki: Pki) -> None:
    record = pki.sign(statement())
    data = pki.bundle(record)
    members = json.loads(data)
    assert sorted(members) == ["chain", "format", "jws", "root_sha256", "status", "version"]
    assert (members["format"], members["version"], members["jws"]) == ("assessment-bundle", 1, record)
    assert members["chain"] == [pem(item) for item in pki.chain]
    found = parse(data)
    assert (found.record.text, found.root_sha256) == (record, fingerprint(pki.root.certificate))
    assert read_status(found.status.payload).jws_sha256 == fingerprint_of(record)
    assert build(found.record.text, found.status.text, pki.root.certificate) == data


def test_a_bundle_is_small(pki: Pki) -> None:
    assert len(pki.bundle()) < 16_000


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": 2}, "signing.wrong_type"),
        ({"format": "other"}, "signing.wrong_type"),
        ({"more": 1}, "signing.unknown_field"),
        ({"chain": []}, "proof.chain_differs"),
        ({"jws": ""}, "signing.jws_malformed"),
        ({"jws": None}, "signing.wrong_type"),
        ({"status": "a.b.c"}, "signing.jws_malformed"),
    ],
)
def test_a_bundle_of_another_shape_is_refused(pki: Pki, change: dict[str, Any], code: str) -> None:
    assert refused(bytes(rfc8785.dumps({**json.loads(pki.bundle()), **change}))) == code


def test_another_spelling_of_a_bundle_is_refused(pki: Pki) -> None:
    data = pki.bundle()
    assert refused(data + b"\n") == "signing.not_canonical"
    assert refused(json.dumps(json.loads(data), indent=2).encode()) == "signing.not_canonical"
    members = json.loads(data)
    members["chain"][0] = members["chain"][0].replace("\n", "\r\n")
    assert refused(bytes(rfc8785.dumps(members))) == "proof.chain_differs"
    assert refused(data[:-1]) == "signing.not_json"


def test_record_and_status_are_not_exchanged(pki: Pki) -> None:
    record = pki.sign(statement())
    status = pki.status(record)
    for wrong in ((status, record), (record, record), (status, status)):
        with pytest.raises(InvalidInput):
            build(*wrong, pki.root.certificate)


def test_a_huge_file_is_refused_before_it_is_read() -> None:
    assert refused(b" " * (MAX_BUNDLE_BYTES + 1)) == "signing.too_large"
    with pytest.raises(InvalidInput):
        parse_status(b" " * (MAX_STATUS_FILE_BYTES + 1))


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.text(), lambda inner: st.dictionaries(st.text(), inner)).map(
        lambda item: json.dumps(item).encode()
    )
)
def test_anything_else_is_a_refusal(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse(data)
    with pytest.raises(InvalidInput):
        parse_status(data)


def made(**changes: Any) -> Status:
    given_ones: dict[str, Any] = {
        "record_id": RECORD_ID,
        "jws_sha256": "ab" * 32,
        "state": "valid",
        "as_of": datetime(2026, 11, 22, 1, tzinfo=UTC),
    }
    return Status(**{**given_ones, **changes})


def test_a_status_file_may_end_with_a_line_break(pki: Pki) -> None:
    text = sign_statuses(pki.seal, [made()], pki.seal_chain)[0]
    assert parse_status(text.encode() + b"\r\n") == parse_status(text.encode())
    with pytest.raises(InvalidInput):
        parse_status(b" " + text.encode())


def test_a_status_is_also_read_from_a_bundle(pki: Pki) -> None:
    data = pki.bundle()
    assert newer_status(data) == parse(data).status
    text = sign_statuses(pki.seal, [made()], pki.seal_chain)[0].encode()
    assert newer_status(text) == parse_status(text)
    for wrong in (b"{}", b"no", b"", data + b" "):
        with pytest.raises(InvalidInput):
            newer_status(wrong)


@pytest.mark.parametrize("depth", [10, 400, 900, 5000])
def test_what_is_nested_too_deep_to_be_spelled_anew_is_refused(depth: int) -> None:
    data = b'{"jws": ' + b"[" * depth + b"]" * depth + b"}"
    try:
        assert respelled(data) == data.replace(b" ", b"")
    except InvalidInput as refusal:
        assert refusal.code == "signing.not_json"
    for wrong in (b"[]", b"1", b"no"):
        with pytest.raises(InvalidInput):
            respelled(wrong)


@given(
    state=st.sampled_from(["valid", "contested", "annulled", "replaced"]),
    moment=st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1)),
    record=st.uuids(),
)
def test_a_status_reads_back_as_it_was_written(state: Any, moment: datetime, record: object) -> None:
    found = made(
        record_id=str(record),
        state=state,
        replaced_by=OTHER_ID if state == "replaced" else None,
        as_of=moment.replace(microsecond=0, tzinfo=UTC),
    )
    assert read_status(encode(found)) == found


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "replaced"},
        {"replaced_by": OTHER_ID},
        {"state": "replaced", "replaced_by": "x"},
        {"record_id": "x"},
        {"jws_sha256": "AB" * 32},
        {"state": "good"},
        {"as_of": datetime(2026, 1, 1)},
    ],
)
def test_a_status_that_can_not_be_is_not_signed(pki: Pki, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        sign_statuses(pki.seal, [made(), made(**changes)], pki.seal_chain)


def test_only_the_seal_signs_a_status(pki: Pki) -> None:
    for chain in (pki.chain, ()):
        with pytest.raises(InvalidInput) as caught:
            sign_statuses(pki.assessor, [made()], chain)
        assert caught.value.code == "signing.chain_unfit"


@pytest.mark.parametrize("count", [0, 1, 17])
def test_as_many_statuses_as_were_given(pki: Pki, count: int) -> None:
    given_ones = [made(jws_sha256=f"{number:064x}") for number in range(count)]
    tokens = sign_statuses(pki.seal, given_ones, pki.seal_chain)
    assert [read_status(read(one, STATUS).payload) for one in tokens] == given_ones
