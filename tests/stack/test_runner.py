"""The runner with stand-in processes: order, restarts, leaving nothing behind, two side by side."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stack import unprivileged
from stack.probe import AlreadyRunning, StackError
from stack.processes import Process
from stack.runner import Stack
from tests.stack.processes import alive, processes_with

SERVE = ("-m", "http.server", "--bind", "{host}", "{registration-web}")
STAND_INS = (
    Process("registration-web", SERVE, "registration", health="/", ports=("registration-web",)),
    Process("registration-relay", ("-c", "import time; time.sleep(3600)"), "registration"),
)


@pytest.fixture
def base() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="hadir-stack-"))
    directory.chmod(0o711)
    yield directory
    unprivileged.remove(directory)


def stand_in(directory: Path, **options: object) -> Stack:
    return Stack(directory, processes=STAND_INS, migrations=(), durable=False, **options)  # type: ignore[arg-type]


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def get(url: str) -> int:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return int(answer.status)


def test_two_stacks_run_side_by_side_and_leave_nothing(base: Path) -> None:
    with stand_in(base / "one") as one, stand_in(base / "two") as two:
        assert get(one.public_url) == get(two.public_url) == 200
        assert not set(one.ports.values()) & set(two.ports.values())
        assert one.valkey.is_ready()
        assert one.postgres.is_ready()
        assert one.pid_of("postgres") == one.postgres.pid
        assert one.pid_of("valkey") == one.valkey.pid
        with pytest.raises(AlreadyRunning, match="already runs"):
            stand_in(base / "one").start()
        assert get(one.public_url) == 200
    assert processes_with(str(base)) == []


def test_a_process_that_dies_is_restarted_and_reported(base: Path) -> None:
    events: list[str] = []
    with stand_in(base / "data") as stack:
        stack.on_event = events.append
        relay = stack.kill("registration-relay")
        wait_for(lambda: any(f"died (process {relay})" in event for event in events))
        wait_for(lambda: any("registration-relay" in event and "restarted" in event for event in events))
        assert stack.pid_of("registration-relay") != relay
        events.clear()
        stack.restart("registration-web")
        assert stack.states()["registration-web"].running
        time.sleep(1.5)
        assert events == []
        stack.kill("postgres")
        wait_for(lambda: stack.postgres.is_ready())


def test_ports_data_and_secrets_survive_a_second_start(base: Path) -> None:
    with stand_in(base / "data") as stack:
        ports, secrets = stack.ports, (base / "data" / "secrets.json").read_text()
        with stack.postgres.connect("checkin") as connection:
            connection.execute("CREATE TABLE kept ()")
    with stand_in(base / "data") as stack:
        assert stack.ports == ports
        assert (base / "data" / "secrets.json").read_text() == secrets
        with stack.postgres.connect("checkin") as connection:
            connection.execute("SELECT FROM kept")


def test_a_process_that_will_not_start_is_named_with_its_log(base: Path) -> None:
    broken = Process("registration-web", ("-c", "raise SystemExit('no such setting')"), "registration")
    stack = Stack(base / "data", processes=(broken,), migrations=(), durable=False)
    with pytest.raises(StackError, match=r"(?s)registration-web did not start.*no such setting"):
        stack.start()
    assert processes_with(str(base)) == []


def test_a_migration_that_fails_stops_the_start(base: Path) -> None:
    failing = Process("checkin-migrate", ("-c", "raise SystemExit('no such table')"), "checkin")
    with pytest.raises(StackError, match=r"(?s)checkin-migrate failed.*no such table"):
        Stack(base / "data", processes=(), migrations=(failing,), durable=False).start()
    assert processes_with(str(base)) == []


def test_the_clock_starts_where_told_and_jumps_forward_only(base: Path) -> None:
    start = datetime(2022, 12, 25, 0, 30, tzinfo=UTC)
    with stand_in(base / "data", clock=start) as stack:
        assert start <= stack.now() < start + timedelta(minutes=2)
        stack.jump_clock(start + timedelta(hours=9))
        assert stack.now() >= start + timedelta(hours=9)
        with pytest.raises(ValueError, match="forward"):
            stack.jump_clock(start)


RUNNER = """
import sys, time
from tests.stack.test_runner import stand_in
stack = stand_in(sys.argv[1]).start()
sys.stdout.write("ready\\n")
sys.stdout.flush()
time.sleep(120)
"""


@pytest.mark.parametrize("also_the_supervisor", [False, True], ids=["runner", "runner-and-supervisor"])
def test_kill_9_of_the_runner_leaves_nothing_and_the_next_start_works(base: Path, also_the_supervisor: bool) -> None:
    data = base / "data"
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen([sys.executable, "-c", RUNNER, data], stdout=subprocess.PIPE, cwd=root) as runner:
        try:
            assert runner.stdout is not None
            assert runner.stdout.readline() == b"ready\n"
            started = [pid for pid in processes_with(str(data)) if pid != runner.pid]
            supervisor = int((data / "run" / "supervisord.pid").read_text())
        finally:
            runner.kill()
    assert len(started) >= 6
    if also_the_supervisor:
        os.kill(supervisor, signal.SIGKILL)
    wait_for(lambda: not any(alive(pid) for pid in started))
    assert processes_with(str(data)) == []
    with stand_in(data) as again:
        assert get(again.public_url) == 200
