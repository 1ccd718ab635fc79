"""What a certificate of a person at an event says today, apart from its own number, code and date."""

from collections.abc import Mapping
from typing import Any

from services.certificates.eligibility import sessions_of
from services.certificates.models import Event, Layout, Person


def content(event: Event, person: Person, layout: Layout | None) -> dict[str, Any]:
    """The part of the signed data that follows from event, person and layout."""
    sessions = sessions_of(event.sessions)
    signatures: Mapping[str, str] = layout.signatures if layout else {}
    has_second_page = bool(layout and layout.second_page)
    return {
        "name": person.name,
        "role": person.role,
        "event": {
            "title": event.title,
            "title_en": event.title_en,
            "venue": event.venue,
            "timezone": event.timezone,
            "starts_at": event.starts_at.isoformat(),
            "ends_at": event.ends_at.isoformat(),
            "minutes": sum(item.minutes for item in sessions),
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
        "sessions": [{"title": item.title, "minutes": item.minutes} for item in sessions] if has_second_page else [],
        "topics": list(event.topics) if has_second_page else [],
    }


def differs(data: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether signed ``data`` says anything otherwise than ``now`` would."""
    return any(data.get(name) != value for name, value in now.items())
