"""A world inside a site, for tests of the pages of schedules, results and the public check. Made-up people."""

import re
from dataclasses import dataclass
from typing import Any

from tests.support.province import Populous
from tests.support.refs import PersonRef, Plan
from tests.support.site import Browser, Site, User

from assessor_registry.accounts.rules import Actor

PDF = b"%PDF-1.4\n% FR.AK.02 contoh\n"
FORBIDDEN = re.compile(r"\b(ledger|leaf|standing|flag|sweep|scope)\b", re.IGNORECASE)


@dataclass
class Events:
    """A site, and a world that builds in it, whose day is today."""

    site: Site
    world: Populous

    def as_actor(self, actor: Actor) -> Browser:
        """A browser of someone of the world."""
        assert actor.account_id is not None
        assert actor.grant_id is not None
        user = User(actor.account_id, "", actor.name, actor.role, actor.scope, actor.grant_id, actor.assessor_id)
        return self.site.browse(user)

    def admin(self) -> Browser:
        """A browser of the first LSP's administrator."""
        return self.as_actor(self.world.home.admin)

    def held(self, candidates: int = 1, **more: Any) -> tuple[Plan, PersonRef]:
        """A schedule of today whose assessor is assigned and has all candidates."""
        who = self.world.assessor()
        plan = self.world.schedule(candidates=candidates, **more)
        self.world.assign(plan, who)
        return plan, who

    def signed(self, units: str = "K") -> tuple[str, Plan, PersonRef]:
        """A signed record of today: its code, schedule and assessor."""
        plan, who = self.held()
        [code] = self.world.sign(who, self.world.record(who, plan.attempts[0], units))
        return code, plan, who


def events(site: Site) -> Events:
    """A world in a site, with its first LSP."""
    world = Populous(
        site.database, site.settings.uploads_dir, site.today, secrecy=site.app.state.secrecy, site=site
    )  # fmt: skip
    assert world.home
    return Events(site, world)


def text_of(html: str) -> str:
    """What a page shows, without its tags, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
