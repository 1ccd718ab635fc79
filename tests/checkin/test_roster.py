"""The copies of events and participants: newer facts win in any order; no e-mail address arrives."""

import random

from sqlalchemy import select

from services.checkin.models import EventSchedule, RosterEntry, RosterRevision, db
from shared.delivery.models import DeadLetter
from tests.checkin.support import EVENT, event_fact, participant_fact, receive


def row(fact) -> RosterEntry:
    with db.transaction() as session:
        found = session.get(RosterEntry, fact["participant_id"])
        assert found is not None
        return found


def test_the_newest_version_wins_in_any_order(day):
    siti = participant_fact("Siti")
    versions = [{**siti, "version": number, "name": f"Siti {number}"} for number in range(1, 6)]
    random.shuffle(versions)
    for fact in [*versions, *versions]:
        receive(fact)
    assert (row(siti).name, row(siti).version) == ("Siti 5", 5)


def test_no_e_mail_address_reaches_checkin(day):
    siti = participant_fact(email="siti@example.org")
    receive(siti)
    assert "siti@example.org" not in str(vars(row(siti)))


def test_codes_are_stored_without_what_people_add_when_typing(day):
    siti = participant_fact(code="k7q-001 a")
    receive(siti)
    assert row(siti).code == "K7Q001A"


def test_every_batch_gets_the_next_revision_of_its_event(day):
    first, second, elsewhere = participant_fact(), participant_fact(), participant_fact(event_id=8)
    receive(first, elsewhere)
    receive(second)
    receive(first)
    assert [row(fact).revision for fact in (first, second, elsewhere)] == [1, 2, 1]
    with db.transaction() as session:
        assert session.get_one(RosterRevision, EVENT).revision == 2


def test_every_version_of_a_schedule_is_kept(day):
    receive(event_fact(version=3, title="Judul baru"))
    receive(event_fact(version=2))
    with db.transaction() as session:
        versions = session.scalars(select(EventSchedule.version).order_by(EventSchedule.version)).all()
    assert versions == [1, 2, 3]


def test_an_erased_person_stays_erased(day):
    siti = participant_fact("Siti", needs_assistance=True)
    receive(siti)
    receive({**siti, "version": 3, "erased": True, "name": None, "organisation": None, "status": "cancelled"})
    receive({**siti, "version": 2, "name": "Siti lagi"})
    kept = row(siti)
    assert (kept.name, kept.organisation, kept.code, kept.needs_assistance) == (None, None, "", False)


def test_two_people_with_one_ticket_become_a_dead_letter_and_block_nothing(day):
    siti, other = participant_fact("Siti"), participant_fact("Budi")
    receive(siti, {**participant_fact("Palsu"), "ticket_id": siti["ticket_id"]}, other)
    assert row(other).name == "Budi"
    with db.transaction() as session:
        assert len(session.scalars(select(DeadLetter)).all()) == 1
