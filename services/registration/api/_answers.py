"""What several endpoints answer: rows as the response schemas dump them, and problems."""

from typing import Any

from flask import g
from flask_babel import gettext as _
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from services.registration.events.lookup import consent_text
from services.registration.events.questions import asked
from services.registration.models import Event, Participant
from services.registration.models.participants import CONFIRMED
from services.registration.seats.pools import open_pool
from services.registration.tickets import codes, links
from shared import clock
from shared.fields import flatten
from shared.web.errors import problem

_EVENT = ("id", "slug", "title", "title_en", "description", "description_en", "organiser", "venue", "timezone")
_PARTICIPANT = ("id", "name", "email", "organisation", "role", "locale", "status", "status_at", "code")
_OWN = ("requested_name", "needs", "needs_note", "answers")


def event_answer(session: Session, event: Event) -> dict[str, Any]:
    """The event for EventResponse."""
    consent = consent_text(session, event)
    return {
        **{name: getattr(event, name) for name in (*_EVENT, "starts_at", "ends_at", "status")},
        "sessions": list(event.agenda),
        "questions": asked(event.questions),
        "takes_signups": event.takes_signups(clock.now()),
        "seats_free": open_pool(session, event.id).free,
        "consent_text": consent.text,
        "consent_text_en": consent.text_en,
    }


def registration_answer(event: Event, person: Participant) -> dict[str, Any]:
    """The registration for RegistrationResponse."""
    return {
        **{name: getattr(person, name) for name in (*_PARTICIPANT, *_OWN)},
        "event": event.slug,
        "ticket": codes.qr_text(event, person) if person.status == CONFIRMED else None,
        "token": links.link_token(event, person),
        "page": links.link(event, person),
    }


def wrong_fields(error: ValidationError) -> Any:
    """422 with the errors by field name, such as ``answers.diet``."""
    title = _("Ada isian yang perlu diperbaiki")
    return problem(422, title, errors=flatten(error.normalized_messages()), request_id=g.request_id)
