"""User text made printable with the fonts that travel in the typesetter.

PDF/A forbids a character without a glyph. What the fonts lack (emoji, other scripts) becomes □, and the form says so;
marks that turn the direction of writing are dropped, since they make a name read otherwise than it is stored.
"""

import re
import unicodedata

MISSING = "□"
LONGEST_RUN = 18
# Inclusive ranges that the embedded fonts cover without a gap; a test sets every one of them in PDF/A.
COVERED = (
    (0x0020, 0x007E), (0x00A0, 0x00AC), (0x00AE, 0x034E), (0x0350, 0x0377), (0x037A, 0x037F), (0x0384, 0x038A),
    (0x038E, 0x03A1), (0x03A3, 0x0482), (0x048A, 0x04FF), (0x05D0, 0x05EA), (0x0621, 0x063A), (0x0640, 0x064A),
    (0x0660, 0x066D), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x2040), (0x2070, 0x2071), (0x2074, 0x208E),
    (0x20A0, 0x20C0), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2460, 0x24FF), (0x25A0, 0x25FF),
)  # fmt: skip
_COVERED = "".join(f"{chr(first)}-{re.escape(chr(last))}" for first, last in COVERED).replace("[", r"\[")
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_BLANK = re.compile(r"[^\S\n]+")
_GAP = re.compile(r" *\n *")
_OUTSIDE = re.compile(f"[^\n{_COVERED}]")
_RUN = re.compile(rf"[^\s\-\u00ad\u200b]{{{LONGEST_RUN}}}(?=[^\s\u0300-\u036f])")


def printable(text: str) -> str:
    """Return `text` in NFC with only what the fonts can show; line breaks stay, other control characters are blanks.

    A run longer than 18 characters without a blank gets invisible places to break, so that it stays in its column.
    """
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    seen = _UNSEEN.sub("", "".join(_plain(letter) for letter in lines))
    tidy = _GAP.sub("\n", _BLANK.sub(" ", seen)).strip()
    return _RUN.sub(lambda run: f"{run[0]}\u200b", _OUTSIDE.sub(MISSING, tidy))


def _plain(letter: str) -> str:
    return " " if letter != "\n" and unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter
