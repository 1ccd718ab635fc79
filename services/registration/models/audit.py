"""The audit log."""

from sqlalchemy import Index

from services.registration.models.base import Base
from shared.audit import AuditMixin


class AuditEntry(AuditMixin, Base):
    """One recorded action; see services/registration/audit.py."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_event", "event_id", "id"),)
