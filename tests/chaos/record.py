"""The answers that clients got: the only thing the oracle believes besides the databases and the mailbox."""

import threading
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class SignUp:
    """Somebody who got a 2xx for signing up."""

    participant_id: str
    email: str
    name: str
    ticket: str | None
    token: str
    cancelled: bool = False


@dataclass
class Record:
    """Everything that was acknowledged. Its methods may be called by several threads."""

    sign_ups: list[SignUp] = field(default_factory=list)
    # scan id -> the first outcome that the door got
    scans: dict[uuid.UUID, str] = field(default_factory=dict)
    # Requests by kind and status; a connection that failed counts as status 0.
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    # Milliseconds of scans that were answered 2xx, by the fault during which they were made.
    door_ms: dict[str, list[float]] = field(default_factory=dict)
    changed_answers: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, kind: str, status: int) -> None:
        """Count an answer."""
        with self._lock:
            self.answers[kind, status] += 1

    def signed_up(self, made: SignUp) -> None:
        """Somebody got the answer that they are registered."""
        with self._lock:
            self.sign_ups.append(made)

    def scanned(self, scan_id: uuid.UUID, outcome: str) -> None:
        """The door got an outcome; a different one for the same scan later is recorded as a defect."""
        with self._lock:
            first = self.scans.setdefault(scan_id, outcome)
            if first != outcome:
                self.changed_answers.append(f"{scan_id}: {first}, later {outcome}")

    def took(self, fault: str, milliseconds: float) -> None:
        """A scan was answered while ``fault`` ("" for none) was going on."""
        with self._lock:
            self.door_ms.setdefault(fault, []).append(milliseconds)

    def surprise(self, what: str) -> None:
        """Something that no fault explains."""
        with self._lock:
            self.unexpected.append(what)

    def copy_of_sign_ups(self) -> list[SignUp]:
        """Those who signed up so far."""
        with self._lock:
            return list(self.sign_ups)

    def requests(self) -> dict[str, Any]:
        """Requests by kind: how many were made and how many were answered 2xx."""
        kinds = sorted({kind for kind, _status in self.answers})
        return {
            kind: {
                "sent": sum(count for (each, _), count in self.answers.items() if each == kind),
                "accepted": sum(
                    count for (each, status), count in self.answers.items() if each == kind and 200 <= status < 300
                ),
            }
            for kind in kinds
        }
