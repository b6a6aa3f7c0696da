"""Mail reaches a real SMTP server once, or waits, or is given up; nothing of it is kept in an error."""

import asyncio
import smtplib
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from sqlalchemy import text

from assessor_registry.db.engine import Database
from assessor_registry.notices import actions, store
from assessor_registry.notices.actions import Delivered, Letter, deliver
from assessor_registry.notices.rules import LEASE, TRIES, WAITS, Failure, next_try
from assessor_registry.settings import Smtp

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
DAY = date(2026, 11, 21)
Handling = Callable[[Envelope], str]


class Server:
    """A mail server on loopback that keeps what it takes; `on_recipient` and `on_data` give its answers."""

    def __init__(self, on_recipient: Handling | None = None, on_data: Handling | None = None, **options: Any) -> None:
        self.taken: list[Any] = []
        self.tried = 0
        self.logins: list[tuple[str, str]] = []
        self._recipient, self._data = on_recipient, on_data
        self.controller = Controller(self, "127.0.0.1", 0, **options)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tried += 1
        envelope.rcpt_tos.append(address)
        return self._recipient(envelope) if self._recipient else "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self._data(envelope) if self._data else "250 OK"
        if answer.startswith("250"):
            self.taken.append(message_from_bytes(envelope.content or b"", policy=default))  # type: ignore[arg-type]
        if answer == "drop":
            server.transport.close()  # type: ignore[union-attr]
            await asyncio.sleep(0)
        return answer

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.controller.server.sockets[0].getsockname()[1])  # type: ignore[union-attr]


def _start(controller: Controller) -> None:
    """Open any free port; the base class would connect to the one that was asked for."""
    started = threading.Event()

    def run() -> None:
        loop = controller.loop
        asyncio.set_event_loop(loop)
        controller.server = loop.run_until_complete(controller._create_server())
        loop.call_soon(started.set)
        loop.run_forever()
        controller.server.close()
        loop.run_until_complete(controller.server.wait_closed())
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    controller._thread = threading.Thread(target=run, daemon=True)
    controller._thread.start()
    assert started.wait(10)


@pytest.fixture
def start() -> Iterator[Callable[..., Server]]:
    """Start mail servers; stop them in the end."""
    running: list[Server] = []

    def starting(*args: Any, **options: Any) -> Server:
        server = Server(*args, **options)
        _start(server.controller)
        running.append(server)
        return server

    yield starting
    for server in running:
        server.controller.loop.call_soon_threadsafe(server.controller.loop.stop)
        server.controller._thread.join(10)  # type: ignore[union-attr]


def plain(server: Server) -> Smtp:
    return Smtp("127.0.0.1", server.port, "registri@contoh.sch.id", starttls=False)


def put(database: Database, *names: str, day: date = DAY) -> None:
    with database.transaction() as tx:
        letters = [Letter(f"{n}@contoh.sch.id", "digest", day, "Perlu tindak lanjut", f"Isi: {n} – 1") for n in names]
        actions.put(tx, letters, NOW)


def rows(database: Database) -> list[Any]:
    with database.read() as conn:
        return list(conn.execute(text("SELECT * FROM outgoing_mail ORDER BY recipient")))


def test_each_mail_arrives_once_with_what_it_says(database: Database, start: Callable[..., Server]) -> None:
    server = start()
    put(database, "ani", "budi")
    put(database, "budi")
    assert deliver(database, plain(server), NOW) == Delivered(2, 0)
    assert deliver(database, plain(server), NOW + timedelta(days=1)) == Delivered(0, 0)
    assert {mail["To"] for mail in server.taken} == {"ani@contoh.sch.id", "budi@contoh.sch.id"}
    found = next(mail for mail in server.taken if mail["To"].startswith("ani"))
    assert found["Subject"] == "Perlu tindak lanjut"
    assert found["From"] == "registri@contoh.sch.id"
    assert found.get_content().strip() == "Isi: ani – 1"
    assert found["Message-ID"].endswith("@contoh.sch.id>")
    with database.read() as conn:
        assert store.waiting(conn) == 0


def test_without_a_server_the_outbox_waits_and_says_so(database: Database, start: Callable[..., Server]) -> None:
    put(database, "ani", "budi")
    server = start()
    closed = plain(server)
    server.controller.server.close()  # type: ignore[union-attr]
    assert deliver(database, closed, NOW) == Delivered(0, 1)
    with database.read() as conn:
        assert store.waiting(conn) == 2
        assert store.outbox(conn).last_error == "connection"
    assert sorted(row.tries for row in rows(database)) == [0, 1], "one try is enough to see that nobody is there"


def test_a_greylisted_mail_is_taken_later_and_once(database: Database, start: Callable[..., Server]) -> None:
    server: Server = start(lambda envelope: "250 OK" if server.tried > 1 else "451 4.7.1 greylisted: ani@contoh.sch.id")
    put(database, "ani")
    assert deliver(database, plain(server), NOW) == Delivered(0, 1)
    assert rows(database)[0].last_error == "recipient 451"
    assert deliver(database, plain(server), NOW + timedelta(seconds=59)) == Delivered(0, 0)
    assert deliver(database, plain(server), NOW + timedelta(seconds=60)) == Delivered(1, 0)
    assert len(server.taken) == 1


@pytest.mark.parametrize(
    ("stage", "code"), [("recipient", "550 5.1.1 <ani@contoh.sch.id> unknown"), ("data", "554 5.7.1 no ani here")]
)
def test_a_mail_refused_for_good_is_given_up_and_the_next_is_sent(
    database: Database, start: Callable[..., Server], stage: str, code: str
) -> None:
    def answer(envelope: Envelope) -> str:
        return code if envelope.rcpt_tos[-1].startswith("ani") else "250 OK"

    server = start(answer, None) if stage == "recipient" else start(None, answer)
    put(database, "ani", "budi")
    assert deliver(database, plain(server), NOW) == Delivered(1, 1)
    ani, budi = rows(database)
    assert ani.given_up_at == NOW
    assert budi.sent_at == NOW
    assert ani.last_error == f"{stage} {code[:3]}", "the server's words name people: they are not kept"
    assert deliver(database, plain(server), NOW + timedelta(days=9)) == Delivered(0, 0)


def test_a_connection_that_drops_in_the_middle_is_tried_again(database: Database, start: Callable[..., Server]) -> None:
    server: Server = start(None, lambda envelope: "250 OK" if server.tried > 1 else "drop")
    put(database, "ani")
    assert deliver(database, plain(server), NOW) == Delivered(0, 1)
    assert rows(database)[0].last_error == "connection"
    assert deliver(database, plain(server), NOW + WAITS[0]) == Delivered(1, 0)
    assert len(server.taken) == 1


def test_a_mail_that_is_never_taken_is_given_up_after_growing_waits(
    database: Database, start: Callable[..., Server]
) -> None:
    server = start(lambda envelope: "450 4.2.0 try again")
    put(database, "ani")
    now, tries = NOW, 0
    while rows(database)[0].given_up_at is None:
        now = rows(database)[0].next_try_at
        assert deliver(database, plain(server), now) == Delivered(0, 1)
        tries += 1
    assert tries == TRIES == server.tried
    assert list(WAITS) == sorted(WAITS)
    assert now - NOW == sum(WAITS, timedelta())
    with database.read() as conn:
        assert store.outbox(conn).given_up == 1
        assert store.waiting(conn) == 0


def test_two_processes_never_send_the_same_mail(database: Database, start: Callable[..., Server]) -> None:
    server = start()
    names = [f"guru{number}" for number in range(40)]
    put(database, *names)
    results: list[Delivered] = []
    workers = [threading.Thread(target=lambda: results.append(deliver(database, plain(server), NOW))) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sum(result.sent for result in results) == 40
    assert sorted(mail["To"] for mail in server.taken) == sorted(f"{name}@contoh.sch.id" for name in names)


def test_a_process_that_dies_while_sending_leaves_the_mail_to_another_after_the_lease(
    database: Database, start: Callable[..., Server]
) -> None:
    server = start()
    put(database, "ani")
    with database.transaction() as tx:
        assert store.lease(tx, NOW, LEASE) is not None
    assert deliver(database, plain(server), NOW + LEASE - timedelta(seconds=1)) == Delivered(0, 0)
    assert deliver(database, plain(server), NOW + LEASE) == Delivered(1, 0)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's side and the client's of a certificate for 127.0.0.1."""
    folder = Path(tmp_path_factory.mktemp("tls"))
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-keyout", str(key), "-out", str(certificate), "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate, key)
    return serving, ssl.create_default_context(cafile=str(certificate))


def secured(server: Server, password: str = "rahasia") -> Smtp:
    return Smtp("127.0.0.1", server.port, "Registri <registri@contoh.sch.id>", "registri", password, starttls=True)


def signing_in(start: Callable[..., Server], serving: ssl.SSLContext) -> Server:
    logins: list[tuple[str, str]] = []

    def sign_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        logins.append((given.login.decode(), given.password.decode()))
        return AuthResult(success=given.password == b"rahasia", handled=False)

    server = start(tls_context=serving, require_starttls=True, auth_required=True, authenticator=sign_in)
    server.logins = logins
    return server


def test_mail_goes_out_encrypted_and_signed_in(
    database: Database, start: Callable[..., Server], tls: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    server = signing_in(start, tls[0])
    put(database, "ani")
    assert deliver(database, secured(server), NOW, context=tls[1]) == Delivered(1, 0)
    assert server.logins == [("registri", "rahasia")]
    assert server.taken[0]["From"] == "Registri <registri@contoh.sch.id>"


def test_a_wrong_password_ends_the_round_and_mails_wait(
    database: Database, start: Callable[..., Server], tls: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    server = signing_in(start, tls[0])
    put(database, "ani", "budi")
    assert deliver(database, secured(server, "salah"), NOW, context=tls[1]) == Delivered(0, 1)
    assert {row.last_error for row in rows(database)} == {None, "SMTPAuthenticationError 535"}


def test_nothing_is_sent_in_the_clear_nor_to_a_server_that_is_not_trusted(
    database: Database, start: Callable[..., Server], tls: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    put(database, "ani")
    without, stranger = start(), signing_in(start, tls[0])
    assert deliver(database, secured(without), NOW, context=tls[1]) == Delivered(0, 1)
    assert rows(database)[0].last_error == "not_supported"
    assert deliver(database, secured(stranger), NOW + WAITS[0]) == Delivered(0, 1)
    assert rows(database)[0].last_error == "tls"
    assert without.logins == stranger.logins == [] == without.taken


def test_an_address_that_can_not_be_one_is_given_up(database: Database, start: Callable[..., Server]) -> None:
    server = start()
    with database.transaction() as tx:
        actions.put(tx, [Letter("ani@contoh.sch.id\nBcc: semua@contoh.sch.id", "digest", DAY, "x", "y")], NOW)
    assert deliver(database, plain(server), NOW) == Delivered(0, 1)
    assert rows(database)[0].given_up_at == NOW
    assert rows(database)[0].last_error == "address"
    assert server.taken == []


def test_mails_that_are_done_are_removed_after_a_while(database: Database, start: Callable[..., Server]) -> None:
    server = start()
    put(database, "ani")
    deliver(database, plain(server), NOW)
    put(database, "budi")
    with database.transaction() as tx:
        assert store.purge(tx, NOW) == 0
        assert store.purge(tx, NOW + timedelta(seconds=1)) == 1
    assert [row.recipient for row in rows(database)] == ["budi@contoh.sch.id"]


def test_waits_grow_and_end() -> None:
    later = Failure("connection", False)
    assert [next_try(n, later, NOW) for n in range(1, TRIES)] == [NOW + wait for wait in WAITS]
    assert next_try(TRIES, later, NOW) is None
    assert next_try(1, Failure("recipient 550", True), NOW) is None
    assert issubclass(smtplib.SMTPException, OSError)
