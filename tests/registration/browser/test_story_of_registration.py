"""The whole sign-up side, once through, on the running system: real browsers, real mail, real queues.

Organiser and coordinator use Chromium; participants come without JavaScript, one by the JSON API.
"""

import csv
import io
import re
from datetime import datetime

import psycopg
import pytest
import requests
from pypdf import PdfReader

from stack import keys
from stack.runner import Stack
from tests.browsing import ARGUMENTS, CHROMIUM
from tests.story.browser import Browser
from tests.story.day import JAKARTA, until
from tests.story.mailbox import Mailbox, parts, ticket_in

DECEMBER = datetime(2022, 12, 1, 9, 0, tzinfo=JAKARTA)
EVENT = {
    "title": "Lokakarya Advokasi",
    "title_en": "Advocacy Workshop",
    "venue": "Hotel Aston, Jakarta Selatan",
    "starts_at": "2022-12-25T08:00",
    "ends_at": "2022-12-25T17:00",
    "open_seats": "1",
    "offer_hours": "24",
    "consent_text": "JPPI menyimpan nama dan alamat saya untuk acara ini.",
    "topics": "Wajib belajar 9 tahun\nRUU TPKS",
    "share_percent": "75",
    "certificate_grace_minutes": "15",
}
MORNING = {
    "session_title": "Sesi pagi",
    "opens_at": "2022-12-25T07:30",
    "starts_at": "2022-12-25T08:00",
    "late_after": "2022-12-25T08:15",
    "closes_at": "2022-12-25T12:00",
    "ends_at": "2022-12-25T12:00",
}
PASSWORD = "sepeda kuning di bukit"


class Teller:
    """The running system, whose mail can be read, and people's browsers."""

    def __init__(self, stack: Stack, chromium):
        self.stack, self.chromium = stack, chromium
        self.post = Mailbox(stack.mail_dir)

    def window(self):
        """A window of somebody who has not been here before."""
        context = self.chromium.new_context(base_url=self.stack.public_url, locale="id-ID")
        context.set_default_timeout(10_000)
        return context.new_page()

    def mail(self, address: str, number: int = 1):
        """The number-th mail to somebody, once it is there."""
        until(lambda: len(self.post.to(address)) >= number, f"mail {number} to {address}", 30)
        return self.post.to(address)[number - 1]

    def rows(self, service: str, statement: str, *values):
        """What a service's database says."""
        url = self.stack.database_url(service).replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(url) as connection:
            return connection.execute(statement, values).fetchall()


@pytest.fixture
def teller(tmp_path, playwright):
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    with Stack(tmp_path / "stack", clock=DECEMBER, beat_seconds=2, durable=False) as stack:
        loaded = ("-m", "services.registration", "demo", "--day", "2022-12-18", "--participants", "0")
        stack.run(loaded, "registration", keys.demo_environment(stack.secrets))
        yield Teller(stack, chromium)
    chromium.close()


def fill(page, form: str, **values):
    """Fill fields of a form and press its button."""
    for name, value in values.items():
        field = page.locator(f"{form} [name={name}]")
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.locator(f"{form} button[type=submit]").last.click()


def sign_in(page, email: str, password: str):
    page.goto("/console/sign-in")
    fill(page, "#masuk", email=email, password=password)
    page.wait_for_url(re.compile("/console/$"))


@pytest.mark.timeout(180)
def test_from_the_first_sign_in_to_an_erasure(teller):
    console = teller.window()
    sign_in(console, keys.ORGANISER, teller.stack.secrets["organiser-password"])
    event = an_event_is_made_and_its_weekday_checked(console)
    slug = teller.rows("registration", "SELECT slug FROM events WHERE id = %s", event)[0][0]
    partner, invitation = a_partner_gets_seats_and_a_coordinator(console, event)
    the_coordinator_comes_by_mail_and_imports_a_list(teller, partner, event)
    tickets = people_sign_up_until_they_wait(teller, slug, invitation)
    a_cancelled_seat_goes_to_the_first_in_line(teller, tickets)
    citra_looks_after_her_own_data(teller, tickets["citra"], slug)
    groups_are_drawn_moved_and_locked(teller, console, event, tickets["citra"])
    a_letter_is_seen_before_it_is_sent(teller, console, event)
    lists_are_taken_away(console, event)
    the_log_knows_who_did_what(console, event)
    a_copy_moves_with_its_day(teller, console, event)
    an_erasure_leaves_only_counts(teller, console, event, tickets["budi"])


def an_event_is_made_and_its_weekday_checked(console) -> int:
    console.goto("/console/events/new")
    fill(console, "#acara", **EVENT, timezone="Asia/Jakarta", weekday="3")
    assert "tanggal itu adalah Minggu" in console.locator("#ringkasan").inner_text()
    fill(console, "#acara", weekday="6")
    console.wait_for_url(re.compile(r"/console/events/\d+/edit"))
    event = int(re.search(r"/events/(\d+)/", console.url).group(1))
    console.goto(f"/console/events/{event}/sessions/")
    fill(console, "#sesi", **MORNING)
    console.get_by_role("link", name="Sesi pagi").wait_for()
    console.goto(f"/console/events/{event}/edit")
    console.get_by_role("button", name="Buka pendaftaran").click()
    console.get_by_role("button", name="Tutup pendaftaran").wait_for()
    return event


def a_partner_gets_seats_and_a_coordinator(console, event: int) -> tuple[int, str]:
    console.goto(f"/console/events/{event}/partners")
    fill(console, "#mitra", name="Yapari", allotment="2")
    console.wait_for_url(re.compile(r"/console/partners/\d+/edit"))
    fill(console, "#koordinator", person="Bu Tini", email="tini@yapari.example")
    console.get_by_text("belum membuat kata sandi").wait_for()
    invitation = console.locator("a[href*='invite=']").get_attribute("href")
    return int(re.search(r"/partners/(\d+)/", console.url).group(1)), invitation


def the_coordinator_comes_by_mail_and_imports_a_list(teller, partner: int, event: int):
    letter = teller.mail("tini@yapari.example").get_body(("plain",)).get_content()
    tini = teller.window()
    tini.goto(re.search(r"http\S+/console/password/\S+", letter).group())
    fill(tini, "#sandi", password=PASSWORD)
    sign_in(tini, "tini@yapari.example", PASSWORD)
    assert tini.goto(f"/console/events/{event}").status == 403
    tini.goto(f"/console/partners/{partner}/import/")
    upload(tini, "nama;email;setuju\nSri Wahyuni;bukan-alamat;ya\n")
    assert "2" in tini.locator("tbody tr").first.inner_text()
    assert tini.get_by_role("button", name="Daftarkan").count() == 0
    tini.get_by_role("link", name="Pilih berkas lain").first.click()
    upload(tini, "nama;email;setuju\nSri Wahyuni;;ya\n")
    tini.get_by_role("button", name="Daftarkan 1 orang").click()
    tini.get_by_role("rowheader", name="Sri Wahyuni").wait_for()


def upload(page, table: str):
    page.set_input_files("#f-file", {"name": "orang.csv", "mimeType": "text/csv", "buffer": table.encode("cp1252")})
    page.locator("#impor button").click()
    page.get_by_role("heading", name="Pratinjau impor").wait_for()


def people_sign_up_until_they_wait(teller, slug: str, invitation: str) -> dict[str, str]:
    tickets = {}
    for name, said in (("ayu", "Anda terdaftar"), ("budi", "Anda terdaftar"), ("citra", "Anda di daftar tunggu")):
        form = Browser(teller.stack.public_url).open(invitation)
        email = f"{name}@contoh.example"
        page = form.submit("form#daftar", name=name.title(), email=email, consent="true")
        assert said in page.text, name
        tickets[name] = page.url
    # A program signs somebody up, twice with one key: one registration.
    headers = {"Idempotency-Key": "dewi-1"}
    person = {"name": "Dewi", "email": "dewi@contoh.example", "consent": True}
    address = f"{teller.stack.public_url}/api/v1/events/{slug}/registrations"
    answers = [requests.post(address, json=person, headers=headers, timeout=20) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["status"] == "waitlisted"
    assert ticket_in(teller.mail("ayu@contoh.example")).startswith("EV1:")
    assert "daftar tunggu" in teller.mail("citra@contoh.example")["Subject"]
    return tickets


def a_cancelled_seat_goes_to_the_first_in_line(teller, tickets: dict[str, str]):
    browser = Browser(teller.stack.public_url)
    assert "dibatalkan" in browser.open(tickets["ayu"]).submit("form#batal", confirm="true").text
    assert "Tiket Anda" in teller.mail("citra@contoh.example", 2)["Subject"]
    page = browser.open(tickets["citra"])
    assert "Konfirmasi paling lambat" in page.text
    assert "Konfirmasi paling lambat" not in page.submit("form#konfirmasi").text


def citra_looks_after_her_own_data(teller, ticket: str, slug: str):
    browser = Browser(teller.stack.public_url)
    edit = f"{ticket}/edit"
    browser.open(edit).submit("form#nama", name="Citra Ramadhani")
    browser.open(edit).submit("form#kebutuhan", needs="braille", needs_consent="true")
    page = browser.open(ticket)
    assert "Citra Ramadhani" in browser.open(edit).document.select_one("#f-name")["value"]
    calendar = browser.open(next(link for link in page.links("/t/") if link.endswith(".ics"))).content.decode()
    assert "DTSTART:20221225T010000Z" in calendar or "DTSTART;TZID=Asia/Jakarta:20221225T080000" in calendar
    data = browser.open(next(link for link in browser.open(edit).links("/t/") if "data" in link)).content.decode()
    assert "citra@contoh.example" in data
    assert "braille" in data
    before = len(teller.post.to("citra@contoh.example"))
    told = [
        browser.open(f"/e/{slug}/lost").submit("form#hilang", email=f"{name}@contoh.example").text
        for name in ("citra", "tidak.ada")
    ]
    assert told[0].replace("citra", "tidak.ada") == told[1]
    assert "Citra Ramadhani" in parts(teller.mail("citra@contoh.example", before + 1), "text/plain")[0].decode()


def groups_are_drawn_moved_and_locked(teller, console, event: int, ticket: str):
    console.goto(f"/console/events/{event}/groups/")
    fill(console, "#undi", groups="2", seed="7")
    citra = console.locator(".group li", has_text="Citra Ramadhani")
    other = "2" if citra.locator("select").input_value() == "1" else "1"
    citra.locator("select").select_option(other)
    citra.get_by_role("button").click()
    console.get_by_role("button", name="Kunci kelompok").click()
    console.get_by_text("Kelompok terkunci.").wait_for()
    shown = Browser(teller.stack.public_url).open(ticket).text
    assert f"Kelompok {other}" in shown or f"Kelompok Kelompok {other}" in shown


def a_letter_is_seen_before_it_is_sent(teller, console, event: int):
    before = len(teller.post.to("citra@contoh.example"))
    console.goto(f"/console/events/{event}/participants?q=citra")
    console.get_by_role("link", name="Kirim e-mail ke hasil saringan").click()
    assert "1 orang" in console.locator("main .lead").inner_text()
    fill(console, "#surat", subject="Bawa laptop", body="Mohon bawa laptop.")
    console.get_by_role("heading", name="Pratinjau e-mail").wait_for()
    assert len(teller.post.to("citra@contoh.example")) == before
    console.get_by_role("button", name="Kirim sekarang").click()
    console.get_by_text("dari 1 selesai").wait_for()
    assert teller.mail("citra@contoh.example", before + 1)["Subject"] == "Bawa laptop"
    console.goto(f"/console/events/{event}/mails/?state=done")
    row = console.get_by_role("row", name=re.compile("citra@contoh.example Pengumuman"))
    assert "terkirim" in row.first.inner_text()


def lists_are_taken_away(console, event: int):
    files = f"/console/events/{event}/files"
    table = console.request.get(f"{files}/participants.csv?status=confirmed").body().decode("utf-8-sig")
    names = sorted(line[0] for line in list(csv.reader(io.StringIO(table), delimiter=";"))[1:])
    assert names == ["Budi", "Citra Ramadhani", "Sri Wahyuni"]
    assert "braille" not in table
    paper = PdfReader(io.BytesIO(console.request.get(f"{files}/attendance-by-partner.pdf").body()))
    assert "Tanda tangan" in paper.pages[0].extract_text()
    assert "Citra Ramadhani" in paper.pages[0].extract_text()


def the_log_knows_who_did_what(console, event: int):
    console.goto(f"/console/events/{event}/audit/")
    log = console.locator("table").inner_text()
    for action in ("partner", "account.invited", "participants.written-to", "groups"):
        assert action in log, action
    assert "Bu Tini" in log


def a_copy_moves_with_its_day(teller, console, event: int):
    console.goto(f"/console/events/{event}/edit")
    fill(console, "#salin", day="2023-01-08")
    console.wait_for_url(lambda url: f"/events/{event}/" not in url)
    copied = int(re.search(r"/events/(\d+)/", console.url).group(1))
    opens = teller.rows("registration", "SELECT opens_at FROM event_sessions WHERE event_id = %s", copied)
    # The session that a new event comes with, and the one that was added.
    assert [at.astimezone(JAKARTA) for (at,) in opens] == 2 * [datetime(2023, 1, 8, 7, 30, tzinfo=JAKARTA)]
    people = teller.rows("registration", "SELECT count(*) FROM participants WHERE event_id = %s", copied)
    assert people == [(0,)]


def an_erasure_leaves_only_counts(teller, console, event: int, ticket: str):
    counted = "SELECT count(*) FROM participants WHERE event_id = %s"
    before = teller.rows("registration", counted, event)
    where_budi_is(teller, 1)
    Browser(teller.stack.public_url).open(f"{ticket}/edit").submit("form#hapus", confirm="true")
    assert teller.rows("registration", counted, event) == before
    where_budi_is(teller, 0)
    console.goto(f"/console/events/{event}/mails/")
    assert "budi@contoh.example" not in console.locator("main").inner_text()
    console.goto(f"/console/events/{event}/participants?q=budi")
    console.get_by_text("Tidak ada yang cocok.").wait_for()


def where_budi_is(teller, times: int):
    for service, table in (("registration", "participants"), ("checkin", "roster"), ("certificates", "participants")):
        asked = service, f"SELECT count(*) FROM {table} WHERE name = 'Budi'"
        until(lambda asked=asked: teller.rows(*asked) == [(times,)], f"{service} knows Budi {times} times", 20)
