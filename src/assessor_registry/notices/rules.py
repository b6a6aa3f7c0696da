"""What a digest says, when a mail is tried again, what of a mail server's answer may be kept. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from assessor_registry.errors import Param, Reason
from assessor_registry.words import long_date, sentence

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


# In this order; whoever ends before the season does is not told a second time that the certificate ends.
KINDS = ("needs_assessor", "results_unsigned", "season_gap", "certificate_ending", "technical_ending",
         "appointment_ending", "licence_ending", "venue_ending")  # fmt: skip
LINES_PER_KIND = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One to-do as a digest tells it: about whom, where, until when; `stage` 0 has ended."""

    kind: str
    subject: str
    place: str | None
    last_day: date
    stage: int


def digest(lines: Iterable[Line], today: date, url: str) -> tuple[str, str]:
    """Return subject and body of a day's digest (ringkasan harian), plain text, grouped by kind, soonest first."""
    grouped = _grouped(lines)
    total = sum(map(len, grouped.values()))
    parts = [_say("digest_intro", day=today)]
    for kind, found in grouped.items():
        shown = [_line(line) for line in found[:LINES_PER_KIND]]
        if len(found) > LINES_PER_KIND:
            shown.append("- " + _say("digest_more", count=len(found) - LINES_PER_KIND))
        parts.append("\n".join([f"{sentence(Reason(f'flags.{kind}'))} ({len(found)})", *shown]))
    return _say("digest_subject", count=total), _letter(parts, url)


def summary(lines: Iterable[Line], today: date, url: str) -> tuple[str, str]:
    """Return subject and body of the one summary of what was due already when the registry learnt of it: counts."""
    grouped = _grouped(lines)
    parts = [_say("summary_intro", day=today)]
    for kind, found in grouped.items():
        stages = Counter(line.stage for line in found)
        counted = [f"- {_stage(stage)}: {number}" for stage, number in sorted(stages.items())]
        parts.append("\n".join([f"{sentence(Reason(f'flags.{kind}'))} ({len(found)})", *counted]))
    return _say("summary_subject", count=sum(map(len, grouped.values()))), _letter(parts, url)


def _grouped(lines: Iterable[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = defaultdict(list)
    for line in sorted(set(lines), key=lambda line: (line.last_day, line.subject)):
        found[line.kind].append(line)
    told = {(line.subject, line.place, line.last_day) for line in found.get("season_gap", ())}
    certificates = found.get("certificate_ending", [])
    found["certificate_ending"] = [c for c in certificates if (c.subject, c.place, c.last_day) not in told]
    return {kind: found[kind] for kind in KINDS if found.get(kind)}


def _line(line: Line) -> str:
    place = f" ({line.place})" if line.place else ""
    ends = _say("digest_ends") if line.stage else _stage(line.stage)
    return f"- {line.subject}{place}: {ends} {long_date(line.last_day)}"


def _stage(stage: int) -> str:
    return sentence(Reason("flags.stage_months", {"months": stage}) if stage else Reason("flags.stage_expired"))


def _say(code: str, **params: Param) -> str:
    return sentence(Reason(f"notices.{code}", params))


def _letter(parts: Sequence[str], url: str) -> str:
    return "\n\n".join([*parts, _say("digest_link", url=f"{url}/tindak-lanjut"), _say("digest_foot")]) + "\n"
