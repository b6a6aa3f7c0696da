"""The application over a test's own database, with accounts of every role and browsers that are signed in.

`open_site` founds a registry the way `migrate` does (key files, regions, schemes, the signing authority) in a schema
that the template has already. Passwords are real, hashed once; `browse` opens a session without spending that time.
"""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Connection
from tests.world import FOUNDED

from assessor_registry import clock, founding, secrecy
from assessor_registry.accounts import actions as accounts
from assessor_registry.accounts import store
from assessor_registry.accounts.actions.hashing import hash_of
from assessor_registry.accounts.actions.sessions import open_credential
from assessor_registry.accounts.rules import PROVINCE, Role, Scope, system
from assessor_registry.app import create_app, state_of
from assessor_registry.db.engine import Database
from assessor_registry.institutions import actions as institutions
from assessor_registry.schemes import actions as schemes
from assessor_registry.settings import Settings
from assessor_registry.signing import actions as signing
from assessor_registry.web.guards import SESSION_COOKIE

PASSWORD = "bukit soeharto teduh"
ACTOR = system("test")
Fields = dict[str, Any]


@cache
def _password_hash() -> str:
    return hash_of(PASSWORD)


@dataclass(frozen=True)
class User:
    """An account that can sign in with `PASSWORD`, and its one grant."""

    id: UUID
    login: str
    name: str
    role: str
    scope: Scope
    grant_id: UUID
    assessor_id: UUID | None = None


@dataclass
class Browser:
    """A client with cookies. `post` carries what every form does: the token against forgery, and a key of its own."""

    client: TestClient[Litestar]

    def get(self, path: str, **query: Any) -> Any:
        """GET, redirects not followed."""
        return self.client.get(path, params=query or None, follow_redirects=False)

    def post(self, path: str, fields: Fields | None = None, *, once: str | None = None, **more: Any) -> Any:
        """POST a form, redirects not followed; the same `once` twice is a double tap. `files=` uploads."""
        files = more.pop("files", None)
        data = {"_csrf_token": self.token, "_once": once or secrets.token_urlsafe(12), **(fields or {}), **more}
        return self.client.post(path, data=data, files=files, follow_redirects=False)

    @property
    def token(self) -> str:
        """The token against forged forms, fetched once."""
        if "formulir" not in self.client.cookies:
            self.client.get("/masuk")
        return str(self.client.cookies["formulir"])


@dataclass
class Site:
    """A running application. `today` is the institution's day, asked once; build facts relative to it."""

    settings: Settings
    database: Database
    app: Litestar
    today: date
    _stack: ExitStack
    _users: dict[str, User] = field(default_factory=dict)
    _begun: bool = False

    def day(self, offset: int) -> date:
        """The day `offset` days from today."""
        return self.today + timedelta(days=offset)

    def perform(self, act: Any) -> Any:
        """Run `act(tx)` in a transaction that is committed."""
        return self.database.perform(act)

    def user(
        self,
        role: str,
        scope: Scope | None = None,
        *,
        login: str | None = None,
        name: str | None = None,
        assessor_id: UUID | None = None,
    ) -> User:
        """Make an account with one grant, active since yesterday. An assessor's scope is oneself."""
        scope = scope or (Scope("self", str(assessor_id)) if assessor_id and role == "assessor" else PROVINCE)
        login = login or f"{role}-{len(self._users) + 1}"
        name = name or f"Contoh {role.replace('_', ' ').title()} {len(self._users) + 1}"
        now = clock.now()

        def act(tx: Connection) -> tuple[UUID, UUID]:
            made = accounts.create_account(tx, ACTOR, login=login, name=name, assessor_id=assessor_id, now=now)
            store.change_account(tx, made, password_hash=_password_hash())
            return made, accounts.give_grant(tx, ACTOR, made, Role(role), scope, self.day(-1), now=now)

        account_id, grant_id = self.database.perform(act)
        self._users[login] = User(account_id, login, name, role, scope, grant_id, assessor_id)
        return self._users[login]

    def browse(self, user: User | None = None) -> Browser:
        """A new browser, signed in as `user` or as nobody."""
        client = TestClient(app=self.app)
        if not self._begun:
            # One client begins and ends the application; a second one would leave streams of the first open.
            self._begun = True
            self._stack.enter_context(client)
        if user is not None:
            now = clock.now()
            values = {"kind": "session", "account_id": user.id, "grant_id": user.grant_id,
                      "expires_at": now + timedelta(days=1)}  # fmt: skip
            client.cookies.set(SESSION_COOKIE, self.database.perform(lambda tx: open_credential(tx, values, now)))
        return Browser(client)

    def as_role(self, role: str, scope: Scope | None = None, **options: Any) -> Browser:
        """A browser of a new account with this role: `site.as_role("division")`."""
        return self.browse(self.user(role, scope, **options))


@contextmanager
def open_site(database: Database, folder: Path) -> Iterator[Site]:
    """Found a registry on `database` with its key files below `folder`, and open the application over it."""
    settings = Settings(data_dir=folder / "data", jobs=False)
    for name in founding.KEY_FILES:
        secrecy.make_key(settings.secrets_dir, name)
    now = clock.now()
    key = secrecy.read_key(settings.secrets_dir, signing.AUTHORITY_KEY)

    def load(tx: Connection) -> None:
        institutions.load_regions(tx)
        schemes.load_shipped(tx, now)
        signing.found_authority(tx, key, FOUNDED)

    database.perform(load)
    with ExitStack() as stack:
        app = stack.enter_context(application(settings, database))
        yield Site(settings, database, app, clock.day_of(now, settings.zone), stack)


_FREE: dict[object, list[Litestar]] = {}


@contextmanager
def application(settings: Settings, database: Database) -> Iterator[Litestar]:
    """The application over this database. To build one takes longer than most tests: it is kept for the next site."""
    built_from = (settings.pool_size, settings.upload_limit_mib, settings.secure_cookies)
    free = _FREE.setdefault(built_from, [])
    app = free.pop() if free else create_app(settings, database)
    app.state.update(state_of(settings, database))
    yield app
    free.append(app)
