"""What the registry knows of the schemes in a list of units, and writing what its plan says: new versions only."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.intake.plan_rules import Plan
from assessor_registry.intake.scheme_plan import KnownSchemes, SchemeWork, works_of
from assessor_registry.intake.scheme_rows import SchemeFile
from assessor_registry.schemes import actions as schemes
from assessor_registry.schemes import store
from assessor_registry.schemes.rules import search_title


def known_schemes(conn: Connection, file: SchemeFile) -> KnownSchemes:
    """Return the schemes whom the rows may mean, with all their versions."""
    by_text = store.text_index(conn)
    texts = {search_title(text) for row in file.rows for text in (row.scheme, row.number) if text}
    ids = sorted({by_text[text] for text in texts if text in by_text})
    found = {scheme_id: store.get(conn, scheme_id) for scheme_id in ids}
    return KnownSchemes(
        {scheme_id: scheme for scheme_id, scheme in found.items() if scheme is not None},
        by_text,
        {scheme_id: tuple(_versions(conn, scheme_id)) for scheme_id in ids},
    )


def _versions(conn: Connection, scheme_id: UUID) -> Iterable[store.SchemeVersion]:
    for row in store.versions(conn, scheme_id):
        if (version := store.version(conn, row.id)) is not None:
            yield version


def write_schemes(tx: Connection, actor: Actor, plan: Plan, *, now: datetime) -> None:
    """Write `plan`: schemes that are new, what known ones gain, and versions. Older versions stay as they are.

    Raises:
        Conflict: a number, a title or the label of a version was taken meanwhile.
    """
    for work in works_of(plan):
        if work.outcome != "same":
            _write(tx, actor, work, now)


def _write(tx: Connection, actor: Actor, work: SchemeWork, now: datetime) -> None:
    scheme_id = work.scheme_id
    if scheme_id is None:
        scheme_id = schemes.add_scheme(
            tx, actor, title=work.title, now=now, number=work.number, kind=work.kind, level=work.level
        )
    else:
        if work.number is not None:
            schemes.set_number(tx, actor, scheme_id, work.number, now)
        if work.kind or work.level:
            schemes.fill_in(tx, actor, scheme_id, now, kind=work.kind, level=work.level)
    if (draft := work.draft) is not None:
        schemes.replace_with_version(
            tx, actor, scheme_id, draft.label, draft.clusters, draft.source, now,
            first_day=draft.first_day, verified=draft.verified, complete=draft.complete,
        )  # fmt: skip
