"""Every page of registration, found by its map of addresses, and every form sent empty: axe, widths, zoom, motion.

A new page is looked at by itself, as long as its address needs nothing that is not in ``_addresses`` below.
"""

import uuid

import pytest

from services.registration.accounts import passwords
from services.registration.enrolment import importing, sign_up
from services.registration.groups import assigning
from services.registration.models import (
    Account,
    Attendance,
    CertificateCopy,
    Event,
    Participant,
    Partner,
    db,
)
from services.registration.participants import announcements, search
from services.registration.tickets import links
from shared import clock
from shared.actors import SYSTEM_ACTOR
from tests.browsing import objections

GOOD, BAD = b"nama;email;setuju\nSri;;ya\n", b"nama;email;setuju;warna\nSri;x;ya;biru\n;sri@x.example;ya;hijau\n"
# Taken over by others: the page of the JSON API is Swagger's own, static files are no pages.
NOT_OURS = {"static", "shared.static"}


@pytest.fixture
def world(address, event, partners, coming_day):
    """Something of everything that pages can show; returns the addresses by what they need."""
    with db.transaction() as session:
        event = session.get(Event, event.id)
        partner = session.get(Partner, partners[0].id)
        needs = {"needs": ["braille"], "needs_note": "Huruf besar.", "needs_consent": True}
        person = sign_up.register(session, event, {"name": "Ayu", "email": "ayu@contoh.example", **needs}, "organiser")
        person.requested_name = "Ayu Lestari"
        session.add(Account(id=uuid.UUID(int=1), email="ibu@jppi.example", name="Ibu", created_at=clock.real_now()))
        session.flush()
        _filled(session, event, person)
        return _addresses(session, event, partner, person)


def _filled(session, event, person):
    fact = {"participant_id": person.id, "version": 1, "event_id": event.id}
    session.add(Attendance(**fact, session_id=1, arrived_at=event.starts_at, minutes=90))
    certificate = {"number": "001/JPPI/XII/2022", "status": "valid", "verification_url": "/v/x"}
    session.add(CertificateCopy(**fact, **certificate, issued_at=event.ends_at))
    assigning.assign(session, SYSTEM_ACTOR, event, 6, 7, False)
    assigning.lock(session, SYSTEM_ACTOR, event, False)


def _addresses(session, event, partner, person):
    imports = [importing.upload(session, partner, "orang.csv", data) for data in (GOOD, BAD)]
    written = {"subject": "Bawa laptop", "body": "Halo."}
    everybody = search.matching(event.id, {})
    announcement = announcements.announce(session, SYSTEM_ACTOR, event, everybody, written)
    account = session.query(Account).filter(Account.id == uuid.UUID(int=1)).one()
    session.flush()
    return {
        "event_id": [event.id],
        "slug": [event.slug],
        "key": [event.questions[1]["key"]],
        "partner_id": [partner.id],
        "participant_id": [person.id, session.query(Participant.id).filter_by(partner_id=partner.id).first().id],
        "session_id": [1],
        "import_id": [row.id for row in imports],
        "announcement_id": [announcement.id],
        "token": [links.link_token(event, person)],
        "password": [passwords.password_link(account).rpartition("/")[2]],
    }


def _pages(app, known):
    """Every address that can be opened; asserts that there is a value for whatever addresses need."""
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint in NOT_OURS or rule.arguments & {"filename"}:
            continue
        values = {name: known[name] for name in rule.arguments if name in known}
        if "/password/" in rule.rule:
            values = {"token": known["password"]}
        assert rule.arguments <= set(values), f"give {sorted(rule.arguments)} of {rule.rule} a value in _addresses()"
        for number in range(max(map(len, values.values()), default=1)):
            chosen = {name: some[min(number, len(some) - 1)] for name, some in values.items()}
            yield app.url_map.bind("localhost").build(rule.endpoint, chosen)


def _look(page, found, state):
    """axe small and light, then large and dark; sideways scroll there, and with text at twice its size."""
    page.set_viewport_size({"width": 320, "height": 800})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found[f"{state} 320 light"] = objections(page)
    moving = (
        "document.getAnimations().length + [...document.querySelectorAll('*')].filter("
        "e => getComputedStyle(e).transitionDuration.split(', ').some(t => parseFloat(t) > 0)).length"
    )
    found[f"{state} motion"] = [f"{count} things move"] if (count := page.evaluate(moving)) else []
    page.set_viewport_size({"width": 1280, "height": 800})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found[f"{state} 1280 dark"] = objections(page)
    # Twice as large on the same screen.
    page.set_viewport_size({"width": 640, "height": 400})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found[f"{state} zoom"] = [f"{wide} px too wide"] if wide > 0 else []
    page.evaluate("document.documentElement.style.fontSize = ''")


_EMPTY = """form => { for (const e of form.querySelectorAll("input:not([type=hidden]), textarea"))
  { if (e.type === "checkbox" || e.type === "radio") e.checked = false; else e.value = ""; } form.submit(); }"""


def _send_empty(page, found, path):
    """Send each form of the page empty; look at it when it comes back with errors."""
    page.goto(path)
    for number in range(page.locator("form[method=post][novalidate]").count()):
        page.goto(path)
        form = page.locator("form[method=post][novalidate]").nth(number)
        name = form.get_attribute("id")
        with page.expect_navigation() as answer:
            form.evaluate(_EMPTY)
        if answer.value.status == 422:
            _look(page, found, f"{path} #{name} with errors")
        elif answer.value.status >= 400:
            found[f"{path} #{name}"] = [str(answer.value.status)]


@pytest.mark.timeout(240)
def test_nothing_stands_against_any_page(app, world, window):
    page, found, seen = window(signed_in=True), {}, 0
    for path in list(_pages(app, world)):
        answer = page.request.get(path, max_redirects=0)
        if answer.status != 200 or not answer.headers["content-type"].startswith("text/html"):
            assert answer.status < 500, path
            continue
        page.goto(path)
        assert page.locator("h1").count() == 1, path
        _look(page, found, path)
        _send_empty(page, found, path)
        seen += 1
    assert {state: said for state, said in found.items() if said} == {}
    assert seen >= 30
    assert sum("with errors" in state for state in found) >= 40
