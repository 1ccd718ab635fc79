"""What participants change of their registration, by JSON: the same as on their own page."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import ValidationError

from services.registration.access import current_actor, link_holder
from services.registration.api._answers import registration_answer, wrong_fields
from services.registration.models import db
from services.registration.participants import answers, needs, renaming
from services.registration.schemas.answers import check
from services.registration.schemas.participants import AnswersSchema, NameSchema, NeedsSchema, RegistrationResponse
from shared.web.access import LINK_HOLDER, who
from shared.web.openapi import problem_response

blueprint = Blueprint("own-registration", __name__, url_prefix="/api/v1/registrations/<token>", description="Own data")


@blueprint.put("/name")
@blueprint.arguments(NameSchema)
@blueprint.response(200, RegistrationResponse)
@problem_response(blueprint, 404, "No such registration")
@who(LINK_HOLDER)
def name(given: dict[str, Any], token: str) -> Any:
    """Correct the name. After the first check-in it waits for the organiser, as ``requested_name``."""
    with db.transaction() as session:
        person = link_holder(session, token)
        renaming.request(session, current_actor(), person.id, given["name"])
        return registration_answer(person.event, person)


@blueprint.put("/needs")
@blueprint.arguments(NeedsSchema)
@blueprint.response(200, RegistrationResponse)
@problem_response(blueprint, 404, "No such registration")
@who(LINK_HOLDER)
def change_needs(given: dict[str, Any], token: str) -> Any:
    """Replace the accommodation needs; without any, the consent to keep them is withdrawn."""
    with db.transaction() as session:
        person = link_holder(session, token)
        needs.change(session, current_actor(), person.id, given)
        return registration_answer(person.event, person)


@blueprint.put("/answers")
@blueprint.arguments(AnswersSchema)
@blueprint.response(200, RegistrationResponse)
@problem_response(blueprint, 404, "No such registration")
@who(LINK_HOLDER)
def change_answers(given: dict[str, Any], token: str) -> Any:
    """Replace the answers to the event's own questions. Errors are named by field, such as ``answers.diet``."""
    try:
        with db.transaction() as session:
            person = link_holder(session, token)
            checked = check(person.event.questions, given["answers"])
            answers.change(session, current_actor(), person.event, person.id, checked)
            return registration_answer(person.event, person)
    except ValidationError as error:
        return wrong_fields(error)
