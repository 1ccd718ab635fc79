"""What axe does not see: what a screen reader hears, paper, forced colours, borders; and states that take steps."""

import io
import re

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import update

from services.registration.enrolment import cancelling, sign_up
from services.registration.models import Event, Participant, SeatPool, db
from services.registration.tickets import links
from tests.browsing import SCHEMES, objections

HEARD_EMPTY = """
- textbox "Nama lengkap (seperti tercetak di sertifikat)"
- text: Alamat e-mail
- paragraph: Tiket dan sertifikat kami kirim ke alamat ini.
- textbox "Alamat e-mail"
- text: Organisasi atau kampus (opsional)
- textbox "Organisasi atau kampus (opsional)"
- text: Bahasa e-mail dari kami
- combobox "Bahasa e-mail dari kami":
  - option "Bahasa Indonesia" [selected]
  - option "English"
- group "Kebutuhan akomodasi (opsional)"
"""
HEARD_ERRORS = """
- alert:
  - heading "Ada isian yang perlu diperbaiki" [level=2]
  - list:
    - listitem:
      - link /Nama lengkap.*/
    - listitem:
      - link /Alamat e-mail.*/
    - listitem:
      - link /Makan siang.*/
    - listitem:
      - link /Persetujuan.*/
"""
HEARD_TICKET = """
- heading "Anda terdaftar" [level=1]
- img /Kode QR tiket; isinya sama dengan kode .*/
- link "Simpan di kalender"
- link "Perbaiki nama dan data saya"
- heading "Tidak jadi datang?" [level=2]
- checkbox "Ya, batalkan pendaftaran saya dan berikan kursi saya kepada orang lain."
- button "Batalkan pendaftaran"
"""
HEARD_OWN = """
- heading "Data saya" [level=1]
- heading "Nama" [level=2]
- textbox "Nama lengkap (seperti tercetak di sertifikat)": Kartika
- button "Simpan nama"
- heading "Kebutuhan akomodasi" [level=2]
- group /Yang saya perlukan.*/
- heading "Salinan data saya" [level=2]
- link "Unduh data saya"
- heading "Tarik persetujuan dan hapus data saya" [level=2]
- checkbox "Ya, hapus semua data saya."
"""


def _lines(snapshot: str) -> list[str]:
    # YAML quotes a line that has a colon in it.
    return [re.sub(r"^- '(.*)'(:?)$", r"- \1\2", line.strip()) for line in snapshot.strip().splitlines()]


def _hears(page, where: str, wanted: str):
    """The lines of ``wanted`` come in this order in what a screen reader gets; between slashes they are patterns."""
    heard = iter(_lines(page.locator(where).aria_snapshot()))
    for line in _lines(wanted):
        pattern = re.escape(line) if "/" not in line else re.sub(r"/(.*)/", r'"\1"', line)
        exact = re.compile(pattern + ":?")
        assert any(exact.fullmatch(said) for said in heard), f"{line!r} is not heard there"


def test_what_a_screen_reader_hears_from_form_to_own_data(window, event):
    page = window(width=1280)
    page.goto(f"/e/{event.slug}")
    _hears(page, "#daftar", HEARD_EMPTY)
    page.click("#daftar button[type=submit]")
    _hears(page, "main", HEARD_ERRORS)
    assert page.get_by_label("Alamat e-mail").get_attribute("aria-invalid") == "true"
    page.fill("#f-name", "Kartika")
    page.fill("#f-email", "kartika@contoh.example")
    page.check("#f-consent")
    page.get_by_label("Nasi").check()
    page.click("#daftar button[type=submit]")
    page.wait_for_url(re.compile("/t/"))
    _hears(page, "main", HEARD_TICKET)
    page.click("text=Perbaiki nama dan data saya")
    _hears(page, "main", HEARD_OWN)


def _states(event):
    """People whose tickets look different: a seat to confirm, the waiting list, cancelled."""
    with db.transaction() as session:
        event = session.get(Event, event.id)
        event.offer_hours = 24
        session.execute(update(SeatPool).values(size=SeatPool.taken))
        session.flush()
        people = [
            sign_up.register(session, event, {"name": name, "email": f"{name}@contoh.example"}, "form")
            for name in ("menunggu", "batal")
        ]
        cancelling.cancel(session, event, people[1].id, by_holder=True)
        offered = session.query(Participant).filter_by(email="peserta01@contoh.example").first()
        offered = offered or session.query(Participant).filter_by(status="confirmed", role="peserta").first()
        offered.offer_ends_at = event.starts_at
        return {
            "offered": links.link_path(event, offered),
            "waiting": links.link_path(event, people[0]),
            "cancelled": links.link_path(event, people[1]),
            "full form": f"/e/{event.slug}",
        }


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_nothing_stands_against_waiting_confirming_and_cancelled(window, address, event, width, scheme):
    page, found = window(width, scheme), {}
    for state, path in _states(event).items():
        page.goto(path)
        found[state] = objections(page)
    assert page.get_by_text("Kursi sudah penuh").count() == 1
    with db.transaction() as session:
        session.get(Event, event.id).status = "closed"
    page.goto(f"/e/{event.slug}")
    assert page.locator("#daftar").count() == 0
    found["closed"] = objections(page)
    page.goto(f"/e/{event.slug}/lost")
    page.fill("#f-email", "tidak.ada@contoh.example")
    page.click("#hilang button")
    found["sent again"] = objections(page)
    assert {state: said for state, said in found.items() if said} == {}


def _ticket(event) -> str:
    with db.transaction() as session:
        person = session.query(Participant).filter_by(event_id=event.id, status="confirmed", role="peserta").first()
        return links.link_path(session.get(Event, event.id), person)


def _decoded(page) -> str:
    found = zxingcpp.read_barcode(Image.open(io.BytesIO(page.locator(".qr").screenshot())))
    return found.text if found else ""


def test_the_code_can_be_scanned_in_the_dark_in_forced_colours_and_on_paper(window, address, event):
    page = window()
    page.goto(_ticket(event))
    for media in (
        {"color_scheme": "light"},
        {"color_scheme": "dark"},
        {"color_scheme": "dark", "forced_colors": "active"},
        {"color_scheme": "light", "forced_colors": "active"},
        {"media": "print", "color_scheme": "dark", "forced_colors": "none"},
    ):
        page.emulate_media(**media)
        assert _decoded(page).startswith("EV1:"), media


def test_paper_is_white_with_black_words_and_nothing_to_click(window, address, event):
    for scheme in SCHEMES:
        page = window(scheme=scheme)
        page.goto(_ticket(event))
        page.emulate_media(media="print", color_scheme=scheme)
        for gone in ("header.site", "footer.site", ".skip"):
            assert not page.locator(gone).first.is_visible(), gone
        assert page.locator(".qr").is_visible()
        assert page.locator(".code.big").is_visible()
        words = page.evaluate(
            "[...document.querySelectorAll('h1, h2, main p, dd, dt')].filter(e => e.checkVisibility())"
            ".map(e => getComputedStyle(e).color)"
        )
        ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert ground == "rgb(255, 255, 255)"
        assert min(contrast(word, ground) for word in words) >= 7
        links = page.evaluate("[...document.querySelectorAll('main a')].map(e => getComputedStyle(e).color)")
        assert min(contrast(link, ground) for link in links) >= 4.5


_CONTROLS = """() => [...document.querySelectorAll(`main :is(input:not([type=hidden], [type=checkbox], [type=radio],
  [type=file]), select, textarea, button.plain, a.button.plain)`)].filter(e => e.checkVisibility())
  .map(e => [e.name || e.textContent, getComputedStyle(e).borderTopColor, getComputedStyle(e).backgroundColor])"""


@pytest.mark.parametrize("scheme", SCHEMES)
def test_borders_of_controls_stand_out_on_the_form_and_in_the_console(window, address, event, scheme):
    page = window(1280, scheme, signed_in=True)
    for path in (f"/e/{event.slug}", f"/console/events/{event.id}/participants", f"/console/events/{event.id}/edit"):
        page.goto(path)
        ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        controls = page.evaluate(_CONTROLS)
        assert len(controls) >= 5
        for name, border, inside in controls:
            assert contrast(border, ground) >= 3, (path, name)
            if inside != "rgba(0, 0, 0, 0)":
                assert contrast(border, inside) >= 3, (path, name)


def contrast(one: str, other: str) -> float:
    """The contrast of two CSS colours, as WCAG computes it."""
    first, second = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(number) / 255 for number in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
