"""Made-up people and institutions, inserted directly: for tests of rooms that stand on them."""

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection, text

from assessor_registry.accounts.rules import system
from assessor_registry.institutions.rules import search_school

_serial = itertools.count(1)
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
ACTOR = system("test")


def add_people(
    tx: Connection,
    number: int = 1,
    *,
    region: str | None = None,
    ended_on: date | None = None,
    ids: Sequence[UUID] | None = None,
) -> list[UUID]:
    """Insert assessors (with these ids, when given); return their ids."""
    if region is not None:
        add_region(tx, region)
    ids = [uuid4() for _ in range(number)] if ids is None else list(ids)
    if not ids:
        return ids
    tx.execute(
        text(
            "INSERT INTO assessor (id, name, search_name, region_code, ended_on, ended_reason, version, created_at) "
            "VALUES (:id, :name, :name, :region, :ended, :why, 1, :now)"
        ),
        [
            {"id": i, "name": f"asesor {next(_serial)}", "region": region, "ended": ended_on,
             "why": "retired" if ended_on else None, "now": NOW}
            for i in ids
        ],
    )  # fmt: skip
    return ids


def add_person(tx: Connection, *, region: str | None = None, ended_on: date | None = None) -> UUID:
    """Insert one assessor."""
    return add_people(tx, region=region, ended_on=ended_on)[0]


def add_region(tx: Connection, code: str) -> None:
    """Insert a kabupaten/kota."""
    tx.execute(
        text("INSERT INTO region (code, bps_code, name, kind) VALUES (:c, :b, :n, 'kota') ON CONFLICT DO NOTHING"),
        {"c": code, "b": code.replace(".", "") + "x", "n": f"wilayah {code}"},
    )


def add_school(tx: Connection, *, region: str = "64.72", name: str | None = None, npsn: str | None = None) -> UUID:
    """Insert a school."""
    add_region(tx, region)
    school, serial = uuid4(), next(_serial)
    tx.execute(
        text(
            "INSERT INTO school (id, npsn, name, search_name, region_code, state, created_at) "
            "VALUES (:id, :npsn, :name, :sought, :region, 'confirmed', :now)"
        ),
        {"id": school, "npsn": npsn or f"{serial:08d}", "name": name or f"smk contoh {serial}",
         "sought": search_school(name or f"smk contoh {serial}"), "region": region, "now": NOW},
    )  # fmt: skip
    return school


def add_lsp(tx: Connection, school_id: UUID | None = None, *, region: str = "64.72") -> UUID:
    """Insert an LSP."""
    lsp, serial = uuid4(), next(_serial)
    tx.execute(
        text(
            "INSERT INTO lsp (id, name, school_id, region_code, created_at) VALUES (:id, :name, :school, :region, :now)"
        ),
        {"id": lsp, "name": f"LSP Contoh {serial}", "school": school_id or add_school(tx, region=region),
         "region": region, "now": NOW},
    )  # fmt: skip
    return lsp


def add_network(tx: Connection, lsp_id: UUID, school_id: UUID) -> None:
    """Put a school into an LSP's network."""
    tx.execute(
        text(
            "INSERT INTO network_school (id, lsp_id, school_id, first_day, decree_number, known_at) "
            "VALUES (:id, :lsp, :school, '2023-02-13', 'K.1', :now)"
        ),
        {"id": uuid4(), "lsp": lsp_id, "school": school_id, "now": NOW},
    )


def employ(tx: Connection, assessor_ids: Sequence[UUID], school_id: UUID) -> None:
    """Employ people at a school."""
    for assessor_id in assessor_ids:
        tx.execute(
            text("INSERT INTO employment (id, assessor_id, school_id, known_at) VALUES (:id, :who, :school, :now)"),
            {"id": uuid4(), "who": assessor_id, "school": school_id, "now": NOW},
        )


def add_scheme(tx: Connection, title: str = "Pemrogram Junior") -> UUID:
    """Insert a scheme."""
    scheme = uuid4()
    tx.execute(
        text("INSERT INTO scheme (id, title, kind, created_at) VALUES (:id, :title, 'Okupasi', :now)"),
        {"id": scheme, "title": title, "now": NOW},
    )
    return scheme


def add_licence(tx: Connection, lsp_id: UUID, first_day: date, last_day: date, schemes: Sequence[UUID] = ()) -> UUID:
    """Insert a licence that covers schemes for all its days."""
    licence = uuid4()
    row = {"id": licence, "lsp": lsp_id, "n": f"KEP.{next(_serial)}", "a": first_day, "b": last_day, "now": NOW}
    tx.execute(
        text(
            "INSERT INTO licence (id, lsp_id, number, decree_number, first_day, last_day, granted_until, known_at) "
            "VALUES (:id, :lsp, 'BNSP-LSP-0000-ID', :n, :a, :b, :b, :now)"
        ),
        row,
    )
    for scheme in schemes:
        tx.execute(
            text(
                "INSERT INTO licensed_scheme (id, licence_id, scheme_id, first_day, last_day, granted_until, known_at) "
                "VALUES (:id, :licence, :scheme, :a, :b, :b, :now)"
            ),
            {"id": uuid4(), "licence": licence, "scheme": scheme, "a": first_day, "b": last_day, "now": NOW},
        )
    return licence
