"""Tables of registration, by what they are about."""

from services.registration.models.accounts import Account, AccountScope, SignInSession
from services.registration.models.announcements import Announcement
from services.registration.models.audit import AuditEntry
from services.registration.models.base import Base, db
from services.registration.models.copies import Attendance, CertificateCopy, WalkIn
from services.registration.models.events import AgendaItem, ConsentText, Event, Organiser, Partner, SeatPool
from services.registration.models.imports import Import
from services.registration.models.participants import Participant

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
    "AgendaItem",
    "Organiser",
    "Participant",
    "Partner",
    "SeatPool",
    "SignInSession",
    "WalkIn",
    "db",
]
