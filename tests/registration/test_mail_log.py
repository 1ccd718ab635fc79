"""The log of mail in pages, and account mails in both languages."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from services.registration.accounts import passwords
from services.registration.mail import requests
from services.registration.mail.compose import compose
from services.registration.models import Account, Participant, db
from services.registration.reports import mail_log
from shared import clock, jobs
from shared.mail.models import Mail
from tests.registration.conftest import hidden


@pytest.fixture
def mails(event):
    """250 mails to the speaker, every hundredth failed; and one to nobody of this event."""
    with db.transaction() as session:
        speaker = session.query(Participant).filter_by(event_id=event.id).one()
        rows = [
            {
                "kind": "ticket",
                "subject_key": str(speaker.id),
                "recipient": f"orang{number}@contoh.example",
                "dedupe_key": f"uji:{number}",
                "created_at": clock.now() + timedelta(minutes=number),
                "state": jobs.FAILED if number % 100 == 0 else jobs.DONE,
            }
            for number in range(250)
        ]
        session.execute(insert(Mail), rows)
        account = session.query(Account).first()
        session.execute(insert(Mail), [{**rows[0], "subject_key": str(account.id), "dedupe_key": "uji:lain"}])


def test_pages_show_every_mail_once_the_newest_first(mails, event):
    with db.transaction() as session:
        seen, cursor = [], None
        while True:
            shown = mail_log.page(session, event.id, "", cursor)
            seen += [mail.recipient for mail in shown.rows]
            if shown.next is None:
                break
            cursor = shown.next
    # The speaker's own ticket mail is among them, and older than the others.
    assert seen[:250] == [f"orang{number}@contoh.example" for number in reversed(range(250))]
    assert len(seen) == 251


def test_a_page_of_the_log_narrows_leads_on_and_comes_back_after_sending_again(mails, event, organiser):
    log = f"/console/events/{event.id}/mails/"
    assert organiser.get(log).text.count("@contoh.example</th>") == mail_log.PAGE
    assert 'rel="next"' in organiser.get(log).text
    page = organiser.get(log, query_string={"state": "failed"})
    assert page.text.count("@contoh.example</th>") == 3
    with db.transaction() as session:
        failed = session.query(Mail).filter_by(state=jobs.FAILED, recipient="orang200@contoh.example").one().id
    again = f"{log}{failed}/again?state=failed"
    assert again in page.text
    answer = organiser.post(again, data={"csrf_token": hidden(page, "csrf_token")})
    assert answer.location.endswith("/mails/?state=failed")
    assert organiser.get(log, query_string={"state": "failed"}).text.count("@contoh.example</th>") == 2
    assert organiser.get(log, query_string={"state": "x", "after": "x"}).status_code == 200


@pytest.mark.parametrize(
    ("kind", "subject", "sentences"),
    [
        (
            requests.INVITATION,
            "Undangan mengelola acara / Invitation to manage events",
            ("Anda diundang untuk mengelola acara", "You are invited to manage"),
        ),
        (
            requests.PASSWORD_RESET,
            "Kata sandi baru / New password",
            ("Ada yang meminta kata sandi", "Somebody asked for a new"),
        ),
    ],
)
def test_account_mails_are_in_both_languages_and_both_forms(event, kind, subject, sentences):
    with db.transaction() as session:
        account = session.query(Account).first()
        account.name = "Ni'mah <b>"
    message = compose(Mail(kind=kind, subject_key=str(account.id)))
    text, html = (message.get_body((form,)).get_content() for form in ("plain", "html"))
    assert message["Subject"] == subject
    for sentence in sentences:
        assert sentence in text
        assert sentence in html
    assert '<section lang="id">' in html
    assert '<section lang="en">' in html
    assert "Ni'mah <b>" in text
    assert "Ni&#39;mah &lt;b&gt;" in html
    assert text.count(passwords.password_link(account).partition("?")[0].rsplit("/", 1)[0]) == 2
    assert "\n\n\n" not in text
