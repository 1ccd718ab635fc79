"""What organisers fill in to send an announcement."""

from marshmallow import Schema, fields

from shared.fields import Text


class AnnouncementForm(Schema):
    """A mail to many participants; it is previewed before it is ``confirmed``."""

    subject = Text(required=True, longest=150)
    body = Text(required=True, longest=10_000, multiline=True)
    confirmed = fields.Boolean(load_default=False)
