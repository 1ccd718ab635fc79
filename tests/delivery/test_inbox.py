"""Applying batches: order, repetition and poison. Real PostgreSQL; the control lacks the look at the version."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from shared.delivery.erasure import scrub_delivery
from shared.delivery.inbox import Message, apply_batch, replay
from shared.delivery.models import DeadLetter, Outgoing
from tests.delivery import services
from tests.delivery.services import GHOST, HANDLERS, THING

pytestmark = pytest.mark.usefixtures("databases")


def thing(thing_id: object, version: object = 1, text: object = "hello", message_id: int | None = None, **more: object):
    payload = {"thing_id": thing_id, "version": version, "text": text, **more}
    return Message(message_id or hash(repr(payload)) % 10**12, THING.type, payload)


def apply(*messages: Message, handlers=HANDLERS, source="sender") -> list[int]:
    return apply_batch(services.receiver_db, handlers, source, messages)


def letters() -> list[DeadLetter]:
    with services.receiver_db.transaction() as session:
        return list(session.scalars(select(DeadLetter).order_by(DeadLetter.message_id)))


# Facts of four things in versions 1 to 5, cut into batches, some of them twice.
facts = st.tuples(st.integers(0, 3), st.integers(1, 5))
batches = st.lists(st.lists(facts, min_size=1, max_size=8), min_size=1, max_size=6)
often = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def highest(story: list[list[tuple[int, int]]]) -> dict[int, int]:
    best: dict[int, int] = {}
    for batch in story:
        for thing_id, version in batch:
            best[thing_id] = max(version, best.get(thing_id, 0))
    return best


def apply_story(story: list[list[tuple[int, int]]], handlers=HANDLERS) -> dict[int, int]:
    services.empty_tables()
    for batch in story:
        apply(*(thing(thing_id, version) for thing_id, version in batch), handlers=handlers)
    return services.copies()


@often
@given(batches, st.randoms())
def test_any_order_and_repetition_ends_with_the_highest_versions(story, random):
    again = [random.choice(story) for _ in range(2)]
    sent = [*story, *again]
    random.shuffle(sent)
    for batch in sent:
        random.shuffle(batch)
    assert apply_story(sent) == highest(story)


def test_control_without_the_version_check_an_old_fact_wins():
    late = [[(1, 2)], [(1, 1)]]
    assert apply_story(late, {THING.type: services.copy_things_unchecked}) == {1: 1} != highest(late)
    assert apply_story(late) == {1: 2} == highest(late)


POISON = {
    "a field is missing": {"thing_id": 1, "version": 1},
    "a field is of the wrong type": {"thing_id": "one", "version": 1, "text": "x"},
    "the version is nothing": {"thing_id": 1, "version": None, "text": "x"},
    "the version is not positive": {"thing_id": 1, "version": 0, "text": "x"},
    "a number is too large for its column": {"thing_id": 10**30, "version": 1, "text": "x"},
    "NUL": {"thing_id": 1, "version": 1, "text": "a\x00b", "\x00": "\x00"},
    "a lone surrogate": {"thing_id": 1, "version": 1, "text": "a\ud800b"},
    "not a number": {"thing_id": 1, "version": 1, "extra": [float("nan"), {"deep": float("inf")}]},
    "too long": {"thing_id": 1, "version": 1, "text": "x" * 100_000},
    "the database refuses it": {"thing_id": 1, "version": 1, "text": "refused"},
    "a list": [1, 2, 3],
    "a text": "hello",
    "nothing": None,
}


@pytest.mark.parametrize("payload", POISON.values(), ids=POISON.keys())
def test_poison_becomes_a_dead_letter_and_holds_up_nobody(payload):
    poison = Message(99, THING.type, payload)
    good = [thing(5), thing(6)]
    ids = apply(good[0], poison, good[1])
    assert sorted(ids) == sorted([99, *(message.id for message in good)])
    assert services.copies() == {5: 1, 6: 1}
    (letter,) = letters()
    assert (letter.source, letter.type, letter.message_id) == ("sender", THING.type, 99)
    assert letter.error


@pytest.mark.parametrize(
    ("message", "source"),
    [
        (Message(1, "sender.unheard-of.v1", {}), "sender"),
        (Message(1, GHOST.type, {"thing_id": 1, "version": 1, "text": "x"}), "sender"),
        (Message(1, THING.type, {"thing_id": 1, "version": 1, "text": "x"}), "receiver"),
        (Message(1, "\x00" * 200, {}), "sender"),
    ],
    ids=["unknown type", "no handler", "wrong sender", "unspeakable type"],
)
def test_what_nobody_takes_is_kept(message, source):
    assert apply(message, source=source) == [1]
    assert services.copies() == {}
    assert len(letters()) == 1


def test_poison_that_is_out_of_date_is_not_even_kept():
    apply(thing(1, text="refused"), thing(1, version=2))
    assert services.copies() == {1: 2}
    assert letters() == []


def test_the_same_poison_again_is_kept_once():
    for _ in range(3):
        apply(Message(99, THING.type, {}))
    assert len(letters()) == 1


def test_fields_of_the_future_are_left_out():
    apply(thing(1, colour="green"))
    assert services.copies() == {1: 1}
    assert letters() == []


def test_a_passing_error_of_the_database_is_no_dead_letter():
    def locked_out(session, facts):
        session.connection().exec_driver_sql("SET LOCAL statement_timeout = 20")
        session.connection().exec_driver_sql("SELECT pg_sleep(1)")

    with pytest.raises(OperationalError):
        apply(thing(1), handlers={THING.type: locked_out})
    assert letters() == []


def test_a_batch_that_fails_as_a_whole_is_not_half_applied():
    def second_fails(session, facts):
        services.copy_things(session, facts)
        if any(fact["thing_id"] == 2 for fact in facts):
            raise KeyError("a defect")

    apply(thing(1), thing(2), thing(3), handlers={THING.type: second_fails})
    assert services.copies() == {1: 1, 3: 1}
    assert [letter.error for letter in letters()] == ["KeyError('a defect')"]


def test_a_dead_letter_is_replayed_once_its_cause_is_gone():
    def defect(session, facts):
        raise KeyError("a defect")

    apply(thing(1), handlers={THING.type: defect})
    (letter,) = letters()
    assert not replay(services.receiver_db, {THING.type: defect}, letter.id)
    assert letters()[0].replays == 1
    assert replay(services.receiver_db, HANDLERS, letter.id)
    assert services.copies() == {1: 1}
    assert letters() == []
    assert not replay(services.receiver_db, HANDLERS, letter.id)


def test_a_replay_does_not_bring_back_what_is_out_of_date():
    apply(thing(1, text="refused"))
    apply(thing(1, version=2))
    with services.receiver_db.transaction() as session:
        session.scalars(select(DeadLetter)).one().payload = {"thing_id": 1, "version": 1, "text": "old"}
    assert replay(services.receiver_db, HANDLERS, letters()[0].id)
    assert services.copies() == {1: 2}


def test_a_replay_does_not_launder_a_forged_sender():
    apply(thing(1), source="receiver")
    assert not replay(services.receiver_db, HANDLERS, letters()[0].id)
    assert services.copies() == {}


def test_errors_are_logged_without_what_they_quote():
    with capture_logs() as logged:
        apply(thing(1, text="refused"), thing(2, text="x" * 300), thing(3, version="Budi"))
    assert len(letters()) == 3
    assert [entry["event"] for entry in logged].count("dead-letter") == 3
    assert "ck_things_not_refused" in str(logged)
    assert "refused" not in str(logged).replace("not_refused", "")
    assert "Budi" not in str(logged)


def test_erasing_somebody_scrubs_what_waits_and_what_was_kept():
    services.publish_things({7: 1, 8: 1})
    apply(thing(7, text="refused"), thing(77, text="refused"))
    with services.sender_db.transaction() as session:
        scrub_delivery(session, "7")
    with services.receiver_db.transaction() as session:
        scrub_delivery(session, "7")
    assert services.count(services.sender_db, Outgoing) == 1
    assert [letter.key for letter in letters()] == ["77"]


def test_compound_keys_are_scrubbed_by_their_first_part():
    with services.sender_db.transaction() as session:
        for key in ("7", "7:1", "77:1", "7_:1"):
            session.add(
                Outgoing(subscriber="receiver", type=THING.type, key=key, payload={}, due_at=services.clock.real_now())
            )
        session.flush()
        scrub_delivery(session, "7")
        assert set(session.scalars(select(Outgoing.key))) == {"77:1", "7_:1"}
