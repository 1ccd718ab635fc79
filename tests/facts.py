"""Facts of the reference day as other services publish them, for tests and benchmarks; all names are invented.

Every builder takes changes by keyword and returns a complete fact that fits its contract.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.contracts import Contract
from shared.delivery.inbox import Message
from shared.facts import AgendaItemFact, AttendanceFact, EventFact, ParticipantFact

ZONE = "Asia/Jakarta"
WIB = ZoneInfo(ZONE)


def wib(time: str, day: int = 25) -> datetime:
    """An instant of December 2022 in Jakarta, from "HH:MM" or "HH:MM:SS"; the reference day is the 25th."""
    return datetime.fromisoformat(f"2022-12-{day:02}T{time}").replace(tzinfo=WIB)


def agenda_item(
    session_id: int, opens: str, starts: str, late: str, closes: str, ends: str, day: int = 25
) -> AgendaItemFact:
    """An agenda item of the reference day, with its times as "HH:MM"."""
    return {
        "session_id": session_id,
        "title": f"Sesi {session_id % 10}",
        "title_en": f"Session {session_id % 10}",
        "opens_at": wib(opens, day),
        "starts_at": wib(starts, day),
        "late_after": wib(late, day),
        "closes_at": wib(closes, day),
        "ends_at": wib(ends, day),
    }


def event(event_id: int, sessions: Sequence[AgendaItemFact], version: int = 1, **changes: Any) -> EventFact:
    """The reference event, published, with these sessions."""
    fact: dict[str, Any] = {
        "event_id": event_id,
        "version": version,
        "slug": "pelatihan-digital-marketing",
        "title": "Pelatihan Digital Marketing untuk Kampanye dan Advokasi",
        "title_en": "Digital Marketing Training for Campaigns and Advocacy",
        "organiser": "Jurnal Penelitian Pendidikan Indonesia (JPPI)",
        "organiser_id": 1,
        "venue": "Hotel Aston, Jakarta Selatan",
        "timezone": ZONE,
        "status": "published",
        "starts_at": wib("08:00"),
        "ends_at": wib("17:00"),
        "sessions": list(sessions),
        "topics": [],
        "partners": ["Yapari", "Lapesda", "Yayasan Tuna Netra"],
        "certificate_policy": {
            "peserta": {"kind": "minutes", "share": 0.75},
            **{role: {"kind": "sessions", "sessions": []} for role in ("narasumber", "moderator", "panitia")},
        },
        "certificate_grace_minutes": 15,
        "certificate_number_pattern": "{seq:03}/JPPI/{roman_month}/{year}",
        "signatories": [{"name": "Dr. Ratna Kusuma", "title": "Ketua JPPI (contoh)"}],
    }
    return {**fact, **changes}  # type: ignore[typeddict-item]


def participant(
    participant_id: uuid.UUID, event_id: int, code: str, version: int = 1, **changes: Any
) -> ParticipantFact:
    """A confirmed participant of an event."""
    fact: dict[str, Any] = {
        "participant_id": participant_id,
        "event_id": event_id,
        "version": version,
        "ticket_id": uuid.uuid5(participant_id, "ticket"),
        "revoked_ticket_ids": [],
        "code": code,
        "name": "Siti Rahayu",
        "role": "peserta",
        "locale": "id",
        "organisation": "Yayasan Tuna Netra",
        "status": "confirmed",
        "status_at": wib("08:00", day=1),
        "group_number": None,
        "group_topic": None,
        "needs_assistance": False,
        "email": None,
        "erased": False,
    }
    return {**fact, **changes}  # type: ignore[typeddict-item]


def attendance(
    participant_id: uuid.UUID, session_id: int, event_id: int, arrived_at: datetime | None, minutes: int, **changes: Any
) -> AttendanceFact:
    """A participant's presence in one session; ``arrived_at`` None means absent."""
    fact: dict[str, Any] = {
        "participant_id": participant_id,
        "session_id": session_id,
        "event_id": event_id,
        "version": 1,
        "arrived_at": arrived_at,
        "left_at": None,
        "minutes": minutes,
        "punctuality": "on_time" if arrived_at else None,
        "corrected": False,
    }
    return {**fact, **changes}  # type: ignore[typeddict-item]


def messages(contract: Contract, subscriber: str, facts: Iterable[Any], first_id: int = 1) -> list[Message]:
    """``facts`` as ``subscriber`` receives them, with outbox ids from ``first_id`` on."""
    return [
        Message(number, contract.type, contract.payload_for(subscriber, contract.dump(fact)))
        for number, fact in enumerate(facts, first_id)
    ]
