"""The assessors of the sample province with their certificates, appointments and what became of some; the students."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Role, Scope
from assessor_registry.assessors import actions as assessors
from assessor_registry.assessors import store as register
from assessor_registry.assessors.rules import Registration
from assessor_registry.consequences import actions as consequences
from assessor_registry.days import add_months
from assessor_registry.demo import plan
from assessor_registry.demo.names import Made
from assessor_registry.demo.places import open_account
from assessor_registry.demo.story import Person, Story
from assessor_registry.institutions import store as institutions
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.schemes import store as schemes
from assessor_registry.signing import actions as signing
from assessor_registry.signing.keys import ScryptCost
from assessor_registry.students import actions as students
from assessor_registry.validity import actions as validity

FIRST_NUMBER = 900_001
SOURCE = "Register provinsi (contoh)"
# Cheap on purpose, and only for these keys: their passphrases are printed on the screen by the demo anyway.
DEMO_COST = ScryptCost(n=2**10, r=8, p=1)
# The last day of who ends within the week, counted from the day on which the province is made.
ENDING_DAY = 5
APPOINTED_UNTIL = {"kutim": 45}
APPOINTED_LONG = 500


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place in a wave: whose part it is (None: nobody's), at which LSP, for which scheme, certified from when."""

    part: str | None
    lsp: str
    scheme: str
    wave: str
    first_day: date


def tell(story: Story) -> None:
    """The register as it is imported on the day when the registry goes live."""
    chance = Random(64)  # noqa: S311
    slots = list(_slots(story, chance))
    made = [story.people.one(*_origin(story, slot), (1972, 1996), degrees=True) for slot in slots]
    ids = story.do(lambda tx: assessors.add_many(
        tx, story.division, story.secrecy,
        [_new(story, slot, one, number, chance) for number, (slot, one) in enumerate(zip(slots, made, strict=True))],
        story.now,
    ))  # fmt: skip
    for slot, one, identity in zip(slots, made, ids, strict=True):
        person = Person(
            identity, one.name, slot.lsp, slot.scheme, slot.wave, slot.first_day, add_months(slot.first_day, 36)
        )
        story.assessors.append(person)
        if slot.part:
            story.cast[slot.part] = person
    certificates, technicals = list(_certificates(story, chance)), list(_technicals(story, chance))
    story.do(lambda tx: validity.add_imported(
        tx, story.division, uuid4(), certificates, technicals, now=story.now
    ))  # fmt: skip
    _circular(story)
    _appoint(story)


def _slots(story: Story, chance: Random) -> Iterator[_Slot]:
    weights = [3 if one.key == "samarinda" else 1 for one in plan.LSPS]
    for wave in plan.WAVES:
        anchor = add_months(story.made_on, -wave.months_ago)
        days = [anchor + timedelta(days=offset) for offset in wave.batches]
        parts = [(key, part) for key, part in plan.CAST.items() if part.wave == wave.key]
        for number in range(wave.people):
            day = days[number % len(days)]
            if number < len(parts):
                key, part = parts[number]
                if key == "ending":
                    day = add_months(story.day(ENDING_DAY), -36)
                yield _Slot(key, part.lsp, part.scheme, wave.key, day)
                continue
            lsp = chance.choices(plan.LSPS, weights)[0]
            while (lsp.key, wave.key) == ("mahulu", "nov22"):  # the circular covers one person only
                lsp = chance.choices(plan.LSPS, weights)[0]
            yield _Slot(None, lsp.key, chance.choice(lsp.schemes), wave.key, day)


def _origin(story: Story, slot: _Slot) -> tuple[str, str]:
    return story.places[slot.lsp].region, story.places[slot.lsp].place


def _new(story: Story, slot: _Slot, one: Made, number: int, chance: Random) -> assessors.NewAssessor:
    place = story.places[slot.lsp]
    digits = f"{FIRST_NUMBER + number:06d}"
    values = {
        "name": one.name, "nik": one.nik, "birth_place": one.birth_place, "birth_date": one.birth_date, "sex": one.sex,
        "city": place.place, "region_code": place.region, "phone": one.phone, "email": one.email,
        "siapkerja": chance.random() < 0.7, "address": f"Jl. Contoh No. {number + 1}",
    }  # fmt: skip
    school = place.schools[0] if slot.part else chance.choice(place.schools)
    return assessors.NewAssessor(values, Registration(f"000.{digits}", slot.first_day.year), school)


def _certificates(story: Story, chance: Random) -> Iterator[validity.NewCertificate]:
    serial = 0
    for person in story.assessors:
        serial += 1
        yield _certificate(person.id, person.first_day, person.last_day, serial)
    parts = {person.id for person in story.cast.values()}
    first = [person for person in story.assessors if person.wave == "nov22" and person.id not in parts]
    renewable = [person for person in first if person.last_day >= add_months(story.made_on, -12)]
    before = renewable[: plan.RENEWED_BEFORE]
    after = [person for person in first if person not in before][: plan.RENEWED_AFTER]
    for wave, people in (("nov25", before), ("may26", after)):
        found = next(one for one in plan.WAVES if one.key == wave)
        for person in people:
            serial += 1
            day = add_months(story.made_on, -found.months_ago) + timedelta(days=chance.choice(found.batches))
            yield _certificate(person.id, day, add_months(day, 36), serial)


def _certificate(who: UUID, first_day: date, last_day: date, serial: int) -> validity.NewCertificate:
    return validity.NewCertificate(
        who, first_day, last_day, SOURCE, number=f"85490 2422 9 {serial:07d} {first_day.year}",
        blanko_number=f"9{serial:06d}", issued_on=first_day,
    )  # fmt: skip


def _technicals(story: Story, chance: Random) -> Iterator[validity.NewTechnical]:
    with story.database.read() as conn:
        found = {row.scheme.id: row.scheme.title for row in schemes.list_schemes(conn)}
    titles = {key: found[ids[0]] for key, ids in story.schemes.items()}
    parts = {person.id for person in story.cast.values()}
    long = story.day(-200), story.day(900)
    for person in story.assessors:
        scheme = story.schemes[person.scheme][0]
        kind = 0.0 if person.id in parts else chance.random()
        if kind < 0.7:
            first = long[0] - timedelta(days=0 if person.id in parts else chance.randrange(700))
            last = long[1] if person.id in parts else add_months(first, 36)
            yield validity.NewTechnical(
                person.id, titles[person.scheme], SOURCE, scheme, first_day=first, last_day=last
            )
        elif kind < 0.9:  # lists often name a competence without its days
            yield validity.NewTechnical(person.id, titles[person.scheme], SOURCE, scheme)
        else:
            yield validity.NewTechnical(person.id, f"{plan.ROMBEL[person.scheme][4:]} (kurikulum lama)", SOURCE)


def _circular(story: Story) -> None:
    """An old circular covers who is in Mahakam Ulu and was certified in the first wave."""
    ends = [person.last_day for person in story.assessors if person.wave == "nov22"]
    issued = add_months(story.made_on, -13)
    new = validity.NewExtension(
        min(ends), max(ends), add_months(story.made_on, 2), f"SE.9/BNSP/{issued.year}", issued, story.today, "64.11"
    )
    story.do(lambda tx: validity.extend(tx, story.division, new, now=story.now))


def _appoint(story: Story) -> None:
    """Each LSP appoints everyone who serves in its schools, by one decree."""
    for key, place in story.places.items():
        people = [person.id for person in story.assessors if person.lsp == key]
        until = story.day(APPOINTED_UNTIL.get(key, APPOINTED_LONG))
        story.do(lambda tx, place=place, people=people, until=until: validity.appoint(  # type: ignore[misc]
            tx, place.admin, place.id, number=f"SK.001/LSP/{story.today.year}", decided_on=story.today,
            first_day=story.today, last_day=until, assessor_ids=people, now=story.now,
        ))  # fmt: skip


def enrol(story: Story) -> None:
    """Who signs gets an account and a key; two of them can be used by whoever tries the demo."""
    for key in plan.SIGNERS:
        person = story.cast[key]
        login = plan.SHOWN_SIGNERS.get(key, f"asesor-{key}")
        passphrase = plan.PASSPHRASES.get(login, f"frasa contoh {key}")
        actor = open_account(
            story, Role.ASSESSOR, Scope("self", str(person.id)), login, person.name, passphrase=passphrase,
            assessor_id=person.id,
        )  # fmt: skip
        signing.enrol(story.database, actor, person.id, passphrase, story.now, cost=DEMO_COST)
        story.actors[key], story.passphrases[key] = actor, passphrase


def pupils(story: Story) -> None:
    """The final year's classes, as each LSP has mapped them to its schemes."""
    serial = 0
    for place in story.places.values():
        licensed = next(one.schemes for one in plan.LSPS if one.key == place.key)
        for number in range(plan.CLASSES_PER_LSP):
            scheme, school = licensed[number % len(licensed)], place.schools[number % len(place.schools)]
            rombel = f"{plan.ROMBEL[scheme]} {number + 1}"
            new = []
            for one in story.people.students(
                plan.PUPILS_PER_CLASS, place.region, place.place, (story.made_on.year - 18, story.made_on.year - 17)
            ):
                serial += 1
                new.append(_pupil(school, rombel, serial, one))
            story.classes[place.key, scheme] = story.do(lambda tx, new=new: students.add_many(  # type: ignore[misc]
                tx, story.system, story.secrecy, new, story.now, today=story.today
            ))  # fmt: skip
            story.do(lambda tx, place=place, school=school, rombel=rombel, scheme=scheme: scheduling.map_class(  # type: ignore[misc]
                tx, place.admin, lsp_id=place.id, school_id=school, rombel=rombel,
                scheme_version_id=story.schemes[scheme][1], now=story.now,
            ))  # fmt: skip


def _pupil(school: UUID, rombel: str, serial: int, one: Made) -> students.NewStudent:
    nik = one.nik if serial % 17 else None  # a list without NIK is common, and no reason not to be assessed
    values = {
        "name": one.name, "nisn": f"0077{serial:06d}", "nipd": f"24{serial:04d}", "nik": nik,
        "sex": one.sex, "birth_place": one.birth_place, "birth_date": one.birth_date, "rombel": rombel,
        "address": f"Jl. Contoh Siswa No. {serial}",
    }  # fmt: skip
    return students.NewStudent(school, values)


def retire(story: Story) -> None:
    """Someone retires before their certificate ends."""
    person = story.cast["retired"]

    def act(tx: Connection) -> None:
        found = register.get(tx, story.division.scope, person.id, story.today)
        if found is None:
            raise ValueError("the register has lost someone")
        consequences.end_assessor(
            tx, story.division, person.id, reason="retired", day=story.today, version=found.version, now=story.now,
            today=story.today,
        )  # fmt: skip

    story.do(act)


def renew(story: Story) -> None:
    """An RCC certificate arrives for someone whose first one had ended: active again."""
    parts = {person.id for person in story.cast.values()}
    person = [one for one in story.assessors if one.wave == "nov22" and one.id not in parts][-1]
    first = story.today - timedelta(days=12)
    new = validity.NewCertificate(
        person.id, first, add_months(first, 36), "Hasil RCC (contoh)", number=f"85490 2422 9 0009001 {first.year}",
        issued_on=first, received_on=story.today,
    )  # fmt: skip
    story.do(lambda tx: validity.add_certificate(tx, story.division, new, now=story.now))


def season_of(story: Story) -> tuple[date, date]:
    """The first and last day of the coming season."""
    with story.database.read() as conn:
        found = institutions.get_season(conn, story.seasons[1])
    if found is None:
        raise ValueError("the season is lost")
    return found.first_day, found.last_day
