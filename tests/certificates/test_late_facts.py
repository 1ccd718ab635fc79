"""Facts that arrive after a person was erased, in any order, do not bring the person back."""

import itertools
from typing import Any

import pytest
from sqlalchemy import select

from services.certificates.messages import HANDLERS
from services.certificates.models import Attendance, Participant, db
from shared.contracts import ATTENDANCE_CHANGED
from shared.delivery.inbox import Message, apply_batch, replay
from shared.delivery.models import DeadLetter, Outgoing
from tests.certificates import support

GONE: dict[str, Any] = {"name": None, "email": None, "organisation": None, "erased": True}


@pytest.fixture
def known(clean):
    support.receive(support.event())


def _facts(number: int) -> list[dict]:
    return [
        support.participant(number),
        support.participant(number, version=2, name="Nama Baru"),
        support.participant(number, version=3, **GONE),
        support.attendance(number, 1),
        support.attendance(number, 2),
    ]


def test_in_any_order_nothing_of_an_erased_person_is_left(known):
    orders = list(itertools.permutations(range(5)))
    for number, order in enumerate(orders, 1):
        facts = _facts(number)
        for place in order:
            support.receive(facts[place])
    with db.transaction() as session:
        people = session.scalars(select(Participant)).all()
        states = {(person.erased, person.name, person.email, person.version) for person in people}
        assert (len(people), states) == (len(orders), {(True, None, None, 3)})
        assert session.scalars(select(Attendance)).all() == []


def test_a_dead_letter_that_is_replayed_after_the_erasure_restores_nothing(known):
    support.receive(support.participant(1), support.participant(1, version=3, **GONE))
    payload = ATTENDANCE_CHANGED.payload_for("certificates", ATTENDANCE_CHANGED.dump(support.attendance(1, 1)))
    _fail(Message(900, ATTENDANCE_CHANGED.type, payload))
    with db.transaction() as session:
        letter = session.scalars(select(DeadLetter.id)).one()
    assert replay(db, HANDLERS, letter)
    with db.transaction() as session:
        assert session.scalars(select(Attendance)).all() == []


def _fail(message: Message) -> None:
    """Let a message become a dead letter."""

    def defect(_session, _facts):
        raise KeyError("a defect")

    apply_batch(db, {message.type: defect}, "checkin", [message])


def test_the_tombstone_scrubs_dead_letters_and_leaves_own_facts_on_their_way(known):
    payload = ATTENDANCE_CHANGED.payload_for("certificates", ATTENDANCE_CHANGED.dump(support.attendance(1, 1)))
    _fail(Message(900, ATTENDANCE_CHANGED.type, payload))
    with db.transaction() as session:
        about = {"type": "certificates.certificate-changed.v1", "key": str(support.participant_id(1))}
        session.add(Outgoing(subscriber="registration", payload={}, due_at=support.at(8), **about))
    support.receive(support.participant(1, version=3, **GONE))
    with db.transaction() as session:
        assert session.scalars(select(DeadLetter)).all() == []
        # It has no name in it, and registration still has to hear of the number.
        assert len(session.scalars(select(Outgoing)).all()) == 1
