"""Who did something, as it is stored beside scans and in audit logs: ``staff:<account id>``, ``device:<id>``, …

An actor is passed from the entry point (view, task, command) to the use case. Use cases never look at the request.
"""

from dataclasses import dataclass
from typing import Self

STAFF = "staff"
DEVICE = "device"
PARTICIPANT = "participant"
SYSTEM = "system"
KINDS = (STAFF, DEVICE, PARTICIPANT, SYSTEM)


@dataclass(frozen=True)
class Actor:
    """Somebody or something that acts. ``name`` is for people to read; it is not part of the identity."""

    kind: str
    id: str = ""
    name: str = ""

    def __str__(self) -> str:
        """The stored form: ``kind:id``, or the kind alone where there is no id."""
        return f"{self.kind}:{self.id}" if self.id else self.kind

    @classmethod
    def parse(cls, text: str) -> Self:
        """The actor in a stored form. Raises ValueError for an unknown kind."""
        kind, _colon, identifier = text.partition(":")
        if kind not in KINDS:
            raise ValueError(f"no such kind of actor: {kind!r}")
        return cls(kind, identifier)

    @property
    def is_staff(self) -> bool:
        """Whether a signed-in person acts (not a device, a participant or the system)."""
        return self.kind == STAFF


SYSTEM_ACTOR = Actor(SYSTEM, name="Hadir")
