"""Private keys: made, wrapped, unlocked. Nothing here is written anywhere; the passphrase is never kept.

An assessor's key is wrapped by AES-256-GCM under scrypt of the passphrase; the keys of the registry itself (root,
issuing CA, seal) by AES-256-GCM under a secret of 32 bytes from a key file of mode 0600. The key id and the cost are
bound in as additional data, so a wrapped key works only under its own id.
"""

import base64
import binascii
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, NoReturn, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from assessor_registry.errors import InvalidInput, Unavailable
from assessor_registry.signing.canonical import dump
from assessor_registry.signing.passphrases import MAX_PASSPHRASE, MIN_PASSPHRASE, normal

SALT_BYTES = 16
NONCE_BYTES = 12
SECRET_BYTES = 32
# One unlock at the production cost takes 128 MiB and 0.4 s of a core.
MAX_UNLOCKS_AT_ONCE = 2
MAX_WAIT_SECONDS = 30.0
_slots = threading.BoundedSemaphore(MAX_UNLOCKS_AT_ONCE)


@dataclass(frozen=True, slots=True)
class ScryptCost:
    """The cost of scrypt (RFC 7914), stored with each key, so that it can be raised later."""

    n: int
    r: int
    p: int

    def __post_init__(self) -> None:
        """Refuse what scrypt can not do, and what would take the memory of the server (2 GiB and more)."""
        power_of_two = self.n > 1 and self.n & (self.n - 1) == 0
        if not (power_of_two and self.n <= 2**20 and 1 <= self.r <= 16 and 1 <= self.p <= 4):
            raise InvalidInput("signing.wrapped_key_unreadable")


PRODUCTION: Final = ScryptCost(n=2**17, r=8, p=1)


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A private key that can not be used without its passphrase (`cost` given) or key file (`cost` None)."""

    cost: ScryptCost | None
    salt: bytes = field(repr=False)
    nonce: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)

    def to_dict(self) -> dict[str, object]:
        """Return the key as JSON-able data, for a column or a file."""
        return {**_header(self.cost), **{name: _b64(getattr(self, name)) for name in ("salt", "nonce", "ciphertext")}}

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Self:
        """Read what `to_dict` wrote.

        Raises:
            InvalidInput: `signing.wrapped_key_unreadable`.
        """
        try:
            cost = None if data["kdf"] == "none" else ScryptCost(*(_whole(data[name]) for name in ("n", "r", "p")))
            parts = [base64.b64decode(str(data[name]), validate=True) for name in ("salt", "nonce", "ciphertext")]
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            raise InvalidInput("signing.wrapped_key_unreadable") from error
        found = cls(cost, *parts)
        if found.to_dict() != dict(data):
            raise InvalidInput("signing.wrapped_key_unreadable")
        return found


class UnlockedKey:
    """A private key in memory, for as long as one `with` block. It shows itself to nobody and can not be stored."""

    __slots__ = ("_private", "key_id")

    def __init__(self, key_id: str, private: ec.EllipticCurvePrivateKey) -> None:
        self.key_id = key_id
        self._private: ec.EllipticCurvePrivateKey | None = private

    @property
    def private(self) -> ec.EllipticCurvePrivateKey:
        """The key itself; only `jws` and `x509` ask.

        Raises:
            Unavailable: `signing.key_locked`, after the `with` block.
        """
        if self._private is None:
            raise Unavailable("signing.key_locked")
        return self._private

    @property
    def public_key(self) -> bytes:
        """The public key, DER SubjectPublicKeyInfo."""
        return public_bytes(self.private.public_key())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._private = None

    def __repr__(self) -> str:
        return f"UnlockedKey({self.key_id!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an unlocked key is not stored")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: `wrapped` and `public_key` (DER) are stored; `unlocked` is used for what must follow at once."""

    wrapped: WrappedKey
    public_key: bytes
    unlocked: UnlockedKey = field(repr=False)


def new_key(passphrase: str, key_id: str, *, cost: ScryptCost = PRODUCTION) -> NewKey:
    """Make a P-256 key wrapped by `passphrase`; check it with `passphrases.problems` before.

    Raises:
        InvalidInput: `signing.passphrase_short`, `signing.passphrase_long`.
        Unavailable: `signing.unlock_busy`.
    """
    return _new(key_id, lambda unlocked: wrap(unlocked, passphrase, cost=cost))


def new_registry_key(secret: bytes, key_id: str) -> NewKey:
    """Make a P-256 key of the registry itself (root, issuing CA, seal), wrapped by the 32 bytes of a key file."""
    return _new(key_id, lambda unlocked: wrap_with_secret(unlocked, secret))


def wrap(unlocked: UnlockedKey, passphrase: str, *, cost: ScryptCost = PRODUCTION) -> WrappedKey:
    """Wrap a key by a passphrase: for a new key, or to change the passphrase of an unlocked one."""
    length = len(normal(passphrase))
    if length < MIN_PASSPHRASE:
        raise InvalidInput("signing.passphrase_short", field="passphrase", least=MIN_PASSPHRASE)
    if length > MAX_PASSPHRASE:
        raise InvalidInput("signing.passphrase_long", field="passphrase", most=MAX_PASSPHRASE)
    salt = secrets.token_bytes(SALT_BYTES)
    return _seal(unlocked, _derive(passphrase, salt, cost), cost, salt)


def wrap_with_secret(unlocked: UnlockedKey, secret: bytes) -> WrappedKey:
    """Wrap a key by the 32 bytes of a key file.

    Raises:
        InvalidInput: `signing.key_file_wrong`.
    """
    if len(secret) != SECRET_BYTES:
        raise InvalidInput("signing.key_file_wrong")
    return _seal(unlocked, secret, None, b"")


def unlock(wrapped: WrappedKey, passphrase: str, key_id: str) -> UnlockedKey:
    """Unlock an assessor's key. Call it before a database connection is taken: it may wait, and takes 0.4 s.

    Raises:
        InvalidInput: `signing.passphrase_wrong` (also for a key of another id); `signing.wrapped_key_unreadable`.
        Unavailable: `signing.unlock_busy`, when two others keep unlocking for half a minute.
    """
    if wrapped.cost is None:
        raise InvalidInput("signing.wrapped_key_unreadable")
    if len(normal(passphrase)) > MAX_PASSPHRASE:
        raise InvalidInput("signing.passphrase_wrong", field="passphrase")
    try:
        return _open(wrapped, _derive(passphrase, wrapped.salt, wrapped.cost), key_id)
    except InvalidTag:
        raise InvalidInput("signing.passphrase_wrong", field="passphrase") from None


def unlock_with_secret(wrapped: WrappedKey, secret: bytes, key_id: str) -> UnlockedKey:
    """Unlock a key of the registry itself.

    Raises:
        InvalidInput: `signing.key_file_wrong` (also for a key of another id); `signing.wrapped_key_unreadable`.
    """
    if wrapped.cost is not None:
        raise InvalidInput("signing.wrapped_key_unreadable")
    try:
        return _open(wrapped, secret, key_id)
    except (InvalidTag, ValueError):
        raise InvalidInput("signing.key_file_wrong") from None


def public_bytes(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return a public key as DER SubjectPublicKeyInfo, as it is stored."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def load_public_key(data: bytes) -> ec.EllipticCurvePublicKey:
    """Read a stored public key (DER SubjectPublicKeyInfo, P-256).

    Raises:
        InvalidInput: `signing.public_key_unreadable`.
    """
    try:
        key = load_der_public_key(data)
    except Exception as error:  # the library's parse errors have no common base
        raise InvalidInput("signing.public_key_unreadable") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise InvalidInput("signing.public_key_unreadable")
    return key


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=MAX_WAIT_SECONDS):
        raise Unavailable("signing.unlock_busy")
    try:
        yield
    finally:
        _slots.release()


def _derive(passphrase: str, salt: bytes, cost: ScryptCost) -> bytes:
    with _slot():
        kdf = Scrypt(salt=salt, length=SECRET_BYTES, n=cost.n, r=cost.r, p=cost.p)
        return kdf.derive(normal(passphrase).encode("utf-8", "surrogatepass"))


def _new(key_id: str, wrapping: Callable[[UnlockedKey], WrappedKey]) -> NewKey:
    unlocked = UnlockedKey(key_id, ec.generate_private_key(ec.SECP256R1()))
    return NewKey(wrapping(unlocked), unlocked.public_key, unlocked)


def _header(cost: ScryptCost | None) -> dict[str, object]:
    kdf: dict[str, object] = (
        {"kdf": "none"} if cost is None else {"kdf": "scrypt", "n": cost.n, "r": cost.r, "p": cost.p}
    )
    return {"version": 1, "cipher": "AES-256-GCM", **kdf}


def _bound(cost: ScryptCost | None, key_id: str) -> bytes:
    return dump({**_header(cost), "key_id": key_id})


def _seal(unlocked: UnlockedKey, secret: bytes, cost: ScryptCost | None, salt: bytes) -> WrappedKey:
    plain = unlocked.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    nonce = secrets.token_bytes(NONCE_BYTES)
    return WrappedKey(cost, salt, nonce, AESGCM(secret).encrypt(nonce, plain, _bound(cost, unlocked.key_id)))


def _open(wrapped: WrappedKey, secret: bytes, key_id: str) -> UnlockedKey:
    if len(wrapped.nonce) != NONCE_BYTES:
        raise InvalidInput("signing.wrapped_key_unreadable")
    plain = AESGCM(secret).decrypt(wrapped.nonce, wrapped.ciphertext, _bound(wrapped.cost, key_id))
    private = load_der_private_key(plain, password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        raise InvalidInput("signing.wrapped_key_unreadable")
    return UnlockedKey(key_id, private)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError("not a whole number")
    return value
