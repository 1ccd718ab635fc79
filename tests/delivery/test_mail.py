"""Mail goes out once, whatever the mail server does: a real SMTP server process that can be difficult."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest

from shared import jobs
from shared import settings as shared_settings
from shared.mail import queue, send
from shared.mail.models import Mail
from stack.ports import free_port
from tests.delivery import services
from tests.delivery.services import sender_db
from tests.mail_server import MailServer, mail_server

KIND = jobs.JobKind(Mail, "sender.send-mail", "sender.mail", max_attempts=3)
TEXT = "Halo Wulan,\n.titik di awal baris\n" + "panjang " * 300 + "\nsampai jumpa — ✓\n"


@pytest.fixture
def settings(databases: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HADIR_MAIL_FROM", "JPPI <noreply@hadir.example>")
    monkeypatch.setattr(send, "TIMEOUT_SECONDS", 0.5)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with mail_server(tmp_path_factory.mktemp("mail")) as server:
        yield server


@pytest.fixture
def server(running: MailServer, settings: None, monkeypatch: pytest.MonkeyPatch) -> MailServer:
    running.forget()
    monkeypatch.setenv("HADIR_SMTP_URL", running.url)
    return running


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


def test_a_mail_arrives_whole_and_once(server: MailServer) -> None:
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


def test_a_second_mail_with_the_same_key_is_not_queued(settings: None) -> None:
    with sender_db.transaction() as session:
        first = queue.enqueue(session, "ticket", "w", "wulan@contoh.example", "ticket:w:1")
        assert queue.enqueue(session, "ticket", "w", "wulan@contoh.example", "ticket:w:1") is None
    assert first is not None
    assert services.count(sender_db, Mail) == 1


def test_a_permanent_refusal_is_final_and_visible(server: MailServer) -> None:
    server.order(rcpt=["550 5.1.1 No such user"])
    mail = attempt(put())
    assert (mail.state, mail.last_error) == (jobs.FAILED, "550 5.1.1 No such user")
    assert mail.sent_at is None


def test_greylisting_is_temporary(server: MailServer) -> None:
    server.order(rcpt=["451 4.7.1 Greylisted, try again later"])
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
def test_trouble_in_the_midst_of_a_mail_passes(server: MailServer, data: str, says: str) -> None:
    server.order(data=data)
    mail_id = put()
    mail = attempt(mail_id)
    assert mail.state == jobs.WAITING
    assert says in (mail.last_error or "")
    server.order()
    assert attempt(mail_id).state == jobs.DONE
    assert len(server.received) == 1


@pytest.mark.parametrize("answer", ["421 Going down", "500 What?"])
def test_what_the_server_says_after_taking_the_mail_does_not_have_it_sent_again(
    server: MailServer, answer: str
) -> None:
    server.order(quit=answer)
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
    server: MailServer, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = shared_settings.required("HADIR_SMTP_URL").removeprefix("smtp://")
    monkeypatch.setenv("HADIR_SMTP_URL", scheme + address)
    mail = attempt(put())
    assert mail.state == jobs.WAITING
    assert "geheim" not in (mail.last_error or "")


def test_an_address_that_the_server_cannot_write_is_final(server: MailServer) -> None:
    mail = attempt(put("wülan@contoh.example"))
    assert mail.state == jobs.FAILED
    assert "SMTPUTF8" in (mail.last_error or "")


def test_an_address_cannot_smuggle_headers(server: MailServer) -> None:
    mail = attempt(put("wulan@contoh.example\nBcc: all@contoh.example"))
    assert mail.state == jobs.FAILED
    assert server.received == []


def test_a_mail_without_a_reason_is_not_sent(server: MailServer) -> None:
    assert attempt(put(), lambda mail: None).state == jobs.FAILED
    assert server.received == []


def test_a_person_asks_for_a_mail_again(server: MailServer) -> None:
    mail_id = put()
    attempt(mail_id)
    with sender_db.transaction() as session:
        assert jobs.retry(session, KIND, mail_id)
    assert attempt(mail_id).state == jobs.DONE
    assert [message["Message-ID"] for message in server.received] == [f"<{mail_id}@hadir.example>"] * 2


def test_mails_about_somebody_who_is_erased_are_gone(settings: None) -> None:
    put()
    with sender_db.transaction() as session:
        queue.forget(session, "w")
    assert services.count(sender_db, Mail) == 0
