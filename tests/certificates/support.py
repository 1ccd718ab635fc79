"""The reference day as certificates receives it: an event, participants, attendance; invented names."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import select

from services.certificates.issuing import runs, work
from services.certificates.messages import HANDLERS
from services.certificates.models import Certificate, Run, db
from shared import clock, jobs
from shared.actors import STAFF, Actor
from shared.contracts import ATTENDANCE_CHANGED, EVENT_CHANGED, PARTICIPANT_CHANGED
from shared.delivery.inbox import apply_batch
from tests import facts

EVENT_ID = 1
ORGANISER = Actor(STAFF, "7", "Ibu Penyelenggara")
AGENDA = (
    facts.agenda_item(1, "07:30", "08:00", "08:15", "12:00", "12:00"),
    facts.agenda_item(2, "12:30", "13:00", "13:15", "17:00", "17:00"),
)


def at(hour: int, minute: int = 0, day: int = 25) -> datetime:
    """An instant of the reference day; the arguments are local time."""
    return facts.wib(f"{hour:02}:{minute:02}", day).astimezone(UTC)


def event(event_id: int = EVENT_ID, version: int = 1, **changes) -> dict[str, Any]:
    """The reference event."""
    return {**facts.event(event_id, AGENDA, version, **changes)}


def participant(number: int, version: int = 1, event_id: int = EVENT_ID, **changes) -> dict[str, Any]:
    """A participant; the same number is the same participant."""
    defaults = {
        "name": f"Peserta Nomor {number:04}",
        "organisation": "Yapari",
        "email": f"orang{number}@contoh.example",
    }
    return {**facts.participant(participant_id(number), event_id, f"K{number:05}", version, **defaults | changes)}


def participant_id(number: int) -> uuid.UUID:
    return uuid.UUID(int=number)


def attendance(
    number: int, session_id: int, minutes: int = 240, version: int = 1, event_id: int = EVENT_ID
) -> dict[str, Any]:
    """Presence from the beginning of an agenda item on, for ``minutes``."""
    start = (at(8) if session_id % 2 else at(13)) if minutes else None
    return {**facts.attendance(participant_id(number), session_id, event_id, start, minutes, version=version)}


def receive(*given: dict[str, Any]) -> None:
    """Apply facts as the worker of certificates does."""
    for contract in (EVENT_CHANGED, PARTICIPANT_CHANGED, ATTENDANCE_CHANGED):
        of_contract = [fact for fact in given if _contract_of(fact) is contract]
        if of_contract:
            apply_batch(db, HANDLERS, contract.source, facts.messages(contract, "certificates", of_contract))


def _contract_of(fact: dict[str, Any]):
    if "session_id" in fact:
        return ATTENDANCE_CHANGED
    return PARTICIPANT_CHANGED if "participant_id" in fact else EVENT_CHANGED


def full_day(numbers: Iterable[int], event_id: int = EVENT_ID) -> list[dict[str, Any]]:
    """Participants who attended both agenda items."""
    given = []
    for number in numbers:
        given.append(participant(number, event_id=event_id))
        given += [attendance(number, session_id, event_id=event_id) for session_id in (1, 2)]
    return given


def at_business_time(tmp_path, monkeypatch, instant: datetime) -> None:
    clock.write(tmp_path / "clock.json", instant)
    monkeypatch.setenv("HADIR_CLOCK_FILE", str(tmp_path / "clock.json"))


def tick() -> list[uuid.UUID]:
    with db.transaction() as session:
        return runs.plan_runs(session)


def start_run(reissue: bool = False) -> uuid.UUID:
    """The run that an organiser starts."""
    with db.transaction() as session:
        return runs.start_run(session, EVENT_ID, ORGANISER, reissue).id


def run(run_id: uuid.UUID) -> Run:
    """Hand a run out and work on it here, as relay and worker do."""
    with db.transaction() as session:
        jobs.hand_out(session, runs.RUN, 100)
    jobs.run(db, runs.RUN, run_id, partial(work.work, db))
    with db.transaction() as session:
        return session.get_one(Run, run_id)


def issue_all() -> list[Run]:
    return [run(run_id) for run_id in tick()]


def certificates(**where) -> list[Certificate]:
    with db.transaction() as session:
        return list(session.scalars(select(Certificate).filter_by(**where).order_by(Certificate.number)))
