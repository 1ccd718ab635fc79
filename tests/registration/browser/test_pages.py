"""Every page and state of registration as a browser shows it: axe, small and large, light and dark, keyboard alone."""

import re

import pytest

from services.registration import demo_people, questions, signup
from services.registration.models import Event, Participant, Partner, db
from services.registration.schemas_questions import QuestionForm
from shared.web import signin
from tests.browsing import ARGUMENTS, CHROMIUM, SCHEMES, WIDTHS, objections, served

QUESTIONS = [
    {"label": "Harapan Anda", "label_en": "Your hopes", "kind": "text", "required": False, "options": ""},
    {"label": "Makan siang", "kind": "choice", "required": True, "options": "Nasi | Rice\nMi | Noodles"},
    {"label": "Naik apa", "kind": "choice", "required": False, "options": "Bus\nKereta"},
    {"label": "Materi", "help": "Boleh beberapa.", "kind": "choices", "required": False, "options": "Cetak\nBraille"},
    {"label": "Umur", "kind": "number", "required": False, "options": "", "smallest": "10", "largest": "120"},
    {"label": "Tanggal tiba", "kind": "date", "required": False, "options": ""},
]


@pytest.fixture
def address(app, event, monkeypatch):
    with db.transaction() as session:
        demo_people.fill(session, session.get(Event, event.id), 12)
        for asked in QUESTIONS:
            questions.add(session, session.get(Event, event.id), QuestionForm().load(asked))
    with served(app) as address:
        monkeypatch.setenv("HADIR_PUBLIC_URL", address)
        yield address


@pytest.fixture
def browser(playwright, address):
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


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


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_nothing_stands_against_the_console(browser, address, event, partners, width, scheme):
    with db.transaction() as session:
        partner = session.get(Partner, partners[0].id)
        details = {"name": "Ayu", "email": "ayu@contoh.example", "needs": ["braille"], "needs_consent": True}
        person = signup.register(session, partner.event, details, "organiser", partner)
        person.requested_name = "Ayu Lestari"
    about = f"/console/events/{event.id}"
    ours = f"/console/partners/{partners[0].id}"
    paths = [
        "/console/",
        "/console/people",
        "/console/sessions",
        "/console/events/new",
        about,
        *(
            f"{about}/{what}"
            for what in (
                "participants",
                "partners",
                "edit",
                "sessions/",
                "questions/",
                "questions/materi",
                "groups/",
                "mails/",
                "audit/",
            )
        ),
        f"{about}/mails/new",
        f"{about}/participants/{person.id}",
        f"{ours}/",
        f"{ours}/edit",
        f"{ours}/import/",
    ]
    page = open_page(browser, address, width, scheme, signed_in=True)
    found = {}
    for path in paths:
        page.goto(path)
        assert page.locator("h1").count() == 1, path
        found[path] = objections(page)
    assert {path: list_ for path, list_ in found.items() if list_} == {}


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
      .map(e => e.type === "checkbox" ? e.closest(".check") : e)
      .map(e => e.getBoundingClientRect().height)"""
    for scheme in SCHEMES:
        page = open_page(browser, address, 320, scheme)
        page.goto(f"/e/{event.slug}")
        assert min(page.evaluate(measure)) >= 46
        border, ground = page.evaluate(
            "() => { const s = getComputedStyle(document.querySelector('#f-name'));"
            " return [s.borderTopColor, getComputedStyle(document.documentElement).backgroundColor]; }"
        )
        assert _contrast(border, ground) >= 3


def _contrast(one: str, other: str) -> float:
    first, second = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(number) / 255 for number in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_form_speaks_english_to_who_prefers_it(browser, address, event):
    page = open_page(browser, address, locale="en-GB")
    page.goto(f"/e/{event.slug}")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.get_by_label("Full name (as printed on the certificate)").count() == 1
    page.click(".language")
    assert page.evaluate("document.documentElement.lang") == "id"
