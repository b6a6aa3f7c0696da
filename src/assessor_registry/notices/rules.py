"""When a mail is tried again, and what of a mail server's answer may be kept. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# A greylisting server takes a mail after some minutes; one that is down for a weekend still gets it.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440, 1440, 2880))
TRIES = len(WAITS) + 1
# Longer than any conversation with a server can last: nobody else takes a mail that is being sent.
LEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, without anything that a server said about whom: a code, and whether trying again is no use.

    `about_this_mail`: the server is well, the next mail may be tried at once.
    """

    code: str
    final: bool
    about_this_mail: bool = False


def next_try(tries: int, failure: Failure, now: datetime) -> datetime | None:
    """Return when a mail that has failed `tries` times is tried again; None when it is given up."""
    if failure.final or tries >= TRIES:
        return None
    return now + WAITS[tries - 1]


def refused(what: str, reply: int) -> Failure:
    """A server's refusal: 4xx is for now (greylisting, full mailbox), 5xx for good."""
    return Failure(f"{what} {reply}", 500 <= reply < 600, True)
