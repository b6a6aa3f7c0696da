"""Schemes in the database: what is shipped, how it is found, how versions follow each other."""

import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from assessor_registry.accounts.rules import system
from assessor_registry.audit import store as audit
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, InvalidInput, NotFound
from assessor_registry.schemes import actions, store
from assessor_registry.schemes.rules import ClusterDraft, UnitDraft, clusters_of
from assessor_registry.settings import config_dir

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
OPERATOR = system("test")


@pytest.fixture
def shipped(database: Database) -> Database:
    database.perform(lambda tx: actions.load_shipped(tx, NOW))
    return database


def _find(database: Database, text: str) -> UUID:
    with database.read() as conn:
        found = store.find_by_text(conn, text)
    assert found is not None, text
    return found


def _current(database: Database, text: str, on: date = TODAY) -> store.SchemeVersion:
    with database.read() as conn:
        found = store.current_version(conn, _find(database, text), on)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("written", "units", "complete"),
    [
        ("KKNI Level II Teknik Komputer dan Jaringan", 13, True),
        ("Pemrogram Junior (Junior Coder)", 8, True),
        ("Trainee Kasir", 10, True),
        ("Helper Cookery", 5, True),
        ("KKNI Level II Teknik Kendaraan Ringan", 15, False),
        ("Office Administrative", 21, False),
        ("Content Creator Junior", 5, True),
        ("Guest Service Agent", 12, False),
        ("KKNI Level II Akuntansi dan Keuangan Lembaga", 7, True),
    ],
)
def test_every_scheme_of_a_register_is_found_with_its_units(
    shipped: Database, written: str, units: int, complete: bool
) -> None:
    version = _current(shipped, written)
    assert (len(version.units), version.complete, version.verified) == (units, complete, False)
    assert version.source.startswith("sumber publik")
    assert version.complete or version.note


@pytest.mark.parametrize(
    ("short", "number"),
    [
        ("RPL", "SKM/BNSP/00010/2/2023/1324"),
        ("akl", "SKM/BNSP/00013/1/2020/32"),
        ("Junior Coder", "SKM/BNSP/00010/2/2023/1324"),
        ("SKM/BNSP/00007/1/2020/4", "SKM/BNSP/00007/1/2020/4"),
    ],
)
def test_abbreviations_and_numbers_name_a_scheme(shipped: Database, short: str, number: str) -> None:
    assert _current(shipped, short).scheme.number == number


def test_tkj_has_its_three_clusters_in_the_order_of_the_source(shipped: Database) -> None:
    version = _current(shipped, "TKJ")
    assert [(cluster.title, len(cluster.units)) for cluster in version.clusters] == [
        ("Klaster 1", 4), ("Klaster 2", 6), ("Klaster 3", 3),
    ]  # fmt: skip
    assert [unit.position for unit in version.units] == list(range(1, 14))


def test_an_unknown_name_is_nobody(shipped: Database) -> None:
    with shipped.read() as conn:
        assert store.find_by_text(conn, "Cyber Security Analyst Level II") is None
        assert store.find_by_text(conn, "") is None
        assert store.find_by_text(conn, "KKNI Level III Teknik Komputer dan Jaringan") is None


def test_loading_twice_adds_nothing(shipped: Database) -> None:
    with shipped.read() as conn:
        before = store.list_schemes(conn)
    assert shipped.perform(lambda tx: actions.load_shipped(tx, NOW)) == 0
    with shipped.read() as conn:
        assert store.list_schemes(conn) == before
        assert len(audit.latest(conn, act="schemes.load_shipped")) == 1
    assert len(before) == len(tomllib.loads((config_dir() / "schemes.toml").read_text())["scheme"])


def test_many_names_are_recognised_with_one_index(shipped: Database) -> None:
    from assessor_registry.schemes.rules import search_title

    with shipped.read() as conn:
        index = store.text_index(conn)
    assert index[search_title("kkni level 2 TKJ")] == _find(shipped, "TKJ")
    assert index[search_title("skm/bnsp/00007/1/2020/4")] == _find(shipped, "Pemesinan")


def test_nothing_shipped_claims_more_than_its_source() -> None:
    entries = tomllib.loads((config_dir() / "schemes.toml").read_text())["scheme"]
    for entry in entries:
        draft = actions.shipped_version(entry)
        assert not draft.verified
        assert draft.complete or re.search(r"\w", draft.note or ""), entry["key"]
        assert draft.units or not draft.complete


def test_a_new_version_leaves_the_old_one_as_it_was(shipped: Database) -> None:
    old = _current(shipped, "Guest Service Agent")
    rows = [(None, "I.55HDR00.002.2", "Menyediakan Layanan Akomodasi Reception"), (None, "I.55HDR0.003.2", "Lain")]
    _, warned = shipped.perform(
        lambda tx: actions.replace_with_version(
            tx,
            OPERATOR,
            old.scheme.id,
            "Skema LSP 2026",
            clusters_of(rows),
            "Naskah skema LSP",
            NOW + timedelta(days=1),
            verified=True,
        )
    )
    new = _current(shipped, "Guest Service Agent")
    with shipped.read() as conn:
        assert store.version(conn, old.id) == old
        assert [row.label for row in store.versions(conn, old.scheme.id)] == ["Skema LSP 2026", "Sumber publik 1"]
    assert [unit.code for unit in new.units] == ["I.55HDR00.002.2", "I.55HDR0.003.2"]
    assert (new.verified, [reason.code for reason in warned]) == (True, ["schemes.code_shape_unknown"])


def test_a_version_is_in_force_from_its_first_day(shipped: Database) -> None:
    old = _current(shipped, "Trainee Kasir")
    unit = ClusterDraft(None, (UnitDraft("G.46RIT00.001.1", "Merapihkan Area Kerja"),))

    def add(label: str, first_day: date | None) -> None:
        shipped.perform(
            lambda tx: actions.replace_with_version(
                tx, OPERATOR, old.scheme.id, label, [unit], "uji", NOW, first_day=first_day
            )
        )

    add("2027", date(2027, 1, 1))
    assert _current(shipped, "Trainee Kasir", date(2026, 12, 31)).id == old.id
    assert _current(shipped, "Trainee Kasir", date(2027, 1, 1)).label == "2027"
    with pytest.raises(InvalidInput, match="first_day_needed"):
        add("tanpa tanggal", None)
    with pytest.raises(Conflict, match="label_taken"):
        add("2027", date(2028, 1, 1))


def test_a_name_belongs_to_one_scheme(shipped: Database) -> None:
    kasir, tkj = _find(shipped, "Trainee Kasir"), _find(shipped, "TKJ")
    shipped.perform(lambda tx: actions.add_alias(tx, OPERATOR, kasir, "Kasir Pemula", NOW))
    shipped.perform(lambda tx: actions.add_alias(tx, OPERATOR, kasir, "kasir pemula", NOW))
    assert _find(shipped, "KASIR  PEMULA") == kasir
    with pytest.raises(Conflict, match="alias_taken"):
        shipped.perform(lambda tx: actions.add_alias(tx, OPERATOR, tkj, "Kasir Pemula", NOW))
    with shipped.read() as conn:
        assert len(audit.latest(conn, act="schemes.add_alias")) == 1


def test_an_added_scheme_is_found_and_a_doubled_number_is_refused(database: Database) -> None:
    added = database.perform(
        lambda tx: actions.add_scheme(tx, OPERATOR, title="Teknisi Panel", number="SKM/1", kind="Okupasi", now=NOW)
    )
    assert _find(database, "Okupasi teknisi panel") == added == _find(database, "SKM/1")
    with pytest.raises(Conflict, match="number_taken"):
        database.perform(lambda tx: actions.add_scheme(tx, OPERATOR, title="Lain", number="SKM/1", now=NOW))
    with pytest.raises(Conflict, match="title_taken"):
        database.perform(lambda tx: actions.add_scheme(tx, OPERATOR, title="TEKNISI PANEL", now=NOW))
    with pytest.raises(InvalidInput, match="kind_unknown"):
        database.perform(lambda tx: actions.add_scheme(tx, OPERATOR, title="Baru", kind="Okupasional", now=NOW))


def test_a_number_is_given_once(shipped: Database) -> None:
    tkj = _find(shipped, "TKJ")
    shipped.perform(lambda tx: actions.set_number(tx, OPERATOR, tkj, "SKM/BNSP/00010/1/2020/99", NOW))
    assert _current(shipped, "TKJ").scheme.number == "SKM/BNSP/00010/1/2020/99"
    with pytest.raises(Conflict, match="number_known"):
        shipped.perform(lambda tx: actions.set_number(tx, OPERATOR, tkj, "SKM/2", NOW))
    with pytest.raises(NotFound):
        shipped.perform(lambda tx: actions.set_number(tx, OPERATOR, UUID(int=7), "SKM/2", NOW))


def test_the_list_of_schemes_is_searched_by_parts_of_names(shipped: Database) -> None:
    with shipped.read() as conn:
        (kasir,), (tkr,) = store.list_schemes(conn, "kasir"), store.list_schemes(conn, "tkro")
        (row,) = store.list_schemes(conn, "2023/885")
    assert (kasir.scheme.title, tkr.scheme.title) == ("Trainee Kasir", "KKNI Level II Teknik Kendaraan Ringan")
    assert (row.units, row.complete, row.label) == (12, False, "Sumber publik 1")
