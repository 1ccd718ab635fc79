"""Who has earned a certificate: from policy and attendance to a verdict with its reason. No database, no clock.

A policy names, for each role, one of

    {"kind": "minutes", "share": 0.75}      this share of the minutes of all agenda items together
    {"kind": "minutes", "share": 0.75, "sessions": [1]}   ... of the minutes of these agenda items
    {"kind": "sessions", "sessions": []}    present at one agenda item or more
    {"kind": "sessions", "sessions": [1, 2]}   present at all of these
    {"kind": "none"}                        nobody in this role gets one
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from services.certificates.models import DENY, GRANT


class AgendaItem(NamedTuple):
    """An item of the agenda, with its length in minutes."""

    id: int
    title: str
    minutes: int


class Presence(NamedTuple):
    """A participant's presence at one agenda item: minutes inside it, and whether they arrived at all."""

    session_id: int
    minutes: int
    arrived: bool


class Reason(StrEnum):
    """Why a participant gets a certificate, or does not."""

    ENOUGH_MINUTES = "enough_minutes"
    TOO_FEW_MINUTES = "too_few_minutes"
    ATTENDED = "attended"
    MISSED_SESSIONS = "missed_sessions"
    NEVER_ATTENDED = "never_attended"
    NO_POLICY = "no_policy"
    ROLE_EXCLUDED = "role_excluded"
    GRANTED = "granted"
    DENIED = "denied"


class Verdict(NamedTuple):
    """The outcome and the numbers behind it. ``required`` is a share of ``total``, ``missed`` are titles of agenda
    items, ``why`` is the reason that an organiser gave for an exception.
    """

    eligible: bool
    reason: Reason
    attended: int = 0
    total: int = 0
    required: Decimal = Decimal(0)
    missed: tuple[str, ...] = ()
    why: str = ""


def agenda_of(event_sessions: Sequence[Mapping[str, Any]]) -> list[AgendaItem]:
    """Agenda items with their minutes, from an event's JSON data (instants as ISO text)."""
    return [
        AgendaItem(item["session_id"], item["title"], _minutes(item["starts_at"], item["ends_at"]))
        for item in event_sessions
    ]


def _minutes(starts_at: str, ends_at: str) -> int:
    return int((datetime.fromisoformat(ends_at) - datetime.fromisoformat(starts_at)).total_seconds() // 60)


def judge(rule: Mapping[str, Any] | None, agenda: Sequence[AgendaItem], presences: Sequence[Presence]) -> Verdict:
    """Whether a participant has earned a certificate: ``rule`` is that of their role, ``presences`` their attendance.

    A participant who never arrived gets none, whatever the rule says.
    """
    if rule is None or rule.get("kind") not in ("minutes", "sessions", "none"):
        return Verdict(False, Reason.NO_POLICY)
    if rule["kind"] == "none":
        return Verdict(False, Reason.ROLE_EXCLUDED)
    present = {presence.session_id: presence for presence in presences if presence.arrived}
    total = sum(item.minutes for item in agenda)
    if not present:
        return Verdict(False, Reason.NEVER_ATTENDED, 0, total)
    if rule["kind"] == "minutes":
        return _by_minutes(rule, agenda, present)
    return _by_items(rule, agenda, present)


def _by_minutes(rule: Mapping[str, Any], agenda: Sequence[AgendaItem], present: Mapping[int, Presence]) -> Verdict:
    counted = _chosen(rule, agenda) or list(agenda)
    total = sum(item.minutes for item in counted)
    # Minutes beyond an item's length must not make up for another item.
    attended = sum(min(present[item.id].minutes, item.minutes) for item in counted if item.id in present)
    required = Decimal(str(rule.get("share", 1)))
    enough = attended >= required * total
    reason = Reason.ENOUGH_MINUTES if enough else Reason.TOO_FEW_MINUTES
    return Verdict(enough, reason, attended, total, required)


def _by_items(rule: Mapping[str, Any], agenda: Sequence[AgendaItem], present: Mapping[int, Presence]) -> Verdict:
    attended = sum(presence.minutes for presence in present.values())
    total = sum(item.minutes for item in agenda)
    missed = tuple(item.title for item in _chosen(rule, agenda) if item.id not in present)
    reason = Reason.MISSED_SESSIONS if missed else Reason.ATTENDED
    return Verdict(not missed, reason, attended, total, missed=missed)


def _chosen(rule: Mapping[str, Any], agenda: Sequence[AgendaItem]) -> list[AgendaItem]:
    wanted = set(rule.get("sessions") or ())
    return [item for item in agenda if item.id in wanted]


def overrule(verdict: Verdict, kind: str | None, why: str = "") -> Verdict:
    """The verdict after an organiser's decision: GRANT, DENY or None.

    A participant who never arrived cannot be granted one: their attendance has to be corrected first.
    """
    if kind == DENY:
        return verdict._replace(eligible=False, reason=Reason.DENIED, why=why)
    if kind == GRANT and verdict.reason != Reason.NEVER_ATTENDED:
        return verdict._replace(eligible=True, reason=Reason.GRANTED, why=why)
    return verdict


def percent(part: int, whole: int) -> int:
    """Whole percent, rounded down: 74.9 % must not read as 75 %."""
    return part * 100 // whole if whole else 0
