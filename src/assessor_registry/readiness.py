"""Whether a registry may be worked on: its schema and its key files are there and are this program's.

Apart from `founding`, so that a command which only looks something up need not load the application.
"""

from assessor_registry import secrecy
from assessor_registry.db import migrations
from assessor_registry.db.opening import Opened
from assessor_registry.settings import Settings


def require_keys(settings: Settings) -> None:
    """Refuse to go on without a key file.

    Raises:
        ConfigurationError: one is missing or unusable; the message names it.
    """
    for name in secrecy.KEY_FILES:
        secrecy.read_key(settings.secrets_dir, name)


def require_ready(settings: Settings, opened: Opened) -> None:
    """Refuse to serve a registry whose schema or keys are not those of this program.

    Raises:
        ConfigurationError: it says what is missing.
    """
    with opened.database.read() as conn:
        migrations.require_current(conn)
    require_keys(settings)
