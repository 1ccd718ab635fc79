"""The confirmation e-mail, over real SMTP: both parts, the QR code decoded from its PNG."""

import io
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest
import zxingcpp
from aiosmtpd.controller import Controller
from PIL import Image
from sqlalchemy import select

from services.registration import tasks
from services.registration.enrolment import cancelling
from services.registration.mail.requests import SEND_MAIL
from services.registration.models import Event, Participant, db
from shared import jobs, keys, tickets
from shared.mail.models import Mail
from stack.ports import free_port


class Inbox:
    """Keeps what the SMTP server was given."""

    def __init__(self):
        self.messages = []

    async def handle_DATA(self, server, session, envelope):
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 kept"


@pytest.fixture
def inbox(monkeypatch):
    handler = Inbox()
    port = free_port()
    server = Controller(handler, hostname="127.0.0.1", port=port, ready_timeout=10)
    server.start()
    monkeypatch.setenv("HADIR_SMTP_URL", f"smtp://127.0.0.1:{port}")
    yield handler
    server.stop()


def deliver(subject_key: object) -> None:
    """What relay and worker do with the mails about somebody."""
    with db.transaction() as session:
        ids = jobs.hand_out(session, SEND_MAIL, limit=100)
        ours = session.scalars(select(Mail.id).where(Mail.subject_key == str(subject_key))).all()
    for mail_id in ids:
        if mail_id in ours:
            tasks.send(str(mail_id))


def _person(email="ayu@contoh.example"):
    with db.transaction() as session:
        return session.query(Participant).filter_by(email=email).one()


def _parts(message):
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    (image,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    return text, html, image


def test_the_ticket_by_mail_reads_well_and_its_qr_is_genuine(visitor, event, inbox):
    page = visitor.sign_up(name="Sulastri").location
    person = _person()
    deliver(person.id)
    (message,) = inbox.messages
    text, html, image = _parts(message)
    assert message["To"] == "ayu@contoh.example"
    assert message["Subject"] == f"Tiket Anda: {event.title}"
    assert image.get_filename() == "ticket.png"
    assert f"cid:{image['Content-ID'][1:-1]}" in html
    assert "Sulastri" in text
    assert page in text
    assert "08.00 WIB" in text
    assert f"{person.code[:4]} {person.code[4:]}" in text
    decoded = zxingcpp.read_barcode(Image.open(io.BytesIO(image.get_content()))).text
    ticket = tickets.read(decoded, keys.public_keys("HADIR_TICKET_PUBLIC_KEYS"))
    assert (ticket.event_id, ticket.ticket_id) == (event.id, person.ticket_id)


def test_the_text_part_holds_no_markup(visitor, inbox):
    visitor.sign_up(name="Ni'mah <Ayu> & Ibu")
    deliver(_person().id)
    text, html, _image = _parts(inbox.messages[0])
    assert "Ni'mah <Ayu> & Ibu" in text
    assert "&lt;Ayu&gt;" in html
    assert "\n\n\n" not in text
    HTMLParser().feed(html)


def test_in_english_when_that_was_chosen(visitor, inbox):
    visitor.sign_up(locale="en")
    deliver(_person().id)
    assert (
        inbox.messages[0]["Subject"].strip()
        == "Your ticket: Training in Digital Marketing for Campaigning and Advocacy"
    )


def test_a_mail_is_sent_once_however_often_its_task_comes(visitor, inbox):
    visitor.sign_up()
    person = _person()
    deliver(person.id)
    with db.transaction() as session:
        (mail,) = session.scalars(select(Mail).where(Mail.subject_key == str(person.id))).all()
    tasks.send(str(mail.id))
    deliver(person.id)
    assert len(inbox.messages) == 1
    assert (mail.state, mail.server_answer) == (jobs.DONE, "250 kept")


def test_a_person_cancelled_by_somebody_else_gets_an_e_mail(visitor, event, inbox):
    visitor.sign_up()
    person = _person()
    deliver(person.id)
    with db.transaction() as session:
        cancelling.cancel(session, session.get(Event, event.id), person.id, by_holder=False)
    deliver(person.id)
    assert inbox.messages[1]["Subject"].startswith("Pendaftaran dibatalkan")
    assert not list(inbox.messages[1].iter_attachments())


def test_nothing_is_written_to_somebody_who_was_erased(visitor, inbox):
    visitor.sign_up()
    person = _person()
    with db.transaction() as session:
        session.merge(person).erased_at = person.created_at
    deliver(person.id)
    assert inbox.messages == []


def test_who_cancels_before_the_ticket_is_sent_gets_no_mail_about_it(visitor, inbox, event):
    visitor.sign_up()
    person = _person()
    with db.transaction() as session:
        cancelling.cancel(session, session.get(Event, event.id), person.id, by_holder=True)
    deliver(person.id)
    assert inbox.messages == []


def test_a_person_cancelled_before_the_ticket_is_sent_gets_one_e_mail(visitor, inbox, event):
    visitor.sign_up()
    person = _person()
    with db.transaction() as session:
        cancelling.cancel(session, session.get(Event, event.id), person.id, by_holder=False)
    deliver(person.id)
    assert [message["Subject"].split(":")[0] for message in inbox.messages] == ["Pendaftaran dibatalkan"]
