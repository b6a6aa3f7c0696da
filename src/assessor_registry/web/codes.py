"""Codes that anyone may check: how they are typed, how often, and what of a record is kept for a moment.

Page and API share one count: whoever has looked up too much on one does not go on with the other.
"""

import hashlib
import re
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from litestar import Request

from assessor_registry import clock
from assessor_registry.accounts import actions as accounts
from assessor_registry.accounts.rules import ADDRESS_LIMIT, Limit, Subject, of_address
from assessor_registry.assessments import actions as assessments
from assessor_registry.errors import InvalidInput, NotFound
from assessor_registry.web.limiter import Limiter
from assessor_registry.web.pages.entry import address

CODE_LENGTH = 26
KEPT_SECONDS = 5.0
MOST_KEPT = 2_000
# A code is printed in base 32, which has no 0, 1 and 8: whoever reads one has seen a letter.
_LOOKALIKES = str.maketrans("018", "OIB")
_CODE = re.compile(r"[A-Z2-7]{26}")
# A NISN has ten digits, of which the first three are guessed: a code bears few wrong ones.
NISN_LIMIT = Limit(free=10, window=timedelta(hours=1), longest=3600)


def spelled(typed: str) -> str:
    """Return a typed code as it is stored; spaces, dashes, small letters and look-alikes do not matter.

    Raises:
        InvalidInput: it can not be a code.
    """
    plain = "".join(char for char in typed.upper() if char.isalnum()).translate(_LOOKALIKES)
    if not _CODE.fullmatch(plain):
        raise InvalidInput("web.code_shape", field="kode")
    return plain


def code_subject(request: Request[Any, Any, Any]) -> Subject:
    """Wrong codes and NISN from one network address, apart from its wrong passwords."""
    return Subject(of_address(address(request)).name.replace("address", "check", 1), ADDRESS_LIMIT, False)


def nisn_subject(code: str) -> Subject:
    """Wrong NISN for one code, from wherever they come."""
    return Subject(f"nisn:{hashlib.sha256(code.encode()).hexdigest()}", NISN_LIMIT, False)


@dataclass(frozen=True, slots=True)
class _Kept:
    check: assessments.PublicCheck
    at: float


class Recent:
    """Public facts of records that were asked for within `KEPT_SECONDS`: older than that nothing is shown."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str], _Kept] = {}
        # A school looks up a class in a minute; nobody looks up more by hand.
        self._looked_up = Limiter(burst=120, per_minute=120)
        self._lock = threading.Lock()

    def get(self, request: Request[Any, Any, Any], code: str) -> assessments.PublicCheck:
        """Return what anyone may see of a record; a wrong code is counted.

        Raises:
            NotFound: `assessments.no_code`.
            TooMany: too many look-ups, or too many wrong codes, from this address.
        """
        self._looked_up.take(address(request))
        database, now = request.app.state.database, clock.monotonic()
        key = (id(database), code)
        found = self._kept.get(key)
        if found is not None and now - found.at < KEPT_SECONDS:
            return found.check
        try:
            with database.read() as conn:
                check = assessments.public_check(conn, code)
        except NotFound:
            accounts.begin_attempt(database, [code_subject(request)], clock.now())
            raise
        with self._lock:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = _Kept(check, now)
        return check


RECENT = Recent()
