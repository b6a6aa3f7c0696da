"""Names of schools and regions as lists write them, and which school is meant."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor_registry.errors import InvalidInput
from assessor_registry.institutions.rules import (
    SchoolFact,
    SchoolIndex,
    clean_npsn,
    match_school,
    search_region,
    search_school,
)


@pytest.mark.parametrize(
    "written",
    ["SMK NEGERI 4 BERAU", "SMKN 4 Berau", "SMK Negeri 04 Berau", "smkn4 berau", "SMK N 4, Berau", "SMK Neg. 4  Berau",
     "Sekolah Menengah Kejuruan Negeri 4 Berau", "SMK\u00a0NEGERI 4\u00a0BERAU"],
)  # fmt: skip
def test_one_school_is_recognised_however_it_is_written(written: str) -> None:
    assert search_school(written) == "smkn 4 berau"


@pytest.mark.parametrize(
    ("one", "other"),
    [("SMKN 1 Berau", "SMKN 10 Berau"), ("SMKN 4 Berau", "SMK 4 Berau"), ("SMKN 1 Samarinda", "SMKN 1 Bontang"),
     ("SMK Nusantara", "SMKN Usantara")],
)  # fmt: skip
def test_two_schools_stay_two(one: str, other: str) -> None:
    assert search_school(one) != search_school(other)


def test_a_private_school_is_the_same_with_and_without_swasta() -> None:
    assert search_school("SMK Swasta Ma'arif 1") == search_school("SMKS MAARIF 1") == search_school("SMK Ma’arif 1")


@given(st.text(max_size=60))
def test_normalising_a_school_twice_is_normalising_it_once(text: str) -> None:
    assert search_school(search_school(text)) == search_school(text)


@pytest.mark.parametrize(
    ("written", "same_as"),
    [("Samarinda", "Kota Samarinda"), ("KAB. KUTAI TIMUR", "Kutai Timur"), ("Kukar", "Kutai Kartanegara"),
     ("Kabupaten Penajam Paser Utara", "PPU")],
)  # fmt: skip
def test_regions_are_recognised_with_and_without_kabupaten(written: str, same_as: str) -> None:
    assert search_region(written) == search_region(same_as)


@pytest.mark.parametrize("written", ["3041000", "304100011", "3041000A", "٣٠٤١٠٠٠١"])
def test_an_npsn_is_eight_digits(written: str) -> None:
    with pytest.raises(InvalidInput, match="npsn_shape"):
        clean_npsn(written)


def test_an_npsn_may_carry_blanks_or_be_missing() -> None:
    assert (clean_npsn(" 3041 0001"), clean_npsn(" "), clean_npsn(None)) == ("30410001", None, None)


def _school(
    name: str,
    npsn: str | None = None,
    region: str | None = None,
    state: str = "confirmed",
    merged_into: UUID | None = None,
) -> SchoolFact:
    return SchoolFact(uuid4(), npsn, name, search_school(name), region, state, merged_into)


BERAU = _school("SMK Negeri 4 Berau", "30410019", "64.03")


def test_the_number_decides_and_another_name_is_warned_about() -> None:
    found = match_school(SchoolIndex.of([BERAU]), "SMK Negeri 5 Berau", "30410019", None)
    assert found.school_id == BERAU.id
    assert [reason.code for reason in found.warned] == ["institutions.school_name_differs"]


def test_the_same_name_in_another_spelling_is_no_warning() -> None:
    found = match_school(SchoolIndex.of([BERAU]), "SMKN 4 BERAU", "30410019", "64.03")
    assert (found.school_id, found.warned, found.gains_npsn) == (BERAU.id, (), False)


def test_the_same_name_with_another_number_is_another_school() -> None:
    assert match_school(SchoolIndex.of([BERAU]), "SMKN 4 Berau", "30419999", None).school_id is None


def test_the_same_name_in_another_region_is_another_school() -> None:
    bina = _school("SMK Bina Bangsa", region="64.72")
    index = SchoolIndex.of([bina])
    assert match_school(index, "SMK Bina Bangsa", None, "64.71").school_id is None
    assert match_school(index, "SMK Bina Bangsa", None, "64.72").school_id == bina.id
    assert match_school(index, "SMK Bina Bangsa", None, None).school_id == bina.id


def test_a_school_without_a_number_gains_that_of_the_list() -> None:
    plain = _school("SMKN 4 Berau", state="provisional")
    found = match_school(SchoolIndex.of([plain]), "SMK Negeri 4 Berau", "30410019", None)
    assert (found.school_id, found.gains_npsn) == (plain.id, True)


def test_of_several_the_confirmed_one_is_meant_and_it_is_said() -> None:
    first, second = _school("SMK Bina Bangsa", state="provisional"), _school("SMK Bina Bangsa")
    found = match_school(SchoolIndex.of([first, second]), "SMK Bina Bangsa", None, None)
    assert found.school_id == second.id
    assert [reason.code for reason in found.warned] == ["institutions.school_ambiguous"]


def test_a_merged_school_leads_to_the_one_that_was_meant() -> None:
    gone = _school("SMKN 4 Brau", "30410000", state="merged", merged_into=BERAU.id)
    index = SchoolIndex.of([BERAU, gone])
    assert match_school(index, "SMKN 4 Brau", None, None).school_id == BERAU.id
    assert match_school(index, "SMK Negeri 4 Brau", "30410000", None).school_id == BERAU.id


@pytest.mark.parametrize("name", ["", "  ", "–"])
def test_an_empty_name_without_a_number_is_nobody(name: str) -> None:
    assert match_school(SchoolIndex.of([_school("?")]), name, None, None).school_id is None
