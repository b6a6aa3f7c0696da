"""All tables in one place, for Alembic and for nothing else."""

from sqlmodel import SQLModel

from assessor_registry.accounts import tables as _accounts
from assessor_registry.assessments import tables as _assessments
from assessor_registry.assessors import tables as _assessors
from assessor_registry.audit import tables as _audit
from assessor_registry.files import tables as _files
from assessor_registry.flags import tables as _flags
from assessor_registry.institutions import tables as _institutions
from assessor_registry.intake import tables as _intake
from assessor_registry.notices import tables as _notices
from assessor_registry.policy import tables as _policy
from assessor_registry.scheduling import tables as _scheduling
from assessor_registry.schemes import tables as _schemes
from assessor_registry.signing import tables as _signing
from assessor_registry.students import tables as _students
from assessor_registry.validity import tables as _validity

ROOMS = (
    _accounts, _assessments, _assessors, _audit, _files, _flags, _institutions, _intake, _notices, _policy,
    _scheduling, _schemes, _signing, _students, _validity,
)  # fmt: skip
metadata = SQLModel.metadata
