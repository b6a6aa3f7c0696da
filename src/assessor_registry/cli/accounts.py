"""account create, code, disable, enable, list: who can sign in, from the machine's own command line."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import typer

from assessor_registry.cli import app
from assessor_registry.cli.common import AS_JSON, Registry, registry, show
from assessor_registry.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from assessor_registry.accounts.rules import Scope
    from assessor_registry.accounts.store import AccountRow

ROLES = ("division", "lsp_admin", "assessor", "panel", "school", "auditor", "operator")
PASSWORD_FILE = typer.Option(None, help="Berkas berisi kata sandi; tanpa ini dibuat kode aktivasi.")
account = typer.Typer(help="Akun: buat, terbitkan kode aktivasi, nonaktifkan, daftar.", no_args_is_help=True)
app.add_typer(account, name="account")


class Wanted(NamedTuple):
    """What a new account is to be. A role's place is named by one of `lsp`, `school`, `region`, `assessor`."""

    login: str
    name: str
    role: str
    lsp: str
    school: str
    region: str
    assessor: str
    email: str


class Made(NamedTuple):
    """A new account; `code` is None when it has a password."""

    account_id: UUID
    scope: "Scope"
    code: str | None


@account.command()
def create(
    login: str,
    name: str = typer.Option(..., help="Nama lengkap."),
    operator: bool = typer.Option(False, "--operator", help="Operator pertama register ini."),
    role: str = typer.Option("", help="Peran: " + ", ".join(ROLES) + "."),
    lsp: str = typer.Option("", help="Nama atau id LSP (lsp_admin, panel, auditor)."),
    school: str = typer.Option("", help="NPSN sekolah (school)."),
    region: str = typer.Option("", help="Kode kabupaten/kota, misalnya 64.72 (auditor)."),
    assessor: str = typer.Option("", help="Nomor registrasi MET (assessor; boleh juga untuk peran lain)."),
    email: str = typer.Option("", help="Surel untuk pengingat; tanpa ini tidak ada yang dikirim."),
    password_file: Path | None = PASSWORD_FILE,
    as_json: bool = AS_JSON,
) -> None:
    """Buat akun dengan satu peran; kode aktivasinya dicetak sekali ini saja."""
    if operator == bool(role) or (role and role not in ROLES):
        raise InvalidInput("cli.one_role", roles=", ".join(ROLES))
    if sum(map(bool, (lsp, school, region))) > (role not in {"", "assessor"}) or (operator and assessor):
        raise InvalidInput("cli.one_place")
    wanted = Wanted(login, name, role or "operator", lsp, school, region, assessor, email)
    password = _password(password_file)
    with registry() as found:
        made = _first_operator(found, wanted, password) if operator else _create(found, wanted, password)
    value = {"account_id": str(made.account_id), "login": login, "role": wanted.role,
             "scope": {"kind": made.scope.kind, "ref": made.scope.ref}, "code": made.code}  # fmt: skip
    _told(as_json, value, f"Akun {login} dibuat.", made.code)


def _first_operator(found: Registry, wanted: Wanted, password: str | None) -> Made:
    from assessor_registry.accounts import actions
    from assessor_registry.accounts.rules import PROVINCE

    now, today = _now(found)
    made, code = found.database.perform(
        lambda tx: actions.first_operator(
            tx, wanted.login, wanted.name, password, email=wanted.email, now=now, today=today
        )
    )
    return Made(made, PROVINCE, code)


def _create(found: Registry, wanted: Wanted, password: str | None) -> Made:
    from assessor_registry.accounts import actions
    from assessor_registry.accounts.actions import hashing
    from assessor_registry.accounts.rules import Role, system

    now, today = _now(found)
    hashed = None
    if password is not None:
        hashing.require_good(password, wanted.login)
        hashed = hashing.hash_of(password)  # before the transaction: it takes its time

    def act(tx: "Connection") -> Made:
        assessor_id = _assessor(tx, wanted.assessor) if wanted.assessor else None
        scope = _scope(tx, wanted, assessor_id, today)
        actor = system("cli")
        made = actions.create_account(
            tx, actor, login=wanted.login, name=wanted.name, email=wanted.email, assessor_id=assessor_id, now=now
        )  # fmt: skip
        actions.give_grant(tx, actor, made, Role(wanted.role), scope, today, now=now)
        if hashed is None:
            return Made(made, scope, actions.issue_code(tx, actor, made, now=now))
        actions.give_password(tx, actor, made, hashed, now=now)
        return Made(made, scope, None)

    return found.database.perform(act)


def _scope(tx: "Connection", wanted: Wanted, assessor_id: UUID | None, today: date) -> "Scope":
    """Where the role is held, from what was named. `give_grant` refuses what does not fit the role."""
    from assessor_registry.accounts.rules import PROVINCE, Role, Scope

    if wanted.role == Role.ASSESSOR:
        if assessor_id is None:
            raise InvalidInput("cli.place_missing", role=wanted.role, option="--assessor")
        return Scope("self", str(assessor_id))
    if wanted.lsp:
        return Scope("lsp", str(_lsp(tx, wanted.lsp, today)))
    if wanted.school:
        return Scope("school", str(_school(tx, wanted.school)))
    if wanted.region:
        return _region(tx, wanted.region)
    needed = {Role.LSP_ADMIN: "--lsp", Role.PANEL: "--lsp", Role.SCHOOL: "--school"}.get(Role(wanted.role))
    if needed:
        raise InvalidInput("cli.place_missing", role=wanted.role, option=needed)
    return PROVINCE


def _lsp(tx: "Connection", text: str, today: date) -> UUID:
    """The LSP of that id or name; a part of the name will do when only one has it."""
    from assessor_registry.accounts.rules import PROVINCE
    from assessor_registry.institutions import store

    known = store.list_lsps(tx, PROVINCE, today)
    exact = [lsp.id for lsp in known if text == str(lsp.id) or text.casefold() == lsp.name.casefold()]
    part = [lsp.id for lsp in known if text.casefold() in lsp.name.casefold()]
    chosen = exact or part
    if len(chosen) != 1:
        raise NotFound("cli.no_lsp", value=text)
    return chosen[0]


def _region(tx: "Connection", code: str) -> "Scope":
    from assessor_registry.accounts.rules import Scope
    from assessor_registry.institutions import store

    scope = Scope("region", code)
    if store.scope_name(tx, scope) is None:
        raise NotFound("cli.no_region", region=code)
    return scope


def _school(tx: "Connection", npsn: str) -> UUID:
    from assessor_registry.institutions import store

    index = store.school_index(tx)
    known = index.by_npsn.get(npsn)
    if known is None:
        raise NotFound("cli.no_school", npsn=npsn)
    return index.target(known).id


def _assessor(tx: "Connection", text: str) -> UUID:
    from assessor_registry.assessors import store
    from assessor_registry.assessors.rules import parse_registration

    wanted = parse_registration(text)
    if wanted is None:
        raise InvalidInput("cli.not_a_registration", value=text)
    held = store.find_registration(tx, *wanted.number.split("."))
    fitting = {one.assessor_id for one in held if wanted.year in (None, one.year)}
    if not fitting:
        raise NotFound("cli.no_assessor", number=wanted.canonical)
    if len(fitting) > 1:
        raise NotFound("cli.ambiguous_assessor", number=wanted.canonical)
    return fitting.pop()


@account.command()
def code(login: str, as_json: bool = AS_JSON) -> None:
    """Terbitkan kode aktivasi baru (akun baru, atau lupa kata sandi); kode sebelumnya tidak berlaku lagi."""
    from assessor_registry.accounts import actions
    from assessor_registry.accounts.rules import system

    with registry() as found:
        now, _ = _now(found)
        issued = found.database.perform(
            lambda tx: actions.issue_code(tx, system("cli"), _known(tx, login).id, now=now)
        )  # fmt: skip
    _told(as_json, {"login": login, "code": issued}, f"Kode baru untuk {login}.", issued)


@account.command()
def disable(login: str, as_json: bool = AS_JSON) -> None:
    """Nonaktifkan akun: semua sesi, token, dan kodenya berakhir seketika."""
    _open_or_close(login, as_json, close=True)


@account.command()
def enable(login: str, as_json: bool = AS_JSON) -> None:
    """Aktifkan lagi akun yang dinonaktifkan."""
    _open_or_close(login, as_json, close=False)


def _open_or_close(login: str, as_json: bool, *, close: bool) -> None:
    from assessor_registry.accounts import actions
    from assessor_registry.accounts.rules import system

    act = actions.disable if close else actions.enable
    with registry() as found:
        now, _ = _now(found)
        found.database.perform(lambda tx: act(tx, system("cli"), _known(tx, login).id, now=now))
    said = f"Akun {login} dinonaktifkan." if close else f"Akun {login} aktif lagi."
    _told(as_json, {"login": login, "disabled": close}, said, None)


@account.command("list")
def listing(
    search: str = typer.Option("", "--search", help="Bagian nama, nama masuk, atau surel."), as_json: bool = AS_JSON
) -> None:
    """Daftar akun dengan perannya hari ini."""
    from assessor_registry.accounts import store
    from assessor_registry.accounts.rules import PROVINCE
    from assessor_registry.audit.rules import mask
    from assessor_registry.web.labels import role_name

    with registry() as found, found.database.read() as conn:
        _, today = _now(found)
        rows = store.list_accounts(conn, PROVINCE, on=today, search=search, limit=10_000)
    if as_json:
        show({"accounts": [
            {"login": row.login, "name": mask(row.name), "roles": list(row.roles), "activated": row.activated,
             "disabled": row.disabled_at is not None} for row in rows
        ]})  # fmt: skip
        return
    for row in rows:
        state = "nonaktif" if row.disabled_at else "aktif" if row.activated else "belum diaktifkan"
        roles = ", ".join(role_name(role) for role in row.roles) or "tanpa peran"
        typer.echo(f"{row.login}\t{row.name}\t{roles}\t{state}")


def _known(tx: "Connection", login: str) -> "AccountRow":
    from assessor_registry.accounts import store

    found = store.account_by_login(tx, login)
    if found is None:
        raise NotFound("cli.no_account")
    return found


def _now(found: Registry) -> tuple[datetime, date]:
    from assessor_registry import clock

    now = clock.now()
    return now, clock.day_of(now, found.settings.zone)


def _password(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise InvalidInput("cli.no_file", path=str(path)) from None


def _told(as_json: bool, value: dict[str, Any], said: str, issued: str | None) -> None:
    if as_json:
        show(value)
        return
    typer.echo(said)
    if issued is not None:
        typer.echo(f"Kode aktivasi (berlaku 14 hari, tidak ditampilkan lagi): {issued}")


__all__ = ["account"]
