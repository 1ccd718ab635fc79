"""Fresh secrets for docker-compose.yml, as the lines of an .env file."""

from pathlib import Path

from shared.queues import SERVICES
from stack import keys
from stack.broker_rights import OWNERS


def lines(public_url: str) -> str:
    """The text of an .env file for a deployment that people reach at ``public_url``."""
    made = keys.fresh()
    values = {
        "HADIR_PUBLIC_URL": public_url,
        "GATEWAY_SITE": public_url.removeprefix("https://"),
        "HADIR_MAIL_FROM": keys.MAIL_FROM,
        "POSTGRES_PASSWORD": made["postgres"],
        "VALKEY_PASSWORD": made["broker"],
    }
    values |= {f"{owner.upper()}_BROKER_PASSWORD": made[f"broker-{owner}"] for owner in OWNERS}
    for service in SERVICES:
        values[f"{service.upper()}_DATABASE_PASSWORD"] = made[f"database-{service}"]
        values[f"{service.upper()}_SECRET_KEY"] = made[f"secret-{service}"]
    for ring in keys.RINGS:
        values[f"HADIR_{ring.upper()}_PRIVATE_KEY"] = made[f"{ring}-key"]
        values[f"HADIR_{ring.upper()}_PUBLIC_KEYS"] = keys.public(made[f"{ring}-key"])
    return "".join(f"{name}='{value}'\n" for name, value in values.items())


def write(path: Path, public_url: str) -> bool:
    """Write ``path``, readable by its owner only, unless it is there. Returns whether it was written."""
    if path.exists():
        return False
    keys.write_private(path, lines(public_url))
    return True
