"""Which instants a device may send."""

from datetime import UTC, datetime

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError

_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def plausible(instant: datetime) -> None:
    """Validator: a time that calculations with time zones can handle."""
    if not _EARLIEST <= instant <= _LATEST:
        raise ValidationError([_l("Waktu di luar jangkauan.")])
