"""The README says what is true: commands with their options, settings, the test command, the check by openssl."""

import base64
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer.main
from tests.world import World

from assessor_registry import cli, settings
from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.assessments import actions as assessments
from assessor_registry.cli import accounts, demo, export, imports, operation, proofs, status  # noqa: F401  they register commands
from assessor_registry.signing.x509 import pem

TOP = Path(__file__).parents[1]
README = (TOP / "README.md").read_text(encoding="utf-8")
EVERYWHERE = {"--json", "--help", "--data-dir"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def commands() -> dict[str, Any]:
    """Every command of the program by its name, `account create` for one in a group."""

    def walk(command: Any, name: str) -> dict[str, Any]:
        if not hasattr(command, "commands"):
            return {name: command}
        return {
            full: found
            for each, sub in command.commands.items()
            for full, found in walk(sub, f"{name} {each}".strip()).items()
        }

    return walk(typer.main.get_command(cli.app), "")


def documented() -> dict[str, str]:
    """The rows of the command reference: command → its synopsis."""
    reference = README.split("## Command reference")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \|", reference, re.MULTILINE)
    return {" ".join(re.findall(r"^[a-z-]+(?: [a-z]+)?(?= |$)", row)).strip(): row for row in rows}


def test_the_reference_names_every_command_and_no_other() -> None:
    assert documented().keys() == commands().keys()


@pytest.mark.parametrize("name", sorted(commands()))
def test_the_reference_names_every_option_of_a_command_and_no_other(name: str) -> None:
    row = documented()[name]
    options = [set(each.opts) for each in commands()[name].params if each.param_type_name == "option"]
    named = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", row))
    assert [each for each in options if not each & (named | EVERYWHERE)] == []
    assert named - set().union(*options) == set()


def test_every_setting_is_in_the_readme_and_in_the_example_and_no_other() -> None:
    known = {settings.PREFIX + name for name in settings._KNOWN}
    table = README.split("### Settings")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == known
    example = (TOP / "config" / "environment.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^#?(\w+)=", example, re.MULTILINE)) == known


def test_the_example_of_settings_can_be_read_as_it_is_and_with_all_switched_on(tmp_path: Path) -> None:
    example = (TOP / "config" / "environment.example").read_text(encoding="utf-8")
    given = dict(re.findall(r"^(\w+)=(.*)$", example, re.MULTILINE))
    assert settings.load(given).public_url == "https://asesor.contoh.id"
    everything = dict(re.findall(r"^#?(\w+)=(.*)$", example, re.MULTILINE))
    (tmp_path / "password").write_text("made-up")
    everything["ASSESSOR_REGISTRY_SMTP_PASSWORD_FILE"] = str(tmp_path / "password")
    found = settings.load(everything)
    assert (found.pool_size, found.zone, found.jobs, found.upload_limit_mib, found.demo) == (
        settings.Settings(found.data_dir).pool_size, "Asia/Makassar", True, 20, False,
    )  # fmt: skip


def test_the_check_of_every_change_runs_the_test_command_of_the_readme() -> None:
    assert "make test\n" in blocks("sh")
    assert "make demo\n" in blocks("sh")
    script = (TOP / ".ci" / "run").read_text(encoding="utf-8")
    assert script.rstrip().splitlines()[-1] == "make test"
    assert "export CI=true" in script


def test_every_file_that_the_readme_points_to_is_there() -> None:
    targets = [each for each in re.findall(r"\]\(([^)#]+)\)", README) if not each.startswith("http")]
    assert targets
    assert [each for each in targets if not (TOP / each).exists()] == []


def test_a_bundle_is_checked_with_openssl_as_the_readme_says(world: World, tmp_path: Path) -> None:
    (script,) = [each for each in blocks("sh") if "openssl verify" in each]
    plan = world.schedule()
    ana = world.assessor()
    world.assign(plan, ana)
    (code,) = world.sign(ana, world.record(ana, plan.attempts[0]))
    with world.db.read() as conn:
        bundle = assessments.bundle(conn, PROVINCE, world.registry, code, world.now)
    (tmp_path / "root.pem").write_text(pem(world.registry.certificate("root")))

    def run(content: bytes) -> subprocess.CompletedProcess[str]:
        (tmp_path / "bundle.json").write_bytes(content)
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    done = run(bundle)
    assert done.returncode == 0, done.stderr
    assert "Verified OK\nsigner.pem: OK\n" in done.stdout
    assert f'"code": "{code}"' in done.stdout
    refused = run(forged(bundle))
    assert refused.returncode != 0
    assert "Verification failure" in (refused.stdout + refused.stderr).replace("Failure", "failure")


def forged(bundle: bytes) -> bytes:
    """The same bundle with the other recommendation."""
    file = json.loads(bundle)
    header, payload, signature = file["jws"].split(".")
    said = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    other = said.replace(b'"recommendation":"K"', b'"recommendation":"BK"')
    assert other != said
    payload = base64.urlsafe_b64encode(other).decode().rstrip("=")
    return json.dumps({**file, "jws": f"{header}.{payload}.{signature}"}).encode()
