"""What a participant's certificate would say today, apart from its number, code and date."""

from collections.abc import Mapping
from typing import Any

from services.certificates.eligibility.policy import agenda_of
from services.certificates.models import Event, Layout, Participant


def content(event: Event, participant: Participant, layout: Layout | None) -> dict[str, Any]:
    """The part of the signed data that comes from event, participant and layout."""
    agenda = agenda_of(event.sessions)
    signatures: Mapping[str, str] = layout.signatures if layout else {}
    has_second_page = bool(layout and layout.second_page)
    return {
        "name": participant.name,
        "role": participant.role,
        "event": {
            "title": event.title,
            "title_en": event.title_en,
            "venue": event.venue,
            "timezone": event.timezone,
            "starts_at": event.starts_at.isoformat(),
            "ends_at": event.ends_at.isoformat(),
            "minutes": sum(item.minutes for item in agenda),
        },
        "organiser": event.organiser,
        "partners": event.partners,
        "signatories": [
            {"name": who["name"], "title": who.get("title", ""), "image": signatures.get(who["name"])}
            for who in event.signatories
        ],
        "statement": layout.statement if layout else None,
        "statement_en": layout.statement_en if layout else None,
        "bilingual": layout.bilingual if layout else True,
        "logos": list(layout.logos) if layout else [],
        "sessions": [{"title": item.title, "minutes": item.minutes} for item in agenda] if has_second_page else [],
        "topics": list(event.topics) if has_second_page else [],
    }


def differs(data: Mapping[str, Any], today: Mapping[str, Any]) -> bool:
    """Whether signed ``data`` differs from today's content."""
    return any(data.get(name) != value for name, value in today.items())
