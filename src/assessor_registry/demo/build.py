"""Builds the sample province: everything in date order with one simulated clock, through the acts of the rooms.

1. The registry is founded and goes live five months before the day on which the province is made, so that the
   authority's certificates are older than every signature.
2. What is planned on fixed days happens in the order of time (`Story.tell`); the to-dos are swept now and then between.
3. The last sweep is that of the day itself.

The keys of the sample's assessors are wrapped at a cost of scrypt far below that of real keys (`people.DEMO_COST`):
their passphrases are printed on the screen, and building should take seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection

from assessor_registry import founding, jobs, secrecy
from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.assessments import store as results
from assessor_registry.days import add_months
from assessor_registry.db.opening import Opened
from assessor_registry.demo import assessing, people, places
from assessor_registry.demo.names import People
from assessor_registry.demo.plan import PASSWORDS
from assessor_registry.demo.story import Account, Story, local
from assessor_registry.settings import Settings
from assessor_registry.signing import actions as signing

GO_LIVE_MONTHS = 5
ROOT_FILE = "root.pem"
SEED = 64
# On which days the to-dos are brought up to date: the last week's and today's are what the first page compares.
SWEPT = (-120, -90, -60, -30, -14, -7, 0)


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: accounts to sign in with, codes of signed records (oldest first), the root certificate's file."""

    accounts: tuple[Account, ...]
    records: tuple[str, ...]
    root: Path


def build(opened: Opened, settings: Settings, today: date, now: datetime) -> Made:
    """Build the sample province in an empty database, as of `today` at the instant `now`."""
    start = add_months(today, -GO_LIVE_MONTHS)
    begin = local(start, 7)
    founding.found(settings, opened, begin)
    authority_key = secrecy.read_key(settings.secrets_dir, signing.AUTHORITY_KEY)
    with opened.database.read() as conn:
        registry = signing.load_authority(conn, authority_key)
    story = Story(
        opened.database, settings, today, now, start, begin, secrecy.load(settings.secrets_dir), registry, People(SEED)
    )
    _plan(story, start)
    story.tell()
    root = settings.data_dir / ROOT_FILE
    root.write_text(registry.root_pem, encoding="ascii")
    with opened.database.read() as conn:
        return Made(_in_order(story.accounts), _codes(conn), root)


def _plan(story: Story, start: date) -> None:
    def go_live() -> None:
        places.tell(story)
        people.tell(story)
        jobs.set_go_live(story.database, story.today, now=story.now)
        story.sweep()
        assessing.tell(story)

    story.at(start, go_live, hour=8)
    story.at(start, lambda: people.enrol(story), hour=10)
    story.at(story.day(-130), lambda: people.pupils(story))
    story.at(story.day(-40), lambda: people.retire(story))
    story.at(story.day(-21), lambda: people.renew(story))
    for offset in SWEPT:
        story.at(story.day(offset), story.sweep, hour=1 if offset else 23)


def _in_order(accounts: Sequence[Account]) -> tuple[Account, ...]:
    """As whoever tries the demo would go through them."""
    order = list(PASSWORDS)
    return tuple(sorted(accounts, key=lambda account: order.index(account.login)))


def _codes(conn: Connection) -> tuple[str, ...]:
    rows = results.records(conn, PROVINCE, limit=10_000)
    return tuple(row.code for row in sorted(rows, key=lambda row: (row.signed_at, row.code)))
