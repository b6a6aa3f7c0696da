"""The first start of a registry: schema, key files, what is shipped (regions, schemes), the signing authority.

Each step may be repeated: it does what is missing and nothing else. Key files are made only while the registry has
none of what they protect; a key file that is lost later refuses to start instead of being made anew.
"""

from datetime import datetime

from sqlalchemy.exc import OperationalError, ProgrammingError

from assessor_registry import secrecy
from assessor_registry.db import migrations
from assessor_registry.db.engine import sqlstate
from assessor_registry.db.opening import Opened, no_connection
from assessor_registry.errors import ConfigurationError
from assessor_registry.institutions import actions as institutions
from assessor_registry.readiness import require_keys, require_ready
from assessor_registry.schemes import actions as schemes
from assessor_registry.settings import Settings
from assessor_registry.signing import actions as signing
from assessor_registry.signing import store as keys
from assessor_registry.signing.x509 import pem

KEY_FILES = secrecy.KEY_FILES


def found(settings: Settings, opened: Opened, now: datetime) -> None:
    """Bring the registry to where it can be served: migrate, make keys, load what is shipped.

    Raises:
        ConfigurationError: the registry has an authority already, and a key file is missing; or the role may not
            change the schema.
        Unavailable: the owner of the database can not sign in.
    """
    migrate(opened)
    with opened.database.read() as conn:
        founded = keys.has_authority(conn)
    if not founded:
        for name in KEY_FILES:
            secrecy.make_key(settings.secrets_dir, name)
    require_keys(settings)

    def load(tx: object) -> None:
        institutions.load_regions(tx)  # type: ignore[arg-type]
        schemes.load_shipped(tx, now)  # type: ignore[arg-type]

    opened.database.perform(load)
    if not founded:
        authority_key = secrecy.read_key(settings.secrets_dir, signing.AUTHORITY_KEY)
        opened.database.perform(lambda tx: signing.found_authority(tx, authority_key, now))
    publish_root(settings, opened)


def migrate(opened: Opened) -> None:
    """Bring the schema up to this program's.

    Raises:
        ConfigurationError: the role of `owner_url` may not change the schema.
        Unavailable: it can not sign in.
    """
    try:
        migrations.upgrade(opened.owner_url)
    except OperationalError as error:
        if not sqlstate(error):  # none: it failed before there was a session
            raise no_connection(error) from None
        raise
    except ProgrammingError as error:
        if sqlstate(error) == "42501":
            raise ConfigurationError("db.no_rights") from None
        raise


def publish_root(settings: Settings, opened: Opened) -> None:
    """Write the root certificate to `pki/root.pem` in the data directory, where `verify` looks for it offline."""
    authority_key = secrecy.read_key(settings.secrets_dir, signing.AUTHORITY_KEY)
    with opened.database.read() as conn:
        root = pem(signing.load_authority(conn, authority_key).certificate("root"))
    target = settings.root_certificate
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    draft = target.with_suffix(".new")
    draft.write_text(root, encoding="ascii")
    draft.replace(target)


__all__ = ["KEY_FILES", "found", "publish_root", "require_keys", "require_ready"]
