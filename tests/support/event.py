"""A small LSP with assessors, students and a scheme, for tests of scheduling and assessing. Made-up people."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert

from assessor_registry.accounts.rules import GRANTED, PROVINCE, Actor, Role, Scope, system
from assessor_registry.accounts.tables import Account
from assessor_registry.assessments import actions as assessments
from assessor_registry.assessments.rules import Content
from assessor_registry.assessors.tables import Assessor, RegistrationNumber
from assessor_registry.db.engine import Database
from assessor_registry.files.tables import StoredFile
from assessor_registry.institutions.tables import Licence, LicensedScheme, Lsp, NetworkSchool, Region, School, Venue
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.schemes.tables import Cluster, Scheme, SchemeVersion, Unit
from assessor_registry.signing import actions as signing
from assessor_registry.signing.keys import ScryptCost
from assessor_registry.students.tables import Student
from assessor_registry.validity import actions as validity
from assessor_registry.validity.rules import Shrunk

D = date(2026, 11, 23)
DAY = timedelta(days=1)
ZONE = "Asia/Makassar"
PASSPHRASE = "kuda putih lari pagi"
QUICK = ScryptCost(n=2**4, r=8, p=1)
AUTHORITY_KEY = bytes(range(32))
# No test goes as far: what holds until then holds whenever the tests run.
FAR = date(2040, 1, 1)
LONG_AGO = datetime(2025, 1, 5, 1, 0, tzinfo=UTC)


def at(day: date, hour: int = 10) -> datetime:
    """That hour of the day in Kalimantan Timur (UTC+8)."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - timedelta(hours=8)


def put(tx: Connection, row: Any) -> UUID:
    """Insert one row, as its table has it."""
    values = {name: value for name, value in row.model_dump().items() if name not in {"held", "assessed", "signed"}}
    tx.execute(insert(type(row).__table__).values(**values))
    return values.get("id") or uuid4()


@dataclass
class Event:
    """One LSP, one scheme with `units` units, licensed and with a verified venue all year round."""

    db: Database
    units: int = 3
    codes: list[str] = field(default_factory=list)
    # The registry is there already, with its regions and its authority.
    founded: bool = False
    _number: int = 0

    def __post_init__(self) -> None:
        with self.db.transaction() as tx:
            if not self.founded:
                put(tx, Region(code="64.72", bps_code="6472", name="Kota Samarinda", kind="kota"))
            self.school = self.new_school(tx, "SMK Negeri 90 Contoh")
            self.lsp = self.new_lsp(tx, "LSP SMK Negeri 90 Contoh", self.school)
            self.scheme = put(
                tx, Scheme(number="SKM.90", title="Teknik Jaringan Contoh", kind="KKNI", created_at=LONG_AGO)
            )
            self.version = self.new_version(tx, self.units)
            self.license(tx, self.lsp)
            self.venue = self.new_venue(tx, self.lsp)
            if not self.founded:
                signing.found_authority(tx, AUTHORITY_KEY, LONG_AGO)
        if self.founded:
            return
        with self.db.read() as conn:
            self.registry = signing.load_authority(conn, AUTHORITY_KEY)

    def new_school(self, tx: Connection, name: str) -> UUID:
        return put(
            tx, School(name=name, search_name=name.lower(), region_code="64.72", state="confirmed", created_at=LONG_AGO)
        )

    def new_lsp(self, tx: Connection, name: str, school: UUID) -> UUID:
        return put(tx, Lsp(name=name, school_id=school, region_code="64.72", zone=ZONE, signature_mode="print",
                           created_at=LONG_AGO))  # fmt: skip

    def connect(self, tx: Connection, school: UUID) -> None:
        """Put a school into the LSP's network (jejaring)."""
        put(tx, NetworkSchool(lsp_id=self.lsp, school_id=school, first_day=date(2025, 1, 1), decree_number="SK-J",
                              known_at=LONG_AGO))  # fmt: skip

    def license(self, tx: Connection, lsp: UUID, last_day: date = FAR) -> None:
        first = date(2025, 1, 1)
        decree = f"KEP.{uuid4().hex[:4]}/BNSP/I/2025"
        licence = put(tx, Licence(lsp_id=lsp, number="BNSP-LSP-9001-ID", decree_number=decree, first_day=first,
                                  last_day=last_day, granted_until=last_day, known_at=LONG_AGO))  # fmt: skip
        put(tx, LicensedScheme(licence_id=licence, scheme_id=self.scheme, first_day=first, last_day=last_day,
                               granted_until=last_day, known_at=LONG_AGO))  # fmt: skip

    def new_version(self, tx: Connection, units: int) -> UUID:
        version = put(tx, SchemeVersion(scheme_id=self.scheme, label=f"Edisi {units}", source="contoh", verified=False,
                                        complete=True, created_at=LONG_AGO))  # fmt: skip
        cluster = put(tx, Cluster(version_id=version, position=1, title="Pekerjaan Contoh"))
        self.codes = [f"J.61CON{number:02d}.001.1" for number in range(1, units + 1)]
        for number, code in enumerate(self.codes, 1):
            title = f"Memasang Perangkat Jaringan Contoh Nomor {number}"
            put(tx, Unit(version_id=version, cluster_id=cluster, position=number, code=code, title=title))
        return version

    def new_venue(
        self, tx: Connection, lsp: UUID, first: date | None = date(2025, 1, 1), last: date | None = FAR
    ) -> UUID:
        return put(tx, Venue(lsp_id=lsp, name=f"Bengkel {uuid4().hex[:4]}", kind="mandiri", verified_from=first,
                             verified_until=last, created_at=LONG_AGO))  # fmt: skip

    def next(self) -> int:
        self._number += 1
        return self._number

    def assessor(
        self,
        last_day: date = date(2027, 12, 31),
        *,
        name: str | None = None,
        appointed: bool = True,
        competent: bool = True,
    ) -> Actor:
        """Someone whose certificate ends with `last_day`, appointed by the LSP and competent; as an actor."""
        number = self.next()
        chosen = name or f"Asesor Contoh {number:03d}"
        with self.db.transaction() as tx:
            person = put(tx, Assessor(name=chosen, search_name=chosen.lower(), version=1, created_at=LONG_AGO))
            put(tx, RegistrationNumber(assessor_id=person, series="000", number=f"9{number:05d}", year=2024,
                                       current=True, created_at=LONG_AGO))  # fmt: skip
            self.certify(tx, person, last_day - timedelta(days=1000), last_day)
            if competent:
                new = validity.NewTechnical(person, "Teknik Jaringan Contoh", "contoh", self.scheme,
                                            first_day=date(2024, 1, 1), last_day=FAR)  # fmt: skip
                validity.add_technical(tx, system("test"), new, now=LONG_AGO)
            account = put(
                tx,
                Account(login=f"asesor{number}", name=chosen, language="id", assessor_id=person, created_at=LONG_AGO),
            )
            if appointed:
                self.appoint(tx, person)
        return Actor(account, chosen, "assessor", Scope("self", str(person)), "test", GRANTED[Role.ASSESSOR], person)

    def certify(self, tx: Connection, person: UUID, first: date, last: date) -> None:
        new = validity.NewCertificate(person, first, last, "contoh", number=f"SERT-{self.next():04d}")
        validity.add_certificate(tx, system("test"), new, now=LONG_AGO)

    def appoint(self, tx: Connection, person: UUID, lsp: UUID | None = None) -> None:
        validity.appoint(tx, system("test"), lsp or self.lsp, number=f"SK-{self.next()}", decided_on=date(2025, 1, 2),
                         first_day=date(2025, 1, 2), last_day=FAR, assessor_ids=[person],
                         now=LONG_AGO)  # fmt: skip

    def suspend(
        self, tx: Connection, person: UUID, first: date, last: date | None, now: datetime
    ) -> tuple[Shrunk, ...]:
        new = validity.NewSanction(person, "suspension", first, last, f"SANKSI-{self.next()}", first, first)
        return validity.sanction(tx, system("test"), new, now=now).shrunk

    def admin(self, lsp: UUID | None = None, assessor: UUID | None = None) -> Actor:
        """An administrator of the LSP, with an account of their own."""
        number = self.next()
        with self.db.transaction() as tx:
            account = put(
                tx, Account(login=f"admin{number}", name=f"Admin Contoh {number}", language="id", created_at=LONG_AGO)
            )
        scope = Scope("lsp", str(lsp or self.lsp))
        return Actor(account, f"Admin Contoh {number}", "lsp_admin", scope, "test", GRANTED[Role.LSP_ADMIN], assessor)

    def students(self, count: int, *, rombel: str = "XII TJKT 1", school: UUID | None = None) -> list[UUID]:
        """`count` students of a class, without NIK."""
        made = []
        with self.db.transaction() as tx:
            for _ in range(count):
                number = self.next()
                name = f"Siswa Contoh {number:04d}"
                made.append(put(tx, Student(
                    school_id=school or self.school, name=name, search_name=name.lower(), nisn=f"009{number:07d}",
                    rombel=rombel, version=1, created_at=LONG_AGO,
                )))  # fmt: skip
        return made

    def schedule(
        self,
        first: date = D,
        last: date | None = None,
        *,
        lsp: UUID | None = None,
        venue: UUID | None = None,
        evidence: tuple[str, ...] = ("observasi", "lisan"),
        version: UUID | None = None,
        title: str = "UKK Contoh",
    ) -> UUID:
        return self.db.perform(lambda tx: scheduling.create_schedule(
            tx, system("test"), lsp_id=lsp or self.lsp, scheme_version_id=version or self.version,
            venue_id=venue or self.venue, title=title, first_day=first, last_day=last or first, now=LONG_AGO,
            evidence_kinds=evidence,
        ))  # fmt: skip

    def add(self, schedule: UUID, students: list[UUID], today: date = D) -> list[UUID]:
        """Put students into a schedule; return the attempts in the order of the students."""
        return list(self.db.perform(lambda tx: scheduling.add_candidates(
            tx, system("test"), schedule, students, today=today, now=at(today))).attempts)  # fmt: skip

    def assign(
        self, schedule: UUID, actor: Actor, *days: date, letter: str | None = None, now: datetime | None = None
    ) -> list[UUID]:
        assert actor.assessor_id is not None
        return self.db.perform(lambda tx: scheduling.assign(
            tx, system("test"), schedule, actor.assessor_id, days or (D,), now=now or at(D, 6),  # type: ignore[arg-type]
            letter_number=letter or "090/ST/LSP/XI/2026", letter_date=D,
        ))  # fmt: skip

    def allocate(self, schedule: UUID, actor: Actor, attempts: list[UUID]) -> None:
        """Give candidates to an assessor."""
        given = dict.fromkeys(attempts, actor.assessor_id)
        self.db.perform(lambda tx: scheduling.allocate(tx, system("test"), schedule, given, now=LONG_AGO))

    def ready(
        self, candidates: int = 2, last_day: date = date(2027, 12, 31), *, first: date = D, last: date | None = None
    ) -> tuple[Actor, UUID, list[UUID]]:
        """An enrolled assessor, a schedule in which they assess every day, and its attempts."""
        actor = self.assessor(last_day)
        assert actor.assessor_id is not None
        schedule = self.schedule(first, last)
        attempts = self.add(schedule, self.students(candidates), first) if candidates else []
        days = [first + number * DAY for number in range(((last or first) - first).days + 1)]
        self.assign(schedule, actor, *days)
        self.enrol(actor)
        return actor, schedule, attempts

    def enrol(self, actor: Actor, passphrase: str = PASSPHRASE, now: datetime = LONG_AGO) -> None:
        assert actor.assessor_id is not None
        signing.enrol(self.db, actor, actor.assessor_id, passphrase, now, cost=QUICK)

    def save(
        self, actor: Actor, attempt: UUID, content: Content, day: date = D, *, version: int = 0, part: int = 1
    ) -> assessments.Saved:
        """Save a draft on a day."""
        return self.db.perform(
            lambda tx: assessments.save_draft(tx, actor, attempt, part, content, version, today=day, now=at(day))
        )

    def competent(self, **changes: Any) -> Content:
        """Every unit K, and so recommended."""
        values = {"outcome": "assessed", "units": dict.fromkeys(self.codes, "K"), "recommendation": "K"} | changes
        return Content(**values)

    def sign(self, actor: Actor, drafts: list[UUID], now: datetime | None = None, **options: Any) -> list[str]:
        """Sign drafts with the passphrase that everybody has here."""
        options = dict[str, Any](registry=self.registry, now=now or at(D, 15)) | options
        return assessments.sign(self.db, actor, drafts, PASSPHRASE, **options)

    def signed(
        self, candidates: int = 1, last_day: date = date(2027, 12, 31)
    ) -> tuple[Actor, UUID, list[UUID], list[str]]:
        """Everything up to signed records: assessor, schedule, attempts, codes."""
        actor, schedule, attempts = self.ready(candidates, last_day)
        drafts = [self.save(actor, attempt, self.competent()).draft_id for attempt in attempts]
        return actor, schedule, attempts, self.sign(actor, drafts)

    def state(self, code: str) -> str:
        """What is true of a record now."""
        with self.db.read() as conn:
            return assessments.public_check(conn, code).state

    def scan(self) -> UUID:
        with self.db.transaction() as tx:
            return put(tx, StoredFile(sha256=bytes(32), size=10, media_type="application/pdf", given_name="scan.pdf",
                                      purpose="paper", uploaded_at=LONG_AGO))  # fmt: skip


__all__ = ["DAY", "PASSPHRASE", "PROVINCE", "ZONE", "D", "Event", "at", "put"]
