"""The text of mails, composed from the rows as they are when the mail is sent."""

from email.message import EmailMessage
from typing import Any
from uuid import UUID

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import joinedload

from services.registration.accounts.passwords import password_link
from services.registration.mail.requests import ANNOUNCEMENT, INVITATION, PASSWORD_RESET, TICKET
from services.registration.models import Account, Event, Participant, db
from services.registration.models.participants import CANCELLED, CONFIRMED
from services.registration.participants import announcements
from services.registration.tickets import codes, links
from shared import qr
from shared.i18n import LOCALES, in_language
from shared.mail.models import Mail
from shared.mail.writer import Writer

QR_CID = "ticket"
BETWEEN_LANGUAGES = "\n\n* * *\n\n"
writer = Writer("services.registration")


def compose(mail: Mail) -> EmailMessage | None:
    """The mail's subject and body, or None when its subject is gone (e.g. the person was erased)."""
    return COMPOSERS[mail.kind](mail)


def ticket_mail(mail: Mail) -> EmailMessage | None:
    """The ticket, the place on the waiting list, or the cancellation: the status when the mail is sent."""
    with db.transaction() as session:
        person = session.get(Participant, UUID(mail.subject_key), options=[joinedload(Participant.event)])
        if person is None or person.erased_at is not None:
            return None
        event = person.event
        event.agenda  # noqa: B018 - loaded while the session is open
    with writer.language(person.locale):
        return _ticket_message(event, person)


def _ticket_message(event: Event, person: Participant) -> EmailMessage:
    values: dict[str, Any] = {
        "event": event,
        "title": in_language(event, "title", person.locale),
        "person": person,
        "code": codes.spoken(person.code),
        "link": links.link(event, person),
        "mail_locale": person.locale,
    }
    message = EmailMessage()
    message["Subject"] = f"{_subject(person)}: {values['title']}"
    message.set_content(render_template("mail/ticket.txt", **values))
    message.add_alternative(render_template("mail/ticket.html", **values, qr_cid=QR_CID), subtype="html")
    if person.status == CONFIRMED:
        _attach_qr(message, qr.png(codes.qr_text(event, person), qr.TICKET_VERSION))
    return message


def _subject(person: Participant) -> str:
    if person.status == CONFIRMED:
        return _("Tiket Anda")
    if person.status == CANCELLED:
        return _("Pendaftaran dibatalkan")
    return _("Anda di daftar tunggu")


def _attach_qr(message: EmailMessage, image: bytes) -> None:
    html = message.get_payload()[1]  # type: ignore[index]
    assert isinstance(html, EmailMessage)
    html.add_related(image, "image", "png", cid=f"<{QR_CID}>", filename="ticket.png", disposition="inline")


def account_mail(mail: Mail) -> EmailMessage | None:
    """The link to set a password."""
    with db.transaction() as session:
        account = session.get(Account, UUID(mail.subject_key))
    if account is None or not account.active:
        return None
    subjects, texts, parts = zip(*(_account_words(account, mail.kind, locale) for locale in LOCALES), strict=True)
    message = EmailMessage()
    message["Subject"] = " / ".join(subjects)
    message.set_content(BETWEEN_LANGUAGES.join(text.strip() for text in texts) + "\n")
    with writer.language(LOCALES[0]):
        html = render_template("mail/account-frame.html", title=message["Subject"], parts=parts)
    message.add_alternative(html, subtype="html")
    return message


def _account_words(account: Account, kind: str, locale: str) -> tuple[str, str, Markup]:
    """Subject, text and HTML in one language. We do not know the person's language yet, so the mail has both."""
    invited = kind == INVITATION
    values = {
        "account": account,
        "is_invitation": invited,
        "link": password_link(account),
        "mail_locale": locale,
    }
    with writer.language(locale):
        subject = _("Undangan mengelola acara") if invited else _("Kata sandi baru")
        text = render_template("mail/account.txt", **values)
        return subject, text, Markup(render_template("mail/account.html", **values))


def announcement_mail(mail: Mail) -> EmailMessage | None:
    """An announcement, with the person's name above and the link to their ticket below."""
    with db.transaction() as session:
        person = session.get(Participant, UUID(mail.subject_key), options=[joinedload(Participant.event)])
        announcement = announcements.of_mail(session, mail)
        if person is None or announcement is None or person.erased_at is not None:
            return None
    message = EmailMessage()
    message["Subject"] = announcement.subject
    with writer.language(person.locale):
        values = {"person": person, "event": person.event, "announcement": announcement}
        link = links.link(person.event, person)
        message.set_content(render_template("mail/announcement.txt", **values, link=link))
    return message


COMPOSERS = {
    ANNOUNCEMENT: announcement_mail,
    TICKET: ticket_mail,
    INVITATION: account_mail,
    PASSWORD_RESET: account_mail,
}
