"""The reference event, loaded as the stack loads it."""

from datetime import timedelta

from click.testing import CliRunner
from sqlalchemy import func, select

from services.registration.__main__ import cli
from services.registration.models import Event, Participant, SeatPool, db
from tests.registration.conftest import COORDINATORS


def _load(*arguments):
    result = CliRunner().invoke(cli, ["demo", *arguments], env=COORDINATORS)
    assert result.exit_code == 0, result.output
    return result.output


def _events():
    with db.transaction() as session:
        rows = session.scalars(select(Event).order_by(Event.id)).all()
        return {event.slug: (event.starts_at, [item.opens_at for item in event.agenda]) for event in rows}


def _people():
    with db.transaction() as session:
        return session.scalar(select(func.count()).select_from(Participant))


def test_loading_again_changes_nothing(clean):
    first = _load("--day", "2026-12-25")
    before = (_events(), _people())
    assert _load("--day", "2026-12-25") == first
    assert (_events(), _people()) == before
    assert "organiser: panitia@jppi.example" in first
    assert first.count("coordinator ") == 6
    assert before[1] == 18 + 1


def test_seats_are_six_times_five_and_six_open_ones(clean):
    _load("--day", "2026-12-25", "--participants", "30")
    with db.transaction() as session:
        pools = session.scalars(select(SeatPool).where(SeatPool.event_id == 1)).all()
    assert sorted(pool.size for pool in pools) == [5] * 6 + [6]
    assert sorted(pool.taken for pool in pools) == [0] + [5] * 6


def test_another_day_is_a_copy_under_its_own_address(clean):
    _load("--day", "2026-12-25", "--participants", "0")
    _load("--day", "2026-12-26", "--participants", "0")
    assert list(_events()) == [
        "pelatihan-digital-marketing",
        "klinik-kampanye",
        "pelatihan-digital-marketing-2026-12-26",
    ]


def test_the_whole_schedule_moves_with_the_start(clean):
    _load("--day", "2026-12-25", "--start", "21:30", "--participants", "0")
    starts_at, doors = _events()["pelatihan-digital-marketing"]
    assert starts_at.isoformat() == "2026-12-25T14:30:00+00:00"
    assert doors == [starts_at - timedelta(minutes=30), starts_at + timedelta(minutes=270)]
