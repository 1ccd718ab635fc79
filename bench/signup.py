"""Sign-ups per second by the JSON API, compared to a bare INSERT endpoint in the same run.

    python -m bench.signup [--seconds 8]

Eight connections in a closed loop against Granian with two workers on loopback. All take seats of one pool, whose row
each one locks. Each is a complete sign-up: idempotency key, seat, participant, facts for the other services, the
mail's row, NOTIFY. Relay and mail workers do not run.
"""

import json
from datetime import timedelta

import click
from sqlalchemy import update

from bench import bare
from bench.environment import Request, closed_loop, fresh_environment, per_second, report
from services.registration.demo import reference_event
from services.registration.models import SeatPool, db
from shared import clock

SEATS = 1_000_000


def prepare() -> None:
    """The reference event, a week from now, with more seats than anybody can take."""
    day = (clock.real_now() + timedelta(days=7)).date()
    secrets = {"DEMO_ORGANISER_EMAIL": "panitia@contoh.example", "DEMO_ORGANISER_PASSWORD": "bench-bench-bench"}
    with db.transaction() as session:
        reference_event.load(session, day, reference_event.START, 0, secrets)
        session.execute(update(SeatPool).values(size=SEATS))


def request(number: int) -> Request:
    """The sign-up request of the number-th person."""
    person = {"name": f"Peserta Contoh {number}", "email": f"p{number}@contoh.example", "consent": True}
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"bench-{number}"}
    return "POST", f"/api/v1/events/{reference_event.SLUG}/registrations", json.dumps(person).encode(), headers


@click.command()
@click.option("--seconds", default=8.0, show_default=True)
def main(seconds: float) -> None:
    """Measure, and print one line of JSON."""
    with fresh_environment() as here:
        prepare()
        port = here.serve("web", ["-m", "services.registration", "web"], "registration", "/healthz")
        result = closed_loop(port, request, lambda status, body: status == 201, seconds, 50_000)
        here.stop()
        report({"sign_ups": per_second(result, bare.measure(here, seconds))})
        db.dispose()


if __name__ == "__main__":
    main()
