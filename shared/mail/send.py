"""Sending over SMTP, one code path for all mail; errors sorted into those that pass and those that do not."""

import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit
from uuid import UUID

import structlog

from shared import clock, jobs, settings
from shared.db import Database
from shared.mail.models import Mail

log = structlog.get_logger()

# A server that does not answer within this is tried again later; the worker is free meanwhile.
TIMEOUT_SECONDS = 20.0

# Makes the mail from current rows; None when there is no longer anything to tell (person erased, ticket cancelled).
Compose = Callable[[Mail], EmailMessage | None]


def send_mail(db: Database, kind: jobs.JobKind, mail_id: UUID, compose: Compose) -> None:
    """Send one queued mail and store the server's answer. Does nothing when it is sent or being sent."""
    jobs.run(db, kind, mail_id, lambda mail: _send(db, mail, compose))


def _send(db: Database, mail: Mail, compose: Compose) -> None:
    # compose opens and closes its own transaction: none is open while the mail server is spoken to.
    message = compose(mail)
    if message is None:
        raise jobs.Permanent("nothing to tell any more")
    complete(message, mail)
    answer = deliver(message)
    with db.transaction() as session:
        row = session.get(Mail, mail.id)
        if row is not None:
            row.sent_at = clock.now()
            row.server_answer = answer
    log.info("mail-sent", kind=mail.kind, mail_id=str(mail.id))


def complete(message: EmailMessage, mail: Mail) -> None:
    """Set the headers that every mail has."""
    sender = settings.required("HADIR_MAIL_FROM")
    domain = parseaddr(sender)[1].partition("@")[2] or "localhost"
    for name, value in {
        "From": sender,
        "To": mail.recipient,
        "Date": format_datetime(clock.now()),
        "Message-ID": mail.message_id(domain),
        "Auto-Submitted": "auto-generated",
    }.items():
        del message[name]
        message[name] = value


def deliver(message: EmailMessage) -> str:
    """Hand ``message`` to the SMTP server in HADIR_SMTP_URL and return its answer.

    The address is ``smtp://[user:password@]host[:port]``, ``smtp+starttls://`` or ``smtps://``. Raises
    jobs.Transient for what passes by itself (4xx, no connection, time-out) and jobs.Permanent for 5xx.
    """
    try:
        with _connect() as client:
            refused = client.send_message(message)
            return "accepted" if not refused else str(refused)
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        raise _sorted(code, text) from error
    except smtplib.SMTPResponseException as error:
        raise _sorted(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise jobs.Transient(repr(error)) from error


def _connect() -> smtplib.SMTP:
    url = urlsplit(settings.required("HADIR_SMTP_URL"))
    factory = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
    client = factory(url.hostname or "localhost", url.port or 25, timeout=TIMEOUT_SECONDS)
    if url.scheme == "smtp+starttls":
        client.starttls()
    if url.username:
        client.login(unquote(url.username), unquote(url.password or ""))
    return client


def _sorted(code: int, text: bytes | str) -> Exception:
    answer = f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    # RFC 5321, 4.2.1: 5yz is permanent, 4yz passes. -1 is smtplib's word for a connection that broke.
    return jobs.Permanent(answer) if 500 <= code < 600 else jobs.Transient(answer)
