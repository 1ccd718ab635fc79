"""Each owner's user in a real Valkey: its own queues, sending to its receivers, and nothing else."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from redis.exceptions import NoPermissionError

from shared import queues
from shared.queues import SERVICES
from shared.worker import make_celery
from stack import broker_rights
from stack.broker_rights import OWNERS
from stack.engines import ValkeyServer
from stack.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "stack" / "compose" / "valkey.sh"
PASSWORDS = {owner: f"secret-of-{owner}" for owner in OWNERS}
Connect = Callable[[str], redis.Redis]


@pytest.fixture(scope="module")
def server(engine_directory: Path) -> Iterator[ValkeyServer]:
    with ValkeyServer(engine_directory / "rights", persist=False, users=PASSWORDS) as server:
        yield server


@pytest.fixture
def connect(server: ValkeyServer) -> Iterator[Connect]:
    clients: list[redis.Redis] = []

    def as_owner(owner: str) -> redis.Redis:
        clients.append(redis.Redis.from_url(server.url_of(owner)))
        return clients[-1]

    yield as_owner
    for client in clients:
        client.close()
    with redis.Redis.from_url(server.url) as admin:
        admin.flushall()


@pytest.mark.parametrize("owner", SERVICES)
def test_a_service_works_on_its_own_queues(connect: Connect, owner: str) -> None:
    client = connect(owner)
    for queue in queues.served_by(owner):
        client.lpush(queue, "x")
        assert client.brpop([queue], timeout=1) == (queue.encode(), b"x")


@pytest.mark.parametrize("owner", OWNERS)
def test_nobody_reads_or_removes_what_waits_for_others(connect: Connect, owner: str) -> None:
    client = connect(owner)
    for queue in set(queues.ALL) - set(queues.served_by(owner)):
        for attempt in (
            client.rpop,
            client.delete,
            lambda name: client.lrange(name, 0, -1),
            lambda name: client.ltrim(name, 1, 0),
        ):
            with pytest.raises(NoPermissionError):
                attempt(queue)


@pytest.mark.parametrize("owner", OWNERS)
def test_messages_go_to_the_receivers_of_the_contracts_only(connect: Connect, owner: str) -> None:
    client = connect(owner)
    for queue in set(queues.ALL) - set(queues.served_by(owner)):
        if queue in broker_rights.sends_to(owner):
            client.lpush(queue, "x")
            assert client.llen(queue) == 1
        else:
            with pytest.raises(NoPermissionError):
                client.lpush(queue, "x")


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize(
    "command",
    [
        "FLUSHALL",
        "FLUSHDB",
        "KEYS *",
        "CONFIG GET *",
        "SHUTDOWN",
        "REPLICAOF no one",
        "ACL LIST",
        "MONITOR",
        "CLIENT LIST",
        "PUBLISH celery.pidbox x",
    ],
)
def test_nobody_touches_the_server(connect: Connect, owner: str, command: str) -> None:
    with pytest.raises(NoPermissionError):
        connect(owner).execute_command(*command.split())


def test_celery_sends_with_these_rights(server: ValkeyServer, connect: Connect) -> None:
    with redis.Redis.from_url(server.url) as admin:
        admin.acl_log_reset()
    for owner in OWNERS:
        app = make_celery(owner)
        app.conf.broker_url = server.url_of(owner)
        for queue in [*broker_rights.sends_to(owner), *queues.served_by(owner)]:
            app.send_task("any.task", args=[], queue=queue, retry=False)
        app.close()
    with redis.Redis.from_url(server.url) as admin:
        # Its own, registration's and the beat's.
        assert admin.llen(queues.messages("checkin")) == 3
        assert admin.acl_log() == []


def test_compose_has_the_same_users(server: ValkeyServer, tmp_path: Path) -> None:
    wanted = [f"user {owner} on >${owner.upper()}_BROKER_PASSWORD {broker_rights.rights(owner)}" for owner in OWNERS]
    assert [line for line in SCRIPT.read_text().splitlines() if line.startswith("user ")] == wanted
    shutil.copy(server._bin / "valkey-server", tmp_path)
    passwords = {f"{owner.upper()}_BROKER_PASSWORD": f"of-{owner}" for owner in OWNERS}
    settings = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "VALKEY_PASSWORD": "admin", **passwords}
    port = free_port()
    process = subprocess.Popen(
        ["sh", str(SCRIPT), "--port", str(port), "--dir", str(tmp_path)], env=settings, stdout=subprocess.DEVNULL
    )
    try:
        assert _answers(f"redis://checkin:of-checkin@127.0.0.1:{port}/0")
        with redis.Redis.from_url(f"redis://checkin:of-checkin@127.0.0.1:{port}/0") as client:
            client.lpush("certificates.messages", "x")
            with pytest.raises(NoPermissionError):
                client.rpop("certificates.messages")
    finally:
        process.terminate()
        process.wait()


def _answers(url: str) -> bool:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            with redis.Redis.from_url(url) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            time.sleep(0.05)
    return False
