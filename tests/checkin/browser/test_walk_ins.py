"""Guests without a registration, the whole way: door, both services' real relays and workers, and back to the door."""

import os
import subprocess
import time

import pytest
from sqlalchemy import select

from services.checkin.models import Attendance, RosterEntry, Scan, WalkIn, db
from services.registration.demo import reference_event
from services.registration.enrolment import sign_up
from services.registration.models import Event, Participant, SeatPool
from services.registration.models import db as registration
from stack.processes import PROCESSES
from tests.checkin.browser.conftest import paired, result
from tests.facts import wib

BOTH = ("registration-relay", "registration-messages", "checkin-relay", "checkin-messages")


@pytest.fixture
def both_services(server):
    """The relays and workers of both services, as the stack starts them, on this test's databases and broker."""
    running = [
        subprocess.Popen(process.argv({}), env=dict(os.environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for process in PROCESSES
        if process.name in BOTH
    ]
    yield
    for process in running:
        process.terminate()
    for process in running:
        process.wait(20)


@pytest.fixture
def event(day) -> int:
    """The reference event in registration, with two seats that are no partner's; Budi has one of them."""
    passwords = {"DEMO_ORGANISER_EMAIL": "panitia@jppi.example", "DEMO_ORGANISER_PASSWORD": "sandi-panitia-uji"}
    with registration.transaction() as session:
        reference_event.load(session, wib("08:00").date(), reference_event.START, 0, passwords)
    with registration.transaction() as session:
        event = session.scalars(select(Event).where(Event.slug == reference_event.SLUG)).one()
        pool = session.scalars(select(SeatPool).where(SeatPool.event_id == event.id, SeatPool.partner_id.is_(None)))
        pool.one().size = 2
        session.flush()
        sign_up.register(session, event, {"name": "Budi Santoso", "email": "budi@contoh.example"}, source="form")
    return event.id


def walk_in(page, name: str, email: str = "") -> None:
    page.get_by_text("Tamu tanpa pendaftaran").click()
    form = page.locator("#walkin-form")
    form.get_by_label("Nama lengkap").fill(name)
    form.get_by_label("E-mail").fill(email)
    form.get_by_label("Tamu ini setuju").check()
    form.get_by_role("button").click()
    result(page, "provisional", name)


def answered(page, *lines: str) -> None:
    """Waits for these lines; "online" is one of the occasions on which the page asks, beside its timer."""

    def shown() -> bool:
        page.evaluate("dispatchEvent(new Event('online'))")
        page.wait_for_timeout(200)
        return all(line in page.locator("#answers").inner_text() for line in lines)

    until(shown)


def settled(name: str) -> Scan:
    with db.transaction() as session:
        return session.scalars(
            select(Scan)
            .join(
                WalkIn,
                WalkIn.walk_in_id == Scan.walk_in_id,
            )
            .where(WalkIn.name == name)
        ).one()


def people(event_id: int) -> set[str | None]:
    with db.transaction() as session:
        return set(session.scalars(select(RosterEntry.name).where(RosterEntry.event_id == event_id)))


def present(event_id: int) -> set[str | None]:
    came = select(Attendance.participant_id).where(Attendance.arrived_at.is_not(None))
    with db.transaction() as session:
        found = select(RosterEntry.name).where(RosterEntry.event_id == event_id, RosterEntry.participant_id.in_(came))
        return set(session.scalars(found))


def until(condition) -> None:
    deadline = time.monotonic() + 40
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def test_guests_are_registered_through_both_services_and_the_door_is_notified(event, both_services, server, chromium):
    until(lambda: "Budi Santoso" in people(event))
    page = paired(chromium(), server, event_id=event)
    walk_in(page, "Ani", "ani@contoh.example")
    answered(page, "Ani: pendaftaran diterima.")
    # Two guests while the server is away: one has signed up before, and for the other no seat is left.
    server.stop()
    walk_in(page, "Budi", "Budi@Contoh.example")
    walk_in(page, "Citra")
    server.start()
    answered(page, "Budi: pendaftaran diterima.", "Citra: kursi habis, masuk daftar tunggu.")
    with registration.transaction() as session:
        session.get_one(Event, event).status = "archived"
    walk_in(page, "Dedi")
    answered(page, "Dedi: tidak dapat didaftarkan. Acara ini tidak menerima peserta.")
    page.locator("#last li", has_text="Dedi · ditolak").wait_for()

    until(lambda: settled("Citra").effective == "waitlisted")
    outcomes = {name: (settled(name).effective, settled(name).conflict) for name in ("Ani", "Budi", "Citra", "Dedi")}
    assert outcomes == {
        "Ani": ("checked_in", False),
        "Budi": ("checked_in", False),
        "Citra": ("waitlisted", True),
        "Dedi": ("cancelled", True),
    }
    with registration.transaction() as session:
        rows = session.execute(select(Participant.name, Participant.status).where(Participant.event_id == event))
        known = {name: status for name, status in rows if name in ("Ani", "Budi Santoso", "Budi", "Citra", "Dedi")}
    assert known == {"Ani": "confirmed", "Budi Santoso": "confirmed", "Citra": "waitlisted"}
    assert present(event) == {"Ani", "Budi Santoso"}
