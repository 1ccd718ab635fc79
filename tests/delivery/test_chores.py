"""Chores: one that fails does not hold up the next, and old rows go by rule, in chunks. Real PostgreSQL."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from shared import chores, clock, jobs
from shared.delivery import inbox, outbox, purging
from shared.delivery.models import DeadLetter, Outgoing, RiskyMessage
from shared.mail import queue
from shared.mail.models import Mail
from tests.delivery import services
from tests.delivery.services import sender_db

pytestmark = pytest.mark.usefixtures("databases")

SECOND = timedelta(seconds=1)


def broken(_session, *_rest) -> None:
    raise KeyError("a defect")


def publish(number: int, _session=None) -> None:
    services.publish_things(range(number))


def test_a_chore_that_fails_is_named_in_the_log_and_the_next_one_runs():
    table = {"break": chores.once(broken), "work": chores.once(partial(publish, 1))}
    with capture_logs() as logged:
        chores.run(sender_db, table)
    assert services.count(sender_db, Outgoing) == 1
    assert [(entry["event"], entry["chore"]) for entry in logged] == [("chore-failed", "break")]


def test_control_without_the_table_the_next_one_never_runs():
    table = {"break": chores.once(broken), "work": chores.once(partial(publish, 1))}
    with pytest.raises(KeyError):
        _one_after_the_other(table)
    assert services.count(sender_db, Outgoing) == 0


def _one_after_the_other(table) -> None:
    for chore in table.values():
        chore(sender_db)


def test_a_failed_chore_leaves_nothing_half_done():
    def half(session):
        session.add(RiskyMessage(source="x", message_id=1, tries=1, tried_at=clock.real_now()))
        session.flush()
        raise KeyError("a defect")

    chores.run(sender_db, {"half": chores.once(half)})
    assert services.count(sender_db, RiskyMessage) == 0


def test_a_row_that_fails_does_not_hold_up_the_others():
    done = []

    def handle(_session, number):
        if number == 2:
            raise KeyError("a defect")
        done.append(number)

    with capture_logs() as logged:
        chores.run(sender_db, {"rows": chores.each(lambda _session: [1, 2, 3], handle)})
    assert done == [1, 3]
    assert [(entry["event"], entry["row"]) for entry in logged] == [("chore-row-failed", "2")]


def _letter(number: int, received_at) -> DeadLetter:
    return DeadLetter(source="x", type="y", key="1", message_id=number, payload={}, error="", received_at=received_at)


def _sent(number: int, at) -> Outgoing:
    return Outgoing(subscriber="receiver", type="y", key=str(number), payload={}, due_at=at, delivered_at=at)


def _risky(number: int, at) -> RiskyMessage:
    return RiskyMessage(source="x", message_id=number, tries=1, tried_at=at)


def _mail(number: int, at, state: str = jobs.DONE) -> Mail:
    more = {"state": state, "created_at": at, "finished_at": at}
    return Mail(kind="test", subject_key="1", recipient="a@contoh.example", dedupe_key=str(number), **more)


RULES: dict[str, tuple[Any, ...]] = {
    "delivered facts": (outbox.purge_delivered, Outgoing, _sent, outbox.KEPT),
    "dead letters": (inbox.purge_dead_letters, DeadLetter, _letter, inbox.LETTERS_KEPT),
    "risky messages": (inbox.purge_risky_messages, RiskyMessage, _risky, inbox.RISKY_KEPT),
    "sent mails": (queue.purge, Mail, _mail, queue.KEPT),
    "failed mails": (queue.purge, Mail, partial(_mail, state=jobs.FAILED), queue.KEPT),
}


@pytest.mark.parametrize("rule", RULES)
def test_rows_go_when_their_time_is_over_and_not_before(rule):
    purge, model, make, kept = RULES[rule]
    limit = clock.real_now() - kept
    with sender_db.transaction() as session:
        session.add_all([make(1, limit - 60 * SECOND), make(2, limit + 60 * SECOND)])
    with sender_db.transaction() as session:
        assert purge(session, 10) == 1
    assert services.count(sender_db, model) == 1
    with sender_db.transaction() as session:
        assert purge(session, 10) == 0


def test_what_waits_is_never_purged():
    old = clock.real_now() - timedelta(days=1000)
    with sender_db.transaction() as session:
        waiting = _mail(1, old, jobs.WAITING)
        waiting.finished_at = None
        session.add_all([waiting, Outgoing(subscriber="receiver", type="y", key="1", payload={}, due_at=old)])
    chores.run(sender_db, {**purging.CHORES, "purge mails": chores.purge(queue.purge)})
    assert services.count(sender_db, Mail) == 1
    assert services.count(sender_db, Outgoing) == 1


def test_a_pile_goes_in_chunks_and_not_all_in_one_tick(monkeypatch):
    monkeypatch.setattr(chores, "CHUNK", 10)
    monkeypatch.setattr(chores, "MOST_CHUNKS", 3)
    old = clock.real_now() - timedelta(days=1000)
    with sender_db.transaction() as session:
        session.add_all(_sent(number, old) for number in range(45))
    left = []
    for _ in range(3):
        chores.run(sender_db, purging.CHORES)
        left.append(services.count(sender_db, Outgoing))
    assert left == [15, 0, 0]


def test_a_row_that_somebody_works_on_is_left_for_the_next_time():
    old = clock.real_now() - timedelta(days=1000)
    with sender_db.transaction() as session:
        session.add_all([_sent(1, old), _sent(2, old)])
    with sender_db.transaction() as other:
        other.scalars(select(Outgoing).where(Outgoing.key == "1").with_for_update()).one()
        chores.run(sender_db, purging.CHORES)
        assert services.count(sender_db, Outgoing) == 1
