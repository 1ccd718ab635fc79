"""Hundreds of sign-ups at once for a hundred seats, over HTTP: how many got one, and how long they waited.

    python -m bench.rush [--people 600] [--seats 100] [--connections 64]

Granian with two workers, one request per person, all for one pool. Exits with 1 when a seat was given twice.
"""

import sys

import click
from sqlalchemy import func, select, update

from bench import environment
from bench.signup import prepare, request
from services.registration.models import Participant, SeatPool, db


@click.command()
@click.option("--people", default=600, show_default=True)
@click.option("--seats", default=100, show_default=True)
@click.option("--connections", default=64, show_default=True)
def main(people: int, seats: int, connections: int) -> None:
    """Run the rush, and print one line of JSON."""
    environment.CONNECTIONS = connections
    with environment.fresh_environment() as here:
        prepare()
        with db.transaction() as session:
            session.execute(update(SeatPool).where(SeatPool.partner_id.is_(None)).values(size=seats))
        port = here.serve("web", ["-m", "services.registration", "web"], "registration", "/healthz")
        result = environment.closed_loop(port, request, lambda status, body: status == 201, 120, people)
        with db.transaction() as session:
            by_status = select(Participant.status, func.count()).where(Participant.role == "peserta")
            counted = {row[0]: row[1] for row in session.execute(by_status.group_by(Participant.status))}
        db.dispose()
    oversold = max(0, counted.get("confirmed", 0) - seats)
    environment.report({"connections": connections, "seats": seats, **counted, "oversold": oversold, **result})
    sys.exit(1 if oversold else 0)


if __name__ == "__main__":
    main()
