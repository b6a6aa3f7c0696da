"""All routes of the application; `tests/promises/test_authorisation.py` has a row for each."""

from typing import Any

from assessor_registry.web.api import assessors as api_assessors
from assessor_registry.web.api import imports as api_imports
from assessor_registry.web.api import records as api_records
from assessor_registry.web.api import reference as api_reference
from assessor_registry.web.api import scheduling as api_scheduling
from assessor_registry.web.api import session as api_session
from assessor_registry.web.pages import (
    account,
    assessors,
    audit,
    decrees,
    entry,
    home,
    imports,
    institutions,
    paper_results,
    policy,
    recording,
    recording_phone,
    recording_sign,
    results,
    schedule_assessors,
    schedule_candidates,
    schedule_papers,
    schedule_plans,
    schedules,
    schemes,
    service,
    students,
    todo,
    users,
    verification,
)

ROUTES: list[Any] = [
    *entry.HANDLERS,
    *account.HANDLERS,
    *home.HANDLERS,
    *assessors.HANDLERS,
    *todo.HANDLERS,
    *recording.HANDLERS,
    *recording_phone.HANDLERS,
    *recording_sign.HANDLERS,
    *students.HANDLERS,
    *schedules.HANDLERS,
    *schedule_plans.HANDLERS,
    *schedule_candidates.HANDLERS,
    *schedule_assessors.HANDLERS,
    *schedule_papers.HANDLERS,
    *results.HANDLERS,
    *paper_results.HANDLERS,
    *verification.HANDLERS,
    *imports.HANDLERS,
    *institutions.HANDLERS,
    *schemes.HANDLERS,
    *decrees.HANDLERS,
    *users.HANDLERS,
    *audit.HANDLERS,
    *policy.HANDLERS,
    *service.HANDLERS,
]

API: list[Any] = [
    *api_session.HANDLERS,
    *api_assessors.HANDLERS,
    *api_reference.HANDLERS,
    *api_scheduling.HANDLERS,
    *api_records.HANDLERS,
    *api_imports.HANDLERS,
]
