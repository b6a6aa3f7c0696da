"""Mail goes into the outbox in the transaction of what it tells about, and out of it by SMTP.

The steps of sending one mail:
1. lease it in a transaction of its own and count the try: from here on no other process takes it;
2. hand it to the server;
3. store that it was taken, or when it is tried again.
A process that dies between 2 and 3 sends it once more after the lease: its Message-ID is the same, by which mail
programs know it again.
"""

import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import uuid4

from sqlalchemy import Connection

from assessor_registry.db.engine import Database
from assessor_registry.notices import store
from assessor_registry.notices.rules import LEASE, Failure, next_try, refused
from assessor_registry.notices.store import Mail
from assessor_registry.settings import Smtp

TIMEOUT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to be sent: one per recipient, kind and day."""

    recipient: str = field(repr=False)
    kind: str
    day: date
    subject: str
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a round of delivery has done."""

    sent: int = 0
    failed: int = 0


def put(tx: Connection, letters: Sequence[Letter], now: datetime) -> int:
    """Put letters into the outbox; return how many are new. The same (recipient, kind, day) again changes nothing."""
    return store.put(
        tx,
        [
            {"id": uuid4(), "recipient": letter.recipient, "kind": letter.kind, "day": letter.day,
             "subject": letter.subject, "body": letter.body, "created_at": now, "next_try_at": now, "tries": 0}
            for letter in letters
        ],
    )  # fmt: skip


def deliver(
    database: Database, smtp: Smtp, now: datetime, *, most: int = 50, context: ssl.SSLContext | None = None
) -> Delivered:
    """Send what is due, at most `most` mails over one connection. A server that does not answer ends the round.

    `context` replaces the system's trust in certificates (for a server of one's own).
    """
    server: smtplib.SMTP | None = None
    sent = failed = 0
    try:
        for _ in range(most):
            mail = _lease(database, now)
            if mail is None:
                break
            try:
                server = server or _connect(smtp, context or ssl.create_default_context())
                server.send_message(_message(mail, smtp), smtp.sender, [mail.recipient])
            except (OSError, ValueError, smtplib.SMTPException) as error:
                failure = _what(error)
                _failed(database, mail, failure, now)
                failed += 1
                if not failure.about_this_mail:
                    break
            else:
                _sent(database, mail, now)
                sent += 1
    finally:
        if server is not None:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
    return Delivered(sent, failed)


def _lease(database: Database, now: datetime) -> Mail | None:
    with database.transaction() as tx:
        return store.lease(tx, now, LEASE)


def _sent(database: Database, mail: Mail, now: datetime) -> None:
    with database.transaction() as tx:
        store.sent(tx, mail.id, now)


def _failed(database: Database, mail: Mail, failure: Failure, now: datetime) -> None:
    with database.transaction() as tx:
        store.failed(tx, mail.id, failure.code, next_try(mail.tries, failure, now), now)


def _connect(smtp: Smtp, context: ssl.SSLContext) -> smtplib.SMTP:
    """Open a connection, encrypted and signed in as the settings say; never in the clear when they ask for TLS."""
    server: smtplib.SMTP
    if smtp.port == 465:
        server = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(smtp.host, smtp.port, timeout=TIMEOUT_SECONDS)
    try:
        if smtp.starttls and smtp.port != 465:
            server.starttls(context=context)
        if smtp.username is not None:
            server.login(smtp.username, smtp.password or "")
    except BaseException:
        server.close()
        raise
    return server


def _message(mail: Mail, smtp: Smtp) -> EmailMessage:
    message = EmailMessage()
    message["From"] = smtp.sender
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{mail.id}@{smtp.sender.rpartition('@')[2].strip('> ') or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    return message


def _what(error: Exception) -> Failure:
    """Say what went wrong without repeating the server, who may have named the recipient."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            return refused("recipient", max((reply[0] for reply in error.recipients.values()), default=0))
        case smtplib.SMTPDataError():
            return refused("data", error.smtp_code)
        case smtplib.SMTPResponseException():
            return Failure(f"{type(error).__name__} {error.smtp_code}", False)
        case ssl.SSLError():
            return Failure("tls", False)
        case smtplib.SMTPNotSupportedError():
            return Failure("not_supported", False)
        case OSError():
            return Failure("connection", False)
        case _:
            return Failure("address", True, True)
