"""Signing up by JSON, and a registration as its holder sees it."""

from typing import Any

from flask import abort, g
from flask_babel import gettext as _
from flask_smorest import Blueprint
from marshmallow import EXCLUDE, Schema, ValidationError
from sqlalchemy.orm import Session

from services.registration import answers, cancelling, signup, tickets
from services.registration.api.events import find
from services.registration.models import Event, Participant, db
from services.registration.models.participants import CONFIRMED
from services.registration.pace import sign_ups
from services.registration.schemas import RegistrationOut, SignUp
from shared.fields import Text
from shared.web import idempotency
from shared.web.access import LINK_HOLDER, PUBLIC, who
from shared.web.errors import problem
from shared.web.forms import flatten
from shared.web.openapi import problem_response

blueprint = Blueprint("registrations", __name__, url_prefix="/api/v1", description="Registrations, by their holder")


class IdempotencyHeader(Schema):
    """A key that makes repeating a request harmless."""

    class Meta:
        unknown = EXCLUDE

    key = Text(data_key="Idempotency-Key", load_default=None, longest=100)


@blueprint.post("/events/<slug>/registrations")
@sign_ups
@blueprint.arguments(SignUp)
@blueprint.arguments(IdempotencyHeader, location="headers")
@blueprint.response(201, RegistrationOut)
@problem_response(blueprint, 404, "No such public event")
@problem_response(blueprint, 409, "Registered before, closed, or an invitation that is no good")
@problem_response(blueprint, 429, "Too many sign-ups from this network in a minute")
@who(PUBLIC)
def create(details: dict[str, Any], header: dict[str, Any], slug: str) -> Any:
    """Sign up. The same Idempotency-Key with the same content gets the first answer again."""
    try:
        with db.transaction() as session:
            return _sign_up_once(session, find(session, slug), details, header["key"])
    except signup.AlreadyRegistered:
        with db.transaction() as session:
            signup.remind(session, find(session, slug), details["email"])
        return _conflict(
            "email", _("Alamat ini sudah terdaftar untuk acara ini. Tiketnya kami kirim lagi ke alamat itu.")
        )
    except signup.InviteInvalid:
        return _conflict("invite", _("Undangan ini tidak berlaku (lagi)."))
    except signup.SignUpClosed:
        return problem(409, _("Pendaftaran ditutup"), request_id=g.request_id)
    except ValidationError as error:
        return wrong_fields(error)
    except idempotency.KeyReused:
        return problem(422, _("Idempotency-Key ini sudah dipakai untuk isi yang lain"), request_id=g.request_id)


def _sign_up_once(session: Session, event: Event, details: dict[str, Any], key: str | None) -> dict[str, Any]:
    scope = f"api:{event.id}"
    if key and (earlier := idempotency.claim(session, scope, key, details)):
        person = session.get(Participant, earlier.body["id"])
        assert person is not None
        return registration_out(event, person)
    given = {**details, "answers": answers.check(event.questions, details["answers"])}
    person = signup.sign_up(session, event, given, "api", details["invite"])
    if key:
        idempotency.store(session, scope, key, idempotency.Answer(201, {"id": str(person.id)}), str(person.id))
    return registration_out(event, person)


def wrong_fields(error: ValidationError) -> Any:
    """422, each wrong field by its name, such as ``answers.diet``."""
    title = _("Ada isian yang perlu diperbaiki")
    return problem(422, title, errors=flatten(error.normalized_messages()), request_id=g.request_id)


def _conflict(field: str, message: str) -> Any:
    return problem(409, message, errors={field: [message]}, request_id=g.request_id)


@blueprint.get("/registrations/<token>")
@blueprint.response(200, RegistrationOut)
@problem_response(blueprint, 404, "No such registration")
@who(LINK_HOLDER)
def one(token: str) -> Any:
    """A registration, by the token in its ticket's link."""
    with db.transaction() as session:
        person = holder_of(session, token)
        return registration_out(person.event, person)


@blueprint.post("/registrations/<token>/cancel")
@blueprint.response(200, RegistrationOut)
@problem_response(blueprint, 404, "No such registration")
@who(LINK_HOLDER)
def cancel(token: str) -> Any:
    """Give the seat back. Cancelling again changes nothing."""
    with db.transaction() as session:
        person = holder_of(session, token)
        cancelling.cancel(session, person.event, person.id, by_holder=True)
        return registration_out(person.event, person)


def holder_of(session: Session, token: str) -> Participant:
    """The participant whose token this is; 404 for anything else."""
    person = tickets.holder(session, token)
    if person is None:
        abort(404)
    return person


def registration_out(event: Event, person: Participant) -> dict[str, Any]:
    """The registration as RegistrationOut dumps it."""
    plain = (
        "needs",
        "needs_note",
        "requested_name",
        "id",
        "name",
        "email",
        "organisation",
        "role",
        "locale",
        "status",
        "status_at",
        "code",
    )
    return {
        **{name: getattr(person, name) for name in plain},
        "event": event.slug,
        "answers": person.answers,
        "ticket": tickets.qr_text(event, person) if person.status == CONFIRMED else None,
        "token": tickets.link_token(event, person),
        "page": tickets.link(event, person),
    }
