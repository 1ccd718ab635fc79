"""The mailbox: a real SMTP conversation in, the same mail out on the page, with nothing in it that runs."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from stack.mailbox import smtp, store
from stack.mailbox.pages import create_app
from stack.ports import HOST, free_port

PIXEL = bytes.fromhex("89504e470d0a1a0a")
PDF = b"%PDF-1.7 stand-in"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    number = free_port()
    controller = smtp.controller(tmp_path, number)
    controller.start()
    yield number
    controller.stop()


@pytest.fixture
def page(tmp_path: Path) -> FlaskClient:
    return create_app(tmp_path).test_client()


def a_mail(to: str = "sari@example.id") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "JPPI <noreply@localhost>", to
    mail["Subject"] = "Tiket Anda · ꦱꦫꦶ"
    mail["Message-ID"] = "<1@localhost>"
    mail.set_content("Halo Sari\n")
    mail.add_alternative('<script>alert(1)</script><img src="cid:qr"><a href="/t/x">tiket</a>', subtype="html")
    html = mail.get_body(("html",))
    assert isinstance(html, EmailMessage)
    html.add_related(PIXEL, "image", "png", cid="<qr>")
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="sertifikat Sari é.pdf")
    return mail


def send(port: int, mail: EmailMessage) -> None:
    with smtplib.SMTP(HOST, port, timeout=10) as client:
        client.send_message(mail)


def listed(page: FlaskClient) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = page.get("/mailbox/api/messages").get_json()["messages"]
    return messages


def test_a_mail_sent_is_listed_shown_and_downloadable(port: int, page: FlaskClient, tmp_path: Path) -> None:
    assert "Belum ada surat" in page.get("/mailbox").text
    send(port, a_mail())
    (only,) = listed(page)
    assert (only["subject"], only["to"], only["message_id"]) == (
        "Tiket Anda · ꦱꦫꦶ",
        ["sari@example.id"],
        "<1@localhost>",
    )
    assert "Tiket Anda · ꦱꦫꦶ" in page.get("/mailbox").text
    shown = page.get(f"/mailbox/messages/{only['id']}").text
    assert "Halo Sari" in shown
    (attached,) = only["attachments"]
    assert attached["name"] == "sertifikat Sari é.pdf"
    download = page.get(attached["url"])
    assert download.data == PDF
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert page.get(only["raw"]).data == (tmp_path / f"{only['id']}.eml").read_bytes()


def test_the_html_part_is_sandboxed_and_shows_its_pictures(port: int, page: FlaskClient) -> None:
    send(port, a_mail())
    (only,) = listed(page)
    part = page.get(f"/mailbox/messages/{only['id']}/html")
    policy = part.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in part.text
    assert 'sandbox="allow-popups' in page.get(f"/mailbox/messages/{only['id']}").text


def test_a_text_mail_has_no_html_part(port: int, page: FlaskClient) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@localhost", "b@localhost", "Hanya teks"
    mail.set_content("teks")
    send(port, mail)
    (only,) = listed(page)
    assert "<iframe" not in page.get(f"/mailbox/messages/{only['id']}").text
    assert page.get(f"/mailbox/messages/{only['id']}/html").status_code == 404


@pytest.mark.parametrize("name", ["x", "..%2f..%2fsecrets", "1700000000000-deadbeef", "%00"])
def test_an_unknown_mail_is_404(page: FlaskClient, name: str) -> None:
    for path in (f"/mailbox/messages/{name}", f"/mailbox/api/messages/{name}"):
        assert page.get(path).status_code == 404


def test_refusals_can_be_shown(port: int, tmp_path: Path) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as final:
        send(port, a_mail(f"siapa@{smtp.REFUSED_DOMAIN}"))
    assert next(iter(final.value.recipients.values()))[0] == 550
    with pytest.raises(smtplib.SMTPRecipientsRefused) as passing:
        send(port, a_mail(f"siapa@{smtp.DEFERRED_DOMAIN}"))
    assert next(iter(passing.value.recipients.values()))[0] == 451
    assert store.names(tmp_path) == []


def test_a_mail_of_20_mb_is_taken_and_one_of_26_is_not(port: int, tmp_path: Path) -> None:
    mail = a_mail()
    mail.add_attachment(b"\0" * 14_000_000, maintype="application", subtype="octet-stream", filename="besar")
    send(port, mail)
    assert len(store.names(tmp_path)) == 1
    mail.add_attachment(b"\0" * 6_000_000, maintype="application", subtype="octet-stream", filename="lagi")
    with pytest.raises(smtplib.SMTPException):
        send(port, mail)
    assert len(store.names(tmp_path)) == 1


def test_mail_with_a_broken_header_does_not_break_the_page(port: int, page: FlaskClient) -> None:
    with smtplib.SMTP(HOST, port, timeout=10) as client:
        broken = b"Subject: =?utf-8?q?=FF=FE?=\r\nContent-Type: x\r\n\r\n\xff\xfe"
        client.sendmail("a@localhost", ["b@localhost"], broken)
    (only,) = listed(page)
    assert page.get("/mailbox").status_code == 200
    assert page.get(f"/mailbox/messages/{only['id']}").status_code == 200
