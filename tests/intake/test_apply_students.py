"""Lists of pupils go in, change classes, move between schools, and never remove anybody."""

from pathlib import Path

import pytest
from tests.support.importing import Importing

from assessor_registry.db.engine import Database


@pytest.fixture
def into(database: Database, tmp_path: Path) -> Importing:
    """A register with what is shipped and nobody in it."""
    return Importing(database, tmp_path)


@pytest.mark.parametrize("npsn", [None, "30499999"], ids=["by title", "by npsn"])
def test_the_sample_of_pupils_goes_in_as_it_is(into: Importing, student_sample: Path, npsn: str | None) -> None:
    plan = into.pupils(student_sample, npsn=npsn)
    assert [row.row for row in plan.of("refused")] == [26, 46, 56, 66, 87]
    assert [row.row for row in plan.rows if row.warned] == [16, 36, 76, 101]
    assert into.count("student") == 103
    again = into.pupils(student_sample, npsn=npsn)
    assert (again.counts["same"], again.counts["missing"], len(again.schools)) == (103, 0, 0)
    assert into.count("school") == 1
