"""Applying what other services publish: one transaction and one upsert for each kind in a batch.

Only if that fails are the messages tried one by one, each in a savepoint; one that fails alone becomes a dead
letter and holds up nobody. Errors that pass by themselves (a lost connection, a deadlock) are raised instead: the
batch is not acknowledged and comes again.
"""

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import structlog
from marshmallow import ValidationError
from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared import clock
from shared.chores import delete_some
from shared.contracts import CONTRACTS, Contract
from shared.db import Database, describe, is_transient
from shared.delivery.models import DeadLetter, RiskyMessage
from shared.log import on_behalf_of
from shared.text import storable

log = structlog.get_logger()

Facts = Sequence[Mapping[str, Any]]
# Takes loaded facts of one kind, at most one per key, sorted by key; applies them in the session's transaction.
Handler = Callable[[Session, Facts], None]


class Message(NamedTuple):
    """One fact as it travels: the sender's outbox id, the contract's type, the fact as JSON data."""

    id: int
    type: str
    payload: Any
    request_id: str | None = None
    attempts: int = 1


def apply_batch(db: Database, handlers: Mapping[str, Handler], source: str, messages: Iterable[Message]) -> list[int]:
    """Apply a batch from ``source`` and return the ids that need not be sent again.

    Those are all of them: applied, out of date, or kept as dead letters. Raises transient database errors.
    """
    messages = list(messages)
    risky = len(messages) == 1 and messages[0].attempts > RISKY_AFTER
    if risky and _killed_its_worker(db, source, messages[0]):
        return [messages[0].id]
    try:
        for contract_type, of_one_kind in _by_type(messages):
            # A transaction for each kind: locks of one kind are gone before those of the next are taken, so that each
            # handler can take its own in the order of the service, whatever else is in the batch.
            with db.transaction() as session:
                _apply_kind(session, handlers, source, contract_type, of_one_kind)
    finally:
        if risky:
            # Applied or not, its worker lives: only a death leaves the note.
            with contextlib.suppress(SQLAlchemyError), db.transaction() as session:
                session.execute(delete(RiskyMessage).where(*_is(source, messages[0])))
    return [message.id for message in messages]


# What could not be applied is kept this long for somebody to look at; notes of risky messages only while they matter.
LETTERS_KEPT = timedelta(days=90)
RISKY_KEPT = timedelta(days=1)


def purge_dead_letters(session: Session, limit: int) -> int:
    """Delete up to ``limit`` dead letters that are older than LETTERS_KEPT; returns how many."""
    return delete_some(session, DeadLetter, limit, DeadLetter.received_at < clock.real_now() - LETTERS_KEPT)


def purge_risky_messages(session: Session, limit: int) -> int:
    """Delete up to ``limit`` notes that are older than RISKY_KEPT; returns how many."""
    return delete_some(session, RiskyMessage, limit, RiskyMessage.tried_at < clock.real_now() - RISKY_KEPT)


# Sent more often than this without an answer, a message that travels alone is tried with a note of it.
RISKY_AFTER = 3
MOST_RISKY_TRIES = 3


def _is(source: str, message: Message) -> tuple[ColumnElement[bool], ...]:
    return RiskyMessage.source == source, RiskyMessage.message_id == message.id


def _killed_its_worker(db: Database, source: str, message: Message) -> bool:
    """Note, before it is tried, that a message is tried; after MOST_RISKY_TRIES notes keep it as a dead letter.

    The note is gone when the try has ended, however it ended: what is left are tries from which no worker came back.
    """
    note = insert(RiskyMessage).values(source=source, message_id=message.id, tries=1, tried_at=clock.real_now())
    counted = note.on_conflict_do_update(
        index_elements=["source", "message_id"],
        set_={"tries": RiskyMessage.tries + 1, "tried_at": note.excluded.tried_at},
    ).returning(RiskyMessage.tries)
    with db.transaction() as session:
        kept = select(DeadLetter.id).where(DeadLetter.source == source, DeadLetter.message_id == message.id)
        if session.scalar(kept):
            # One more copy of it was still in the queue.
            return True
        tries = session.scalar(counted) or 0
        if tries > MOST_RISKY_TRIES:
            keep_dead_letter(session, source, message, f"its worker died each time it was tried ({tries - 1} times)")
            session.execute(delete(RiskyMessage).where(*_is(source, message)))
            return True
    return False


def _by_type(messages: Iterable[Message]) -> list[tuple[str, list[Message]]]:
    kinds: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        kinds[message.type].append(message)
    return sorted(kinds.items())


def _apply_kind(
    session: Session,
    handlers: Mapping[str, Handler],
    source: str,
    contract_type: str,
    messages: list[Message],
) -> None:
    try:
        contract, handler = _route(handlers, source, contract_type)
    except LookupError as error:
        for message in messages:
            keep_dead_letter(session, source, message, str(error))
        return
    loaded = _load(session, contract, messages)
    if not loaded:
        return
    try:
        with session.begin_nested():
            handler(session, _latest(contract, (fact for _, fact in loaded)))
    except Exception as error:
        if is_transient(error):
            raise
        log.warning("batch-failed", type=contract_type, messages=len(loaded), error=describe(error))
        _apply_one_by_one(session, handler, source, loaded)


def _route(handlers: Mapping[str, Handler], source: str, contract_type: str) -> tuple[Contract, Handler]:
    """The contract and the handler of a type. Raises LookupError when there is none, or another service owns it."""
    contract, handler = CONTRACTS.get(contract_type), handlers.get(contract_type)
    if contract is None or handler is None or contract.source != source:
        raise LookupError(f"no handler here for {contract_type} from {source}")
    return contract, handler


def _load(session: Session, contract: Contract, messages: list[Message]) -> list[tuple[Message, Mapping[str, Any]]]:
    """The messages that fit their contract, with their facts; the others become dead letters."""
    try:
        # Together they cost half as much.
        facts = contract.schema.load([message.payload for message in messages], many=True)
        return list(zip(messages, facts, strict=True))
    except ValidationError:
        pass
    loaded = []
    for message in messages:
        try:
            loaded.append((message, contract.schema.load(message.payload)))
        except ValidationError as error:
            keep_dead_letter(session, contract.source, message, f"does not fit {contract.type}: {error}")
    return loaded


def _latest(contract: Contract, facts: Iterable[Mapping[str, Any]]) -> Facts:
    """At most one fact per key, the newest; by key, so that parallel batches lock rows in the same order."""
    newest: dict[str, Mapping[str, Any]] = {}
    for fact in facts:
        key = contract.key_of(fact)
        if key not in newest or fact["version"] > newest[key]["version"]:
            newest[key] = fact
    return [newest[key] for key in sorted(newest)]


def _apply_one_by_one(
    session: Session, handler: Handler, source: str, loaded: list[tuple[Message, Mapping[str, Any]]]
) -> None:
    for message, fact in loaded:
        try:
            with on_behalf_of(message.request_id), session.begin_nested():
                handler(session, [fact])
        except Exception as error:
            if is_transient(error):
                raise
            keep_dead_letter(session, source, message, repr(error))


def keep_dead_letter(session: Session, source: str, message: Message, error: str) -> None:
    """Keep a message that cannot be applied. The same message sent again is kept once."""
    # The error itself may quote the fact, which is about a person: it is kept with the letter, not in the log.
    log.error("dead-letter", source=source, type=message.type, message_id=message.id, request_id=message.request_id)
    session.execute(
        insert(DeadLetter)
        .values(
            source=source,
            type=storable(message.type)[:80],
            key=_key(message),
            message_id=message.id,
            payload=storable(message.payload),
            error=storable(error[:4000]),
            received_at=clock.real_now(),
        )
        .on_conflict_do_nothing(index_elements=["source", "message_id"])
    )


def _key(message: Message) -> str:
    """The entity's key as far as the message has one, so that erasing a person finds the letter."""
    contract = CONTRACTS.get(message.type)
    try:
        return str(storable(contract.key_of(message.payload)))[:200] if contract else ""
    except (KeyError, TypeError):
        return ""


def replay(db: Database, handlers: Mapping[str, Handler], letter_id: Any) -> bool:
    """Try a dead letter again; True when it was applied and is gone, False when it stays (or is not there)."""
    with db.transaction() as session:
        letter = session.scalar(select(DeadLetter).where(DeadLetter.id == letter_id).with_for_update())
        if letter is None:
            return False
        letter.replays += 1
        try:
            contract, handler = _route(handlers, letter.source, letter.type)
            with session.begin_nested():
                handler(session, [contract.schema.load(letter.payload)])
        except Exception as error:
            if is_transient(error):
                raise
            letter.error = repr(error)[:4000]
            return False
        session.delete(letter)
        return True
