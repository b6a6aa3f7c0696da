"""The tables that this drawer reads and writes, as SQLAlchemy Core sees them."""

from typing import Any

from assessor_registry.assessors.tables import Assessor, Employment
from assessor_registry.institutions.tables import Licence, LicensedScheme, Lsp, NetworkSchool, School, Season, Venue
from assessor_registry.scheduling.tables import Assignment, Attempt, ClassScheme, Schedule
from assessor_registry.schemes.tables import Scheme, SchemeVersion, Unit
from assessor_registry.students.tables import Student
from assessor_registry.validity.tables import Appointment, AppointmentDecree

SCHEDULE: Any = Schedule.__table__  # type: ignore[attr-defined]
ATTEMPT: Any = Attempt.__table__  # type: ignore[attr-defined]
ASSIGNMENT: Any = Assignment.__table__  # type: ignore[attr-defined]
CLASS_SCHEME: Any = ClassScheme.__table__  # type: ignore[attr-defined]
LSP: Any = Lsp.__table__  # type: ignore[attr-defined]
VENUE: Any = Venue.__table__  # type: ignore[attr-defined]
SEASON: Any = Season.__table__  # type: ignore[attr-defined]
VERSION: Any = SchemeVersion.__table__  # type: ignore[attr-defined]
SCHEME: Any = Scheme.__table__  # type: ignore[attr-defined]
UNIT: Any = Unit.__table__  # type: ignore[attr-defined]
STUDENT: Any = Student.__table__  # type: ignore[attr-defined]
SCHOOL: Any = School.__table__  # type: ignore[attr-defined]
PERSON: Any = Assessor.__table__  # type: ignore[attr-defined]
EMPLOYMENT: Any = Employment.__table__  # type: ignore[attr-defined]
NETWORK: Any = NetworkSchool.__table__  # type: ignore[attr-defined]
LICENCE: Any = Licence.__table__  # type: ignore[attr-defined]
LICENSED: Any = LicensedScheme.__table__  # type: ignore[attr-defined]
APPOINTED: Any = Appointment.__table__  # type: ignore[attr-defined]
DECREE: Any = AppointmentDecree.__table__  # type: ignore[attr-defined]
