"""Issuing on business time: once, without gaps, to those who attended, and again when something changes."""

import threading

import pytest
from sqlalchemy import select, text

from services.certificates.eligibility import standings
from services.certificates.issuing import runs, work
from services.certificates.models import Certificate, Event, IssuingProblem, db
from services.certificates.signing import credential
from shared import clock, jobs
from shared.delivery.models import Outgoing
from shared.mail.models import Mail
from tests.certificates import support


@pytest.fixture
def after_the_day(clean, tmp_path, monkeypatch):
    support.at_business_time(tmp_path, monkeypatch, support.at(17, 16))
    return tmp_path / "clock.json"


def test_nothing_is_issued_before_end_and_grace(clean, tmp_path, monkeypatch):
    support.receive(support.event(), *support.full_day([1]))
    for minute in (0, 14):
        support.at_business_time(tmp_path, monkeypatch, support.at(17, minute))
        assert support.tick() == []
    support.at_business_time(tmp_path, monkeypatch, support.at(17, 15))
    assert len(support.tick()) == 1


def test_participants_who_attended_get_numbers_in_order_of_name(after_the_day):
    support.receive(
        support.event(),
        *support.full_day([1, 2]),
        support.participant(3),
        support.participant(4),
        support.attendance(4, 1, 125),
        support.participant(5, role="narasumber", name="Ayu Narasumber"),
        support.attendance(5, 1, 30),
        support.participant(6, status="waitlisted"),
        support.attendance(6, 1),
        support.attendance(6, 2),
    )
    (run,) = support.issue_all()
    assert (run.state, run.planned, run.issued) == (jobs.DONE, 3, 3)
    assert [(row.number, row.data["name"]) for row in support.certificates()] == [
        ("001/JPPI/XII/2022", "Ayu Narasumber"),
        ("002/JPPI/XII/2022", "Peserta Nomor 0001"),
        ("003/JPPI/XII/2022", "Peserta Nomor 0002"),
    ]


def test_issued_certificates_are_signed_published_and_mailed(after_the_day):
    support.receive(
        support.event(), *support.full_day([1]), support.participant(2, email=None), support.attendance(2, 1)
    )
    support.receive(support.attendance(2, 2))
    support.issue_all()
    rows = support.certificates()
    assert all(credential.is_genuine(row.data, row.kid, row.signature) for row in rows)
    assert not credential.is_genuine({**rows[0].data, "name": "Orang Lain"}, rows[0].kid, rows[0].signature)
    with db.transaction() as session:
        published = session.scalars(select(Outgoing)).all()
        mails = session.scalars(select(Mail)).all()
    assert {row.subscriber for row in published} == {"registration"}
    assert {row.payload["number"] for row in published} == {"001/JPPI/XII/2022", "002/JPPI/XII/2022"}
    assert [mail.recipient for mail in mails] == ["orang1@contoh.example"]


def test_a_second_tick_and_a_second_run_change_nothing(after_the_day):
    support.receive(support.event(), *support.full_day([1, 2]))
    (run_id,) = support.tick()
    assert support.tick() == []
    support.run(run_id)
    assert support.tick() == []
    again = support.start_run()
    assert support.run(again).issued == 0
    assert len(support.certificates()) == 2


def test_attendance_that_arrives_late_is_evaluated_again(after_the_day):
    support.receive(support.event(), *support.full_day([1]), support.participant(2), support.attendance(2, 1))
    support.issue_all()
    assert len(support.certificates()) == 1
    support.receive(support.attendance(2, 2))
    (run,) = support.issue_all()
    assert (run.cause, run.issued) == ("late", 1)
    assert [row.number for row in support.certificates()] == ["001/JPPI/XII/2022", "002/JPPI/XII/2022"]


def test_attendance_that_arrives_while_the_tick_decides_is_evaluated(after_the_day):
    """The tick reads who is due and clears the mark; a fact that commits just then must set it again."""
    support.receive(support.event(), *support.full_day([1]))
    support.issue_all()
    support.receive(support.participant(2), support.attendance(2, 1))
    other = threading.Thread(target=support.receive, args=(support.attendance(2, 2),))
    with db.transaction() as session:
        runs.plan_runs(session)
        other.start()
        other.join(0.5)
        assert other.is_alive(), "the fact must wait for the tick"
    other.join()
    assert support.issue_all()[0].issued == 1


def test_a_certificate_is_never_revoked_automatically(after_the_day):
    support.receive(support.event(), *support.full_day([1]))
    support.issue_all()
    support.receive(support.attendance(1, 2, 10, version=2))
    support.issue_all()
    (row,) = support.certificates()
    assert row.status == "valid"


def test_a_corrected_name_makes_a_new_version_and_replaces_the_old(after_the_day):
    support.receive(support.event(), *support.full_day([1, 2]))
    support.issue_all()
    support.receive(support.participant(1, version=2, name="Nama Betul"))
    support.issue_all()
    rows = support.certificates(participant_id=support.participant_id(1))
    assert [(row.number, row.status, row.data["name"]) for row in rows] == [
        ("001/JPPI/XII/2022", "replaced", "Peserta Nomor 0001"),
        ("001/JPPI/XII/2022-2", "valid", "Nama Betul"),
    ]
    with db.transaction() as session:
        published = session.scalars(select(Outgoing).order_by(Outgoing.id.desc()).limit(1)).one()
        mails = session.scalars(select(Mail).where(Mail.subject_key == str(support.participant_id(1)))).all()
    assert (published.payload["version"], published.payload["status"]) == (2, "valid")
    assert len(mails) == 2


def test_two_events_of_one_organiser_share_the_series(after_the_day):
    support.receive(support.event(), *support.full_day([1, 2]))
    support.receive(support.event(2), *support.full_day([3, 4], event_id=2))
    support.issue_all()
    assert [row.number[:3] for row in support.certificates()] == ["001", "002", "003", "004"]


def test_a_name_no_font_can_draw_is_reported_and_uses_no_number(after_the_day):
    support.receive(
        support.event(), *support.full_day([1, 2, 3]), support.participant(2, version=2, name="Aksara \U00012000 Kuno")
    )
    (run,) = support.issue_all()
    assert (run.state, run.issued) == (jobs.DONE, 2)
    assert [row.number[:3] for row in support.certificates()] == ["001", "002"]
    with db.transaction() as session:
        assert "\U00012000" in session.scalars(select(IssuingProblem)).one().problem
    support.receive(support.participant(2, version=3, name="Aksara Baru"))
    support.issue_all()
    assert [row.data["name"] for row in support.certificates()][-1] == "Aksara Baru"
    with db.transaction() as session:
        assert session.scalars(select(IssuingProblem)).first() is None


def test_organisers_cannot_issue_before_the_end(clean, tmp_path, monkeypatch):
    support.receive(support.event(), *support.full_day([1]))
    support.at_business_time(tmp_path, monkeypatch, support.at(16, 59))
    with pytest.raises(runs.NotYet):
        support.start_run()
    support.at_business_time(tmp_path, monkeypatch, support.at(17, 0))
    assert support.run(support.start_run()).issued == 1


def test_a_bad_number_pattern_is_reported_and_nothing_is_issued(after_the_day):
    support.receive(support.event(certificate_number_pattern="{seq.__class__}"), *support.full_day([1]))
    (run,) = support.issue_all()
    assert run.state == jobs.FAILED
    assert "placeholder" in (run.last_error or "")
    assert support.certificates() == []


def test_a_long_run_hands_itself_out_again(after_the_day, monkeypatch):
    monkeypatch.setattr(work, "CHUNK", 1)
    monkeypatch.setattr(work, "LONGEST_SECONDS", 0)
    support.receive(support.event(), *support.full_day([1, 2]))
    (run_id,) = support.tick()
    assert support.run(run_id).state == jobs.WAITING
    monkeypatch.setattr(work, "LONGEST_SECONDS", 45)
    assert support.run(run_id).state == jobs.DONE
    assert len(support.certificates()) == 2


def _race(after_the_day, monkeypatch) -> list[Certificate]:
    """Two transactions that have both read that a participant has no certificate."""
    support.receive(support.event(), *support.full_day([1]))
    barrier = threading.Barrier(2, timeout=10)
    real = standings.standings

    def both_have_read(*args):
        found = real(*args)
        barrier.wait()
        return found

    monkeypatch.setattr(work, "standings", both_have_read)

    def issue():
        try:
            with db.transaction() as session:
                work.issue(session, support.EVENT_ID, [support.participant_id(1)])
        except Exception:
            pass

    threads = [threading.Thread(target=issue) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return support.certificates(participant_id=support.participant_id(1), status="valid")


def test_the_unique_index_prevents_a_second_certificate(after_the_day, monkeypatch):
    assert len(_race(after_the_day, monkeypatch)) == 1
    with db.transaction() as session:
        assert session.scalar(text("SELECT last FROM series")) == 1


def test_control_without_the_unique_indexes_there_are_two_certificates(after_the_day, monkeypatch):
    with db.transaction() as session:
        session.execute(text("DROP INDEX uq_certificates_live"))
        session.execute(text("ALTER TABLE certificates DROP CONSTRAINT uq_certificates_participant_id_version"))
    try:
        assert len(_race(after_the_day, monkeypatch)) == 2
    finally:
        with db.transaction() as session:
            session.execute(text("TRUNCATE certificates"))
            session.execute(
                text(
                    "CREATE UNIQUE INDEX uq_certificates_live ON certificates (event_id, participant_id)"
                    " WHERE status = 'valid'"
                )
            )
            session.execute(
                text(
                    "ALTER TABLE certificates ADD CONSTRAINT uq_certificates_participant_id_version"
                    " UNIQUE (participant_id, version)"
                )
            )


def test_an_erased_participant_keeps_a_certificate_without_a_name(after_the_day):
    support.receive(support.event(), *support.full_day([1]))
    support.issue_all()
    support.receive(support.participant(1, version=2, name=None, email=None, organisation=None, erased=True))
    (row,) = support.certificates()
    assert (row.withheld, row.data["name"], row.status) == (True, None, "valid")
    with db.transaction() as session:
        assert session.scalars(select(Mail)).first() is None
        assert session.get_one(Event, support.EVENT_ID).evaluate_at is not None
    assert support.issue_all() == []
    assert clock.now() > support.at(17)
