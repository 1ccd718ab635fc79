"""Registration's pages in a real Chromium: the reference event with people in every state, and windows onto it."""

import pytest

from services.registration.demo import sample_people
from services.registration.events import questions
from services.registration.models import Event, db
from services.registration.schemas.questions import QuestionForm
from shared.actors import SYSTEM_ACTOR
from shared.web import signin
from tests.browsing import ARGUMENTS, CHROMIUM, served

QUESTIONS = [
    {"label": "Harapan Anda", "label_en": "Your hopes", "kind": "text", "required": False, "options": ""},
    {"label": "Makan siang", "kind": "choice", "required": True, "options": "Nasi | Rice\nMi | Noodles"},
    {"label": "Naik apa", "kind": "choice", "required": False, "options": "Bus\nKereta"},
    {"label": "Materi", "help": "Boleh beberapa.", "kind": "choices", "required": False, "options": "Cetak\nBraille"},
    {"label": "Umur", "kind": "number", "required": False, "options": "", "smallest": "10", "largest": "120"},
    {"label": "Tanggal tiba", "kind": "date", "required": False, "options": ""},
]
ORGANISER = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def address(app, event, monkeypatch):
    with db.transaction() as session:
        sample_people.fill(session, session.get(Event, event.id), 12)
        for asked in QUESTIONS:
            questions.add(session, SYSTEM_ACTOR, session.get(Event, event.id), QuestionForm().load(asked))
    with served(app) as address:
        monkeypatch.setenv("HADIR_PUBLIC_URL", address)
        yield address


@pytest.fixture
def browser(playwright, address):
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def window(browser, address):
    """Opens a window: ``window(width=320, scheme="light", signed_in=False, **more)``."""

    def open_window(width=320, scheme="light", signed_in=False, locale="id-ID", **more):
        viewport = {"width": width, "height": 800}
        context = browser.new_context(base_url=address, locale=locale, color_scheme=scheme, viewport=viewport, **more)
        if signed_in:
            token = signin.make_token(ORGANISER, "Ibu Penyelenggara", ["organiser", "operator"])
            context.add_cookies([{"name": signin.cookie_name(), "value": token, "url": address}])
        context.set_default_timeout(8000)
        return context.new_page()

    return open_window
