"""All routes of the application; `tests/promises/test_authorisation.py` has a row for each."""

from typing import Any

from assessor_registry.web.pages import account, entry

ROUTES: list[Any] = [*entry.HANDLERS, *account.HANDLERS]
