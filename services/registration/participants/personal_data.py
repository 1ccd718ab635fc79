"""Everything that registration keeps about a person, for that person."""

from typing import Any

from sqlalchemy.orm import Session

from services.registration.events.lookup import consent_text
from services.registration.models import Event, Participant
from services.registration.participants import record
from services.registration.words.answers import described


def export(session: Session, event: Event, person: Participant) -> dict[str, Any]:
    """All data about ``person`` as JSON data: own row, consent, attendance, certificate, mails, changes."""
    kept = record.of(session, person)
    consent = consent_text(session, event, person.consent_version)
    own = ("name", "email", "organisation", "role", "locale", "status", "code", "source", "needs", "needs_note")
    return {
        "event": {"title": event.title, "starts_at": event.starts_at.isoformat(), "venue": event.venue},
        "participant": {
            **{name: getattr(person, name) for name in own},
            "id": str(person.id),
            "answers": person.answers,
            "answers_in_words": dict(described(event.questions, person.answers, person.locale)),
            "group": person.group_number,
            "registered_at": person.created_at.isoformat(),
        },
        "consent": {
            "version": person.consent_version,
            "text": consent.text,
            "given_at": person.consent_at.isoformat(),
            "needs_given_at": person.needs_consent_at.isoformat() if person.needs_consent_at else None,
        },
        "attendance": [
            {
                "session": row.session_id,
                "arrived_at": row.arrived_at.isoformat() if row.arrived_at else None,
                "left_at": row.left_at.isoformat() if row.left_at else None,
                "minutes": row.minutes,
            }
            for row in kept.attendance
        ],
        "certificate": kept.certificate
        and {"number": kept.certificate.number, "verification_url": kept.certificate.verification_url},
        "mails": [
            {"kind": mail.kind, "to": mail.recipient, "sent_at": mail.sent_at.isoformat() if mail.sent_at else None}
            for mail in kept.mails
        ],
        "changes": [{"at": entry.at.isoformat(), "what": entry.action} for entry in kept.audit],
    }
