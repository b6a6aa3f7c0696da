"""Encryption of single fields (NIK) at rest, and the keyed hash by which they are found.

The key is a file of mode 0600 in the data directory's `secrets` folder; a lost key loses the NIKs and nothing else.
"""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from assessor_registry.errors import ConfigurationError

KEY_FILE = "field.key"
AUTHORITY_KEY = "authority.key"
CSRF_KEY = "csrf.key"
# Every key file that a registry needs: of fields, of the signing authority, of forms.
KEY_FILES = (KEY_FILE, AUTHORITY_KEY, CSRF_KEY)
_NONCE = 12
# Each purpose has a key of its own: fields of the register; forms that wait for their sender; files of imports.
Purpose = Literal["seal", "form", "import"]


@dataclass(frozen=True, slots=True)
class Secrecy:
    """Seals, opens and digests values with keys derived from one 32-byte key."""

    key: bytes = field(repr=False)

    def seal(self, value: str, purpose: Purpose = "seal") -> bytes:
        """Encrypt (AES-256-GCM, random nonce in front): the same value never looks the same twice."""
        return self.seal_bytes(value.encode(), purpose)

    def seal_bytes(self, value: bytes, purpose: Purpose) -> bytes:
        """As `seal`, for what is no text."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self._derived(purpose.encode())).encrypt(nonce, value, None)

    def open(self, sealed: bytes, purpose: Purpose = "seal") -> str:
        """Decrypt what `seal` made for the same purpose.

        Raises:
            ConfigurationError: it was sealed with another key or for another purpose, or changed since.
        """
        return self.open_bytes(sealed, purpose).decode()

    def open_bytes(self, sealed: bytes, purpose: Purpose) -> bytes:
        """As `open`, for what is no text."""
        try:
            return AESGCM(self._derived(purpose.encode())).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        except InvalidTag:
            raise ConfigurationError("secrecy.wrong_key", name=KEY_FILE) from None

    def digest(self, value: str) -> bytes:
        """The keyed hash (HMAC-SHA-256) under which a sealed value is found again."""
        return hmac.new(self._derived(b"digest"), value.encode(), hashlib.sha256).digest()

    def _derived(self, purpose: bytes) -> bytes:
        return _derive(self.key, purpose)


@lru_cache(maxsize=8)
def _derive(key: bytes, purpose: bytes) -> bytes:
    # Kept, because an import asks for it thousands of times; the key itself is held in memory as well.
    return HKDF(SHA256(), 32, None, b"assessor-registry field " + purpose).derive(key)


def read_key(secrets_dir: Path, name: str) -> bytes:
    """Read a 32-byte key file.

    Raises:
        ConfigurationError: it is missing, of another length, or others may read it.
    """
    path = secrets_dir / name
    if not path.is_file():
        raise ConfigurationError("settings.secret_missing", name=name, path=str(path))
    if path.stat().st_mode & 0o077:
        raise ConfigurationError("secrecy.readable_by_others", path=str(path))
    key = path.read_bytes()
    if len(key) != 32:
        raise ConfigurationError("secrecy.wrong_length", path=str(path))
    return key


def make_key(secrets_dir: Path, name: str) -> None:
    """Make a key file (0600) unless it is there; never overwrites one."""
    secrets_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = secrets_dir / name
    if path.exists():
        return
    draft = path.with_suffix(f".{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(os.urandom(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # fails when another process made it meanwhile, and then theirs is the key
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def load(secrets_dir: Path) -> Secrecy:
    """Return the registry's field encryption, from its key file.

    Raises:
        ConfigurationError: the key file is missing or unusable.
    """
    return Secrecy(read_key(secrets_dir, KEY_FILE))
