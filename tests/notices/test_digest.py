"""Who is told what: one mail a day, news once, what was due before in one summary, nobody else's people."""

import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import time_machine
from sqlalchemy import Connection, text
from tests.support.people import ACTOR, NOW, TODAY, add_lsp, add_people, add_school, employ

from assessor_registry import jobs
from assessor_registry.accounts.rules import Scope
from assessor_registry.db.engine import Database
from assessor_registry.notices.actions import Delivered, Letter, put
from assessor_registry.notices.rules import LINES_PER_KIND, Line, digest, summary
from assessor_registry.settings import Settings, Smtp
from assessor_registry.validity import actions
from assessor_registry.validity.actions import NewCertificate
from assessor_registry.words import catalogue

DAY = timedelta(days=1)
URL = "https://registri.contoh.id"


def add_account(tx: Connection, email: str | None, role: str, scope: Scope, *, disabled: bool = False) -> None:
    account = uuid4()
    row: dict[str, Any] = {"id": account, "login": f"akun-{account}", "email": email, "now": NOW, "role": role,
                           "off": NOW if disabled else None, "kind": scope.kind, "ref": scope.ref}  # fmt: skip
    tx.execute(
        text(
            "INSERT INTO account (id, login, name, email, created_at, disabled_at) "
            "VALUES (:id, :login, 'x', :email, :now, :off)"
        ),
        row,
    )
    tx.execute(
        text(
            "INSERT INTO access_grant (id, account_id, role, scope_kind, scope_ref, first_day, granted_at) "
            "VALUES (gen_random_uuid(), :id, :role, :kind, :ref, '2026-01-01', :now)"
        ),
        row,
    )


def names(database: Database, people: list[UUID]) -> list[str]:
    with database.read() as conn:
        found = {row.id: row.name for row in conn.execute(text("SELECT id, name FROM assessor"))}
    return [found[who] for who in people]


def mails(database: Database) -> dict[tuple[str, str, date], str]:
    with database.read() as conn:
        rows = conn.execute(text("SELECT recipient, kind, day, subject, body FROM outgoing_mail")).all()
    return {(row.recipient, row.kind, row.day): f"{row.subject}\n{row.body}" for row in rows}


def certify(tx: Connection, who: UUID, last: date) -> None:
    actions.add_certificate(tx, ACTOR, NewCertificate(who, date(2023, 1, 1), last, "uji"), now=NOW)


def test_everyone_is_told_of_what_they_see_and_once(database: Database) -> None:
    later = TODAY + 40 * DAY
    with database.transaction() as tx:
        school = add_school(tx)
        lsp, mine, other = add_lsp(tx, school), *add_people(tx, 2)
        employ(tx, [mine], school)
        for who in (mine, other):
            certify(tx, who, TODAY + 395 * DAY)
        add_account(tx, "Kabid@contoh.id", "division", Scope("province"))
        add_account(tx, "admin@contoh.id", "lsp_admin", Scope("lsp", str(lsp)))
        add_account(tx, "guru@contoh.id", "assessor", Scope("self", str(mine)))
        add_account(tx, "off@contoh.id", "division", Scope("province"), disabled=True)
        add_account(tx, "auditor@contoh.id", "auditor", Scope("province"))
        add_account(tx, None, "division", Scope("province"))
    assert jobs.digest(database, TODAY, now=NOW, url=URL) == 0, "nothing is due"
    assert jobs.digest(database, later, now=NOW, url=URL) == 3
    assert jobs.digest(database, later, now=NOW, url=URL) == 0, "once per day"
    assert jobs.digest(database, later + DAY, now=NOW, url=URL) == 0, "and nothing is told twice"
    found = mails(database)
    one, two = names(database, [mine, other])
    assert {key[0] for key in found} == {"kabid@contoh.id", "admin@contoh.id", "guru@contoh.id"}
    told = {key[0]: (one in body, two in body) for key, body in found.items()}
    assert told == {"kabid@contoh.id": (True, True), "admin@contoh.id": (True, False), "guru@contoh.id": (True, False)}
    assert f"{URL}/tindak-lanjut" in found["guru@contoh.id", "digest", later]


def test_what_was_due_before_goes_into_one_summary_without_names_and_not_to_assessors(database: Database) -> None:
    with database.transaction() as tx:
        people = add_people(tx, 120)
        for n, who in enumerate(people):
            certify(tx, who, TODAY + (n - 60) * DAY)
        add_account(tx, "kabid@contoh.id", "division", Scope("province"))
        add_account(tx, "guru@contoh.id", "assessor", Scope("self", str(people[0])))
    assert jobs.digest(database, TODAY, now=NOW, url=URL) == 1
    found = mails(database)
    (body,) = found.values()
    assert next(iter(found))[:2] == ("kabid@contoh.id", "summary")
    assert "sudah berakhir: 60" in body
    assert not any(name in body for name in names(database, people))


def test_a_go_live_day_makes_what_time_brought_until_then_part_of_the_summary(database: Database) -> None:
    with database.transaction() as tx:
        (who,) = add_people(tx)
        certify(tx, who, TODAY + 370 * DAY)
        add_account(tx, "kabid@contoh.id", "division", Scope("province"))
    jobs.set_go_live(database, TODAY + 20 * DAY, now=NOW)
    jobs.digest(database, TODAY + 30 * DAY, now=NOW, url=URL)
    assert [key[1] for key in mails(database)] == ["summary"]


def test_a_sweep_for_another_day_sends_nothing(database: Database) -> None:
    with database.transaction() as tx:
        (who,) = add_people(tx)
        certify(tx, who, TODAY + 500 * DAY)
        add_account(tx, "kabid@contoh.id", "division", Scope("province"))
    jobs.digest(database, TODAY, now=NOW, url=URL)
    jobs.sweep(database, TODAY + 400 * DAY, now=NOW, mail=False)
    assert jobs.digest(database, TODAY + DAY, now=NOW, url=URL) == 0
    assert mails(database) == {}


def test_a_digest_names_the_season_first_tells_each_person_once_and_stays_readable() -> None:
    day = date(2026, 12, 13)
    lines = [Line("certificate_ending", f"Asesor {n:03}", "SMKN 1", day, 1) for n in range(LINES_PER_KIND + 5)]
    lines += [Line("season_gap", "Asesor 000", "SMKN 1", day, 1), Line("licence_ending", "LSP", None, day, 0)]
    subject, body = digest(lines, TODAY, URL)
    assert subject == f"Perlu tindak lanjut: {LINES_PER_KIND + 6} hal baru"
    assert body.index("musim uji") < body.index("Sertifikat asesor")
    assert body.count("Asesor 000") == 1
    assert "dan 4 lagi" in body
    assert "- LSP: sudah berakhir 13 Desember 2026" in body
    assert "- Asesor 000 (SMKN 1): berakhir 13 Desember 2026" in body
    _, counted = summary(lines, TODAY, URL)
    assert "berakhir dalam 1 bulan: 104" in counted
    assert "flags.season_gap" in catalogue()


def test_the_demo_never_sends_and_without_a_server_mail_waits(database: Database, tmp_path: Path) -> None:
    smtp = Smtp("127.0.0.1", 9, "x@contoh.id", starttls=False)
    with database.transaction() as tx:
        put(tx, [Letter("ani@contoh.id", "digest", TODAY, "x", "y")], NOW)
    for settings in (Settings(tmp_path, smtp=smtp, demo=True), Settings(tmp_path)):
        assert jobs.deliver(database, settings, NOW) == Delivered(0, 0)
    with database.read() as conn:
        assert conn.execute(text("SELECT tries FROM outgoing_mail")).scalar_one() == 0
    assert jobs.deliver(database, Settings(tmp_path, smtp=smtp), NOW) == Delivered(0, 1), "it would have tried"


def test_a_missed_run_is_caught_up_at_start_and_a_failing_job_does_not_end_the_others(
    database: Database, tmp_path: Path, caplog: Any
) -> None:
    def swept() -> bool:
        with database.read() as conn:
            return bool(conn.execute(text("SELECT count(*) FROM job_run WHERE job = 'purge'")).scalar_one())

    with time_machine.travel(NOW, tick=True):
        scheduler = jobs.start(database, Settings(tmp_path))
        try:
            assert {job.id for job in scheduler.get_jobs()} >= {"sweep", "digest", "purge", "deliver"}
            deadline = time.monotonic() + 20
            while not swept() and time.monotonic() < deadline:
                time.sleep(0.05)
        finally:
            scheduler.shutdown(wait=True)
    assert swept()
    jobs._guarded("uji", lambda: 1 / 0)()
    assert "job uji failed: ZeroDivisionError" in caplog.text


def test_what_the_hour_asks_for_is_done_and_nothing_before_its_time(database: Database, tmp_path: Path) -> None:
    def done() -> set[str]:
        with database.read() as conn:
            return set(conn.execute(text("SELECT job FROM job_run WHERE job <> 'go-live'")).scalars())

    settings = Settings(tmp_path)
    midnight = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)  # 00:00 in Makassar
    for hours, expected in (
        (0, set()),
        (1, {"sweep"}),
        (4, {"sweep", "purge", "clear"}),
        (7, {"sweep", "purge", "clear", "digest"}),
    ):
        jobs.catch_up(database, settings, midnight + timedelta(hours=hours))
        assert done() == expected
