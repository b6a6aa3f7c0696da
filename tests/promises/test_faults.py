"""Whatever fails at whatever step, the registry is as it was before the act or as it is after it, never between.

Of each act every statement is a step, and the commit is the last. At each step, before and after it: an exception, the
connection cut, a statement that takes too long. Then the answer that is lost after the commit: asked again with the
same key, the act gives the same answer and is not done twice.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.exc import DBAPIError
from tests.support.campaign import seeded, size
from tests.support.importing import Importing, assessor
from tests.world import PASSPHRASE, SCAN, World

from assessor_registry.accounts import actions as accounts
from assessor_registry.assessments import actions as assessments
from assessor_registry.consequences import actions as consequences
from assessor_registry.errors import Refusal
from assessor_registry.files import actions as files
from assessor_registry.intake import actions as intake
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.signing import actions as signing
from assessor_registry.validity import actions as validity

Act = Callable[[Connection], Any]
Fault = Literal["exception", "cut", "slow"]
Moment = Literal["before", "after"]
FAULTS: tuple[Fault, ...] = ("exception", "cut", "slow")


class Broken(Exception):
    """What is thrown into an act."""


# --- The acts --------------------------------------------------------------------------------------------------------


def record(world: World) -> Act:
    plan, who = world.schedule(candidates=1), world.assessor()
    world.assign(plan, who)
    content = world.content(plan.attempts[0])
    return lambda tx: assessments.save_draft(
        tx, who.actor, plan.attempts[0], 1, content, 0, today=world.today, now=world.now
    ).version  # fmt: skip


def sign(world: World) -> Act:
    plan, who = world.schedule(candidates=2), world.assessor()
    world.assign(plan, who)
    drafts = [world.record(who, attempt) for attempt in plan.attempts]
    key = signing.unlock(world.db, who.id, PASSPHRASE, world.now)
    return lambda tx: assessments.sign_unlocked(
        tx, who.actor, drafts, key, registry=world.registry, now=world.now
    )  # fmt: skip


def confirm_paper(world: World) -> Act:
    plan, who = world.schedule(world.today - timedelta(days=3), candidates=1), world.assessor()
    world.assign(plan, who)
    content = world.content(plan.attempts[0])

    def enter(tx: Connection) -> Any:
        scan = files.keep(
            tx, world.folder, content=SCAN + uuid4().bytes, given_name="scan.pdf", purpose="paper",
            uploaded_by=plan.lsp.admin.author, now=world.now,
        )  # fmt: skip
        return assessments.enter_paper(
            tx, plan.lsp.admin, plan.attempts[0], 1, assessor_id=who.id, first_day=plan.first_day,
            last_day=plan.first_day, outcome="assessed", units=content.units, recommendation=content.recommendation,
            note_text=content.note, scan_id=scan, reason="Tanda tangan terlambat", today=world.today, now=world.now,
        )  # fmt: skip

    entered = world.db.perform(enter)
    return lambda tx: assessments.confirm_paper(
        tx, plan.lsp.second, entered, registry=world.registry, now=world.now
    )  # fmt: skip


def suspend(world: World) -> Act:
    """A decree received late: it hits a signed record and a coming assignment."""
    plan, who = world.schedule(candidates=1), world.assessor()
    world.assign(plan, who)
    world.sign(who, world.record(who, plan.attempts[0]))
    coming = world.schedule(world.today + timedelta(days=5), candidates=1)
    world.assign(coming, who)
    new = validity.NewSanction(
        who.id, "suspension", world.today - timedelta(days=1), None, "SANKSI-1", world.today, world.today
    )
    return lambda tx: str(consequences.apply(
        tx, world.system, lambda inner: validity.sanction(inner, world.system, new, now=world.now),
        reason="SANKSI-1", now=world.now,
    ).id)  # fmt: skip


def assign(world: World) -> Act:
    plan, who = world.schedule(world.today, world.today + timedelta(days=1), candidates=1), world.assessor()
    return lambda tx: [str(one) for one in scheduling.assign(
        tx, plan.lsp.admin, plan.id, who.id, plan.days, now=world.now, letter_number="7/ST/2026",
        letter_date=world.today,
    )]  # fmt: skip


def import_register(world: World) -> Act:
    assert world.home.admin  # its institutions are there before the content is looked at
    rows = [assessor(serial) for serial in range(1, 4)]
    source = Importing.direct(None, "assessors", rows)  # type: ignore[arg-type]
    return lambda tx: str(intake.import_now(
        tx, world.system, source, uploads_dir=world.folder, secrecy=world.secrecy, now=world.now, today=world.today
    ).batch_id)  # fmt: skip


ACTS = (record, sign, confirm_paper, suspend, assign, import_register)


# --- Breaking them ---------------------------------------------------------------------------------------------------


@dataclass
class Breaker:
    """Counts the statements of an act, and breaks one: `step` None lets all pass; the commit is the step after them."""

    world: World
    owner_url: str
    step: int | None = None
    moment: Moment = "before"
    fault: Fault = "exception"
    seen: int = 0
    armed: bool = False

    def before(self, conn: Connection, cursor: Any, statement: str, params: Any, *_: Any) -> tuple[str, Any]:
        if not self.armed:
            return statement, params
        self.seen += 1
        if self.moment == "before" and self.seen == self.step:
            self.strike(conn, cursor)
        return statement, params

    def after(self, conn: Connection, cursor: Any, *_: Any) -> None:
        if self.armed and self.moment == "after" and self.seen == self.step:
            self.strike(conn, cursor)

    def commit(self, conn: Connection) -> None:
        if self.armed and self.step == self.seen + 1:
            self.strike(conn, conn.connection.cursor())

    def strike(self, conn: Connection, cursor: Any) -> None:
        self.armed = False
        if self.fault == "exception":
            raise Broken
        if self.fault == "slow":
            cursor.connection.execute("SET LOCAL statement_timeout = 5")
            cursor.connection.execute("SELECT pg_sleep(5)")
        pid = cursor.connection.info.backend_pid
        url = make_url(self.owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))


@contextmanager
def breaking(world: World, owner_url: str) -> Iterator[Breaker]:
    breaker = Breaker(world, owner_url)
    event.listen(world.db.engine, "before_cursor_execute", breaker.before, retval=True)
    event.listen(world.db.engine, "after_cursor_execute", breaker.after)
    event.listen(world.db.engine, "commit", breaker.commit)
    try:
        yield breaker
    finally:
        event.remove(world.db.engine, "before_cursor_execute", breaker.before)
        event.remove(world.db.engine, "after_cursor_execute", breaker.after)
        event.remove(world.db.engine, "commit", breaker.commit)


def content_of(world: World) -> dict[str, str]:
    """Every table as one digest."""
    with world.db.read() as conn:
        names = conn.execute(text(
            "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace "
            "AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1"
        )).scalars().all()  # fmt: skip
        each = " UNION ALL ".join(
            f"SELECT '{name}', md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM public.{name} t"
            for name in names
        )
        return {row[0]: row[1] for row in conn.execute(text(each))}


def once(world: World, act: Act) -> Act:
    """The act under a key, as every page and every call of the API does it."""

    def run(tx: Connection) -> Any:
        account = world.home.admin.account_id
        seen = accounts.begin_idempotent(tx, account, "kunci-1", bytes(32), world.now)
        if seen is not None:
            return seen.answer["answer"]
        answer = act(tx)
        accounts.finish_idempotent(tx, account, "kunci-1", 200, {"answer": answer})
        return answer

    return run


def steps_of(world: World, act: Act, breaker: Breaker) -> int:
    """How many statements the act has when what it keeps in memory is known."""
    for _ in range(2):
        breaker.step, breaker.seen, breaker.armed = None, 0, True
        world.db.rehearse(act)
    breaker.armed = False
    return breaker.seen


def chosen(steps: int) -> list[tuple[int, Moment, Fault]]:
    """The cells of the table that are tried: all in the campaign, else some, with every fault at the commit."""
    cells: list[tuple[int, Moment, Fault]] = [
        (step, moment, fault) for step in range(1, steps + 1) for moment in ("before", "after") for fault in FAULTS
    ]
    at_commit: list[tuple[int, Moment, Fault]] = [(steps + 1, "before", fault) for fault in FAULTS]
    assert steps > 2
    return seeded("faults").sample(cells, size(min(10, len(cells)), len(cells))) + at_commit


def fails(world: World, act: Act) -> bool:
    try:
        world.db.perform(act)
    except (Broken, Refusal, DBAPIError, psycopg.Error):
        return True
    return False


@pytest.mark.parametrize("make", ACTS, ids=[act.__name__ for act in ACTS])
def test_an_act_that_breaks_at_any_step_leaves_nothing_and_is_done_once_when_asked_again(
    world: World, owner_url: str, make: Callable[[World], Act]
) -> None:
    act = once(world, make(world))
    old = content_of(world)
    with breaking(world, owner_url) as breaker:
        for step, moment, fault in chosen(steps_of(world, act, breaker)):
            breaker.step, breaker.moment, breaker.fault = step, moment, fault
            breaker.seen, breaker.armed = 0, True
            assert fails(world, act), (step, moment, fault)
            assert not breaker.armed, "the act did not come to this step"
            assert content_of(world) == old, (step, moment, fault)
    answer = world.db.perform(act)  # whose answer is lost
    new = content_of(world)
    assert new != old
    assert world.db.perform(act) == answer
    assert content_of(world) == new


def test_a_fault_in_a_step_is_seen_by_the_digest_of_the_tables(world: World) -> None:
    """The comparison above can fail."""
    before = content_of(world)
    world.student()
    assert {name for name, digest in content_of(world).items() if digest != before[name]} >= {"student", "audit_entry"}
