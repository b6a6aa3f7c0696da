"""A file that was looked at is not read again for the next look, and memory stays flat."""

import gc
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.support.importing import TODAY, Importing, assessor

from assessor_registry.accounts.rules import system
from assessor_registry.db.engine import Database
from assessor_registry.intake import actions
from assessor_registry.intake.assessor_rows import AssessorFile
from assessor_registry.intake.collecting import without_collecting
from assessor_registry.intake.remembering import Key, Memory
from assessor_registry.intake.sources import read_source

DAY = date(2026, 11, 21)


@pytest.fixture
def into(database: Database, tmp_path: Path) -> Importing:
    """A register with what is shipped and nobody in it."""
    return Importing(database, tmp_path)


def _key(number: int, today: date = DAY) -> Key:
    return Key(today, bytes([number]), "assessors", ".xlsx", 3)


def test_a_second_look_reads_nothing(into: Importing) -> None:
    made = into.preview([assessor(1), assessor(2)])
    with into.database.read() as conn:
        batch = actions.find(conn, system("tests"), made.batch_id)
    first, second = (
        actions.reread(into.database, into.uploads, batch, secrecy=into.secrecy, today=TODAY) for _ in range(2)
    )
    assert second == first
    assert second.file is first.file
    tomorrow = actions.reread(into.database, into.uploads, batch, secrecy=into.secrecy, today=TODAY + timedelta(days=1))
    assert tomorrow.file is not first.file


def test_only_few_rows_of_today_are_remembered(assessor_sample: Path) -> None:
    parsed = read_source("assessors", assessor_sample, "a.xlsx", today=DAY, validity_years=3).file
    assert isinstance(parsed, AssessorFile)
    memory = Memory(rows=2 * len(parsed.rows))
    memory.keep(_key(1), parsed)
    memory.keep(_key(2), parsed)
    assert memory.find(_key(1)) is parsed
    memory.keep(_key(3), parsed)
    assert [memory.find(_key(number)) is parsed for number in (1, 2, 3)] == [True, False, True]
    memory.keep(_key(4), replace(parsed, rows=parsed.rows * 3))
    assert memory.find(_key(4)) is None
    memory.keep(_key(5, DAY + timedelta(days=1)), parsed)
    assert [memory.find(_key(number)) for number in (1, 3)] == [None, None]


def test_the_collector_runs_again_after_the_last_import() -> None:
    with without_collecting():
        with pytest.raises(ValueError, match="x"), without_collecting():
            raise ValueError("x")
        assert not gc.isenabled()
    assert gc.isenabled()
