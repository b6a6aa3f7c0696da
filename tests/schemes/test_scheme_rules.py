"""Names of schemes and codes of units, as lists write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor_registry.errors import InvalidInput
from assessor_registry.schemes.rules import (
    ClusterDraft,
    UnitDraft,
    VersionDraft,
    clean_code,
    clusters_of,
    known_shape,
    search_title,
    validate_version,
)


@pytest.mark.parametrize(
    "written",
    [
        "KKNI Level II Teknik Komputer dan Jaringan",
        "kkni level 2 teknik komputer & jaringan",
        "Skema KKNI Lv. II – Teknik Komputer dan Jaringan",
        "KKNI II Teknik Komputer  Jaringan",
        "Skema Sertifikasi KKNI Level II pada Kompetensi Keahlian Teknik Komputer dan Jaringan",
        "Teknik Komputer dan Jaringan (KKNI Level II)",
    ],
)
def test_one_scheme_is_recognised_however_it_is_written(written: str) -> None:
    assert search_title(written) == "kkni ii teknik komputer jaringan"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("KKNI Level II Teknik Komputer dan Jaringan", "KKNI Level III Teknik Komputer dan Jaringan"),
        ("KKNI Level II Teknik Komputer dan Jaringan", "Teknik Komputer dan Jaringan"),
        (
            "KKNI Level II Teknik Komputer dan Jaringan Klaster 1",
            "KKNI Level II Teknik Komputer dan Jaringan Klaster 2",
        ),
        ("SKM/BNSP/00010/1/2020/33", "SKM/BNSP/00010/2/2020/33"),
    ],
)
def test_what_distinguishes_two_schemes_is_kept(one: str, other: str) -> None:
    assert search_title(one) != search_title(other)


@given(st.text(max_size=60))
def test_normalising_a_title_twice_is_normalising_it_once(text: str) -> None:
    once = search_title(text)
    assert search_title(once) == once


@pytest.mark.parametrize(
    "code",
    ["J.620100.004.02", "I.55HDR00.041.3", "OTO.KR01.009.01", "LOG.OO01.002.01", "D1.HFA.CL7.01", "TAAASS401C",
     "M.74SPS03.090.1"],
)  # fmt: skip
def test_the_shapes_of_unit_codes_in_the_field_are_known(code: str) -> None:
    assert known_shape(code)


@pytest.mark.parametrize("code", ["N.821.100.029.02", "J.62010.033.02", "J.620100.004.02 ", "", "J.620100.004.020"])
def test_a_misspelt_unit_code_is_seen(code: str) -> None:
    assert not known_shape(code)


def test_blanks_inside_a_code_fall_away() -> None:
    assert clean_code(" j.611000 .005.02\u00a0") == "J.611000.005.02"


def test_rows_are_grouped_into_clusters_in_the_order_of_the_list() -> None:
    rows = [
        ("Klaster 1", "J.611000.001.01", "A"),
        (None, "J.611000.003.02", "C"),
        (" Klaster  1 ", "J.611000.002.01", "B"),
    ]
    first, loose = clusters_of(rows)
    assert (first.title, [unit.title for unit in first.units]) == ("Klaster 1", ["A", "B"])
    assert (loose.title, [unit.code for unit in loose.units]) == (None, ["J.611000.003.02"])


def _draft(
    *units: tuple[str, str], label: str = "2026", source: str = "Kepmenaker", complete: bool = True
) -> VersionDraft:
    drafted = tuple(UnitDraft(code, title) for code, title in units)
    return VersionDraft(label, source, (ClusterDraft(None, drafted),), complete=complete)


GOOD = ("J.620100.004.02", "Menggunakan Struktur Data")


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (_draft(GOOD, label=" "), "schemes.label_missing"),
        (_draft(GOOD, source=""), "schemes.source_missing"),
        (_draft(), "schemes.no_units"),
        (_draft(("", "Judul")), "schemes.code_missing"),
        (_draft((GOOD[0], "")), "schemes.unit_title_missing"),
        (_draft(GOOD, GOOD), "schemes.code_twice"),
        (_draft(*((f"J.620100.{n:03}.02", "X") for n in range(501))), "schemes.too_many_units"),
    ],
)
def test_a_version_that_can_not_be_assessed_with_is_refused(draft: VersionDraft, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        validate_version(draft)
    assert refusal.value.code == code


def test_an_unusual_code_is_warned_about_and_not_refused() -> None:
    (warned,) = validate_version(_draft(GOOD, ("J.62010.033.02", "Pengujian")))
    assert (warned.code, warned.params["unit"]) == ("schemes.code_shape_unknown", "J.62010.033.02")


def test_a_version_known_to_be_incomplete_may_be_empty() -> None:
    assert validate_version(_draft(complete=False)) == ()
