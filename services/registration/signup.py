"""Somebody signs up: a seat, a participant, a ticket, a mail, in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.registration import codes, seats
from services.registration.mailing import ask_for_ticket_mail, ask_for_ticket_mails, send_ticket_again
from services.registration.models import Event, Participant, Partner
from services.registration.models.participants import CONFIRMED, WAITLISTED
from services.registration.publishing import publish_participants
from shared import clock

# Whoever signs a stranger's address up again and again must not fill its mailbox.
SECONDS_BETWEEN_REMINDERS = 600


class SignUpClosed(Exception):
    """The event takes no sign-ups (any more, or yet)."""


class InviteInvalid(Exception):
    """The invitation is unknown, has expired, or was used as often as it may be."""


class AlreadyRegistered(Exception):
    """This e-mail address has a live registration in this event."""


def sign_up(
    session: Session, event: Event, details: Mapping[str, Any], source: str, invite: str | None = None
) -> Participant:
    """Register somebody by what schemas.SignUp loaded, on a partner's seat when ``invite`` says so.

    Without a free seat they are waitlisted. Raises SignUpClosed, InviteInvalid, AlreadyRegistered.
    """
    if not event.takes_signups(clock.now()):
        raise SignUpClosed(event.slug)
    partner = use_invite(session, event, invite) if invite else None
    return register(session, event, details, source, partner)


def remind(session: Session, event: Event, email: str) -> None:
    """Somebody signed up with an address that is registered: its owner gets the ticket again, now and then."""
    send_ticket_again(session, event.id, email, SECONDS_BETWEEN_REMINDERS)


def use_invite(session: Session, event: Event, code: str) -> Partner:
    """The partner whose invitation this is, counting its use. Raises InviteInvalid."""
    partner = find_invite(session, event, code)
    if partner is None:
        raise InviteInvalid(code)
    if partner.invite_uses_left is not None:
        session.refresh(partner, with_for_update={"of": Partner})
        if not partner.invite_uses_left:
            raise InviteInvalid(code)
        partner.invite_uses_left -= 1
    return partner


def find_invite(session: Session, event: Event, code: str) -> Partner | None:
    """The partner of ``event`` whose invitation ``code`` is good now, or None."""
    if not code.isprintable():
        return None
    partner = session.scalar(select(Partner).where(Partner.event_id == event.id, Partner.invite_code == code))
    if partner is None or partner.invite_uses_left == 0:
        return None
    if partner.invite_expires_at is not None and clock.now() >= partner.invite_expires_at:
        return None
    return partner


def register(
    session: Session, event: Event, details: Mapping[str, Any], source: str, partner: Partner | None = None
) -> Participant:
    """Register somebody without asking whether the event is open (organisers and coordinators may).

    Raises AlreadyRegistered; the transaction is then to be given up.
    """
    person = new_participant(event, details, source, partner)
    if person.role == "peserta":
        pool = seats.take(session, event.id, partner.id if partner else None)
        person.pool_id = pool.id if pool else None
        person.status = CONFIRMED if pool else WAITLISTED
    insert(session, person)
    publish_participants(session, event, [person])
    ask_for_ticket_mail(session, person)
    return person


# Many people are stored in pieces of this size, so that progress can be told between them.
PIECE = 500


def register_many(
    session: Session,
    event: Event,
    everybody: Sequence[Mapping[str, Any]],
    source: str,
    partner: Partner,
    tell: Callable[[int], None] = lambda done: None,
) -> list[Participant]:
    """As register, for a whole list of a partner's people, in a handful of statements for each piece.

    ``tell`` hears how many are stored so far. Raises AlreadyRegistered.
    """
    people = [new_participant(event, details, source, partner) for details in everybody]
    pools = seats.take_many(session, event.id, partner.id, len(people))
    for person, pool in zip(people, pools, strict=True):
        person.pool_id = pool.id if pool else None
        person.status = CONFIRMED if pool else WAITLISTED
    for start in range(0, len(people), PIECE):
        piece = people[start : start + PIECE]
        insert(session, *piece)
        publish_participants(session, event, piece)
        ask_for_ticket_mails(session, piece)
        tell(start + len(piece))
    return people


def new_participant(
    event: Event, details: Mapping[str, Any], source: str, partner: Partner | None = None
) -> Participant:
    """A confirmed participant that has no seat yet and is not stored yet."""
    now = clock.now()
    return Participant(
        version=0,
        event_id=event.id,
        partner_id=partner.id if partner else None,
        name=details["name"],
        email=details.get("email"),
        organisation=partner.name if partner else details.get("organisation"),
        role=details.get("role", "peserta"),
        locale=details.get("locale", "id"),
        source=source,
        answers=details.get("answers", {}),
        status=CONFIRMED,
        status_at=now,
        created_at=now,
        code=codes.ticket_code(),
        consent_version=event.consent_version,
        consent_at=details.get("consent_at") or now,
        needs=details.get("needs", []),
        needs_note=details.get("needs_note"),
        needs_consent_at=now if details.get("needs_consent") else None,
        revoked_ticket_ids=[],
    )


def insert(session: Session, *people: Participant) -> None:
    """Store new participants. Raises AlreadyRegistered when the database knows a live one with the e-mail."""
    session.add_all(people)
    try:
        session.flush()
    except IntegrityError as error:
        if "uq_participants_live_email" in str(error.orig):
            raise AlreadyRegistered from error
        raise
