"""Every use case locks in one order: the event, then the partner, then pools, then people."""

import contextlib
import threading

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from services.registration import erasure
from services.registration.enrolment import cancelling, locking, offers, sign_up
from services.registration.events import lookup
from services.registration.groups import assigning
from services.registration.models import Event, Participant, Partner, db
from services.registration.partners import allotments, organisations
from services.registration.seats import pools
from shared import clock
from shared.actors import SYSTEM_ACTOR
from tests.locks import firsts, locked_tables, out_of_order

ORDER = ("events", "partners", "seat_pools", "participants")


@pytest.fixture
def people(event, partners):
    """Two people on seats of a partner, and two who wait for one."""
    with db.transaction() as session:
        here = session.get_one(Event, event.id)
        partner = session.get_one(Partner, partners[0].id)
        allotments.resize(session, here, partner.id, 2)
        allotments.resize(session, here, None, 0)
        people = [
            sign_up.register(session, here, {"name": f"Orang {n}", "email": f"o{n}@contoh.example"}, "form", partner)
            for n in range(4)
        ]
        people[0].offer_ends_at = clock.now()
        return [person.id for person in people]


def _rename(session, event, partner, name="Nama Lain"):
    lookup.with_agenda(session, event.id, for_change=True)
    organisations.change(session, SYSTEM_ACTOR, session.get_one(Partner, partner.id), name, 2, None)


USE_CASES = {
    "cancel": lambda session, event, partner, people: cancelling.cancel(session, event, people[0], by_holder=True),
    "erase": lambda session, event, partner, people: erasure.erase(session, SYSTEM_ACTOR, event, people[0]),
    "expire": lambda session, event, partner, people: offers.expire(session, people[0]),
    "rename": lambda session, event, partner, people: _rename(session, event, partner),
    "release": lambda session, event, partner, people: allotments.release_unused(
        session, SYSTEM_ACTOR, session.get_one(Partner, partner.id)
    ),
    "draw": lambda session, event, partner, people: assigning.assign(
        session, SYSTEM_ACTOR, lookup.with_agenda(session, event.id, for_change=True), 2, 1, False
    ),
    "sign up": lambda session, event, partner, people: sign_up.sign_up(
        session, event, {"name": "Baru", "email": "baru@contoh.example"}, "form", partner.invite_code
    ),
}


@pytest.mark.parametrize("name", USE_CASES)
def test_a_use_case_locks_in_the_order_of_the_service(event, partners, people, name):
    with locked_tables(db) as transactions, db.transaction() as session:
        USE_CASES[name](session, session.get_one(Event, event.id), partners[0], people)
    assert firsts(transactions[-1], ORDER)
    assert out_of_order(transactions, ORDER) == []


def _cross(monkeypatch, event, partner, person) -> list[str]:
    """A rename and a cancellation, each with its first lock before either takes its second. Returns what failed."""
    both_hold_one, failed = threading.Barrier(2), []

    def waiting(function):
        def wrapped(*arguments):
            result = function(*arguments)
            with contextlib.suppress(threading.BrokenBarrierError):
                both_hold_one.wait(timeout=1)
            return result

        return wrapped

    def attempt(use_case, *arguments):
        try:
            with db.transaction() as session:
                use_case(session, session.get_one(Event, event.id), *arguments)
        except OperationalError as error:
            failed.append(type(error.orig).__name__)

    monkeypatch.setattr(pools, "lock_pool", waiting(pools.lock_pool))
    monkeypatch.setattr(cancelling, "lock_with_seat", waiting(cancelling.lock_with_seat))
    threads = [
        threading.Thread(target=attempt, args=(_rename, partner)),
        threading.Thread(target=attempt, args=(cancelling.cancel, person, True)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def test_a_rename_and_a_cancellation_at_once_both_succeed(event, partners, people, monkeypatch):
    assert _cross(monkeypatch, event, partners[0], people[0]) == []
    with db.transaction() as session:
        assert session.get_one(Participant, people[0]).status == "cancelled"
        assert session.get_one(Partner, partners[0].id).name == "Nama Lain"
        served = session.scalars(select(Participant.status).where(Participant.id == people[2])).one()
        assert served == "confirmed"


def test_control_with_the_person_before_the_pool_they_wait_for_each_other(event, partners, people, monkeypatch):
    monkeypatch.setattr(cancelling, "lock_with_seat", locking.lock_participant)
    assert _cross(monkeypatch, event, partners[0], people[0]) == ["DeadlockDetected"]
