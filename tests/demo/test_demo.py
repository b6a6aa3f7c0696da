"""The sample province: built once for all of these, as the command builds it."""

import base64
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jwcrypto import jwk, jws
from sqlalchemy import text
from tests.support.invariants import broken

from assessor_registry import clock, secrecy, settings
from assessor_registry.accounts import actions as accounts
from assessor_registry.accounts.rules import PROVINCE, Role
from assessor_registry.assessments import actions as assessments
from assessor_registry.db.engine import Database
from assessor_registry.db.opening import Opened, opened
from assessor_registry.demo import home, plan
from assessor_registry.demo.build import build
from assessor_registry.demo.names import People
from assessor_registry.demo.story import local
from assessor_registry.errors import ConfigurationError
from assessor_registry.proof.verdict import verdict
from assessor_registry.signing import actions as signing
from assessor_registry.web.acts import VALUES

COMMAND = [sys.executable, "-c", "from assessor_registry.cli import main; main()"]
BUILDING: dict[str, float] = {}  # seconds of processor time


def worked() -> float:
    """Processor time of the programs that have run, in seconds: a busy machine takes longer, but not more of it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ASSESSOR_REGISTRY_")}
    return kept | {"ASSESSOR_REGISTRY_DATA_DIR": str(folder)}


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, "demo", *arguments],
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[tuple["subprocess.Popen[str]", dict[str, Any]]]:
    """The demo being served on a free port, as its JSON says."""
    process = subprocess.Popen(
        [*COMMAND, "demo", "--json", "--port", "0", *arguments],
        env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        assert process.stdout is not None
        process.stdout.close()


def status_of(url: str) -> int:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return int(answer.status)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the province of this module lives."""
    return tmp_path_factory.mktemp("province") / "demo"


@pytest.fixture(scope="module")
def made(folder: Path) -> dict[str, Any]:
    """What `demo --no-serve --json` prints when it has built the province."""
    began = worked()
    done = run(folder, "--no-serve", "--json")
    BUILDING["took"] = worked() - began
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def made_on(folder: Path, made: dict[str, Any]) -> date:
    """The day from which all its days are counted."""
    return date.fromisoformat(json.loads((folder / home.MARKER).read_text(encoding="utf-8"))["made_on"])


@pytest.fixture(scope="module")
def province(folder: Path, made: dict[str, Any]) -> Iterator[Opened]:
    """The database of the province."""
    with opened(replace(settings.load({}, data_dir=folder), demo=True)) as found:
        yield found


def counted(province: Opened, query: str, **given: object) -> int:
    with province.database.read() as conn:
        return int(conn.execute(text(query), given).scalar_one())


def test_it_prints_one_object_with_everything_to_begin(folder: Path, made: dict[str, Any]) -> None:
    assert set(made) == {"url", "data_dir", "root", "records", "accounts"}
    assert made["data_dir"] == str(folder)
    assert made["url"] == "http://127.0.0.1:8000/"
    assert Path(made["root"]).read_text(encoding="ascii").startswith("-----BEGIN CERTIFICATE-----")
    assert {account["role"] for account in made["accounts"]} == set(Role)
    assert all(set(account) == {"login", "password", "role", "name", "passphrase"} for account in made["accounts"])
    assert [account["login"] for account in made["accounts"] if account["passphrase"]] == ["asesor", "asesor-lama"]
    assert stat_mode(folder / home.MARKER) == 0o600


def stat_mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_it_is_as_large_as_a_province(province: Opened) -> None:
    census = {
        "region": 10, "lsp": 12, "assessor": 150, "student": 600, "season": 2, "schedule": 17,
    }  # fmt: skip
    assert {table: counted(province, f"SELECT count(*) FROM {table}") for table in census} == census
    assert counted(province, "SELECT count(DISTINCT region_code) FROM lsp") == 10
    assert counted(
        province, "SELECT min(schools) FROM (SELECT count(*) AS schools FROM network_school GROUP BY lsp_id)"
    )


def test_most_of_the_first_wave_has_lapsed_and_the_later_ones_are_active_or_ending(
    province: Opened, made_on: date
) -> None:
    active = "SELECT count(*) FROM active_period WHERE during @> CAST(:on AS date)"
    now_active = counted(province, active, on=made_on)
    before = counted(province, active, on=made_on - timedelta(days=400))
    assert before > 110
    assert 45 <= now_active <= 75
    twice = "SELECT count(*) FROM (SELECT 1 FROM assessor_certificate GROUP BY assessor_id HAVING count(*) = 2) AS two"
    assert counted(province, twice) == plan.RENEWED_BEFORE + plan.RENEWED_AFTER + 1
    assert counted(province, "SELECT count(*) FROM sanction WHERE kind = 'suspension'") == 1
    assert counted(province, "SELECT count(*) FROM assessor WHERE ended_on IS NOT NULL") == 1
    extended = """
        SELECT count(*) FROM coverage c WHERE c.last_day > (
            SELECT max(last_day) FROM assessor_certificate a WHERE a.assessor_id = c.assessor_id)"""
    assert counted(province, extended) == 1
    assert counted(province, "SELECT max(n) FROM (SELECT count(*) AS n FROM appointment GROUP BY decree_id) AS d") > 20


def test_its_numbers_meet_no_real_ones(province: Opened) -> None:
    assert counted(province, "SELECT count(*) FROM registration_number WHERE number < '900000'") == 0
    assert counted(province, "SELECT count(*) FROM school WHERE npsn NOT LIKE '9064%'") == 0


def test_signed_records_of_every_kind_are_there(province: Opened, made: dict[str, Any]) -> None:
    kinds = {
        "paper": "r.origin = 'paper'",
        "BK": "r.recommendation = 'BK'",
        "absent": "r.outcome = 'absent'",
        "withdrew": "r.outcome = 'withdrew'",
        "corrected": "s.replaced_by IS NOT NULL",
        "contested": "s.contested_at IS NOT NULL",
    }
    for name, condition in kinds.items():
        query = f"SELECT count(*) FROM record r JOIN record_state s ON s.record_id = r.id WHERE {condition}"
        assert counted(province, query), name
    assert len(made["records"]) == counted(province, "SELECT count(*) FROM record") == len(set(made["records"]))


def test_every_invariant_holds(province: Opened, folder: Path) -> None:
    authority = secrecy.read_key(folder / "secrets", signing.AUTHORITY_KEY)
    with province.database.read() as conn:
        registry = signing.load_authority(conn, authority)
    assert broken(province.database, registry, clock.now()) == []


def test_its_records_are_proven_by_the_printed_root(province: Opened, folder: Path, made: dict[str, Any]) -> None:
    authority = secrecy.read_key(folder / "secrets", signing.AUTHORITY_KEY)
    with province.database.read() as conn:
        registry = signing.load_authority(conn, authority)
        proofs = [assessments.bundle(conn, PROVINCE, registry, code, clock.now()) for code in made["records"]]
    root = Path(made["root"]).read_bytes()
    answers = [verdict(proof, root) for proof in proofs]
    assert all(answer.authentic for answer in answers)
    assert 0 < sum(not answer.valid for answer in answers) < 10  # the corrected and the contested ones


def test_strangers_to_this_program_accept_its_records_and_refuse_them_after_one_byte(
    province: Opened, made: dict[str, Any], tmp_path: Path
) -> None:
    """openssl for the certificates at the time of signing, jwcrypto for the signature: neither is our own."""
    (tmp_path / "root.pem").write_bytes(Path(made["root"]).read_bytes())
    with province.database.read() as conn:
        rows = conn.execute(text("SELECT jws, signed_at FROM record ORDER BY id")).all()
    assert len(rows) == len(made["records"])
    for signed, moment in rows:
        header, payload, signature = signed.split(".")
        chain = [base64.b64decode(each) for each in json.loads(unpadded(header))["x5c"]]
        leaf, issuing = (write_pem(tmp_path, name, der) for name, der in zip("ab", chain, strict=True))
        assert openssl_verifies(tmp_path, leaf, issuing, moment)
        key = jwk.JWK.from_pem((tmp_path / leaf).read_bytes())
        assert accepted(key, signed)
        other = "A" if payload[40] != "A" else "B"
        assert not accepted(key, f"{header}.{payload[:40]}{other}{payload[41:]}.{signature}")
        broken_leaf = write_pem(tmp_path, "broken", chain[0][:-10] + bytes([chain[0][-10] ^ 1]) + chain[0][-9:])
        assert not openssl_verifies(tmp_path, broken_leaf, issuing, moment)


def unpadded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def write_pem(folder: Path, name: str, der: bytes) -> str:
    body = base64.encodebytes(der).decode()
    (folder / f"{name}.pem").write_text(f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n")
    return f"{name}.pem"


def openssl_verifies(folder: Path, leaf: str, issuing: str, moment: datetime) -> bool:
    command = ["openssl", "verify", "-x509_strict", "-attime", str(int(moment.timestamp())), "-CAfile", "root.pem"]
    done = subprocess.run([*command, "-untrusted", issuing, leaf], cwd=folder, capture_output=True, check=False)
    return done.returncode == 0


def accepted(key: jwk.JWK, signed: str) -> bool:
    token = jws.JWS()
    try:
        token.deserialize(signed)
        token.allowed_algs = ["ES256"]
        token.verify(key)
    except jws.InvalidJWSSignature:
        return False
    return True


def test_nothing_happened_after_the_moment_it_was_made(province: Opened) -> None:
    assert counted(province, "SELECT count(*) FROM audit_entry WHERE at > :now", now=clock.now()) == 0
    assert counted(province, "SELECT count(*) FROM record WHERE signed_at > :now", now=clock.now()) == 0


def test_its_assessor_finds_ten_candidates_of_the_largest_complete_scheme_ready_today(
    province: Opened, made: dict[str, Any], made_on: date
) -> None:
    login = next(account["login"] for account in made["accounts"] if account["role"] == "assessor")
    query = """
        SELECT count(*) FROM assignment a JOIN account c ON c.assessor_id = a.assessor_id
        JOIN schedule s ON s.id = a.schedule_id JOIN attempt t ON t.schedule_id = s.id AND t.assessor_id = a.assessor_id
        WHERE c.login = :login AND a.held_on = :today AND a.confirmed_at IS NOT NULL AND {}"""
    assert counted(province, query.format("t.recorded_at IS NULL"), login=login, today=made_on) == 10
    largest = """s.scheme_version_id = (
        SELECT v.id FROM scheme_version v JOIN unit_of_competency u ON u.version_id = v.id
        WHERE v.complete GROUP BY v.id ORDER BY count(*) DESC LIMIT 1)"""
    assert counted(province, query.format(largest), login=login, today=made_on) == 10


def test_some_of_what_is_scheduled_will_not_hold(province: Opened, made_on: date) -> None:
    soon = "s.first_day BETWEEN :today AND CAST(:today AS date) + 30 AND s.cancelled_at IS NULL"
    for name, condition in {
        "planned": "EXISTS (SELECT 1 FROM assignment a WHERE a.schedule_id = s.id AND a.confirmed_at IS NULL)",
        "venue": "EXISTS (SELECT 1 FROM venue v WHERE v.id = s.venue_id AND v.verified_until < s.last_day)",
        "licence": "NOT EXISTS (SELECT 1 FROM licence l WHERE l.lsp_id = s.lsp_id AND s.last_day <= l.last_day)",
        "nobody": "NOT EXISTS (SELECT 1 FROM assignment a WHERE a.schedule_id = s.id AND a.withdrawn_at IS NULL)",
    }.items():
        query = f"SELECT count(*) FROM schedule s WHERE {soon} AND {condition}"
        assert counted(province, query, today=made_on), name
    unsigned = """
        SELECT count(*) FROM draft d JOIN coverage c ON c.assessor_id = d.assessor_id
        WHERE d.record_id IS NULL AND c.last_day - CAST(:today AS date) BETWEEN 0 AND 7"""
    assert counted(province, unsigned, today=made_on) == 4


def test_there_is_something_to_do_of_every_kind(province: Opened) -> None:
    kinds = (
        "certificate_ending",
        "season_gap",
        "technical_ending",
        "appointment_ending",
        "licence_ending",
        "venue_ending",
    )
    for kind in kinds:
        query = "SELECT count(*) FROM flag WHERE cleared_at IS NULL AND kind = :kind"
        assert counted(province, query, kind=kind), kind
    late = "SELECT count(*) FROM flag WHERE kind = 'certificate_ending' AND stage > 0 AND NOT backlog"
    assert counted(province, late)  # come due since the registry went live, not found on that day


def test_everyone_can_sign_in_with_what_is_printed(province: Opened, made: dict[str, Any], made_on: date) -> None:
    for account in made["accounts"]:
        accounts.sign_in(
            province.database,
            account["login"],
            account["password"],
            now=clock.now(),
            today=made_on,
            address="127.0.0.1",
        )


def test_passwords_and_passphrases_are_nowhere_in_the_clear(province: Opened, made: dict[str, Any]) -> None:
    secrets = [account[name] for account in made["accounts"] for name in ("password", "passphrase") if account[name]]
    with province.database.read() as conn:
        trail = str(conn.execute(text("SELECT jsonb_agg(to_jsonb(e)) FROM audit_entry e")).scalar_one())
        people = str(conn.execute(text("SELECT jsonb_agg(to_jsonb(a)) FROM account a")).scalar_one())
        assert not [secret for secret in secrets if secret in trail or secret in people]
        niks = [People(64).one("64.72", "Samarinda", (1972, 1996)).nik]
        assert niks[0][:6] not in trail


def test_every_value_in_its_trail_has_its_words(province: Opened) -> None:
    with province.database.read() as conn:
        names = conn.execute(text(
            "SELECT DISTINCT jsonb_object_keys(x) FROM audit_entry, LATERAL (VALUES (before), (after)) v(x) "
            "WHERE x IS NOT NULL"
        )).scalars().all()  # fmt: skip
    assert len(names) > 80
    assert {name for name in names if len(name) != 36} - VALUES.keys() == set()


def test_a_second_start_finds_it_and_is_quick(folder: Path, made: dict[str, Any]) -> None:
    began = worked()
    done = run(folder, "--no-serve", "--json")
    assert json.loads(done.stdout) == made
    assert worked() - began < BUILDING["took"] / 2


def test_killed_while_it_serves_nothing_is_lost(folder: Path, made: dict[str, Any], province: Opened) -> None:
    before = counted(province, "SELECT count(*) FROM audit_entry")
    with serving(folder) as (process, said):
        assert status_of(said["url"] + "masuk") == 200
        process.kill()
        process.wait(30)
    with serving(folder) as (_, said):
        assert said["records"] == made["records"]
        assert status_of(said["url"] + "masuk") == 200
    assert counted(province, "SELECT count(*) FROM audit_entry") >= before


def test_it_is_served_to_this_machine_only(folder: Path, made: dict[str, Any]) -> None:
    with serving(folder) as (_, said):
        assert said["url"].startswith("http://127.0.0.1:")
        port = int(said["url"].rsplit(":", 1)[1].strip("/"))
        with pytest.raises(OSError), socket.create_connection(("127.0.0.2", port), timeout=2):
            pass


def test_fresh_is_refused_while_it_is_in_use(folder: Path, made: dict[str, Any], province: Opened) -> None:
    done = run(folder, "--no-serve", "--fresh")
    assert done.returncode == 2
    assert "sedang dipakai" in done.stderr
    assert counted(province, "SELECT count(*) FROM assessor") == 150


def test_a_taken_port_is_said_before_anything_is_built(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run(tmp_path / "demo", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert not (tmp_path / "demo").exists()


def test_a_folder_of_something_else_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    for more in ((), ("--fresh",)):
        done = run(tmp_path, "--no-serve", *more)
        assert done.returncode == 2
        assert str(tmp_path) in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["secrets"]
    with pytest.raises(ConfigurationError):
        home.require_ours(tmp_path)


@pytest.mark.parametrize("reached", [home.BUILDING, "secrets/authority.key"])
def test_killed_while_it_is_built_it_begins_anew_and_fresh_makes_another(tmp_path: Path, reached: str) -> None:
    folder = tmp_path / "demo"
    process = subprocess.Popen(
        [*COMMAND, "demo", "--no-serve", "--json"], env=environment(folder), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not (folder / reached).exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.5)
    process.kill()
    process.wait(30)
    assert not (folder / home.MARKER).exists()
    done = run(folder, "--no-serve", "--json")
    assert done.returncode == 0, done.stderr
    assert not (folder / home.BUILDING).exists()
    made = json.loads(done.stdout)
    assert len(made["records"]) > 40
    if reached == home.BUILDING:
        fresh_makes_another_with_new_keys(folder, made)


def fresh_makes_another_with_new_keys(folder: Path, first: dict[str, Any]) -> None:
    root = Path(first["root"]).read_bytes()
    second = json.loads(run(folder, "--no-serve", "--json", "--fresh").stdout)
    assert Path(second["root"]).read_bytes() != root
    assert not set(first["records"]) & set(second["records"])
    assert second["accounts"] == first["accounts"]


@pytest.mark.parametrize(
    ("today", "hour", "because"),
    [
        (date(2028, 2, 29), 0, "a leap day just begun: three years before it there is none"),
        (date(2027, 3, 31), 23, "a month's end: many months have no such day"),
    ],
)
def test_it_can_be_made_on_any_day(
    database: Database, owner_url: str, tmp_path: Path, today: date, hour: int, because: str
) -> None:
    chosen = replace(settings.load({}, data_dir=tmp_path), demo=True)
    now = local(today, hour) + timedelta(minutes=3)
    found = build(Opened(database, owner_url, None), chosen, today, now)
    assert len(found.records) > 40, because
    with database.read() as conn:
        registry = signing.load_authority(conn, secrecy.read_key(chosen.secrets_dir, signing.AUTHORITY_KEY))
        late = conn.execute(text("SELECT count(*) FROM audit_entry WHERE at > :now"), {"now": now}).scalar_one()
    assert late == 0
    assert broken(database, registry, now) == []
