"""Old rows of registration go by rule, and only those; an erasure leaves the answer to the door on its way."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from services.registration import erasure
from services.registration.accounts import sign_in
from services.registration.enrolment import importing
from services.registration.models import Account, Event, Import, SignInSession, WalkIn, db
from services.registration.tasks import CHORES, tick
from shared import clock
from shared.actors import SYSTEM_ACTOR
from shared.contracts import WALK_IN_REQUESTED
from shared.delivery.inbox import Message, apply_batch
from shared.delivery.models import DeadLetter, Outgoing
from shared.web import idempotency
from shared.web.models import IdempotentAnswer
from tests.registration.test_messages import _take, _walk_in

MINUTE = timedelta(minutes=1)


def _sign_in(session, event, at):
    account = session.scalars(select(Account)).first()
    times = {"created_at": at, "seen_at": at, "expires_at": at}
    return SignInSession(account_id=account.id, secret_hash=uuid.uuid4().hex, **times)


def _upload(session, event, at):
    partner = session.get_one(Event, event.id).partners[0]
    return Import(partner_id=partner.id, filename="daftar.csv", created_at=at, rows=[])


def _answer(session, event, at):
    return IdempotentAnswer(scope="test", key=uuid.uuid4().hex, fingerprint="", created_at=at)


RULES = {
    "sign-ins": (SignInSession, _sign_in, sign_in.KEPT),
    "uploads": (Import, _upload, importing.KEPT),
    "stored answers": (IdempotentAnswer, _answer, idempotency.KEPT),
}


@pytest.mark.parametrize("rule", RULES)
def test_rows_go_when_their_time_is_over_and_not_before(event, rule):
    model, make, kept = RULES[rule]
    limit = clock.real_now() - kept
    with db.transaction() as session:
        session.add_all([make(session, event, limit - MINUTE), make(session, event, limit + MINUTE)])
    tick()
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(model)) == 1


def test_a_defect_in_one_chore_does_not_stop_the_purges(event, monkeypatch):
    def broken(_db):
        raise KeyError("a defect")

    monkeypatch.setitem(CHORES, "release seats", broken)
    with db.transaction() as session:
        session.add(_upload(session, event, clock.real_now() - importing.KEPT - MINUTE))
    tick()
    with db.transaction() as session:
        assert session.scalars(select(Import)).all() == []


def test_an_erasure_scrubs_the_guests_request_and_leaves_the_answer_to_the_door(event):
    asked = _walk_in(event.id)
    _take(WALK_IN_REQUESTED, asked)
    # The same request again, which could not be applied, is kept with the guest's name.
    apply_batch(db, {}, "checkin", [Message(77, WALK_IN_REQUESTED.type, WALK_IN_REQUESTED.dump(asked))])
    with db.transaction() as session:
        person = session.scalars(select(WalkIn.participant_id)).one()
        erasure.erase(session, SYSTEM_ACTOR, session.get_one(Event, event.id), person)
    with db.transaction() as session:
        assert session.scalars(select(DeadLetter)).all() == []
        answers = session.scalars(select(Outgoing).where(Outgoing.key == str(asked["walk_in_id"]))).all()
        assert [(answer.type, "Tamu" in str(answer.payload)) for answer in answers] == [
            ("registration.walk-in-answered.v1", False)
        ]
