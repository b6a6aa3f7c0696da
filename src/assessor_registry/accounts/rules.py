"""Who may do what: permissions, roles, scopes. Pure.

A permission is `<room>:<verb>`; roles are granted permissions in one table; a grant ties a role to a scope for some
days. What is not granted is refused.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from assessor_registry.audit.rules import Author


class Permission(StrEnum):
    """Every act that the system knows, `<room>:<verb>`."""

    ACCOUNTS_READ = "accounts:read"
    ACCOUNTS_MANAGE = "accounts:manage"
    ACCOUNTS_SELF = "accounts:self"
    AUDIT_READ = "audit:read"
    INSTITUTIONS_READ = "institutions:read"
    INSTITUTIONS_WRITE = "institutions:write"
    INSTITUTIONS_LICENSE = "institutions:license"
    SCHEMES_READ = "schemes:read"
    SCHEMES_WRITE = "schemes:write"
    ASSESSORS_READ = "assessors:read"
    ASSESSORS_WRITE = "assessors:write"
    ASSESSORS_IMPORT = "assessors:import"
    ASSESSORS_REVEAL = "assessors:reveal"
    STUDENTS_READ = "students:read"
    STUDENTS_IMPORT = "students:import"
    VALIDITY_READ = "validity:read"
    VALIDITY_APPOINT = "validity:appoint"
    VALIDITY_DECREE = "validity:decree"
    FLAGS_READ = "flags:read"
    FLAGS_ACKNOWLEDGE = "flags:acknowledge"
    SCHEDULING_READ = "scheduling:read"
    SCHEDULING_WRITE = "scheduling:write"
    ASSESSMENTS_READ = "assessments:read"
    ASSESSMENTS_RECORD = "assessments:record"
    ASSESSMENTS_SIGN = "assessments:sign"
    ASSESSMENTS_PAPER = "assessments:paper"
    REPORTS_READ = "reports:read"
    POLICY_READ = "policy:read"
    POLICY_WRITE = "policy:write"
    OPERATIONS_RUN = "operations:run"


class Role(StrEnum):
    """What someone is in a scope."""

    DIVISION = "division"
    LSP_ADMIN = "lsp_admin"
    ASSESSOR = "assessor"
    PANEL = "panel"
    SCHOOL = "school"
    AUDITOR = "auditor"
    OPERATOR = "operator"


P = Permission
_READS = frozenset(
    {
        P.ACCOUNTS_SELF,
        P.INSTITUTIONS_READ,
        P.SCHEMES_READ,
        P.ASSESSORS_READ,
        P.STUDENTS_READ,
        P.VALIDITY_READ,
        P.FLAGS_READ,
        P.SCHEDULING_READ,
        P.ASSESSMENTS_READ,
        P.REPORTS_READ,
        P.POLICY_READ,
    }
)
GRANTED: dict[Role, frozenset[Permission]] = {
    Role.DIVISION: _READS
    | {
        P.ACCOUNTS_READ,
        P.ACCOUNTS_MANAGE,
        P.INSTITUTIONS_WRITE,
        P.INSTITUTIONS_LICENSE,
        P.SCHEMES_WRITE,
        P.ASSESSORS_WRITE,
        P.ASSESSORS_IMPORT,
        P.ASSESSORS_REVEAL,
        P.STUDENTS_IMPORT,
        P.VALIDITY_DECREE,
        P.FLAGS_ACKNOWLEDGE,
        P.POLICY_WRITE,
    },
    Role.LSP_ADMIN: _READS
    | {
        P.INSTITUTIONS_WRITE,
        P.ASSESSORS_WRITE,
        P.ASSESSORS_IMPORT,
        P.ASSESSORS_REVEAL,
        P.STUDENTS_IMPORT,
        P.VALIDITY_APPOINT,
        P.FLAGS_ACKNOWLEDGE,
        P.SCHEDULING_WRITE,
        P.ASSESSMENTS_PAPER,
    },
    Role.ASSESSOR: frozenset(
        {
            P.ACCOUNTS_SELF,
            P.SCHEMES_READ,
            P.ASSESSORS_READ,
            P.VALIDITY_READ,
            P.FLAGS_READ,
            P.SCHEDULING_READ,
            P.ASSESSMENTS_READ,
            P.ASSESSMENTS_RECORD,
            P.ASSESSMENTS_SIGN,
        }
    ),
    Role.PANEL: _READS - {P.STUDENTS_READ, P.FLAGS_READ},
    Role.SCHOOL: frozenset(
        {
            P.ACCOUNTS_SELF,
            P.INSTITUTIONS_READ,
            P.SCHEMES_READ,
            P.ASSESSORS_READ,
            P.VALIDITY_READ,
            P.STUDENTS_READ,
            P.STUDENTS_IMPORT,
            P.SCHEDULING_READ,
            P.ASSESSMENTS_READ,
        }
    ),
    Role.AUDITOR: _READS | {P.AUDIT_READ, P.ACCOUNTS_READ},
    Role.OPERATOR: frozenset(
        {P.ACCOUNTS_SELF, P.ACCOUNTS_READ, P.ACCOUNTS_MANAGE, P.OPERATIONS_RUN, P.AUDIT_READ, P.INSTITUTIONS_READ}
    ),
}

# Which scope kinds a role can be granted in.
SCOPES_OF: dict[Role, frozenset[str]] = {
    Role.DIVISION: frozenset({"province"}),
    Role.LSP_ADMIN: frozenset({"lsp"}),
    Role.ASSESSOR: frozenset({"self"}),
    Role.PANEL: frozenset({"lsp"}),
    Role.SCHOOL: frozenset({"school"}),
    Role.AUDITOR: frozenset({"province", "region", "lsp"}),
    Role.OPERATOR: frozenset({"province"}),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What part of the registry someone sees: a kind and an opaque reference (wilayah kerja).

    `province`: everything, `ref` None. `region`: a Kemendagri code. `lsp`, `school`: the id. `self`: the assessor's id.
    Every store function that lists takes one.
    """

    kind: str
    ref: str | None = None

    @property
    def id(self) -> UUID:
        """The reference as an id (lsp, school, self)."""
        return UUID(self.ref or "")

    @property
    def everything(self) -> bool:
        """Whether nothing is hidden."""
        return self.kind == "province"


PROVINCE = Scope("province")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: an account in the one role and scope that is in use, and from where (page, API, command line, job)."""

    account_id: UUID | None
    name: str
    role: str
    scope: Scope
    origin: str
    permissions: frozenset[Permission]
    assessor_id: UUID | None = None
    grant_id: UUID | None = None

    @property
    def author(self) -> Author:
        """How the audit trail names this actor."""
        return Author(self.account_id, self.role, self.origin)

    def may(self, permission: Permission) -> bool:
        """Whether the role in use has `permission`."""
        return permission in self.permissions


def system(origin: str) -> Actor:
    """The registry itself: jobs and the command line run by whoever owns the machine."""
    return Actor(None, "sistem", "operator", PROVINCE, origin, frozenset(Permission))


@dataclass(frozen=True, slots=True)
class GrantFact:
    """One grant as far as deciding needs it."""

    id: UUID
    role: str
    scope: Scope
    first_day: date
    last_day: date | None

    def holds_on(self, day: date) -> bool:
        """Whether the grant is in force on `day`, last day included."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)
