"""The scanner in a real browser: camera frames in, verdicts out, with and without a server."""

from sqlalchemy import select

from services.checkin.devices import pairing
from services.checkin.models import Attendance, Device, Scan, db
from tests.checkin.browser.conftest import enter, hold_up, kept, paired, ready, result
from tests.checkin.support import EVENT, STAFF, participant_fact, receive, ticket


def stored() -> list[Scan]:
    with db.transaction() as session:
        return list(session.scalars(select(Scan).order_by(Scan.effective_at)))


def present() -> set:
    with db.transaction() as session:
        rows = session.scalars(select(Attendance).where(Attendance.arrived_at.is_not(None)))
        return {row.participant_id for row in rows}


def wait_sent(page) -> None:
    page.locator('#unsent[data-unsent="0"]').wait_for(timeout=15000)


def test_camera_frames_become_verdicts_without_a_tap(server, chromium):
    siti, budi = participant_fact("Siti Rahayu", needs_assistance=True), participant_fact("Budi Santoso")
    receive(siti, budi)
    page = paired(chromium(), server)
    page.get_by_role("button", name="Nyalakan kamera").last.click()
    hold_up(page, ticket(siti))
    shown = result(page, "checked_in")
    for text in ("✓", "Masuk", "Siti Rahayu", "Yayasan Tuna Netra", "Kelompok 3: RUU TPKS", "Perlu bantuan"):
        assert text in shown.inner_text()
    # A bad code does not block the next; the code that stays in view is one scan.
    hold_up(page, "https://example.org/")
    result(page, "unknown_ticket")
    hold_up(page, ticket(budi))
    result(page, "checked_in", "Budi Santoso")
    page.wait_for_timeout(600)
    wait_sent(page)
    # Sent or not yet, and before the server's roster comes round again.
    assert page.locator("#count").inner_text() == "2 dari 2 orang di dalam"
    assert [scan.answered for scan in stored()] == ["checked_in", "unknown_ticket", "checked_in"]
    assert present() == {siti["participant_id"], budi["participant_id"]}


def test_the_server_is_stopped_the_page_reloaded_and_every_scan_arrives_once(server, chromium):
    people = [participant_fact(f"Orang {number}") for number in range(4)]
    receive(*people)
    page = paired(chromium(), server)
    enter(page, people[0]["code"])
    result(page, "checked_in")
    wait_sent(page)
    server.stop()
    page.reload()
    ready(page)
    page.get_by_role("button", name="Nyalakan kamera").last.click()
    hold_up(page, ticket(people[1]))
    result(page, "checked_in", "Orang 1")
    page.locator('#sync[data-online="false"]').wait_for(timeout=15000)
    hold_up(page, ticket(people[2]))
    result(page, "checked_in", "Orang 2")
    # Known here: who came before the network went, and who came since.
    for person in (people[0], people[2]):
        enter(page, person["code"])
        result(page, "already_in", person["name"])
    page.locator('#unsent[data-unsent="4"]').wait_for()
    server.start()
    wait_sent(page)
    scans = stored()
    assert [scan.answered for scan in scans] == ["checked_in", "checked_in", "checked_in", "already_in", "already_in"]
    assert not [scan for scan in scans if scan.conflict]
    assert len(present()) == 3


def test_without_network_but_with_a_server(server, chromium):
    """``set_offline`` is another case than a stopped server: fetches fail at once, and the browser knows it."""
    siti = participant_fact("Siti")
    receive(siti)
    context = chromium()
    page = paired(context, server)
    context.set_offline(True)
    page.reload()
    ready(page)
    enter(page, ticket(siti))
    result(page, "checked_in", "Siti")
    assert present() == set()
    context.set_offline(False)
    wait_sent(page)
    assert present() == {siti["participant_id"]}


def test_the_browser_is_killed_while_the_server_is_gone(server, killable):
    siti = participant_fact("Siti")
    receive(siti)
    browser = killable(server)
    page = paired(browser.context, server)
    server.stop()
    enter(page, ticket(siti))
    result(page, "checked_in", "Siti")
    browser.kill()
    page = browser.start().pages[0]
    page.goto(f"{server.address}/checkin/scan")
    ready(page)
    page.locator('#unsent[data-unsent="1"]').wait_for()
    enter(page, siti["code"])
    result(page, "already_in", "Siti")
    server.start()
    wait_sent(page)
    assert [scan.answered for scan in stored()] == ["checked_in", "already_in"]


def test_two_devices_offline_with_one_ticket(server, chromium):
    siti = participant_fact("Siti")
    receive(siti)
    first, second = paired(chromium(), server, "Pintu A"), paired(chromium(), server, "Pintu B")
    server.stop()
    for page in (first, second):
        enter(page, ticket(siti))
        result(page, "checked_in", "Siti")
        page.wait_for_timeout(1100)
    first.context.set_offline(True)
    # The clocks of doors that are open may differ by seconds; these scans are older than that when they arrive.
    second.wait_for_timeout(10_000)
    server.start()
    wait_sent(second)
    first.context.set_offline(False)
    wait_sent(first)
    earlier, later = stored()
    assert [earlier.effective, later.effective] == ["checked_in", "already_in"]
    assert [earlier.conflict, later.conflict] == [False, True]
    # Uploaded first, the later scan had been answered as the arrival: that answer stands.
    assert later.answered == "checked_in"


def test_an_undo_made_offline_reaches_the_server(server, chromium):
    siti = participant_fact("Siti")
    receive(siti)
    page = paired(chromium(), server)
    enter(page, ticket(siti))
    result(page, "checked_in")
    wait_sent(page)
    page.get_by_role("button", name="Urungkan: Siti").click()
    result(page, "undone")
    wait_sent(page)
    assert present() == set()
    server.stop()
    enter(page, ticket(siti))
    result(page, "checked_in", "Siti")
    page.get_by_role("button", name="Urungkan: Siti").click()
    result(page, "undone", "Siti")
    enter(page, ticket(siti))
    result(page, "checked_in", "Siti")
    server.start()
    wait_sent(page)
    assert [scan.effective for scan in stored()].count("undone") == 4
    assert present() == {siti["participant_id"]}


def test_a_ticket_whose_roster_entry_is_late_is_admitted_and_assigned_later(server, chromium):
    siti = participant_fact("Siti")
    page = paired(chromium(), server)
    server.stop()
    enter(page, ticket(siti))
    result(page, "provisional")
    enter(page, ticket(siti))
    result(page, "already_in")
    server.start()
    wait_sent(page)
    assert present() == set()
    receive(siti)
    assert present() == {siti["participant_id"]}
    # The device learns the name by itself.
    page.locator("#last li", has_text="Siti").first.wait_for(timeout=15000)


def test_a_revoked_device_deletes_the_people(server, chromium):
    siti = participant_fact("Siti")
    receive(siti)
    page = paired(chromium(), server)
    with db.transaction() as session:
        device = session.scalars(select(Device)).one()
        assert pairing.revoke(session, EVENT, device.id, STAFF)
    page.locator("#pairing").wait_for(timeout=15000)
    assert "tidak berhak memindai lagi" in page.locator("#pairing-message").inner_text()
    assert kept(page) == {"people": 0, "presence": 0, "meta": 0}
    page.reload()
    page.locator("#pairing").wait_for()
    assert "Siti" not in page.content()


def test_no_e_mail_address_is_stored_on_the_device(server, chromium):
    receive(participant_fact("Siti", email="siti@example.org"))
    page = paired(chromium(), server)
    dump = page.evaluate(
        """async () => {
          const open = indexedDB.open("hadir-door");
          const db = await new Promise((done) => (open.onsuccess = () => done(open.result)));
          const asked = db.transaction("people").objectStore("people").getAll();
          return JSON.stringify(await new Promise((done) => (asked.onsuccess = () => done(asked.result))));
        }"""
    )
    assert "Siti" in dump
    assert "@" not in dump
