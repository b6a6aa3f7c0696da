"""Keeping uploads: on disk before the row, found again, checked, cleared away."""

import hashlib
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from assessor_registry import words
from assessor_registry.audit.rules import Author
from assessor_registry.db.engine import Database
from assessor_registry.errors import InvalidInput, NotFound, Refusal, Unavailable
from assessor_registry.files import actions, rules, store

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
PDF = b"%PDF-1.7\nsurat tugas contoh\n%%EOF\n"
AUTHOR = Author(uuid4(), "lsp_admin", "page")


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


def keep(
    tx: Connection,
    uploads: Path,
    content: bytes | Path = PDF,
    name: str = "SK Siti Contoh.pdf",
    limit: int = rules.DEFAULT_LIMIT,
) -> UUID:
    return actions.keep(
        tx, uploads, content=content, given_name=name, purpose="decree", uploaded_by=AUTHOR, now=NOW, limit=limit
    )


def on_disk(uploads: Path) -> list[Path]:
    return sorted(path for path in uploads.rglob("*") if path.is_file())


def test_a_kept_file_is_read_back_as_it_was(database: Database, uploads: Path) -> None:
    file_id = database.perform(lambda tx: keep(tx, uploads))
    with database.read() as conn:
        known = store.file(conn, file_id)
        assert store.read(conn, uploads, file_id) == PDF
        assert store.path_of(conn, uploads, file_id) == on_disk(uploads)[0]
    assert (known.size, known.media_type, known.purpose) == (len(PDF), rules.PDF, "decree")
    assert (known.uploaded_by, known.uploaded_at) == (AUTHOR.account_id, NOW)


def test_the_path_is_the_sha256_and_nobody_else_reads_it(database: Database, uploads: Path) -> None:
    database.perform(lambda tx: keep(tx, uploads))
    (path,) = on_disk(uploads)
    digits = hashlib.sha256(PDF).hexdigest()
    assert path == uploads / digits[:2] / digits[2:]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0


def test_the_same_bytes_twice_are_two_uploads_and_one_file(database: Database, uploads: Path) -> None:
    one = database.perform(lambda tx: keep(tx, uploads))
    other = database.perform(lambda tx: keep(tx, uploads, name="lain.pdf"))
    assert one != other
    assert len(on_disk(uploads)) == 1


def test_a_file_can_be_given_as_a_path(database: Database, uploads: Path, tmp_path: Path) -> None:
    source = tmp_path / "kiriman"
    source.write_bytes(PDF)
    file_id = database.perform(lambda tx: keep(tx, uploads, source))
    with database.read() as conn:
        assert store.read(conn, uploads, file_id) == PDF


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "files.empty"), (PDF + b"x" * 100, "files.too_large"), (b"MZ\x90\x00", "files.kind_not_taken")],
)
@pytest.mark.parametrize("as_path", [False, True])
def test_what_is_not_taken_leaves_nothing_behind(
    database: Database, uploads: Path, tmp_path: Path, content: bytes, code: str, as_path: bool
) -> None:
    source: bytes | Path = content
    if as_path:
        source = tmp_path / "kiriman"
        source.write_bytes(content)
    with database.transaction() as tx, pytest.raises(InvalidInput) as refused:
        keep(tx, uploads, source, limit=len(PDF))
    assert (refused.value.code, refused.value.field) == (code, "file")
    assert words.sentence(refused.value.reason)
    assert on_disk(uploads) == []


def test_exactly_the_limit_is_taken(database: Database, uploads: Path) -> None:
    database.perform(lambda tx: keep(tx, uploads, limit=len(PDF)))


def test_a_kind_that_this_place_does_not_take_is_refused_by_name(database: Database, uploads: Path) -> None:
    with database.transaction() as tx, pytest.raises(InvalidInput) as refused:
        actions.keep(
            tx,
            uploads,
            content=PDF,
            given_name="x",
            purpose="import",
            uploaded_by=AUTHOR,
            now=NOW,
            allowed=rules.SHEETS,
        )
    assert refused.value.params == {"kinds": "XLSX, CSV"}


def test_the_audit_row_hides_the_given_name(database: Database, uploads: Path) -> None:
    file_id = database.perform(lambda tx: keep(tx, uploads))
    with database.read() as conn:
        row = conn.execute(text("SELECT act, subject_id, after::text AS after FROM audit_entry")).one()
    assert (row.act, row.subject_id) == ("files.keep", str(file_id))
    assert "Siti" not in row.after
    assert hashlib.sha256(PDF).hexdigest() in row.after


def test_bytes_gone_or_changed_are_told_apart_and_never_served(database: Database, uploads: Path) -> None:
    damaged = database.perform(lambda tx: keep(tx, uploads))
    missing = database.perform(lambda tx: keep(tx, uploads, PDF + b"dua"))
    database.perform(lambda tx: keep(tx, uploads, PDF + b"tiga"))
    with database.read() as conn:
        store.path_of(conn, uploads, damaged).write_bytes(PDF[:-1])
        store.path_of(conn, uploads, missing).unlink()
        for file_id, code in ((damaged, "files.damaged"), (missing, "files.missing")):
            with pytest.raises(Unavailable) as refused:
                store.read(conn, uploads, file_id)
            assert refused.value.code == code
        found = {fault.file_id: fault.problem for fault in store.faults(conn, uploads)}
    assert found == {damaged: "damaged", missing: "missing"}


def test_sending_the_same_file_again_heals_a_damaged_copy(database: Database, uploads: Path) -> None:
    file_id = database.perform(lambda tx: keep(tx, uploads))
    on_disk(uploads)[0].write_bytes(b"rusak")
    database.perform(lambda tx: keep(tx, uploads))
    with database.read() as conn:
        assert store.read(conn, uploads, file_id) == PDF


def test_a_file_that_nobody_sent_is_not_found(database: Database, uploads: Path) -> None:
    with database.read() as conn:
        for ask in (store.path_of, store.read):
            with pytest.raises(NotFound):
                ask(conn, uploads, uuid4())


def test_bytes_whose_transaction_failed_are_cleared_away_and_others_stay(database: Database, uploads: Path) -> None:
    database.perform(lambda tx: keep(tx, uploads))

    def fail(tx: Connection) -> None:
        keep(tx, uploads, PDF + b"batal")
        raise Refusal("files.empty")

    with pytest.raises(Refusal):
        database.perform(fail)
    (uploads / "ab").mkdir(exist_ok=True)
    (uploads / "ab" / ".0123456789abcdef").write_bytes(b"draf")
    assert len(on_disk(uploads)) == 3
    assert database.perform(lambda tx: actions.clear_unknown(tx, uploads)) == 2
    assert [path.read_bytes() for path in on_disk(uploads)] == [PDF]


def test_clearing_away_waits_for_a_file_that_is_being_kept(database: Database, uploads: Path) -> None:
    written, go_on = threading.Event(), threading.Event()

    def slowly(tx: Connection) -> UUID:
        file_id = keep(tx, uploads)
        written.set()
        assert go_on.wait(20)
        return file_id

    kept: list[UUID] = []
    keeper = threading.Thread(target=lambda: kept.append(database.perform(slowly)))
    cleared: list[int] = []
    keeper.start()
    assert written.wait(20)
    clearer = threading.Thread(
        target=lambda: cleared.append(database.perform(lambda tx: actions.clear_unknown(tx, uploads)))
    )
    clearer.start()
    clearer.join(0.3)
    assert clearer.is_alive()
    go_on.set()
    keeper.join()
    clearer.join()
    assert cleared == [0]
    with database.read() as conn:
        assert store.read(conn, uploads, kept[0]) == PDF


def test_an_empty_registry_has_nothing_to_clear(database: Database, uploads: Path) -> None:
    assert database.perform(lambda tx: actions.clear_unknown(tx, uploads)) == 0
