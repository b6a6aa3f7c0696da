"""Hashing of passwords: argon2id."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from assessor_registry.accounts import rules
from assessor_registry.errors import InvalidInput

# 46 MiB, two passes, one lane: above OWASP's least (2024), a tenth of a second on a small server.
_HASHER = PasswordHasher(time_cost=2, memory_cost=46 * 1024, parallelism=1)


def require_good(password: str, login: str, field: str = "password") -> None:
    """Refuse a password that will not do.

    Raises:
        InvalidInput: `reasons` holds each reason why.
    """
    if problems := rules.password_problems(password, login):
        raise InvalidInput("accounts.password_refused", field=field, reasons=problems)


def hash_of(password: str) -> str:
    """Return what is stored of a password."""
    return _HASHER.hash(rules.normal_password(password))


def needs_rehash(stored: str) -> bool:
    """Whether `stored` was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


@cache
def _dummy_hash() -> str:
    return hash_of(secrets.token_hex(16))


def matches(stored: str | None, password: str) -> bool:
    """Whether `password` is the one; takes as long when there is none to compare with."""
    dummy = _dummy_hash()
    # Longer than any that is taken: not worth hashing, but the time must not tell.
    typed = rules.normal_password(password)[: rules.PASSWORD_MOST + 1]
    try:
        return _HASHER.verify(stored or dummy, typed) and stored is not None
    except (VerificationError, InvalidHashError):
        return False
