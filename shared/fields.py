"""marshmallow fields that every schema shares: text that PostgreSQL can store, instants with a UTC offset."""

import unicodedata
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, validate

from shared.text import is_storable

_BAD_EMAIL = _l("Alamat e-mail tidak sah. Contoh: nama@contoh.org")
REQUIRED = _l("Bagian ini wajib diisi.")


def _check_storable(text: str) -> None:
    if not is_storable(text):
        raise ValidationError([_l("Teks memuat karakter yang tidak dapat disimpan.")])


class Text(fields.String):
    """A string that PostgreSQL can store: no NUL, no lone surrogates; at most ``longest`` characters, trimmed.

    ``multiline=False`` (the default) also folds inner white space to single spaces.
    """

    default_error_messages = {
        "required": REQUIRED,
        "null": REQUIRED,
        "invalid": _l("Isi dengan teks."),
        "invalid_utf8": _l("Teks memuat karakter yang tidak terbaca. Ketik ulang, lalu coba lagi."),
        "empty": REQUIRED,
    }

    def __init__(self, *, longest: int = 200, multiline: bool = False, allow_empty: bool = False, **kwargs: Any):
        checks = list(kwargs.pop("validate", []) or [])
        checks.append(validate.Length(max=longest, error=_l("Paling banyak {max} karakter.")))
        super().__init__(validate=checks, **kwargs)
        self.multiline = multiline
        self.allow_empty = allow_empty

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        assert text is not None
        _check_storable(text)
        # Forms send line ends as CRLF. Stored like that, an unchanged text would look changed.
        text = text.replace("\r\n", "\n").strip() if self.multiline else " ".join(text.split())
        if not text and not self.allow_empty:
            raise self.make_error("empty")
        return unicodedata.normalize("NFC", text)


class Email(fields.String):
    """An e-mail address, in lower case; with one message for every kind of error."""

    default_error_messages = {
        "required": REQUIRED,
        "null": REQUIRED,
        "invalid": _BAD_EMAIL,
    }

    def __init__(self, **kwargs: Any):
        # RFC 5321, 4.5.3.1.3: a path is at most 254 octets without its brackets. (marshmallow's own Email field takes
        # no lazily translated message.)
        checks = [validate.Length(max=254, error=_BAD_EMAIL), validate.Email(error=_BAD_EMAIL)]
        metadata = {"format": "email", **kwargs.pop("metadata", {})}
        super().__init__(validate=checks, metadata=metadata, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        assert text is not None
        _check_storable(text)
        return text.strip().lower()


class Instant(fields.DateTime):
    """An aware instant: ISO 8601 with an offset; loaded as UTC, dumped as UTC."""

    default_error_messages = {
        "required": REQUIRED,
        "null": REQUIRED,
        "invalid": _l("Waktu tidak sah. Contoh: 2022-12-25T08:00:00+07:00"),
        "naive": _l("Waktu harus menyebut zona, misalnya +07:00."),
    }

    def __init__(self, **kwargs: Any):
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        parsed = value if isinstance(value, datetime) else super()._deserialize(value, attr, data, **kwargs)
        assert isinstance(parsed, datetime)
        if parsed.tzinfo is None:
            raise self.make_error("naive")
        try:
            return parsed.astimezone(UTC)
        except OverflowError as error:
            raise self.make_error("invalid", input=value, obj_type="instant") from error

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        if isinstance(value, datetime):
            value = value.astimezone(UTC)
        return super()._serialize(value, attr, obj, **kwargs)


def flatten(messages: Any) -> dict[str, list[str]]:
    """marshmallow's messages as lists of text by field name; nested ones joined with dots."""
    flat: dict[str, list[str]] = {}
    for name, value in (messages or {}).items():
        if isinstance(value, dict):
            for inner, texts in flatten(value).items():
                flat[f"{name}.{inner}"] = texts
        else:
            flat[str(name)] = [str(text) for text in (value if isinstance(value, list) else [value])]
    return flat
