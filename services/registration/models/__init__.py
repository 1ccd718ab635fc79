"""Tables of registration, by what they are about."""

from services.registration.models.announcements import Announcement
from services.registration.models.audit import AuditEntry
from services.registration.models.base import Base, db
from services.registration.models.copies import Attendance, CertificateCopy, WalkIn
from services.registration.models.events import ConsentText, Event, EventSession, Organiser, Partner, SeatPool
from services.registration.models.imports import Import
from services.registration.models.participants import Participant
from services.registration.models.people import Account, AccountScope, SignInSession

__all__ = [
    "Account",
    "AccountScope",
    "Announcement",
    "Attendance",
    "AuditEntry",
    "Base",
    "CertificateCopy",
    "ConsentText",
    "Event",
    "Import",
    "EventSession",
    "Organiser",
    "Participant",
    "Partner",
    "SeatPool",
    "SignInSession",
    "WalkIn",
    "db",
]
