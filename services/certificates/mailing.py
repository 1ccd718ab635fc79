"""The e-mail that brings a certificate: composed from current rows when it is sent, the PDF attached."""

from datetime import datetime
from email.message import EmailMessage

from flask import render_template
from flask_babel import gettext as _

from services.certificates import images, rendering
from services.certificates.models import VALID, Certificate, Person, db
from shared import jobs, queues, settings
from shared.i18n import long_date
from shared.mail.models import Mail
from shared.mail.writer import Writer

# Tries over more than two hours: a mail server that is away over lunch, or greylists, loses nobody their certificate.
MAIL = jobs.JobKind(
    Mail, "certificates.send-mail", queues.CERTIFICATES_MAIL, max_attempts=20, rate_setting="HADIR_MAIL_PER_MINUTE"
)

_writer = Writer("services.certificates")


def compose(mail: Mail) -> EmailMessage | None:
    """The mail, in the person's language; None when the certificate is not valid any more or the person is erased."""
    with db.transaction() as session:
        certificate = session.get(Certificate, mail.reference) if mail.reference else None
        person = session.get(Person, certificate.participant_id) if certificate else None
        pictures = images.of(session, certificate.data) if certificate else {}
    if certificate is None or person is None or person.erased or certificate.status != VALID:
        return None
    pdf = rendering.pdf(certificate.data, certificate.kid, certificate.signature, pictures)
    with _writer.language(person.locale):
        message = _words(certificate, person.locale)
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename=rendering.filename(certificate.number))
    return message


def _words(certificate: Certificate, locale: str) -> EmailMessage:
    data = certificate.data
    event = data["event"]
    title = event["title_en"] if locale == "en" and event["title_en"] else event["title"]
    starts_at = datetime.fromisoformat(event["starts_at"])
    words = {
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
    message.set_content(render_template("certificates/mail.txt", **words))
    message.add_alternative(render_template("certificates/mail.html", **words), subtype="html")
    return message
