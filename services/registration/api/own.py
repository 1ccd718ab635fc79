"""What participants change of their registration, by JSON: the same as on their own page."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import ValidationError

from services.registration import answers, names, needs
from services.registration.api.registrations import holder_of, registration_out, wrong_fields
from services.registration.models import db
from services.registration.schemas import NameChange, RegistrationOut, WithAnswers, WithNeeds
from shared.web.access import LINK_HOLDER, who
from shared.web.openapi import problem_response

blueprint = Blueprint("own-registration", __name__, url_prefix="/api/v1/registrations/<token>", description="Own data")


@blueprint.put("/name")
@blueprint.arguments(NameChange)
@blueprint.response(200, RegistrationOut)
@problem_response(blueprint, 404, "No such registration")
@who(LINK_HOLDER)
def name(given: dict[str, Any], token: str) -> Any:
    """Correct the name. After the first check-in it waits for the organiser, as ``requested_name``."""
    with db.transaction() as session:
        person = holder_of(session, token)
        names.correct(session, person.event, person.id, given["name"])
        return registration_out(person.event, person)


@blueprint.put("/needs")
@blueprint.arguments(WithNeeds)
@blueprint.response(200, RegistrationOut)
@problem_response(blueprint, 404, "No such registration")
@who(LINK_HOLDER)
def change_needs(given: dict[str, Any], token: str) -> Any:
    """Replace the accommodation needs; without any, the consent to keep them is withdrawn."""
    with db.transaction() as session:
        person = holder_of(session, token)
        needs.change(session, person.event, person.id, given)
        return registration_out(person.event, person)


@blueprint.put("/answers")
@blueprint.arguments(WithAnswers)
@blueprint.response(200, RegistrationOut)
@problem_response(blueprint, 404, "No such registration")
@who(LINK_HOLDER)
def change_answers(given: dict[str, Any], token: str) -> Any:
    """Replace the answers to the event's own questions. A wrong one is named like ``answers.diet``."""
    try:
        with db.transaction() as session:
            person = holder_of(session, token)
            checked = answers.check(person.event.questions, given["answers"])
            answers.change(session, person.event, person.id, checked)
            return registration_out(person.event, person)
    except ValidationError as error:
        return wrong_fields(error)
