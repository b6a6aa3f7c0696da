"""An assessor who has a schedule today, for tests in a browser. Made-up people."""

from datetime import date
from typing import Any
from uuid import UUID

from tests.support.event import PASSPHRASE, QUICK, Event
from tests.support.site import PASSWORD, Site, User

from assessor_registry import clock
from assessor_registry.accounts import actions as account_actions
from assessor_registry.accounts import store as accounts
from assessor_registry.accounts.actions.hashing import hash_of
from assessor_registry.accounts.rules import PROVINCE, Actor, Role, system
from assessor_registry.assessments import store
from assessor_registry.signing import actions as signing

CANDIDATES = 10
UNITS = 26


class Visit:
    """An assessor who has a schedule today, and what is needed to look behind the pages."""

    def __init__(
        self, site: Site, units: int = UNITS, candidates: int = CANDIDATES, last_day: date | None = None
    ) -> None:
        self.site = site
        today = clock.today(site.settings.zone)
        self.event = Event(site.database, units, founded=True)
        self.actor = self.event.assessor(last_day=last_day or today.replace(year=today.year + 1))
        assert self.actor.assessor_id is not None
        self.schedule = self.event.schedule(today)
        self.attempts = self.event.add(self.schedule, self.event.students(candidates), today)
        self.event.assign(self.schedule, self.actor, today)
        self.event.allocate(self.schedule, self.actor, self.attempts)
        signing.enrol(site.database, self.actor, self.actor.assessor_id, PASSPHRASE, clock.now(), cost=QUICK)
        self.user = self.user_of(self.actor, today)

    def user_of(self, actor: Actor, today: date) -> User:
        """The account of an assessor, with a password."""
        account_id = actor.account_id
        assert account_id is not None

        def act(tx: Any) -> UUID:
            accounts.change_account(tx, account_id, password_hash=hash_of(PASSWORD))
            return account_actions.give_grant(
                tx, system("test"), account_id, Role.ASSESSOR, actor.scope, today, now=clock.now()
            )

        grant = self.site.database.perform(act)
        account = self.site.database.perform(lambda tx: accounts.account(tx, account_id))
        assert account is not None
        return User(account_id, account.login, actor.name, "assessor", actor.scope, grant)

    def colleague(self) -> tuple[Actor, User]:
        """Another assessor of the same LSP, assigned to the same schedule today."""
        today = clock.today(self.site.settings.zone)
        actor = self.event.assessor(last_day=today.replace(year=today.year + 1))
        assert actor.assessor_id is not None
        self.event.assign(self.schedule, actor, today)
        signing.enrol(self.site.database, actor, actor.assessor_id, PASSPHRASE, clock.now(), cost=QUICK)
        return actor, self.user_of(actor, today)

    def drafts(self) -> list[store.DraftRow]:
        with self.site.database.read() as conn:
            return store.drafts_of(conn, self.attempts)

    def records(self) -> list[store.RecordRow]:
        with self.site.database.read() as conn:
            return store.records(conn, PROVINCE, schedule_id=self.schedule)
