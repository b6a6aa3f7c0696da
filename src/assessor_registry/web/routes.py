"""All routes of the application; `tests/promises/test_authorisation.py` has a row for each."""

from typing import Any

from assessor_registry.web.api import assessors as api_assessors
from assessor_registry.web.api import records as api_records
from assessor_registry.web.api import scheduling as api_scheduling
from assessor_registry.web.api import session as api_session
from assessor_registry.web.pages import account, assessors, entry, home, recording, todo

ROUTES: list[Any] = [
    *entry.HANDLERS,
    *account.HANDLERS,
    *home.HANDLERS,
    *assessors.HANDLERS,
    *todo.HANDLERS,
    *recording.HANDLERS,
]

API: list[Any] = [
    *api_session.HANDLERS,
    *api_assessors.HANDLERS,
    *api_scheduling.HANDLERS,
    *api_records.HANDLERS,
]
