"""Mail goes out once, whatever the mail server does. A real SMTP server that can be difficult."""

import asyncio
import uuid
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from shared import jobs
from shared.mail import queue, send
from shared.mail.models import Mail
from stack.ports import free_port
from tests.delivery import things
from tests.delivery.things import sender_db

KIND = jobs.JobKind(Mail, "sender.send-mail", "sender.mail", max_attempts=3)
TEXT = "Halo Wulan,\n.titik di awal baris\n" + "panjang " * 300 + "\nsampai jumpa — ✓\n"


class Server:
    """What an SMTP server does with a mail, decided by the test: an answer to RCPT, DATA or QUIT, or worse."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.rcpt: list[str] = []
        self.data = "accept"
        self.quit = "221 Bye"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.rcpt.pop(0) if self.rcpt else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.data == "hang":
            await asyncio.sleep(5)
        if self.data == "drop":
            server.transport.abort()
        if self.data != "accept":
            return self.data
        self.received.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK: queued as A1B2"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        return self.quit


@pytest.fixture
def settings(databases: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HADIR_MAIL_FROM", "JPPI <noreply@hadir.example>")
    monkeypatch.setattr(send, "TIMEOUT_SECONDS", 0.5)


@pytest.fixture
def server(settings: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    handler = Server()
    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=free_port(),
        enable_SMTPUTF8=False,
        auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=False, handled=False),
    )
    controller.start()
    monkeypatch.setenv("HADIR_SMTP_URL", f"smtp://127.0.0.1:{controller.port}")
    yield handler
    controller.stop()


def compose(mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Tiket Anda — pelatihan"
    message.set_content(TEXT)
    return message


def put(recipient: str = "wulan@contoh.example") -> uuid.UUID:
    with sender_db.transaction() as session:
        mail_id = queue.enqueue(session, "ticket", "w", recipient, f"ticket:{uuid.uuid4()}")
    assert mail_id is not None
    return mail_id


def attempt(mail_id: uuid.UUID, composing: send.Compose = compose) -> Mail:
    with sender_db.transaction() as session:
        session.get_one(Mail, mail_id).due_at -= timedelta(hours=1)
    with sender_db.transaction() as session:
        jobs.hand_out(session, KIND, 10)
    send.send_mail(sender_db, KIND, mail_id, composing)
    with sender_db.transaction() as session:
        return session.get_one(Mail, mail_id)


def test_a_mail_arrives_whole_and_once(server: Server) -> None:
    mail_id = put()
    mail = attempt(mail_id)
    assert (mail.state, mail.server_answer) == (jobs.DONE, "250 OK: queued as A1B2")
    assert mail.sent_at is not None
    attempt(mail_id)
    (received,) = server.received
    assert received["Message-ID"] == f"<{mail_id}@hadir.example>"
    assert (received["To"], received["From"]) == ("wulan@contoh.example", "JPPI <noreply@hadir.example>")
    assert received["Subject"] == "Tiket Anda — pelatihan"
    assert received.get_content().replace("\r\n", "\n") == TEXT


def test_the_same_occasion_is_written_to_once(settings: None) -> None:
    with sender_db.transaction() as session:
        first = queue.enqueue(session, "ticket", "w", "wulan@contoh.example", "ticket:w:1")
        assert queue.enqueue(session, "ticket", "w", "wulan@contoh.example", "ticket:w:1") is None
    assert first is not None
    assert things.count(sender_db, Mail) == 1


def test_a_permanent_refusal_is_final_and_visible(server: Server) -> None:
    server.rcpt = ["550 5.1.1 No such user"]
    mail = attempt(put())
    assert (mail.state, mail.last_error) == (jobs.FAILED, "550 5.1.1 No such user")
    assert mail.sent_at is None


def test_greylisting_passes_by_itself(server: Server) -> None:
    server.rcpt = ["451 4.7.1 Greylisted, try again later"]
    mail_id = put()
    assert attempt(mail_id).state == jobs.WAITING
    assert attempt(mail_id).state == jobs.DONE
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("hang", "timed out"),
        ("drop", "Connection unexpectedly closed"),
        ("452 4.3.1 Insufficient system storage", "452"),
    ],
)
def test_trouble_in_the_midst_of_a_mail_passes(server: Server, data: str, says: str) -> None:
    server.data = data
    mail_id = put()
    mail = attempt(mail_id)
    assert mail.state == jobs.WAITING
    assert says in (mail.last_error or "")
    server.data = "accept"
    assert attempt(mail_id).state == jobs.DONE
    assert len(server.received) == 1


@pytest.mark.parametrize("answer", ["421 Going down", "500 What?"])
def test_what_the_server_says_after_taking_the_mail_does_not_have_it_sent_again(server: Server, answer: str) -> None:
    server.quit = answer
    mail_id = put()
    assert attempt(mail_id).state == jobs.DONE
    attempt(mail_id)
    assert len(server.received) == 1


def test_nobody_listening_is_tried_again_until_tries_run_out(settings: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HADIR_SMTP_URL", f"smtp://127.0.0.1:{free_port()}")
    mail_id = put()
    states = [attempt(mail_id).state for _ in range(3)]
    assert states == [jobs.WAITING, jobs.WAITING, jobs.FAILED]


@pytest.mark.parametrize("scheme", ["smtp://user:geheim@", "smtp+starttls://", "smtps://"])
def test_a_server_that_takes_us_for_somebody_else_is_not_the_mails_fault(
    server: Server, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = send.settings.required("HADIR_SMTP_URL").removeprefix("smtp://")
    monkeypatch.setenv("HADIR_SMTP_URL", scheme + address)
    mail = attempt(put())
    assert mail.state == jobs.WAITING
    assert "geheim" not in (mail.last_error or "")


def test_an_address_that_the_server_cannot_write_is_final(server: Server) -> None:
    mail = attempt(put("wülan@contoh.example"))
    assert mail.state == jobs.FAILED
    assert "SMTPUTF8" in (mail.last_error or "")


def test_an_address_cannot_smuggle_headers(server: Server) -> None:
    mail = attempt(put("wulan@contoh.example\nBcc: all@contoh.example"))
    assert mail.state == jobs.FAILED
    assert server.received == []


def test_nothing_to_tell_any_more_sends_nothing(server: Server) -> None:
    assert attempt(put(), lambda mail: None).state == jobs.FAILED
    assert server.received == []


def test_a_person_asks_for_a_mail_again(server: Server) -> None:
    mail_id = put()
    attempt(mail_id)
    with sender_db.transaction() as session:
        assert jobs.again(session, KIND, mail_id)
    assert attempt(mail_id).state == jobs.DONE
    assert [message["Message-ID"] for message in server.received] == [f"<{mail_id}@hadir.example>"] * 2


def test_mails_about_somebody_who_is_erased_are_gone(settings: None) -> None:
    put()
    with sender_db.transaction() as session:
        queue.forget(session, "w")
    assert things.count(sender_db, Mail) == 0
