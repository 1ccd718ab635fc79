"""The organiser's pages and API: what they show, what they start, and who may not."""

from uuid import UUID

import pytest
from bs4 import BeautifulSoup

from services.certificates.app import create_app
from services.certificates.models import db
from services.certificates.overview import events, participants
from shared.web import signin
from tests.certificates import support
from tests.markup import csrf_token

EVENT = f"/certificates/console/events/{support.EVENT_ID}"
API = f"/certificates/api/v1/events/{support.EVENT_ID}"


@pytest.fixture
def client(clean, tmp_path, monkeypatch):
    support.at_business_time(tmp_path, monkeypatch, support.at(17, 16))
    support.receive(
        support.event(),
        *support.full_day([1]),
        support.participant(2),
        support.attendance(2, 1, 125),
        support.participant(3, version=1, email=None),
    )
    support.receive(support.attendance(3, 1), support.attendance(3, 2))
    return create_app().test_client()


def sign_in(client, *scopes: str) -> dict[str, str]:
    token = signin.make_token("7", "Ibu Penyelenggara", list(scopes))
    client.set_cookie(signin.cookie_name(), token)
    return {"Authorization": f"Bearer {token}"}


def test_the_page_says_who_gets_one_and_why_not(client):
    sign_in(client, "organiser")
    assert "Pelatihan Digital Marketing" in client.get("/certificates/console/").text
    page = client.get(EVENT).text
    assert "hadir 125 dari 480 menit (26 %), diperlukan 75 %" in page
    assert "tidak berhak" in page


def test_issue_now_and_see_it(client):
    sign_in(client, "organiser:1")
    answer = client.post(f"{EVENT}/runs", data={"csrf_token": csrf_token(client.get(EVENT))})
    assert answer.status_code == 303
    with_run = client.get(EVENT)
    assert "Ibu Penyelenggara" in with_run.text
    with db.transaction() as session:
        (run,) = events.runs(session, support.EVENT_ID)
    support.run(run.id)
    page = client.get(EVENT).text
    assert "001/JPPI/XII/2022" in page
    assert "tanpa e-mail" in page


def test_issue_now_needs_the_form_token(client):
    sign_in(client, "organiser")
    assert client.post(f"{EVENT}/runs").status_code == 400


def test_not_before_the_end(client, tmp_path, monkeypatch):
    sign_in(client, "organiser")
    token = csrf_token(client.get(EVENT))
    support.at_business_time(tmp_path, monkeypatch, support.at(12))
    assert "Acara belum selesai" in client.post(f"{EVENT}/runs", data={"csrf_token": token}, follow_redirects=True).text


@pytest.mark.parametrize("scopes", [[], ["organiser:2"], ["coordinator:1:1"], ["operator"]])
def test_strangers_see_nothing(client, scopes):
    headers = sign_in(client, *scopes) if scopes else {}
    assert client.get(EVENT).status_code in (302, 403)
    assert client.post(f"{EVENT}/runs").status_code in (302, 400, 403)
    assert client.get(f"{API}/certificates", headers=headers).status_code in (401, 403)
    assert client.post(f"{API}/runs", headers=headers, json={}).status_code in (401, 403)


def test_an_organiser_of_another_event_does_not_see_this_one_in_the_list(client):
    sign_in(client, "organiser:2")
    assert "Pelatihan Digital Marketing" not in client.get("/certificates/console/").text


def test_an_unknown_event_is_not_found(client):
    sign_in(client, "organiser")
    for event_id in ("99", "99999999999999999999"):
        assert client.get(f"/certificates/console/events/{event_id}").status_code == 404


def test_the_api_lists_in_pages_and_starts_a_run_once(client):
    headers = sign_in(client, "organiser") | {"Idempotency-Key": "abc"}
    first = client.post(f"{API}/runs", headers=headers, json={})
    assert first.status_code == 202
    assert client.post(f"{API}/runs", headers=headers, json={}).json == first.json
    assert client.post(f"{API}/runs", headers=headers, json={"x": 1}).status_code == 422
    support.run(UUID(first.json["id"]))
    assert client.get(f"{API}/runs", headers=headers).json[0]["issued"] == 2
    page = client.get(f"{API}/certificates?limit=1", headers=headers).json
    rest = client.get(f"{API}/certificates?limit=1&after={page['next']}", headers=headers).json
    assert rest["next"] is None
    numbers = {page["items"][0]["number"], rest["items"][0]["number"]}
    assert numbers == {"001/JPPI/XII/2022", "002/JPPI/XII/2022"}


def test_a_long_list_comes_in_pages_that_keep_the_filter(client, monkeypatch):
    monkeypatch.setattr(participants, "PAGE", 4)
    support.receive(*support.full_day(range(11, 20)))
    support.issue_all()
    sign_in(client, "organiser")
    names: list[str] = []
    address = f"{EVENT}?show=issued&search=nomor"
    while address:
        page = BeautifulSoup(client.get(address).text, "html.parser")
        names += [link.text for link in page.select("table.cards tbody th a")]
        following = page.select_one("a[rel=next]")
        address = str(following["href"]) if following else ""
    assert names == [f"Peserta Nomor {number:04}" for number in (1, 3, *range(11, 20))]
    assert "11 dari 12 orang" in page.text
