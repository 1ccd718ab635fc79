"""Sending over SMTP, one code path for all mail; errors sorted into temporary and permanent ones."""

import functools
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit
from uuid import UUID

import structlog

from shared import clock, jobs, settings
from shared.db import Database
from shared.mail.models import Mail

log = structlog.get_logger()

# A server that does not answer in time is tried again later, so that it does not block the worker.
TIMEOUT_SECONDS = 20.0

# Composes the mail from current rows; None when it is no longer to be sent (person erased, ticket cancelled).
Compose = Callable[[Mail], EmailMessage | None]


def send_mail(db: Database, kind: jobs.JobKind, mail_id: UUID, compose: Compose) -> None:
    """Send one queued mail and store the server's answer. Does nothing when it is sent or being sent."""
    jobs.run(db, kind, mail_id, lambda mail: _send(db, mail, compose))


def _send(db: Database, mail: Mail, compose: Compose) -> None:
    # compose opens and closes its own transaction: none is open while we talk to the mail server.
    message = compose(mail)
    if message is None:
        raise jobs.Permanent("no longer a reason to send it")
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
    jobs.Transient for temporary errors (4xx, no connection, time-out) and jobs.Permanent for 5xx.
    """
    client = _connect()
    try:
        return _hand_over(client, message)
    except smtplib.SMTPResponseException as error:
        raise _sorted(error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPNotSupportedError as error:
        raise jobs.Permanent(f"the mail server cannot write to this address: {error}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise jobs.Transient(repr(error)) from error
    finally:
        _say_goodbye(client)


def _connect() -> smtplib.SMTP:
    """A greeted, authenticated connection. An error here is not about this mail, so it is always retried."""
    url = urlsplit(settings.required("HADIR_SMTP_URL"))
    host, port = url.hostname or "localhost", url.port or 25
    try:
        if url.scheme == "smtps":
            client: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=_tls())
        else:
            client = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        try:
            if url.scheme == "smtp+starttls":
                client.starttls(context=_tls())
            if url.username:
                client.login(unquote(url.username), unquote(url.password or ""))
        except BaseException:
            client.close()
            raise
    except (smtplib.SMTPException, OSError) as error:
        raise jobs.Transient(repr(error)) from error
    return client


@functools.cache
def _tls() -> ssl.SSLContext:
    # Reading the system's certificates takes longer than sending a mail, so it is done once, and only for TLS.
    return ssl.create_default_context()


def _hand_over(client: smtplib.SMTP, message: EmailMessage) -> str:
    """The server's answer to the mail. It often has a queue id; smtplib.send_message would drop it."""
    sender, recipient = (parseaddr(str(message[name]))[1] for name in ("From", "To"))
    client.ehlo_or_helo_if_needed()
    foreign = not (sender + recipient).isascii()
    if foreign and not client.has_extn("smtputf8"):
        raise smtplib.SMTPNotSupportedError("it does not speak SMTPUTF8")
    # Every server on the way leaves 7-bit text unchanged.
    content = message.as_bytes(policy=SMTP.clone(utf8=foreign, cte_type="7bit"))
    _accepted(client.mail(sender, ["SMTPUTF8", "BODY=8BITMIME"] if foreign else []))
    _accepted(client.rcpt(recipient))
    return _accepted(client.data(content))


def _accepted(answer: tuple[int, bytes]) -> str:
    code, text = answer
    if code not in (250, 251):
        raise smtplib.SMTPResponseException(code, text)
    return f"{code} {text.decode(errors='replace')}"


def _say_goodbye(client: smtplib.SMTP) -> None:
    """Send QUIT. The mail is already accepted or refused: an error of QUIT must not cause a second sending."""
    try:
        client.quit()
    except (smtplib.SMTPException, OSError):
        client.close()


def _sorted(code: int, text: bytes | str) -> Exception:
    answer = f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    # RFC 5321, 4.2.1: 5yz is permanent, 4yz is temporary. smtplib reports a broken connection as -1.
    return jobs.Permanent(answer) if 500 <= code < 600 else jobs.Transient(answer)
