"""Facts per second from the outbox to both copies until acknowledged, compared to a bare upsert loop in the same run.

    python -m bench.delivery [--facts 10000]

Registration publishes participants; checkin and certificates copy them with their real handlers, so each fact is
delivered twice. The bare loop writes as many rows with psycopg's executemany in batches of 500. Then 50 single facts
a second: how long from a commit until the other service has the row.
"""

import statistics
import threading
import time
import uuid

import click
import psycopg
from psycopg.types.json import Jsonb

from bench.environment import Environment, fresh_environment, report
from services.registration.models import db
from shared import clock
from shared.contracts import CONTRACTS, PARTICIPANT_CHANGED
from shared.delivery.models import Outgoing
from shared.delivery.outbox import BATCH
from shared.delivery.publish import publish
from shared.facts import ParticipantFact
from tests import facts

PROCESSES = ("registration-relay", "registration-messages", "checkin-messages", "certificates-messages")
LONGEST_SECONDS = 120.0


def person(number: int) -> ParticipantFact:
    """The number-th participant, as registration publishes it."""
    return facts.participant(
        uuid.uuid4(),
        1,
        f"{number:08}",
        ticket_id=uuid.uuid4(),
        name=f"Peserta Contoh {number}",
        organisation="Yapari",
        status_at=clock.real_now(),
        email=f"peserta{number}@contoh.example",
    )


def deliver(count: int) -> tuple[float, float]:
    """Seconds to publish everything, and from the first publish until everything is acknowledged."""
    began = time.monotonic()
    for start in range(0, count, BATCH):
        with db.transaction() as session:
            publish(session, PARTICIPANT_CHANGED, [person(number) for number in range(start, start + BATCH)])
    published = time.monotonic()
    while undelivered():
        if time.monotonic() - began > LONGEST_SECONDS:
            raise click.ClickException(f"{undelivered()} facts are still under way")
        time.sleep(0.1)
    return published - began, time.monotonic() - began


def undelivered() -> int:
    """How many facts are not acknowledged."""
    with db.transaction() as session:
        return session.query(Outgoing).where(Outgoing.delivered_at.is_(None)).count()


def latency(here: Environment, per_second: int, seconds: float) -> list[float]:
    """Milliseconds from each commit until check-in's table has the row, at a steady rate of single facts."""
    committed: dict[uuid.UUID, float] = {}
    seen: dict[uuid.UUID, float] = {}
    done = threading.Event()

    def look() -> None:
        with psycopg.connect(_address(here, "checkin"), autocommit=True) as connection:
            while not done.is_set() or committed.keys() - seen.keys():
                missing = [each for each in list(committed) if each not in seen]
                rows = connection.execute(
                    "SELECT participant_id FROM roster WHERE participant_id = ANY(%s)", [missing]
                ).fetchall()
                now = time.monotonic()
                seen.update(dict.fromkeys((row[0] for row in rows), now))
                time.sleep(0.002)

    watcher = threading.Thread(target=look)
    watcher.start()
    began = time.monotonic()
    for number in range(int(per_second * seconds)):
        time.sleep(max(0.0, began + number / per_second - time.monotonic()))
        fact = person(number)
        with db.transaction() as session:
            publish(session, PARTICIPANT_CHANGED, [fact])
        committed[fact["participant_id"]] = time.monotonic()
    done.set()
    watcher.join(LONGEST_SECONDS)
    return sorted(1000 * (seen[each] - at) for each, at in committed.items())


def _address(here: Environment, service: str) -> str:
    return here.addresses.databases[service].replace("+psycopg", "")


def bare(here: Environment, rows: int) -> float:
    """Seconds for the same number of bare upserts."""
    payload = Jsonb(PARTICIPANT_CHANGED.dump(person(1)))
    with psycopg.connect(_address(here, "checkin")) as connection:
        connection.execute("CREATE TABLE bare (id uuid PRIMARY KEY, version int, fact jsonb)")
        connection.commit()
        began = time.monotonic()
        for _ in range(0, rows, BATCH):
            connection.cursor().executemany(
                "INSERT INTO bare VALUES (%s, 1, %s) ON CONFLICT (id) DO UPDATE SET version = excluded.version, "
                "fact = excluded.fact WHERE excluded.version > bare.version",
                [(uuid.uuid4(), payload) for _ in range(BATCH)],
            )
            connection.commit()
        return time.monotonic() - began


@click.command()
@click.option("--facts", "count", default=10_000, show_default=True)
def main(count: int) -> None:
    """Measure, and print one line of JSON."""
    with fresh_environment() as here:
        here.start(*PROCESSES)
        # Warm up: until every process is ready.
        deliver(BATCH)
        published, took = deliver(count)
        deliveries = count * len(CONTRACTS[PARTICIPANT_CHANGED.type].subscribers)
        seconds_bare = bare(here, deliveries)
        took_each = latency(here, 50, 6.0)
        db.dispose()
    report(
        {
            "deliveries": deliveries,
            "published_per_second": round(deliveries / published),
            "delivered_per_second": round(deliveries / took),
            "bare_upserts_per_second": round(deliveries / seconds_bare),
            "share_of_bare": round(seconds_bare / took, 2),
            "commit_to_copy_p50_ms": round(statistics.median(took_each)),
            "commit_to_copy_p95_ms": round(took_each[int(0.95 * len(took_each))]),
        }
    )


if __name__ == "__main__":
    main()
