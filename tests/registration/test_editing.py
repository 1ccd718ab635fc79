"""Creating and changing events: the weekday is checked, copies are complete, everything is published and recorded."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from services.registration.demo import reference_event
from services.registration.events import copying, editing
from services.registration.models import AuditEntry, ConsentText, Event, Partner, SeatPool, db
from shared.actors import SYSTEM_ACTOR
from shared.delivery.models import Outgoing
from tests.registration.conftest import hidden

JAKARTA = ZoneInfo("Asia/Jakarta")
FORM = {
    "title": "Lokakarya Advokasi Difabel",
    "venue": "Aula Yapari",
    "timezone": "Asia/Jakarta",
    "starts_at": "2022-12-25T08:00",
    "ends_at": "2022-12-25T17:00",
    "open_seats": "20",
    "consent_text": "Saya setuju.",
    "share_percent": "60",
    "certificate_grace_minutes": "10",
    "certificate_number_pattern": "{seq:03}/JPPI/{year}",
    "topics": "Satu\nDua\n",
    "signatories": "Ibu Rekaan | Ketua",
}


def _post(client, page, address=None, **data):
    return client.post(address or page, data={"csrf_token": hidden(client.get(page), "csrf_token"), **data})


def _event(slug="lokakarya-advokasi-difabel"):
    with db.transaction() as session:
        event = session.scalars(select(Event).where(Event.slug == slug)).one()
        event.agenda, event.partners  # noqa: B018 - loaded while the session is open
        return event


def _published(event_id):
    with db.transaction() as session:
        key = (Outgoing.key == str(event_id), Outgoing.subscriber == "checkin")
        rows = session.scalars(select(Outgoing).where(*key).order_by(Outgoing.id)).all()
        return [row.payload for row in rows if row.type == "registration.event-changed.v1"]


def test_a_new_event_is_a_draft_with_one_session(organiser):
    assert _post(organiser, "/console/events/new", **FORM).status_code == 303
    event = _event()
    assert (event.status, event.starts_at.astimezone(JAKARTA).hour, event.topics) == ("draft", 8, ["Satu", "Dua"])
    assert len(event.agenda) == 1
    assert event.certificate_policy["peserta"] == {"kind": "minutes", "share": 0.6}
    assert event.signatories == [{"name": "Ibu Rekaan", "title": "Ketua"}]
    assert [fact["status"] for fact in _published(event.id)] == ["draft"]


def test_the_weekday_of_the_press_report_is_flagged(organiser):
    page = _post(organiser, "/console/events/new", **FORM, weekday="3")
    assert page.status_code == 422
    assert "Minggu, 25 Desember 2022" in page.text
    assert 'value="Lokakarya Advokasi Difabel"' in page.text
    assert _post(organiser, "/console/events/new", **FORM, weekday="6").status_code == 303


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("ends_at", "2022-12-25T08:00"),
        ("starts_at", "kemarin"),
        ("starts_at", "2022-12-25T08:00+07:00"),
        ("timezone", "Mars/Olympus"),
        ("open_seats", "-3"),
        ("share_percent", "101"),
        ("certificate_number_pattern", "{seq.__class__}"),
        ("certificate_number_pattern", "{year}"),
        ("certificate_number_pattern", "{seq:99999999999}"),
        ("certificate_number_pattern", "{0}"),
        ("consent_text", "a\x00"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(organiser, field, value):
    page = _post(organiser, "/console/events/new", **{**FORM, field: value})
    assert page.status_code == 422
    assert f'href="#f-{field}"' in page.text


def test_publishing_opens_it_to_everybody_and_closing_keeps_its_page(organiser):
    _post(organiser, "/console/events/new", **{**FORM, "starts_at": "2099-12-25T08:00", "ends_at": "2099-12-25T17:00"})
    event = _event()
    page = f"/console/events/{event.id}/edit"
    assert organiser.get(f"/e/{event.slug}").status_code == 404
    _post(organiser, page, f"/console/events/{event.id}/status", status="published")
    assert "Kursi tersisa: 20" in organiser.get(f"/e/{event.slug}").text
    _post(organiser, page, f"/console/events/{event.id}/status", status="closed")
    assert "ditutup" in organiser.get(f"/e/{event.slug}").text
    _post(organiser, page, f"/console/events/{event.id}/status", status="draft")
    assert _event().status == "closed"
    assert [fact["status"] for fact in _published(event.id)] == ["draft", "published", "closed"]


def test_a_new_wording_of_the_consent_is_a_new_version(organiser, visitor, event):
    visitor.sign_up()
    page = f"/console/events/{event.id}/edit"
    form = {**FORM, "title": event.title, "consent_text": "Rumusan baru."}
    del form["open_seats"]
    assert _post(organiser, page, **form).status_code == 303
    with db.transaction() as session:
        versions = session.scalars(select(ConsentText).where(ConsentText.event_id == event.id)).all()
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "event.changed")).one()
    assert sorted(text.version for text in versions) == [1, 2]
    assert entry.after["consent_version"] == 2
    assert "title" not in entry.after


def test_a_copy_moves_agenda_windows_and_seats_and_no_people(organiser, event, visitor):
    visitor.sign_up()
    day = (event.starts_at + timedelta(days=100)).date()
    page = f"/console/events/{event.id}/edit"
    copied = _post(organiser, page, f"/console/events/{event.id}/copy", day=day.isoformat())
    assert copied.status_code == 303
    with db.transaction() as session:
        made = session.scalars(select(Event).order_by(Event.id.desc())).first()
        original = session.get(Event, event.id)
        assert (made.status, made.starts_at.astimezone(JAKARTA).date()) == ("draft", day)
        moved = [item.opens_at - old.opens_at for item, old in zip(made.agenda, original.agenda, strict=True)]
        assert len(set(moved)) == 1
        sizes = session.scalars(select(SeatPool.size).where(SeatPool.event_id == made.id)).all()
        assert (sum(sizes), len(sizes)) == (36, 7)
        assert sum(session.scalars(select(SeatPool.taken).where(SeatPool.event_id == made.id)).all()) == 0
        codes = session.scalars(select(Partner.invite_code)).all()
        assert len(codes) == len(set(codes))


def test_a_copy_keeps_the_wall_clock_across_a_change_of_daylight_saving(event):
    with db.transaction() as session:
        ours = session.get(Event, event.id)
        ours.timezone = "Europe/Berlin"
        local = ours.starts_at.astimezone(ZoneInfo("Europe/Berlin"))
        made = copying.copy(session, SYSTEM_ACTOR, ours, (local + timedelta(days=182)).date())
        there = made.starts_at.astimezone(ZoneInfo("Europe/Berlin"))
    assert (there.hour, there.minute) == (local.hour, local.minute)
    assert there.utcoffset() != local.utcoffset()


def test_sessions_are_added_changed_and_removed_and_published_each_time(organiser, event):
    page = f"/console/events/{event.id}/sessions/"
    day = event.starts_at.astimezone(JAKARTA).date().isoformat()
    times = dict(
        zip(("opens_at", "starts_at", "late_after", "closes_at", "ends_at"), (12, 12, 12, 13, 13), strict=True)
    )
    form = {
        name: f"{day}T{hour:02}:{minute:02}"
        for (name, hour), minute in zip(times.items(), (0, 5, 15, 0, 0), strict=True)
    }
    assert _post(organiser, page, session_title="Makan siang", **form).status_code == 303
    assert [len(fact["sessions"]) for fact in _published(event.id)] == [2, 3]
    added = next(item for item in _event(reference_event.SLUG).agenda if item.title == "Makan siang")
    wrong = _post(organiser, page, f"{page}{added.id}", session_title="Makan", **{**form, "late_after": f"{day}T11:00"})
    assert wrong.status_code == 422
    assert 'href="#f-late_after"' in wrong.text
    _post(organiser, page, f"{page}{added.id}", session_title="Rehat", **form)
    _post(organiser, page, f"{page}{added.id}/remove")
    assert [len(fact["sessions"]) for fact in _published(event.id)] == [2, 3, 3, 2]


def test_slugs_are_plain_and_unique(event):
    with db.transaction() as session:
        assert editing.free_slug(session, "Café & Té: Ñandú!") == "cafe-te-nandu"
        assert editing.free_slug(session, "ꦲꦢꦶꦂ") == "acara"
        assert editing.free_slug(session, "Pelatihan digital marketing") == "pelatihan-digital-marketing-2"
