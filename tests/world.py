"""A registry built in one-liners, for tests that need people who assess and results that are signed. Made-up people.

    lsp = world.lsp()
    ana = world.assessor(certificate=(date(2023, 11, 24), date(2026, 11, 23)))
    plan = world.schedule(candidates=2)
    world.assign(plan, ana)
    codes = world.sign(ana, world.record(ana, plan.attempts[0]))

`world.today` is the day on which everything happens; set it to move time. What is not named is made: the first LSP, its
scheme, its venue. Everything goes through the actions of the rooms, so a world can not hold what the registry refuses;
`check` re-verifies every invariant at the end of each test that used it.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import Connection
from tests.support.invariants import broken
from tests.support.refs import LspRef, PersonRef, Plan, SchemeRef

from assessor_registry.accounts import actions as accounts
from assessor_registry.accounts.rules import GRANTED, PROVINCE, Actor, Role, Scope, system
from assessor_registry.assessments import actions as assessments
from assessor_registry.assessments import store as results
from assessor_registry.assessments.rules import Content
from assessor_registry.assessors import actions as assessors
from assessor_registry.assessors.rules import Registration
from assessor_registry.days import DAY
from assessor_registry.db.engine import Database
from assessor_registry.files import actions as files
from assessor_registry.institutions import actions as institutions
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.schemes import actions as schemes
from assessor_registry.schemes.rules import ClusterDraft, UnitDraft, VersionDraft
from assessor_registry.secrecy import Secrecy
from assessor_registry.signing import actions as signing
from assessor_registry.signing.actions import Registry
from assessor_registry.signing.keys import ScryptCost
from assessor_registry.students import actions as pupils
from assessor_registry.validity import actions as validity
from assessor_registry.validity import store as validity_store
from assessor_registry.validity.rules import Standing

ZONE = "Asia/Makassar"
PASSPHRASE = "kuda putih lari pagi"
QUICK = ScryptCost(n=2**4, r=8, p=1)
FIELD_KEY, AUTHORITY_KEY = bytes(range(1, 33)), bytes(range(32))
FOUNDED = datetime(2022, 1, 3, 1, 0, tzinfo=UTC)
LONG = (date(2022, 1, 3), date(2031, 12, 31))
SCAN = b"%PDF-1.4\n% FR.AK.02 contoh\n"


@dataclass
class World:
    """See the module. `folder` is where uploads go."""

    db: Database
    folder: Path
    today: date = date(2026, 11, 23)
    system: Actor = field(default_factory=lambda: system("test"))
    secrecy: Secrecy = field(default_factory=lambda: Secrecy(FIELD_KEY))
    passphrases: dict[UUID, str] = field(default_factory=dict)
    _serial: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.db.perform(institutions.load_regions)
        self.db.perform(lambda tx: signing.found_authority(tx, AUTHORITY_KEY, FOUNDED))

    @property
    def now(self) -> datetime:
        """Ten in the morning of `today` in Kalimantan Timur."""
        return datetime(self.today.year, self.today.month, self.today.day, 2, tzinfo=UTC)

    @cached_property
    def registry(self) -> Registry:
        """The authority that signs."""
        with self.db.read() as conn:
            return signing.load_authority(conn, AUTHORITY_KEY)

    @cached_property
    def home(self) -> LspRef:
        """The LSP that is meant when none is named."""
        return self.lsp()

    def number(self) -> int:
        """A number that was not used yet."""
        return next(self._serial)

    # --- Institutions --------------------------------------------------------------------------------------------

    def school(self, name: str = "", region: str = "64.72") -> UUID:
        """A confirmed school."""
        number = self.number()
        name = name or f"SMK Contoh {number}"
        return self.db.perform(
            lambda tx: institutions.add_school(tx, self.system, name, f"{number:08d}", region, self.now)
        )

    def scheme(self, units: int = 3, title: str = "") -> SchemeRef:
        """A scheme whose units are in one cluster."""
        number = self.number()
        title = title or f"Skema Contoh {number}"
        codes = tuple(f"J.61CON{number % 100:02d}.{unit:03d}.1" for unit in range(1, units + 1))
        drafts = tuple(UnitDraft(code, f"Memasang Perangkat Contoh {code}") for code in codes)
        draft = VersionDraft("Edisi 1", "contoh", (ClusterDraft("Pekerjaan Contoh", drafts),), complete=True)

        def act(tx: Connection) -> tuple[UUID, UUID]:
            made = schemes.add_scheme(tx, self.system, title=title, number=f"SKM.{number}", now=self.now)
            return made, schemes.add_version(tx, self.system, made, draft, self.now)[0]

        scheme_id, version_id = self.db.perform(act)
        return SchemeRef(scheme_id, version_id, codes, title)

    def lsp(
        self,
        *,
        region: str = "64.72",
        scheme: SchemeRef | None = None,
        licence: tuple[date, date] = LONG,
        venue: tuple[date, date] = LONG,
    ) -> LspRef:
        """An LSP at a school of its own, licensed for `scheme`, with one verified venue."""
        covered, school, number = scheme or self.scheme(), self.school(region=region), self.number()

        def act(tx: Connection) -> tuple[UUID, UUID]:
            made = institutions.add_lsp(tx, self.system, f"LSP Contoh {number}", school, self.now)
            given = institutions.give_licence(
                tx, self.system, made, f"BNSP-LSP-9{number:03d}-ID", f"KEP.{number}/BNSP", *licence, self.now
            )  # fmt: skip
            institutions.license_scheme(tx, self.system, given, covered.id, self.now)
            return made, given

        made, given = self.db.perform(act)
        place = self.venue(made, venue)
        admins = [self.account(Role.LSP_ADMIN, Scope("lsp", str(made))) for _ in range(2)]
        found = LspRef(made, school, place, given, (covered,), *admins)
        self.__dict__.setdefault("home", found)
        return found

    def venue(self, lsp_id: UUID, verified: tuple[date, date] | None = LONG) -> UUID:
        """A venue of an LSP; `verified` None: never."""
        number = self.number()

        def act(tx: Connection) -> UUID:
            made = institutions.add_venue(tx, self.system, lsp_id, f"Bengkel {number}", "mandiri", self.now)
            if verified is not None:
                institutions.verify_venue(tx, self.system, made, *verified, f"SK.TUK.{number}", self.now)
            return made

        return self.db.perform(act)

    def account(self, role: Role, scope: Scope = PROVINCE, assessor_id: UUID | None = None, name: str = "") -> Actor:
        """An account with one grant, as who acts with it."""
        number = self.number()
        name = name or f"Pemegang Akun {number}"

        def act(tx: Connection) -> tuple[UUID, UUID]:
            made = accounts.create_account(
                tx, self.system, login=f"{role.value}-{number}", name=name, assessor_id=assessor_id, now=self.now
            )  # fmt: skip
            return made, accounts.give_grant(tx, self.system, made, role, scope, LONG[0], now=self.now)

        account, grant = self.db.perform(act)
        return Actor(account, name, role.value, scope, "test", GRANTED[role], assessor_id, grant)

    # --- People --------------------------------------------------------------------------------------------------

    def assessor(
        self,
        certificate: tuple[date, date] | None = LONG,
        *,
        schemes: Sequence[SchemeRef] | None = None,
        appointed_by: LspRef | None = None,
        appointed: bool = True,
        enrolled: bool = True,
        name: str = "",
        nik: str | None = None,
    ) -> PersonRef:
        """An assessor with an account: certified on these days, competent in the LSP's schemes, appointed, enrolled.

        `certificate` None: no certificate. `schemes` (): no technical competence.
        """
        lsp, number = appointed_by or self.home, self.number()
        name = name or f"Asesor Contoh {number}"

        def act(tx: Connection) -> UUID:
            made = assessors.add_assessor(tx, self.system, self.secrecy, {"name": name, "nik": nik}, self.now)
            registration = Registration(f"000.9{number:05d}", 2022)
            assessors.add_registration(tx, self.system, made, registration, self.now, today=self.today)
            assessors.move_employment(tx, self.system, made, lsp.school_id, None, self.now, today=self.today)
            return made

        made = self.db.perform(act)
        held = () if certificate is None else (self.certify(made, *certificate),)
        for scheme in lsp.schemes if schemes is None else schemes:
            self.competence(made, scheme)
        if appointed:
            self.appoint(lsp, made)
        actor = self.account(Role.ASSESSOR, Scope("self", str(made)), made, name)
        found = PersonRef(made, actor, held)
        if enrolled:
            self.enrol(found)
        return found

    def certify(self, who: UUID, first_day: date, last_day: date) -> UUID:
        """Another certificate of someone."""
        new = validity.NewCertificate(who, first_day, last_day, "contoh", number=f"SERT-{self.number():04d}")
        return self.db.perform(lambda tx: validity.add_certificate(tx, self.system, new, now=self.now)).id

    def competence(self, who: UUID, scheme: SchemeRef, days: tuple[date, date] = LONG) -> UUID:
        """A technical competence of someone."""
        new = validity.NewTechnical(who, scheme.title, "contoh", scheme.id, first_day=days[0], last_day=days[1])
        return self.db.perform(lambda tx: validity.add_technical(tx, self.system, new, now=self.now))

    def appoint(self, lsp: LspRef, *people: UUID, days: tuple[date, date] = LONG) -> UUID:
        """A decree of the LSP that appoints these people."""
        number = f"SK-{self.number()}"
        return self.db.perform(lambda tx: validity.appoint(
            tx, lsp.admin, lsp.id, number=number, decided_on=days[0], first_day=days[0], last_day=days[1],
            assessor_ids=people, now=self.now,
        ))  # fmt: skip

    def enrol(self, who: PersonRef, passphrase: str = PASSPHRASE) -> None:
        """A signing key for someone."""
        signing.enrol(self.db, who.actor, who.id, passphrase, self.now, cost=QUICK)
        self.passphrases[who.id] = passphrase

    def suspend(
        self, who: PersonRef, first_day: date, last_day: date | None = None, *, file_id: UUID | None = None
    ) -> UUID:
        """A suspension with its consequences: assignments withdrawn, records contested."""
        new = validity.NewSanction(who.id, "suspension", first_day, last_day, f"SANKSI-{self.number()}", first_day,
                                   self.today, file_id=file_id)  # fmt: skip

        def act(tx: Connection) -> UUID:
            done = validity.sanction(tx, self.system, new, now=self.now)
            scheduling.withdraw_lost(tx, self.system, done.shrunk, now=self.now)
            assessments.contest_lost(tx, self.system, done.shrunk, reason="Asesor dibekukan", now=self.now)
            return done.id

        return self.db.perform(act)

    def scan(self, purpose: str = "decree") -> UUID:
        """A file that somebody has sent."""
        return self.db.perform(lambda tx: files.keep(
            tx, self.folder, content=SCAN + uuid4().bytes, given_name="surat.pdf", purpose=purpose,
            uploaded_by=self.system.author, now=self.now,
        ))  # fmt: skip

    def student(self, *, school: UUID | None = None, rombel: str = "XII TJKT 1", name: str = "") -> UUID:
        """A student without NIK."""
        return self.students(1, school=school, rombel=rombel, name=name)[0]

    def students(
        self, count: int, *, school: UUID | None = None, rombel: str = "XII TJKT 1", name: str = ""
    ) -> list[UUID]:
        """Students of a class."""
        home, new = school or self.home.school_id, []
        for _ in range(count):
            number = self.number()
            values = {"name": name or f"Siswa Contoh {number}", "rombel": rombel, "nisn": f"009{number:07d}"}
            new.append(pupils.NewStudent(home, values))
        return self.db.perform(
            lambda tx: pupils.add_many(tx, self.system, self.secrecy, new, self.now, today=self.today)
        )

    # --- Assessing -----------------------------------------------------------------------------------------------

    def schedule(
        self,
        first_day: date | None = None,
        last_day: date | None = None,
        *,
        candidates: int | Sequence[UUID] = 1,
        lsp: LspRef | None = None,
        scheme: SchemeRef | None = None,
        venue: UUID | None = None,
        evidence: Sequence[str] = ("observasi", "lisan"),
    ) -> Plan:
        """A schedule with candidates (students, or how many new ones); today unless days are given."""
        lsp = lsp or self.home
        scheme = scheme or lsp.schemes[0]
        first_day = first_day or self.today
        last_day = last_day or first_day
        title = f"UKK Contoh {self.number()}"
        made = self.db.perform(lambda tx: scheduling.create_schedule(
            tx, lsp.admin, lsp_id=lsp.id, scheme_version_id=scheme.version_id, venue_id=venue or lsp.venue_id,
            title=title, first_day=first_day, last_day=last_day, now=self.now, evidence_kinds=evidence,
        ))  # fmt: skip
        who = self.students(candidates, school=lsp.school_id) if isinstance(candidates, int) else list(candidates)
        added = () if not who else self.db.perform(
            lambda tx: scheduling.add_candidates(tx, lsp.admin, made, who, today=self.today, now=self.now)
        ).attempts  # fmt: skip
        return Plan(made, lsp, scheme, first_day, last_day, added)

    def assign(self, plan: Plan, who: PersonRef, *days: date, planned: bool = False) -> list[UUID]:
        """Assign someone for days of a schedule (all of them unless named), by a letter."""
        letter = None if planned else f"{self.number():03d}/ST/LSP/2026"
        return self.db.perform(lambda tx: scheduling.assign(
            tx, plan.lsp.admin, plan.id, who.id, days or plan.days, now=self.now, planned=planned,
            letter_number=letter, letter_date=None if planned else self.today,
        ))  # fmt: skip

    def content(
        self, attempt: UUID, units: str | Mapping[str, str] = "K", outcome: str = "assessed", note: str | None = None
    ) -> Content:
        """What is filled in: every unit alike, or as named; the recommendation follows."""
        if outcome != "assessed":
            return Content(outcome, note=note)
        with self.db.read() as conn:
            fact = results.attempts(conn, [attempt])[attempt]
            known = results.units_of(conn, [fact.version_id])[fact.version_id]
        given = dict.fromkeys((unit.code for unit in known), units) if isinstance(units, str) else dict(units)
        overall = "BK" if "BK" in given.values() else "K"
        text = note or ("Belum menyelesaikan pekerjaan" if overall == "BK" else None)
        return Content("assessed", given, None, overall, text, "paper")

    def record(
        self,
        who: PersonRef,
        attempt: UUID,
        units: str | Mapping[str, str] = "K",
        *,
        outcome: str = "assessed",
        note: str | None = None,
        part: int = 1,
        version: int | None = None,
    ) -> UUID:
        """Save a draft with everything filled in; return its id."""
        content = self.content(attempt, units, outcome, note)
        with self.db.read() as conn:
            row = results.draft(conn, attempt, part)
        known = (row.version if row else 0) if version is None else version
        return self.db.perform(lambda tx: assessments.save_draft(
            tx, who.actor, attempt, part, content, known, today=self.today, now=self.now
        )).draft_id  # fmt: skip

    def sign(self, who: PersonRef, *drafts: UUID) -> list[str]:
        """Sign drafts with one passphrase; return the codes of the records."""
        return assessments.sign(
            self.db, who.actor, drafts, self.passphrases.get(who.id, PASSPHRASE), registry=self.registry,
            now=self.now,
        )  # fmt: skip

    def paper(self, plan: Plan, who: PersonRef, attempt: UUID, day: date, units: str | Mapping[str, str] = "K") -> str:
        """Enter a wet-signed result of `day` with its scan, and have a second administrator confirm it."""
        content = self.content(attempt, units)

        def enter(tx: Connection) -> UUID:
            scan = files.keep(
                tx, self.folder, content=SCAN + uuid4().bytes, given_name="scan.pdf", purpose="paper",
                uploaded_by=plan.lsp.admin.author, now=self.now,
            )  # fmt: skip
            return assessments.enter_paper(
                tx, plan.lsp.admin, attempt, 1, assessor_id=who.id, first_day=day, last_day=day, outcome="assessed",
                units=content.units, recommendation=content.recommendation, note_text=content.note, scan_id=scan,
                reason="Tanda tangan terlambat", today=self.today, now=self.now,
            )  # fmt: skip

        entered = self.db.perform(enter)
        return self.db.perform(lambda tx: assessments.confirm_paper(
            tx, plan.lsp.second, entered, registry=self.registry, now=self.now
        ))  # fmt: skip

    # --- Asking --------------------------------------------------------------------------------------------------

    def standing(self, who: PersonRef, on: date | None = None, *, plan: Plan | None = None) -> Standing:
        """Whether someone may assess on a day; with `plan` for its scheme at its LSP."""
        scheme, lsp = (plan.scheme.id, plan.lsp.id) if plan else (None, None)
        with self.db.read() as conn:
            return validity_store.standing(conn, who.id, on or self.today, scheme_id=scheme, lsp_id=lsp)

    def found(self, code: str) -> results.RecordRow:
        """A signed record by its code."""
        with self.db.read() as conn:
            return results.record(conn, PROVINCE, code)

    def check(self) -> None:
        """Re-verify every invariant of the registry; says all that is broken."""
        assert broken(self.db, self.registry, self.now) == []


__all__ = ["DAY", "LONG", "PASSPHRASE", "ZONE", "LspRef", "PersonRef", "Plan", "SchemeRef", "World"]
