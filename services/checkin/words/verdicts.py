"""A word, a sentence and a sign for each verdict, in the reader's language."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from services.checkin.scanning.judging import Verdict
from shared.i18n import clock_time, long_date

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
    """good (admitted), warn (admitted, but look), or bad (not admitted)."""
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
    """What to do next. ``about`` is the instant of the outcome; its date is added unless it is that of ``today``."""
    return _sentence(verdict, _when(about, timezone, today) if about else "")


def texts() -> dict[str, dict[str, str]]:
    """Everything by verdict, for the page that judges offline; it fills in {when} in ``message``."""
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
