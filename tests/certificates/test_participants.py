"""One participant's page: exceptions with a reason, revocation, sending again, the audit log."""

import pytest
from sqlalchemy import select, text

from services.certificates.app import create_app
from services.certificates.issuing import resending
from services.certificates.models import AuditEntry, db
from shared import jobs
from tests.certificates import support
from tests.certificates.test_console import sign_in
from tests.certificates.test_mail import send_all
from tests.markup import csrf_token, element


@pytest.fixture
def client(clean, tmp_path, monkeypatch):
    support.at_business_time(tmp_path, monkeypatch, support.at(17, 16))
    support.receive(
        support.event(),
        *support.full_day([1]),
        support.participant(2),
        support.attendance(2, 1, 125),
        support.participant(3),
    )
    support.issue_all()
    client = create_app().test_client()
    sign_in(client, "organiser:1")
    return client


def _page(number: int) -> str:
    return f"/certificates/console/events/1/people/{support.participant_id(number)}"


def post(client, number: int, action: str, **form):
    form["csrf_token"] = csrf_token(client.get(_page(number)))
    return client.post(f"{_page(number)}/{action}", data=form, follow_redirects=True)


def test_an_exception_needs_a_reason_and_keeps_what_was_chosen(client):
    answer = post(client, 2, "decision", kind="grant", reason="  ")
    assert answer.status_code == 422
    assert element(answer, "input[name=kind][value=grant]").has_attr("checked")
    assert element(answer, "#e-reason")


def test_an_exception_is_issued_and_says_who_decided(client):
    answer = post(client, 2, "decision", kind="grant", reason="Ditugasi panitia di luar ruangan")
    assert "diberi dengan pengecualian: Ditugasi panitia di luar ruangan" in answer.text
    assert "Ibu Penyelenggara" in answer.text
    support.issue_all()
    assert len(support.certificates(participant_id=support.participant_id(2))) == 1


def test_a_participant_without_attendance_cannot_be_granted_one(client):
    answer = post(client, 3, "decision", kind="grant", reason="teman")
    assert "tidak pernah hadir" in answer.text
    assert "betulkan dahulu kehadirannya" in answer.text
    assert support.issue_all() == []


def test_denied_participants_get_none_until_the_policy_decides_again(client):
    support.receive(support.attendance(2, 2))
    post(client, 2, "decision", kind="deny", reason="Meminjamkan tiketnya")
    assert support.issue_all() == []
    post(client, 2, "decision", kind="policy", reason="")
    assert support.issue_all()[0].issued == 1


def test_a_revocation_shows_its_reason_and_is_not_undone_automatically(client):
    assert post(client, 1, "revoke", revocation_reason="").status_code == 422
    post(client, 1, "revoke", revocation_reason="Diterbitkan untuk orang yang keliru")
    (row,) = support.certificates()
    page = client.get(f"/v/{row.code}").text
    assert 'data-certificate-status="revoked"' in page
    assert "Diterbitkan untuk orang yang keliru" in page
    assert support.issue_all() == []
    assert client.get(f"/v/{row.code}/sertifikat.pdf").status_code == 404
    assert post(client, 1, "decision", kind="grant", reason="Ternyata benar").status_code == 200
    support.issue_all()
    assert [(row.number, row.status) for row in support.certificates()] == [
        ("001/JPPI/XII/2022", "revoked"),
        ("001/JPPI/XII/2022-2", "valid"),
    ]


def test_revoking_twice_is_not_found(client):
    post(client, 1, "revoke", revocation_reason="Keliru")
    assert post(client, 1, "revoke", revocation_reason="Keliru lagi").status_code == 404


def test_sent_again_to_the_present_address_with_the_same_message_id(client, mailbox):
    send_all()
    support.receive(support.participant(1, version=2, email="baru@contoh.example"))
    assert "dikirim ulang" in post(client, 1, "mail").text
    (mail,) = send_all()
    assert mail.state == jobs.DONE
    assert [message["To"] for message in mailbox.received] == ["orang1@contoh.example", "baru@contoh.example"]
    assert len({message["Message-ID"] for message in mailbox.received}) == 1


def test_a_failed_mail_can_be_sent_again_for_the_whole_event(client, mailbox):
    with db.transaction() as session:
        session.execute(text("UPDATE mails SET state = 'failed', last_error = '550 no such user'"))
    assert "550 no such user" in client.get("/certificates/console/events/1").text
    with db.transaction() as session:
        assert resending.resend_failed(session, 1, support.ORGANISER) == 1
    (mail,) = send_all()
    assert mail.state == jobs.DONE


@pytest.mark.parametrize("action", ["decision", "revoke", "mail"])
def test_organisers_of_other_events_may_not(client, action):
    token = csrf_token(client.get(_page(1)))
    sign_in(client, "organiser:2")
    form = {"csrf_token": token, "kind": "deny", "reason": "x", "revocation_reason": "x"}
    assert client.post(f"{_page(1)}/{action}", data=form).status_code == 403
    assert client.get(_page(1)).status_code == 403
    assert support.certificates()[0].status == "valid"


def test_a_participant_of_another_event_is_not_found(client):
    support.receive(support.event(2), support.participant(9, event_id=2))
    assert client.get(_page(9)).status_code == 404
    assert post(client, 1, "decision", kind="policy").status_code == 200
    assert client.get("/certificates/console/events/1/people/nonsense").status_code == 404


def audit_log() -> list[AuditEntry]:
    with db.transaction() as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def test_the_audit_log_says_who_did_what_and_the_page_shows_it(client, mailbox):
    post(client, 2, "decision", kind="grant", reason="Ditugasi panitia")
    post(client, 2, "decision", kind="policy", reason="")
    post(client, 1, "mail")
    post(client, 1, "revoke", revocation_reason="Keliru")
    assert [(entry.action, entry.subject, entry.reason) for entry in audit_log()] == [
        ("exception.granted", str(support.participant_id(2)), "Ditugasi panitia"),
        ("exception.withdrawn", str(support.participant_id(2)), None),
        ("certificate.resent", str(support.participant_id(1)), None),
        ("certificate.revoked", str(support.participant_id(1)), "Keliru"),
        ("exception.denied", str(support.participant_id(1)), "Keliru"),
    ]
    assert {(entry.actor, entry.actor_name, entry.event_id) for entry in audit_log()} == {
        ("staff:7", "Ibu Penyelenggara", 1)
    }
    assert audit_log()[1].before == {"kind": "grant", "reason": "Ditugasi panitia"}
    assert "sertifikat dicabut" in client.get(_page(1)).text


def test_an_erasure_scrubs_what_the_audit_log_quotes(client):
    post(client, 2, "decision", kind="grant", reason="Sakit")
    support.receive(support.participant(2, version=2, name=None, email=None, organisation=None, erased=True))
    (entry,) = audit_log()
    assert (entry.action, entry.reason, entry.before, entry.after) == ("exception.granted", None, None, None)


def test_runs_and_changes_of_the_design_are_in_the_audit_log(client):
    support.start_run(reissue=True)
    token = csrf_token(client.get("/certificates/console/events/1/layout/"))
    answer = client.post("/certificates/console/events/1/layout/", data={"csrf_token": token, "second_page": "true"})
    assert answer.status_code == 303
    run, design = audit_log()
    assert (run.action, run.actor) == ("run.reissue-started", "staff:7")
    assert design.action == "layout.changed"
    assert (design.before or {})["second_page"] is False
    assert (design.after or {})["second_page"] is True
