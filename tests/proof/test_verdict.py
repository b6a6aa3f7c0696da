import json
import re
import socket
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.x509.oid import NameOID
from tests.support.pki import (
    CHEAP,
    NAME,
    OTHER_ID,
    RECORD_ID,
    ZONE,
    Pki,
    assessor_certificate,
    make_pki,
    paper_statement,
    statement,
)

import assessor_registry.proof
import assessor_registry.signing
from assessor_registry import words
from assessor_registry.errors import InvalidInput, Reason
from assessor_registry.proof.bundle import build
from assessor_registry.proof.status import Status, fingerprint_of
from assessor_registry.proof.verdict import NAMES, Verdict, verdict
from assessor_registry.signing.canonical import encode
from assessor_registry.signing.jws import RECORD, STATUS, sign_payloads
from assessor_registry.signing.keys import new_key
from assessor_registry.signing.lint import name_part
from assessor_registry.signing.statement import Statement, to_bytes
from assessor_registry.signing.x509 import Authority, end_of_day, pem
from assessor_registry.web.acts import ACTS


def judged(pki: Pki, data: bytes, status: bytes | None = None, **more: Any) -> Verdict:
    found = verdict(data, pki.root_pem, status, **more)
    assert [check.number for check in found.checks] == list(range(1, 12))
    assert tuple(check.name for check in found.checks) == NAMES
    assert all(check.detail for check in found.checks)
    assert found.valid == all(check.ok for check in found.checks)
    assert (found.statement is not None) == (found.status is not None) == found.authentic
    return found


def failed(found: Verdict) -> list[str]:
    """The names of the checks that failed by themselves."""
    return [check.name for check in found.checks if not check.ok and check.reasons[0].code != "proof.not_checked"]


def why(found: Verdict) -> list[str]:
    codes = [reason.code for check in found.checks if not check.ok for reason in check.reasons]
    return [code for code in codes if code != "proof.not_checked"]


def forged(pki: Pki, found: Statement) -> bytes:
    """A bundle of what our own code would not sign: its bytes signed with the assessor's key all the same."""
    seal = found.origin == "paper"
    key, chain = (pki.seal, pki.seal_chain) if seal else (pki.assessor, pki.chain)
    return pki.bundle(sign_payloads(key, RECORD, [encode(found)], chain)[0])


def test_a_good_bundle_is_valid_and_says_so_in_eleven_sentences(pki: Pki) -> None:
    found = judged(pki, pki.bundle())
    assert found.valid
    assert found.authentic
    assert found.statement == statement()
    assert found.status is not None
    assert found.status.state == "valid"
    details = {check.name: check.detail for check in found.checks}
    assert details["origin"] == f"Ditandatangani secara elektronik oleh {NAME}"  # whose degree ends the sentence
    assert "21 November 2026" in details["dates"]
    assert "22 November 2026 pukul 01.00 UTC" in details["status-time"]


def test_a_bundle_of_before_the_candidates_word_still_verifies(pki: Pki) -> None:
    old = statement(version=1)
    found = judged(pki, pki.bundle(sign_payloads(pki.assessor, RECORD, [to_bytes(old)], pki.chain)[0]))
    assert found.valid
    assert found.statement == old
    assert {check.name: check.detail for check in found.checks}["statement"].endswith("dapat dibaca.")


def test_the_verdict_says_what_the_candidate_said(pki: Pki) -> None:
    for how, told in (("paper", "di kertas FR.AK.02"), ("refused", "menolak menandatangani"), (None, "tidak ada")):
        made = statement(acknowledgement=how)
        found = judged(pki, pki.bundle(sign_payloads(pki.assessor, RECORD, [to_bytes(made)], pki.chain)[0]))
        assert found.valid
        assert told in {check.name: check.detail for check in found.checks}["statement"]


def test_a_paper_record_is_valid_and_says_plainly_that_it_is_paper(pki: Pki) -> None:
    found = judged(pki, pki.bundle(pki.sign(paper_statement()), as_of=datetime(2026, 11, 24, tzinfo=UTC)))
    assert found.valid
    details = {check.name: check.detail for check in found.checks}
    assert details["origin"].startswith("Asal kertas:")
    assert "bukan secara elektronik" in details["origin"]
    assert "Rina Contoh" in details["origin"]
    assert "Joko Contoh" in details["origin"]
    assert "menurut kertas" in details["identity"]


def test_no_network_is_touched(pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    def no(*_: object, **__: object) -> None:
        raise AssertionError("the verdict opened a socket")

    monkeypatch.setattr(socket, "socket", no)
    assert judged(pki, pki.bundle()).valid


def test_a_flipped_bit_in_every_byte_of_the_bundle_is_detected(pki: Pki) -> None:
    data = pki.bundle()
    for position in range(len(data)):
        changed = bytearray(data)
        changed[position] ^= 1 << (position % 7)  # within ASCII, so that some get further than UTF-8
        found = verdict(bytes(changed), pki.root_pem)
        assert not found.valid, position
        assert not found.authentic, position
        assert found.statement is None, position


def test_a_flipped_bit_of_a_newer_status_is_detected(pki: Pki) -> None:
    record = pki.sign(statement())
    data, status = pki.bundle(record), pki.status(record, as_of=datetime(2026, 12, 1, tzinfo=UTC)).encode()
    for position in range(0, len(status), 5):  # every byte of a status in a bundle is flipped above
        changed = bytearray(status)
        changed[position] ^= 1 << (position % 7)
        assert not verdict(data, pki.root_pem, bytes(changed)).authentic, position


def test_swapped_letters_of_the_payload_are_told_as_a_wrong_signature(pki: Pki) -> None:
    members = json.loads(pki.bundle())
    header, _, signature = members["jws"].split(".")
    _, payload, _ = pki.sign(statement(venue="TUK lain")).split(".")
    members["jws"] = f"{header}.{payload}.{signature}"
    found = judged(pki, bytes(rfc8785.dumps(members)))
    assert failed(found) == ["signature"]
    assert why(found) == ["proof.signature_wrong"]


@pytest.mark.parametrize("data", [b"", b"{}", b"null", b"\xff", b"[" * 50_000, b"x" * (1024 * 1024 + 1)])
def test_what_is_no_bundle_fails_at_the_first_check(pki: Pki, data: bytes) -> None:
    assert failed(judged(pki, data)) == ["format"]


def test_another_registrys_bundle_fails_at_the_chain(pki: Pki) -> None:
    other = make_pki()
    found = judged(pki, other.bundle())
    assert failed(found) == ["chain"]
    assert why(found)[0] == "proof.other_root"
    record = other.sign(statement())
    claimed = build(record, pki.status(record), pki.root.certificate)
    assert failed(judged(pki, claimed)) == ["chain"]


def test_a_status_of_another_registry_is_not_believed(pki: Pki) -> None:
    record = pki.sign(statement())
    foreign = make_pki().status(record)
    assert failed(judged(pki, build(record, foreign, pki.root.certificate))) == ["chain"]
    assert failed(judged(pki, pki.bundle(record), foreign.encode())) == ["chain"]


@pytest.mark.parametrize("root", [b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\x30\x00"])
def test_an_unreadable_root_is_an_error_not_a_verdict(pki: Pki, root: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        verdict(pki.bundle(), root)
    assert caught.value.code == "proof.root_unreadable"


def test_a_certificate_that_is_no_root_is_not_trusted_as_one(pki: Pki) -> None:
    for certificate in (*pki.chain, pki.seal_certificate):
        with pytest.raises(InvalidInput) as caught:
            verdict(pki.bundle(), pem(certificate).encode())
        assert caught.value.code == "proof.root_unreadable"


# Rightly signed, and yet not true


UTC_END = datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC)
NEXT_DAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)  # already the next day in UTC+12 and beyond
ANOTHER = replace(statement().assessor, registration="MET.000.900999 2022")


@pytest.mark.parametrize(
    ("changes", "check", "code"),
    [
        ({"signed_at": UTC_END + timedelta(seconds=1)}, "dates", "signing.certificate_not_valid"),
        (
            {"signed_at": UTC_END + timedelta(hours=9), "signed_on": NEXT_DAY},
            "dates",
            "signing.certificate_not_valid",
        ),
        ({"signed_at": NOON, "signed_on": NEXT_DAY}, "dates", "signing.signed_after"),
        (
            {"signed_at": NOON, "last_day": NEXT_DAY, "signed_on": NEXT_DAY},
            "dates",
            "signing.assessed_after",
        ),
        (
            {"assessor": replace(statement().assessor, last_active_day=date(2027, 1, 1))},
            "dates",
            "signing.certificate_end_differs",
        ),
        ({"assessor": ANOTHER}, "identity", "signing.registration_differs"),
        ({"origin": "paper", "paper": paper_statement().paper}, "origin", "signing.origin_paper"),
        ({"recommendation": "K"}, "statement", "signing.statement_refused"),
        ({"venue": "  "}, "statement", "signing.statement_refused"),
        ({"record_id": OTHER_ID}, "status-signature", "proof.status_of_another"),
    ],
)  # fmt: skip
def test_what_was_rightly_signed_and_is_not_true_fails_its_own_check(
    pki: Pki, changes: dict[str, Any], check: str, code: str
) -> None:
    payload = encode(statement(**changes))
    found = judged(pki, pki.bundle(sign_payloads(pki.assessor, RECORD, [payload], pki.chain)[0]))
    assert failed(found) == [check]
    assert code in why(found)
    assert found.statement is None


def test_the_last_second_of_the_last_active_day_is_still_good(pki: Pki) -> None:
    assert judged(pki, pki.bundle(pki.sign(statement(signed_at=UTC_END)))).valid


def test_a_seal_does_not_pass_as_an_assessor(pki: Pki) -> None:
    payload = encode(statement())
    found = judged(pki, pki.bundle(sign_payloads(pki.seal, RECORD, [payload], pki.seal_chain)[0]))
    assert "signing.origin_signed" in why(found)


def test_paper_that_is_entered_later_is_good_but_not_for_a_later_assessment(pki: Pki) -> None:
    late = paper_statement(last_day=NEXT_DAY)
    assert failed(judged(pki, forged(pki, late))) == ["dates", "status-time"]


def test_an_assessor_does_not_sign_their_own_status(pki: Pki) -> None:
    record = pki.sign(statement())
    status = Status(
        record_id=RECORD_ID,
        jws_sha256=fingerprint_of(record),
        state="valid",
        as_of=datetime(2026, 11, 21, 9, tzinfo=UTC),
    )
    own = sign_payloads(pki.assessor, STATUS, [encode(status)], pki.chain)[0]
    found = judged(pki, build(record, own, pki.root.certificate))
    assert failed(found) == ["status-signature"]
    assert "signing.lint_role" in why(found)


def test_a_stolen_key_does_not_make_a_record_that_the_registry_vouches_for(pki: Pki) -> None:
    """The thief signs another result under the record id and the status of the true record."""
    status = pki.status(pki.sign(statement()))
    better = tuple(replace(unit, result="K") for unit in statement().units)
    false = pki.sign(statement(units=better, recommendation="K"))
    found = judged(pki, build(false, status, pki.root.certificate))
    assert why(found) == ["proof.status_of_another"]


def test_a_certificate_signed_by_an_assessor_is_worth_nothing(pki: Pki) -> None:
    mine = new_key("frasa sandi lain", "kunci-2", cost=CHEAP).unlocked
    leaf = assessor_certificate(Authority(pki.assessor_certificate, pki.assessor), mine)
    record = sign_payloads(mine, RECORD, [encode(statement())], (leaf, pki.assessor_certificate))[0]
    found = judged(pki, pki.bundle(record))
    assert failed(found) == ["chain"]


def test_a_reissued_certificate_of_a_longer_period_signs_later_days(pki: Pki) -> None:
    last = date(2027, 5, 1)
    longer = assessor_certificate(pki.issuing, pki.assessor, not_after=end_of_day(last, ZONE))
    again = replace(pki, assessor_certificate=longer)
    found = statement(
        assessor=replace(statement().assessor, last_active_day=last),
        last_day=NEXT_DAY,
        signed_on=NEXT_DAY,
        signed_at=datetime(2026, 11, 22, 3, tzinfo=UTC),
    )
    assert judged(again, again.bundle(again.sign(found), as_of=datetime(2026, 11, 22, 4, tzinfo=UTC))).valid


# Status


@pytest.mark.parametrize("state", ["replaced", "contested", "annulled"])
def test_a_record_that_is_no_longer_in_force_is_authentic_and_not_valid(pki: Pki, state: str) -> None:
    newer = OTHER_ID if state == "replaced" else None
    found = judged(pki, pki.bundle(state=state, replaced_by=newer))
    assert (found.valid, found.authentic) == (False, True)
    assert failed(found) == ["state"]
    assert why(found) == [f"proof.state_{state}"]
    assert found.status is not None
    assert found.status.replaced_by == newer


def test_the_newest_status_decides(pki: Pki) -> None:
    record = pki.sign(statement())
    data = pki.bundle(record)
    later, earlier = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 11, 21, 9, tzinfo=UTC)
    assert not judged(pki, data, pki.status(record, state="annulled", as_of=later).encode()).valid
    assert judged(pki, data, pki.status(record, state="contested", as_of=earlier).encode()).valid
    upheld = pki.bundle(record, state="contested")
    assert judged(pki, upheld, pki.status(record, as_of=later).encode()).valid
    assert not judged(pki, upheld, pki.status(record, as_of=earlier).encode()).valid


def test_of_two_statuses_of_one_second_the_one_that_says_no_decides(pki: Pki) -> None:
    record = pki.sign(statement())
    assert not judged(pki, pki.bundle(record), pki.status(record, state="annulled").encode()).valid
    assert not judged(pki, pki.bundle(record, state="annulled"), pki.status(record).encode()).valid


def test_a_status_of_another_record_proves_nothing(pki: Pki) -> None:
    record, other = pki.sign(statement()), pki.sign(statement(note="lain"))
    found = judged(pki, pki.bundle(record), pki.status(other, as_of=datetime(2026, 12, 1, tzinfo=UTC)).encode())
    assert why(found) == ["proof.status_of_another"]
    assert why(judged(pki, pki.bundle(record, record_id=OTHER_ID))) == ["proof.status_of_another"]


@pytest.mark.parametrize("status", [b"", b"no", b"a.b.c", b"x" * 100_000])
def test_a_status_file_that_is_none_fails_at_the_first_check(pki: Pki, status: bytes) -> None:
    assert failed(judged(pki, pki.bundle(), status)) == ["format"]


def test_a_newer_bundle_of_the_record_gives_its_status(pki: Pki) -> None:
    record, later = pki.sign(statement()), datetime(2026, 12, 1, tzinfo=UTC)
    data = pki.bundle(record)
    ended = judged(pki, data, pki.bundle(record, state="annulled", as_of=later))
    assert why(ended) == ["proof.state_annulled"]
    assert judged(pki, data, pki.bundle(record, as_of=later)).valid
    other = pki.bundle(pki.sign(statement(note="lain")), as_of=later)
    assert why(judged(pki, data, other)) == ["proof.status_of_another"]


@pytest.mark.parametrize("how", ["indented", "line break", "byte order mark"])
def test_a_bundle_that_an_editor_saved_again_is_not_valid_and_told_to_be_just_that(pki: Pki, how: str) -> None:
    data = pki.bundle()
    saved = {
        "indented": json.dumps(json.loads(data), indent=4).encode(),
        "line break": data + b"\n",
        "byte order mark": b"\xef\xbb\xbf" + data,
    }[how]
    found = judged(pki, saved)
    assert (found.valid, found.authentic, why(found)) == (False, False, ["proof.saved_again"])
    assert "berkas aslinya" in found.checks[0].detail


def test_a_bundle_that_was_saved_again_and_changed_is_not_called_the_same(pki: Pki) -> None:
    for change in ({"root_sha256": "0" * 64}, {"jws": json.loads(pki.bundle(pki.sign(statement(note="x"))))["jws"]}):
        members = {**json.loads(pki.bundle()), **change}
        assert why(judged(pki, json.dumps(members, indent=4).encode())) == ["signing.not_canonical"]
    annulled = json.dumps(json.loads(pki.bundle(state="annulled")), indent=4).encode()
    assert why(judged(pki, annulled)) == ["proof.saved_again"]


def test_a_signed_status_without_sense_is_not_believed(pki: Pki) -> None:
    record = pki.sign(statement())
    odd = sign_payloads(pki.seal, STATUS, [b"{}"], pki.seal_chain)[0]
    found = judged(pki, build(record, odd, pki.root.certificate))
    assert failed(found) == ["status-signature"]


def test_a_status_is_younger_than_its_record_and_not_from_the_future(pki: Pki) -> None:
    signed_at = statement().signed_at
    before = judged(pki, pki.bundle(as_of=signed_at - timedelta(seconds=1)))
    assert why(before) == ["proof.status_before_record"]
    assert judged(pki, pki.bundle(as_of=signed_at)).valid
    data = pki.bundle()
    now = datetime(2026, 11, 22, 0, 55, tzinfo=UTC)
    assert judged(pki, data, now=now).valid
    ahead = judged(pki, data, now=now - timedelta(seconds=1))
    assert why(ahead) == ["proof.status_from_future"]
    assert judged(pki, data, now=now + timedelta(days=4000)).valid


def test_a_status_was_given_while_the_seal_was_valid(pki: Pki) -> None:
    end = pki.seal_certificate.not_valid_after_utc
    assert judged(pki, pki.bundle(as_of=end)).valid
    late = judged(pki, pki.bundle(as_of=end + timedelta(seconds=1)))
    assert failed(late) == ["status-time"]
    assert name_part(pki.seal_certificate, NameOID.COMMON_NAME) in late.checks[9].detail  # type: ignore[operator]


# Sentences


def codes_in(package: Any) -> set[str]:
    drawers = {"actions.py", "store.py", "tables.py"}
    paths = [path for path in Path(package.__path__[0]).glob("*.py") if path.name not in drawers]
    source = "".join(path.read_text() for path in paths)
    return set(re.findall(r'"((?:signing|proof)\.[a-z][a-z0-9_]*)"', source)) - ACTS.keys()


def test_every_code_has_its_sentence() -> None:
    made = {f"proof.ok_{name.replace('-', '_')}" for name in NAMES if name not in ("origin", "identity", "dates")}
    made |= {f"proof.ok_{name}_{origin}" for name in ("origin", "identity", "dates") for origin in ("signed", "paper")}
    made |= {f"proof.ok_statement_{how}" for how in ("paper", "phone", "refused", "none")}
    made |= {f"proof.state_{state}" for state in ("replaced", "contested", "annulled")}
    made |= {f"signing.origin_{origin}" for origin in ("signed", "paper")}
    used = codes_in(assessor_registry.signing) | codes_in(assessor_registry.proof) | made
    assert used <= words.catalogue().keys()
    shown = {code for code in words.catalogue() if code.startswith("proof.")}
    assert shown <= used


def test_the_words_of_the_screen_are_those_of_the_field() -> None:
    forbidden = re.compile(r"\b(ledger|leaf|standing|flag|sweep|scope)\b", re.IGNORECASE)
    sentences = [text for code, text in words.catalogue().items() if code.startswith(("signing.", "proof."))]
    assert not [text for text in sentences if forbidden.search(text)]


def test_a_reason_without_parameters_reads_as_a_sentence() -> None:
    assert words.sentence(Reason("proof.signature_wrong")).endswith(".")


def test_a_name_with_a_degree_ends_its_sentence_once() -> None:
    said = words.sentence(Reason("proof.ok_origin_signed", {"name": "Yuni Contoh, S.Kom."}))
    assert said == "Ditandatangani secara elektronik oleh Yuni Contoh, S.Kom."
    assert words.sentence(Reason("proof.ok_origin_signed", {"name": "Budi Contoh"})).endswith("Contoh.")


def test_instants_are_said_on_the_clocks_of_who_asks(pki: Pki) -> None:
    found = verdict(pki.bundle(), pki.root_pem, zone="Asia/Makassar")
    details = {check.name: check.detail for check in found.checks}
    assert "22 November 2026 pukul 09.00 WITA" in details["status-time"]
    assert "22 November 2026 pukul 09.00 WITA" in details["state"]
