"""Sweep of 200,000 assessors ÷ the bare set-based statement that inserts the same rows; and an idle sweep.

    python -m benchmarks.sweep [--people 200000] [--rounds 7]

Both sides run interleaved against one private PostgreSQL with its ordinary settings (fsync on), each from an empty
table of to-dos to its commit. The last days are spread over two years, so that half of the people are due. Ours is the
whole sweep: locks, policy, season, four kinds of to-do of assessors, licences, venues, counts. The floor is one
INSERT … SELECT by last day with the stage as a CASE. Aim: median ratio ≥ 0.8. Beside it: the first sweep after an
import of everyone, which also empties the list of what has changed.

Then everyone is given a competence and an appointment, and sweeps are run as the scheduler runs them: again on the same
day, with nothing due and nothing changed (aim ≤ 20 ms), and on the next day, with the rows of people that they read.
"""

import argparse
import os
import platform
import statistics
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, create_engine, text

from assessor_registry import jobs
from assessor_registry.days import DAY
from assessor_registry.db import migrations
from assessor_registry.db.embedded import PrivateServer
from assessor_registry.db.engine import Database
from assessor_registry.flags import store as flags
from assessor_registry.flags.rules import horizon, latest_due

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
STAGES = (12, 6, 3, 1)
LONG_AGO = TODAY - timedelta(days=800)
GIVEN = {"now": NOW, "today": TODAY}


def fill(tx: Connection, people: int) -> None:
    """People whose coverage ends on days spread evenly over the two years from today."""
    tx.execute(
        text(
            "INSERT INTO assessor (id, name, search_name, version, created_at) "
            "SELECT gen_random_uuid(), 'asesor ' || n, 'asesor ' || n, 1, :now FROM generate_series(1, :people) n"
        ),
        {"people": people, "now": NOW},
    )
    tx.execute(
        text(
            "INSERT INTO coverage (assessor_id, last_day, covered) "
            "SELECT id, d, datemultirange(daterange(d - 1095, d + 1)) FROM (SELECT id, "
            "CAST(:today AS date) + CAST(row_number() OVER () % 730 AS int) AS d FROM assessor) x"
        ),
        {"today": TODAY},
    )


def begin(database: Database, *, swept: bool, changed: bool = False) -> None:
    """Empty the to-dos; `swept`: a sweep long ago found nothing; `changed`: everyone has just been imported."""
    with database.transaction() as tx:
        tx.execute(text("DELETE FROM job_run"))
        tx.execute(text("DELETE FROM flag"))
        if changed:
            tx.execute(
                text("INSERT INTO ends_changed SELECT gen_random_uuid(), assessor_id, :day FROM coverage"),
                {"day": TODAY},
            )
        if swept:
            jobs.sweep_in(tx, LONG_AGO, NOW)


def bare(database: Database) -> int:
    """The floor: one statement and its commit."""
    case = " ".join(f"WHEN last_day <= '{horizon(TODAY, months)}' THEN {months}" for months in sorted(STAGES))
    with database.transaction() as tx:
        return tx.execute(
            text(
                "INSERT INTO flag (id, subject_kind, subject_id, kind, last_day, stage, backlog, raised_at, stage_at) "
                "SELECT uuidv7(), 'assessor', assessor_id, 'certificate_ending', last_day, "
                f"CASE WHEN last_day < '{TODAY}' THEN 0 {case} END, false, :now, :now "
                "FROM coverage WHERE last_day <= :latest ON CONFLICT DO NOTHING"
            ),
            {"now": NOW, "latest": latest_due(TODAY, STAGES)},
        ).rowcount


def ours(database: Database) -> int:
    """The whole sweep and its commit."""
    return jobs.sweep(database, TODAY, now=NOW, mail=True).new_flags


def seconds(act: object, *args: object) -> tuple[float, object]:
    """How long `act` takes, and what it returns."""
    began = time.perf_counter()
    result = act(*args)  # type: ignore[operator]
    return time.perf_counter() - began, result


PLACES = (
    "INSERT INTO region (code, bps_code, name, kind) VALUES ('64.72', '6472', 'Contoh', 'kota') ON CONFLICT DO NOTHING",
    "INSERT INTO school (id, name, search_name, state, region_code, created_at) "
    "SELECT gen_random_uuid(), 'SMK ' || n, 'smk ' || n, 'confirmed', '64.72', :now FROM generate_series(1, 40) n",
    "INSERT INTO lsp (id, name, school_id, region_code, created_at) "
    "SELECT gen_random_uuid(), 'LSP ' || name, id, '64.72', :now FROM school",
    "INSERT INTO licence (id, lsp_id, number, decree_number, first_day, last_day, granted_until, known_at) "
    "SELECT gen_random_uuid(), id, name, name, CAST(:today AS date) - 900, CAST(:today AS date) + 900, "
    "CAST(:today AS date) + 900, :now FROM lsp",
    "INSERT INTO scheme (id, title, created_at) VALUES (gen_random_uuid(), 'Pemrogram', :now)",
    "INSERT INTO appointment_decree (id, lsp_id, number, decided_on, first_day, last_day, known_at) "
    "SELECT gen_random_uuid(), id, 'SK.' || n, CAST(:today AS date) - 90, CAST(:today AS date) - 90, "
    "CAST(:today AS date) + CAST(row_number() OVER () * 7 % 730 AS int), :now FROM lsp, generate_series(1, 25) n",
)
DUTIES = (
    "INSERT INTO technical_certificate "
    "(id, assessor_id, scheme_id, scheme_text, first_day, last_day, source, known_at) "
    "SELECT gen_random_uuid(), c.assessor_id, s.id, 'Pemrogram', c.last_day - 1000, c.last_day + 17, 'uji', :now "
    "FROM coverage c, scheme s",
    "INSERT INTO appointment (id, decree_id, assessor_id, known_at) SELECT gen_random_uuid(), d.id, a.id, :now "
    "FROM (SELECT id, row_number() OVER () % 1000 AS n FROM assessor) a "
    "JOIN (SELECT id, row_number() OVER () - 1 AS n FROM appointment_decree) d USING (n)",
)
READ = (
    "SELECT sum(COALESCE(seq_tup_read, 0) + COALESCE(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables WHERE relname IN "
    "('assessor', 'coverage', 'technical_certificate', 'appointment', 'appointment_decree', 'flag')"
)


def again(database: Database, day: date) -> tuple[float, int]:
    """Another sweep as the scheduler runs it, to its commit, and how many rows of people it read."""

    def swept(tx: Connection) -> int:
        before = tx.execute(text(READ)).scalar_one()
        jobs.sweep_in(tx, day, NOW)
        return int(tx.execute(text(READ)).scalar_one() - before)

    took, rows = seconds(database.perform, swept)
    assert isinstance(rows, int)
    return took, rows


def ordinary(database: Database, maintenance: Connection, times: int) -> tuple[list[tuple[float, int]], ...]:
    """Sweeps of ordinary days of a registry where everyone has duties: idle ones, and the first of each next day."""
    with database.transaction() as tx:
        for statement in PLACES + DUTIES:
            tx.execute(text(statement), {name: v for name, v in GIVEN.items() if f":{name}" in statement})
    database.perform(lambda tx: jobs.sweep_in(tx, TODAY, NOW))
    maintenance.execute(text("VACUUM ANALYZE"))
    again(database, TODAY)
    idle = [again(database, TODAY) for _ in range(times)]
    return idle, [again(database, TODAY + DAY * n) for n in range(1, 4)]


def show(name: str, values: list[float], unit: str = "s") -> None:
    """Median and range of a row."""
    print(f"{name:<44} median {statistics.median(values):8.3f} {unit}   {min(values):.3f} – {max(values):.3f}")


def machine() -> str:
    """What this ran on."""
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}, Python {platform.python_version()}"
    )


def measure(database: Database, owner: str, rounds: int) -> None:
    """Interleaved rounds, the order turned every time."""
    sides: dict[str, list[float]] = {"bare": [], "ours": []}
    first: list[float] = []
    vacuum = create_engine(owner, isolation_level="AUTOCOMMIT")
    with vacuum.connect() as maintenance:
        for turn in range(rounds):
            pairs = [("bare", bare), ("ours", ours)]
            for name, act in pairs[:: 1 if turn % 2 else -1]:
                begin(database, swept=True)
                maintenance.execute(text("VACUUM ANALYZE flag"))
                took, rows = seconds(act, database)
                sides[name].append(took)
                assert rows, name
            begin(database, swept=False, changed=True)
            maintenance.execute(text("VACUUM ANALYZE flag, ends_changed"))
            first.append(seconds(ours, database)[0])
        with database.read() as conn:
            total = sum(flags.counts(conn, {"assessor": None}).values())
        idle, next_days = ordinary(database, maintenance, rounds * 10)
    vacuum.dispose()
    print(machine())
    print(f"to-dos opened: {total}")
    show("bare INSERT … SELECT", sides["bare"])
    show("sweep", sides["ours"])
    show("sweep: ratio (bare ÷ ours), round by round", [b / o for b, o in zip(*sides.values(), strict=True)], "×")
    show("first sweep after everyone was imported", first)
    for name, found in (("again on the same day (idle)", idle), ("on the next day", next_days)):
        show(f"sweep {name}", [took * 1000 for took, _ in found], "ms")
        print(f"  rows of people and their to-dos that it read, at most: {max(rows for _, rows in found)}")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = PrivateServer.start(Path(folder))
        try:
            owner = server.url("registry")
            migrations.upgrade(owner)
            database = Database(server.url("registry", "registry_app"))
            with database.transaction() as tx:
                fill(tx, asked.people)
            engine = create_engine(owner, isolation_level="AUTOCOMMIT")
            with engine.connect() as maintenance:
                maintenance.execute(text("VACUUM ANALYZE"))
            engine.dispose()
            measure(database, owner, asked.rounds)
            database.close()
        finally:
            server.release()


if __name__ == "__main__":
    main()
