"""The certificate arrives as an e-mail, in the participant's language, with the PDF attached."""

import io

import pypdf
import pytest
from sqlalchemy import select, text

from services.certificates import tasks
from services.certificates.mail.requests import MAIL
from services.certificates.models import db
from shared import jobs
from shared.mail.models import Mail
from tests.certificates import support


@pytest.fixture
def after_the_day(clean, tmp_path, monkeypatch):
    support.at_business_time(tmp_path, monkeypatch, support.at(17, 16))


def send_all() -> list[Mail]:
    with db.transaction() as session:
        ids = jobs.hand_out(session, MAIL, 100)
    for mail_id in ids:
        tasks.send_certificate(str(mail_id))
    with db.transaction() as session:
        return list(session.scalars(select(Mail).order_by(Mail.recipient)))


def test_the_mail_has_text_a_link_and_the_document(after_the_day, mailbox):
    support.receive(support.event(), *support.full_day([1]))
    support.issue_all()
    (mail,) = send_all()
    assert mail.state == jobs.DONE, mail.last_error
    (message,) = mailbox.received
    certificate = support.certificates()[0]
    assert message["To"] == "orang1@contoh.example"
    assert message["Subject"].strip() == "Sertifikat Anda: Pelatihan Digital Marketing untuk Kampanye dan Advokasi"
    assert message["Message-ID"] == f"<{mail.id}@hadir.example>"
    for kind in ("plain", "html"):
        words = message.get_body((kind,)).get_content()
        assert certificate.data["url"] in words
        assert "Minggu, 25 Desember 2022" in words
    (attached,) = message.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == (
        "application/pdf",
        "sertifikat-001-JPPI-XII-2022.pdf",
    )
    document = pypdf.PdfReader(io.BytesIO(attached.get_content()))
    assert "Peserta Nomor 0001" in document.pages[0].extract_text()


def test_in_the_participants_language(after_the_day, mailbox):
    support.receive(support.event(), *support.full_day([1]), support.participant(1, version=2, locale="en"))
    support.issue_all()
    send_all()
    (message,) = mailbox.received
    assert message["Subject"].strip() == "Your certificate: Digital Marketing Training for Campaigns and Advocacy"
    assert "Sunday, December 25, 2022" in message.get_body(("plain",)).get_content()


def test_a_server_that_is_away_is_tried_again(after_the_day):
    support.receive(support.event(), *support.full_day([1]))
    support.issue_all()
    (mail,) = send_all()
    assert mail.state == jobs.WAITING
    assert "refused" in (mail.last_error or "").lower()


def test_a_replaced_certificate_is_not_sent(after_the_day, mailbox):
    support.receive(support.event(), *support.full_day([1]))
    support.issue_all()
    support.receive(support.participant(1, version=2, name="Nama Betul"))
    support.issue_all()
    send_all()
    (message,) = mailbox.received
    assert "Nama Betul" in message.get_body(("plain",)).get_content()
    assert "menggantikan" in message.get_body(("plain",)).get_content()


def test_no_more_a_minute_than_the_setting_says(after_the_day, mailbox, monkeypatch):
    monkeypatch.setenv("HADIR_MAIL_PER_MINUTE", "2")
    support.receive(support.event(), *support.full_day(range(1, 6)))
    support.issue_all()
    send_all()
    send_all()
    assert len(mailbox.received) == 2
    with db.transaction() as session:
        session.execute(text("UPDATE mails SET finished_at = finished_at - interval '61 seconds'"))
    send_all()
    assert len(mailbox.received) == 4


def test_a_dead_mail_server_does_not_stop_issuing(after_the_day):
    support.receive(support.event(), *support.full_day([1]))
    support.issue_all()
    send_all()
    support.receive(*support.full_day([2]))
    (run,) = support.issue_all()
    assert (run.state, run.issued) == (jobs.DONE, 1)
