"""What may be uploaded, told by its bytes and never by its name. Pure."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Collection

MIB = 1024 * 1024
DEFAULT_LIMIT = 20 * MIB
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
# Media type → (suffix of a download, the word for it).
KINDS = {
    PDF: (".pdf", "PDF"),
    JPEG: (".jpg", "JPEG"),
    PNG: (".png", "PNG"),
    XLSX: (".xlsx", "XLSX"),
    CSV: (".csv", "CSV"),
}
SCANS = frozenset({PDF, JPEG, PNG})
SHEETS = frozenset({XLSX, CSV})
_MAGIC = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NAME_LENGTH = 150


def media_type(content: bytes) -> str | None:
    """Return the media type that the bytes show, one of `KINDS`; None: something else."""
    for magic, found in _MAGIC:
        if content.startswith(magic):
            return found
    if content.startswith(b"PK\x03\x04"):
        return XLSX if _is_workbook(content) else None
    return CSV if _is_table(content) else None


def _is_workbook(content: bytes) -> bool:
    # Only the archive's directory is read: what is packed inside is the importer's to distrust.
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {"[Content_Types].xml", "xl/workbook.xml"} <= set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        return False


def _is_table(content: bytes) -> bool:
    # Text in UTF-8, Windows' Western code page or UTF-16 with its mark, of more than one field; nothing that a browser
    # takes for a page.
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            content = content.decode("utf-16").encode()
        except UnicodeError:
            return False
    if _CONTROL.search(content):
        return False
    text = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    return bool(text) and not text.startswith(b"<") and any(mark in text for mark in (b",", b";", b"\t", b"\n"))


def words_of(allowed: Collection[str]) -> str:
    """`PDF, JPEG, PNG`: the kinds of file in a sentence, in the order of `KINDS`."""
    return ", ".join(word for kind, (_, word) in KINDS.items() if kind in allowed)


def clean_name(given: str, kind: str) -> str:
    """Return a name under which the file can be offered: no folders, no control characters, the suffix of its kind.

    `given` is the name that its sender's machine had for it.
    """
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    plain = unicodedata.normalize("NFC", last.encode(errors="replace").decode())
    kept = " ".join("".join(letter if letter.isprintable() else " " for letter in plain).split())
    suffix = KINDS[kind][0]
    stem = kept[: -len(suffix)] if kept.lower().endswith(suffix) else kept
    return f"{stem[:_NAME_LENGTH].strip(' .') or 'berkas'}{suffix}"


def place(sha256: bytes) -> tuple[str, str]:
    """Return folder and file name under the uploads folder: `ab`, `cdef…`."""
    digits = sha256.hex()
    return digits[:2], digits[2:]


def digest_of(folder: str, name: str) -> bytes | None:
    """Return the SHA-256 that a path names, the other way round; None: no stored file is called so."""
    digits = folder + name
    known = (
        len(folder) == 2 and len(digits) == 64 and digits == digits.lower() and digits.isascii() and digits.isalnum()
    )
    try:
        return bytes.fromhex(digits) if known else None
    except ValueError:
        return None
