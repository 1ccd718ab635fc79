"""What the door reads: a word, a sentence and a sign for each verdict, in the staff's language."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from services.checkin.judging import Verdict
from services.checkin.models import Attendee, Scan
from services.checkin.schedule import Schedule
from shared.i18n import clock_time, current_locale, long_date

GOOD, WARN, BAD = "good", "warn", "bad"
_TONES = {
    Verdict.CHECKED_IN: GOOD,
    Verdict.CHECKED_OUT: GOOD,
    Verdict.UNDONE: GOOD,
    Verdict.LATE: WARN,
    Verdict.PROVISIONAL: WARN,
    Verdict.ALREADY_IN: WARN,
    Verdict.NOT_UNDONE: WARN,
}
_SIGNS = {GOOD: "✓", WARN: "!", BAD: "✕"}


def tone(verdict: Verdict) -> str:
    """good (come in), warn (look), or bad (not in)."""
    return _TONES.get(verdict, BAD)


def sign(verdict: Verdict) -> str:
    """A sign that differs in shape, not only in colour."""
    return "→" if verdict is Verdict.CHECKED_OUT else _SIGNS[tone(verdict)]


def word(verdict: Verdict) -> str:
    """The verdict in a word or two."""
    words = {
        Verdict.CHECKED_IN: _("Masuk"),
        Verdict.LATE: _("Masuk, terlambat"),
        Verdict.CHECKED_OUT: _("Keluar"),
        Verdict.ALREADY_IN: _("Sudah masuk"),
        Verdict.TOO_EARLY: _("Belum dibuka"),
        Verdict.CLOSED: _("Sudah ditutup"),
        Verdict.WRONG_EVENT: _("Acara lain"),
        Verdict.CANCELLED: _("Dibatalkan"),
        Verdict.REVOKED: _("Tiket diganti"),
        Verdict.WAITLISTED: _("Daftar tunggu"),
        Verdict.UNKNOWN_TICKET: _("Tidak dikenal"),
        Verdict.BAD_SIGNATURE: _("Bukan tiket asli"),
        Verdict.PROVISIONAL: _("Masuk, sementara"),
        Verdict.UNDONE: _("Diurungkan"),
        Verdict.NOT_UNDONE: _("Tidak dapat diurungkan"),
    }
    return str(words[verdict])


def sentence(verdict: Verdict, about: datetime | None, timezone: str, today: datetime) -> str:
    """What to do next. ``about`` is the instant of Outcome; ``today`` decides whether the date is said too."""
    return _sentence(verdict, _when(about, timezone, today) if about else "")


def texts() -> dict[str, dict[str, str]]:
    """Everything by verdict, for a page that judges by itself; ``message`` has {when} to be filled in."""
    return {
        verdict.value: {
            "tone": tone(verdict),
            "sign": sign(verdict),
            "word": word(verdict),
            "message": _sentence(verdict, "{when}"),
            "plain": _sentence(verdict, ""),
        }
        for verdict in Verdict
    }


def roles() -> dict[str, str]:
    """The roles in the reader's language."""
    names = {
        "peserta": _("Peserta"),
        "narasumber": _("Narasumber"),
        "moderator": _("Moderator"),
        "panitia": _("Panitia"),
    }
    return {role: str(name) for role, name in names.items()}


def _sentence(verdict: Verdict, when: str) -> str:
    sentences = {
        Verdict.CHECKED_IN: _("Silakan masuk."),
        Verdict.LATE: _("Silakan masuk. Tercatat terlambat."),
        Verdict.CHECKED_OUT: _("Sampai jumpa.") if when else _("Keluar dicatat, tetapi kedatangannya belum tercatat."),
        Verdict.ALREADY_IN: _("Tiket ini sudah dipakai masuk pukul %(when)s.", when=when)
        if when
        else _("Tiket ini sudah dipakai masuk."),
        Verdict.TOO_EARLY: _("Pintu dibuka pukul %(when)s.", when=when) if when else _("Pintu belum dibuka."),
        Verdict.CLOSED: _("Pintu ditutup pukul %(when)s.", when=when) if when else _("Tidak ada sesi yang dibuka."),
        Verdict.WRONG_EVENT: _("Tiket ini untuk acara lain."),
        Verdict.CANCELLED: _("Pendaftaran ini dibatalkan. Antar ke meja panitia."),
        Verdict.REVOKED: _("Tiket ini sudah diganti. Minta tiket yang terbaru, atau cari namanya."),
        Verdict.WAITLISTED: _("Masih dalam daftar tunggu. Antar ke meja panitia."),
        Verdict.UNKNOWN_TICKET: _("Bukan tiket acara ini. Periksa kodenya, atau cari namanya."),
        Verdict.BAD_SIGNATURE: _("Tiket ini bukan buatan panitia. Antar ke meja panitia."),
        Verdict.PROVISIONAL: _("Silakan masuk. Datanya masih dalam perjalanan, dan dilengkapi sendiri nanti."),
        Verdict.UNDONE: _("Pemindaian itu diurungkan."),
        Verdict.NOT_UNDONE: _("Sudah lebih dari satu menit. Minta panitia membetulkannya."),
    }
    return str(sentences[verdict])


def _when(instant: datetime, timezone: str, today: datetime) -> str:
    zone = ZoneInfo(timezone)
    time = clock_time(instant, timezone)
    if instant.astimezone(zone).date() == today.astimezone(zone).date():
        return time
    return f"{time}, {long_date(instant, timezone)}"


def result(scan: Scan, attendee: Attendee | None, schedule: Schedule, repeated: bool = False) -> dict[str, Any]:
    """One scan's answer as the API gives it and the page shows it."""
    verdict = Verdict(scan.answered)
    agenda = schedule.session(scan.answered_session)
    shown = attendee if attendee and not attendee.erased else None
    at = scan.effective_at
    return {
        "scan_id": scan.scan_id,
        "outcome": verdict.value,
        "effective": scan.effective,
        "tone": tone(verdict),
        "sign": sign(verdict),
        "word": word(verdict),
        "message": sentence(verdict, scan.answered_about, schedule.timezone, at) if at else word(verdict),
        "repeated": repeated,
        "at": at,
        "about": scan.answered_about,
        "session_id": scan.answered_session,
        "session": title_of(agenda) if agenda else None,
        "participant_id": shown.participant_id if shown else None,
        "name": shown.name if shown else None,
        "organisation": shown.organisation if shown else None,
        "role": shown.role if shown else None,
        "group": _("Kelompok %(number)s", number=shown.group_number) if shown and shown.group_number else None,
        "group_topic": shown.group_topic if shown else None,
        "needs_assistance": shown.needs_assistance if shown else False,
    }


def title_of(agenda: Any) -> str:
    """A session's (or event's) title in the reader's language."""
    return str(agenda.title_en if current_locale() == "en" and agenda.title_en else agenda.title)
