"""One person's presence at one agenda item, from the fold and from what staff corrected: pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.checkin.models import Attendance, Correction
from services.checkin.scanning.folding import Folded, Presence
from services.checkin.scanning.judging import Stay
from services.checkin.scanning.schedule import AgendaItem, Schedule

_ABSENT = {"arrived_at": None, "left_at": None, "minutes": 0, "punctuality": None}
STATE = (*_ABSENT, "corrected")
# A participant and an agenda item.
_Key = tuple[UUID, int]


def changed(
    schedule: Schedule,
    folded: Mapping[UUID, Folded],
    known: Mapping[_Key, Attendance],
    corrections: Mapping[_Key, Correction],
    now: datetime,
) -> list[Attendance]:
    """The attendance of these participants that differs from what is stored, each with its next version.

    ``schedule`` is the newest: minutes are counted by it. ``now`` is business time.
    """
    rows = []
    for participant_id, theirs in folded.items():
        stored = {item_id for person, item_id in (*known, *corrections) if person == participant_id}
        for item_id in sorted({*theirs.presence, *stored}):
            before = known.get((participant_id, item_id))
            correction = corrections.get((participant_id, item_id))
            state = state_of(theirs.presence.get(item_id), schedule.item(item_id), now, correction)
            if before is None or any(getattr(before, name) != state[name] for name in STATE):
                rows.append(
                    Attendance(
                        participant_id=participant_id,
                        session_id=item_id,
                        event_id=schedule.event_id,
                        version=before.version + 1 if before else 1,
                        **state,
                    )
                )
    return rows


def state_of(
    presence: Presence | None, item: AgendaItem | None, now: datetime, correction: Correction | None = None
) -> dict[str, Any]:
    """The state of one attendance row at business time ``now``.

    A person who was not scanned out is checked out when the agenda item ends. Until then ``left_at`` is None, and the
    minutes are those of somebody who stays to the end.
    """
    if correction:
        stays = [Stay(correction.arrived_at, correction.left_at)] if correction.arrived_at else []
        late = bool(stays and item and item.is_late(stays[0].arrived_at))
    else:
        stays, late = (list(presence.stays), presence.late) if presence else ([], False)
    if not stays:
        return {**_ABSENT, "corrected": correction is not None}
    left_at = stays[-1].left_at
    if left_at is None and item and now >= item.ends_at:
        left_at = max(item.ends_at, stays[-1].arrived_at)
    seconds = sum(item.seconds(stay.arrived_at, stay.left_at) for stay in stays) if item else 0
    return {
        "arrived_at": stays[0].arrived_at,
        "left_at": left_at,
        "minutes": int(seconds // 60),
        "punctuality": "late" if late else "on_time",
        "corrected": correction is not None,
    }
