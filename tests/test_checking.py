"""fsck finds what raw SQL has changed in a signed row: each column that the statement names, and the unit rows."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text
from tests.world import AUTHORITY_KEY, World

from assessor_registry import checking, secrecy
from assessor_registry.settings import Settings


@pytest.fixture
def owner(owner_url: str) -> Iterator[Engine]:
    """The owner of the tables, who can take the locks off."""
    engine = create_engine(owner_url)
    yield engine
    engine.dispose()


@pytest.fixture
def settings(world: World) -> Settings:
    """A registry whose key file is the one that the world was founded with."""
    found = Settings(data_dir=world.folder.parent, jobs=False)
    found.secrets_dir.mkdir(mode=0o700, parents=True)
    file = found.secrets_dir / secrecy.AUTHORITY_KEY
    file.write_bytes(AUTHORITY_KEY)
    file.chmod(0o600)
    return found


# What stands in the way of the owner of the tables, who can take it away.
LOCKS = (
    "record DISABLE TRIGGER frozen",
    "record_unit DISABLE TRIGGER frozen",
    "record_state DROP CONSTRAINT fk_record_state_record",
    "record DROP CONSTRAINT ck_record_paper_named",
)
ATTACKS = {
    "outcome": "UPDATE record SET outcome = 'withdrew' WHERE id = :id",
    "recommendation": "UPDATE record SET recommendation = 'K' WHERE id = :id",
    "note": "UPDATE record SET note = 'lain' WHERE id = :id",
    "first_day": "UPDATE record SET first_day = first_day - 1 WHERE id = :id",
    "last_day": "UPDATE record SET last_day = last_day - 1, first_day = first_day - 1 WHERE id = :id",
    "signed_on": "UPDATE record SET signed_on = signed_on + 1 WHERE id = :id",
    "signed_at": "UPDATE record SET signed_at = signed_at + interval '1 second' WHERE id = :id",
    "letter_number": "UPDATE record SET letter_number = 'ST.LAIN' WHERE id = :id",
    "acknowledgement": "UPDATE record SET acknowledgement = 'refused' WHERE id = :id",
    "units": "UPDATE record_unit SET result = 'K' WHERE record_id = :id",
    "units ": "DELETE FROM record_unit WHERE record_id = :id AND position = 2",
    "part": "UPDATE record SET part = 2 WHERE id = :id",
    "origin": "UPDATE record SET origin = 'paper' WHERE id = :id",
}


def test_every_column_that_was_signed_is_compared_with_the_statement(
    world: World, owner: Engine, settings: Settings
) -> None:
    who = world.assessor()
    plan = world.schedule(candidates=2)
    world.assign(plan, who)
    code, _ = world.sign(who, *[world.record(who, attempt, "BK") for attempt in plan.attempts])
    paper = world.schedule(candidates=1)
    world.assign(paper, other := world.assessor())
    world.paper(paper, other, paper.attempts[0], world.today)
    faults = [each for each in checking.check(settings, world.db).faults if each.startswith("record")]
    assert faults == []
    row = world.found(code)
    for name, attack in ATTACKS.items():
        with owner.connect() as conn, conn.begin() as begun:
            for lock in LOCKS:
                conn.execute(text(f"ALTER TABLE {lock}"))
            conn.execute(text(attack), {"id": row.id})
            found = list(checking._records(conn, world.registry))
            begun.rollback()
        assert len(found) == 1, name
        assert found[0].startswith(f"record {row.id}: the row differs from its statement: "), name
        assert name.strip() in found[0].rsplit(": ")[-1].split(", "), name
