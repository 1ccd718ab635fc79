"""Asking for mail, in the use case's own transaction. What it says is composed when it is sent: mail_texts.py."""

import uuid

from sqlalchemy.orm import Session

from services.registration.models import Participant
from shared import queues
from shared.jobs import JobKind
from shared.mail.models import Mail
from shared.mail.queue import enqueue

SEND_MAIL = JobKind(Mail, "registration.send-mail", queues.REGISTRATION_MAIL)

# What the participant's mail is about; its text follows the status at the time of sending.
TICKET = "ticket"


def ask_for_ticket_mail(session: Session, person: Participant) -> uuid.UUID | None:
    """Have the ticket (or the place on the waiting list, or the cancellation) written to the person.

    The fact's version makes the occasion: one mail for each change that deserves one. None without an e-mail.
    """
    if not person.email:
        return None
    return enqueue(session, TICKET, person.id, person.email, f"{TICKET}:{person.id}:{person.version}")
