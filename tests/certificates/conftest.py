"""Fixtures of certificates."""

import pytest

from tests.mail_server import mail_server


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with mail_server(tmp_path_factory.mktemp("mail")) as server:
        yield server


@pytest.fixture
def mailbox(running, monkeypatch):
    running.forget()
    monkeypatch.setenv("HADIR_SMTP_URL", running.url)
    return running
