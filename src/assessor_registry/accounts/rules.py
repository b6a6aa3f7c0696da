"""Who may do what: permissions, roles, scopes. Pure.

A permission is `<room>:<verb>`; roles are granted permissions in one table; a grant ties a role to a scope for some
days. What is not granted is refused.
"""

import hashlib
import ipaddress
import json
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from assessor_registry.audit.rules import Author
from assessor_registry.errors import Reason


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
    STUDENTS_REVEAL = "students:reveal"
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
# fmt: off
_READS = frozenset({
    P.ACCOUNTS_SELF, P.INSTITUTIONS_READ, P.SCHEMES_READ, P.ASSESSORS_READ, P.STUDENTS_READ, P.VALIDITY_READ,
    P.FLAGS_READ, P.SCHEDULING_READ, P.ASSESSMENTS_READ, P.REPORTS_READ, P.POLICY_READ,
})
GRANTED: dict[Role, frozenset[Permission]] = {
    Role.DIVISION: _READS | {
        P.ACCOUNTS_READ, P.ACCOUNTS_MANAGE, P.INSTITUTIONS_WRITE, P.INSTITUTIONS_LICENSE, P.SCHEMES_WRITE,
        P.ASSESSORS_WRITE, P.ASSESSORS_IMPORT, P.ASSESSORS_REVEAL, P.STUDENTS_IMPORT, P.STUDENTS_REVEAL,
        P.VALIDITY_DECREE, P.FLAGS_ACKNOWLEDGE, P.POLICY_WRITE,
    },
    Role.LSP_ADMIN: _READS | {
        P.INSTITUTIONS_WRITE, P.ASSESSORS_WRITE, P.ASSESSORS_IMPORT, P.ASSESSORS_REVEAL, P.STUDENTS_IMPORT,
        P.STUDENTS_REVEAL, P.VALIDITY_APPOINT, P.FLAGS_ACKNOWLEDGE, P.SCHEDULING_WRITE, P.ASSESSMENTS_PAPER,
    },
    Role.ASSESSOR: frozenset({
        P.ACCOUNTS_SELF, P.SCHEMES_READ, P.ASSESSORS_READ, P.VALIDITY_READ, P.FLAGS_READ, P.SCHEDULING_READ,
        P.ASSESSMENTS_READ, P.ASSESSMENTS_RECORD, P.ASSESSMENTS_SIGN,
    }),
    Role.PANEL: _READS - {P.STUDENTS_READ, P.FLAGS_READ},
    Role.SCHOOL: frozenset({
        P.ACCOUNTS_SELF, P.INSTITUTIONS_READ, P.SCHEMES_READ, P.ASSESSORS_READ, P.VALIDITY_READ, P.STUDENTS_READ,
        P.STUDENTS_IMPORT, P.SCHEDULING_READ, P.ASSESSMENTS_READ,
    }),
    Role.AUDITOR: _READS | {P.AUDIT_READ, P.ACCOUNTS_READ},
    Role.OPERATOR: frozenset({
        P.ACCOUNTS_SELF, P.ACCOUNTS_READ, P.ACCOUNTS_MANAGE, P.OPERATIONS_RUN, P.AUDIT_READ, P.INSTITUTIONS_READ,
    }),
}
# fmt: on

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
        return Author(self.account_id, self.role, self.origin, self.scope.kind, self.scope.ref)

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


_MAY_GIVE: dict[str, frozenset[Role]] = {
    Role.OPERATOR: frozenset(Role),
    Role.DIVISION: frozenset(Role) - {Role.OPERATOR},
    Role.LSP_ADMIN: frozenset({Role.LSP_ADMIN, Role.PANEL}),
}


def fits(role: Role, scope: Scope) -> bool:
    """Whether `role` can be held in a scope of that kind, and the scope's reference has the right shape."""
    if scope.kind not in SCOPES_OF[role]:
        return False
    if scope.kind == "province":
        return scope.ref is None
    if scope.kind == "region":
        return bool(scope.ref)
    try:
        return str(scope.id) == scope.ref
    except ValueError:
        return False


def may_grant(actor: Actor, role: Role, scope: Scope) -> bool:
    """Whether `actor` may give (or take, or act on someone who holds) `role` in `scope`: never above their own.

    An operator gives every role, the division every one but operator, an LSP's administrator those of their own LSP.
    """
    if not actor.may(Permission.ACCOUNTS_MANAGE) or role not in _MAY_GIVE.get(actor.role, frozenset()):
        return False
    return actor.scope.everything or scope == actor.scope


_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{2,63}")
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[\w.-]{1,190}\.\w{2,63}")
PASSWORD_LEAST = 10
PASSWORD_MOST = 256
# Of the passwords that people use most, those of ten characters or more; shorter ones are refused for their length.
COMMON_PASSWORDS = frozenset(
    """
    0123456789 0987654321 1020304050 1122334455 1234512345 1234567890 12345678900 12345678910 123456789a 1234554321
    123qweasdzxc 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 9876543210 abcdefghij admin12345 admin123456 administrator
    alhamdulillah asdfghjkl1 assalamualaikum bismillah1 bismillah12 bismillah123 changeme123 guru123456 guru1234567
    iloveyou12 iloveyou123 indonesia1 indonesia123 indonesia45 indonesiaraya jakarta123 kalimantan kalimantantimur
    katasandi1 katasandi123 letmein123 merdeka1945 password01 password1! password12 password123 password1234
    password12345 passw0rd123 p@ssw0rd123 pendidikan q1w2e3r4t5 q1w2e3r4t5y6 qazwsxedcrfv qwerty1234 qwerty12345
    qwerty123456 qwertyuiop qwertyuiop123 rahasia123 rahasia1234 sayangkamu sayang1234 samarinda1 samarinda123
    balikpapan balikpapan123 sekolah123 selamatpagi siswa12345 smkbisa123 smkbisahebat terimakasih welcome123
    """.split()  # noqa: SIM905 (a literal a word would be four times as long)
)
# Crockford's base 32: no I, L, O, U, so that a code read aloud or from paper is typed right.
_CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LOOKALIKES = str.maketrans("OIL", "011")
_CODE_LENGTH = 16  # times 5 bits: 80 bits
CODE_DAYS = 14


def normal_login(login: str) -> str:
    """Return the one spelling under which a login is stored and found: without spaces around, in small letters."""
    return unicodedata.normalize("NFKC", _storable(login)).strip().casefold()


def normal_password(password: str) -> str:
    """Return the one form that is hashed: the same letters may come composed or not from another keyboard."""
    return unicodedata.normalize("NFC", _storable(password))


def _storable(text: str) -> str:
    # What JSON may bring and neither UTF-8 nor PostgreSQL takes: half a surrogate pair, and NUL.
    return text.encode(errors="replace").decode().replace("\x00", "\ufffd")


def account_problems(login: str, name: str, email: str | None) -> tuple[Reason, ...]:
    """Return every reason why an account can not have these; empty when it can. `login` in its normal spelling."""
    checks = (
        (not _LOGIN.fullmatch(login), Reason("accounts.login_unusable")),
        (not name.strip() or len(name) > 200 or not name.isprintable(), Reason("accounts.name_missing")),
        (email is not None and not _EMAIL.fullmatch(email), Reason("accounts.email_unusable")),
    )
    return tuple(reason for unmet, reason in checks if unmet)


def password_problems(password: str, login: str) -> tuple[Reason, ...]:
    """Return every reason why `password` should not be taken; empty when it may.

    Length over composition, as NIST SP 800-63B asks: at least 10 characters; not the login; not one of the most
    common; not one character repeated.
    """
    text = normal_password(password)
    plain = text.strip().casefold()
    own = normal_login(login)
    checks = (
        (len(text) < PASSWORD_LEAST, Reason("accounts.password_short", {"least": PASSWORD_LEAST})),
        (len(text) > PASSWORD_MOST, Reason("accounts.password_long", {"most": PASSWORD_MOST})),
        (bool(own) and plain in (own, own.split("@")[0]), Reason("accounts.password_is_login")),
        (plain in COMMON_PASSWORDS, Reason("accounts.password_common")),
        (len(text) >= PASSWORD_LEAST and len(set(plain)) <= 2, Reason("accounts.password_repeated")),
    )
    return tuple(reason for unmet, reason in checks if unmet)


def code_from(random: bytes) -> str:
    """Spell 10 random bytes (80 bits) as a one-time code (kode aktivasi): `7K2M-QX4D-90FA-TR3B`."""
    number = int.from_bytes(random[:10], "big")
    letters = "".join(_CODE_LETTERS[number >> 5 * place & 31] for place in range(_CODE_LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, _CODE_LENGTH, 4))


def normal_code(code: str) -> str:
    """Return a typed code as it was given out: case, spaces, dashes, and O, I, L typed for 0 and 1 do not matter."""
    return re.sub(r"[^0-9A-Z]", "", code.upper()).translate(_CODE_LOOKALIKES)


@dataclass(frozen=True, slots=True)
class Limit:
    """After `free` failures within `window` the next try waits, twice as long after each, at most `longest` seconds."""

    free: int
    window: timedelta
    first: int = 15
    longest: int = 900

    def wait_seconds(self, failures: int, latest: datetime | None, now: datetime) -> int:
        """Return the seconds still to wait at `now` after `failures`, the last of them at `latest`; 0 is go on."""
        if latest is None or failures < self.free:
            return 0
        delay = min(self.first << min(failures - self.free, 30), self.longest)
        left = math.ceil(delay - (now - latest).total_seconds())
        return max(0, min(left, delay))


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose failures are counted. A success forgets all of a `personal` one; of a shared one only its own try."""

    name: str
    limit: Limit
    personal: bool


PERSONAL_LIMIT = Limit(free=5, window=timedelta(hours=24))
# A whole school sits behind one address: only a flood is slowed.
ADDRESS_LIMIT = Limit(free=50, window=timedelta(hours=1))


def of_login(login: str) -> Subject:
    """The failures of one login. Hashed: people type their password into the wrong field."""
    return Subject(f"login:{hashlib.sha256(normal_login(login).encode()).hexdigest()}", PERSONAL_LIMIT, True)


def of_account(act: str, account_id: UUID) -> Subject:
    """The failures of one account at one act (`password`, `passphrase`)."""
    return Subject(f"{act}:{account_id}", PERSONAL_LIMIT, True)


def of_address(address: str) -> Subject:
    """The failures from one network address; an IPv6 address counts by its /64, which one party holds whole.

    The hash is cut to three bytes, so that it fits some 250 IPv4 addresses and tells nobody's.
    """
    try:
        parsed = ipaddress.ip_address(address)
        source = str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)
    except ValueError:
        source = address
    return Subject(f"address:{hashlib.sha256(source.encode()).hexdigest()[:6]}", ADDRESS_LIMIT, False)


SESSION_IDLE = timedelta(hours=12)
SESSION_LONGEST = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)
TOKEN_DAYS_MOST = 365
# How long it is kept that there was a session or a token, after it has ended.
ENDED_KEPT = timedelta(days=30)
ORIGIN_OF_KIND = {"session": "page", "token": "api"}
NO_ROLE = "none"


def actor_without_grant(account_id: UUID, name: str, origin: str, assessor_id: UUID | None) -> Actor:
    """Someone who is signed in and has no role today: their own account, and nothing of the registry."""
    # The scope names the account, which is no assessor's id: whatever is listed in it is empty.
    own = Scope("self", str(account_id))
    return Actor(account_id, name, NO_ROLE, own, origin, frozenset({Permission.ACCOUNTS_SELF}), assessor_id)


IDEMPOTENCY_KEPT = timedelta(hours=24)
FORM_KEPT = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_TRANSPORT = frozenset({"once", "idempotency_key", "csrf_token"})


def usable_key(key: str) -> bool:
    """Whether `key` can name a request: 1 to 200 visible ASCII characters."""
    return _KEY.fullmatch(key) is not None


def fingerprint(method: str, path: str, body: object) -> bytes:
    """Return the SHA-256 by which two requests are told to be the same; passwords and passphrases take no part.

    `body` is made of mappings, sequences and plain values; a file takes part as its own digest in hex.
    """
    shown = json.dumps([method.upper(), path, _without_secrets(body)], sort_keys=True, default=str)
    return hashlib.sha256(shown.encode()).digest()


def _without_secrets(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(name): _without_secrets(item) for name, item in value.items() if not _left_out(str(name))}
    if isinstance(value, list | tuple):
        return [_without_secrets(item) for item in value]
    return value


def _left_out(name: str) -> bool:
    plain = name.casefold().strip("_").replace("-", "_")
    return plain in _TRANSPORT or "password" in plain or "passphrase" in plain
