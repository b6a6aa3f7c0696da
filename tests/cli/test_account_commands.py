"""account create, code, disable, list: the first operator comes from here, and every code is shown once."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from tests.support.people import add_lsp, add_person, add_region, add_school
from typer.testing import CliRunner, Result

from assessor_registry import clock, founding, secrecy
from assessor_registry.accounts import actions, store
from assessor_registry.accounts.rules import Role
from assessor_registry.cli import accounts as _accounts  # noqa: F401  it registers the commands
from assessor_registry.cli import app
from assessor_registry.db.engine import Database
from assessor_registry.errors import Refusal

PASSWORD = "bukit soeharto teduh"


@pytest.fixture
def run(database: Database, owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command on this test's database."""
    monkeypatch.setenv("ASSESSOR_REGISTRY_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DATABASE_URL", owner_url)
    for name in founding.KEY_FILES:
        secrecy.make_key(tmp_path / "data" / "secrets", name)

    def command(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["account", *arguments])

    return command


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output + repr(result.exception)
    return json.loads(result.stdout)


def refused(result: Result) -> str:
    assert isinstance(result.exception, Refusal)
    return result.exception.code


def roles(database: Database, login: str) -> list[tuple[str, str, str | None]]:
    with database.read() as conn:
        found = store.account_by_login(conn, login)
        assert found is not None
        return [(one.role, one.scope.kind, one.scope.ref) for one in store.grants_of(conn, found.id)]


def test_the_first_operator_gets_a_code_that_activates_the_account(run: Any, database: Database) -> None:
    made = told(run("create", "rani", "--name", "Rani Contoh", "--operator", "--json"))
    actions.activate(database, made["code"], PASSWORD, now=clock.now(), address="test")
    assert roles(database, "rani") == [("operator", "province", None)]


def test_a_second_first_operator_is_refused(run: Any) -> None:
    told(run("create", "rani", "--name", "Rani Contoh", "--operator", "--json"))
    assert refused(run("create", "budi", "--name", "Budi Contoh", "--operator")) == "accounts.operator_exists"


def test_an_operator_with_a_password_file_can_sign_in_at_once(run: Any, database: Database, tmp_path: Path) -> None:
    (tmp_path / "sandi").write_text(PASSWORD + "\n")
    path = str(tmp_path / "sandi")
    made = told(run("create", "rani", "--name", "Rani", "--operator", "--password-file", path, "--json"))
    now = clock.now()
    signed = actions.sign_in(database, "rani", PASSWORD, now=now, today=clock.day_of(now), address="test")
    assert made["code"] is None
    assert signed.name == "Rani"


def test_a_division_account_with_a_password_can_sign_in(run: Any, database: Database, tmp_path: Path) -> None:
    (tmp_path / "sandi").write_text(PASSWORD)
    path = str(tmp_path / "sandi")
    made = told(run("create", "bidang", "--name", "Bidang", "--role", "division", "--password-file", path, "--json"))
    now = clock.now()
    signed = actions.sign_in(database, "bidang", PASSWORD, now=now, today=clock.day_of(now), address="test")
    assert made["code"] is None
    assert [grant.role for grant in signed.grants] == [Role.DIVISION]


def test_an_account_is_made_with_its_password_or_not_at_all(
    run: Any, database: Database, owner_url: str, tmp_path: Path
) -> None:
    (tmp_path / "sandi").write_text(PASSWORD)
    path = str(tmp_path / "sandi")
    # The database refuses the password's row; what was made before it in another transaction would stay.
    forbid = "ALTER TABLE account ADD CONSTRAINT no_password CHECK (password_hash IS NULL) NOT VALID"
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute(forbid)
    assert run("create", "bidang", "--name", "Bidang", "--role", "division", "--password-file", path).exit_code != 0
    with database.read() as conn:
        assert store.account_by_login(conn, "bidang") is None


def test_a_bad_password_makes_no_account(run: Any, database: Database, tmp_path: Path) -> None:
    (tmp_path / "sandi").write_text("pendek")
    path = str(tmp_path / "sandi")
    assert refused(run("create", "bidang", "--name", "Bidang", "--role", "division", "--password-file", path))
    with database.read() as conn:
        assert store.account_by_login(conn, "bidang") is None


def test_an_lsp_administrator_is_placed_by_a_part_of_the_lsps_name(run: Any, database: Database) -> None:
    with database.transaction() as tx:
        lsp = add_lsp(tx)
        tx.execute(text("UPDATE lsp SET name = 'LSP SMKN 9 Samarinda' WHERE id = :id"), {"id": lsp})
    told(run("create", "admin", "--name", "Admin", "--role", "lsp_admin", "--lsp", "smkn 9", "--json"))
    assert roles(database, "admin") == [("lsp_admin", "lsp", str(lsp))]


def test_an_lsp_name_that_fits_two_is_refused(run: Any, database: Database) -> None:
    with database.transaction() as tx:
        add_lsp(tx)
        add_lsp(tx)
    assert refused(run("create", "admin", "--name", "A", "--role", "lsp_admin", "--lsp", "LSP Contoh")) == "cli.no_lsp"


def test_a_school_is_named_by_its_npsn(run: Any, database: Database) -> None:
    with database.transaction() as tx:
        school = add_school(tx)
        npsn = tx.execute(text("SELECT npsn FROM school")).scalar_one()
    told(run("create", "sekolah", "--name", "Sekolah", "--role", "school", "--school", npsn, "--json"))
    assert roles(database, "sekolah") == [("school", "school", str(school))]


def test_a_region_is_named_by_its_code_and_one_that_is_not_there_makes_no_account(run: Any, database: Database) -> None:
    with database.transaction() as tx:
        add_region(tx, "64.72")
    made = told(run("create", "periksa", "--name", "Auditor", "--role", "auditor", "--region", "64.72", "--json"))
    assert made["scope"] == {"kind": "region", "ref": "64.72"}
    assert (
        refused(run("create", "periksa2", "--name", "A", "--role", "auditor", "--region", "99.99")) == "cli.no_region"
    )
    with database.read() as conn:
        assert store.account_by_login(conn, "periksa2") is None


def test_an_assessor_is_named_by_the_registration_number(run: Any, database: Database) -> None:
    with database.transaction() as tx:
        person = add_person(tx)
        tx.execute(
            text(
                "INSERT INTO registration_number (id, assessor_id, series, number, year, current, created_at) "
                "VALUES (gen_random_uuid(), :who, '000', '900123', 2022, true, now())"
            ),
            {"who": person},
        )
    told(run("create", "siti", "--name", "Siti", "--role", "assessor", "--assessor", "MET 000 900123 2022", "--json"))
    assert roles(database, "siti") == [("assessor", "self", str(person))]
    unknown = run("create", "x-1", "--name", "X", "--role", "assessor", "--assessor", "MET 000 900123 2023")
    assert refused(unknown) == "cli.no_assessor"


@pytest.mark.parametrize("role", ["lsp_admin", "panel", "school", "assessor"])
def test_a_role_that_needs_a_place_says_so(run: Any, role: str) -> None:
    assert refused(run("create", "baru", "--name", "Baru", "--role", role)) == "cli.place_missing"


@pytest.mark.parametrize("arguments", [(), ("--operator", "--role", "division"), ("--role", "raja")])
def test_one_role_is_named(run: Any, arguments: tuple[str, ...]) -> None:
    assert refused(run("create", "baru", "--name", "Baru", *arguments)) == "cli.one_role"


def test_a_new_code_replaces_the_one_before(run: Any, database: Database) -> None:
    first = told(run("create", "rani", "--name", "Rani", "--operator", "--json"))["code"]
    second = told(run("code", "RANI", "--json"))["code"]
    with pytest.raises(Refusal):
        actions.activate(database, first, PASSWORD, now=clock.now(), address="test")
    actions.activate(database, second, PASSWORD, now=clock.now(), address="test")


def test_a_disabled_account_is_listed_as_such_and_gets_no_code(run: Any) -> None:
    told(run("create", "rani", "--name", "Rani", "--operator", "--json"))
    told(run("disable", "rani", "--json"))
    (row,) = told(run("list", "--json"))["accounts"]
    assert (row["login"], row["disabled"], row["activated"], row["name"]) == ("rani", True, False, "R…")
    assert refused(run("code", "rani")) == "accounts.disabled"
    told(run("enable", "rani", "--json"))
    assert "belum diaktifkan" in run("list").stdout


def test_an_unknown_login_is_refused(run: Any) -> None:
    assert refused(run("code", "tidak-ada")) == "cli.no_account"


@pytest.mark.parametrize("places", [
    ["--operator", "--lsp", "Contoh"], ["--operator", "--assessor", "MET.000.900001 2024"],
    ["--role", "lsp_admin", "--lsp", "Contoh", "--school", "30400000"],
    ["--role", "assessor", "--assessor", "MET.000.900001 2024", "--lsp", "Contoh"],
])  # fmt: skip
def test_a_second_place_is_refused_not_passed_over(run: Any, places: list[str]) -> None:
    assert refused(run("create", "budi", "--name", "Budi Contoh", *places)) == "cli.one_place"


@pytest.mark.parametrize("role", [["--operator"], ["--role", "division"]])
def test_an_account_is_made_with_the_address_for_its_reminders(run: Any, database: Database, role: list[str]) -> None:
    told(run("create", "rani", "--name", "Rani Contoh", *role, "--email", "rani@dinas.contoh.id", "--json"))
    with database.read() as conn:
        found = store.account_by_login(conn, "rani")
    assert found is not None
    assert found.email == "rani@dinas.contoh.id"
    assert refused(run("create", "budi", "--name", "Budi", "--role", "division", "--email", "bukan surel")) == (
        "accounts.email_unusable"
    )
