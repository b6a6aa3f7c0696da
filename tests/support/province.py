"""A site with everything in it, twice: one side is one's own, the other belongs to somebody else. Made-up people.

Both sides have an LSP with its school, venue, licence and network; assessors who are active, ending, expired and
suspended; schedules of today, yesterday and next week; results that are signed, drafted, on paper, contested and
annulled; decrees, circulars and sanctions; imports, to-dos and accounts of every role. Whatever belongs to the other
side has a name that matches `FOREIGN`, so that a list that shows it to the wrong account is found by its text.
"""

import itertools
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from tests.support.importing import PUPIL_HEADINGS, pupil, workbook_bytes
from tests.support.refs import LspRef, PersonRef, Plan
from tests.support.site import Site, _password_hash, application, open_site
from tests.world import LONG, PASSPHRASE, SCAN, World

from assessor_registry import clock, jobs
from assessor_registry.accounts import actions as accounts
from assessor_registry.accounts import store as account_store
from assessor_registry.accounts.actions.sessions import open_credential
from assessor_registry.accounts.rules import Actor, Role, Scope
from assessor_registry.assessments import actions as assessments
from assessor_registry.db.engine import Database
from assessor_registry.files import actions as files
from assessor_registry.institutions import actions as institutions
from assessor_registry.intake import actions as intake
from assessor_registry.intake.student_plan import SchoolAsked
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.signing.actions import Registry
from assessor_registry.validity import actions as validity

FOREIGN = re.compile(
    r"(?<!Skema )(?:Contoh|Bengkel|Seberang) 5\d{3}|BNSP-LSP-95\d{3}|SERT-5\d{3}|SK-5\d{3}|SANKSI-5\d{3}"
)
ROLES = tuple(role.value for role in Role)
NIK = "6472010101805001"
NIK_FOREIGN = "6471010101805002"


@dataclass
class Populous(World):
    """A world inside a site: the site has founded the registry, and the day is today."""

    site: Site | None = None

    def __post_init__(self) -> None:
        """Nothing: the site has done it."""

    @property
    def now(self) -> datetime:
        """This moment."""
        return clock.now()

    @cached_property
    def registry(self) -> Registry:
        """The authority of the site."""
        assert self.site is not None
        return self.site.app.state.authority  # type: ignore[no-any-return]

    def numbered_from(self, first: int) -> None:
        """Let the next name have this number."""
        self._serial = itertools.count(first)


@dataclass(frozen=True)
class Side:
    """What belongs together; `ids` is what a path or a form may name (`lsp_id`, `code`, …)."""

    lsp: LspRef
    region: str
    people: dict[str, PersonRef]
    plans: dict[str, Plan]
    codes: dict[str, str]
    ids: dict[str, str]


@dataclass
class Province:
    """The site with its two sides, and who can ask."""

    site: Site
    world: Populous
    own: Side
    foreign: Side
    actors: dict[str, Actor]
    secrets: dict[tuple[str, str], str]

    def secret(self, who: str, kind: str) -> str:
        """Who asks' session (kind `session`) or token: every copy of the database has it."""
        return self.secrets[who, kind]

    def ask(self, statement: str, **values: object) -> Any:
        """One value from the registry as it is now."""
        with self.site.app.state.database.read() as conn:
            return conn.execute(text(statement), values).scalar_one()


@dataclass(frozen=True)
class Template:
    """A filled database to copy, with nobody connected to it, and what is known of it."""

    cluster: Any
    name: str
    filled: Province

    @contextmanager
    def copied(self) -> Iterator[Database]:
        """A copy that is dropped afterwards."""
        name = f"{self.name}_copy_{next(_copies)}"
        self.cluster.run(f'CREATE DATABASE "{name}" TEMPLATE "{self.name}" STRATEGY FILE_COPY')
        database = Database(self.cluster.server.url(name, "registry_app"), pool_size=4)
        try:
            yield database
        finally:
            database.close()
            self.cluster.drop(name)

    @contextmanager
    def opened(self, **settings: Any) -> Iterator[Province]:
        """The application over a copy; keywords change its settings."""
        with self.copied() as database, ExitStack() as stack:
            chosen = replace(self.filled.site.settings, **settings)
            app = stack.enter_context(application(chosen, database))
            site = Site(chosen, database, app, self.filled.site.today, stack)
            yield replace(self.filled, site=site)


_copies = itertools.count(1)


def make_template(cluster: Any, folder: Path) -> Template:
    """Fill a database and let go of it."""
    name = cluster.new_database()
    database = Database(cluster.server.url(name, "registry_app"), pool_size=4)
    with open_site(database, folder) as site:
        filled = fill(site)
    database.close()
    return Template(cluster, name, filled)


def fill(site: Site) -> Province:
    """Fill a site, as at this moment."""
    world = Populous(
        site.database, site.settings.uploads_dir, site.today, secrecy=site.app.state.secrecy, site=site
    )  # fmt: skip
    world.numbered_from(1001)
    own = _side(world, "64.72", NIK)
    world.numbered_from(5001)
    foreign = _side(world, "64.71", NIK_FOREIGN)
    world.numbered_from(3001)
    actors = _actors(world, own)
    jobs.sweep(site.database, site.today, now=clock.now(), mail=False)
    _flags(site, own)
    _flags(site, foreign)
    with site.database.read() as conn:
        query = text("SELECT login FROM account WHERE id = :id")
        own.ids["login"] = conn.execute(query, {"id": actors["lsp_admin"].account_id}).scalar_one()
    secrets = {
        (who, kind): _secret(site, actor, kind) for who, actor in actors.items() for kind in ("session", "token")
    }
    return Province(site, world, own, foreign, actors, secrets)


def _secret(site: Site, actor: Actor, kind: str) -> str:
    now = clock.now()
    values = {"kind": kind, "account_id": actor.account_id, "grant_id": actor.grant_id,
              "expires_at": now + timedelta(days=1)}  # fmt: skip
    secret: str = site.perform(lambda tx: open_credential(tx, values, now))
    return secret


def _side(world: Populous, region: str, nik: str) -> Side:
    lsp = world.lsp(region=region)
    people = _people(world, lsp, nik)
    plans = _plans(world, lsp, people)
    codes, paper_id = _results(world, people, plans)
    ids = {
        "lsp_id": lsp.id,
        "school_id": lsp.school_id,
        "venue_id": lsp.venue_id,
        "licence_id": lsp.licence_id,
        "assessor_id": people["active"].id,
        "other_assessor_id": people["second"].id,
        "waiting_id": people["waiting"].id,
        "certificate_id": people["active"].certificates[0],
        "scheme_id": lsp.schemes[0].id,
        "version_id": lsp.schemes[0].version_id,
        "schedule_id": plans["today"].id,
        "coming_id": plans["coming"].id,
        "past_id": plans["past"].id,
        "bare_id": plans["bare"].id,
        "attempt_id": plans["today"].attempts[2],
        "assessment_id": plans["today"].attempts[2],
        "blank_attempt_id": plans["today"].attempts[3],
        "past_attempt_id": plans["past"].attempts[0],
        "free_attempt_id": plans["coming"].attempts[0],
        "paper_id": paper_id,
        "account_id": people["second"].actor.account_id,
        "grant_id": people["second"].actor.grant_id,
        **dict(zip(("unit1", "unit2", "unit3"), lsp.schemes[0].codes, strict=True)),
        **_ground(world, lsp, region),
        **_asked(world, lsp, people, plans),
        **codes,
    }
    return Side(lsp, region, people, plans, codes, {name: str(value) for name, value in ids.items()})


def _people(world: Populous, lsp: LspRef, nik: str) -> dict[str, PersonRef]:
    soon = (world.today - timedelta(days=1000), world.today + timedelta(days=20))
    gone = (world.today - timedelta(days=1200), world.today - timedelta(days=20))
    people = {
        "active": world.assessor(appointed_by=lsp, nik=nik),
        "second": world.assessor(appointed_by=lsp),
        "ending": world.assessor(soon, appointed_by=lsp, enrolled=False),
        "expired": world.assessor(gone, appointed_by=lsp),
        "suspended": world.assessor(appointed_by=lsp, enrolled=False),
        "waiting": world.assessor(None, appointed_by=lsp, enrolled=False),
    }
    world.enrol(people["second"])  # once more, after a lost passphrase: this key waits for the administrator
    new = validity.NewTechnical(people["waiting"].id, f"Las Contoh {world.number()}", "contoh")
    world.db.perform(lambda tx: validity.add_technical(tx, world.system, new, now=world.now))
    shown = validity.NewTechnical(
        people["active"].id, lsp.schemes[0].title, "contoh", lsp.schemes[0].id, first_day=world.today,
        last_day=LONG[1], file_id=world.scan(),
    )  # fmt: skip
    world.db.perform(lambda tx: validity.add_technical(tx, world.system, shown, now=world.now))
    return people


def _plans(world: Populous, lsp: LspRef, people: dict[str, PersonRef]) -> dict[str, Plan]:
    yesterday, next_week = world.today - timedelta(days=1), world.today + timedelta(days=7)
    plans = {
        "today": world.schedule(candidates=5, lsp=lsp),
        "past": world.schedule(yesterday, candidates=3, lsp=lsp),
        "coming": world.schedule(next_week, next_week + timedelta(days=1), candidates=2, lsp=lsp),
        "cancelled": world.schedule(next_week, candidates=1, lsp=lsp),
        "lost": world.schedule(world.today - timedelta(days=3), candidates=1, lsp=lsp),
        "bare": world.schedule(next_week + timedelta(days=3), candidates=1, lsp=lsp),
    }
    for name in ("today", "past", "coming"):
        world.assign(plans[name], people["active"])
    world.assign(plans["lost"], people["suspended"])
    world.assign(plans["bare"], people["waiting"], planned=True)
    world.db.perform(
        lambda tx: scheduling.cancel_schedule(
            tx, lsp.admin, plans["cancelled"].id, reason="Bengkel kebanjiran", now=world.now
        )
    )
    return plans


def _results(world: Populous, people: dict[str, PersonRef], plans: dict[str, Plan]) -> tuple[dict[str, str], UUID]:
    who, today, past = people["active"], plans["today"], plans["past"]
    drafts = [world.record(who, today.attempts[0]), world.record(who, today.attempts[1], "BK")]
    signed = world.sign(who, *drafts)
    world.record(who, today.attempts[2])
    world.record(who, past.attempts[0])
    world.paper(past, who, past.attempts[1], past.first_day)
    lost = plans["lost"]
    contested = world.paper(lost, people["suspended"], lost.attempts[0], lost.first_day)
    world.suspend(people["suspended"], world.today - timedelta(days=5), file_id=world.scan())
    return {"code": signed[0], "bk_code": signed[1], "contested_code": contested}, _waiting_paper(world, who, past)


def _waiting_paper(world: Populous, who: PersonRef, plan: Plan) -> UUID:
    content = world.content(plan.attempts[2])

    def enter(tx: Any) -> UUID:
        scan = files.keep(
            tx, world.folder, content=SCAN + str(plan.id).encode(), given_name="scan.pdf", purpose="paper_result",
            uploaded_by=plan.lsp.admin.author, now=world.now,
        )  # fmt: skip
        return assessments.enter_paper(
            tx, plan.lsp.admin, plan.attempts[2], 1, assessor_id=who.id, first_day=plan.first_day,
            last_day=plan.first_day, outcome="assessed", units=content.units, recommendation=content.recommendation,
            note_text=content.note, scan_id=scan, reason="Tanpa sinyal", today=world.today, now=world.now,
        )  # fmt: skip

    return world.db.perform(enter)


def _ground(world: Populous, lsp: LspRef, region: str) -> dict[str, object]:
    number, today = world.number(), world.today
    loose = world.school(name=f"SMK Seberang {number}", region=region)
    pupils = world.students(2, school=lsp.school_id, rombel="XII DPIB 1")
    scan = world.scan()

    def act(tx: Any) -> dict[str, object]:
        provisional = institutions.provisional_school(
            tx, world.system, f"SMK Contoh {number} Baru", None, region, world.now
        )[0]
        network = institutions.network_school(tx, world.system, lsp.id, loose, LONG[0], f"SK-{number}/J", world.now)
        season = institutions.add_season(
            tx, world.system, f"Musim Uji {number}", today + timedelta(days=60 + number % 7),
            today + timedelta(days=90 + number % 7), world.now,
        )  # fmt: skip
        circular = validity.NewExtension(
            date(2015, 1, 1),
            date(2015, 12, 31),
            date(2016, 6, 30),
            f"SE-{number}",
            date(2015, 12, 1),
            date(2015, 12, 5),
            file_id=scan,
        )
        extended = validity.extend(tx, world.system, circular, now=world.now)
        for table in ("licence", "appointment_decree"):
            tx.execute(text(f"UPDATE {table} SET file_id = :file WHERE lsp_id = :lsp"), {"file": scan, "lsp": lsp.id})
        return {
            "network_id": network,
            "network_school_id": loose,
            "provisional_id": provisional,
            "season_id": season,
            "extension_id": extended.id,
        }

    made = world.db.perform(act)
    return {**made, "student_id": pupils[0], "free_student_id": pupils[1], "batch_id": _batch(world, lsp, number)}


def _asked(world: Populous, lsp: LspRef, people: dict[str, PersonRef], plans: dict[str, Plan]) -> dict[str, object]:
    names = {"lsp": lsp.id, "who": people["active"].id, "hit": people["suspended"].id, "waiting": people["waiting"].id,
             "attempt": plans["today"].attempts[2], "signed": plans["today"].attempts[0]}  # fmt: skip
    with world.db.read() as conn:
        found = {name: conn.execute(text(sql), names).scalar_one() for name, sql in _FOUND.items()}
        (shown,) = assessments.preview_signing(conn, people["active"].actor, [found["draft_id"]], now=world.now)
    return {**found, "draft_pin": f"{shown.draft_id}:{shown.version}:{shown.digest}"}


_FOUND = {
    "appointment_id": "SELECT id FROM appointment WHERE assessor_id = :who LIMIT 1",
    "decree_id": "SELECT decree_id FROM appointment WHERE assessor_id = :who LIMIT 1",
    "scan_id": "SELECT file_id FROM technical_certificate WHERE assessor_id = :who AND file_id IS NOT NULL",
    "sanction_id": "SELECT id FROM sanction WHERE assessor_id = :hit LIMIT 1",
    "coverage_id": "SELECT s.id FROM licensed_scheme s JOIN licence l ON l.id = s.licence_id WHERE l.lsp_id = :lsp",
    "draft_id": "SELECT d.id FROM draft d JOIN attempt a ON a.id = d.attempt_id WHERE a.id = :attempt",
    "technical": "SELECT scheme_text FROM technical_certificate WHERE assessor_id = :waiting AND scheme_id IS NULL",
    "nisn": "SELECT nisn FROM student JOIN attempt ON attempt.student_id = student.id WHERE attempt.id = :signed",
    "npsn": "SELECT npsn FROM school JOIN lsp ON lsp.school_id = school.id WHERE lsp.id = :lsp",
}


def _batch(world: Populous, lsp: LspRef, number: int) -> UUID:
    path = world.folder.parent / f"peserta-{number}.xlsx"
    rows = [pupil(number, name=f"Murid Contoh {number}"), pupil(number + 1, name=None)]
    path.write_bytes(workbook_bytes(PUPIL_HEADINGS, rows))
    source = intake.read(world.db, "students", path, path.name, today=world.today)
    return world.db.perform(
        lambda tx: intake.preview(
            tx, lsp.second, source, uploads_dir=world.folder, secrecy=world.secrecy, now=world.now, today=world.today,
            asked=SchoolAsked(school_id=lsp.school_id),
        )
    ).batch_id  # fmt: skip


def _flags(site: Site, side: Side) -> None:
    with site.database.read() as conn:
        found = conn.execute(
            text("SELECT id FROM flag WHERE subject_id = :who LIMIT 1"), {"who": side.people["ending"].id}
        ).scalar()
    side.ids["flag_id"] = str(found)


def _actors(world: Populous, own: Side) -> dict[str, Actor]:
    """One account for each role on the own side; and those who should get nowhere, or less far."""
    lsp = Scope("lsp", str(own.lsp.id))
    actors = {
        "division": world.account(Role.DIVISION),
        "lsp_admin": own.lsp.second,
        "assessor": own.people["active"].actor,
        "panel": world.account(Role.PANEL, lsp),
        "school": world.account(Role.SCHOOL, Scope("school", str(own.lsp.school_id))),
        "auditor": world.account(Role.AUDITOR, Scope("region", own.region)),
        "operator": world.account(Role.OPERATOR),
        "expired": own.people["expired"].actor,
        "disabled": world.account(Role.DIVISION),
        "roleless": world.account(Role.DIVISION),
    }
    closed, bare = actors["disabled"].account_id, actors["roleless"].grant_id
    assert closed
    assert bare
    with world.db.transaction() as tx:
        accounts.disable(tx, world.system, closed, now=world.now)
        accounts.revoke_grant(tx, world.system, bare, now=world.now)
        for actor in actors.values():
            assert actor.account_id
            account_store.change_account(tx, actor.account_id, password_hash=_password_hash())
    return actors


__all__ = [
    "FOREIGN",
    "NIK",
    "NIK_FOREIGN",
    "PASSPHRASE",
    "ROLES",
    "Province",
    "Side",
    "Template",
    "fill",
    "make_template",
]
