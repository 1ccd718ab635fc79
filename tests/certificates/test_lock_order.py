"""Every transaction locks in one order: the event, then people, then what is decided and issued about them."""

from typing import Any

import pytest

from services.certificates.eligibility import decisions
from services.certificates.issuing import revocation
from services.certificates.models import GRANT, db
from tests.certificates import support
from tests.locks import firsts, locked_tables, out_of_order

ORDER = ("events", "participants", "certificates", "attendance", "decisions")


@pytest.fixture
def issued(clean, tmp_path, monkeypatch):
    support.receive(support.event(), *support.full_day([1, 2]))
    support.at_business_time(tmp_path, monkeypatch, support.at(18))
    support.issue_all()


def _erase() -> None:
    gone: dict[str, Any] = {"name": None, "email": None, "organisation": None, "erased": True}
    support.receive(support.participant(1, version=2, **gone))


def _in_transaction(use_case, *arguments) -> None:
    with db.transaction() as session:
        use_case(session, support.EVENT_ID, support.participant_id(1), *arguments)


USE_CASES = {
    "event": lambda: support.receive(support.event(version=2)),
    "participant": lambda: support.receive(support.participant(1, version=2)),
    "attendance": lambda: support.receive(support.attendance(1, 1, version=2)),
    "everything in one batch": lambda: support.receive(
        support.attendance(1, 1, version=2), support.participant(2, version=2), support.event(version=2)
    ),
    "erasure": _erase,
    "revocation": lambda: _in_transaction(revocation.revoke, "Keliru", support.ORGANISER),
    "exception": lambda: _in_transaction(decisions.decide, GRANT, "Keliru", support.ORGANISER),
    "reissue": lambda: support.run(support.start_run(reissue=True)),
}


@pytest.mark.parametrize("name", USE_CASES)
def test_a_transaction_locks_in_the_order_of_the_service(issued, name):
    with locked_tables(db) as transactions:
        USE_CASES[name]()
    assert any(firsts(locked, ORDER) for locked in transactions)
    assert out_of_order(transactions, ORDER) == []
