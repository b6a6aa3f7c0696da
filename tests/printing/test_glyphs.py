"""What a person typed becomes what the fonts can show, and nothing of it turns into anything else."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.printed import NOW

from assessor_registry.printing.engine import STANDARDS, _compile, typeset
from assessor_registry.printing.glyphs import COVERED, MISSING, printable

INDONESIAN = "Ni Luh Putu Ayu Sri-Wahyuni, S.Pd., M.T. “D'Souza” é ñ ö – — … Rp ½ °C"


def test_ordinary_names_stay_as_they_are() -> None:
    assert printable(INDONESIAN) == INDONESIAN


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ayu 😀", "Ayu □"),
        ("日本", "□□"),
        ("a\u202eb\u2066c", "abc"),
        ("a\x00b\x07c\td", "a b c d"),
        ("  banyak   spasi ", "banyak spasi"),
        ("satu \r\n dua\rtiga", "satu\ndua\ntiga"),
        ("e\u0301", "é"),
        ("x\u200by", "xy"),
        ("\ud800", "□"),
        ("[a]-^\\", "[a]-^\\"),
    ],
)
def test_text_is_made_printable(typed: str, shown: str) -> None:
    assert printable(typed) == shown


@given(st.text())
def test_making_printable_twice_is_making_it_once(text: str) -> None:
    assert printable(printable(text)) == printable(text)


@given(st.text(st.characters(max_codepoint=0x17F, categories=("L", "N")), max_size=60))
def test_no_letter_of_a_latin_name_is_lost(name: str) -> None:
    assert printable(name).replace("\u200b", "") == unicodedata.normalize("NFC", name)


@given(st.text("AbC", min_size=1, max_size=400))
def test_a_run_without_blanks_can_be_broken(run: str) -> None:
    assert max(len(part) for part in printable(run).split("\u200b")) <= 18


@pytest.mark.parametrize(("first", "last"), COVERED, ids=lambda point: f"{point:04x}")
def test_the_fonts_cover_what_is_called_covered(first: int, last: int) -> None:
    letters = [letter for letter in map(chr, range(first, last + 1)) if unicodedata.category(letter) != "Cn"]
    data = '{"form": {"form": {}}, "letters": "' + " ".join(letters).replace("\\", "\\\\").replace('"', '\\"') + '"}'
    _compile("letters", {"form": data}, NOW, STANDARDS)


@given(st.text(max_size=40))
def test_any_text_can_be_set(text: str) -> None:
    assert typeset("letters", {"letters": text}, NOW).startswith(b"%PDF-")


def test_the_missing_sign_itself_can_be_shown() -> None:
    assert printable(MISSING) == MISSING


def test_a_sequence_without_a_joined_form_still_prints() -> None:
    odd = typeset("letters", {"letters": "\u066a\u25b5\u0324"}, NOW)
    plain = typeset("letters", {"letters": "\u066a"}, NOW)
    assert odd.startswith(b"%PDF-")
    assert b"pdfaid" in plain
    assert b"pdfaid" not in odd
