"""The reference day as certificates hears of it: an event, people, attendance; invented names."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from services.certificates import issuing
from services.certificates.messages import HANDLERS
from services.certificates.models import Certificate, Run, db
from services.certificates.service import service
from shared import clock, jobs
from shared.contracts import ATTENDANCE_CHANGED, CONTRACTS, EVENT_CHANGED, PARTICIPANT_CHANGED
from shared.delivery.inbox import Message, apply_batch

ZONE = ZoneInfo("Asia/Jakarta")
EVENT_ID = 1


def at(hour: int, minute: int = 0, day: int = 25) -> datetime:
    """An instant of the reference day, local time given."""
    return datetime(2022, 12, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def _session(number: int, start: datetime, end: datetime) -> dict:
    return {
        "session_id": number,
        "title": f"Sesi {number}",
        "opens_at": (start - timedelta(minutes=30)).isoformat(),
        "starts_at": start.isoformat(),
        "late_after": (start + timedelta(minutes=15)).isoformat(),
        "closes_at": end.isoformat(),
        "ends_at": end.isoformat(),
    }


def event(event_id: int = EVENT_ID, version: int = 1, **changes) -> dict:
    """The reference event as JSON data."""
    fact = {
        "event_id": event_id,
        "version": version,
        "slug": "pelatihan-digital-marketing",
        "title": "Pelatihan Digital Marketing untuk Kampanye dan Advokasi",
        "title_en": "Digital Marketing Training for Campaigns and Advocacy",
        "organiser": "Jurnal Penelitian Pendidikan Indonesia (JPPI)",
        "organiser_id": 1,
        "venue": "Hotel Aston, Jakarta Selatan",
        "timezone": "Asia/Jakarta",
        "status": "published",
        "starts_at": at(8).isoformat(),
        "ends_at": at(17).isoformat(),
        "sessions": [_session(1, at(8), at(12)), _session(2, at(13), at(17))],
        "partners": ["Yapari", "Lapesda", "Yayasan Tuna Netra"],
        "certificate_policy": {
            "peserta": {"kind": "minutes", "share": 0.75},
            **{role: {"kind": "sessions", "sessions": []} for role in ("narasumber", "moderator", "panitia")},
        },
        "certificate_grace_minutes": 15,
        "certificate_number_pattern": "{seq:03}/JPPI/{roman_month}/{year}",
        "signatories": [{"name": "Dr. Ratna Kusuma", "title": "Ketua JPPI (contoh)"}],
    }
    return fact | changes


def person(number: int, version: int = 1, event_id: int = EVENT_ID, **changes) -> dict:
    """A participant as JSON data; the same number is the same person."""
    fact = {
        "participant_id": str(participant_id(number)),
        "event_id": event_id,
        "version": version,
        "ticket_id": str(uuid.UUID(int=10_000 + number)),
        "code": f"K{number:05}",
        "name": f"Peserta Nomor {number:04}",
        "role": "peserta",
        "locale": "id",
        "organisation": "Yapari",
        "status": "confirmed",
        "status_at": at(8, day=1).isoformat(),
        "email": f"orang{number}@contoh.example",
    }
    return fact | changes


def participant_id(number: int) -> uuid.UUID:
    return uuid.UUID(int=number)


def attendance(number: int, session_id: int, minutes: int = 240, version: int = 1, event_id: int = EVENT_ID) -> dict:
    """Presence from a session's start on, for ``minutes``."""
    start = at(8) if session_id % 2 else at(13)
    return {
        "participant_id": str(participant_id(number)),
        "session_id": session_id,
        "event_id": event_id,
        "version": version,
        "arrived_at": start.isoformat() if minutes else None,
        "left_at": None,
        "minutes": minutes,
        "punctuality": "on_time" if minutes else None,
    }


def tell(*facts: dict) -> None:
    """Have certificates apply facts, as its worker does."""
    for contract in (EVENT_CHANGED, PARTICIPANT_CHANGED, ATTENDANCE_CHANGED):
        mine = [
            Message(number, contract.type, fact) for number, fact in enumerate(facts, 1) if _is(fact, contract.type)
        ]
        if mine:
            apply_batch(db, HANDLERS, contract.source, mine)


def _is(fact: dict, contract_type: str) -> bool:
    if "session_id" in fact:
        return contract_type == ATTENDANCE_CHANGED.type
    return contract_type == (PARTICIPANT_CHANGED.type if "participant_id" in fact else EVENT_CHANGED.type)


def full_day(numbers: Iterable[int], event_id: int = EVENT_ID) -> list[dict]:
    """People who were there in both sessions."""
    facts = []
    for number in numbers:
        facts += [person(number, event_id=event_id), *(attendance(number, s, event_id=event_id) for s in (1, 2))]
    return facts


def at_business_time(tmp_path, monkeypatch, instant: datetime) -> None:
    clock.write(tmp_path / "clock.json", instant)
    monkeypatch.setenv("HADIR_CLOCK_FILE", str(tmp_path / "clock.json"))


def tick() -> list[uuid.UUID]:
    with db.transaction() as session:
        return issuing.plan_runs(session)


def work(run_id: uuid.UUID) -> Run:
    """Hand a run out and work on it here, as relay and worker do."""
    with db.transaction() as session:
        jobs.hand_out(session, issuing.RUN, 100)
    jobs.run(db, issuing.RUN, run_id, issuing.work)
    with db.transaction() as session:
        return session.get_one(Run, run_id)


def issue_all() -> list[Run]:
    return [work(run_id) for run_id in tick()]


def certificates(**where) -> list[Certificate]:
    with db.transaction() as session:
        return list(session.scalars(select(Certificate).filter_by(**where).order_by(Certificate.number)))


__all__ = ["CONTRACTS", "service"]
