"""Every page and state of registration as a browser shows it: axe, small and large, light and dark, keyboard alone."""

import re

import pytest

from services.registration.models import Participant, db
from shared.web import signin
from tests.browsing import SCHEMES, WIDTHS, objections
from tests.registration.browser.test_looks import contrast


def open_page(browser, address, width=320, scheme="light", locale="id-ID", signed_in=False):
    context = browser.new_context(
        base_url=address, locale=locale, color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    if signed_in:
        token = signin.make_token("00000000-0000-0000-0000-000000000001", "Ibu Penyelenggara", ["organiser"])
        context.add_cookies([{"name": signin.cookie_name(), "value": token, "url": address}])
    context.set_default_timeout(8000)
    return context.new_page()


def _fill(page, name="Sulastri", email="sulastri@contoh.example"):
    page.fill("#f-name", name)
    page.fill("#f-email", email)
    page.check("#f-consent")
    page.get_by_label("Nasi").check()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_stands_against_the_public_pages(browser, address, event, width, scheme):
    page = open_page(browser, address, width, scheme)
    found = {}

    def look(state):
        found[state] = objections(page)

    page.goto("/")
    look("list")
    page.goto(f"/e/{event.slug}")
    look("form")
    page.click("#daftar button[type=submit]")
    page.wait_for_selector("#ringkasan")
    look("errors")
    _fill(page, email=f"sulastri{width}{scheme}@contoh.example")
    page.click("#daftar button[type=submit]")
    page.wait_for_url(re.compile("/t/"))
    look("ticket")
    ticket = page.url
    page.goto(f"{ticket}/edit")
    look("own data")
    page.goto(ticket)
    page.check("#f-confirm")
    page.click("#batal button")
    page.wait_for_selector("h1:has-text('dibatalkan')")
    look("cancelled")
    for path in (f"/e/{event.slug}/lost", f"/e/{event.slug}?invite=salah", "/console/sign-in", "/console/forgot", "/x"):
        page.goto(path)
        look(path)
    assert {state: list_ for state, list_ in found.items() if list_} == {}


def test_somebody_signs_up_with_the_keyboard_alone(browser, address, event):
    page = open_page(browser, address, 1280)
    page.goto(f"/e/{event.slug}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("#f-name").focus()
    typed = {"f-name": "Kartika", "f-email": "kartika@contoh.example"}
    visited = []
    for _ in range(35):
        name = page.evaluate("document.activeElement.id || document.activeElement.type")
        visited.append(name)
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", f"no visible focus on {name}"
        if name in typed:
            page.keyboard.type(typed[name])
        if name in ("f-consent", "f-answers.makan-siang-1"):
            page.keyboard.press("Space")
        if name == "submit":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/t/"))
    order = [
        name for name in visited if name in ("f-name", "f-email", "f-organisation", "f-locale", "f-consent", "submit")
    ]
    assert order == ["f-name", "f-email", "f-organisation", "f-locale", "f-consent", "submit"]
    with db.transaction() as session:
        assert session.query(Participant).filter_by(email="kartika@contoh.example").count() == 1


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(browser, address, event):
    page = open_page(browser, address)
    page.goto(f"/e/{event.slug}")
    page.click("#daftar button[type=submit]")
    page.wait_for_selector("#ringkasan")
    assert page.evaluate("document.activeElement.id") == "ringkasan"
    page.click("#ringkasan a >> nth=0")
    assert page.evaluate("document.activeElement.id") == "f-name"
    heard = page.locator("#daftar").aria_snapshot()
    assert "Nama lengkap (seperti tercetak di sertifikat)" in heard


def test_controls_are_large_and_their_borders_stand_out(browser, address, event):
    measure = """() => [...document.querySelectorAll("#daftar :is(input:not([type=hidden]), select, button)")]
      .map(e => ["checkbox", "radio"].includes(e.type) ? e.closest(".check") : e)
      .map(e => e.getBoundingClientRect().height)"""
    for scheme in SCHEMES:
        page = open_page(browser, address, 320, scheme)
        page.goto(f"/e/{event.slug}")
        assert min(page.evaluate(measure)) >= 46
        border, ground = page.evaluate(
            "() => { const s = getComputedStyle(document.querySelector('#f-name'));"
            " return [s.borderTopColor, getComputedStyle(document.documentElement).backgroundColor]; }"
        )
        assert contrast(border, ground) >= 3


def test_the_form_speaks_english_to_who_prefers_it(browser, address, event):
    page = open_page(browser, address, locale="en-GB")
    page.goto(f"/e/{event.slug}")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.get_by_label("Full name (as printed on the certificate)").count() == 1
    page.click(".language")
    assert page.evaluate("document.documentElement.lang") == "id"
