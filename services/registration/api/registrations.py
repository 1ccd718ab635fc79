"""Signing up by JSON, and a registration as its holder sees it."""

from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_smorest import Blueprint
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from services.registration.access import limit_sign_ups, link_holder, public_event
from services.registration.api._answers import registration_answer, wrong_fields
from services.registration.enrolment import sign_up
from services.registration.enrolment.cancelling import cancel as cancel_registration
from services.registration.models import Event, db
from services.registration.partners.invitations import InviteInvalid
from services.registration.schemas import answers
from services.registration.schemas.participants import IdempotencyHeader, RegistrationResponse, SignUpSchema
from shared.web import idempotency
from shared.web.access import LINK_HOLDER, PUBLIC, who
from shared.web.errors import problem
from shared.web.openapi import problem_response

blueprint = Blueprint("registrations", __name__, url_prefix="/api/v1", description="Registrations, by their holder")


@blueprint.post("/events/<slug>/registrations")
@limit_sign_ups
@blueprint.arguments(SignUpSchema)
@blueprint.arguments(IdempotencyHeader, location="headers")
@blueprint.response(201, RegistrationResponse)
@problem_response(blueprint, 404, "No such public event")
@problem_response(blueprint, 409, "Already registered, sign-up closed, or an invalid invitation")
@problem_response(blueprint, 429, "Too many sign-ups from this network in a minute")
@who(PUBLIC)
def create(details: dict[str, Any], header: dict[str, Any], slug: str) -> Any:
    """Sign up. The same Idempotency-Key with the same content gets the first answer again."""
    try:
        with db.transaction() as session:
            return _sign_up_once(session, public_event(session, slug), details, header["key"])
    except sign_up.AlreadyRegistered:
        with db.transaction() as session:
            sign_up.remind(session, public_event(session, slug), details["email"])
        return _conflict(
            "email", _("Alamat ini sudah terdaftar untuk acara ini. Tiketnya kami kirim lagi ke alamat itu.")
        )
    except InviteInvalid:
        return _conflict("invite", _("Undangan ini tidak berlaku (lagi)."))
    except sign_up.SignUpClosed:
        return problem(409, _("Pendaftaran ditutup"), request_id=g.request_id)
    except ValidationError as error:
        return wrong_fields(error)
    except idempotency.KeyReused:
        return problem(422, _("Idempotency-Key ini sudah dipakai untuk isi yang lain"), request_id=g.request_id)


def _sign_up_once(session: Session, event: Event, details: dict[str, Any], key: str | None) -> dict[str, Any]:
    scope = f"api:{event.id}"
    if key and (earlier := idempotency.claim(session, scope, key, details)):
        return registration_answer(event, sign_up.find_earlier(session, earlier.body["id"]))
    given = {**details, "answers": answers.check(event.questions, details["answers"])}
    person = sign_up.sign_up(session, event, given, "api", details["invite"])
    if key:
        idempotency.store(session, scope, key, idempotency.Answer(201, {"id": str(person.id)}), str(person.id))
    return registration_answer(event, person)


def _conflict(field: str, message: str) -> Any:
    return problem(409, message, errors={field: [message]}, request_id=g.request_id)


@blueprint.get("/registrations/<token>")
@blueprint.response(200, RegistrationResponse)
@problem_response(blueprint, 404, "No such registration")
@who(LINK_HOLDER)
def one(token: str) -> Any:
    """A registration, by the token in its ticket's link."""
    with db.transaction() as session:
        person = link_holder(session, token)
        return registration_answer(person.event, person)


@blueprint.post("/registrations/<token>/cancel")
@blueprint.response(200, RegistrationResponse)
@problem_response(blueprint, 404, "No such registration")
@who(LINK_HOLDER)
def cancel(token: str) -> Any:
    """Give the seat back. Cancelling again changes nothing."""
    with db.transaction() as session:
        person = link_holder(session, token)
        cancel_registration(session, person.event, person.id, by_holder=True)
        return registration_answer(person.event, person)
