"""Whom a school's list means."""

from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assessor_registry.students.rules import Identity, Known, Match, choose, nik_fits, nisn_fits, search_name

HERE, ELSEWHERE = UUID(int=100), UUID(int=200)
A, B = UUID(int=1), UUID(int=2)
TAKEN = Match(None, refused="nipd_taken")


def _known(
    who: UUID = A, *, nisn: str | None = None, nik: bytes | None = None, nipd: str | None = None, school: UUID = HERE
) -> Known:
    return Known(who, school, nisn, nik, nipd)


@pytest.mark.parametrize(
    ("identity", "candidates", "expected", "because"),
    [
        (Identity("1", b"a", "9"), [], Match(None), "nobody is like this"),
        (Identity("1", b"x", "8"), [_known(nisn="1", nik=b"a", nipd="9")], Match(A, "nisn"), "the NISN decides"),
        (Identity("1"), [_known(nisn="1", school=ELSEWHERE)], Match(A, "nisn"), "a NISN is known in the whole country"),
        (Identity("1", b"a"), [_known(nik=b"a")], Match(A, "nik"), "someone without a NISN gains it"),
        (Identity("1", b"a"), [_known(nisn="2", nik=b"a")], Match(None), "another NISN is another student"),
        (Identity(None, b"a"), [_known(nisn="2", nik=b"a")], Match(A, "nik"), "a list without NISN goes by the NIK"),
        (Identity(None, b"a"), [_known(nik=b"a"), _known(B, nik=b"a")], Match(None, refused="nik_shared"),
         "two have it"),
        (Identity(None, b"a", "9"), [_known(nik=b"a", nipd="9"), _known(B, nik=b"a")], Match(A, "nipd"),
         "the NIPD tells which of two"),
        (Identity(None, None, "9"), [_known(nipd="9")], Match(A, "nipd"), "the NIPD decides here"),
        (Identity("1", None, "9"), [_known(nipd="9")], Match(A, "nipd"), "and the NISN is gained"),
        (Identity(None, None, "9"), [_known(nipd="9", school=ELSEWHERE)], Match(None), "a NIPD is the school's"),
        (Identity("1", None, "9"), [_known(nisn="2", nipd="9")], TAKEN, "another NISN has it"),
        (Identity(None, b"a", "9"), [_known(nik=b"b", nipd="9")], TAKEN, "another NIK has it"),
        (Identity("1", None, "9"), [_known(nisn="1", nipd="8"), _known(B, nipd="9")], TAKEN,
         "a known student may not take someone's NIPD"),
        (Identity(), [], Match(None), "nothing names nobody"),
    ],
)  # fmt: skip
def test_whom_a_row_means(identity: Identity, candidates: list[Known], expected: Match, because: str) -> None:
    assert choose(identity, HERE, candidates) == expected, because


_part = st.sampled_from([None, "1", "2"])
_identity = st.builds(Identity, _part, st.sampled_from([None, b"1", b"2"]), _part)


@given(identity=_identity, known=st.lists(_identity, max_size=3))
def test_a_match_never_names_someone_with_another_nisn(identity: Identity, known: list[Identity]) -> None:
    people = [Known(UUID(int=number), HERE, one.nisn, one.nik_hash, one.nipd) for number, one in enumerate(known, 1)]
    for unique in ("nisn", "nipd"):  # the database has them once
        given_ones = [value for one in people if (value := getattr(one, unique)) is not None]
        assume(len(given_ones) == len(set(given_ones)))
    match = choose(identity, HERE, people)
    found = next((one for one in people if one.id == match.student_id), None)
    if found is not None:
        assert None in {identity.nisn, found.nisn} or identity.nisn == found.nisn
        assert match.refused is None
        others = [one for one in people if one.id != found.id]
        assert identity.nipd is None or all(one.nipd != identity.nipd for one in others)
    elif match.refused is None and identity.nipd is not None:
        assert all(one.nipd != identity.nipd for one in people), "a new student would take someone's NIPD"


def test_a_name_is_compared_without_case_accents_and_blanks() -> None:
    assert search_name("D'Angelo  Putri  Lestari ") == search_name("d’angelo PUTRI lestari") == "dangelo putri lestari"


@pytest.mark.parametrize(
    ("nisn", "fits"), [("0009000037", True), ("900003", False), ("00090000371", False), ("000900003A", False)]
)
def test_a_nisn_has_ten_digits(nisn: str, fits: bool) -> None:
    assert nisn_fits(nisn) is fits


def test_a_nik_has_sixteen_digits() -> None:
    assert nik_fits("6471030102762627")
    assert not nik_fits("647103010276262")
    assert not nik_fits("٦٤٧١٠٣٠١٠٢٧٦٢٦٢٧")
