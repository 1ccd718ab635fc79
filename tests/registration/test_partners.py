"""Partners: seats of their own, invitation links, coordinators who see only their own people."""

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.registration import tasks
from services.registration.demo import reference_event
from services.registration.enrolment import sign_up
from services.registration.models import Account, AuditEntry, Event, Participant, Partner, SeatPool, db
from services.registration.partners import invitations
from services.registration.partners.allotments import release_unused
from shared import clock
from shared.actors import SYSTEM_ACTOR
from shared.delivery.models import Outgoing
from shared.mail.models import Mail
from tests.registration.conftest import COORDINATORS, hidden, sign_in


def post(client, page: str, address: str, **data):
    """Post a form of ``page`` to ``address`` with the page's CSRF token."""
    return client.post(address, data={"csrf_token": hidden(client.get(page), "csrf_token"), **data})


@pytest.fixture
def yapari(app, coming_day):
    """The reference event with coordinators; a client signed in as Yapari's, and Yapari itself."""
    with db.transaction() as session:
        reference_event.load(session, coming_day, reference_event.START, 6, COORDINATORS)
        partner = session.scalars(select(Partner).where(Partner.name == "Yapari")).one()
    client = app.test_client()
    answer = sign_in(client, "koordinator@yapari.example", COORDINATORS["DEMO_COORDINATOR_PASSWORD"])
    assert answer.status_code == 303
    return client, partner


def _pool(partner_id):
    with db.transaction() as session:
        return session.scalars(select(SeatPool).where(SeatPool.partner_id == partner_id, SeatPool.event_id == 1)).one()


def test_a_partner_is_added_with_seats_and_a_link_which_is_published(organiser, event):
    page = f"/console/events/{event.id}/partners"
    added = post(organiser, page, page, name="Sanggar Baca", allotment="4")
    assert added.status_code == 303
    with db.transaction() as session:
        partner = session.scalars(select(Partner).where(Partner.name == "Sanggar Baca")).one()
        published = session.scalars(
            select(Outgoing).where(Outgoing.type == "registration.event-changed.v1").order_by(Outgoing.id.desc())
        ).first()
        assert "Sanggar Baca" in published.payload["partners"]
    assert partner.invite_code in organiser.get(page).text
    assert post(organiser, page, page, name="sanggar baca", allotment="4").status_code == 422


@pytest.mark.parametrize("allotment", ["-1", "x", "", "99999999999"])
def test_seats_that_make_no_sense_are_refused(organiser, event, allotment):
    page = f"/console/events/{event.id}/partners"
    answer = post(organiser, page, page, name="Sanggar", allotment=allotment)
    assert answer.status_code == 422
    assert 'href="#f-allotment"' in answer.text


def test_an_allotment_never_falls_below_what_is_taken(organiser, event, partners):
    partner = partners[0]
    with db.transaction() as session:
        for number in range(3):
            details = {"name": f"O{number}", "email": None}
            ours = session.get(Partner, partner.id)
            sign_up.register(session, ours.event, details, "organiser", ours)
    page = f"/console/partners/{partner.id}/edit"
    assert post(organiser, page, page, name=partner.name, allotment="2").status_code == 422
    assert post(organiser, page, page, name=partner.name, allotment="3").status_code == 303
    assert (_pool(partner.id).taken, _pool(partner.id).size) == (3, 3)


def test_a_larger_pool_seats_who_waits(organiser, event):
    with db.transaction() as session:
        for number in range(8):
            sign_up.register(session, session.get(Event, event.id), {"name": f"O{number}", "email": None}, "door")
    page = f"/console/events/{event.id}/partners"
    post(organiser, page, f"/console/events/{event.id}/open-seats", size="7")
    with db.transaction() as session:
        waiting = session.query(Participant).filter_by(status="waitlisted").all()
    assert [person.name for person in waiting] == ["O7"]


def test_a_rotated_link_replaces_the_old_one(organiser, event, partners, visitor):
    old = partners[0].invite_code
    page = f"/console/partners/{partners[0].id}/edit"
    post(organiser, page, f"/console/partners/{partners[0].id}/rotate")
    assert "tidak berlaku lagi" in organiser.get(f"/e/{event.slug}", query_string={"invite": old}).text
    assert visitor.sign_up(invite=old).status_code == 422


def test_an_expired_link_is_invalid(organiser, event, partners):
    page = f"/console/partners/{partners[0].id}/edit"
    post(organiser, page, f"/console/partners/{partners[0].id}/invitation", invite_expires_at="2020-01-01T08:00")
    with db.transaction() as session:
        assert invitations.find(session, session.merge(event), partners[0].invite_code) is None


def test_unused_seats_go_to_the_open_pool_at_their_date(event, partners, monkeypatch):
    with db.transaction() as session:
        session.merge(partners[0]).release_at = clock.now() - timedelta(minutes=1)
        session.merge(partners[1]).release_at = clock.now() + timedelta(hours=1)
    tasks.tick()
    tasks.tick()
    assert (_pool(partners[0].id).size, _pool(partners[1].id).size, _pool(None).size) == (0, 5, 6 + 5)


def test_a_new_name_of_a_partner_is_published_for_each_of_its_people(organiser, event, partners):
    with db.transaction() as session:
        ours = session.get(Partner, partners[0].id)
        person = sign_up.register(session, ours.event, {"name": "Ayu", "email": None}, "organiser", ours)
    page = f"/console/partners/{partners[0].id}/edit"
    post(organiser, page, page, name="Nama Baru", allotment="5")
    with db.transaction() as session:
        published = session.scalars(select(Outgoing).where(Outgoing.key == str(person.id)).order_by(Outgoing.id)).all()
    assert [fact.payload["version"] for fact in published if fact.subscriber == "checkin"] == [1, 2]
    assert published[-1].payload["organisation"] == "Nama Baru"


def test_a_coordinator_registers_and_cancels_own_people(yapari):
    client, partner = yapari
    page = f"/console/partners/{partner.id}/"
    added = post(client, page, f"{page}people", name="Mbah Karto", locale="id", consent="true")
    assert added.status_code == 303
    with db.transaction() as session:
        person = session.query(Participant).filter_by(name="Mbah Karto").one()
        entry = session.query(AuditEntry).filter_by(subject=str(person.id)).one()
    assert (person.partner_id, person.email, person.source) == (partner.id, None, "coordinator")
    assert (entry.action, entry.actor_name) == ("participant.registered", "Koordinator Yapari")
    post(client, page, f"{page}people/{person.id}/cancel")
    with db.transaction() as session:
        assert session.get(Participant, person.id).status == "cancelled"


def test_a_coordinator_without_the_persons_consent_registers_nobody(yapari):
    client, partner = yapari
    page = f"/console/partners/{partner.id}/"
    answer = post(client, page, f"{page}people", name="Mbah Karto", locale="id")
    assert answer.status_code == 422
    assert 'href="#f-consent"' in answer.text


def test_a_coordinator_sees_own_partner_only(yapari):
    client, partner = yapari
    start = client.get("/console/").text
    assert f"/console/partners/{partner.id}/" in start
    assert "Lapesda" not in start
    assert "/console/events/" not in start


def test_every_route_is_closed_to_the_wrong_coordinator(yapari, app):
    """Walks the whole map of addresses: whatever is about another partner, or about the whole event, is refused."""
    client, partner = yapari
    with db.transaction() as session:
        other = session.scalars(select(Partner).where(Partner.name == "Lapesda")).one()
        theirs = session.scalars(select(Participant).where(Participant.partner_id == other.id)).first()
        event_id = other.event_id
    token = hidden(client.get(f"/console/partners/{partner.id}/"), "csrf_token")
    values = {"event_id": event_id, "partner_id": other.id, "participant_id": theirs.id}
    walked = 0
    for rule in app.url_map.iter_rules():
        if not rule.arguments & {"event_id", "partner_id", "participant_id"}:
            continue
        arguments = {name: values.get(name, _any(rule, name)) for name in rule.arguments}
        for method in rule.methods & {"GET", "POST"}:
            with app.test_request_context():
                address = app.url_map.bind("localhost").build(rule.endpoint, arguments, method=method)
            answer = client.open(address, method=method, data={"csrf_token": token} if method == "POST" else None)
            assert answer.status_code in (403, 404), f"{method} {address} answered {answer.status_code}"
            walked += 1
    assert walked >= 15
    with db.transaction() as session:
        assert session.get(Participant, theirs.id).status == "confirmed"


def test_another_partners_person_is_not_reached_through_the_own_partner(yapari):
    client, partner = yapari
    with db.transaction() as session:
        theirs = session.scalars(select(Participant).where(Participant.partner_id != partner.id)).first()
    page = f"/console/partners/{partner.id}/"
    assert post(client, page, f"{page}people/{theirs.id}/cancel").status_code == 404


def _any(rule, name):
    return uuid.uuid4() if "uuid" in str(rule) else 1


def test_an_invited_coordinator_sets_a_password_and_signs_in(organiser, app, event, partners):
    page = f"/console/partners/{partners[2].id}/edit"
    address = f"/console/partners/{partners[2].id}/coordinators"
    invited = post(organiser, page, address, person="Bu Tini", email="tini@yapari.example")
    assert invited.status_code == 303
    from services.registration.mail.compose import compose

    with db.transaction() as session:
        mail = session.query(Mail).filter_by(kind="account-invitation").one()
    link = re.search(r"/console/password/\S+", compose(mail).get_body(("plain",)).get_content()).group()
    tini = app.test_client()
    assert post(tini, link, link, password="pendek").status_code == 422
    assert post(tini, link, link, password="sepeda kuning di bukit").status_code == 303
    assert tini.get(link).status_code == 404
    assert sign_in(tini, "tini@yapari.example", "sepeda kuning di bukit").status_code == 303
    assert tini.get(f"/console/partners/{partners[2].id}/").status_code == 200


def test_a_withdrawn_coordinator_is_signed_out_for_good(yapari, organiser):
    client, partner = yapari
    with db.transaction() as session:
        account = session.query(Account).filter_by(email="koordinator@yapari.example").one()
    page = f"/console/partners/{partner.id}/edit"
    post(organiser, page, f"/console/partners/{partner.id}/coordinators/{account.id}/withdraw")
    assert client.get("/console/renew").location.startswith("/console/sign-in")


def test_releasing_moves_seats_and_loses_none(event, partners):
    with db.transaction() as session:
        assert release_unused(session, SYSTEM_ACTOR, session.get(Partner, partners[0].id)) == 5
    with db.transaction() as session:
        assert sum(session.scalars(select(SeatPool.size).where(SeatPool.event_id == event.id)).all()) == 36
