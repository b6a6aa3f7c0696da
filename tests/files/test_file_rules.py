"""What kind of file the bytes show, and under which name it may be offered."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor_registry.files import rules


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return out.getvalue()


WORKBOOK = archive("[Content_Types].xml", "xl/workbook.xml")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n...", rules.PDF),
        (b"\xff\xd8\xff\xe0....", rules.JPEG),
        (b"\x89PNG\r\n\x1a\n....", rules.PNG),
        (WORKBOOK, rules.XLSX),
        (b"nama;nisn\r\nSiti;0012345678\r\n", rules.CSV),
        ("\ufeffnama,kota\nSiti,Paser\n".encode(), rules.CSV),
        ("José;1\n".encode("cp1252"), rules.CSV),
        (archive("word/document.xml", "[Content_Types].xml"), None),
        (WORKBOOK[: len(WORKBOOK) // 2], None),
        (b"PK\x03\x04", None),
        (b"MZ\x90\x00\x03", None),
        (b"\x7fELF", None),
        (b"<html>,</html>", None),
        (b"  <svg onload=x>,", None),
        (b"GIF89a", None),
        (b"", None),
        (b"   ", None),
        (b"satu kata", None),
        (b"a,b\x00c", None),
        (b"x %PDF-1.7", None),
    ],
)
def test_the_kind_is_told_by_the_bytes(content: bytes, kind: str | None) -> None:
    assert rules.media_type(content) == kind


@given(st.binary(max_size=200))
def test_any_bytes_can_be_looked_at(content: bytes) -> None:
    for start in (b"", b"PK\x03\x04", WORKBOOK[:60]):
        found = rules.media_type(start + content)
        assert found is None or found in rules.KINDS


@given(st.integers(0, len(WORKBOOK) - 1), st.integers(0, 255))
def test_a_spoilt_workbook_is_looked_at_without_harm(at: int, byte: int) -> None:
    spoilt = WORKBOOK[:at] + bytes([byte]) + WORKBOOK[at + 1 :]
    assert rules.media_type(spoilt) in (None, rules.XLSX)


@pytest.mark.parametrize(
    ("given_name", "kind", "clean"),
    [
        ("SK Gubernur.pdf", rules.PDF, "SK Gubernur.pdf"),
        ("../../etc/passwd", rules.PDF, "passwd.pdf"),
        ("C:\\Dokumen\\scan.PDF", rules.PDF, "scan.pdf"),
        ("scan.exe", rules.PDF, "scan.exe.pdf"),
        ("", rules.PNG, "berkas.png"),
        (".pdf", rules.PDF, "berkas.pdf"),
        ("a\r\nSet-Cookie: x\x00.csv", rules.CSV, "a Set-Cookie: x .csv".replace(" .csv", ".csv")),
        ("x" * 500, rules.XLSX, "x" * 150 + ".xlsx"),
    ],
)
def test_the_name_of_a_download_has_no_folder_and_the_suffix_of_its_kind(
    given_name: str, kind: str, clean: str
) -> None:
    assert rules.clean_name(given_name, kind) == clean


@given(st.text(alphabet=st.characters(), max_size=300), st.sampled_from(sorted(rules.KINDS)))
def test_any_name_becomes_a_harmless_one(given_name: str, kind: str) -> None:
    clean = rules.clean_name(given_name, kind)
    assert clean.isprintable()
    assert "/" not in clean
    assert "\\" not in clean
    assert clean.endswith(rules.KINDS[kind][0])
    assert len(clean) <= 160
    assert rules.clean_name(clean, kind) == clean


@given(st.binary(min_size=32, max_size=32))
def test_the_path_of_a_digest_leads_back_to_it(digest: bytes) -> None:
    assert rules.digest_of(*rules.place(digest)) == digest


@pytest.mark.parametrize(
    "folder_and_name", [("ab", "cd"), ("ab", "." + "0" * 61), ("a", "0" * 63), ("AB", "0" * 62), ("zz", "0" * 62)]
)
def test_other_names_are_no_stored_files(folder_and_name: tuple[str, str]) -> None:
    assert rules.digest_of(*folder_and_name) is None


def test_kinds_are_listed_in_words() -> None:
    assert rules.words_of(rules.SCANS) == "PDF, JPEG, PNG"
    assert rules.words_of(rules.SHEETS) == "XLSX, CSV"
