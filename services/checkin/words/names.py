"""Roles and titles in the reader's language."""

from typing import Protocol

from flask_babel import gettext as _

from shared.i18n import current_locale


class Titled(Protocol):
    """An event or an agenda item."""

    @property
    def title(self) -> str:
        """In Indonesian."""

    @property
    def title_en(self) -> str | None:
        """In English, if there is one."""


def roles() -> dict[str, str]:
    """The roles in the reader's language."""
    names = {
        "peserta": _("Peserta"),
        "narasumber": _("Narasumber"),
        "moderator": _("Moderator"),
        "panitia": _("Panitia"),
    }
    return {role: str(name) for role, name in names.items()}


def title_of(titled: Titled) -> str:
    """The title of an event or agenda item in the reader's language."""
    return titled.title_en if current_locale() == "en" and titled.title_en else titled.title
