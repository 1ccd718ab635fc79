"""python -m stack: run until stopped, status, stop, clock, reset."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack import keys, unprivileged
from tests.stack.processes import processes_with
from tests.stack.test_runner import get, wait_for

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def data() -> Iterator[Path]:
    base = Path(tempfile.mkdtemp(prefix="hadir-cli-"))
    base.chmod(0o711)
    yield base / "data"
    unprivileged.remove(base)


def stack(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stack", "--data", str(data), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_nothing_runs_at_first(data: Path) -> None:
    assert stack(data, "status").returncode == 1
    assert stack(data, "stop").returncode == 0


def test_a_key_is_rotated_once_there_is_one(data: Path) -> None:
    assert stack(data, "rotate-key", "ticket").returncode == 1
    data.mkdir()
    keys.load(data / "secrets.json")
    done = stack(data, "rotate-key", "ticket")
    assert (done.returncode, "number 2: ticket" in done.stdout) == (0, True), done.stderr


def test_reset_leaves_strange_directories_alone(data: Path) -> None:
    data.mkdir()
    (data / "thesis.odt").write_text("years of work")
    assert stack(data, "reset").returncode == 1
    assert (data / "thesis.odt").exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_a_run_from_start_to_reset(data: Path, how: signal.Signals) -> None:
    command = [sys.executable, "-m", "stack", "--data", str(data), "run", "--no-demo"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as runner:
        try:
            said = _read_until(runner, "Ctrl-C")
            url = next(word for word in said.split() if word.startswith("http://localhost:"))
            assert get(f"{url}/healthz") == 200
            assert get(f"{url}/checkin/healthz") == get(f"{url}/certificates/healthz") == get(f"{url}/mailbox") == 200
            status = stack(data, "status")
            assert status.returncode == 0, status.stdout
            assert "certificates-mail" in status.stdout
            refused = stack(data, "reset")
            assert refused.returncode == 1
            assert "stop it first" in refused.stderr
            second = stack(data, "run")
            assert second.returncode == 1
            assert "already runs" in second.stdout
            assert stack(data, "clock", "jump", "2096-01-01T17:30+07:00").returncode == 0
            assert "2096-01-01 17:30" in stack(data, "clock", "show").stdout
            assert "forward" in stack(data, "clock", "jump", "2022-12-25T08:00").stderr
        finally:
            runner.send_signal(how)
        rest, _ = runner.communicate(timeout=60)
        assert "Stopped" in rest
        assert runner.returncode == 0
    assert processes_with(str(data)) == []
    assert stack(data, "reset").returncode == 0
    assert not data.exists()


def _read_until(runner: subprocess.Popen[str], word: str) -> str:
    assert runner.stdout is not None
    said = ""
    for line in runner.stdout:
        said += line
        if word in line:
            return said
    raise AssertionError(f"ended early: {said}")


def test_stop_from_another_terminal_and_a_process_killed_with_its_children(data: Path) -> None:
    command = [sys.executable, "-m", "stack", "--data", str(data), "run", "--no-demo"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as runner:
        _read_until(runner, "Ctrl-C")
        # The web server's parent, which does not serve itself.
        parent = _pid(stack(data, "status").stdout, "certificates-web")
        children = _children(parent)
        assert children
        os.kill(parent, signal.SIGKILL)
        said = _read_until(runner, "restarted")
        assert f"certificates-web mati · died (process {parent})" in said
        wait_for(lambda: not any(Path(f"/proc/{child}").exists() for child in children))
        assert "Stopped" in stack(data, "stop").stdout
        runner.communicate(timeout=30)
    assert processes_with(str(data)) == []


def _pid(status: str, name: str) -> int:
    return next(int(line.split()[2]) for line in status.splitlines() if line.startswith(name))


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
