"""What organisers fill in about a question of the sign-up form."""

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, ValidationError, fields, post_load, validate, validates, validates_schema

from services.registration.events.questions import CHOICE, CHOICES, KINDS
from services.registration.schemas.answers import Number
from services.registration.schemas.fields import CHOOSE
from shared.fields import REQUIRED, Text

MOST_OPTIONS = 30
LONGEST_OPTION = 100


class QuestionForm(Schema):
    """A question: its texts, its kind, and the answers it allows."""

    label = Text(required=True)
    label_en = Text(load_default=None)
    help = Text(load_default=None, longest=300)
    help_en = Text(load_default=None, longest=300)
    kind = fields.String(
        required=True,
        validate=validate.OneOf(KINDS, error=CHOOSE),
        error_messages={"required": REQUIRED, "invalid": CHOOSE},
    )
    required = fields.Boolean(load_default=False)
    # One option per line, its English text behind a bar.
    options = Text(load_default="", longest=10_000, multiline=True, allow_empty=True)
    smallest = Number(load_default=None)
    largest = Number(load_default=None)

    @validates("options")
    def options_are_bounded(self, value: str, **_: Any) -> None:
        made = parse_options(value)
        if len(made) > MOST_OPTIONS:
            raise ValidationError([_l("Paling banyak 30 pilihan.")])
        if any(len(text or "") > LONGEST_OPTION for option in made for text in option.values()):
            raise ValidationError([_l("Satu pilihan paling banyak 100 karakter.")])
        if any(not option["value"] or ";" in str(option["value"]) for option in made):
            raise ValidationError([_l("Setiap pilihan perlu kata-kata, tanpa titik koma.")])
        if len({str(option["value"]).lower() for option in made}) < len(made):
            raise ValidationError([_l("Setiap pilihan hanya boleh ada sekali.")])

    @validates_schema
    def choices_have_options(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("kind") in (CHOICE, CHOICES) and "options" in data and len(parse_options(data["options"])) < 2:
            raise ValidationError([_l("Tulis paling sedikit dua pilihan, satu per baris.")], "options")

    @validates_schema
    def range_is_not_empty(self, data: dict[str, Any], **_: Any) -> None:
        least, most = data.get("smallest"), data.get("largest")
        if least is not None and most is not None and most < least:
            raise ValidationError([_l("Tidak boleh kurang dari angka terkecil.")], "largest")

    @post_load
    def as_kept(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        data["options"] = parse_options(data["options"]) if data["kind"] in (CHOICE, CHOICES) else []
        return data


def parse_options(lines: str) -> list[dict[str, str | None]]:
    """Options from lines such as ``Ya | Yes``. The Indonesian text is also the stored value."""
    parted = [line.partition("|") for line in lines.splitlines() if line.strip()]
    return [
        {"value": " ".join(own.split()), "label": " ".join(own.split()), "label_en": " ".join(other.split()) or None}
        for own, _bar, other in parted
    ]


def written_options(options: list[dict[str, Any]]) -> str:
    """Options as the form's lines."""
    return "\n".join(
        f"{option['label']} | {option['label_en']}" if option["label_en"] else option["label"] for option in options
    )
