"""Ports: the public one stays, because printed QR codes hold it; a taken one is said with what to do."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stack import ports
from stack.ports import HOST, PortTaken

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def occupied(port: int) -> Iterator[None]:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((HOST, port))
        server.listen()
        yield


def choose(tmp_path: Path, wanted: int | None = None, preferred: int | None = None) -> dict[str, int]:
    return ports.choose(tmp_path / "ports.json", "gateway", ["postgres", "web"], wanted, preferred)


def test_ports_are_chosen_once(tmp_path: Path) -> None:
    first = choose(tmp_path)
    assert len(set(first.values())) == 3
    assert choose(tmp_path) == first


def test_the_preferred_port_is_taken_when_free_and_the_next_when_not(tmp_path: Path) -> None:
    preferred = ports.free_port()
    with occupied(preferred):
        assert preferred < choose(tmp_path, preferred=preferred)["gateway"] < preferred + 20
    (tmp_path / "ports.json").unlink()
    assert choose(tmp_path, preferred=preferred)["gateway"] == preferred


def test_a_taken_public_port_is_said_and_never_changed_silently(tmp_path: Path) -> None:
    public = choose(tmp_path)["gateway"]
    with occupied(public), pytest.raises(PortTaken, match=rf"Port {public} is in use.*QR codes.*PORT="):
        choose(tmp_path)
    assert choose(tmp_path)["gateway"] == public


def test_a_taken_inner_port_is_replaced(tmp_path: Path) -> None:
    first = choose(tmp_path)
    with occupied(first["web"]):
        second = choose(tmp_path)
    assert second["web"] != first["web"]
    assert second["gateway"] == first["gateway"]


def test_another_port_can_be_asked_for_and_is_kept(tmp_path: Path) -> None:
    choose(tmp_path)
    wanted = ports.free_port()
    assert choose(tmp_path, wanted=wanted)["gateway"] == wanted
    assert choose(tmp_path)["gateway"] == wanted
    with occupied(wanted + 1), pytest.raises(PortTaken, match="Choose another"):
        choose(tmp_path, wanted=wanted + 1)


def test_no_two_processes_are_given_one_port(monkeypatch: pytest.MonkeyPatch) -> None:
    port = ports.free_port()
    monkeypatch.setattr(ports, "LOWEST", port)
    monkeypatch.setattr(ports, "HIGHEST", port)
    with pytest.raises(RuntimeError, match="no free port"):
        ports.free_port()
    other = f"from stack import ports; ports.LOWEST = ports.HIGHEST = {port}; ports.free_port()"
    answer = subprocess.run([sys.executable, "-c", other], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "no free port" in answer.stderr
