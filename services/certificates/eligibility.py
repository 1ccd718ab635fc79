"""Who has earned a certificate: policy and attendance in, a verdict with its reason out. No database, no clock.

A policy names, for each role, one of

    {"kind": "minutes", "share": 0.75}      this share of all sessions' minutes together
    {"kind": "minutes", "share": 0.75, "sessions": [1]}   ... of these sessions' minutes
    {"kind": "sessions", "sessions": []}    present in at least one session
    {"kind": "sessions", "sessions": [1, 2]}   present in all of these
    {"kind": "none"}                        nobody in this role gets one
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from flask_babel import gettext as _


class Session(NamedTuple):
    """An item of the agenda, with its length in minutes."""

    id: int
    title: str
    minutes: int


class Presence(NamedTuple):
    """A person's presence in one session: minutes inside it, and whether they arrived at all."""

    session_id: int
    minutes: int
    arrived: bool


class Reason(StrEnum):
    """Why somebody gets a certificate, or does not."""

    ENOUGH_MINUTES = "enough_minutes"
    TOO_FEW_MINUTES = "too_few_minutes"
    ATTENDED = "attended"
    MISSED_SESSIONS = "missed_sessions"
    NEVER_THERE = "never_there"
    NO_POLICY = "no_policy"
    ROLE_WITHOUT = "role_without"
    GRANTED = "granted"
    DENIED = "denied"


class Verdict(NamedTuple):
    """The decision, with the figures it rests on. ``required`` is a share of ``total``; ``missed`` are titles; ``why``
    is what a person gave as the reason of an exception.
    """

    eligible: bool
    reason: Reason
    attended: int = 0
    total: int = 0
    required: Decimal = Decimal(0)
    missed: tuple[str, ...] = ()
    why: str = ""


def sessions_of(event_sessions: Sequence[Mapping[str, Any]]) -> list[Session]:
    """Sessions with their minutes from an event's JSON data (ISO instants)."""
    return [
        Session(item["session_id"], item["title"], _minutes(item["starts_at"], item["ends_at"]))
        for item in event_sessions
    ]


def _minutes(starts_at: str, ends_at: str) -> int:
    return int((datetime.fromisoformat(ends_at) - datetime.fromisoformat(starts_at)).total_seconds() // 60)


def judge(rule: Mapping[str, Any] | None, sessions: Sequence[Session], presences: Sequence[Presence]) -> Verdict:
    """Whether somebody whose role has ``rule`` and who was there as ``presences`` say has earned a certificate.

    Nobody who never arrived gets one, whatever the rule says.
    """
    if rule is None or rule.get("kind") not in ("minutes", "sessions", "none"):
        return Verdict(False, Reason.NO_POLICY)
    if rule["kind"] == "none":
        return Verdict(False, Reason.ROLE_WITHOUT)
    there = {presence.session_id: presence for presence in presences if presence.arrived}
    total = sum(session.minutes for session in sessions)
    if not there:
        return Verdict(False, Reason.NEVER_THERE, 0, total)
    if rule["kind"] == "minutes":
        return _by_minutes(rule, sessions, there)
    return _by_sessions(rule, sessions, there)


def _by_minutes(rule: Mapping[str, Any], sessions: Sequence[Session], there: Mapping[int, Presence]) -> Verdict:
    counted = _chosen(rule, sessions) or list(sessions)
    total = sum(session.minutes for session in counted)
    # Minutes beyond a session's length would let one session stand in for another.
    attended = sum(min(there[item.id].minutes, item.minutes) for item in counted if item.id in there)
    required = Decimal(str(rule.get("share", 1)))
    enough = attended >= required * total
    reason = Reason.ENOUGH_MINUTES if enough else Reason.TOO_FEW_MINUTES
    return Verdict(enough, reason, attended, total, required)


def _by_sessions(rule: Mapping[str, Any], sessions: Sequence[Session], there: Mapping[int, Presence]) -> Verdict:
    attended = sum(presence.minutes for presence in there.values())
    total = sum(session.minutes for session in sessions)
    missed = tuple(session.title for session in _chosen(rule, sessions) if session.id not in there)
    reason = Reason.MISSED_SESSIONS if missed else Reason.ATTENDED
    return Verdict(not missed, reason, attended, total, missed=missed)


def _chosen(rule: Mapping[str, Any], sessions: Sequence[Session]) -> list[Session]:
    wanted = set(rule.get("sessions") or ())
    return [session for session in sessions if session.id in wanted]


def overrule(verdict: Verdict, kind: str | None, why: str = "") -> Verdict:
    """The verdict after an organiser's decision: "grant", "deny" or None.

    Nobody who never arrived can be granted one: their attendance is to be put right first.
    """
    if kind == "deny":
        return verdict._replace(eligible=False, reason=Reason.DENIED, why=why)
    if kind == "grant" and verdict.reason != Reason.NEVER_THERE:
        return verdict._replace(eligible=True, reason=Reason.GRANTED, why=why)
    return verdict


def percent(part: int, whole: int) -> int:
    """Whole percent, rounded down: who has 74.9 % must not read 75 %."""
    return part * 100 // whole if whole else 0


def sentence(verdict: Verdict) -> str:
    """The verdict in words, in the reader's language."""
    figures = {
        "attended": verdict.attended,
        "total": verdict.total,
        "percent": percent(verdict.attended, verdict.total),
        "required": f"{(verdict.required * 100).normalize():f}",
        "missed": ", ".join(verdict.missed),
        "why": verdict.why,
    }
    return {
        Reason.ENOUGH_MINUTES: _("hadir %(attended)s dari %(total)s menit (%(percent)s %%)", **figures),
        Reason.TOO_FEW_MINUTES: _(
            "hadir %(attended)s dari %(total)s menit (%(percent)s %%), diperlukan %(required)s %%", **figures
        ),
        Reason.ATTENDED: _("hadir"),
        Reason.MISSED_SESSIONS: _("tidak hadir di: %(missed)s", **figures),
        Reason.NEVER_THERE: _("tidak pernah hadir"),
        Reason.NO_POLICY: _("syarat sertifikat untuk peran ini belum ditetapkan"),
        Reason.ROLE_WITHOUT: _("peran ini tidak mendapat sertifikat"),
        Reason.GRANTED: _("diberi dengan pengecualian: %(why)s", **figures),
        Reason.DENIED: _("tidak diberi: %(why)s", **figures),
    }[verdict.reason]
