"""Scans per second at the door, one by one and in batches, compared to a bare INSERT endpoint in the same run.

    python -m bench.scans [--seconds 8] [--people 9000]

Eight connections in a closed loop against Granian with two workers on loopback; every scan is of a different
genuine ticket, and checks somebody in. Then one connection scans without and with 50 live pages that poll as browsers
do: organisers watching must not slow down the door.
"""

import http.client
import itertools
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import click

from bench import bare
from bench.delivery import person
from bench.environment import Request, closed_loop, fresh_environment, per_second, report
from services.checkin.devices import pairing
from services.checkin.messages import HANDLERS
from services.checkin.models import db
from shared import clock, keys, tickets
from shared.actors import SYSTEM_ACTOR
from shared.contracts import EVENT_CHANGED, PARTICIPANT_CHANGED
from shared.delivery.inbox import apply_batch
from shared.facts import AgendaItemFact
from shared.web import signin
from stack.ports import HOST
from tests import facts

BATCH = 100
EVENT = 1
PAGES = 50
# The interval of services/checkin/static/live.js.
POLL_SECONDS = 4.0


def prepare(people: int) -> tuple[list[str], str]:
    """An event whose door is open, its roster, and a paired device; returns the tickets' texts and the token."""
    now = clock.real_now()
    opens, ends = now - timedelta(hours=1), now + timedelta(hours=6)
    item: AgendaItemFact = {
        "session_id": 1,
        "title": "Sesi 1",
        "title_en": None,
        "opens_at": opens,
        "starts_at": opens,
        "late_after": ends,
        "closes_at": ends,
        "ends_at": ends,
    }
    event = facts.event(EVENT, [item], starts_at=opens, ends_at=ends)
    persons = [person(number) for number in range(people)]
    apply_batch(db, HANDLERS, "registration", facts.messages(EVENT_CHANGED, "checkin", [event]))
    for start in range(0, people, 500):
        chunk = persons[start : start + 500]
        apply_batch(db, HANDLERS, "registration", facts.messages(PARTICIPANT_CHANGED, "checkin", chunk, start + 1))
    signing = keys.signing_key("HADIR_TICKET_PRIVATE_KEY")
    valid = clock.real_now() + timedelta(days=1)
    texts = [tickets.write(tickets.Ticket(EVENT, each["ticket_id"], valid), signing) for each in persons]
    with db.transaction() as session:
        _device, code = pairing.create(session, EVENT, "Pintu ukur", SYSTEM_ACTOR)
        paired = pairing.pair(session, code)
    assert paired is not None
    return texts, paired.token


def scanning(texts: list[str], token: str, size: int) -> Callable[[int], Request]:
    """Requests that scan ``size`` tickets each."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}

    def request(number: int) -> Request:
        at = clock.real_now().isoformat()
        scans = [
            {"scan_id": str(uuid.uuid4()), "ticket": text, "direction": "in", "scanned_at": at}
            for text in texts[number * size : (number + 1) * size]
        ]
        return "POST", "/checkin/api/v1/scans", json.dumps({"device_now": at, "scans": scans}).encode(), headers

    return request


def checked_in(size: int) -> Callable[[int, bytes], bool]:
    """Whether everybody of a request got in."""
    return lambda status, body: status == 200 and body.count(b'"outcome":"checked_in"') == size


@contextmanager
def live_pages(port: int) -> Iterator[list[int]]:
    """PAGES open live pages, each asking with the ETag it has; gives the statuses of their answers."""
    cookie = f"{signin.cookie_name()}={signin.make_token('bench', 'Ani', ['organiser'])}"
    statuses: list[int] = []
    closed = threading.Event()

    def one(delay: float) -> None:
        connection, etag = http.client.HTTPConnection(HOST, port, timeout=30), ""
        while not closed.wait(delay):
            headers = {"Cookie": cookie, "If-None-Match": etag}
            connection.request("GET", f"/checkin/console/events/{EVENT}/live", headers=headers)
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
            etag, delay = answer.headers.get("ETag", etag), POLL_SECONDS
        connection.close()

    pages = [threading.Thread(target=one, args=(POLL_SECONDS * number / PAGES,)) for number in range(PAGES)]
    for page in pages:
        page.start()
    time.sleep(POLL_SECONDS)
    try:
        yield statuses
    finally:
        closed.set()
        for page in pages:
            page.join()


def alone_and_watched(port: int, texts: list[str], token: str, seconds: float) -> dict[str, object]:
    """One door that scans a few times a second, without and with live pages open: its times, and the ratio."""
    numbers, request = itertools.count(), scanning(texts, token, 1)

    def paced(_number: int) -> Request:
        time.sleep(0.05)
        return request(next(numbers))

    def door() -> dict[str, float]:
        return closed_loop(port, paced, checked_in(1), seconds, len(texts) // 2, connections=1)

    alone = door()
    with live_pages(port) as statuses:
        watched = door()
    answers = {str(status): statuses.count(status) for status in sorted(set(statuses))}
    return {
        "alone": alone,
        "watched": watched,
        "answers_to_pages": answers,
        "p50_ratio": round(watched["p50_ms"] / alone["p50_ms"], 2),
    }


@click.command()
@click.option("--seconds", default=8.0, show_default=True)
@click.option("--people", default=9_000, show_default=True)
def main(seconds: float, people: int) -> None:
    """Measure, and print one line of JSON."""
    with fresh_environment() as here:
        texts, token = prepare(people)
        watching, texts = texts[:1000], texts[1000:]
        singles, batched = texts[: len(texts) // 2], texts[len(texts) // 2 :]
        port = here.serve("web", ["-m", "services.checkin", "web"], "checkin", "/checkin/healthz")
        one = closed_loop(port, scanning(singles, token, 1), checked_in(1), seconds, len(singles))
        many = closed_loop(port, scanning(batched, token, BATCH), checked_in(BATCH), seconds, len(batched) // BATCH)
        watched = alone_and_watched(port, watching, token, seconds)
        here.stop()
        report(
            {
                "scans": per_second(one, bare.measure(here, seconds)),
                "batches_of_100": {**many, "scans_per_second": round(many["per_second"] * BATCH)},
                f"door_beside_{PAGES}_live_pages": watched,
            }
        )
        db.dispose()


if __name__ == "__main__":
    main()
