"""Signing up: a seat, a participant, a ticket and a mail, in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.mail.requests import ask_for_ticket_mail, ask_for_ticket_mails, send_ticket_again
from services.registration.models import Event, Participant, Partner
from services.registration.models.participants import CONFIRMED, WAITLISTED
from services.registration.outbound import publish_participants
from services.registration.partners import invitations
from services.registration.seats import pools
from services.registration.tickets import codes
from shared import clock
from shared.actors import Actor

# Signing a stranger's address up again and again must not fill its mailbox.
SECONDS_BETWEEN_REMINDERS = 600


class SignUpClosed(Exception):
    """The event does not take sign-ups now."""


class AlreadyRegistered(Exception):
    """This e-mail address has a live registration in this event."""


def sign_up(
    session: Session, event: Event, details: Mapping[str, Any], source: str, invite: str | None = None
) -> Participant:
    """Register somebody from what schemas.participants.SignUpSchema loaded, on a partner's seat with an ``invite``.

    Without a free seat, they are waitlisted. Raises SignUpClosed, InviteInvalid, AlreadyRegistered.
    """
    if not event.takes_signups(clock.now()):
        raise SignUpClosed(event.slug)
    partner = invitations.use(session, event, invite) if invite else None
    return register(session, event, details, source, partner)


def remind(session: Session, event: Event, email: str) -> None:
    """Send the ticket again to an address that signed up twice, at most once in SECONDS_BETWEEN_REMINDERS."""
    send_ticket_again(session, event.id, email, SECONDS_BETWEEN_REMINDERS)


def find_earlier(session: Session, participant_id: str) -> Participant:
    """The participant of an earlier answer to the same sign-up."""
    return session.get_one(Participant, participant_id)


def register(
    session: Session, event: Event, details: Mapping[str, Any], source: str, partner: Partner | None = None
) -> Participant:
    """Register somebody even if the event is closed (organisers and coordinators may).

    Raises AlreadyRegistered; the transaction must then be rolled back.
    """
    person = new_participant(event, details, source, partner)
    if person.role == "peserta":
        pool = pools.take(session, event.id, partner.id if partner else None)
        person.pool_id = pool.id if pool else None
        person.status = CONFIRMED if pool else WAITLISTED
    insert(session, person)
    publish_participants(session, [person])
    ask_for_ticket_mail(session, person)
    return person


def register_by_staff(
    session: Session,
    actor: Actor,
    event: Event,
    details: Mapping[str, Any],
    source: str,
    partner: Partner | None = None,
) -> Participant:
    """As ``register``, by an organiser or (with ``partner``) a coordinator; recorded. Raises AlreadyRegistered."""
    person = register(session, event, details, source, partner)
    after = {"partner": partner.name} if partner else {"role": person.role}
    audit.record(session, actor, "participant.registered", person.id, event_id=event.id, after=after)
    return person


# Many people are stored in chunks of this size, so that progress can be reported between them.
CHUNK = 500


def register_many(
    session: Session,
    event: Event,
    everybody: Sequence[Mapping[str, Any]],
    source: str,
    partner: Partner,
    report: Callable[[int], None] = lambda done: None,
) -> list[Participant]:
    """As ``register``, for a list of a partner's people, in a few statements for each chunk.

    ``report`` is called with the number stored so far. Raises AlreadyRegistered.
    """
    people = [new_participant(event, details, source, partner) for details in everybody]
    seats = pools.take_many(session, event.id, partner.id, len(people))
    for person, pool in zip(people, seats, strict=True):
        person.pool_id = pool.id if pool else None
        person.status = CONFIRMED if pool else WAITLISTED
    for start in range(0, len(people), CHUNK):
        chunk = people[start : start + CHUNK]
        insert(session, *chunk)
        publish_participants(session, chunk)
        ask_for_ticket_mails(session, chunk)
        report(start + len(chunk))
    return people


def new_participant(
    event: Event, details: Mapping[str, Any], source: str, partner: Partner | None = None
) -> Participant:
    """A confirmed participant, without a seat and not stored yet."""
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
    """Store new participants. Raises AlreadyRegistered when one of the e-mails has a live registration."""
    session.add_all(people)
    try:
        session.flush()
    except IntegrityError as error:
        if "uq_participants_live_email" in str(error.orig):
            raise AlreadyRegistered from error
        raise
