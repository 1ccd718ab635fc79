"""The rows and the callers of the table: two events in all three databases, and somebody of every kind who calls."""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import redis
from joserfc import jwt

from services.checkin.devices import pairing
from services.checkin.models import db as checkin_db
from services.registration.accounts import passwords, sign_in
from services.registration.accounts.team import Scope, invite
from services.registration.demo import reference_event
from services.registration.enrolment import importing, sign_up
from services.registration.events import questions
from services.registration.models import Account, Event, Participant, Partner, db
from services.registration.participants import announcements, search
from services.registration.partners import organisations
from services.registration.tickets import links
from shared import clock, keys, settings
from shared.actors import STAFF, Actor
from shared.mail.models import Mail
from shared.web import signin
from tests.certificates import support as certificates
from tests.checkin import support as checkin
from tests.environment import SERVICES, empty

STAFF_ID = "00000000-0000-4000-8000-000000000001"
ACTOR = Actor(STAFF, STAFF_ID, "Penguji")


@dataclass
class Rows:
    """The ids of one event's rows, by the names that routes give them; ``participant_id`` by service."""

    ids: dict[str, Any] = field(default_factory=dict)
    people: dict[str, uuid.UUID] = field(default_factory=dict)
    link: str = ""


@dataclass
class World:
    """What one event has (``own``), the same of another event or partner (``other``), and headers by caller."""

    own: Rows
    other: Rows
    headers: Mapping[str, Mapping[str, str]]
    password_link: str
    code: str


def build() -> World:
    """Everything anew in emptied databases."""
    for service in SERVICES:
        empty(service)
    forget_limits()
    own, other, account = _registration()
    doors = _checkin(own, other)
    code = _certificates(own, other)
    partners = (own.ids["partner_id"], other.ids["partner_id"])
    return World(own, other, _headers(own.ids["event_id"], other.ids["event_id"], partners, doors), account, code)


def forget_limits() -> None:
    """Give back every rate limit."""
    with redis.Redis.from_url(settings.broker_url()) as broker:
        for key in broker.scan_iter("*hadir-limit*"):
            broker.delete(key)


def _registration() -> tuple[Rows, Rows, str]:
    with db.transaction() as session:
        day = (clock.now() + timedelta(days=30)).date()
        reference_event.load(session, day, reference_event.START, 0, {})
    with db.transaction() as session:
        first, second = session.query(Event).order_by(Event.id).all()
        partner, beside = first.partners[:2]
        foreign = organisations.create(session, second, "Mitra Acara Lain", 3)
        own, other = _rows(session, first, partner), _rows(session, second, foreign)
        # For a partner's coordinator, the others are those of another partner of the same event.
        other.ids["partner_id"] = beside.id
        other.ids["import_id"] = importing.upload(session, beside, "b.csv", b"nama\nOrang\n").id
        other.people["partner"] = _person(session, first, beside, "sebelah@peserta.example").id
        account = session.get_one(Account, own.ids["account_id"])
        return own, other, passwords.password_link(account).rpartition("/")[2]


def _rows(session: Any, event: Event, partner: Partner) -> Rows:
    person = _person(session, event, partner, f"orang{event.id}@peserta.example")
    scope = Scope("coordinator", event.id, partner.id)
    account = invite(session, ACTOR, f"koordinator{event.id}@mitra.example", "Koordinator", scope)
    # Somebody else's sign-in for the other event's rows; the callers' own for the first.
    own_account = Account(id=uuid.UUID(STAFF_ID), email="saya@hadir.example", name="Saya", created_at=clock.real_now())
    if session.get(Account, own_account.id) is None:
        session.add(own_account)
        session.flush()
        sign_in.start(session, own_account, "", "")
        holder = own_account.id
    else:
        sign_in.start(session, account, "", "")
        holder = account.id
    (open_session,) = sign_in.open_sessions(session, holder)
    asked = {"label": f"Ukuran {event.id}", "kind": "text", "required": False, "options": []}
    letter = announcements.announce(
        session, ACTOR, event, search.matching(event.id, {}), {"subject": "Kabar", "body": "Isi"}
    )
    mail = session.query(Mail).filter_by(kind="ticket", subject_key=str(person.id)).one()
    ids = {
        "event_id": event.id,
        "registration_session": event.agenda[0].id,
        "participant_id": person.id,
        "partner_id": partner.id,
        "account_id": account.id,
        "scope_id": account.scopes[0].id,
        "sign_in": open_session.id,
        "certificates_session": 0,
        "import_id": importing.upload(session, partner, "a.csv", b"nama\nOrang\n").id,
        "mail_id": mail.id,
        "announcement_id": letter.id,
        "key": questions.add(session, ACTOR, event, asked),
        "slug": event.slug,
    }
    people = {"registration": person.id, "partner": person.id}
    return Rows(ids, people, links.link_token(event, person))


def _person(session: Any, event: Event, partner: Partner, email: str) -> Participant:
    details = {"name": "Peserta Uji", "email": email, "locale": "id", "consent": True}
    return sign_up.register_by_staff(session, ACTOR, event, details, "coordinator", partner)


def _checkin(own: Rows, other: Rows) -> dict[str, str]:
    tokens = {}
    for rows in (own, other):
        event_id = rows.ids["event_id"]
        person = checkin.participant_fact(event_id=event_id)
        checkin.receive(checkin.event_fact(event_id), person)
        rows.people["checkin"] = person["participant_id"]
        # Without a session of that number, there is no correction to withdraw.
        rows.ids["checkin_session"] = checkin.MORNING if rows is own else checkin.MORNING + 900
        with checkin_db.transaction() as session:
            device, code = pairing.create(session, event_id, "Pintu", ACTOR)
            paired = pairing.pair(session, code)
            assert paired
            rows.ids["device_id"], tokens[f"door {event_id}"] = device.id, paired.token
    with checkin_db.transaction() as session:
        revoked, code = pairing.create(session, own.ids["event_id"], "Hilang", ACTOR)
        lost = pairing.pair(session, code)
        assert lost
        pairing.revoke(session, own.ids["event_id"], revoked.id, ACTOR)
    return {
        "own_door": tokens[f"door {own.ids['event_id']}"],
        "other_door": tokens[f"door {other.ids['event_id']}"],
        "revoked_door": lost.token,
    }


def _certificates(own: Rows, other: Rows) -> str:
    numbers = {own.ids["event_id"]: 1, other.ids["event_id"]: 2}
    for rows in (own, other):
        event_id = rows.ids["event_id"]
        number = numbers[event_id]
        certificates.receive(certificates.event(event_id), *certificates.full_day([number], event_id))
        rows.people["certificates"] = certificates.participant_id(number)
    certificates.issue_all()
    (issued,) = certificates.certificates(event_id=own.ids["event_id"])
    return str(issued.code)


def _headers(
    event: int, other: int, partners: tuple[int, int], doors: Mapping[str, str]
) -> Mapping[str, Mapping[str, str]]:
    """What each kind of caller shows with every request: a token in both places where one is looked for."""
    scopes = {
        "coordinator_a": [f"coordinator:{event}:{partners[0]}"],
        "coordinator_b": [f"coordinator:{event}:{partners[1]}"],
        "other_organiser": [f"organiser:{other}"],
        "own_organiser": [f"organiser:{event}"],
        "organiser": ["organiser"],
        "operator": ["operator"],
    }
    signed = {name: signin.make_token(STAFF_ID, "Penguji", held) for name, held in scopes.items()}
    signed["expired"] = expired()
    headers = {name: {"Authorization": f"Bearer {token}", "signin": token} for name, token in signed.items()}
    headers |= {name: {"Authorization": f"Bearer {token}"} for name, token in doors.items()}
    return {"anonymous": {}, "link": {}, **headers}


def expired() -> str:
    """A genuine token of somebody who might do anything, until a second ago."""
    signing = keys.signing_key("HADIR_SESSION_PRIVATE_KEY")
    claims = {
        "iss": signin.ISSUER,
        "sub": STAFF_ID,
        "name": "Penguji",
        "scopes": ["organiser", "operator"],
        "exp": int(datetime.now(UTC).timestamp()) - 1,
    }
    return jwt.encode({"alg": "Ed25519", "kid": str(signing.kid)}, claims, signing.jwk(), algorithms=["Ed25519"])


def scans(event_id: int) -> dict[str, Any]:
    """A batch of one scan."""
    now = clock.now().isoformat()
    scan = {"scan_id": str(uuid.uuid4()), "ticket": secrets.token_hex(4), "scanned_at": now}
    return {"event_id": event_id, "device_now": now, "scans": [scan]}


def walk_ins() -> dict[str, Any]:
    """A batch of one guest."""
    now = clock.now().isoformat()
    guest = {"walk_in_id": str(uuid.uuid4()), "name": "Tamu", "consent": True, "consent_at": now}
    return {"device_now": now, "walk_ins": [guest]}
