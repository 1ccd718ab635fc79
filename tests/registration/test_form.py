"""The sign-up form, as a browser without JavaScript uses it."""

from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from services.registration.models import Participant, db
from shared.delivery.models import Outgoing
from shared.mail.models import Mail
from tests.registration.conftest import Visitor, hidden


def _people():
    with db.transaction() as session:
        return session.scalars(select(Participant).where(Participant.role == "peserta")).all()


def test_the_list_leads_to_the_event(client, event):
    page = client.get("/")
    assert f"/e/{event.slug}" in page.text
    assert event.title in client.get(f"/e/{event.slug}").text


def test_signing_up_leads_to_the_ticket(visitor, client):
    answer = visitor.sign_up(name="Sulastri", email="Sulastri@Contoh.example")
    assert answer.status_code == 303
    page = client.get(answer.location)
    assert page.status_code == 200
    assert "Sulastri" in page.text
    assert "<svg" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page.headers["X-Robots-Tag"]
    (person,) = _people()
    assert (person.email, person.status, person.version) == ("sulastri@contoh.example", "confirmed", 1)


def test_signing_up_publishes_the_participant_and_queues_one_mail(visitor):
    visitor.sign_up()
    (person,) = _people()
    with db.transaction() as session:
        published = session.scalars(select(Outgoing).where(Outgoing.key == str(person.id))).all()
        mails = session.scalars(select(Mail).where(Mail.subject_key == str(person.id))).all()
    assert {fact.subscriber for fact in published} == {"checkin", "certificates"}
    assert [("email" in fact.payload) for fact in published if fact.subscriber == "checkin"] == [False]
    assert len(mails) == 1


def test_the_same_form_sent_twice_is_one_registration(visitor, client):
    data = {**visitor.form(), "name": "Ayu", "email": "ayu@contoh.example", "consent": "true"}
    first, second = client.post(visitor.address, data=data), client.post(visitor.address, data=data)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert len(_people()) == 1


def test_the_same_address_written_differently_is_reported(visitor):
    visitor.sign_up()
    again = visitor.sign_up(name="Bukan Ayu", email="AYU@contoh.example")
    assert again.status_code == 422
    assert "sudah terdaftar" in again.text
    assert 'value="Bukan Ayu"' in again.text


def test_whose_address_is_known_gets_the_ticket_again_but_not_a_flood(visitor):
    for _ in range(4):
        visitor.sign_up()
    (person,) = _people()
    with db.transaction() as session:
        mails = session.scalars(select(Mail).where(Mail.subject_key == str(person.id))).all()
    assert [mail.recipient for mail in mails] == ["ayu@contoh.example"] * 2


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_bytes_that_are_no_text_are_refused_and_named(visitor, kind):
    fields = {**visitor.form(), "email": "ayu@contoh.example", "consent": "true"}
    if kind.startswith("multipart"):
        parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() for name in (*fields, "name")]
        values = [*(value.encode() for value in fields.values()), b"Ay\xff"]
        body = b"".join(part + value + b"\r\n" for part, value in zip(parts, values, strict=True)) + b"--x--\r\n"
    else:
        body = (urlencode(fields) + "&name=Ay%FFu").encode()
    page = visitor.client.post(visitor.address, data=body, content_type=kind)
    assert (page.status_code, "tidak terbaca" in page.text) == (400, True)
    raw = visitor.client.post(visitor.address, data=b"name=\xff", content_type=kind)
    assert raw.status_code == 400
    assert _people() == []


@pytest.mark.parametrize(
    ("missing", "label"), [("name", "Nama lengkap"), ("email", "Alamat e-mail"), ("consent", "Persetujuan")]
)
def test_a_missing_field_is_named_and_the_rest_is_kept(visitor, missing, label):
    filled = {"name": "Dewangga", "email": "dewangga@contoh.example", "consent": "true"}
    filled[missing] = ""
    data = {**visitor.form(), **filled, "organisation": "Kampus Merdeka", "needs": ["braille"], "needs_consent": "true"}
    page = visitor.client.post(visitor.address, data=data)
    document = BeautifulSoup(page.text, "html.parser")
    summary = document.select_one("#ringkasan")
    assert page.status_code == 422
    assert summary.has_attr("autofocus")
    assert [link["href"] for link in summary.select("a")] == [f"#f-{missing}"]
    assert label in summary.text
    assert document.select_one(f"#f-{missing}")["aria-invalid"] == "true"
    assert document.select_one("#f-organisation")["value"] == "Kampus Merdeka"
    assert document.select_one("input[name=needs][value=braille]").has_attr("checked")
    assert _people() == []


def test_needs_are_stored_only_with_their_own_consent(visitor):
    refused = visitor.sign_up(needs="braille")
    assert refused.status_code == 422
    assert "f-needs_consent" in refused.text
    visitor.sign_up(needs="braille", needs_consent="true")
    (person,) = _people()
    assert (person.needs, person.needs_assistance) == (["braille"], True)


def test_without_the_page_s_token_nothing_is_taken(visitor):
    data = {"name": "Ayu", "email": "ayu@contoh.example", "consent": "true"}
    assert visitor.client.post(visitor.address, data=data).status_code == 400
    assert _people() == []


@pytest.mark.parametrize("name", ["Ayu\x00Lestari", "x" * 201, " "])
def test_text_that_cannot_be_stored_is_an_error_of_its_field(visitor, name):
    data = {**visitor.form(), "email": "ayu@contoh.example", "consent": "true"}
    page = visitor.client.post(visitor.address, data={**data, "name": name})
    assert page.status_code == 422
    assert "f-name" in page.text


@pytest.mark.parametrize("path", ["/e/tidak-ada", "/e/%00", "/e/%ed%a0%80", "/t/rusak", "/t/%00", "/t/..%2f"])
def test_unknown_addresses_are_pages_that_say_so(client, path):
    assert client.get(path).status_code == 404


def test_a_draft_is_not_public(client, event):
    with db.transaction() as session:
        session.merge(event).status = "draft"
    assert client.get(f"/e/{event.slug}").status_code == 404
    assert event.slug not in client.get("/").text


def test_a_closed_event_takes_nobody(client, event):
    visitor = Visitor(client, event.slug)
    form = visitor.form()
    with db.transaction() as session:
        session.merge(event).status = "closed"
    data = {**form, "name": "Ayu", "email": "ayu@contoh.example", "consent": "true"}
    page = client.post(visitor.address, data=data)
    assert page.status_code == 422
    assert "ditutup" in page.text
    assert _people() == []


def test_the_ticket_page_shows_the_code_that_the_door_understands(visitor, client):
    page = BeautifulSoup(client.get(visitor.sign_up().location).text, "html.parser")
    (person,) = _people()
    assert page.select_one(".code.big").text.replace(" ", "") == person.code
    assert page.select_one("[role=img]")["aria-label"].endswith(f"{person.code[:4]} {person.code[4:]}")


def test_from_one_address_only_so_many_sign_ups_a_minute_by_form_and_api_together(client, event, monkeypatch):
    monkeypatch.setenv("HADIR_SIGN_UPS_PER_MINUTE", "3")
    form, api = f"/e/{event.slug}", f"/api/v1/events/{event.slug}/registrations"
    token = hidden(client.get(form), "csrf_token")

    def statuses(address: str, times: int) -> list[int]:
        here = {"REMOTE_ADDR": address}
        answers = []
        for _ in range(times):
            answers.append(client.post(form, data={"csrf_token": token}, environ_base=here).status_code)
            answers.append(client.post(api, json={}, environ_base=here).status_code)
        return answers

    assert statuses("192.0.2.1", 3) == [422, 422, 422, 429, 429, 429]
    assert statuses("192.0.2.2", 1) == [422, 422]
