"""What an earlier version of this program wrote is carried over whole: every record still verifies and says the same.

`tests/data/backup-of-schema-0002.zip` is a backup of a sample province made by the program when its schema was 0002:
made-up people, and keys that protect nothing else.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from litestar.testing import TestClient
from sqlalchemy import text
from tests.conftest import Cluster

from assessor_registry import backup, checking, clock, founding, jobs
from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.app import create_app
from assessor_registry.assessments import actions as assessments
from assessor_registry.assessments import store
from assessor_registry.db import migrations
from assessor_registry.db.engine import Database
from assessor_registry.db.opening import Opened
from assessor_registry.proof.verdict import verdict
from assessor_registry.settings import Settings
from assessor_registry.signing import jws, statement

TYPE: Literal["assessment-record+jws"] = "assessment-record+jws"
EARLIER = Path(__file__).parent / "data" / "backup-of-schema-0002.zip"
# What that province held.
HELD = {"assessor": 150, "record": 48, "student": 600, "assessor_certificate": 167}


@dataclass(frozen=True)
class Upgraded:
    """The earlier registry, restored and brought up to this program's schema."""

    settings: Settings
    opened: Opened

    def count(self, query: str) -> int:
        with self.opened.database.read() as conn:
            return int(conn.execute(text(query)).scalar_one())

    def records(self) -> list[store.RecordRow]:
        with self.opened.database.read() as conn:
            return store.records(conn, PROVINCE, limit=500)


@pytest.fixture(scope="module")
def upgraded(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    folder = tmp_path_factory.mktemp("upgrade")
    with zipfile.ZipFile(EARLIER) as packed:
        packed.extractall(folder / "backup")
    cluster.run("CREATE DATABASE earlier")
    url = cluster.server.url("earlier")
    database = Database(url, 4)
    settings = Settings(data_dir=folder / "data", jobs=False)
    target = Opened(database, url, None)
    summary = backup.restore(settings, target, folder / "backup")
    assert summary.revision == "0002"
    founding.found(settings, target, clock.now())
    yield Upgraded(settings, target)
    database.close()
    cluster.drop("earlier")


def test_the_schema_is_this_programs_and_nothing_was_lost(upgraded: Upgraded) -> None:
    with upgraded.opened.database.read() as conn:
        assert migrations.current_revision(conn) == migrations.expected_revision()
    assert {name: upgraded.count(f"SELECT count(*) FROM {name}") for name in HELD} == HELD


def test_the_registry_is_whole(upgraded: Upgraded) -> None:
    report = checking.check(upgraded.settings, upgraded.opened.database)
    assert report.faults == ()
    assert report.checked["records"] == HELD["record"]


def test_every_earlier_record_still_verifies(upgraded: Upgraded) -> None:
    root = upgraded.settings.root_certificate.read_bytes()
    registry = create_app(upgraded.settings, upgraded.opened.database).state.authority
    with upgraded.opened.database.read() as conn:
        bundles = {
            row: assessments.bundle(conn, PROVINCE, registry, row.code, clock.now()) for row in upgraded.records()
        }
    found = {row.code: verdict(each, root) for row, each in bundles.items()}
    assert all(each.authentic for each in found.values())
    assert {row.code: found[row.code].valid for row in bundles} == {row.code: row.state == "valid" for row in bundles}


def test_every_earlier_record_is_shown_with_the_names_that_were_signed(upgraded: Upgraded) -> None:
    rows = upgraded.records()
    with upgraded.opened.database.read() as conn:
        signed = {code: jws.read(token, TYPE) for code, token in conn.execute(text("SELECT code, jws FROM record"))}
    said = {code: statement.from_bytes(token.payload) for code, token in signed.items()}
    assert {row.code: (row.student_name, row.nisn, row.assessor_name) for row in rows} == {
        code: (each.candidate.name, each.candidate.nisn, each.assessor.name) for code, each in said.items()
    }
    with TestClient(app=create_app(upgraded.settings, upgraded.opened.database)) as client:
        assert client.get(f"/cek/{rows[0].code}").status_code == 200


def test_the_daily_work_goes_on(upgraded: Upgraded) -> None:
    now = clock.now()
    today = clock.day_of(now, upgraded.settings.zone)
    jobs.daily_sweep(upgraded.opened.database, today, now)
    first = upgraded.count("SELECT count(*) FROM flag")
    jobs.daily_sweep(upgraded.opened.database, today, now)
    assert upgraded.count("SELECT count(*) FROM flag") == first > 0
