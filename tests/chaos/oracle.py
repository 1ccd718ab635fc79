"""What must be true after the storm, from three databases, the mailbox and the answers that clients got.

Written without any of the product's code: it would share its errors.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg

from stack.runner import Stack
from tests.chaos.record import Record
from tests.story.mailbox import Mailbox

SERVICES = ("registration", "checkin", "certificates")
ADMITTED = ("checked_in", "late", "already_in")


def query(stack: Stack, service: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows of one service's database."""
    url = stack.database_url(service).replace("+psycopg", "")
    with psycopg.connect(url, connect_timeout=5) as connection:
        return connection.execute(statement, values).fetchall()


def unfinished(stack: Stack) -> dict[str, int]:
    """What is still under way, by place; empty when the system has come to rest."""
    waiting = {}
    for service in SERVICES:
        facts = query(stack, service, "SELECT count(*) FROM outbox WHERE delivered_at IS NULL")[0][0]
        waiting[f"{service} facts"] = int(facts)
    for service, table in (("registration", "mails"), ("certificates", "mails"), ("certificates", "runs")):
        jobs = query(stack, service, f"SELECT count(*) FROM {table} WHERE state NOT IN ('done', 'failed')")[0][0]
        waiting[f"{service} {table}"] = int(jobs)
    return {name: count for name, count in waiting.items() if count}


@dataclass
class Findings:
    """What was counted, and what was found wrong."""

    wrong: list[str] = field(default_factory=list)
    counted: dict[str, Any] = field(default_factory=dict)

    def expect(self, is_true: bool, otherwise: str) -> None:
        """Note ``otherwise`` unless ``is_true``."""
        if not is_true:
            self.wrong.append(otherwise)


def examine(stack: Stack, record: Record, event_id: int) -> Findings:
    """Hold everything against everything, once the system is at rest."""
    found = Findings()
    checks: tuple[Callable[[Stack, Record, int, Findings], None], ...] = (
        _clients_were_answered_well,
        _sign_ups_exist_once,
        _seats_are_not_oversold,
        _scans_exist_once_with_their_first_answer,
        _copies_equal_their_owner,
        _attendance_follows_from_the_scans,
        _certificates_are_right,
        _mails_went_out,
        _nothing_is_dead_or_silent,
    )
    for check in checks:
        check(stack, record, event_id, found)
    return found


def _clients_were_answered_well(stack: Stack, record: Record, event_id: int, found: Findings) -> None:
    found.wrong += record.unexpected[:20]
    found.wrong += [f"an answer changed: {text}" for text in record.changed_answers[:20]]


def _sign_ups_exist_once(stack: Stack, record: Record, event_id: int, found: Findings) -> None:
    statement = "SELECT id::text, email, status FROM participants WHERE event_id = %s"
    rows = query(stack, "registration", statement, event_id)
    by_id = {row[0]: row for row in rows}
    lost = [made.email for made in record.sign_ups if made.participant_id not in by_id]
    found.expect(not lost, f"{len(lost)} acknowledged sign-ups are lost: {lost[:3]}")
    live = Counter(email for _id, email, status in rows if email and status != "cancelled")
    doubled = [email for email, count in live.items() if count > 1]
    found.expect(not doubled, f"registered twice: {doubled[:3]}")
    revived = [
        made.email
        for made in record.sign_ups
        if made.cancelled and made.participant_id in by_id and by_id[made.participant_id][2] != "cancelled"
    ]
    found.expect(not revived, f"cancelled, and registered all the same: {revived[:3]}")
    found.counted |= {"participants": len(rows), "sign_ups_acknowledged": len(record.sign_ups), "lost": len(lost)}


def _seats_are_not_oversold(stack: Stack, record: Record, event_id: int, found: Findings) -> None:
    pools = query(
        stack,
        "registration",
        """
        SELECT pool.size, pool.taken,
               (SELECT count(*) FROM participants AS person
                WHERE person.event_id = pool.event_id AND person.status = 'confirmed' AND person.pool_id = pool.id)
        FROM seat_pools AS pool WHERE pool.event_id = %s
        """,
        event_id,
    )
    for size, taken, seated in pools:
        found.expect(taken <= size, f"oversold: {taken} of {size}")
        found.expect(taken == seated, f"{taken} seats are counted as taken, {seated} people sit")
    found.counted["oversold"] = sum(max(0, seated - size) for size, _taken, seated in pools)


def _scans_exist_once_with_their_first_answer(stack: Stack, record: Record, event_id: int, found: Findings) -> None:
    rows = dict(query(stack, "checkin", "SELECT scan_id, answered FROM scans WHERE event_id = %s", event_id))
    lost = [scan for scan in record.scans if scan not in rows]
    found.expect(not lost, f"{len(lost)} acknowledged scans are lost: {lost[:3]}")
    other = [scan for scan, outcome in record.scans.items() if scan in rows and rows[scan] != outcome]
    found.expect(not other, f"{len(other)} scans are stored with another answer than was given")
    found.counted |= {"scans_acknowledged": len(record.scans), "scans_lost": len(lost)}


def _copies_equal_their_owner(stack: Stack, record: Record, event_id: int, found: Findings) -> None:
    columns = "{key}, version, name, status"
    owner = _rows(stack, "registration", f"SELECT {columns.format(key='id')} FROM participants WHERE event_id = %s")
    for service, table in (("checkin", "roster"), ("certificates", "participants")):
        copy = _rows(stack, service, f"SELECT {columns.format(key='participant_id')} FROM {table} WHERE event_id = %s")
        wrong = owner(event_id).items() ^ copy(event_id).items()
        found.expect(not wrong, f"{service}'s people differ from registration's: {sorted(map(str, wrong))[:3]}")
    event = "SELECT {key}, version, title, venue, status FROM events WHERE {key} = %s"
    published = _rows(stack, "registration", event.format(key="id"))(event_id)
    copied = _rows(stack, "certificates", event.format(key="event_id"))(event_id)
    found.expect(published == copied, f"certificates knows another event: {copied} instead of {published}")
    presence = (
        "SELECT participant_id::text || ':' || session_id, version, arrived_at, minutes FROM attendance "
        "WHERE event_id = %s"
    )
    owner = _rows(stack, "checkin", presence)
    for service in ("registration", "certificates"):
        found.expect(owner(event_id) == _rows(stack, service, presence)(event_id), f"{service}'s attendance differs")


def _rows(stack: Stack, service: str, statement: str) -> Callable[[int], dict[Any, tuple[Any, ...]]]:
    def read(event_id: int) -> dict[Any, tuple[Any, ...]]:
        return {row[0]: row[1:] for row in query(stack, service, statement, event_id)}

    return read


def _attendance_follows_from_the_scans(stack: Stack, record: Record, event_id: int, found: Findings) -> None:
    """People with a scan that counts are present since the earliest of them; nobody else is."""
    scans = query(
        stack,
        "checkin",
        """
        SELECT person.participant_id, scan.effective_at
        FROM scans AS scan
        JOIN roster AS person ON person.ticket_id = scan.ticket_id
        JOIN schedules AS plan ON plan.event_id = scan.event_id AND plan.version = scan.schedule_version
        CROSS JOIN LATERAL jsonb_array_elements(plan.sessions) AS item
        WHERE scan.event_id = %s AND scan.direction = 'in' AND NOT scan.ticket_expired
          AND scan.effective_at >= (item ->> 'opens_at')::timestamptz
          AND scan.effective_at < (item ->> 'closes_at')::timestamptz
          AND (person.status = 'confirmed'
               OR (person.status = 'cancelled' AND scan.effective_at < person.status_at))
        """,
        event_id,
    )
    earliest: dict[Any, Any] = {}
    for person, at in scans:
        earliest[person] = min(at, earliest.get(person, at))
    stored = dict(
        query(
            stack,
            "checkin",
            "SELECT participant_id, min(arrived_at) FROM attendance "
            "WHERE event_id = %s AND arrived_at IS NOT NULL GROUP BY participant_id",
            event_id,
        )
    )
    wrong = [person for person in earliest.keys() | stored.keys() if earliest.get(person) != stored.get(person)]
    found.expect(not wrong, f"attendance of {len(wrong)} people does not follow from their scans: {wrong[:3]}")
    found.counted["present"] = len(stored)


def _certificates_are_right(stack: Stack, record: Record, event_id: int, found: Findings) -> None:
    live = query(
        stack,
        "certificates",
        "SELECT participant_id, number FROM certificates WHERE event_id = %s AND status = 'valid' ORDER BY number",
        event_id,
    )
    holders = Counter(person for person, _number in live)
    found.expect(not [person for person, count in holders.items() if count > 1], "somebody has two live certificates")
    entitled = {
        row[0]
        for row in query(
            stack,
            "certificates",
            """
            SELECT person.participant_id FROM participants AS person
            JOIN attendance USING (participant_id)
            WHERE person.event_id = %s AND person.status = 'confirmed' AND attendance.arrived_at IS NOT NULL
            """,
            event_id,
        )
    }
    missing, extra = entitled - holders.keys(), holders.keys() - entitled
    # Somebody who cancelled after it was issued keeps theirs.
    found.expect(not missing, f"{len(missing)} people were there and have no certificate")
    found.expect(not extra, f"{len(extra)} people have a certificate and were never there")
    numbers = [
        int(row[0])
        for row in query(
            stack,
            "certificates",
            "SELECT (regexp_match(base_number, '^[0-9]+'))[1] FROM certificates WHERE event_id = %s AND version = 1",
            event_id,
        )
    ]
    found.expect(sorted(numbers) == list(range(1, len(numbers) + 1)), "the numbers of certificates have gaps")
    found.counted["certificates"] = len(live)


def _mails_went_out(stack: Stack, record: Record, event_id: int, found: Findings) -> None:
    sent = Counter(str(message["Message-ID"]) for message in Mailbox(stack.mail_dir).messages())
    domain = next(iter(sent), "@x>").rpartition("@")[2].rstrip(">")
    missing = 0
    for service in ("registration", "certificates"):
        done = query(stack, service, "SELECT id FROM mails WHERE state = 'done' AND sent_at IS NOT NULL")
        missing += sum(f"<{row[0]}@{domain}>" not in sent for row in done)
        failed = query(stack, service, "SELECT last_error FROM mails WHERE state = 'failed'")
        # There is nothing to say any more to somebody who cancelled meanwhile.
        odd = [error for (error,) in failed if error != "no longer a reason to send it"]
        found.expect(not odd, f"{service}: mails failed: {odd[:3]}")
    found.expect(not missing, f"{missing} mails count as sent and are not in the mailbox")
    found.counted |= {"mails": len(sent), "mails_doubled": sum(count - 1 for count in sent.values())}


def _nothing_is_dead_or_silent(stack: Stack, record: Record, event_id: int, found: Findings) -> None:
    for service in SERVICES:
        letters = query(stack, service, "SELECT type, error FROM dead_letters")
        found.expect(not letters, f"{service}: {len(letters)} dead letters: {letters[:2]}")
        old = query(stack, service, "SELECT name FROM heartbeats WHERE at < now() - interval '60 seconds'")
        found.expect(not old, f"{service}: no sign of life from {[name for (name,) in old]}")
