"""The e-mail that brings a certificate: composed from current rows when it is sent, the PDF attached."""

from datetime import datetime
from email.message import EmailMessage

from flask import render_template
from flask_babel import gettext as _

from services.certificates.models import VALID, Certificate, Participant, db
from services.certificates.rendering import document, images
from shared import settings
from shared.i18n import long_date
from shared.mail.models import Mail
from shared.mail.writer import Writer

_writer = Writer("services.certificates")


def compose(mail: Mail) -> EmailMessage | None:
    """The mail in the participant's language; None if the certificate is not valid now or the participant is erased."""
    with db.transaction() as session:
        certificate = session.get(Certificate, mail.reference) if mail.reference else None
        participant = session.get(Participant, certificate.participant_id) if certificate else None
        pictures = images.of(session, certificate.data) if certificate else {}
    if certificate is None or participant is None or participant.erased or certificate.status != VALID:
        return None
    pdf = document.pdf(certificate.data, certificate.kid, certificate.signature, pictures)
    with _writer.language(participant.locale):
        message = _text(certificate, participant.locale)
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename=document.filename(certificate.number))
    return message


def _text(certificate: Certificate, locale: str) -> EmailMessage:
    data = certificate.data
    event = data["event"]
    title = event["title_en"] if locale == "en" and event["title_en"] else event["title"]
    starts_at = datetime.fromisoformat(event["starts_at"])
    context = {
        "lang": locale,
        "name": data["name"],
        "number": data["number"],
        "title": title,
        "organiser": data["organiser"],
        "date": long_date(starts_at, event["timezone"]),
        "url": data["url"],
        "is_corrected": certificate.version > 1,
        "home": settings.public_url(),
    }
    message = EmailMessage()
    message["Subject"] = _("Sertifikat Anda: %(title)s", title=title)
    message.set_content(render_template("certificates/mail.txt", **context))
    message.add_alternative(render_template("certificates/mail.html", **context), subtype="html")
    return message
