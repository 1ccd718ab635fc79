"""A real SMTP server, a process of its own, that does what a test sets: refuse, greylist, hang, drop.

    python -m tests.mail_server PORT DIRECTORY

Orders are in ``orders.json`` of the directory (see Orders); what it took is in ``<number>.eml``.
"""

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypedDict

from stack.ports import free_port

PATIENCE_SECONDS = 20


class Orders(TypedDict):
    """``rcpt``: answers to the next RCPTs, one each, then "250 OK". ``data``: "accept", "hang" (longer than anybody
    waits), "drop" (the connection, in mid-DATA) or an answer. ``quit``: the answer to QUIT."""

    rcpt: list[str]
    data: str
    quit: str


OBLIGING: Orders = {"rcpt": [], "data": "accept", "quit": "221 Bye"}


class MailServer:
    """The server as a test sees it."""

    def __init__(self, port: int, directory: Path):
        self.url = f"smtp://127.0.0.1:{port}"
        self.directory = directory
        self.order()

    def order(self, **changes: Any) -> None:
        """Have it do as ``changes`` say, and otherwise take every mail."""
        _write(self.directory, {**OBLIGING, **changes})  # type: ignore[typeddict-item]

    @property
    def received(self) -> list[EmailMessage]:
        """The mails that it took, the oldest first."""
        files = sorted(self.directory.glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    def forget(self) -> None:
        """Start again from the beginning."""
        for file in self.directory.glob("*.eml"):
            file.unlink()
        self.order()


@contextmanager
def mail_server(directory: Path) -> Iterator[MailServer]:
    """A running server that keeps its mails in ``directory`` (which exists); ended with the block."""
    port = free_port()
    server = MailServer(port, directory)
    running = subprocess.Popen([sys.executable, "-m", "tests.mail_server", str(port), str(directory)])
    try:
        _wait_for(port, running)
        yield server
    finally:
        running.kill()
        running.wait()


def _wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert running.poll() is None, "the mail server ended"
            assert time.monotonic() < deadline, "the mail server does not come up"
            time.sleep(0.02)
        else:
            return


def _read(directory: Path) -> Orders:
    orders: Orders = json.loads((directory / "orders.json").read_text())
    return orders


def _write(directory: Path, orders: Orders) -> None:
    # Replaced whole: the other side may be reading.
    (directory / "orders.new").write_text(json.dumps(orders))
    (directory / "orders.new").replace(directory / "orders.json")


class Handler:
    """What aiosmtpd asks at each step."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.taken = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        orders = _read(self.directory)
        answer = "250 OK"
        if orders["rcpt"]:
            answer, *rest = orders["rcpt"]
            _write(self.directory, {**orders, "rcpt": rest})
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        order = _read(self.directory)["data"]
        if order == "hang":
            await asyncio.sleep(3600)
        if order == "drop":
            server.transport.abort()
        if order != "accept":
            return order
        self.taken += 1
        (self.directory / f"{self.taken:06}.new").write_bytes(envelope.content)
        (self.directory / f"{self.taken:06}.new").rename(self.directory / f"{self.taken:06}.eml")
        return "250 OK: queued as A1B2"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        return _read(self.directory)["quit"]


async def serve(port: int, directory: Path) -> None:
    """Serve until killed."""
    from aiosmtpd.smtp import SMTP, AuthResult

    handler = Handler(directory)

    def connection() -> SMTP:
        def refuse(*_: object) -> AuthResult:
            return AuthResult(success=False, handled=False)

        return SMTP(handler, enable_SMTPUTF8=False, auth_require_tls=False, authenticator=refuse)

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
