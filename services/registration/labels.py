"""Words for the values that rows hold, in the reader's language."""

from flask_babel import gettext as _
from flask_babel import pgettext


def need_options() -> list[tuple[str, str]]:
    """Kinds of accommodation, in the order in which they are offered."""
    return [
        ("screen_reader", _("Saya memakai pembaca layar")),
        ("braille", _("Materi dalam huruf braille")),
        ("sign_language", _("Juru bahasa isyarat")),
        ("wheelchair", _("Akses kursi roda")),
        ("companion", _("Saya datang dengan pendamping")),
        ("diet", _("Makanan khusus")),
    ]


def locale_options() -> list[tuple[str, str]]:
    """Languages in which we write, each by its own name."""
    return [("id", "Bahasa Indonesia"), ("en", "English")]


def role_options() -> list[tuple[str, str]]:
    """Roles in an event."""
    return [
        ("peserta", pgettext("peran", "Peserta")),
        ("narasumber", _("Narasumber")),
        ("moderator", _("Moderator")),
        ("panitia", _("Panitia")),
    ]


def role(name: str) -> str:
    """A role in words."""
    return dict(role_options())[name]


def status(name: str) -> str:
    """A participant's status in words."""
    return {"confirmed": _("Terdaftar"), "waitlisted": _("Daftar tunggu"), "cancelled": _("Dibatalkan")}[name]


def event_status(name: str) -> str:
    """An event's status in words."""
    return {
        "draft": _("Rancangan"),
        "published": _("Pendaftaran dibuka"),
        "closed": _("Pendaftaran ditutup"),
        "archived": _("Diarsipkan"),
    }[name]


def job_state(name: str) -> str:
    """How far a mail has come, in words."""
    return {
        "waiting": _("menunggu"),
        "handed_out": _("menunggu"),
        "running": _("sedang dikirim"),
        "done": _("terkirim"),
        "failed": _("gagal"),
    }[name]
