"""Schedules of the sample province, past, of this week and to come; what was recorded, signed, corrected, contested."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.assessments import actions as assessments
from assessor_registry.assessments import store as results
from assessor_registry.assessments.rules import Content
from assessor_registry.demo import plan
from assessor_registry.demo.people import season_of
from assessor_registry.demo.scan import form
from assessor_registry.demo.story import Story
from assessor_registry.files import actions as files
from assessor_registry.institutions import actions as institutions
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.scheduling import store as schedules
from assessor_registry.scheduling.rules import days_of
from assessor_registry.validity import actions as validity

EVIDENCE = ("observasi", "lisan", "tertulis")
NOTE = "Belum menyelesaikan pekerjaan sesuai langkah kerja; perlu latihan ulang."


@dataclass(slots=True)
class Event:
    """A schedule in the making: LSP, scheme, first day, who assesses, which pupils of the class."""

    lsp: str
    scheme: str
    first_day: date
    assessors: tuple[str, ...]
    pupils: slice
    days: int = 1
    planned: bool = False
    season: bool = False
    id: UUID | None = None

    @property
    def last_day(self) -> date:
        """The last day, included."""
        return self.first_day + timedelta(days=self.days - 1)


def _prepare(story: Story, event: Event) -> None:
    """The LSP makes the schedule, puts the pupils in and assigns by letter."""
    place, (_, version) = story.places[event.lsp], story.schemes[event.scheme]
    admin = place.admin
    pupils = story.classes[event.lsp, event.scheme][event.pupils]
    title = f"{'UKK' if event.season else 'Uji kompetensi'} {plan.ROMBEL[event.scheme]} {place.place}"

    def act(tx: Connection) -> UUID:
        made = scheduling.create_schedule(
            tx, admin, lsp_id=place.id, scheme_version_id=version, venue_id=place.venue_id, title=title,
            first_day=event.first_day, last_day=event.last_day, now=story.now, evidence_kinds=EVIDENCE,
            season_id=story.seasons[1] if event.season else None,
        )  # fmt: skip
        scheduling.add_candidates(tx, admin, made, pupils, today=story.today, now=story.now)
        for key in event.assessors:
            letter = None if event.planned else story.letter()
            scheduling.assign(
                tx, admin, made, story.cast[key].id, days_of(event.first_day, event.last_day), now=story.now,
                planned=event.planned, letter_number=letter, letter_date=None if event.planned else story.today,
            )  # fmt: skip
        if event.assessors and not event.planned:
            scheduling.split_evenly(tx, admin, made, now=story.now)
        return made

    event.id = story.do(act)


def _candidates(story: Story, event: Event, key: str) -> list[UUID]:
    if event.id is None:
        raise ValueError("not prepared")
    with story.database.read() as conn:
        rows = schedules.candidates(conn, PROVINCE, event.id)
    return [row.attempt_id for row in rows if row.assessor_id == story.cast[key].id]


def _record(
    story: Story, event: Event, key: str, unlike: Mapping[int, str] | None = None, skip: Sequence[int] = ()
) -> list[UUID]:
    """Attendance on one screen, then the units of each; `unlike` by place in the list: BK, absent, withdrew.

    Returns the drafts.
    """
    actor, attempts = story.actors[key], _candidates(story, event, key)
    found = {attempt: (unlike or {}).get(place, "K") for place, attempt in enumerate(attempts) if place not in skip}
    marks = {attempt: result if result in ("absent", "withdrew") else "assessed" for attempt, result in found.items()}
    schedule = event.id
    if schedule is None:
        raise ValueError("not prepared")

    def act(tx: Connection) -> list[UUID]:
        saved = assessments.save_attendance(
            tx, actor, schedule, marks, dict.fromkeys(marks, 0), today=story.today, now=story.now
        )
        codes = [unit.code for unit in results.units_of(tx, [story.schemes[event.scheme][1]]).popitem()[1]]
        for attempt, result in found.items():
            if marks[attempt] == "assessed":
                assessments.save_draft(
                    tx, actor, attempt, 1, _content(codes, result), saved[attempt].version, today=story.today,
                    now=story.now,
                )  # fmt: skip
        return [one.draft_id for one in saved.values()]

    return story.do(act)


def _content(codes: Sequence[str], result: str) -> Content:
    units = dict.fromkeys(codes, "K")
    if result == "BK":
        units |= dict.fromkeys(codes[-2:], "BK")
    return Content("assessed", units, None, result, NOTE if result == "BK" else None, "paper")


def _sign(story: Story, key: str, drafts: Sequence[UUID]) -> list[str]:
    return assessments.sign(
        story.database, story.actors[key], drafts, story.passphrases[key], registry=story.registry, now=story.now
    )


def _hold(story: Story, event: Event, unlike: Mapping[str, Mapping[int, str]], skip: Sequence[int] = ()) -> None:
    """Everyone records and signs on the day."""
    for key in event.assessors:
        _sign(story, key, _record(story, event, key, unlike.get(key), skip))


def tell(story: Story) -> None:
    """Plan everything that is assessed."""
    _past(story)
    _this_week(story)
    _coming(story)


def _past(story: Story) -> None:
    """Signed on the day: with BK, absent, withdrawn; one corrected, one on paper, some contested later."""
    joint = Event("samarinda", plan.TKJ, story.workday(-90), ("demo", "partner"), slice(0, 12))
    contested = Event("balikpapan", plan.AKL, story.workday(-75), ("suspended",), slice(0, 6))
    cooked = Event("bontang", plan.KULINER, story.workday(-60), ("cook",), slice(0, 10))
    tills = Event("samarinda", plan.KASIR, story.workday(-30), ("cashier",), slice(0, 9))
    created = Event("kukar", plan.DKV, story.workday(-8), ("creator",), slice(0, 10))
    unlike: dict[str, dict[int, str]] = {
        "demo": {1: "BK", 4: "absent"}, "partner": {2: "BK", 5: "withdrew"}, "cook": {3: "BK", 7: "BK"},
        "creator": {0: "absent", 6: "BK"},
    }  # fmt: skip
    for event in (joint, contested, cooked, tills, created):
        story.at(event.first_day - timedelta(days=20), lambda event=event: _prepare(story, event))  # type: ignore[misc]
        skip = (8,) if event is tills else ()
        story.at(event.first_day, lambda event=event, skip=skip: _hold(story, event, unlike, skip), hour=15)  # type: ignore[misc]
    story.at(cooked.first_day + timedelta(days=4), lambda: _correct(story, cooked))
    story.at(story.workday(-50), lambda: _suspend(story, contested.first_day))
    story.at(tills.first_day + timedelta(days=3), lambda: _paper(story, tills))


def _correct(story: Story, event: Event) -> None:
    """A unit was ticked wrongly: the correction is a record of its own that names the one it replaces."""
    actor, attempt = story.actors["cook"], _candidates(story, event, "cook")[3]

    def act(tx: Connection) -> UUID:
        (old,) = results.records(tx, PROVINCE, attempt_id=attempt)
        opened = assessments.correct(tx, actor, old.code, reason="Salah menandai satu unit", now=story.now)
        draft = results.draft(tx, attempt, 1)
        if draft is None:
            raise ValueError("the correction is lost")
        content = _content(list(draft.units), "K")
        days = Content(**{name: getattr(content, name) for name in Content.__dataclass_fields__ if name != "days"},
                       days=(old.first_day, old.last_day))  # fmt: skip
        return assessments.save_draft(
            tx, actor, attempt, 1, days, opened.version, today=story.today, now=story.now
        ).draft_id

    _sign(story, "cook", [story.do(act)])


def _suspend(story: Story, day: date) -> None:
    """A suspension reaches back over days on which records were signed: these are contested."""
    person = story.cast["suspended"]
    new = validity.NewSanction(
        person.id, "suspension", day - timedelta(days=3), None, f"SANKSI.9/{story.today.year}", story.workday(-55),
        story.today,
    )  # fmt: skip

    def act(tx: Connection) -> None:
        lost = validity.sanction(tx, story.division, new, now=story.now).shrunk
        scheduling.withdraw_lost(tx, story.division, lost, now=story.now)
        reason = f"Asesor dibekukan ({new.decree_number})"
        assessments.contest_lost(tx, story.division, lost, reason=reason, now=story.now)

    story.do(act)


def _paper(story: Story, event: Event) -> None:
    """One result was only on paper: entered with its scan by one office-holder, confirmed by another."""
    attempt = _candidates(story, event, "cashier")[8]
    entered_by, confirmed_by = story.actors["admin"], story.actors["second"]

    def enter(tx: Connection) -> UUID:
        scan = files.keep(
            tx, story.settings.uploads_dir, content=form(), given_name="FR.AK.02.pdf", purpose="paper",
            uploaded_by=entered_by.author, now=story.now,
        )  # fmt: skip
        codes = [unit.code for unit in results.units_of(tx, [story.schemes[event.scheme][1]]).popitem()[1]]
        return assessments.enter_paper(
            tx, entered_by, attempt, 1, assessor_id=story.cast["cashier"].id, first_day=event.first_day,
            last_day=event.first_day, outcome="assessed", units=dict.fromkeys(codes, "K"), recommendation="K",
            scan_id=scan, reason="Tidak ada sinyal di bengkel", today=story.today, now=story.now,
        )  # fmt: skip

    entered = story.do(enter)
    story.do(lambda tx: assessments.confirm_paper(
        tx, confirmed_by, entered, registry=story.registry, now=story.now
    ))  # fmt: skip


def _this_week(story: Story) -> None:
    """Ready to be recorded today; recorded yesterday and not signed by who ends within the week; the days to come."""
    ready = Event("samarinda", plan.TKJ, story.made_on, ("demo",), slice(12, 22))
    unsigned = Event("kutim", plan.MPLB, story.day(-1), ("ending",), slice(0, 4))
    others = (
        Event("berau", plan.MPLB, story.day(1), ("clerk",), slice(0, 10)),
        Event("bontang", plan.KULINER, story.day(2), ("cook",), slice(10, 20), days=2),
    )
    for event in (ready, unsigned, *others):
        story.at(story.day(-14), lambda event=event: _prepare(story, event))  # type: ignore[misc]
    story.at(unsigned.first_day, lambda: _record(story, unsigned, "ending", {2: "BK"}), hour=14)


def _coming(story: Story) -> None:
    """Some that will not hold: waiting for an RCC certificate, a venue's verification cut short, a licence ending."""
    waiting = Event("paser", plan.OTO, story.day(9), ("waiting",), slice(0, 8), planned=True)
    venue = Event("ppu", plan.KULINER, story.day(15), ("cook2",), slice(0, 10))
    licence = Event("kubar", plan.TKJ, story.day(28), (), slice(0, 10))
    first = season_of(story)[0]
    season = (
        Event("samarinda", plan.TKJ, first + timedelta(days=3), ("partner",), slice(22, 25), season=True),
        Event("balikpapan-2", plan.PPLG, first + timedelta(days=5), ("coder",), slice(0, 10), season=True),
        Event("kukar", plan.DKV, first + timedelta(days=8), ("creator",), slice(10, 20), season=True, days=2),
        Event("paser", plan.OTO, first + timedelta(days=12), ("waiting",), slice(8, 16), planned=True, season=True),
    )
    called_off = Event("berau", plan.TKJ, story.day(6), (), slice(0, 5))
    for event in (waiting, venue, licence, called_off, *season):
        story.at(story.day(-10), lambda event=event: _prepare(story, event), hour=11)  # type: ignore[misc]
    story.at(story.day(-7), lambda: _shorten(story, "ppu", 11))
    story.at(story.day(-6), lambda: _call_off(story, called_off))


def _shorten(story: Story, lsp: str, until: int) -> None:
    """The venue is verified anew, and only for some days more: the schedule after these will not hold."""
    place = story.places[lsp]
    story.do(lambda tx: institutions.verify_venue(
        tx, story.division, place.venue_id, story.today, story.day(until), f"SK.TUK/{story.today.year}/02", story.now
    ))  # fmt: skip


def _call_off(story: Story, event: Event) -> None:
    schedule = event.id
    if schedule is None:
        raise ValueError("not prepared")
    story.do(lambda tx: scheduling.cancel_schedule(
        tx, story.places[event.lsp].admin, schedule, reason="Bengkel dipakai kegiatan lain", now=story.now
    ))  # fmt: skip
