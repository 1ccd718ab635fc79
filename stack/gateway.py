"""Caddy in front of the services, with the same Caddyfile as in docker-compose.yml."""

import shutil
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from shared.queues import SERVICES
from stack.ports import HOST
from stack.supervision import SupervisionError

CADDYFILE = Path(__file__).resolve().parent.parent / "Caddyfile"

# The mailbox shows everybody's mail, so only this machine may see it.
_EXTRA = """\
bind {host}
@mailbox {{
	path /mailbox /mailbox/*
	remote_ip 127.0.0.1 ::1
}}
handle @mailbox {{
	reverse_proxy {host}:{mailbox}
}}
"""


def command(caddyfile: Path = CADDYFILE) -> list[str]:
    """The command line of Caddy from its wheel. Raises SupervisionError when it is not installed."""
    beside = Path(sysconfig.get_path("scripts")) / "caddy"
    found = str(beside) if beside.exists() else shutil.which("caddy")
    if not found:
        raise SupervisionError("caddy is not installed: run `make setup`")
    return [found, "run", "--config", str(caddyfile), "--adapter", "caddyfile"]


def environment(port: int, ports: Mapping[str, int], directory: Path) -> dict[str, str]:
    """Settings for the Caddyfile: serve http on ``port`` of localhost, keep files in ``directory`` (it exists).

    ``ports`` names where the web processes and the mailbox listen.
    """
    extra = directory / "embedded.caddy"
    extra.write_text(_EXTRA.format(host=HOST, mailbox=ports.get("mailbox", 9)))
    values = {
        "GATEWAY_SITE": f"http://:{port}",
        "GATEWAY_EXTRA": str(extra),
        "HOME": str(directory),
        "XDG_DATA_HOME": str(directory),
        "XDG_CONFIG_HOME": str(directory),
    }
    for service in SERVICES:
        web = f"{service}-web"
        if web in ports:
            values |= {f"{service.upper()}_HOST": HOST, f"{service.upper()}_PORT": str(ports[web])}
    return values
