"""Every form of every service, filled in with what nobody should type: no answer of 5xx, and nothing half written.

FUZZ_SECONDS (of each service) and FUZZ_SEED try more, and again the same.
"""

import os
import random
import time
import uuid
from datetime import timedelta

import pytest

from services.certificates.app import create_app as certificates_app
from services.certificates.service import service as certificates
from services.checkin.app import create_app as checkin_app
from services.checkin.service import service as checkin
from services.registration.demo import sample_people
from services.registration.enrolment import sign_up
from services.registration.events import questions
from services.registration.models import Account, Event, Partner, db
from services.registration.schemas.questions import QuestionForm
from services.registration.service import service as registration
from shared import clock
from shared.actors import SYSTEM_ACTOR
from shared.web import signin
from shared.web.limits import limiter
from tests.certificates import support as issuing
from tests.checkin import support as door
from tests.fuzz import forms
from tests.registration.browser.conftest import QUESTIONS
from tests.registration.browser.test_every_page import _addresses, _filled, _pages

SECONDS = float(os.environ.get("FUZZ_SECONDS", "15"))
SEED = int(os.environ.get("FUZZ_SEED", random.randrange(10**6)))
# Written also when a form is refused, on purpose.
ALSO_WRITTEN = frozenset({"sign_in_attempts"})


@pytest.fixture(autouse=True)
def no_limits(clean, monkeypatch):
    monkeypatch.setattr(limiter, "enabled", False)


def fuzz(service, app, client, starts: list[str]) -> int:
    """Post variants of every form until the time is over; returns how many forms there are."""
    chance = random.Random(SEED)

    def kind(action: str) -> str:
        try:
            return app.url_map.bind("localhost").match(action.partition("?")[0], method="POST")[0]
        except Exception:
            return action

    found = forms.forms(client, starts, kind)
    chance.shuffle(found)
    asked = {form: forms.variants(form, chance) for form in found}
    began, wrong, cookies, taken = time.monotonic(), [], dict(client._cookies), 0
    before = forms.digest(service, ALSO_WRITTEN)
    while asked and time.monotonic() - began < SECONDS:
        for form in list(asked):
            what, sent = next(asked[form], ("", None))
            if sent is None:
                del asked[form]
                continue
            # A form may sign out: the next one is sent by somebody who is signed in all the same.
            client._cookies = dict(cookies)
            answer = client.post(
                form.action, data=forms.encoded(sent), content_type="application/x-www-form-urlencoded"
            )
            taken += answer.status_code != 302
            after = forms.digest(service, ALSO_WRITTEN)
            if answer.status_code >= 500:
                wrong.append(f"{answer.status_code}: {form.action}: {what}")
            if answer.status_code >= 400 and after != before:
                tables = [name for name in after if after[name] != before[name]]
                wrong.append(f"{answer.status_code} and {tables} changed: {form.action}: {what}")
            before = after
    assert taken > len(found), "nothing but redirects to the sign-in"
    assert wrong == [], f"FUZZ_SEED={SEED}"
    return len(found)


def test_the_forms_of_registration(app, event, partners):
    with db.transaction() as session:
        sample_people.fill(session, session.get(Event, event.id), 12)
        for asked in QUESTIONS:
            questions.add(session, SYSTEM_ACTOR, session.get(Event, event.id), QuestionForm().load(asked))
    with db.transaction() as session:
        stored, partner = session.get(Event, event.id), session.get(Partner, partners[0].id)
        person = sign_up.register(session, stored, {"name": "Ayu", "email": "ayu@contoh.example"}, "organiser")
        person.requested_name = "Ayu Lestari"
        session.add(Account(id=uuid.UUID(int=1), email="ibu@jppi.example", name="Ibu", created_at=clock.real_now()))
        session.flush()
        _filled(session, stored, person)
        known = _addresses(session, stored, partner, person)
    starts = list(_pages(app, known))
    assert fuzz(registration, app, staff(app), starts) >= 30


def staff(app):
    client = app.test_client()
    scopes = ["organiser", "operator"]
    client.set_cookie(signin.cookie_name(), signin.make_token(str(uuid.UUID(int=1)), "Penguji", scopes))
    return client


def starts_of(app, **known) -> list[str]:
    """The addresses of all pages, as far as their variables are known."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.arguments <= set(known) and "static" not in rule.endpoint:
            found.append(app.url_map.bind("localhost").build(rule.endpoint, {n: known[n] for n in rule.arguments}))
    return found


def test_the_forms_of_the_door(tmp_path, monkeypatch):
    day = door.Day(tmp_path, monkeypatch)
    day.at(door.wib("08:00"))
    person = door.participant_fact()
    door.receive(door.event_fact())
    door.receive(person)
    door.door()
    app = checkin_app()
    starts = starts_of(app, event_id=door.EVENT, participant_id=person["participant_id"], session_id=door.MORNING)
    assert fuzz(checkin, app, staff(app), starts) >= 4


def test_the_forms_of_certificates(tmp_path, monkeypatch):
    issuing.at_business_time(tmp_path, monkeypatch, issuing.at(17, 16) + timedelta(minutes=1))
    issuing.receive(issuing.event(), *issuing.full_day([1, 2]), issuing.participant(3))
    issuing.issue_all()
    app = certificates_app()
    row = issuing.certificates()[0]
    known = {"event_id": issuing.EVENT_ID, "participant_id": row.participant_id, "code": row.code, "index": 0}
    assert fuzz(certificates, app, staff(app), starts_of(app, **known)) >= 7
