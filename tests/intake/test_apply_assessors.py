"""A register goes in: previewed, applied, and the same again changes nothing."""

from pathlib import Path

import pytest
from tests.support.importing import Importing

from assessor_registry.db.engine import Database
from assessor_registry.validity import actions as validity


@pytest.fixture
def into(database: Database, tmp_path: Path) -> Importing:
    """A register with what is shipped and nobody in it."""
    return Importing(database, tmp_path)


def test_the_sample_register_goes_in_as_it_is(into: Importing, assessor_sample: Path) -> None:
    made = into.preview(assessor_sample)
    assert into.count("assessor") == 0, "a preview writes nobody"
    plan = into.apply(made.batch_id).plan
    counts = plan.counts
    assert (counts["read"], counts["new"], counts["refused"]) == (71, 65, 6)
    assert [row.row for row in plan.rows if row.outcome == "refused"] == [71, 72, 73, 74, 75, 77]
    assert 76 in {row.row for row in plan.rows if row.warned}
    assert into.count("assessor") == 65
    assert into.count("assessor_certificate") == 65
    assert into.count("registration_number") == 65
    assert into.count("active_period") == 65
    assert into.count("school") == into.ask("SELECT count(*) FROM school WHERE state = 'provisional'")[0][0]
    with into.database.read() as conn:
        assert validity.check(conn) == []


def test_the_sample_register_twice_changes_nothing(into: Importing, assessor_sample: Path) -> None:
    into.register(assessor_sample)
    before = {
        t: into.count(t) for t in ("assessor", "assessor_certificate", "technical_certificate", "school", "employment")
    }
    plan = into.register(assessor_sample)
    assert plan.counts["same"] == 65
    assert plan.counts["refused"] == 6
    assert {t: into.count(t) for t in before} == before
    assert not plan.schools
