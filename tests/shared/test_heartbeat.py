"""Signs of life: stored by name, and asked for by whoever watches a process."""

import importlib
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from shared import clock, heartbeat, queues
from shared.delivery.models import Heartbeat
from tests.environment import SERVICES

pytestmark = pytest.mark.usefixtures("clean")


def ask(service, names):
    cli = importlib.import_module(f"{service.package}.__main__").cli
    return CliRunner().invoke(cli, ["alive", names])


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_process_is_alive_while_all_of_its_heartbeats_are_fresh(service):
    names = queues.served_by(service.name)
    assert ask(service, ",".join(names)).exit_code == 1
    with service.db.transaction() as session:
        for name in names:
            heartbeat.record(session, name)
    assert ask(service, ",".join(names)).exit_code == 0
    with service.db.transaction() as session:
        old = clock.real_now() - heartbeat.STALE_AFTER - timedelta(seconds=1)
        session.execute(update(Heartbeat).where(Heartbeat.name == names[0]).values(at=old))
    answer = ask(service, ",".join(names))
    assert answer.exit_code == 1
    assert names[0] in answer.output


def test_the_heartbeat_that_comes_again_takes_the_place_of_the_last():
    service = SERVICES[0]
    with service.db.transaction() as session:
        heartbeat.record(session, "relay")
        session.execute(update(Heartbeat).values(at=clock.real_now() - timedelta(hours=1)))
        heartbeat.record(session, "relay")
        assert heartbeat.silent(session, service.name, ["relay"]) == []
