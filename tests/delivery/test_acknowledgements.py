"""While the sender's worker stands still, its acknowledgements do not pile up in the broker."""

import os
import signal

from shared.delivery.models import Outgoing
from tests.delivery import services
from tests.delivery.harness import Harness

QUEUE = "sender.acks"
# As tests/delivery/process.py sets it; heartbeats of the relay come on top.
MOST = 5 + 3


def test_acknowledgements_to_a_worker_that_stands_still_are_bounded(harness: Harness) -> None:
    os.kill(harness.pid("sender"), signal.SIGSTOP)
    try:
        seen = []
        for round_ in range(20):
            services.publish_things({round_: 1})
            assert harness.comes_true(lambda at=round_: at in services.copies())  # type: ignore[misc]
            seen.append(harness.queued(QUEUE))
        assert 5 <= max(seen) <= MOST
    finally:
        os.kill(harness.pid("sender"), signal.SIGCONT)
    assert harness.comes_true(
        lambda: services.count(services.sender_db, Outgoing, Outgoing.delivered_at.is_(None)) == 0
    )
