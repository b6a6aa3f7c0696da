"""One frozen settings object, read once from the environment.

Every setting is `ASSESSOR_REGISTRY_<NAME>`; the database is also taken from `DATABASE_URL`. A name that is not in
the table below refuses to start, so that a misspelt setting can not be silently ignored. Secrets are never given on
the command line: they are files of mode 0600 in the data directory, or named by `…_FILE`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from assessor_registry.errors import ConfigurationError

# Where nobody says what people type: this machine, for itself.
OWN_MACHINE = "http://127.0.0.1:8000"
PREFIX = "ASSESSOR_REGISTRY_"


@dataclass(frozen=True, slots=True)
class Smtp:
    """Where mail goes out; `None` in `Settings.smtp` means that the outbox waits."""

    host: str
    port: int
    sender: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    starttls: bool = True


@dataclass(frozen=True, slots=True)
class Settings:
    """All that can be configured.

    `database_url` is None for the private server in the data directory. `migration_url` is the URL of the database's
    owner; without it `database_url` is used for migrations too.
    """

    data_dir: Path
    database_url: str | None = field(default=None, repr=False)
    migration_url: str | None = field(default=None, repr=False)
    public_url: str = OWN_MACHINE
    pool_size: int = 6
    zone: str = "Asia/Makassar"
    smtp: Smtp | None = None
    demo: bool = False
    jobs: bool = True
    upload_limit_mib: int = 20

    @property
    def secrets_dir(self) -> Path:
        """Folder (0700) of the key files."""
        return self.data_dir / "secrets"

    @property
    def uploads_dir(self) -> Path:
        """Folder (0700) of uploaded files, named by their SHA-256."""
        return self.data_dir / "uploads"

    @property
    def root_certificate(self) -> Path:
        """The registry's own root certificate (PEM), for checking offline."""
        return self.data_dir / "pki" / "root.pem"

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies carry `Secure`: always, except when served over plain http (loopback)."""
        return self.public_url.startswith("https://")


_KNOWN = {
    "DATA_DIR", "DATABASE_URL", "MIGRATION_URL", "PUBLIC_URL", "POOL_SIZE", "ZONE", "DEMO", "JOBS", "UPLOAD_LIMIT_MIB",
    "SMTP_HOST", "SMTP_PORT", "SMTP_SENDER", "SMTP_USERNAME", "SMTP_PASSWORD_FILE", "SMTP_STARTTLS",
}  # fmt: skip


def default_data_dir() -> Path:
    """`/var/lib/assessor-registry` for root, else the user's data folder (XDG)."""
    if os.geteuid() == 0:
        return Path("/var/lib/assessor-registry")
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "assessor-registry"


def config_dir() -> Path:
    """Folder of the shipped defaults (`regions.toml`, `schemes.toml`, …): in the wheel, or at the top of a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "_config"
    return installed if installed.is_dir() else package.parents[1] / "config"


def load(environ: Mapping[str, str] | None = None, *, data_dir: Path | None = None) -> Settings:
    """Read the settings.

    Raises:
        ConfigurationError: a name is unknown, a value can not be read, or a secret's file is missing.
    """
    env = os.environ if environ is None else environ
    given = {name[len(PREFIX) :]: value for name, value in env.items() if name.startswith(PREFIX)}
    unknown = sorted(set(given) - _KNOWN)
    if unknown:
        raise ConfigurationError("settings.unknown", names=", ".join(PREFIX + name for name in unknown))
    chosen = data_dir or (Path(given["DATA_DIR"]) if given.get("DATA_DIR") else default_data_dir())
    return Settings(
        data_dir=chosen.absolute(),
        database_url=given.get("DATABASE_URL") or env.get("DATABASE_URL") or None,
        migration_url=given.get("MIGRATION_URL") or None,
        public_url=_public_url(given.get("PUBLIC_URL") or OWN_MACHINE),
        pool_size=_integer(given, "POOL_SIZE", 6, 1, 64),
        zone=_zone(given.get("ZONE") or "Asia/Makassar"),
        smtp=_smtp(given),
        demo=_boolean(given, "DEMO", False),
        jobs=_boolean(given, "JOBS", True),
        upload_limit_mib=_integer(given, "UPLOAD_LIMIT_MIB", 20, 1, 500),
    )


def _smtp(given: Mapping[str, str]) -> Smtp | None:
    named = sorted(name for name in given if name.startswith("SMTP_"))
    if not named:
        return None
    missing = [PREFIX + name for name in ("SMTP_HOST", "SMTP_SENDER") if not given.get(name)]
    if missing:
        raise ConfigurationError("settings.missing", names=", ".join(missing))
    password = None
    if secret := given.get("SMTP_PASSWORD_FILE"):
        path = Path(secret)
        if not path.is_file():
            raise ConfigurationError("settings.secret_missing", name=PREFIX + "SMTP_PASSWORD_FILE", path=str(path))
        password = path.read_text(encoding="utf-8").strip()
    return Smtp(
        host=given["SMTP_HOST"],
        port=_integer(given, "SMTP_PORT", 587, 1, 65535),
        sender=given["SMTP_SENDER"],
        username=given.get("SMTP_USERNAME") or None,
        password=password,
        starttls=_boolean(given, "SMTP_STARTTLS", True),
    )


def _integer(given: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    raw = given.get(name)
    if raw is None or raw == "":
        return default
    if not raw.isascii() or not raw.isdigit() or not low <= int(raw) <= high:
        raise ConfigurationError("settings.not_a_number", name=PREFIX + name, value=raw, low=low, high=high)
    return int(raw)


def _boolean(given: Mapping[str, str], name: str, default: bool) -> bool:
    raw = given.get(name)
    if raw is None or raw == "":
        return default
    if raw.lower() in {"1", "true", "yes", "on"}:
        return True
    if raw.lower() in {"0", "false", "no", "off"}:
        return False
    raise ConfigurationError("settings.not_a_boolean", name=PREFIX + name, value=raw)


def _public_url(text: str) -> str:
    """Return the address without a slash at the end. Passphrases are typed there: plain http is for loopback only."""
    try:
        parts = urlsplit(text)
        host, whole = parts.hostname or "", not (parts.path.strip("/") or parts.query or parts.fragment)
    except ValueError:
        raise ConfigurationError("settings.not_an_address", name=PREFIX + "PUBLIC_URL", value=text) from None
    if parts.scheme not in {"http", "https"} or not host or not whole:
        raise ConfigurationError("settings.not_an_address", name=PREFIX + "PUBLIC_URL", value=text)
    if parts.scheme == "http" and not _is_loopback(host):
        raise ConfigurationError("settings.plain_http", name=PREFIX + "PUBLIC_URL", value=text)
    return text.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _zone(name: str) -> str:
    from zoneinfo import available_timezones

    if name not in available_timezones():
        raise ConfigurationError("settings.unknown_zone", name=PREFIX + "ZONE", value=name)
    return name
