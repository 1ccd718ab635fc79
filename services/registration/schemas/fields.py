"""Fields and messages that several schemas use; wall-clock times as <input type="datetime-local"> sends them."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate

from shared.fields import REQUIRED

CHOOSE = _l("Pilih salah satu dari daftar.")
BAD_TIME = _l("Isi tanggal dan jam, misalnya 2022-12-25 08:00.")
BAD_NUMBER = _l("Isi dengan angka bulat.")
NUMBER_MESSAGES = {"invalid": BAD_NUMBER, "too_large": BAD_NUMBER, "required": REQUIRED, "null": REQUIRED}
SEATS_RANGE = validate.Range(min=0, max=100_000, error=_l("Isi angka dari {min} sampai {max}."))


class WallTime(fields.Field[datetime]):
    """A local date and time without a zone; ``in_zone`` makes it an instant."""

    default_error_messages = {"required": REQUIRED, "null": REQUIRED, "invalid": BAD_TIME}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            parsed = datetime.fromisoformat(str(value).strip())
        except ValueError as error:
            raise self.make_error("invalid") from error
        if parsed.tzinfo is not None or not 1990 <= parsed.year <= 2200:
            raise self.make_error("invalid")
        return parsed


def in_zone(wall: datetime | None, timezone: str) -> datetime | None:
    """The instant of a wall-clock time in an event's zone."""
    return wall.replace(tzinfo=ZoneInfo(timezone)) if wall else None


def wall_text(instant: datetime | None, timezone: str) -> str:
    """An instant as <input type="datetime-local"> shows it in an event's zone."""
    return f"{instant.astimezone(ZoneInfo(timezone)):%Y-%m-%dT%H:%M}" if instant else ""
