"""What each owner of processes may do in Valkey: work on its own queues, and put messages into those of its receivers.

The embedded stack writes these rights into valkey.conf. stack/compose/valkey.sh has the same lines, held to these by
a test.
"""

import hashlib
from collections.abc import Mapping

from shared import queues
from shared.contracts import CONTRACTS
from stack.processes import BEAT

OWNERS = (*queues.SERVICES, BEAT)
# Commands on own keys: whatever works on data, nothing that works on the server or on all keys.
_OWN_COMMANDS = "+@all -@admin -@dangerous +info"
# Commands on the queues of others: add a message, count what waits. Nothing there can be read or removed.
_SENDING = "+lpush +llen"


def rights(owner: str) -> str:
    """The rules of an owner's user, without its password."""
    own = [f"~{owner}.*", f"~LIMITS:LIMITER/hadir-limit-{owner}/*"]
    # Kombu appends a priority to the names of queues when it counts.
    to = [f"%W~{queue}*" for queue in sends_to(owner)]
    return f"resetchannels {' '.join(own)} {_OWN_COMMANDS} ({' '.join(to)} {_SENDING})"


def sends_to(owner: str) -> list[str]:
    """The queues of others into which ``owner`` puts messages: facts, acknowledgements of facts, and ticks."""
    if owner == BEAT:
        return [queues.messages(service) for service in queues.SERVICES]
    facts = {queues.messages(to) for one in CONTRACTS.values() if one.source == owner for to in one.subscribers}
    answers = {queues.acknowledgements(one.source) for one in CONTRACTS.values() if owner in one.subscribers}
    return sorted(facts | answers)


def users(passwords: Mapping[str, str]) -> str:
    """Lines of valkey.conf, one for each owner in ``passwords``; the passwords stand there as hashes."""
    return "".join(
        f"user {owner} on #{hashlib.sha256(password.encode()).hexdigest()} {rights(owner)}\n"
        for owner, password in passwords.items()
    )
