"""Tampering (G4): whatever is changed in a bundle or in a status is found, and what is clean is accepted.

A sample of single bits across every byte as part of the tests; every bit of every byte in the campaign.
"""

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.campaign import full, seeded, size
from tests.support.pki import OTHER_ID, Pki, make_pki, paper_statement, statement

from assessor_registry.proof.bundle import build
from assessor_registry.proof.verdict import Verdict, verdict
from assessor_registry.signing.statement import Candidate

CODES = ("Zk3n9sVtQ1b8YxW0aRfLuA", "Qa2n9sVtQ1b8YxW0aRfLuB")


@pytest.fixture(scope="module")
def pki() -> Pki:
    return make_pki()


@pytest.fixture(scope="module")
def stranger() -> Pki:
    """Another registry, made in the same way."""
    return make_pki()


def judge(pki: Pki, data: bytes, status: bytes | None = None) -> Verdict:
    return verdict(data, pki.root_pem, status)


def bits(data: bytes, name: str) -> Iterator[bytes]:
    """`data` with one bit turned over: in the campaign each, in the tests one in each byte of a sample."""
    if full():
        places: Any = itertools.product(range(len(data)), range(8))
    else:
        chance = seeded(name)
        chosen = sorted(chance.sample(range(len(data)), min(len(data), size(700, len(data)))))
        places = ((place, chance.randrange(8)) for place in chosen)
    for place, bit in places:
        changed = bytearray(data)
        changed[place] ^= 1 << bit
        yield bytes(changed)


@pytest.mark.timeout(0)
@pytest.mark.parametrize("made", [statement, paper_statement], ids=["signed", "paper"])
def test_every_bit_that_is_turned_over_in_a_bundle_is_found(pki: Pki, made: Any) -> None:
    given = made()
    good = pki.bundle(pki.sign(given), as_of=given.signed_at + timedelta(days=1))
    assert judge(pki, good).valid
    accepted = [changed for changed in bits(good, made.__name__) if judge(pki, changed).valid]
    assert accepted == []


@pytest.mark.timeout(0)
def test_every_bit_that_is_turned_over_in_a_status_is_found(pki: Pki) -> None:
    jws = pki.sign(statement())
    good = pki.bundle(jws)
    status = pki.status(jws, as_of=datetime(2026, 11, 23, tzinfo=UTC)).encode()
    assert judge(pki, good, status).valid
    assert [changed for changed in bits(status, "status") if judge(pki, good, changed).valid] == []


def test_a_field_that_is_dropped_doubled_emptied_or_added_is_found(pki: Pki) -> None:
    good = json.loads(pki.bundle())
    changed: list[dict[str, Any]] = [{name: value for name, value in good.items() if name != left} for left in good]
    nothings: tuple[Any, ...] = (None, "", [], {}, 0)
    changed += [good | {name: empty} for name in good for empty in nothings]
    changed += [good | {"note": "aslinya K"}, good | {"version": 2}, good | {"version": True}]
    assert [each for each in changed if judge(pki, _canonical(each)).valid] == []
    doubled = pki.bundle().replace(b'{"chain"', b'{"version":1,"chain"', 1)
    assert not judge(pki, doubled).valid


def _canonical(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_the_parts_of_two_good_bundles_can_not_be_swapped(pki: Pki) -> None:
    first, second = (
        json.loads(pki.bundle(pki.sign(found), record_id=found.record_id))
        for found in (
            statement(),
            statement(record_id=OTHER_ID, code=CODES[1], candidate=Candidate(name="Wati Contoh", nisn="0012345679")),
        )
    )
    swapped = [first | {name: second[name]} for name in first if first[name] != second[name]]
    assert {name for name in first if first[name] != second[name]} == {"jws", "status"}
    assert [each for each in swapped if judge(pki, _canonical(each)).valid] == []
    assert judge(pki, _canonical(first)).valid
    assert judge(pki, _canonical(second)).valid


def test_the_parts_of_a_signature_can_not_be_swapped_doubled_or_left_out(pki: Pki) -> None:
    good = json.loads(pki.bundle())
    for name in ("jws", "status"):
        parts = good[name].split(".")
        orders = [list(each) for length in (1, 2, 3, 4) for each in itertools.product(parts, repeat=length)]
        changed = [good | {name: ".".join(each)} for each in orders if each != parts]
        assert [each for each in changed if judge(pki, _canonical(each)).valid] == []


def test_a_chain_that_is_turned_around_cut_or_doubled_is_found(pki: Pki) -> None:
    good = json.loads(pki.bundle())
    signer, issuer = good["chain"]
    for chain in ([issuer, signer], [signer], [issuer], [], [signer, issuer, issuer], [signer, signer]):
        assert not judge(pki, _canonical(good | {"chain": chain})).valid


def test_what_another_registry_has_signed_is_not_accepted(pki: Pki, stranger: Pki) -> None:
    jws = pki.sign(statement())
    theirs = stranger.sign(statement())
    assert not judge(pki, stranger.bundle()).valid
    assert not judge(pki, build(jws, stranger.status(jws), pki.root.certificate)).valid
    assert not judge(pki, build(theirs, pki.status(theirs), pki.root.certificate)).valid
    assert not judge(pki, pki.bundle(jws), stranger.status(jws).encode()).valid


def test_a_bundle_that_is_cut_or_grown_is_found(pki: Pki) -> None:
    good, chance = pki.bundle(), seeded("cuts")
    lengths = range(len(good)) if full() else sorted(chance.sample(range(len(good)), 400))
    assert [length for length in lengths if judge(pki, good[:length]).valid] == []
    grown = [good + tail for tail in (b" ", b"\n", b"\x00", b"{}", good)]
    grown += [b"\xef\xbb\xbf" + good, b" " + good]
    assert [each for each in grown if judge(pki, each).valid] == []


def test_a_piece_that_is_left_out_doubled_or_moved_is_found(pki: Pki) -> None:
    good, chance = pki.bundle(), seeded("pieces")
    for _ in range(size(300, 20_000)):
        start, end = sorted(chance.sample(range(len(good)), 2))
        to = chance.randrange(len(good))
        rest = good[:start] + good[end:]
        moved = rest[:to] + good[start:end] + rest[to:]
        for changed in (rest, good[:end] + good[start:end] + good[end:], moved):
            assert changed == good or not judge(pki, changed).valid


def test_clean_bundles_are_accepted_every_one(pki: Pki) -> None:
    refused = []
    for number in range(size(30, 1_000)):
        made = statement if number % 3 else paper_statement
        found = made(
            record_id=f"018f5a5e-0000-7000-8000-{number:012d}",
            candidate=Candidate(name=f"Siswa Contoh {number} é", nisn=f"{number:010d}"),
            attempt=1 + number % 3,
        )
        as_of = found.signed_at + timedelta(minutes=number)
        if not judge(pki, pki.bundle(pki.sign(found), record_id=found.record_id, as_of=as_of)).valid:
            refused.append(number)
    assert refused == []
