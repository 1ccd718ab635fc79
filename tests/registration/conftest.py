"""Fixtures of registration: the application, and the reference event on a day that is still to come."""

import re
from datetime import date, timedelta

import pytest

from services.registration.app import create_app
from services.registration.demo import reference_event
from services.registration.models import Event, Partner, db
from shared import clock

PASSWORDS = {
    "DEMO_ORGANISER_EMAIL": "panitia@jppi.example",
    "DEMO_ORGANISER_PASSWORD": "sandi-panitia-uji",
}
# Hashing takes its time on purpose: only the tests that need coordinators make them.
COORDINATORS = {**PASSWORDS, "DEMO_COORDINATOR_PASSWORD": "sandi-koordinator-uji"}


@pytest.fixture
def app(clean):
    return create_app()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def coming_day() -> date:
    return (clock.now() + timedelta(days=30)).date()


@pytest.fixture
def event(app, coming_day) -> Event:
    """The reference event in 30 days: six partners with 5 seats each, 6 open seats, a speaker, nobody else."""
    with db.transaction() as session:
        reference_event.load(session, coming_day, reference_event.START, 0, PASSWORDS)
    with db.transaction() as session:
        return session.query(Event).filter_by(slug=reference_event.SLUG).one()


@pytest.fixture
def partners(event) -> list[Partner]:
    with db.transaction() as session:
        return session.query(Partner).filter_by(event_id=event.id).order_by(Partner.id).all()


def hidden(page, name: str) -> str:
    """The value of a hidden input of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return found.group(1)


class Visitor:
    """Somebody with a browser: fills the sign-up form as it is on the page, tokens included."""

    def __init__(self, client, slug: str):
        self.client = client
        self.address = f"/e/{slug}"

    def form(self, invite: str | None = None) -> dict[str, str]:
        page = self.client.get(self.address, query_string={"invite": invite} if invite else None)
        fields = {name: hidden(page, name) for name in ("csrf_token", "form_token")}
        return {**fields, **({"invite": invite} if invite else {}), "locale": "id"}

    def sign_up(self, name="Ayu Lestari", email="ayu@contoh.example", invite=None, **more):
        filled = {"name": name, "email": email, "consent": "true", **more}
        return self.client.post(self.address, data={**self.form(invite), **filled})


@pytest.fixture
def visitor(client, event) -> Visitor:
    return Visitor(client, event.slug)


def sign_in(client, email: str, password: str):
    page = client.get("/console/sign-in")
    data = {"csrf_token": hidden(page, "csrf_token"), "email": email, "password": password}
    return client.post("/console/sign-in", data=data)


@pytest.fixture
def organiser(client, event):
    """A client that is signed in as the organiser."""
    answer = sign_in(client, PASSWORDS["DEMO_ORGANISER_EMAIL"], PASSWORDS["DEMO_ORGANISER_PASSWORD"])
    assert answer.status_code == 303, answer.text
    return client
