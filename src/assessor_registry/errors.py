"""The closed family of refusals.

A refusal is a code with parameters, never a sentence: `words` makes the sentence, so that page, API, log and test
say the same. `field` names the input that caused it. `reasons` holds every unmet clause, not only the first.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

Param = str | int | bool | date | None


@dataclass(frozen=True, slots=True)
class Reason:
    """One unmet clause or one warning: a stable code and what its sentence needs; `field`: the input it is about."""

    code: str
    params: Mapping[str, Param] = dataclasses.field(default_factory=dict)
    field: str | None = dataclasses.field(default=None, compare=False)

    def __hash__(self) -> int:
        return hash((self.code, tuple(sorted(self.params.items(), key=lambda item: item[0]))))


class Refusal(Exception):
    """Base of all refusals; raise one of the subclasses."""

    status: ClassVar[int] = 400

    def __init__(self, code: str, *, field: str | None = None, reasons: tuple[Reason, ...] = (), **params: Param):
        super().__init__(code)
        self.code = code
        self.field = field
        self.reasons = reasons
        self.params: dict[str, Param] = params
        # What a program is told besides: how things are now.
        self.extra: Mapping[str, Any] | None = None

    @property
    def reason(self) -> Reason:
        """The refusal itself as a reason, for `words.sentence`."""
        return Reason(self.code, self.params)


class InvalidInput(Refusal):
    """What was sent can not be read or is not allowed; `field` says where."""

    status = 422


class NotSignedIn(Refusal):
    """Nobody is signed in, or the session has ended."""

    status = 401


class Forbidden(Refusal):
    """The account may not do this."""

    status = 403


class NotFound(Refusal):
    """It does not exist, or is outside the account's scope: the two are told alike."""

    status = 404


class Conflict(Refusal):
    """It changed meanwhile, or the act does not fit its present state."""

    status = 409


class NotEligible(Refusal):
    """Someone may not assess or sign; `reasons` holds each unmet clause."""

    status = 409


class TooMany(Refusal):
    """Too many attempts; `wait_seconds` in the parameters says how long to wait."""

    status = 429


class Unavailable(Refusal):
    """A part that the act needs is not there now (database, mail server); nothing was changed."""

    status = 503


class ConfigurationError(Refusal):
    """A setting is unknown, missing or unusable; the program does not start."""

    status = 500
