"""The site of a test: see `tests/support/site.py`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.event_pages import Events, events
from tests.support.site import Browser, Site, open_site

from assessor_registry.db.engine import Database


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Iterator[Site]:
    """The application over this test's own database."""
    with open_site(database, tmp_path) as found:
        yield found


@pytest.fixture
def here(site: Site) -> Events:
    """The site with an LSP in which people assess: see `tests/support/event_pages.py`."""
    return events(site)


@pytest.fixture
def admin(here: Events) -> Browser:
    """The administrator of that LSP."""
    return here.admin()
