"""Finding somebody among a hundred thousand: through indexes, and without counting everybody each time."""

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from bench.participants import MANY_PEOPLE
from services.registration.demo import sample_people
from services.registration.models import Event, Participant, db
from services.registration.participants import search


@pytest.fixture
def crowd(event):
    with db.transaction() as session:
        sample_people.fill(session, session.get(Event, event.id), 30)


def test_each_way_of_finding_has_its_index(event):
    """The plans that the database makes by itself, once there are many. How fast they are: bench.participants."""
    with db.transaction() as session:
        session.execute(text(MANY_PEOPLE), {"event": event.id, "people": 20_000})
        session.execute(text("ANALYZE participants"))
        wanted = {
            "ix_participants_page": {},
            "ix_participants_search": {"q": "p17777@ kampus"},
            "ix_participants_cancelled": {"status": "cancelled"},
            "ix_participants_waiting": {"status": "waitlisted"},
            "ix_participants_staff": {"role": "panitia"},
            "ix_participants_partner": {"partner": 1},
        }
        for index, narrowed in wanted.items():
            found = search.matching(event.id, narrowed)
            assert index in _plan(session, found), narrowed
            assert "Seq Scan" not in _plan(session, found), narrowed
        assert "ix_participants_search" in _plan(session, search.matching(event.id, {"q": "xyzzy", "role": "peserta"}))


def _plan(session, found):
    page = found.with_only_columns(Participant.id).order_by(Participant.created_at, Participant.id).limit(search.PAGE)
    written = str(page.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))
    return "\n".join(session.connection().exec_driver_sql(f"EXPLAIN {written}").scalars())


def test_counting_stops_where_the_page_says_more_than(crowd, event, organiser, monkeypatch):
    with db.transaction() as session:
        found = search.matching(event.id, {})
        assert [search.count_some(session, found, most) for most in (5, 30, 31, 500)] == [6, 31, 31, 31]
    monkeypatch.setattr(search, "MOST_COUNTED", 30)
    monkeypatch.setattr(search.count_some, "__defaults__", (30,))
    page = organiser.get(f"/console/events/{event.id}/participants")
    assert "Lebih dari 30 orang" in page.text


def test_signs_of_the_database_are_only_signs(crowd, event):
    with db.transaction() as session:
        for words in ("%", "_", "\\", "kar%ka", "kar_ika", "' or true --"):
            assert search.page(session, search.matching(event.id, {"q": words}), None).rows == [], words
        (kartika,) = search.page(session, search.matching(event.id, {"q": "KARTIKA .EXAMPLE"}), None).rows
    assert kartika.name == "Kartika"
