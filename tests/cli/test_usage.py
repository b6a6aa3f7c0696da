"""A command that can not be understood: one Indonesian sentence and how it is used, exit code 2, nothing done."""

from pathlib import Path

import pytest
from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("given", "sentence", "usage"),
    [
        ("standing MET.000.900001", "Opsi --on belum diisi.", "standing [OPSI] MET"),
        ("standing", "MET belum disebutkan.", "standing [OPSI] MET"),
        ("import assessors", "FILE belum disebutkan.", "import assessors [OPSI] FILE"),
        ("account disable", "LOGIN belum disebutkan.", "account disable [OPSI] LOGIN"),
        ("serve --port 99999", "--port harus bilangan 0 sampai 65535.", "serve [OPSI]"),
        ("serve --port delapan", "--port harus bilangan 0 sampai 65535.", "serve [OPSI]"),
        ("hapus", "Perintah hapus tidak ada.", "[OPSI] PERINTAH [ARGUMEN]..."),
        ("account hapus", "Perintah hapus tidak ada.", "account [OPSI] PERINTAH [ARGUMEN]..."),
        ("sweep --semua", "Opsi --semua tidak ada.", "sweep [OPSI]"),
        ("sweep --today", "Opsi --today harus diikuti isinya.", "sweep [OPSI]"),
        ("sweep --json=1", "Opsi --json dipakai tanpa isi.", "sweep [OPSI]"),
        ("fsck satu dua", "Terlalu banyak argumen: satu dua.", "fsck [OPSI]"),
        ("--data-dir", "Opsi --data-dir harus diikuti isinya.", "[OPSI] PERINTAH [ARGUMEN]..."),
    ],
)
def test_what_can_not_be_understood_is_told_in_a_sentence_with_the_usage(
    program: Run, given: str, sentence: str, usage: str
) -> None:
    assert program(*given.split()) == (2, "", f"{sentence}\nPemakaian: assessor-registry {usage}\n")


def test_help_is_no_mistake(program: Run) -> None:
    code, out, error = program("sweep", "--help")
    assert (code, "--today" in out, error) == (0, True, "")
    code, out, error = program("account")
    assert (code, "disable" in out + error) == (2, True)


@pytest.mark.parametrize("kind", ["assessors", "students", "schemes", "schools"])
def test_a_file_to_import_that_is_none_is_named(program: Run, tmp_path: Path, kind: str) -> None:
    where = ["import", kind]
    folder, nothing = str(tmp_path), str(tmp_path / "tidak-ada.xlsx")
    assert program(*where, folder) == (2, "", f"{folder} adalah folder. Sebutkan berkas di dalamnya.\n")
    assert program(*where, nothing) == (2, "", f"Berkas tidak ada atau tidak dapat dibaca: {nothing}\n")
