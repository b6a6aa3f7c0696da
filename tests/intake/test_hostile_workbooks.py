"""Files made to hurt: each is rows or a refusal with a sentence, in seconds, and never anything else."""

import os
import random
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from assessor_registry.errors import InvalidInput, Refusal
from assessor_registry.intake.limits import Limits
from assessor_registry.intake.workbook import read_workbook
from assessor_registry.words import sentence

Package = Callable[..., Path]
MUTANTS = int(os.environ.get("ASSESSOR_REGISTRY_TEST_MUTANTS", "40"))
SECONDS = 10.0
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ONE_CELL = '<row r="1"><c r="A1"><v>1</v></c></row>'
FARTHEST = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


def refusal_of(path: Path, limits: Limits | None = None) -> str:
    """The code with which `path` is refused, in time and with a sentence."""
    began = time.monotonic()
    with pytest.raises(InvalidInput) as refused:
        read_workbook(path, limits=limits or Limits())
    assert time.monotonic() - began < SECONDS
    assert sentence(refused.value.reason)
    return refused.value.code


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"", "workbook.empty_file"),
        ("a.xlsx", b"bukan zip", "workbook.not_a_workbook"),
        ("a.xlsx", b"PK\x03\x04 terpotong", "workbook.broken"),
        ("a.xls", OLE + bytes(2000), "workbook.old_format"),
        ("a.xlsx", OLE + bytes(2000) + "EncryptedPackage".encode("utf-16-le"), "workbook.encrypted"),
        ("a.xls", b"\n<html><table><tr><td>Nama</td></tr></table></html>", "workbook.web_page"),
        ("a.csv", bytes(range(256)), "workbook.not_text"),
        ("a.csv", b'"' + b"a\n" * 100_000, "workbook.text_too_long"),
        ("a.csv", b"a\n" * 200_000, "workbook.too_long"),
        ("a.csv", b"," * 1000, "workbook.too_wide"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert refusal_of(tmp_path / name) == code


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal_of(tmp_path / "tidak-ada.xlsx") == "workbook.no_file"


def test_the_sentence_for_a_locked_file_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(OLE + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(InvalidInput) as refused:
        read_workbook(tmp_path / "a.xlsx")
    assert "simpan sebagai .xlsx tanpa kata sandi" in sentence(refused.value.reason)


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("halo.txt", "halo")
    assert refusal_of(tmp_path / "a.xlsx") == "workbook.not_a_workbook"
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
    assert refusal_of(tmp_path / "b.xlsx") == "workbook.other_format"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (FARTHEST, "workbook.too_long"),
        ('<row r="1048576"><c r="A1048576"><v>1</v></c></row>', "workbook.too_long"),
        ('<row r="1"><c r="XFD1"><v>1</v></c></row>', "workbook.too_wide"),
        ('<row r="90000"><c r="GZ90000"><v>1</v></c></row>', "workbook.too_long"),
        ("".join(f'<row r="{number}"/>' for number in range(1, 1_000_001)), "workbook.too_long"),
        ("<row/>" * 1_000_000, "workbook.too_long"),
        ('<row r="1"><c r="AAAA1"><v>1</v></c></row>', "workbook.broken"),
        ('<row r="1"><c r="A0"><v>1</v></c></row>', "workbook.broken"),
        (f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"A" * 40_000}</t></is></c></row>', "workbook.text_too_long"),
        ('<row r="1"><c r="A1" t="s"><v>99</v></c></row>', "workbook.broken"),
        ("<row", "workbook.broken"),
        ("", "workbook.no_rows"),
    ],
    ids=[
        "XFD1048576", "last row", "last column", "large area", "a million empty rows", "a million unnumbered rows",
        "impossible column", "row 0", "long text", "string that is not there", "cut off", "nothing",
    ],
)  # fmt: skip
def test_a_sheet_beyond_the_limits_is_refused(package: Package, rows: str, code: str) -> None:
    assert refusal_of(package(rows)) == code


def test_a_reader_that_aborts_takes_only_the_child_with_it(package: Package) -> None:
    """With the limits of the pre-scan off, the reader asks for 512 GiB and aborts: the process limits still hold."""
    fooled = Limits(farthest_row=1 << 21, farthest_column=1 << 15, area=1 << 40)
    assert refusal_of(package(ONE_CELL + FARTHEST), fooled) == "workbook.too_heavy"


def test_a_child_that_takes_too_long_is_killed(package: Package) -> None:
    assert refusal_of(package(ONE_CELL), Limits(wall_seconds=0.01)) == "workbook.too_slow"


def test_a_child_that_computes_too_long_is_ended(package: Package) -> None:
    rows = "".join(f'<row r="{row}">' + "<c><v>1</v></c>" * 60 + "</row>" for row in range(1, 20_000))
    assert refusal_of(package(rows), Limits(cpu_seconds=1)) == "workbook.too_heavy"


def test_a_child_that_writes_too_much_is_ended(package: Package) -> None:
    shared = f"<sst><si><t>{'x' * 30_000}</t></si></sst>"
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>{"x" * 900}</t></is></c></row>' for row in range(1, 999)
    )
    assert refusal_of(package(rows, parts={"xl/lain.xml": shared}), Limits(output_bytes=50_000)) == "workbook.too_heavy"


def test_too_many_cells_parts_and_sheets_are_refused(package: Package) -> None:
    path = package("".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(1, 12)))
    assert refusal_of(path, Limits(cells=10)) == "workbook.too_many_cells"
    assert refusal_of(path, Limits(entries=3)) == "workbook.too_many_parts"
    assert refusal_of(path, Limits(sheets=0)) == "workbook.too_many_sheets"
    assert refusal_of(path, Limits(packed_bytes=100)) == "workbook.too_large"


def test_a_decompression_bomb_is_refused(package: Package) -> None:
    assert refusal_of(package(ONE_CELL, parts={"xl/media/a.bin": bytes(300 << 20)})) == "workbook.bomb"
    assert refusal_of(package(ONE_CELL, parts={"xl/media/a.bin": bytes(20 << 20)})) == "workbook.bomb"


def test_a_size_that_lies_does_not_get_past(package: Package) -> None:
    """The directory says a part is small; what is inside is cut there and does not parse."""
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(1, 50_000))
    path = package(rows)
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    assert refusal_of(path) == "workbook.broken"


def test_many_huge_shared_strings_are_refused_or_read_in_time(package: Package) -> None:
    strings = "".join(f"<si><t>{number:06}{'ab' * 40}</t></si>" for number in range(60_000))
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    one_long = f"<si><t>{'x' * 40_000}</t></si>"
    for inside in (strings, one_long):
        sst = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{inside}</sst>'
        path = package(ONE_CELL, parts={"xl/_rels/workbook.xml.rels": relations, "xl/sharedStrings.xml": sst})
        outcome = _outcome(path)
        assert outcome == ("workbook.text_too_long" if inside is one_long else "rows")


def test_entities_are_refused_wherever_they_stand(package: Package) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    assert refusal_of(package('<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row>', before=bomb)) == (
        "workbook.entities"
    )
    workbook = bomb + '<workbook xmlns="x"><sheets/></workbook>'
    assert refusal_of(package(ONE_CELL, parts={"xl/workbook.xml": workbook})) == "workbook.entities"


def test_two_parts_of_one_name_are_refused(package: Package) -> None:
    assert refusal_of(package(ONE_CELL, parts={"XL/Workbook.xml": "<x/>"})) == "workbook.broken"


def test_the_child_knows_no_secret(package: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of the server does not reach it: a start-up file named there would leave its mark."""
    mark = package(ONE_CELL).with_name("mulai.py")
    mark.write_text("raise SystemExit(9)")
    monkeypatch.setenv("PYTHONSTARTUP", str(mark))
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    monkeypatch.setenv("PYTHONHOME", "/tidak/ada")
    assert _outcome(package(ONE_CELL)) == "rows"


@pytest.mark.parametrize("sample", ["assessor_sample", "student_sample"])
def test_mutants_of_the_samples_are_rows_or_refusals(
    request: pytest.FixtureRequest, tmp_path: Path, sample: str
) -> None:
    original = request.getfixturevalue(sample).read_bytes()
    outcomes: set[str] = set()
    for seed in range(MUTANTS // 2):
        path = tmp_path / f"{seed}.xlsx"
        path.write_bytes(_mutant(original, random.Random(seed)))
        outcomes.add(_outcome(path))
    assert outcomes  # neither of them an exception of another kind, none slower than SECONDS


def test_mutants_inside_the_parts_are_rows_or_refusals(assessor_sample: Path, tmp_path: Path) -> None:
    """A flipped byte of a packed part mostly fails its checksum; here the XML itself is broken."""
    with zipfile.ZipFile(assessor_sample) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    outcomes: set[str] = set()
    for seed in range(MUTANTS // 2):
        chance = random.Random(seed)
        broken = chance.choice([name for name in parts if name.startswith(("xl/w", "xl/_", "_rels", "xl/s"))])
        path = tmp_path / f"{seed}.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, _mutant(content, chance) if name == broken else content)
        outcomes.add(_outcome(path))
    assert outcomes


def _mutant(original: bytes, chance: random.Random) -> bytes:
    content = bytearray(original)
    match chance.randrange(4):
        case 0:
            del content[chance.randrange(len(content)) :]
        case 1:
            start = chance.randrange(len(content))
            del content[start : start + chance.randrange(1, 200)]
        case _:
            for _ in range(chance.randrange(1, 20)):
                content[chance.randrange(len(content))] = chance.randrange(256)
    return bytes(content)


def _outcome(path: Path) -> str:
    began = time.monotonic()
    try:
        read_workbook(path)
        outcome = "rows"
    except Refusal as refusal:
        assert sentence(refusal.reason)
        outcome = refusal.code
    assert time.monotonic() - began < SECONDS
    return outcome
