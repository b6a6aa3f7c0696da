"""The ground that all tests stand on."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from assessor_registry.db import migrations
from assessor_registry.db.engine import Database


def test_the_migrated_schema_is_what_the_tables_in_code_say(owner_url: str) -> None:
    assert migrations.drift(owner_url) == []


def test_the_application_can_not_change_the_schema(database: Database) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"), database.transaction() as tx:
        tx.execute(text("CREATE TABLE intruder (id int)"))
    with pytest.raises(DBAPIError, match="must be owner"), database.transaction() as tx:
        tx.execute(text("DROP TABLE flag"))


def test_migrating_twice_changes_nothing(owner_url: str) -> None:
    migrations.upgrade(owner_url)
    assert migrations.drift(owner_url) == []
