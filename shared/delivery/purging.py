"""The chores of delivery, the same in every service: deleting what nobody needs any more."""

from shared import chores
from shared.delivery import inbox, outbox

CHORES: dict[str, chores.Chore] = {
    "purge delivered facts": chores.purge(outbox.purge_delivered),
    "purge dead letters": chores.purge(inbox.purge_dead_letters),
    "purge risky messages": chores.purge(inbox.purge_risky_messages),
}
