"""python -m services.registration web | relay | worker | migrate | demo"""

import os
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from shared.cli import service_cli

cli = service_cli("services.registration")


@cli.command()
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The event's date (default: today in Jakarta).")
@click.option("--start", type=click.DateTime(["%H:%M"]), help="When it starts in Jakarta (default: 08:00).")
@click.option("--participants", type=click.IntRange(0, 30), default=18, show_default=True)
def demo(day: datetime | None, start: datetime | None, participants: int) -> None:
    """Load the reference event, with invented people. Repeating it changes nothing.

    Passwords come from DEMO_ORGANISER_PASSWORD and DEMO_COORDINATOR_PASSWORD; without one, that account is not created.
    """
    from services.registration.demo import reference_event
    from services.registration.models import db
    from shared import clock

    on = day.date() if day else clock.now().astimezone(ZoneInfo(reference_event.ZONE)).date()
    at = start.time() if start else reference_event.START
    with db.transaction() as session:
        sign_ins = reference_event.load(session, on, at, participants, os.environ)
    for sign_in in sign_ins:
        click.echo(f"{sign_in.role}: {sign_in.email}")


if __name__ == "__main__":
    cli()
