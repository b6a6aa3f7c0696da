"""The institutions of the sample province, as they are on the day when the registry goes live."""

from datetime import timedelta
from uuid import UUID, uuid5

from sqlalchemy import Connection

from assessor_registry.accounts import actions as accounts
from assessor_registry.accounts.rules import GRANTED, PROVINCE, Actor, Role, Scope
from assessor_registry.days import add_months
from assessor_registry.demo.plan import LSPS, PASSWORDS, ROMBEL, LspPlan
from assessor_registry.demo.story import Account, Place, Story
from assessor_registry.institutions import actions as institutions
from assessor_registry.schemes import store as schemes
from assessor_registry.schemes.actions import SHIPPED

# The days, counted from the one on which the province is made, until which a licence or a venue holds otherwise.
LICENCE_ENDS = {"kubar": 26}
VENUE_ENDS = {"bontang": 40}
LICENCE_LONG, VENUE_LONG = 900, 220


def open_account(
    story: Story,
    role: Role,
    scope: Scope,
    login: str,
    name: str,
    *,
    passphrase: str | None = None,
    assessor_id: UUID | None = None,
) -> Actor:
    """Make an account with one grant, activated with its one-time code when it has a password; return its actor."""

    def act(tx: Connection) -> tuple[UUID, UUID, str]:
        made = accounts.create_account(
            tx, story.system, login=login, name=name, email=f"{login}@contoh.example", assessor_id=assessor_id,
            now=story.now,
        )  # fmt: skip
        grant = accounts.give_grant(tx, story.system, made, role, scope, story.today, now=story.now)
        return made, grant, accounts.issue_code(tx, story.system, made, now=story.now)

    account, grant, code = story.do(act)
    if (password := PASSWORDS.get(login)) is not None:
        accounts.activate(story.database, code, password, now=story.now, address="127.0.0.1")
        story.accounts.append(Account(login, password, role.value, name, passphrase))
    return Actor(account, name, role.value, scope, "page", GRANTED[role], assessor_id, grant)


def tell(story: Story) -> None:
    """Accounts of the province, LSPs with licences, networks and venues, and the seasons."""
    story.division = open_account(story, Role.DIVISION, PROVINCE, "bidang", "Bidang Pembinaan SMK")
    open_account(story, Role.AUDITOR, PROVINCE, "auditor", "Auditor Contoh")
    open_account(story, Role.OPERATOR, PROVINCE, "operator", "Operator Register")
    with story.database.read() as conn:
        versions = {row.scheme.id: row.version_id for row in schemes.list_schemes(conn) if row.version_id is not None}
    story.schemes = {key: (scheme, versions[scheme]) for key in ROMBEL if (scheme := uuid5(SHIPPED, key)) in versions}
    story.do(lambda tx: _seasons(tx, story))
    for number, planned in enumerate(LSPS):
        story.places[planned.key] = _lsp(story, number, planned)
    _accounts(story)


def _seasons(tx: Connection, story: Story) -> None:
    for first, last in ((-8, -6), (4, 6)):
        days = add_months(story.made_on, first), add_months(story.made_on, last)
        name = f"UKK {days[0].year}"
        story.seasons.append(institutions.add_season(tx, story.division, name, *days, story.now))


def _lsp(story: Story, number: int, planned: LspPlan) -> Place:
    made, schools = story.do(lambda tx: _institution(tx, story, number, planned))
    login = f"admin-{planned.key}"
    admin = open_account(
        story, Role.LSP_ADMIN, Scope("lsp", str(made)), login, f"Admin LSP {planned.place} {number + 1}"
    )
    venue = story.do(lambda tx: _venue(tx, story, planned, made, schools[0]))
    return Place(made, planned.key, planned.region, planned.place, schools, venue, admin)


def _institution(tx: Connection, story: Story, number: int, planned: LspPlan) -> tuple[UUID, tuple[UUID, ...]]:
    division, now = story.division, story.now
    names = [f"SMK Negeri {planned.number} {planned.place}"]
    names += [f"SMK Contoh {word} {planned.number} {planned.place}" for word in ("Karya", "Bahari", "Rimba")]
    schools = tuple(
        institutions.add_school(tx, division, name, f"9064{number:02d}{place:02d}", planned.region, now)
        for place, name in enumerate(names[: planned.network + 1])
    )
    made = institutions.add_lsp(
        tx, division, f"LSP {names[0]}", schools[0], now, email=f"lsp{number + 1}@contoh.example"
    )
    licence = institutions.give_licence(
        tx, division, made, f"BNSP-LSP-9{number:03d}-ID", f"KEP.9{number:03d}/BNSP/{story.today.year}",
        add_months(story.made_on, -30), story.day(LICENCE_ENDS.get(planned.key, LICENCE_LONG)), now,
    )  # fmt: skip
    for scheme in planned.schemes:
        institutions.license_scheme(tx, division, licence, story.schemes[scheme][0], now)
    decree = add_months(story.made_on, -24)
    for school in schools[1:]:
        institutions.network_school(
            tx, division, made, school, decree, f"400.3/K.9{number:03d}/{decree.year}", now, decree_date=decree
        )
    return made, schools


def _venue(tx: Connection, story: Story, planned: LspPlan, lsp_id: UUID, school: UUID) -> UUID:
    made = institutions.add_venue(
        tx, story.division, lsp_id, f"TUK Bengkel SMK Negeri {planned.number} {planned.place}", "mandiri", story.now,
        school_id=school, capacity=20,
    )  # fmt: skip
    until = story.day(VENUE_ENDS.get(planned.key, VENUE_LONG))
    verified = story.today - timedelta(days=60)
    institutions.verify_venue(tx, story.division, made, verified, until, f"SK.TUK/{verified.year}/01", story.now)
    return made


def _accounts(story: Story) -> None:
    home = story.places["samarinda"]
    own = Scope("lsp", str(home.id))
    story.actors["admin"] = open_account(story, Role.LSP_ADMIN, own, "admin-lsp", "Admin LSP Samarinda")
    story.actors["second"] = open_account(story, Role.LSP_ADMIN, own, "admin-lsp-2", "Wakil Admin LSP Samarinda")
    open_account(story, Role.PANEL, own, "pleno", "Anggota Pleno Samarinda")
    open_account(story, Role.SCHOOL, Scope("school", str(home.schools[0])), "sekolah", "Operator SMK Negeri 91")
