"""The tables that this drawer reads and writes, as SQLAlchemy Core sees them."""

from typing import Any

from assessor_registry.assessments.tables import Draft, PaperResult, Record, RecordState, RecordUnit
from assessor_registry.assessors.tables import Assessor, RegistrationNumber
from assessor_registry.files.tables import StoredFile
from assessor_registry.institutions.tables import Licence, Lsp, School, Venue
from assessor_registry.scheduling.tables import Assignment, Attempt, Schedule
from assessor_registry.schemes.tables import Scheme, SchemeVersion, Unit
from assessor_registry.students.tables import Student
from assessor_registry.validity.tables import ActivePeriod

DRAFT: Any = Draft.__table__  # type: ignore[attr-defined]
PAPER: Any = PaperResult.__table__  # type: ignore[attr-defined]
RECORD: Any = Record.__table__  # type: ignore[attr-defined]
RECORD_UNIT: Any = RecordUnit.__table__  # type: ignore[attr-defined]
STATE: Any = RecordState.__table__  # type: ignore[attr-defined]
ATTEMPT: Any = Attempt.__table__  # type: ignore[attr-defined]
SCHEDULE: Any = Schedule.__table__  # type: ignore[attr-defined]
ASSIGNMENT: Any = Assignment.__table__  # type: ignore[attr-defined]
STUDENT: Any = Student.__table__  # type: ignore[attr-defined]
SCHOOL: Any = School.__table__  # type: ignore[attr-defined]
SCHEME: Any = Scheme.__table__  # type: ignore[attr-defined]
VERSION: Any = SchemeVersion.__table__  # type: ignore[attr-defined]
UNIT: Any = Unit.__table__  # type: ignore[attr-defined]
LSP: Any = Lsp.__table__  # type: ignore[attr-defined]
LICENCE: Any = Licence.__table__  # type: ignore[attr-defined]
VENUE: Any = Venue.__table__  # type: ignore[attr-defined]
PERSON: Any = Assessor.__table__  # type: ignore[attr-defined]
NUMBER: Any = RegistrationNumber.__table__  # type: ignore[attr-defined]
PERIOD: Any = ActivePeriod.__table__  # type: ignore[attr-defined]
FILE: Any = StoredFile.__table__  # type: ignore[attr-defined]
