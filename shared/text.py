"""Text that PostgreSQL can store: no NUL, no lone surrogates. JSON and marshmallow accept both."""

import math
import re
from collections.abc import Mapping
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can store ``text``."""
    return not _UNSTORABLE.search(text)


def storable(value: Any) -> Any:
    """JSON data with U+FFFD for every character that cannot be stored, and with NaN and infinities as text."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {storable(name): storable(item) for name, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    # Only Python's json accepts NaN and infinities.
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
