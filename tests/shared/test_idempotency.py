"""The same POST twice happens once, also when both come at the same moment. The control takes no key first."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from services.registration.models import db
from shared import clock
from shared.delivery.models import Outgoing
from shared.web.idempotency import Answer, KeyReused, claim, store

pytestmark = pytest.mark.usefixtures("clean")


def act(session):
    """What must happen once: a row. Rows of the outbox serve as well as any."""
    session.add(Outgoing(subscriber="test", type="t", key="it", payload={}, due_at=clock.real_now()))
    session.flush()


def count():
    with db.transaction() as session:
        return session.scalar(select(func.count()).select_from(Outgoing))


def request(barrier, key="k", content="c"):
    with db.transaction() as session:
        barrier.wait(5)
        earlier = claim(session, "scope", key, content)
        if earlier:
            return earlier
        act(session)
        answer = Answer(201, {"made": "it"})
        store(session, "scope", key, answer)
        return answer


def careless_request(barrier):
    """The control: looks whether it happened, and then does it."""
    with db.transaction() as session:
        seen = session.scalar(select(func.count()).where(Outgoing.key == "it"))
        barrier.wait(5)
        if not seen:
            act(session)


def parallel(function, times=4):
    barrier = threading.Barrier(times)
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(lambda _: function(barrier), range(times)))


def test_parallel_requests_with_one_key_happen_once_and_get_one_answer():
    assert parallel(request) == [Answer(201, {"made": "it"})] * 4
    assert count() == 1


def test_control_without_taking_the_key_first_it_happens_more_than_once():
    parallel(careless_request)
    assert count() > 1


def test_a_key_with_another_content_is_refused():
    alone = threading.Barrier(1)
    request(alone, content={"a": 1})
    with pytest.raises(KeyReused):
        request(alone, content={"a": 2})
    assert count() == 1


def test_a_request_that_failed_may_be_sent_again():
    def failing():
        with db.transaction() as session:
            claim(session, "scope", "k", "c")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    assert request(threading.Barrier(1)).status == 201


KEYS = {"long": "k" * 10_000, "NUL": "\x00", "lone surrogate": "\ud800", "8 bit": "ÿ" * 300, "blank": " "}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())
def test_any_key_will_do(key):
    alone = threading.Barrier(1)
    assert request(alone, key=key).status == 201
    assert request(alone, key=key).status == 201
    assert count() == 1
