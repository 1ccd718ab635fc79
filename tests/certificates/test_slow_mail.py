"""A mail server that hangs or is gone keeps back mail, and nothing else. Real workers, real queues."""

import pytest
from sqlalchemy import func, select

from services.certificates.models import db
from shared import jobs
from shared.mail.models import Mail
from tests.certificates import support
from tests.certificates.running import issued, process, wait, worker
from tests.mail_server import mail_server

PEOPLE = 60


def mails(*states: str) -> int:
    with db.transaction() as session:
        return session.scalar(select(func.count()).select_from(Mail).where(Mail.state.in_(states))) or 0


@pytest.mark.timeout(120)
def test_certificates_are_issued_while_the_mail_server_hangs_and_mailed_when_it_answers(
    clean, valkey, tmp_path, monkeypatch
):
    support.at_business_time(tmp_path, monkeypatch, support.at(17, 16))
    (tmp_path / "mail").mkdir()
    with mail_server(tmp_path / "mail") as server:
        monkeypatch.setenv("HADIR_SMTP_URL", server.url)
        server.order(data="hang")
        support.receive(support.event(), *support.full_day(range(1, PEOPLE + 1)))
        support.tick()
        with process("relay"), worker("certificates.mail") as mailing:
            with worker():
                # One mail is on its way, and stuck, before the last certificates are made.
                wait(lambda: mails(jobs.RUNNING) == 1)
                wait(lambda: issued() == PEOPLE)
            assert (mails(jobs.DONE), mails(jobs.RUNNING), len(server.received)) == (0, 1, 0)
            assert mailing.poll() is None
            server.order()
        # The worker that hung is gone; the next one takes up the mail that it was sending.
        with process("relay"), worker("certificates.mail"):
            wait(lambda: mails(jobs.DONE) == PEOPLE)
        assert len({message["Message-ID"] for message in server.received}) == len(server.received) == PEOPLE
