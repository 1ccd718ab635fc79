"""The plain door and the organisers' pages, as a browser without scripts gets them."""

import re

import pytest

from services.checkin.app import create_app
from shared.web import signin
from tests.checkin.support import EVENT, participant_fact, receive, ticket
from tests.facts import wib

DESK = f"/checkin/console/events/{EVENT}/door"
DEVICES = f"/checkin/console/events/{EVENT}/devices"


@pytest.fixture
def browser(day):
    client = create_app().test_client()
    client.set_cookie(signin.cookie_name(), signin.make_token("u1", "Ani", ["organiser"]))
    return client


@pytest.fixture
def siti(day):
    fact = participant_fact(needs_assistance=True)
    receive(fact)
    return fact


def hidden(page, name):
    found = re.search(rf'name="{name}" value="([^"]+)"', page.text)
    assert found
    return found.group(1)


def submit(browser, text, path=DESK, **more):
    page = browser.get(path)
    form = {"csrf_token": hidden(page, "csrf_token"), "scan_id": hidden(page, "scan_id"), "ticket": text, **more}
    return browser.post(path, data=form), form


def test_the_input_has_the_focus_and_the_result_is_announced(browser):
    page = browser.get(DESK)
    assert "autofocus" in page.text
    assert 'role="status"' in page.text


def test_a_wedge_scanner_types_and_the_result_is_word_sign_and_colour(browser, siti):
    page, _ = submit(browser, ticket(siti))
    assert 'class="verdict good" data-outcome="checked_in"' in page.text
    for shown in ("Masuk", "✓", "Siti Rahayu", "Kelompok 3: RUU TPKS", "Perlu bantuan"):
        assert shown in page.text
    assert "autofocus" in page.text
    again, _ = submit(browser, siti["code"])
    assert "Tiket ini sudah dipakai masuk pukul 08.00 WIB." in again.text


def test_a_form_that_is_sent_twice_is_one_scan(browser, siti):
    _, form = submit(browser, ticket(siti))
    assert 'data-outcome="checked_in"' in browser.post(DESK, data=form).text


def test_going_out_and_a_session_by_hand(browser, siti):
    submit(browser, siti["code"])
    page, _ = submit(browser, siti["code"], direction="out")
    assert 'data-outcome="checked_out"' in page.text
    page, _ = submit(browser, siti["code"], session_id="72")
    assert "Pintu dibuka pukul 12.30 WIB." in page.text


@pytest.mark.parametrize("text", ["\x00", "EV1:", "x" * 9000, "<script>alert(1)</script>"])
def test_every_input_gets_a_page(browser, siti, text):
    page, _ = submit(browser, text, session_id="zzz", direction="sideways")
    assert page.status_code == 200
    assert 'data-outcome="unknown_ticket"' in page.text
    assert "<script>alert" not in page.text


def test_without_a_token_nothing_is_scanned(browser):
    assert browser.post(DESK, data={"ticket": "x"}).status_code == 400


def test_a_device_is_added_paired_and_revoked(browser):
    page = browser.get(DEVICES)
    form = {"csrf_token": hidden(page, "csrf_token"), "name": "Pintu utama"}
    created = browser.post(DEVICES, data=form)
    (code,) = re.findall(r'id="kode">([A-Z0-9]{12})<', created.text)
    assert f"/checkin/scan#pair={code}" in created.text
    token = browser.post("/checkin/api/v1/pair", json={"code": code}).json["token"]
    listed = browser.get(DEVICES)
    assert "terpasang" in listed.text
    assert code not in listed.text
    (address, *_others) = re.findall(r'action="([^"]+/revoke)"', listed.text)
    assert browser.post(address, data=form).status_code == 303
    me = browser.get("/checkin/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert me.status_code == 401


def test_a_device_needs_a_name(browser):
    form = {"csrf_token": hidden(browser.get(DEVICES), "csrf_token"), "name": " "}
    page = browser.post(DEVICES, data=form)
    assert page.status_code == 422
    assert "Nama perangkat: Bagian ini wajib diisi." in page.text


@pytest.mark.parametrize("path", [DESK, DEVICES, f"/checkin/console/events/{EVENT}/", "/checkin/console/"])
def test_pages_are_for_organisers(day, path):
    client = create_app().test_client()
    assert client.get(path).headers["Location"].startswith("/console/renew?next=")
    client.set_cookie(signin.cookie_name(), signin.make_token("u1", "Ani", ["coordinator:7:1"]))
    assert client.get(path).status_code == 403


def test_pages_of_an_unknown_event(browser):
    for page in ("/", "/door", "/devices", "/people", "/live"):
        assert browser.get(f"/checkin/console/events/999{page}").status_code == 404


def test_the_clock_of_the_day_is_used(browser, siti, day):
    day.at(wib("17:00"))
    page, _ = submit(browser, siti["code"])
    assert "Pintu ditutup pukul 17.00 WIB." in page.text
