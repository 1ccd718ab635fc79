"""The console's list of participants at 100,000 people: milliseconds per page, with its indexes and without.

    python -m bench.participants [--people 100000]

Requested over HTTP from one Granian process, signed in as the organiser: this measures the whole page.
"""

import statistics
import time
import urllib.request
from typing import Any
from urllib.parse import urlencode

import click
from sqlalchemy import text

from bench.environment import Environment, fresh_environment, report
from bench.signup import prepare
from services.registration.models import Event, Participant, db
from shared.paging import cursor_of
from shared.web import signin
from stack.ports import HOST

TIMES = 15
INDEXES = ("ix_participants_search", "ix_participants_cancelled", "ix_participants_staff", "ix_participants_page")

# Built from twenty syllables, so that names are similar but not identical.
MANY_PEOPLE = """
INSERT INTO participants (id, version, event_id, name, email, organisation, role, locale, source, answers, status,
                          status_at, created_at, ticket_id, revoked_ticket_ids, code, consent_version, consent_at,
                          needs, pool_id)
SELECT gen_random_uuid(), 1, :event, initcap(s[1 + n % 20] || s[1 + n / 20 % 20] || s[1 + n / 400 % 20]) || ' ' ||
       initcap(s[1 + n / 7 % 20] || s[1 + n / 140 % 20]), 'p' || n || '@contoh.example', 'Kampus ' || n % 300,
       CASE WHEN n % 2000 = 0 THEN 'panitia' ELSE 'peserta' END, 'id', 'form', '{}',
       CASE WHEN n % 1000 = 1 THEN 'cancelled' ELSE 'confirmed' END, now(), now() - make_interval(secs => :people - n),
       gen_random_uuid(), '{}', 'X' || n, 1, now(), '[]',
       CASE WHEN n % 1000 = 1 OR n % 2000 = 0 THEN NULL ELSE p.id END
FROM generate_series(1, :people) n, (SELECT id FROM seat_pools WHERE event_id = :event AND partner_id IS NULL) p,
     (SELECT string_to_array('ra wi su ti an di ka lo mu na pu sa ri yo ze ha ja be go fi', ' ') s) w
"""


def fill(count: int) -> int:
    """The reference event with many people; returns its number."""
    prepare()
    with db.transaction() as session:
        event_id = session.query(Event.id).order_by(Event.id).limit(1).scalar()
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text(MANY_PEOPLE), {"event": event_id, "people": count})
    return int(event_id or 0)


def analyse() -> None:
    """Fresh statistics, as autovacuum would make them within a minute."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE participants")


class List:
    """The page, as an organiser's browser asks for it."""

    def __init__(self, here: Environment, event_id: int):
        port = here.serve("web", ["-m", "services.registration", "web"], "registration", "/healthz")
        self.address = f"http://{HOST}:{port}/console/events/{event_id}/participants"
        token = signin.make_token("00000000-0000-0000-0000-000000000001", "Ibu Penyelenggara", ["organiser"])
        self.cookie = f"{signin.cookie_name()}={token}"

    def get(self, **query: Any) -> str:
        """The page narrowed by ``query``."""
        asked = urllib.request.Request(f"{self.address}?{urlencode(query)}", headers={"Cookie": self.cookie})
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return str(answer.read().decode())

    def milliseconds(self, **query: Any) -> float:
        """The median of some requests."""
        times = []
        for _ in range(TIMES):
            began = time.perf_counter()
            self.get(**query)
            times.append(time.perf_counter() - began)
        return round(1000 * statistics.median(times), 1)


def cursor_at(share: float) -> str:
    """The cursor of the person after that share of all participants."""
    with db.transaction() as session:
        everybody = session.query(Participant).order_by(Participant.created_at, Participant.id)
        person = everybody.offset(int(everybody.count() * share)).first()
        assert person is not None
        return cursor_of(person.created_at, person.id)


def measure(listed: List, deep: str) -> dict[str, float]:
    """The pages that organisers ask for."""
    return {
        "first_page": listed.milliseconds(),
        "deep_page": listed.milliseconds(after=deep),
        "search_one_person": listed.milliseconds(q="p87654@contoh"),
        "search_two_words": listed.milliseconds(q="rawisu kampus 17"),
        "search_common_word": listed.milliseconds(q="kampus"),
        "search_two_letters": listed.milliseconds(q="ze"),
        "search_nobody": listed.milliseconds(q="xyzzy"),
        "search_code": listed.milliseconds(q="X99999"),
        "filter_cancelled": listed.milliseconds(status="cancelled"),
        "filter_committee": listed.milliseconds(role="panitia"),
        "filter_and_search": listed.milliseconds(status="confirmed", q="zeze"),
    }


@click.command()
@click.option("--people", "count", default=100_000, show_default=True)
def main(count: int) -> None:
    """Measure, and print one line of JSON."""
    with fresh_environment() as here:
        event_id = fill(count)
        analyse()
        listed, deep = List(here, event_id), cursor_at(0.9)
        result = {"people": count, "with_indexes": measure(listed, deep)}
        with db.transaction() as session:
            for index in INDEXES:
                session.execute(text(f"DROP INDEX {index}"))
        analyse()
        report({**result, "without": measure(listed, deep)})
        db.dispose()


if __name__ == "__main__":
    main()
