"""The engines from wheels: closed to strangers, keeping their data, and ending with the process that started them."""

import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from stack import unprivileged
from stack.engines import PostgresServer, ValkeyServer
from stack.unprivileged import EngineError
from tests.stack.processes import alive, processes_with

NEVER = Retry(NoBackoff(), 0)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change user")


def test_postgres_is_version_18_with_the_three_databases(postgres: PostgresServer) -> None:
    with postgres.connect() as connection:
        version = connection.info.server_version
        names = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
    assert version // 10000 == 18
    assert {"registration", "checkin", "certificates"} <= names


def test_a_service_opens_its_own_database_and_no_other(postgres: PostgresServer) -> None:
    own = postgres.service_url("checkin").replace("+psycopg", "")
    with psycopg.connect(own) as connection:
        connection.execute("CREATE TEMPORARY TABLE mine (id int)")
    for other in ("registration", "certificates", "postgres"):
        address = own.rsplit("/", 1)[0] + f"/{other}"
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(address)


def test_postgres_refuses_a_wrong_and_an_absent_password(postgres: PostgresServer) -> None:
    for password in (":wrong", ""):
        address = f"postgresql://checkin{password}@127.0.0.1:{postgres.port}/checkin"
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(address)


def test_passwords_are_stored_as_scram(postgres: PostgresServer) -> None:
    with postgres.connect() as connection:
        stored = [row[0] for row in connection.execute("SELECT rolpassword FROM pg_authid WHERE rolcanlogin")]
    assert len(stored) == 4
    assert all(secret.startswith("SCRAM-SHA-256$") for secret in stored)


def test_valkey_asks_for_its_password(valkey: ValkeyServer) -> None:
    with redis.Redis.from_url(valkey.url) as client:
        assert client.ping()
    with redis.Redis(port=valkey.port, retry=NEVER) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_a_paused_valkey_hangs_and_comes_back(valkey: ValkeyServer) -> None:
    with redis.Redis.from_url(valkey.url, socket_timeout=0.3, retry=NEVER) as client:
        client.set("before", "1")
        valkey.pause()
        try:
            with pytest.raises(redis.TimeoutError):
                client.get("before")
        finally:
            valkey.resume()
        assert client.get("before") == b"1"


def test_engines_listen_on_localhost_only(postgres: PostgresServer, valkey: ValkeyServer) -> None:
    loopback = "0100007F"
    listening = [line.split()[1] for line in _tcp_lines() if line.split()[3] == "0A"]
    for port in (postgres.port, valkey.port):
        assert [address for address in listening if address.endswith(f":{port:04X}")] == [f"{loopback}:{port:04X}"]


def _tcp_lines() -> list[str]:
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    six = Path("/proc/net/tcp6")
    return lines + (six.read_text().splitlines()[1:] if six.exists() else [])


def test_data_survives_a_stop_and_a_crash(engine_directory: Path) -> None:
    password = secrets.token_urlsafe()
    postgres = PostgresServer(engine_directory / "kept-postgres", password=password)
    valkey = ValkeyServer(engine_directory / "kept-valkey", password=password)
    with postgres, valkey:
        address = postgres.create_service_database("checkin", "first").replace("+psycopg", "")
        with psycopg.connect(address) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        with redis.Redis.from_url(valkey.url) as client:
            client.set("kept", "1")
    with postgres, valkey:
        assert _one(address) == 1
        with redis.Redis.from_url(valkey.url) as client:
            assert client.get("kept") == b"1"
        postgres.kill()
    with PostgresServer(engine_directory / "kept-postgres", password=password) as again:
        again.create_service_database("checkin", "second")
        assert _one(again.service_url("checkin").replace("+psycopg", "")) == 1
        again.stop()
        again.remove()
    assert not (engine_directory / "kept-postgres").exists()


def _one(address: str) -> int:
    with psycopg.connect(address) as connection:
        row = connection.execute("SELECT one FROM kept").fetchone()
    assert row is not None
    return int(row[0])


@as_root
def test_root_runs_them_as_an_unprivileged_user(postgres: PostgresServer, valkey: ValkeyServer) -> None:
    for engine in (postgres, valkey):
        assert os.stat(f"/proc/{engine.pid}").st_uid == engine.account.uid != 0


@as_root
def test_a_closed_directory_stays_closed_and_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unprivileged, "SHARED_HOME", Path(f"/var/lib/hadir-test-{os.getpid()}"))
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = PostgresServer(closed / "postgres", durable=False)
    try:
        with server:
            assert server.is_ready()
        assert closed.stat().st_mode & 0o777 == 0o700
        elsewhere = Path((closed / "postgres" / "LOCATION").read_text().strip())
        assert elsewhere.is_relative_to(unprivileged.SHARED_HOME)
        with server:
            assert server.is_ready()
        server.remove()
        assert not elsewhere.exists()
    finally:
        unprivileged.remove(unprivileged.SHARED_HOME)


@as_root
def test_binaries_under_a_closed_directory_are_copied_and_work(
    engine_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unprivileged, "SHARED_HOME", Path(f"/var/lib/hadir-test-{os.getpid()}"))
    reaches = unprivileged.Account.reaches
    wheels = Path(redis.__file__).parents[1]
    monkeypatch.setattr(
        unprivileged.Account, "reaches", lambda self, path: not path.is_relative_to(wheels) and reaches(self, path)
    )
    try:
        with PostgresServer(engine_directory / "copied-postgres", durable=False) as postgres:
            assert str(unprivileged.SHARED_HOME) in postgres.command()[-3]
        with ValkeyServer(engine_directory / "copied-valkey") as valkey:
            assert str(unprivileged.SHARED_HOME) in valkey.command()[-2]
    finally:
        unprivileged.remove(unprivileged.SHARED_HOME)


def test_a_failed_start_says_why(engine_directory: Path, valkey: ValkeyServer) -> None:
    clash = ValkeyServer(engine_directory / "clash", port=valkey.port)
    with pytest.raises(EngineError, match="Address already in use"):
        clash.start()


PARENT = """
import sys, time
from stack.engines import PostgresServer, ValkeyServer
base = sys.argv[1]
engines = PostgresServer(base + "/postgres", durable=False).start(), ValkeyServer(base + "/valkey").start()
sys.stdout.write("ready\\n")
sys.stdout.flush()
time.sleep(60)
"""


def test_nothing_outlives_a_killed_parent(engine_directory: Path) -> None:
    base = str(engine_directory / "orphans")
    with subprocess.Popen([sys.executable, "-c", PARENT, base], stdout=subprocess.PIPE) as parent:
        try:
            assert parent.stdout is not None
            assert parent.stdout.readline() == b"ready\n"
            engines = [pid for pid in processes_with(base) if pid != parent.pid]
        finally:
            parent.send_signal(signal.SIGKILL)
    assert len(engines) == 2
    until = time.monotonic() + 10
    while any(alive(pid) for pid in engines) and time.monotonic() < until:
        time.sleep(0.05)
    assert processes_with(base) == []
