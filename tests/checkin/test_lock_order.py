"""Every transaction locks tickets first and people after them, whatever is in a batch."""

import uuid
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from services.checkin.messages import HANDLERS
from services.checkin.models import db
from services.checkin.scanning import locking
from shared.contracts import EVENT_CHANGED, PARTICIPANT_CHANGED, WALK_IN_ANSWERED
from shared.delivery.inbox import Message, apply_batch
from tests.checkin import support
from tests.checkin.support import door, event_fact, participant_fact, request, scan, ticket
from tests.facts import wib


@contextmanager
def locks(monkeypatch):
    """The kinds of locks that are taken inside, in order, for each transaction that commits."""
    done, now, keys = [], [], locking._keys

    def note(kind, ids):
        found = keys(kind, ids)
        now.extend([kind] if found else [])
        return found

    def end(_connection):
        done.append([*now])
        now.clear()

    monkeypatch.setattr(locking, "_keys", note)
    event.listen(db.engine, "commit", end)
    try:
        yield done
    finally:
        event.remove(db.engine, "commit", end)


def _receive_everything(siti) -> None:
    """A batch with a fact of every kind: what came first must not hold people when the next one wants tickets."""
    budi = participant_fact("Budi")
    answered = {"walk_in_id": uuid.uuid4(), "event_id": support.EVENT, "version": 1, "outcome": "registered"}
    answer = WALK_IN_ANSWERED.dump({**answered, "participant_id": budi["participant_id"], "reason": None})
    facts = [(EVENT_CHANGED, event_fact(version=2)), (PARTICIPANT_CHANGED, budi)]
    batch = [Message(support.next_number(), contract.type, contract.dump(fact)) for contract, fact in facts]
    apply_batch(db, HANDLERS, "registration", [*batch, Message(support.next_number(), WALK_IN_ANSWERED.type, answer)])


@pytest.mark.parametrize("case", ["batch of facts", "scan", "correction of a roster entry"])
def test_tickets_before_people(day, siti, monkeypatch, case):
    entrance = door()
    scan(entrance, request(wib("08:00"), ticket(siti)))
    with locks(monkeypatch) as transactions:
        if case == "scan":
            scan(entrance, request(wib("08:01"), ticket(siti)))
        elif case == "batch of facts":
            _receive_everything(siti)
        else:
            support.receive({**siti, "version": 2, "name": "Siti R."}, event_fact(version=2))
    taken = [kinds for kinds in transactions if kinds]
    assert taken
    assert [kinds for kinds in taken if kinds != sorted(kinds, key=["ticket", "person"].index)] == []
