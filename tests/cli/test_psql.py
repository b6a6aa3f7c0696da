"""`psql` works as the role that it is asked for, or says which roles there are."""

from pathlib import Path

import pytest
from tests.cli.conftest import Run

from assessor_registry.cli.operation import role_asked

WHO = ["-XAtc", "select current_user"]


@pytest.mark.parametrize("given", [["-U", "registry_app"], ["-Uregistry_app"], ["--username=registry_app"]])
def test_psql_works_as_the_role_it_is_asked_for(run: Run, given: list[str]) -> None:
    assert run("psql", *given, *WHO) == (0, "registry_app\n", "")


def test_psql_works_as_the_owner_when_nobody_is_named(run: Run) -> None:
    assert run("psql", *WHO) == (0, "registry_owner\n", "")
    assert run("psql", "-U", "registry_owner", *WHO)[1] == "registry_owner\n"


def test_psql_refuses_a_role_that_is_none_of_the_registrys(run: Run) -> None:
    code, out, error = run("psql", "-U", "postgres", *WHO)
    assert (code, out, error) == (2, "", "psql hanya untuk peran registry_owner dan registry_app, bukan postgres.\n")


@pytest.mark.parametrize(
    ("given", "role"),
    [
        (["-c", "select 1"], None),
        (["-AtU", "a"], "a"),
        (["-AtUa"], "a"),
        (["-U", "a", "-U", "b"], "b"),
        (["--user", "a"], "a"),
        (["-c", "-U", "-A"], None),
        (["-Atc", "-Ux"], None),
        (["--command", "-Ux", "--username", "b"], "b"),
        (["--command=x", "-Ub"], "b"),
        (["-o", str(Path("-Ux")), "--", "-Ub"], None),
        (["-U"], ""),
        ([], None),
    ],
)
def test_the_role_is_read_as_psql_reads_it(given: list[str], role: str | None) -> None:
    assert role_asked(given) == role
