"""What may be a passphrase for signing (frasa sandi tanda tangan), and its one form."""

import re
import unicodedata
from datetime import date

from assessor_registry.errors import Reason

MIN_PASSPHRASE = 8
MAX_PASSPHRASE = 256


def problems(passphrase: str, *, login: str = "", birth_date: date | None = None) -> list[Reason]:
    """Return every reason why `passphrase` should not be taken for signing; an empty list when it may.

    At least 8 characters; not the login; not the birth date in digits; not one character repeated.
    """
    text = normal(passphrase)
    digits = re.sub(r"[\s./-]", "", text)
    checks = (
        (len(text) < MIN_PASSPHRASE, Reason("signing.passphrase_short", {"least": MIN_PASSPHRASE})),
        (len(text) > MAX_PASSPHRASE, Reason("signing.passphrase_long", {"most": MAX_PASSPHRASE})),
        (bool(login) and text.casefold() == normal(login).casefold(), Reason("signing.passphrase_is_login")),
        (birth_date is not None and digits in _spellings(birth_date), Reason("signing.passphrase_is_birth_date")),
        (len(text) >= MIN_PASSPHRASE and len(set(text)) == 1, Reason("signing.passphrase_one_character")),
    )
    return [reason for unmet, reason in checks if unmet]


def _spellings(day: date) -> set[str]:
    year, month, number = f"{day.year:04d}", f"{day.month:02d}", f"{day.day:02d}"
    return {number + month + year, month + number + year, year + month + number}


def normal(passphrase: str) -> str:
    # A phone's keyboard adds a space after a completed word; the same letters may come composed or not.
    return unicodedata.normalize("NFC", passphrase).strip()
