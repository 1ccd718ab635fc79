"""The numbers of the live page, and corrections by staff."""

import re

import pytest
from sqlalchemy import select

from services.checkin.app import create_app
from services.checkin.attendance import corrections
from services.checkin.models import Attendance, AuditEntry, RosterEntry, db
from services.checkin.pages import live as pages
from services.checkin.queries import live
from services.checkin.scanning.judging import Direction
from services.checkin.scanning.loading import current_schedule
from services.checkin.tasks import tick
from shared.delivery.models import Outgoing
from shared.web import signin
from tests.checkin.support import (
    AFTERNOON,
    EVENT,
    MORNING,
    SESSIONS,
    STAFF,
    counted,
    door,
    event_fact,
    participant_fact,
    receive,
    request,
    scan,
    ticket,
)
from tests.facts import wib
from tests.markup import attribute, csrf_token

EVENT_PAGE = f"/checkin/console/events/{EVENT}/"


@pytest.fixture
def browser(day, monkeypatch):
    # These tests expect fresh pages; how old a page may be is a test of its own.
    monkeypatch.setattr(pages, "FRESH_SECONDS", 0.0)
    client = create_app().test_client()
    client.set_cookie(signin.cookie_name(), signin.make_token("u1", "Ani", ["organiser"]))
    return client


@pytest.fixture
def siti(day):
    fact = participant_fact("Siti Rahayu")
    receive(fact)
    return fact


def attendance(person, session_id=MORNING) -> Attendance:
    with db.transaction() as session:
        found = session.get(Attendance, (person["participant_id"], session_id))
        assert found is not None
        return found


def correct(browser, person, **form):
    address = f"{EVENT_PAGE}people/{person['participant_id']}"
    token = csrf_token(browser.get(address))
    typed = {"csrf_token": token, "session_id": MORNING, "reason": "Lupa memindai", **form}
    return browser.post(f"{address}/corrections", data=typed)


def test_the_live_page_counts_what_happened(browser, day, siti):
    budi = participant_fact("Budi", organisation="Yapari")
    receive(budi, participant_fact("Tidak datang", organisation="Yapari"))
    entrance = door(name="Pintu A")
    scan(entrance, request(wib("08:00"), ticket(siti)))
    day.at(wib("08:20"))
    scan(entrance, request(wib("08:20"), ticket(budi)), request(wib("08:20"), "apa ini"))
    with db.transaction() as session:
        schedule = current_schedule(session, EVENT)
        assert schedule is not None
        bars = [bar for bar in live.arrivals_over_time(session, schedule) if bar.arrived]
        assert [(bar.start, bar.arrived, bar.total) for bar in bars] == [(wib("08:00"), 1, 1), (wib("08:15"), 1, 2)]
        assert live.inside_now(session, schedule, wib("08:30")) == 2
        assert live.inside_now(session, schedule, wib("12:00")) == 0
        partners = [tuple(row) for row in live.by_partner(session, schedule, wib("08:30"))]
        assert partners == [("Yapari", 2, 1, 1), ("Yayasan Tuna Netra", 1, 1, 1)]
        (device,) = live.by_device(session, EVENT)
        assert tuple(device)[:4] == ("Pintu A", 3, 2, 0)
    page = browser.get(EVENT_PAGE).text
    for shown in ("Siti Rahayu", "Yapari", "Pintu A", "08.15 WIB", "Tidak dikenal"):
        assert shown in page


def test_conflicts_are_listed_with_the_door(browser, day, siti):
    day.at(wib("10:00"))
    scan(door(name="Pintu A"), request(wib("08:10"), ticket(siti)))
    scan(door(name="Pintu B"), request(wib("08:05"), ticket(siti)))
    page = browser.get(EVENT_PAGE).text
    assert re.search(r"08\.10 WIB · <a [^>]+>Siti Rahayu</a> · Pintu A: Masuk → Sudah masuk", page)


def test_a_polling_page_gets_304_until_something_changes(browser, day, siti):
    first = browser.get(f"{EVENT_PAGE}live")
    etag = {"If-None-Match": first.headers["ETag"]}
    assert browser.get(f"{EVENT_PAGE}live", headers=etag).status_code == 304
    scan(door(), request(wib("08:00"), ticket(siti)))
    again = browser.get(f"{EVENT_PAGE}live", headers=etag)
    assert again.status_code == 200
    assert "Siti Rahayu" in again.text
    english = browser.get(f"{EVENT_PAGE}live?lang=en", headers={"If-None-Match": first.headers["ETag"]})
    assert english.status_code == 200


def test_fifty_polling_pages_cost_the_database_nothing_while_people_arrive(browser, day, siti, monkeypatch):
    first = browser.get(f"{EVENT_PAGE}live")
    monkeypatch.setattr(pages, "FRESH_SECONDS", 2.0)
    scan(door(), request(wib("08:00"), ticket(siti)))
    etag = {"If-None-Match": first.headers["ETag"]}
    with counted() as statements:
        answers = [browser.get(f"{EVENT_PAGE}live", headers=etag).status_code for _ in range(50)]
    assert (set(answers), statements) == ({304}, [])
    monkeypatch.setattr(pages, "FRESH_SECONDS", 0.0)
    with counted() as statements:
        assert "Siti Rahayu" in browser.get(f"{EVENT_PAGE}live", headers=etag).text
        assert browser.get(f"{EVENT_PAGE}live", headers=etag).status_code == 200
    assert 0 < len(statements) <= 28
    # The page itself, when somebody opens it, is never old.
    scan(door(), request(wib("08:00"), ticket(siti)))
    assert "Sudah masuk" in browser.get(EVENT_PAGE).text


def test_a_plot_of_a_long_event_has_a_limited_number_of_bars(day):
    sessions = event_fact()["sessions"]
    far = {name: wib("08:00", day=31) for name in ("opens_at", "starts_at", "late_after", "closes_at", "ends_at")}
    receive(event_fact(version=2, sessions=[sessions[0], {**sessions[1], **far}]))
    with db.transaction() as session:
        schedule = current_schedule(session, EVENT)
        assert schedule is not None
        assert 0 < len(live.arrivals_over_time(session, schedule)) <= 64


def test_people_are_found_by_any_word(browser, siti):
    receive(participant_fact("Budi 100%", organisation="Yapari"))
    assert "Siti Rahayu" in browser.get(f"{EVENT_PAGE}people?q=rahayu").text
    assert "Budi" in browser.get(f"{EVENT_PAGE}people?q=yapari+budi").text
    assert "Siti" not in browser.get(f"{EVENT_PAGE}people?q=%25").text
    assert browser.get(f"{EVENT_PAGE}people?q=%00").status_code == 200


def test_a_correction_overrides_the_scans_and_is_published_and_audited(browser, day, siti):
    day.at(wib("09:30"))
    scan(door(), request(wib("09:30"), ticket(siti)))
    assert correct(browser, siti, arrived="08:00", left="11:00").status_code == 303
    row = attendance(siti)
    assert (row.arrived_at, row.left_at, row.minutes, row.punctuality, row.corrected) == (
        wib("08:00"),
        wib("11:00"),
        180,
        "on_time",
        True,
    )
    with db.transaction() as session:
        facts = session.scalars(select(Outgoing).where(Outgoing.subscriber == "certificates").order_by(Outgoing.id))
        assert [(fact.payload["minutes"], fact.payload["corrected"]) for fact in facts] == [(150, False), (180, True)]
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "attendance.corrected")).one()
    assert (entry.actor, entry.subject, entry.reason) == ("staff:u1", str(siti["participant_id"]), "Lupa memindai")
    # A later scan is stored, and does not change the correction.
    day.at(wib("10:00"))
    scan(door(), request(wib("10:00"), ticket(siti)))
    assert attendance(siti).minutes == 180


def test_a_person_without_scans_can_be_marked_present_and_absent_again(browser, siti):
    correct(browser, siti, arrived="08:30")
    assert (attendance(siti).minutes, attendance(siti).punctuality) == (210, "late")
    correct(browser, siti, arrived="")
    assert (attendance(siti).minutes, attendance(siti).arrived_at) == (0, None)


def test_a_correction_without_scans_follows_schedule_changes_and_the_end(browser, day, siti):
    correct(browser, siti, arrived="08:30")
    assert attendance(siti).minutes == 210
    longer = [{**SESSIONS[0], "closes_at": wib("12:30"), "ends_at": wib("12:30")}, SESSIONS[1]]
    receive(event_fact(version=2, sessions=longer))
    assert attendance(siti).minutes == 240
    day.at(wib("12:30"))
    tick()
    assert attendance(siti).left_at == wib("12:30")


def test_a_correction_can_be_withdrawn(browser, siti):
    scan(door(), request(wib("08:00"), ticket(siti)))
    correct(browser, siti, arrived="")
    page = browser.get(f"{EVENT_PAGE}people/{siti['participant_id']}")
    address = attribute(page, "form[action$='/withdraw']", "action")
    token = csrf_token(page)
    browser.post(address, data={"csrf_token": token})
    assert (attendance(siti).minutes, attendance(siti).corrected) == (240, False)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"reason": " "}, "Alasan: Bagian ini wajib diisi."),
        ({"arrived": "25:99"}, "Jam datang: Tulis jam seperti 08:05."),
        ({"arrived": "09:00", "left": "08:00"}, "Jam keluar: Waktu keluar harus sesudah waktu datang."),
    ],
)
def test_a_wrong_correction_is_explained_and_keeps_what_was_typed(browser, siti, form, message):
    page = correct(browser, siti, **form)
    assert page.status_code == 422
    assert message in page.text
    if "arrived" in form:
        assert f'value="{form["arrived"]}"' in page.text


def test_unknown_people_and_sessions_are_not_found(browser, siti):
    stranger = participant_fact(event_id=8)
    receive(stranger, event_fact(event_id=8))
    assert browser.get(f"{EVENT_PAGE}people/{stranger['participant_id']}").status_code == 404
    assert correct(browser, siti, session_id="999").status_code == 404
    assert correct(browser, siti, session_id="x").status_code == 422


def test_people_who_were_not_scanned_out_are_checked_out_at_the_end(day, siti):
    scan(door(), request(wib("08:00"), ticket(siti)))
    tick()
    assert attendance(siti).left_at is None
    day.at(wib("12:00"))
    tick()
    row = attendance(siti)
    assert (row.left_at, row.minutes, row.version) == (wib("12:00"), 240, 2)
    tick()
    assert attendance(siti).version == 2
    # The same rule holds for a scan that arrives afterwards.
    other = participant_fact()
    receive(other)
    day.at(wib("18:00"))
    scan(door(), request(wib("13:00"), ticket(other)))
    assert attendance(other, AFTERNOON).left_at == wib("17:00")


def test_a_late_check_out_scan_moves_the_automatic_one(day, siti):
    scan(door(), request(wib("08:00"), ticket(siti)))
    day.at(wib("12:00"))
    tick()
    scan(door(), request(wib("11:00"), ticket(siti), direction=Direction.OUT))
    assert (attendance(siti).left_at, attendance(siti).minutes) == (wib("11:00"), 180)


def test_correcting_a_session_that_does_not_exist(day, siti):
    with db.transaction() as session:
        person = session.get_one(RosterEntry, siti["participant_id"])
    with db.transaction() as session, pytest.raises(corrections.UnknownAgendaItem):
        corrections.correct(session, person, 999, None, None, "x", STAFF)
